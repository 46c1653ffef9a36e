//! Evaluation of the conditions and expressions of a plan, by polars and column functions.
//!
//! A chunk passes through steps: values in JSON, looked-up cells, references, results. Each step
//! adds columns to the frame, so that every function runs once per chunk.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use polars::prelude::{DataFrame, Expr, IntoLazy, PolarsResult, StringChunked, col};
use slotcast_core::Tz;

use crate::{
    mapping::source_ref::{CellType, SourceCell, SourceRef},
    report::reject_reason::RejectReason,
    transform::{
        column_functions::{
            count_unmatched, element_text, fill_down, line_ordinal, look_up, multiply, number_sign,
            plain_number, running_total, slot, text_steps, value_at_path,
        },
        error_mark::find_error,
        frame_names::{element_name, source_name, text_name},
        plan::FilePlan,
        polars_expression::{condition_to_polars, expression_to_polars},
        text_columns::TextColumn,
    },
};

/// Results of a mapping for the rows of a chunk.
pub(crate) struct MappedChunk {
    /// Mask per filter of the plan.
    pub(crate) filters: Vec<Vec<bool>>,
    /// Mask per target of the rows to write; none for all rows.
    pub(crate) wanted: Vec<Option<Vec<bool>>>,
    /// Computed columns per target.
    pub(crate) columns: Vec<Vec<ComputedColumn>>,
}

/// Text of a target column with an expression.
pub(crate) struct ComputedColumn {
    /// Index of the target column.
    pub(crate) column: usize,
    text: StringChunked,
}

impl ComputedColumn {
    /// Texts of the rows, each or the reason why it could not be computed; none for empty ones.
    pub(crate) fn texts(&self) -> impl Iterator<Item = Result<Option<&str>, RejectReason>> {
        self.text.iter().map(|text| match text.filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => find_error(text).map_or(Ok(Some(text)), Err),
        })
    }
}

/// Evaluator for the chunks of a file, in file order.
pub(crate) struct Evaluator {
    /// Columns to add to the frame, step by step.
    steps: Vec<Vec<Expr>>,
    /// Rows without a match, per lookup.
    unmatched: Vec<(usize, Arc<AtomicU64>)>,
}

impl Evaluator {
    /// Evaluator for a plan. Naive timestamps are local to `zone`.
    pub(crate) fn new(plan: &FilePlan, zone: Tz) -> Self {
        let mut evaluator = Self { steps: Vec::new(), unmatched: Vec::new() };
        let (mut paths, mut lookups) = (Vec::new(), Vec::new());
        for (index, column) in plan.texts.all().iter().enumerate().filter(|(index, _)| plan.is_read(*index)) {
            let text = |index: usize| col(text_name(index));
            let name = text_name(index);
            match column {
                TextColumn::Cell(_) => {}
                TextColumn::Element => {
                    paths.push(element_text(text(index), plan.cleaner.clone()).alias(element_name(index)));
                }
                TextColumn::Path { of, path } => {
                    paths.push(value_at_path(text(*of), path.clone(), plan.cleaner.clone()).alias(name));
                }
                TextColumn::Lookup { lookup, on, column } => {
                    let table = plan.texts.lookup(*lookup);
                    let keys = plan.text_column(*on);
                    if !evaluator.unmatched.iter().any(|(known, _)| known == lookup) {
                        let count = Arc::new(AtomicU64::new(0));
                        evaluator.unmatched.push((*lookup, Arc::clone(&count)));
                        let counted = count_unmatched(keys.clone(), Arc::clone(table), count);
                        lookups.push((*lookup, counted.alias(format!("m{lookup}"))));
                    }
                    lookups.push((*lookup, look_up(keys, Arc::clone(table), *column).alias(name)));
                }
            }
        }
        evaluator.steps.push(paths);
        // The key of a lookup may come from an earlier one.
        for lookup in 0..plan.lookup_count {
            let own = lookups.iter().filter(|(number, _)| *number == lookup);
            evaluator.steps.push(own.map(|(_, column)| column.clone()).collect());
        }
        evaluator.steps.push(reference_columns(plan, zone));
        evaluator.steps.push(result_columns(plan));
        evaluator.steps.retain(|columns| !columns.is_empty());
        evaluator
    }

