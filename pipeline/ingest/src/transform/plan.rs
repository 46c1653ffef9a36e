//! Plan for the rows of a file: a mapping rule applied to a header.
//!
//! The plan is complete before the first row: source columns, types of target columns, and
//! unused columns.

use std::sync::Arc;

use polars::prelude::{Expr, col};
use slotcast_core::{SlotCalendar, Tz};

use crate::{
    mapping::{
        attributes::{AttributeKind, AttributeKinds},
        condition::Condition,
        file_rule::FileRule,
        header::column_index,
        source_ref::SourceRef,
    },
    report::file_error::FileError,
    transform::{
        frame_names::{element_name, source_name, text_name},
        lookup_table::LookupTable,
        table_rules::has_table_rules,
        target_plan::{ColumnPlan, InferKind, TargetPlan, sources_of},
        text_columns::{CellPath, TextColumn, TextColumns, locate},
    },
    values::{cell_cleaner::CellCleaner, normalize::normalize_text, number_format::NumberFormat},
};

/// Plan for the rows of a file.
#[derive(Debug)]
pub(crate) struct FilePlan {
    /// Texts that references read.
    pub(crate) texts: TextColumns,
    /// Flag per text: polars reads it.
    is_text_read: Vec<bool>,
    /// References of the mapping, by text.
    pub(crate) sources: Vec<SourceRef<usize>>,
    /// Flag per reference: it is more than a text, and an expression or a condition reads it.
    pub(crate) is_polars_source: Vec<bool>,
    /// Texts of a whole row, if a reference compares whole rows.
    pub(crate) whole_row: Vec<usize>,
    pub(crate) explode: Option<CellPath>,
    pub(crate) lookup_count: usize,
    pub(crate) cleaner: CellCleaner,
    /// Words such as `NULL` are empty in ids, channels, kinds and currencies.
    pub(crate) has_default_nulls: bool,
    pub(crate) filters: Vec<(Condition, String)>,
    pub(crate) targets: Vec<TargetPlan>,
    /// A target has rules between its columns.
    pub(crate) has_table_rules: bool,
    /// Columns of the header that no expression reads and that `unused` does not list.
    pub(crate) extra_columns: Vec<String>,
    /// New attributes of this file: table, name, kind.
    new_attributes: Vec<(&'static str, String, AttributeKind)>,
    pub(crate) numbers: NumberFormat,
    pub(crate) calendar: SlotCalendar,
}

impl FilePlan {
    /// Applies `rule` to the header of `file`. `lookups` are those of the rule, in its order.
    pub(crate) fn new(
        file: &str,
        rule: &FileRule,
        header: &[String],
        lookups: &[Arc<LookupTable>],
        known_kinds: &AttributeKinds,
        infer: InferKind<'_>,
    ) -> Result<Self, FileError> {
        let header: Vec<String> = header.iter().map(|name| normalize_text(name).into_owned()).collect();
        let mut plan = Self {
            texts: TextColumns::new(rule, &header, lookups),
            is_text_read: Vec::new(),
            sources: Vec::new(),
            is_polars_source: Vec::new(),
            whole_row: Vec::new(),
            explode: None,
            lookup_count: lookups.len(),
            cleaner: CellCleaner::new(rule.nulls.as_deref().unwrap_or_default()),
            has_default_nulls: rule.nulls.is_none(),
            filters: rule.filters.clone(),
            targets: Vec::new(),
            has_table_rules: rule.targets.iter().any(|target| has_table_rules(target.table.name)),
            extra_columns: Vec::new(),
            new_attributes: Vec::new(),
            numbers: rule.numbers,
            calendar: rule.calendar,
        };
        let first_table = rule.targets[0].table.name;
        if let Some(list) = &rule.explode {
            let missing = || plan.missing_columns(file, first_table, vec![list.clone()]);
            plan.explode = Some(locate(&header, list).ok_or_else(missing)?);
        }
        for (condition, _) in &rule.filters {
            let mut sources = Vec::new();
            condition.collect_sources(&mut sources);
            plan.add_sources(file, first_table, &sources)?;
        }
        for target in &rule.targets {
            plan.add_sources(file, target.table.name, &sources_of(target))?;
        }
        let mut kinds = known_kinds.clone();
        for target in &rule.targets {
            let target = plan.plan_target(file, target, infer, &mut kinds)?;
            let is_attribute = |column: &&ColumnPlan| target.table.column(&column.name).is_none();
            for column in target.columns.iter().filter(is_attribute) {
                let is_known = known_kinds.contains(target.table.name, &column.name);
                let kind = kinds.kind(target.table, &column.name).filter(|_| !is_known);
                let attribute = kind.map(|kind| (target.table.name, column.name.clone(), kind));
                plan.new_attributes.extend(attribute);
            }
            plan.targets.push(target);
        }
        let read = plan.read_columns();
        let is_duplicate = |column: &&usize| {
            let name = &header[**column];
            !name.is_empty() && header.iter().filter(|other| *other == name).count() > 1
        };
        if let Some(column) = read.iter().find(is_duplicate) {
            return Err(FileError::DuplicateColumn {
                file: file.to_owned(),
                column: header[*column].clone(),
            });
        }
        plan.extra_columns = plan.find_extra_columns(rule, &read);
        if plan.sources.contains(&SourceRef::LineOrdinal(None)) {
            plan.whole_row = plan.texts.add_row();
        }
        plan.mark_read();
        Ok(plan)
    }

