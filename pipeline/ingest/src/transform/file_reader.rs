//! Reader for a file: from records to chunks of typed rows, with row counts.

use std::{borrow::Cow, sync::Arc};

use arrow::{
    array::{Array, ArrayRef},
    datatypes::Field,
};
use slotcast_core::Tz;
use slotcast_lake::Pseudonyms;

use crate::{
    report::{file_error::FileError, read_report::ReadReport, row_errors::RowErrors},
    source::{
        record::NextRecord,
        record_reader::{RecordReader, RecordView},
    },
    transform::{
        apply_mapping::{EngineError, MappedChunk, apply_mapping},
        column_builder::ColumnBuilder,
        computed_source::RowEvaluator,
        fact_chunk::FactChunk,
        plan::FilePlan,
        raw_rows::RawRows,
        table_rules::{check_table_rules, has_table_rules},
        target_plan::{ColumnPlan, TargetPlan},
        text_frame::TextFrame,
    },
};

/// Rows per chunk.
const CHUNK_ROWS: usize = 1 << 16;

/// Bytes of rows after which a shorter chunk ends.
const CHUNK_BYTES: usize = 1 << 26;

/// Filter reason of rows without a wanted target.
const NO_TARGET: &str = "no_target";

/// Reader for the typed rows of a file, chunk by chunk.
pub(crate) struct FileReader<'a> {
    name: &'a str,
    file: usize,
    plan: FilePlan,
    records: RecordReader<'a>,
    builders: Vec<Vec<ColumnBuilder<'a>>>,
    evaluator: RowEvaluator,
    raw_rows: RawRows,
    keeps_repeats: bool,
    pub(crate) report: ReadReport,
    is_at_end: bool,
}

impl<'a> FileReader<'a> {
    /// Reader for the file with this index in its batch.
    pub(crate) fn new(
        name: &'a str,
        file: usize,
        plan: FilePlan,
        records: RecordReader<'a>,
        zone: Tz,
        pseudonyms: &'a Pseudonyms,
        keeps_repeats: bool,
    ) -> Self {
        let builders = plan.targets.iter().map(|target| {
            let builder = |column| ColumnBuilder::new(column, default_text(target, column), zone, pseudonyms);
            target.columns.iter().map(builder).collect()
        });
        Self {
            name,
            file,
            builders: builders.collect(),
            evaluator: plan.row_evaluator(zone),
            plan,
            records,
            raw_rows: RawRows::default(),
            keeps_repeats,
            report: ReadReport::default(),
            is_at_end: false,
        }
    }

    pub(crate) fn plan(&self) -> &FilePlan {
        &self.plan
    }

    /// Returns whether the text is CP949.
    pub(crate) fn is_cp949(&self) -> bool {
        self.records.is_cp949()
    }