    /// Evaluates the plan on the texts of the next chunk.
    pub(crate) fn evaluate(&self, plan: &FilePlan, mut frame: DataFrame) -> PolarsResult<MappedChunk> {
        for columns in &self.steps {
            frame = frame.lazy().with_columns(columns).collect()?;
        }
        let mask = |name: String| -> PolarsResult<Vec<bool>> {
            Ok(frame.column(&name)?.bool()?.iter().map(|holds| holds == Some(true)).collect())
        };
        let filters = (0..plan.filters.len()).map(|filter| mask(filter_name(filter)));
        let filters = filters.collect::<PolarsResult<_>>()?;
        let (mut wanted, mut columns) = (Vec::new(), Vec::new());
        for (number, target) in plan.targets.iter().enumerate() {
            wanted.push(target.when.as_ref().map(|_| mask(wanted_name(number))).transpose()?);
            let mut computed = Vec::new();
            for (column, own) in target.columns.iter().enumerate() {
                if own.polars_rule().is_some() {
                    let text = frame.column(&result_name(number, column))?.str()?.clone();
                    computed.push(ComputedColumn { column, text });
                }
            }
            columns.push(computed);
        }
        Ok(MappedChunk { filters, wanted, columns })
    }

    /// Rows so far without a match, per lookup.
    pub(crate) fn unmatched(&self) -> Vec<(usize, u64)> {
        self.unmatched.iter().map(|(lookup, count)| (*lookup, count.load(Ordering::Relaxed))).collect()
    }
}

/// Columns of the references that are more than a text.
fn reference_columns(plan: &FilePlan, zone: Tz) -> Vec<Expr> {
    let all = |columns: &[usize]| -> Vec<Expr> { columns.iter().map(|own| plan.text_column(*own)).collect() };
    let used = plan.sources.iter().enumerate().filter(|(index, _)| plan.is_polars_source[*index]);
    let column = |(index, source): (usize, &SourceRef<usize>)| {
        let column = match source {
            SourceRef::Cell(cell) => cell_column(plan, cell),
            SourceRef::Product(columns) => multiply(&all(columns), plan.numbers),
            SourceRef::Slot { of, field, time } => {
                slot(plan.text_column(*of), *field, time.clone(), plan.calendar, zone)
            }
            SourceRef::LineOrdinal(columns) => {
                line_ordinal(&all(columns.as_deref().unwrap_or(&plan.whole_row)))
            }
            SourceRef::RunningTotal { of, over } => {
                running_total(plan.text_column(*of), &all(over), plan.numbers)
            }
        };
        column.alias(source_name(index))
    };
    used.map(column).collect()
}

fn cell_column(plan: &FilePlan, cell: &SourceCell<usize>) -> Expr {
    let mut column = plan.text_column(cell.column);
    if let Some(others) = &cell.fill_down {
        let others: Vec<Expr> = others.iter().map(|own| plan.text_column(*own)).collect();
        column = fill_down(column, &others);
    }
    if !cell.steps.is_empty() {
        column = text_steps(column, cell.steps.clone());
    }
    match cell.cell_type {
        CellType::Text => column,
        CellType::Number => plain_number(column, plan.numbers),
        CellType::Sign => number_sign(column, plan.numbers),
    }
}

/// Columns of filters, targets and expressions.
fn result_columns(plan: &FilePlan) -> Vec<Expr> {
    let mut found: Vec<Expr> = Vec::new();
    for (filter, (condition, _)) in plan.filters.iter().enumerate() {
        found.push(condition_to_polars(condition, plan).alias(filter_name(filter)));
    }
    for (number, target) in plan.targets.iter().enumerate() {
        let when = target.when.as_ref().map(|when| condition_to_polars(when, plan));
        found.extend(when.map(|when| when.alias(wanted_name(number))));
        for (column, own) in target.columns.iter().enumerate() {
            if let Some(rule) = own.polars_rule() {
                let text = expression_to_polars(&rule.expression, plan);
                found.push(text.alias(result_name(number, column)));
            }
        }
    }
    found
}

fn filter_name(filter: usize) -> String {
    format!("f{filter}")
}

fn wanted_name(target: usize) -> String {
    format!("w{target}")
}

fn result_name(target: usize, column: usize) -> String {
    format!("v{target}_{column}")
}