    /// Name of a reference in polars. Header names are not safe there.
    pub(crate) fn polars_name(&self, source: &SourceRef) -> String {
        if let Some(index) = source.as_column().and_then(|name| self.texts.find(name)) {
            return self.text_column_name(index);
        }
        let resolved = self.texts.resolve(source);
        let index = self.sources.iter().position(|own| Some(own) == resolved.as_ref());
        source_name(index.expect("`add_sources` added every reference of the rule"))
    }

    /// Column of a text in polars.
    pub(crate) fn text_column(&self, index: usize) -> Expr {
        col(self.text_column_name(index))
    }

    fn text_column_name(&self, index: usize) -> String {
        match self.texts.all()[index] {
            TextColumn::Element => element_name(index),
            _ => text_name(index),
        }
    }

    /// Returns whether polars reads a text.
    pub(crate) fn is_read(&self, text: usize) -> bool {
        self.is_text_read[text]
    }

    /// Adds the new attributes of this file to `kinds`, for the files after it.
    pub(crate) fn register_attributes(&self, kinds: &mut AttributeKinds) {
        for (table, name, kind) in &self.new_attributes {
            kinds.insert(table, name, kind.arrow_type());
        }
    }

    /// Returns whether the file has a new attribute.
    pub(crate) fn adds_attributes(&self) -> bool {
        !self.new_attributes.is_empty()
    }

    /// Returns whether polars has to evaluate a condition or an expression.
    pub(crate) fn needs_polars(&self) -> bool {
        let target_needs_polars = |target: &TargetPlan| {
            target.when.is_some() || target.columns.iter().any(|column| column.polars_rule().is_some())
        };
        !self.filters.is_empty() || self.targets.iter().any(target_needs_polars)
    }

    /// Adds references, after a check that the file has their columns.
    pub(super) fn add_sources(
        &mut self,
        file: &str,
        table: &str,
        wanted: &[SourceRef],
    ) -> Result<(), FileError> {
        let mut missing: Vec<String> = Vec::new();
        for name in wanted.iter().flat_map(SourceRef::columns) {
            if !self.texts.add(name) && !missing.contains(name) {
                missing.push(name.clone());
            }
        }
        if !missing.is_empty() {
            return Err(self.missing_columns(file, table, missing));
        }
        for source in wanted.iter().filter_map(|source| self.texts.resolve(source)).collect::<Vec<_>>() {
            if !self.sources.contains(&source) {
                self.sources.push(source);
            }
        }
        Ok(())
    }

