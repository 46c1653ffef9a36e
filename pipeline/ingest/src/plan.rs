//! What will be done with the rows of one file: a mapping rule held against a header.
//!
//! Everything is decided before the first row: which columns are read, what kind
//! each target column has, which columns nobody wants.

use slotcast_lake::contract::{ColumnKind, ContractTable};

use crate::{
    attributes::{AttributeKind, AttributeKinds},
    condition::Condition,
    expression::{ColumnRule, Expression, SourceRef},
    mapping::{FileRule, TargetRule},
    refused::FileRefused,
    source::Source,
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
    /// The cells to read: place in the header, and field of the JSON in it.
    pub(crate) cells: Vec<(usize, Option<String>)>,
    pub(crate) filters: Vec<(Condition, String)>,
    pub(crate) targets: Vec<Target>,
    /// Columns of the header that nothing reads and that are not left out on purpose.
    pub(crate) extra_columns: Vec<String>,
    header: Vec<String>,
}

impl Plan {
    /// Holds `rule` against the header of `source`.
    pub(crate) fn new(
        file: &str,
        rule: &FileRule,
        source: &Source<'_>,
        kinds: &AttributeKinds,
    ) -> Result<Self, FileRefused> {
        let header = &source.header;
        let mut plan = Self {
            cells: Vec::new(),
            filters: rule.filters.clone(),
            targets: Vec::new(),
            extra_columns: Vec::new(),
            header: header.clone(),
        };
        for (condition, _) in &rule.filters {
            let wanted = SourceRef { column: condition.column.clone(), json: None };
            plan.read(file, rule.targets[0].table.name, &[wanted])?;
        }
        for target in &rule.targets {
            plan.read(file, target.table.name, &sources_of(target))?;
        }
        let mut kinds = kinds.clone();
        for target in &rule.targets {
            let target = plan.target(file, target, source, &mut kinds)?;
            plan.targets.push(target);
        }
        let read = |place: usize| plan.cells.iter().any(|(cell, _)| *cell == place);
        plan.extra_columns = header
            .iter()
            .enumerate()
            .filter(|(place, name)| !name.is_empty() && !read(*place) && !rule.unused.contains(name))
            .map(|(_, name)| name.clone())
            .collect();
        if plan.cells.is_empty() {
            // Constants need a frame with rows to be constant over.
            plan.cells.push((0, None));
        }
        Ok(plan)
    }

    /// The name by which polars knows a source; names of a header are not safe there.
    pub(crate) fn name(&self, source: &SourceRef) -> String {
        let fits = |(place, json): &&(usize, Option<String>)| {
            self.header[*place] == source.column && *json == source.json
        };
        let place = self.cells.iter().position(|cell| fits(&cell));
        cell_name(place.expect("every source of the rule was entered by `read`"))
    }

    /// Whether rows with an equal key are added up over the whole file.
    pub(crate) fn adds_up(&self) -> bool {
        self.targets.iter().any(|target| target.table.name == "social_signals")
    }

    fn read(&mut self, file: &str, table: &str, wanted: &[SourceRef]) -> Result<(), FileRefused> {
        let place = |source: &SourceRef| self.header.iter().position(|name| *name == source.column);
        let missing: Vec<String> = wanted
            .iter()
            .filter(|source| place(source).is_none())
            .map(|source| source.column.clone())
            .collect();
        if !missing.is_empty() {
            return Err(FileRefused::MissingColumns {
                file: file.to_owned(),
                table: table.to_owned(),
                missing,
                found: self.header.clone(),
            });
        }
        for source in wanted {
            let cell = (place(source).unwrap_or_default(), source.json.clone());
            if !self.cells.contains(&cell) {
                self.cells.push(cell);
            }
        }
        Ok(())
    }

    fn target(
        &self,
        file: &str,
        rule: &TargetRule,
        source: &Source<'_>,
        kinds: &mut AttributeKinds,
    ) -> Result<Target, FileRefused> {
        let mut columns = Vec::new();
        for column in rule.table.columns {
            let own = rule.columns.iter().find(|(name, _)| name == column.name).map(|(_, rule)| rule.clone());
            columns.push(TargetColumn {
                name: column.name.to_owned(),
                reading: reading(column.kind),
                required: column.required,
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
            let Some(kind) = self.kind(file, rule.table, name, own, source, kinds)? else { continue };
            kinds.insert(rule.table.name, name, kind.arrow());
            columns.push(TargetColumn {
                name: name.clone(),
                reading: match kind {
                    AttributeKind::Number => Reading::Number,
                    AttributeKind::Flag => Reading::Flag,
                    AttributeKind::Text => Reading::Text,
                },
                required: false,
                rule: Some(own.clone()),
            });
        }
        Ok(Target { table: rule.table, when: rule.when.clone(), columns })
    }

    fn kind(
        &self,
        file: &str,
        table: &ContractTable,
        name: &str,
        rule: &ColumnRule,
        source: &Source<'_>,
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
            (None, None) => match &rule.expression {
                Expression::Source(SourceRef { column, json: None }) => {
                    let place = self.header.iter().position(|found| found == column).unwrap_or_default();
                    Ok(source.infer(file, &[place])?[0].kind())
                }
                _ => Ok(Some(AttributeKind::Text)),
            },
        }
    }
}

/// The name of a cell column in the frame.
pub(crate) fn cell_name(place: usize) -> String {
    format!("s{place}")
}

fn sources_of(target: &TargetRule) -> Vec<SourceRef> {
    let mut found = Vec::new();
    if let Some(when) = &target.when {
        found.push(SourceRef { column: when.column.clone(), json: None });
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
