//! What will be done with the rows of one file: a mapping rule held against a header.
//!
//! Everything is decided before the first row: which columns are read, what kind
//! each target column has, which columns nobody wants.

use slotcast_core::{SlotCalendar, Tz};
use slotcast_lake::contract::{ColumnKind, ContractTable};

use crate::{
    attributes::{AttributeKind, AttributeKinds, Inference},
    condition::Condition,
    decimal::NumberForm,
    derived::{Derived, Source},
    expression::{ColumnRule, Expression},
    mapping::{FileRule, TargetRule},
    refused::FileRefused,
};

/// How the text of a target column is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Text,
    Word(&'static [&'static str]),
    Whole { positive: bool },
    Money { positive: bool },
    Flag,
    Instant,
    Day,
    Number,
}

/// A column of a target.
#[derive(Debug)]
pub(crate) struct TargetColumn {
    pub(crate) name: String,
    pub(crate) reading: Reading,
    pub(crate) required: bool,
    /// None: nothing brings it, so it is null.
    pub(crate) rule: Option<ColumnRule>,
    /// The place in the header of a column that is read as it is, without polars.
    pub(crate) direct: Option<usize>,
}

/// One row of one table from a source row.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) table: &'static ContractTable,
    pub(crate) when: Option<Condition>,
    /// The columns of the contract in its order, then attributes by name.
    pub(crate) columns: Vec<TargetColumn>,
}

/// What will be done with the rows of a file.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What is read from each row, over places in the header.
    cells: Vec<Source<usize>>,
    pub(crate) filters: Vec<(Condition, String)>,
    pub(crate) targets: Vec<Target>,
    /// Which of the cells polars has to see, because an expression or a condition reads them.
    pub(crate) seen_by_polars: Vec<bool>,
    /// Columns of the header that nothing reads and that are not left out on purpose.
    pub(crate) extra_columns: Vec<String>,
    /// Attributes that were not known before this file: table, name, kind.
    attributes: Vec<(&'static str, String, AttributeKind)>,
    header: Vec<String>,
    numbers: NumberForm,
    calendar: SlotCalendar,
}

impl Plan {
    /// Holds `rule` against the header of `source`.
    pub(crate) fn new(
        file: &str,
        rule: &FileRule,
        header: &[String],
        kinds: &AttributeKinds,
        infer: &dyn Fn(usize) -> Result<Inference, FileRefused>,
    ) -> Result<Self, FileRefused> {
        let twice = |(place, name): &(usize, &String)| !name.is_empty() && header[..*place].contains(name);
        if let Some((_, name)) = header.iter().enumerate().find(twice) {
            return Err(FileRefused::ColumnTwice { file: file.to_owned(), column: name.clone() });
        }
        let mut plan = Self {
            cells: Vec::new(),
            seen_by_polars: Vec::new(),
            filters: rule.filters.clone(),
            targets: Vec::new(),
            extra_columns: Vec::new(),
            attributes: Vec::new(),
            header: header.to_vec(),
            numbers: rule.numbers,
            calendar: rule.calendar,
        };
        for (condition, _) in &rule.filters {
            let mut wanted = Vec::new();
            condition.sources(&mut wanted);
            plan.read(file, rule.targets[0].table.name, &wanted)?;
        }
        for target in &rule.targets {
            plan.read(file, target.table.name, &sources_of(target))?;
        }
        let known_kinds = kinds;
        let mut kinds = kinds.clone();
        for target in &rule.targets {
            let target = plan.target(file, target, infer, &mut kinds)?;
            for column in target.columns.iter().filter(|column| target.table.column(&column.name).is_none()) {
                let known = known_kinds.knows(target.table.name, &column.name);
                let kind = kinds.kind(target.table, &column.name).filter(|_| !known);
                plan.attributes.extend(kind.map(|kind| (target.table.name, column.name.clone(), kind)));
            }
            plan.targets.push(target);
        }
        let read = |place: usize| plan.cells.iter().any(|cell| cell.columns().contains(&&place));
        let unused: Vec<usize> = rule.unused.iter().filter_map(|name| place_of(header, name)).collect();
        plan.extra_columns = header
            .iter()
            .enumerate()
            .filter(|(place, name)| !name.is_empty() && !read(*place) && !unused.contains(place))
            .map(|(_, name)| name.clone())
            .collect();
        plan.show_to_polars(rule);
        Ok(plan)
    }