    fn missing_columns(&self, file: &str, table: &str, missing: Vec<String>) -> FileError {
        FileError::MissingColumns {
            file: file.to_owned(),
            table: table.to_owned(),
            missing,
            found: self.texts.header().to_vec(),
        }
    }

    /// Zone of the timestamps in a column of the file, if a rule states one.
    pub(crate) fn zone_of(&self, column: usize) -> Option<Tz> {
        let name = self.texts.header().get(column)?;
        let rules =
            self.targets.iter().flat_map(|target| &target.columns).filter_map(|own| own.rule.as_ref());
        rules.filter_map(|rule| Some((rule.time.zone?, rule))).find_map(|(zone, rule)| {
            let mut sources = Vec::new();
            rule.expression.collect_sources(&mut sources);
            sources.iter().flat_map(SourceRef::columns).any(|own| own == name).then_some(zone)
        })
    }

    /// Returns whether an expression reads a column of the file.
    pub(crate) fn reads(&self, column: usize) -> bool {
        self.read_columns().contains(&column)
    }

    /// Columns of the file that a reference reads.
    fn read_columns(&self) -> Vec<usize> {
        let mut read = vec![false; self.texts.all().len()];
        let named = self.sources.iter().flat_map(SourceRef::columns).copied();
        named.for_each(|index| self.mark_text(index, &mut read));
        let marked = read.iter().zip(self.texts.all()).filter(|(is_read, _)| **is_read);
        let cells = marked.filter_map(|(_, column)| match column {
            TextColumn::Cell(column) => Some(*column),
            _ => None,
        });
        cells.chain(self.explode.iter().map(|own| own.column)).collect()
    }

    fn find_extra_columns(&self, rule: &FileRule, read: &[usize]) -> Vec<String> {
        let header = self.texts.header();
        let unused: Vec<usize> = rule.unused.iter().filter_map(|name| column_index(header, name)).collect();
        let is_extra = |(index, name): &(usize, &String)| {
            !name.is_empty() && !read.contains(index) && !unused.contains(index)
        };
        header.iter().enumerate().filter(is_extra).map(|(_, name)| name.clone()).collect()
    }

    /// Marks the references and texts that polars reads.
    fn mark_read(&mut self) {
        let mut found: Vec<SourceRef> = Vec::new();
        let conditions = self.filters.iter().map(|(condition, _)| condition);
        let conditions = conditions.chain(self.targets.iter().filter_map(|target| target.when.as_ref()));
        conditions.for_each(|condition| condition.collect_sources(&mut found));
        for column in self.targets.iter().flat_map(|target| &target.columns) {
            if let Some(rule) = column.polars_rule() {
                rule.expression.collect_sources(&mut found);
            }
        }
        let found: Vec<SourceRef<usize>> =
            found.iter().filter_map(|source| self.texts.resolve(source)).collect();
        let mut is_text_read = vec![false; self.texts.all().len()];
        for source in &found {
            source.columns().into_iter().for_each(|index| self.mark_text(*index, &mut is_text_read));
            if *source == SourceRef::LineOrdinal(None) {
                self.whole_row.iter().for_each(|index| self.mark_text(*index, &mut is_text_read));
            }
        }
        self.is_polars_source = self
            .sources
            .iter()
            .map(|source| source.as_column().is_none() && found.contains(source))
            .collect();
        self.is_text_read = is_text_read;
    }

    /// Marks a text and those that it comes from.
    fn mark_text(&self, index: usize, is_read: &mut [bool]) {
        is_read[index] = true;
        match self.texts.all()[index] {
            TextColumn::Path { of, .. } => self.mark_text(of, is_read),
            TextColumn::Lookup { on, .. } => self.mark_text(on, is_read),
            TextColumn::Cell(_) | TextColumn::Element => {}
        }
    }
}
