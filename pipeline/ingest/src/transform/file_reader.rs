//! Reader for a file: from records to chunks of typed rows, with row counts.

use std::borrow::Cow;

use polars::prelude::PolarsError;
use slotcast_core::Tz;
use slotcast_lake::Pseudonyms;

use crate::{
    report::{
        file_error::FileError, lookup_report::LookupReport, read_report::ReadReport,
        reject_reason::RejectReason, row_errors::RowErrors,
    },
    source::{
        record::NextRecord,
        record_reader::{RecordReader, RecordView},
    },
    transform::{
        column_builder::ColumnBuilder,
        evaluator::Evaluator,
        explode::{Elements, MAX_REPEATED_BYTES},
        fact_chunk::FactChunk,
        partial_cancellations::PartialCancellations,
        plan::FilePlan,
        raw_rows::RawRows,
        target_plan::{ColumnPlan, TargetPlan},
        text_frame::TextFrame,
    },
};

/// Rows per chunk.
const CHUNK_ROWS: usize = 1 << 16;

/// Bytes of rows after which a shorter chunk ends.
const CHUNK_BYTES: usize = 1 << 26;

/// Filter reason of records without an element.
const EMPTY_LIST: &str = "empty_list";

/// Reader for the typed rows of a file, chunk by chunk.
pub(crate) struct FileReader<'a> {
    name: &'a str,
    pub(super) file: usize,
    pub(super) plan: FilePlan,
    records: RecordReader<'a>,
    pub(super) builders: Vec<Vec<ColumnBuilder<'a>>>,
    evaluator: Evaluator,
    /// Elements of the current record.
    elements: Elements,
    pub(super) raw_rows: RawRows,
    pub(super) keeps_repeats: bool,
    pub(crate) report: ReadReport,
    pub(crate) partial_cancellations: PartialCancellations,
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
            let builder =
                |column| ColumnBuilder::new(&plan, column, default_text(target, column), zone, pseudonyms);
            target.columns.iter().map(builder).collect()
        });
        Self {
            name,
            file,
            builders: builders.collect(),
            evaluator: Evaluator::new(&plan, zone),
            elements: Elements::default(),
            plan,
            records,
            raw_rows: RawRows::default(),
            keeps_repeats,
            report: ReadReport::default(),
            partial_cancellations: PartialCancellations::default(),
            is_at_end: false,
        }
    }

    pub(crate) fn plan(&self) -> &FilePlan {
        &self.plan
    }

    /// Encoding of the text, if it is not UTF-8.
    pub(crate) fn encoding(&self) -> Option<&'static str> {
        self.records.legacy_encoding()
    }

    /// Lines for the account of the file. `zone` is that of naive timestamps.
    pub(crate) fn notes(&self, zone: Tz) -> Vec<String> {
        let zone_of = |column| {
            let own = self.plan.zone_of(column).unwrap_or(zone);
            self.plan.reads(column).then(|| own.name().to_owned())
        };
        self.records.notes(zone_of)
    }

    /// Columns that no expression reads, without those of the folders.
    pub(crate) fn extra_columns(&self) -> Vec<String> {
        let columns = self.plan.extra_columns.iter();
        columns.filter(|name| !self.records.is_folder_column(name)).cloned().collect()
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
        let mut texts = if needs_polars { TextFrame::new(&self.plan) } else { TextFrame::default() };
        let (mut skipped, mut bytes) = (0, 0);
        while lines.len() + skipped < CHUNK_ROWS && bytes < CHUNK_BYTES {
            if self.elements.is_empty() {
                match self.next_record()? {
                    NextRow::End => {
                        self.is_at_end = true;
                        break;
                    }
                    NextRow::Skipped => {
                        skipped += 1;
                        bytes += self.records.bytes();
                        continue;
                    }
                    NextRow::Valid => {}
                }
            }
            let element = self.elements.next();
            let element_bytes = element.as_ref().map_or(0, String::len);
            bytes += (self.records.bytes() + element_bytes).saturating_sub(self.elements.list_bytes());
            lines.push(i64::try_from(self.records.line()).unwrap_or(i64::MAX));
            self.push_row(
                lines.len() - 1,
                element.as_deref(),
                needs_polars.then_some(&mut texts),
                &mut errors,
            );
        }
        self.report.read += (lines.len() + skipped) as u64;
        let mapped = if needs_polars && !lines.is_empty() {
            let frame = texts.finish(lines.len());
            let mapped = frame.and_then(|frame| self.evaluator.evaluate(&self.plan, frame));
            Some(mapped.map_err(|error: PolarsError| FileError::Internal {
                file: self.name.to_owned(),
                message: error.to_string(),
            })?)
        } else {
            None
        };
        Ok(Some(self.finish_chunk(lines, first_row, mapped.as_ref(), errors)))
    }

    /// Reads the next record, and its elements if they are rows.
    fn next_record(&mut self) -> Result<NextRow, FileError> {
        let reason = match self.records.next_record()? {
            NextRecord::End => return Ok(NextRow::End),
            NextRecord::Malformed(reason) => reason,
            NextRecord::Valid => {
                let Some(explode) = &self.plan.explode else { return Ok(NextRow::Valid) };
                match self.elements.read(explode, &self.records.record()) {
                    Ok(()) if self.elements.is_empty() => {
                        self.report.add_filtered(EMPTY_LIST);
                        return Ok(NextRow::Skipped);
                    }
                    Ok(()) => return Ok(NextRow::Valid),
                    Err(_) => RejectReason::BadJson,
                }
            }
        };
        let row = (self.records.line(), &*self.records.raw());
        self.report.add_reject(self.plan.targets[0].table, row, None, reason);
        Ok(NextRow::Skipped)
    }

    /// Appends the current record, or one of its elements, to the columns and the frame.
    #[inline]
    fn push_row(
        &mut self,
        row: usize,
        element: Option<&str>,
        texts: Option<&mut TextFrame>,
        errors: &mut [RowErrors],
    ) {
        let record = self.records.record();
        let needs_cleaning = match &record {
            RecordView::Text { text, .. } => !self.plan.cleaner.skips(text),
            RecordView::Reader(_) => true,
        };
        let mut is_normalized = false;
        let is_valid = if needs_cleaning {
            let cleaner = &self.plan.cleaner;
            let cell = |column| cleaner.clean(record.cell(column)?, &mut is_normalized);
            push_direct_cells(&self.plan, &mut self.builders, cell, row, errors)
        } else {
            let cell = |column| record.cell(column).map(Cow::Borrowed);
            push_direct_cells(&self.plan, &mut self.builders, cell, row, errors)
        };
        let may_fail_later = texts.is_some() || self.plan.has_table_rules;
        if let Some(texts) = texts {
            is_normalized |= texts.push(&self.plan, &record, element, needs_cleaning);
        }
        self.report.normalized += u64::from(is_normalized);
        // The text of a row is only needed for a reject.
        let needs_text = !is_valid || may_fail_later;
        let raw = if needs_text { self.records.raw() } else { Cow::default() };
        match element.filter(|_| raw.len() > MAX_REPEATED_BYTES) {
            Some(element) => self.raw_rows.push(element.as_bytes()),
            None => self.raw_rows.push(&raw),
        }
    }

    /// Target column with ids that a spreadsheet has rounded, and one of them.
    pub(crate) fn ruined_ids(&self) -> Option<(&str, &str)> {
        let columns = self.plan.targets.iter().flat_map(|target| &target.columns);
        let builders = self.builders.iter().flatten();
        builders.zip(columns).find_map(|(builder, column)| Some((column.name.as_str(), builder.ruined_id()?)))
    }

    /// Lookups of the file, with the number of rows that found no match.
    pub(crate) fn lookup_reports(&self) -> Vec<LookupReport> {
        let report = |(lookup, unmatched)| {
            let table = self.plan.texts.lookup(lookup);
            LookupReport {
                name: table.name().to_owned(),
                keys: table.len() as u64,
                replaced: table.replaced,
                unread: table.unread,
                unmatched,
            }
        };
        self.evaluator.unmatched().into_iter().map(report).collect()
    }
}