    /// The name by which polars knows a source; names of a header are not safe there.
    pub(crate) fn name(&self, source: &Source) -> String {
        let cell = self.placed(source);
        let place = self.cells.iter().position(|own| Some(own) == cell.as_ref());
        cell_name(place.expect("every source of the rule was entered by `read`"))
    }

    /// What computes the texts of the file's rows; naive moments are local to `zone`.
    pub(crate) fn derived(&self, zone: Tz) -> Derived {
        Derived::new(&self.cells, self.header.len(), self.numbers, zone, self.calendar)
    }

    fn placed(&self, source: &Source) -> Option<Source<usize>> {
        source.placed(&|name| place_of(&self.header, name))
    }

    /// Remembers the attributes that this file brings, for the files after it.
    pub(crate) fn teach(&self, kinds: &mut AttributeKinds) {
        for (table, name, kind) in &self.attributes {
            kinds.insert(table, name, kind.arrow());
        }
    }

    /// Whether the file brings an attribute that was not known before it.
    pub(crate) fn teaches(&self) -> bool {
        !self.attributes.is_empty()
    }

    fn show_to_polars(&mut self, rule: &FileRule) {
        let mut seen: Vec<Source> = Vec::new();
        let conditions = rule.filters.iter().map(|(condition, _)| condition);
        let conditions = conditions.chain(self.targets.iter().filter_map(|target| target.when.as_ref()));
        conditions.for_each(|condition| condition.sources(&mut seen));
        for column in self.targets.iter().flat_map(|target| &target.columns) {
            if let (Some(rule), None) = (&column.rule, column.direct) {
                rule.expression.sources(&mut seen);
            }
        }
        let names: Vec<String> = seen.iter().map(|source| self.name(source)).collect();
        self.seen_by_polars = (0..self.cells.len()).map(|place| names.contains(&cell_name(place))).collect();
    }

    /// Whether polars has anything to do.
    pub(crate) fn needs_polars(&self) -> bool {
        let by_expression = |column: &TargetColumn| column.rule.is_some() && column.direct.is_none();
        !self.filters.is_empty()
            || self
                .targets
                .iter()
                .any(|target| target.when.is_some() || target.columns.iter().any(by_expression))
    }

    fn read(&mut self, file: &str, table: &str, wanted: &[Source]) -> Result<(), FileRefused> {
        let mut missing: Vec<String> = Vec::new();
        for name in wanted.iter().flat_map(Source::columns) {
            if place_of(&self.header, name).is_none() && !missing.contains(name) {
                missing.push(name.clone());
            }
        }
        if !missing.is_empty() {
            return Err(FileRefused::MissingColumns {
                file: file.to_owned(),
                table: table.to_owned(),
                missing,
                found: self.header.clone(),
            });
        }
        for cell in wanted.iter().filter_map(|source| self.placed(source)).collect::<Vec<_>>() {
            if !self.cells.contains(&cell) {
                self.cells.push(cell);
            }
        }
        Ok(())
    }

    /// A rule whose numbers are not written plainly reads them so that they are.
    fn over_numbers(
        &mut self,
        file: &str,
        table: &str,
        mut rule: ColumnRule,
        reading: Reading,
    ) -> Result<ColumnRule, FileRefused> {
        let is_number = matches!(reading, Reading::Whole { .. } | Reading::Money { .. } | Reading::Number);
        if is_number && !self.numbers.is_plain() {
            rule.expression = rule.expression.over_numbers();
            let mut wanted = Vec::new();
            rule.expression.sources(&mut wanted);
            self.read(file, table, &wanted)?;
        }
        Ok(rule)
    }

