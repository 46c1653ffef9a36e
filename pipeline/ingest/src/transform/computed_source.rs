//! Row-by-row evaluation of source references, before polars evaluates expressions.
//!
//! polars has no simple way to read JSON fields, exact decimals and slots, and cannot compute
//! ordinals and running totals chunk by chunk.

use std::borrow::Cow;

use hashbrown::HashMap;
use slotcast_core::{DateTime, SlotCalendar, Tz};
use xxhash_rust::xxh3::xxh3_128;

use crate::{
    mapping::source_ref::{SlotField, SourceCell, SourceRef},
    report::reject_reason::RejectReason,
    transform::{
        cell_text::{multiply_cells, parse_decimal, read_cell},
        error_mark::mark_error,
    },
    values::{
        decimal::Decimal, number_format::NumberFormat, time_rule::TimeRule, timestamp::TimestampReader,
    },
};

/// State by the hash of a row's cells in some columns.
type StateByKey<V> = HashMap<u128, V>;

/// Evaluator for the references of a file. It visits each row once, in file order.
pub(crate) struct RowEvaluator {
    sources: Vec<ComputedSource>,
    numbers: NumberFormat,
}

enum ComputedSource {
    Cell(SourceCell<usize>),
    Product(Vec<usize>),
    Slot { of: usize, field: SlotField, timestamps: Box<TimestampReader>, calendar: SlotCalendar },
    LineOrdinal(Vec<usize>, StateByKey<u64>),
    RunningTotal { of: usize, over: Vec<usize>, totals: StateByKey<Option<Decimal>> },
}

impl RowEvaluator {
    /// Evaluator for a file with `width` columns. Naive timestamps are local to `zone`.
    pub(crate) fn new(
        sources: &[SourceRef<usize>],
        width: usize,
        numbers: NumberFormat,
        zone: Tz,
        calendar: SlotCalendar,
    ) -> Self {
        let computed = |source: &SourceRef<usize>| match source {
            SourceRef::Cell(cell) => ComputedSource::Cell(cell.clone()),
            SourceRef::Product(columns) => ComputedSource::Product(columns.clone()),
            SourceRef::Slot { of, field, format } => {
                let rule = TimeRule { format: format.clone(), ..TimeRule::default() };
                let timestamps = Box::new(TimestampReader::new(&rule, zone));
                ComputedSource::Slot { of: *of, field: *field, timestamps, calendar }
            }
            SourceRef::LineOrdinal(columns) => {
                let columns = columns.clone().unwrap_or_else(|| (0..width).collect());
                ComputedSource::LineOrdinal(columns, StateByKey::default())
            }
            SourceRef::RunningTotal { of, over } => {
                ComputedSource::RunningTotal { of: *of, over: over.clone(), totals: StateByKey::default() }
            }
        };
        Self { sources: sources.iter().map(computed).collect(), numbers }
    }

    /// Text of a reference in the next row, whose cells `cell` returns; none if it is empty.
    pub(crate) fn evaluate<'r>(
        &mut self,
        source: usize,
        cell: impl Fn(usize) -> Option<&'r str>,
    ) -> Option<Cow<'r, str>> {
        match &mut self.sources[source] {
            ComputedSource::Cell(own) => read_cell(own, cell(own.column)?, self.numbers),
            ComputedSource::Product(columns) => multiply_cells(columns, cell, self.numbers).map(Cow::Owned),
            ComputedSource::Slot { of, field, timestamps, calendar } => {
                let text = cell(*of)?;
                Some(Cow::Owned(match timestamps.parse(text) {
                    Ok(micros) => slot_text(*calendar, micros, *field),
                    Err(reason) => mark_error(reason, text),
                }))
            }
            ComputedSource::LineOrdinal(columns, counts) => {
                let count = counts.entry(row_key(columns, cell)).or_default();
                *count += 1;
                Some(Cow::Owned(count.to_string()))
            }
            ComputedSource::RunningTotal { of, over, totals } => {
                let total = totals.entry(row_key(over, &cell)).or_insert(Some(Decimal::default()));
                if let Some(text) = cell(*of) {
                    let Some(number) = parse_decimal(text, self.numbers) else {
                        return Some(Cow::Owned(mark_error(RejectReason::BadNumber, text)));
                    };
                    *total = total.and_then(|total| total.checked_add(number));
                }
                let overflow = || mark_error(RejectReason::OutOfRange, "");
                Some(Cow::Owned(total.map_or_else(overflow, |total| total.to_string())))
            }
        }
    }
}

fn slot_text(calendar: SlotCalendar, micros: i64, field: SlotField) -> String {
    let at = DateTime::from_timestamp_micros(micros).unwrap_or_default();
    let slot = calendar.slot_of(at);
    let instant = |at: DateTime<_>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    match field {
        SlotField::Date => slot.date.to_string(),
        SlotField::OpensAt => instant(slot.opens_at),
        SlotField::ClosesAt => instant(slot.closes_at),
    }
}

/// Key of a row's cells in some columns. With 128 bits, collisions are negligible.
fn row_key<'r>(columns: &[usize], cell: impl Fn(usize) -> Option<&'r str>) -> u128 {
    let mut bytes = Vec::with_capacity(64);
    for column in columns {
        let text = cell(*column).unwrap_or_default();
        // Lengths separate the cells.
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    xxh3_128(&bytes)
}