/// Outcome of reading one record.
enum NextRow {
    End,
    /// A record without rows, which is counted.
    Skipped,
    /// A record with a row, or with elements that are rows.
    Valid,
}

/// Appends the unmodified cells of a record, and returns whether all of them are valid.
#[inline]
fn push_direct_cells<'t>(
    plan: &FilePlan,
    builders: &mut [Vec<ColumnBuilder<'_>>],
    mut cell: impl FnMut(usize) -> Option<Cow<'t, str>>,
    row: usize,
    errors: &mut [RowErrors],
) -> bool {
    let mut is_valid = true;
    for ((target, builders), errors) in plan.targets.iter().zip(builders).zip(errors) {
        for (number, (column, builder)) in target.columns.iter().zip(builders).enumerate() {
            let cell = match (column.direct, &column.rule) {
                (Some(direct), _) => cell(direct),
                (None, Some(_)) => continue,
                (None, None) => None,
            };
            if let Err(reason) = builder.push(cell.as_deref()) {
                errors.add(row, number, reason);
                is_valid = false;
            }
        }
    }
    is_valid
}

/// Text for an empty cell: a snapshot without a measure is a total, and a category may be unknown.
fn default_text(target: &TargetPlan, column: &ColumnPlan) -> Option<&'static str> {
    match (target.table.name, column.name.as_str()) {
        ("order_snapshots", "measure") => Some("total"),
        ("products", "category") => Some("unknown"),
        _ => None,
    }
}
