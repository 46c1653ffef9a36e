//! Classes of the rows of a chunk: filtered, rejected, or facts of their targets.

use crate::{
    report::{read_report::ReadReport, row_errors::RowErrors},
    transform::{evaluator::MappedChunk, fact_chunk::FactChunk, plan::FilePlan, raw_rows::RawRows},
};

/// Filter reason of rows without a wanted target.
const NO_TARGET: &str = "no_target";

/// Rows of a chunk with the results that decide their class.
pub(crate) struct RowClasses<'a> {
    pub(crate) plan: &'a FilePlan,
    pub(crate) lines: &'a [i64],
    pub(crate) mapped: Option<&'a MappedChunk>,
    pub(crate) errors: &'a [RowErrors],
    pub(crate) raw: &'a RawRows,
}

impl RowClasses<'_> {
    /// Filters a row, rejects it, or adds it to the chunks of its targets.
    pub(crate) fn classify(&self, row: usize, report: &mut ReadReport, chunks: &mut [FactChunk]) {
        let filter = self.mapped.and_then(|mapped| mapped.filters.iter().position(|mask| mask[row]));
        if let Some(filter) = filter {
            report.add_filtered(&self.plan.filters[filter].1);
            return;
        }
        let is_wanted = |number: usize| {
            let mask = self.mapped.and_then(|mapped| mapped.wanted[number].as_ref());
            mask.is_none_or(|mask| mask[row])
        };
        let error = self.errors.iter().enumerate().find_map(|(number, errors)| {
            let error = errors.first(row).filter(|_| is_wanted(number))?;
            Some((&self.plan.targets[number], error))
        });
        if let Some((target, error)) = error {
            let source_row = (u64::try_from(self.lines[row]).unwrap_or_default(), self.raw.get(row));
            let column = target.columns[error.column].name.as_str();
            report.add_reject(target.table, source_row, Some(column), error.reason);
            return;
        }
        let mut has_target = false;
        for (number, chunk) in chunks.iter_mut().enumerate() {
            if is_wanted(number) {
                has_target = true;
                chunk.rows.push(row as u32);
            }
        }
        if !has_target {
            report.add_filtered(NO_TARGET);
        }
    }
}