    /// Facts of the next rows, one chunk per target; none at the end of the file.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<Vec<FactChunk>>, FileError> {
        if self.is_at_end {
            return Ok(None);
        }
        let first_row = usize::try_from(self.report.read).unwrap_or(usize::MAX);
        self.raw_rows.clear();
        let mut lines: Vec<i64> = Vec::with_capacity(CHUNK_ROWS);
        let mut errors: Vec<RowErrors> = self.plan.targets.iter().map(|_| RowErrors::default()).collect();
        let needs_polars = self.plan.needs_polars();
        let has_rules = |target: &TargetPlan| has_table_rules(target.table.name);
        let may_fail_later = needs_polars || self.plan.targets.iter().any(has_rules);
        let mut texts = if needs_polars { TextFrame::new(&self.plan) } else { TextFrame::default() };
        let (mut malformed, mut bytes) = (0, 0);
        while lines.len() + malformed < CHUNK_ROWS && bytes < CHUNK_BYTES {
            let next = self.records.next_record()?;
            bytes += self.records.bytes();
            match next {
                NextRecord::End => {
                    self.is_at_end = true;
                    break;
                }
                NextRecord::Malformed(reason) => {
                    malformed += 1;
                    let row = (self.records.line(), &*self.records.raw());
                    self.report.add_reject(self.plan.targets[0].table, row, None, reason);
                }
                NextRecord::Valid => {
                    let row = lines.len();
                    lines.push(i64::try_from(self.records.line()).unwrap_or(i64::MAX));
                    let record = self.records.record();
                    let is_valid =
                        push_direct_cells(&self.plan, &mut self.builders, &record, row, &mut errors);
                    // The text of a row is only needed for a reject.
                    let needs_text = !is_valid || may_fail_later;
                    let raw = if needs_text { self.records.raw() } else { Cow::default() };
                    self.raw_rows.push(&raw);
                    if needs_polars {
                        texts.push(&mut self.evaluator, &self.records);
                    }
                }
            }
        }
        self.report.read += (lines.len() + malformed) as u64;
        let mapped = if needs_polars && !lines.is_empty() {
            let frame = texts.finish(lines.len());
            let mapped = frame.and_then(|frame| apply_mapping(&self.plan, frame));
            Some(mapped.map_err(|error: EngineError| FileError::Internal {
                file: self.name.to_owned(),
                message: error.to_string(),
            })?)
        } else {
            None
        };
        Ok(Some(self.finish_chunk(lines, first_row, mapped.as_ref(), errors)))
    }

    fn finish_chunk(
        &mut self,
        lines: Vec<i64>,
        first_row: usize,
        mapped: Option<&MappedChunk>,
        mut errors: Vec<RowErrors>,
    ) -> Vec<FactChunk> {
        let lines = Arc::new(lines);
        let mut chunks = Vec::with_capacity(self.plan.targets.len());
        let mut erased = Vec::new();
        for (number, target) in self.plan.targets.iter().enumerate() {
            let builders = &mut self.builders[number];
            for computed in mapped.into_iter().flat_map(|mapped| &mapped.columns[number]) {
                for row in 0..lines.len() {
                    let pushed = match computed.error(row) {
                        Some(reason) => {
                            builders[computed.column].push_null();
                            Err(reason)
                        }
                        None => builders[computed.column].push(computed.text(row)),
                    };
                    if let Err(reason) = pushed {
                        errors[number].add(row, computed.column, reason);
                    }
                }
            }
            erased.extend(builders.iter_mut().flat_map(ColumnBuilder::take_erased));
            let columns: Vec<ArrayRef> = builders.iter_mut().map(ColumnBuilder::finish).collect();
            let field = |(column, array): (&ColumnPlan, &ArrayRef)| {
                Field::new(&column.name, array.data_type().clone(), true)
            };
            let fields: Vec<Field> = target.columns.iter().zip(&columns).map(field).collect();
            check_table_rules(target.table.name, &fields, &columns, &mut errors[number]);
            chunks.push(FactChunk {
                table: target.table,
                fields,
                columns,
                rows: Vec::with_capacity(lines.len()),
                lines: Arc::clone(&lines),
                file: self.file,
                first_row,
                keeps_repeats: self.keeps_repeats,
            });
        }
        for row in 0..lines.len() {
            let rejected = self.report.rejects.len();
            self.classify_row(row, &lines, mapped, &errors, &mut chunks);
            for reject in &mut self.report.rejects[rejected..] {
                reject.customer = chunks.iter().find_map(|chunk| chunk.customer(row));
                // Rejects must not store the text of a row of an erased customer.
                if erased.contains(&row) {
                    reject.raw.clear();
                }
            }
        }
        chunks.retain(|chunk| !chunk.rows.is_empty());
        chunks
    }

    /// Filters a row, rejects it, or adds it to the chunks of its targets.
    fn classify_row(
        &mut self,
        row: usize,
        lines: &[i64],
        mapped: Option<&MappedChunk>,
        errors: &[RowErrors],
        chunks: &mut [FactChunk],
    ) {
        let filter = mapped.and_then(|mapped| mapped.filters.iter().position(|mask| mask.value(row)));
        if let Some(filter) = filter {
            self.report.add_filtered(&self.plan.filters[filter].1);
            return;
        }
        let is_wanted = |number: usize| {
            let mask = mapped.and_then(|mapped| mapped.wanted[number].as_ref());
            mask.is_none_or(|mask| mask.value(row))
        };
        let error = errors.iter().enumerate().find_map(|(number, errors)| {
            let error = errors.first(row).filter(|_| is_wanted(number))?;
            Some((&self.plan.targets[number], error))
        });
        if let Some((target, error)) = error {
            let source_row = (u64::try_from(lines[row]).unwrap_or_default(), self.raw_rows.get(row));
            let column = target.columns[error.column].name.as_str();
            self.report.add_reject(target.table, source_row, Some(column), error.reason);
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
            self.report.add_filtered(NO_TARGET);
        }
    }
}

/// Appends the unmodified cells of a record, and returns whether all of them are valid.
#[inline]
fn push_direct_cells(
    plan: &FilePlan,
    builders: &mut [Vec<ColumnBuilder<'_>>],
    record: &RecordView<'_>,
    row: usize,
    errors: &mut [RowErrors],
) -> bool {
    let mut is_valid = true;
    for ((target, builders), errors) in plan.targets.iter().zip(builders).zip(errors) {
        for (number, (column, builder)) in target.columns.iter().zip(builders).enumerate() {
            let cell = match (column.direct, &column.rule) {
                (Some(direct), _) => record.cell(direct),
                (None, Some(_)) => continue,
                (None, None) => None,
            };
            if let Err(reason) = builder.push(cell) {
                errors.add(row, number, reason);
                is_valid = false;
            }
        }
    }
    is_valid
}

/// Text for an empty cell: a snapshot without a measure is a total.
fn default_text(target: &TargetPlan, column: &ColumnPlan) -> Option<&'static str> {
    (target.table.name == "order_snapshots" && column.name == "measure").then_some("total")
}