    fn target(
        &mut self,
        file: &str,
        rule: &TargetRule,
        infer: &dyn Fn(usize) -> Result<Inference, FileRefused>,
        kinds: &mut AttributeKinds,
    ) -> Result<Target, FileRefused> {
        let mut columns = Vec::new();
        for column in rule.table.columns {
            let own = rule.columns.iter().find(|(name, _)| name == column.name).map(|(_, rule)| rule.clone());
            let reading = reading(column.kind);
            let own = own.map(|own| self.over_numbers(file, rule.table.name, own, reading)).transpose()?;
            columns.push(TargetColumn {
                name: column.name.to_owned(),
                reading,
                required: column.required,
                direct: own.as_ref().and_then(|rule| self.direct(rule)),
                rule: own,
            });
        }
        let attributes: Vec<_> =
            rule.columns.iter().filter(|(name, _)| rule.table.column(name).is_none()).collect();
        for (name, own) in attributes {
            if let Some(other) = kinds.clash(rule.table, name) {
                return Err(FileRefused::AttributeTwice {
                    file: file.to_owned(),
                    column: name.clone(),
                    table: rule.table.name.to_owned(),
                    other: other.to_owned(),
                });
            }
            // A column that holds nothing in this file has no kind yet and brings nothing.
            let Some(kind) = self.kind(file, rule.table, name, own, infer, kinds)? else { continue };
            kinds.insert(rule.table.name, name, kind.arrow());
            let reading = match kind {
                AttributeKind::Number => Reading::Number,
                AttributeKind::Flag => Reading::Flag,
                AttributeKind::Text => Reading::Text,
            };
            let own = self.over_numbers(file, rule.table.name, own.clone(), reading)?;
            columns.push(TargetColumn {
                name: name.clone(),
                reading,
                required: false,
                direct: self.direct(&own),
                rule: Some(own),
            });
        }
        Ok(Target { table: rule.table, when: rule.when.clone(), columns })
    }

    fn direct(&self, rule: &ColumnRule) -> Option<usize> {
        match &rule.expression {
            Expression::Source(source) => place_of(&self.header, source.as_column()?),
            _ => None,
        }
    }

    fn kind(
        &self,
        file: &str,
        table: &ContractTable,
        name: &str,
        rule: &ColumnRule,
        infer: &dyn Fn(usize) -> Result<Inference, FileRefused>,
        kinds: &AttributeKinds,
    ) -> Result<Option<AttributeKind>, FileRefused> {
        match (rule.kind, kinds.kind(table, name)) {
            (Some(given), Some(known)) if given != known => Err(FileRefused::AttributeKind {
                file: file.to_owned(),
                column: name.to_owned(),
                given: given.in_words(),
                known: known.in_words(),
            }),
            (Some(kind), _) | (None, Some(kind)) => Ok(Some(kind)),
            (None, None) => match self.direct(rule) {
                Some(place) => Ok(infer(place)?.kind()),
                None => Ok(Some(AttributeKind::Text)),
            },
        }
    }
}

/// The name of a cell column in the frame.
pub(crate) fn cell_name(place: usize) -> String {
    format!("s{place}")
}

/// Where a column stands: under this very name, else under one that differs in case alone.
pub(crate) fn place_of(header: &[String], name: &str) -> Option<usize> {
    let exact = header.iter().position(|found| found == name);
    exact.or_else(|| {
        let alike = |(place, found): (usize, &String)| found.eq_ignore_ascii_case(name).then_some(place);
        let mut alike = header.iter().enumerate().filter_map(alike);
        // Of two that are alike none is meant.
        alike.next().filter(|_| alike.next().is_none())
    })
}

fn sources_of(target: &TargetRule) -> Vec<Source> {
    let mut found = Vec::new();
    if let Some(when) = &target.when {
        when.sources(&mut found);
    }
    target.columns.iter().for_each(|(_, rule)| rule.expression.sources(&mut found));
    found
}

fn reading(kind: ColumnKind) -> Reading {
    match kind {
        ColumnKind::Text => Reading::Text,
        ColumnKind::Word(words) => Reading::Word(words),
        ColumnKind::Count => Reading::Whole { positive: false },
        ColumnKind::PositiveCount => Reading::Whole { positive: true },
        ColumnKind::Money => Reading::Money { positive: false },
        ColumnKind::PositiveMoney => Reading::Money { positive: true },
        ColumnKind::Flag => Reading::Flag,
        ColumnKind::Instant => Reading::Instant,
        ColumnKind::Day => Reading::Day,
    }
}
