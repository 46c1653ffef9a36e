//! Plan for the rows of a file: a mapping rule applied to a header.
//!
//! The plan is complete before the first row: source columns, types of target columns, and
//! unused columns.

use slotcast_core::{SlotCalendar, Tz};
use slotcast_lake::contract::ContractTable;

use crate::{
    mapping::{
        attributes::{AttributeKind, AttributeKinds, KindInference},
        column_rule::ColumnRule,
        condition::Condition,
        expression::Expression,
        file_rule::{FileRule, TargetRule},
        header::column_index,
        source_ref::SourceRef,
    },
    report::file_error::FileError,
    transform::{
        computed_source::RowEvaluator,
        target_plan::{ColumnPlan, TargetPlan, sources_of},
        value_type::ValueType,
    },
    values::number_format::NumberFormat,
};

/// Inference of the kind of an attribute from a source column.
type InferKind<'a> = &'a dyn Fn(usize) -> Result<KindInference, FileError>;

/// Plan for the rows of a file.
#[derive(Debug)]
pub(crate) struct FilePlan {
    /// References to read from each row, by column index.
    sources: Vec<SourceRef<usize>>,
    /// Flag per reference: an expression or a condition in polars reads it.
    pub(crate) is_polars_source: Vec<bool>,
    pub(crate) filters: Vec<(Condition, String)>,
    pub(crate) targets: Vec<TargetPlan>,
    /// Columns of the header that no expression reads and that `unused` does not list.
    pub(crate) extra_columns: Vec<String>,
    /// New attributes of this file: table, name, kind.
    new_attributes: Vec<(&'static str, String, AttributeKind)>,
    header: Vec<String>,
    numbers: NumberFormat,
    calendar: SlotCalendar,
}

impl FilePlan {
    /// Applies `rule` to the header of `file`.
    pub(crate) fn new(
        file: &str,
        rule: &FileRule,
        header: &[String],
        known_kinds: &AttributeKinds,
        infer: InferKind<'_>,
    ) -> Result<Self, FileError> {
        let is_duplicate =
            |(index, name): &(usize, &String)| !name.is_empty() && header[..*index].contains(name);
        if let Some((_, name)) = header.iter().enumerate().find(is_duplicate) {
            return Err(FileError::DuplicateColumn { file: file.to_owned(), column: name.clone() });
        }
        let mut plan = Self {
            sources: Vec::new(),
            is_polars_source: Vec::new(),
            filters: rule.filters.clone(),
            targets: Vec::new(),
            extra_columns: Vec::new(),
            new_attributes: Vec::new(),
            header: header.to_vec(),
            numbers: rule.numbers,
            calendar: rule.calendar,
        };
        for (condition, _) in &rule.filters {
            let mut sources = Vec::new();
            condition.collect_sources(&mut sources);
            plan.add_sources(file, rule.targets[0].table.name, &sources)?;
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
        plan.extra_columns = plan.find_extra_columns(rule);
        plan.mark_polars_sources(rule);
        Ok(plan)
    }

    /// Name of a reference in polars. Header names are not safe there.
    pub(crate) fn polars_name(&self, source: &SourceRef) -> String {
        let resolved = self.resolve(source);
        let index = self.sources.iter().position(|own| Some(own) == resolved.as_ref());
        source_name(index.expect("`add_sources` added every reference of the rule"))
    }

    /// Evaluator for the rows of the file. Naive timestamps are local to `zone`.
    pub(crate) fn row_evaluator(&self, zone: Tz) -> RowEvaluator {
        RowEvaluator::new(&self.sources, self.header.len(), self.numbers, zone, self.calendar)
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

    fn resolve(&self, source: &SourceRef) -> Option<SourceRef<usize>> {
        source.resolve(&|name| column_index(&self.header, name))
    }

    fn find_extra_columns(&self, rule: &FileRule) -> Vec<String> {
        let is_read = |index: usize| self.sources.iter().any(|source| source.columns().contains(&&index));
        let unused: Vec<usize> =
            rule.unused.iter().filter_map(|name| column_index(&self.header, name)).collect();
        let is_extra = |(index, name): &(usize, &String)| {
            !name.is_empty() && !is_read(*index) && !unused.contains(index)
        };
        self.header.iter().enumerate().filter(is_extra).map(|(_, name)| name.clone()).collect()
    }

    fn mark_polars_sources(&mut self, rule: &FileRule) {
        let mut found: Vec<SourceRef> = Vec::new();
        let conditions = rule.filters.iter().map(|(condition, _)| condition);
        let conditions = conditions.chain(self.targets.iter().filter_map(|target| target.when.as_ref()));
        conditions.for_each(|condition| condition.collect_sources(&mut found));
        for column in self.targets.iter().flat_map(|target| &target.columns) {
            if let Some(rule) = column.polars_rule() {
                rule.expression.collect_sources(&mut found);
            }
        }
        let names: Vec<String> = found.iter().map(|source| self.polars_name(source)).collect();
        self.is_polars_source =
            (0..self.sources.len()).map(|index| names.contains(&source_name(index))).collect();
    }

    /// Adds references, after a check that the file has their columns.
    fn add_sources(&mut self, file: &str, table: &str, wanted: &[SourceRef]) -> Result<(), FileError> {
        let mut missing: Vec<String> = Vec::new();
        for name in wanted.iter().flat_map(SourceRef::columns) {
            if column_index(&self.header, name).is_none() && !missing.contains(name) {
                missing.push(name.clone());
            }
        }
        if !missing.is_empty() {
            return Err(FileError::MissingColumns {
                file: file.to_owned(),
                table: table.to_owned(),
                missing,
                found: self.header.clone(),
            });
        }
        for source in wanted.iter().filter_map(|source| self.resolve(source)).collect::<Vec<_>>() {
            if !self.sources.contains(&source) {
                self.sources.push(source);
            }
        }
        Ok(())
    }

    fn plan_target(
        &mut self,
        file: &str,
        rule: &TargetRule,
        infer: InferKind<'_>,
        kinds: &mut AttributeKinds,
    ) -> Result<TargetPlan, FileError> {
        let table = rule.table;
        let mut columns = Vec::new();
        for column in table.columns {
            let own = rule.columns.iter().find(|(name, _)| name == column.name).map(|(_, rule)| rule.clone());
            let value_type = ValueType::from_contract(column.kind);
            columns.push(self.plan_column(file, table, column.name, value_type, own)?);
        }
        for (name, own) in rule.columns.iter().filter(|(name, _)| table.column(name).is_none()) {
            if let Some(other) = kinds.conflicting_table(table, name) {
                return Err(FileError::AttributeNameTaken {
                    file: file.to_owned(),
                    column: name.clone(),
                    table: table.name.to_owned(),
                    other: other.to_owned(),
                });
            }
            // An empty column has no kind yet and adds nothing.
            let Some(kind) = self.attribute_kind(file, table, name, own, infer, kinds)? else { continue };
            kinds.insert(table.name, name, kind.arrow_type());
            let value_type = ValueType::from_attribute(kind);
            columns.push(self.plan_column(file, table, name, value_type, Some(own.clone()))?);
        }
        Ok(TargetPlan { table, when: rule.when.clone(), columns })
    }

    fn plan_column(
        &mut self,
        file: &str,
        table: &ContractTable,
        name: &str,
        value_type: ValueType,
        mut rule: Option<ColumnRule>,
    ) -> Result<ColumnPlan, FileError> {
        if let Some(rule) = rule.as_mut().filter(|_| value_type.is_numeric() && !self.numbers.is_plain()) {
            rule.expression = rule.expression.clone().with_numeric_cells();
            let mut sources = Vec::new();
            rule.expression.collect_sources(&mut sources);
            self.add_sources(file, table.name, &sources)?;
        }
        Ok(ColumnPlan {
            name: name.to_owned(),
            value_type,
            required: table.column(name).is_some_and(|column| column.required),
            direct: rule.as_ref().and_then(|rule| self.direct_column(rule)),
            rule,
        })
    }

    fn direct_column(&self, rule: &ColumnRule) -> Option<usize> {
        match &rule.expression {
            Expression::Source(source) => column_index(&self.header, source.as_column()?),
            _ => None,
        }
    }

    fn attribute_kind(
        &self,
        file: &str,
        table: &ContractTable,
        name: &str,
        rule: &ColumnRule,
        infer: InferKind<'_>,
        kinds: &AttributeKinds,
    ) -> Result<Option<AttributeKind>, FileError> {
        match (rule.kind, kinds.kind(table, name)) {
            (Some(declared), Some(stored)) if declared != stored => Err(FileError::AttributeKindConflict {
                file: file.to_owned(),
                column: name.to_owned(),
                declared: declared.name(),
                stored: stored.name(),
            }),
            (Some(kind), _) | (None, Some(kind)) => Ok(Some(kind)),
            (None, None) => match self.direct_column(rule) {
                Some(column) => Ok(infer(column)?.kind()),
                None => Ok(Some(AttributeKind::Text)),
            },
        }
    }
}

/// Name of a reference in the polars frame.
pub(crate) fn source_name(index: usize) -> String {
    format!("s{index}")
}
