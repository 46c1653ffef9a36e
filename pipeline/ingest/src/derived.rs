//! What expressions read from a source row: cells, and texts that are computed from cells.
//!
//! What polars cannot do simply (fields of JSON, exact decimals, slots) or cannot do chunk
//! by chunk (places and sums in the order of the file) is done here, row by row, before
//! polars sees the frame.

use std::borrow::Cow;

use hashbrown::HashMap;
use serde::Deserialize;
use slotcast_core::{DateTime, SlotCalendar, Tz};
use xxhash_rust::xxh3::xxh3_128;

use crate::{
    decimal::{Decimal, NumberForm},
    expression::ColumnRule,
    instants::Instants,
    reason::Reason,
    time_form::TimeForm,
};

/// Something that is read from a source row. `C` is a column's name in a mapping, and its
/// place in the header in a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source<C = String> {
    /// The cell of a column.
    Cell(Cell<C>),
    /// The product of numbers.
    Product(Vec<C>),
    /// The slot in which a moment lies.
    Slot { of: C, part: SlotPart, form: TimeForm },
    /// How many rows up to this one have equal cells in these columns; none: in all.
    LineOrdinal(Option<Vec<C>>),
    /// The sum of a column over the rows up to this one that have equal cells in others.
    RunningTotal { of: C, over: Vec<C> },
}

/// The cell of a column, or something in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell<C = String> {
    pub(crate) column: C,
    /// A field of the JSON object in it.
    pub(crate) json: Option<String>,
    /// The first of these endings that it has is cut off.
    pub(crate) strip_suffix: Vec<String>,
    pub(crate) view: View,
}

/// How a cell is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// As text.
    Text,
    /// As a number in the form of the file; its text is then plain.
    Number,
    /// As the sign of a number: -1, 0 or 1.
    Sign,
}

/// What is said of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SlotPart {
    /// The local date on which it opens.
    Date,
    /// The instant at which it opens.
    OpensAt,
    /// The instant at which it closes.
    ClosesAt,
}

impl Source {
    /// A column as it is.
    pub(crate) fn column(name: &str) -> Self {
        Self::Cell(Cell::plain(name.to_owned()))
    }

    /// The same over the places that columns have; none if one has no place.
    pub(crate) fn placed(&self, place: &dyn Fn(&str) -> Option<usize>) -> Option<Source<usize>> {
        let all = |names: &[String]| names.iter().map(|name| place(name)).collect::<Option<Vec<_>>>();
        Some(match self {
            Self::Cell(cell) => Source::Cell(Cell {
                column: place(&cell.column)?,
                json: cell.json.clone(),
                strip_suffix: cell.strip_suffix.clone(),
                view: cell.view,
            }),
            Self::Product(columns) => Source::Product(all(columns)?),
            Self::Slot { of, part, form } => Source::Slot { of: place(of)?, part: *part, form: form.clone() },
            Self::LineOrdinal(None) => Source::LineOrdinal(None),
            Self::LineOrdinal(Some(columns)) => Source::LineOrdinal(Some(all(columns)?)),
            Self::RunningTotal { of, over } => Source::RunningTotal { of: place(of)?, over: all(over)? },
        })
    }
}

impl<C> Source<C> {
    /// The columns that it needs.
    pub(crate) fn columns(&self) -> Vec<&C> {
        match self {
            Self::Cell(cell) => vec![&cell.column],
            Self::Slot { of, .. } => vec![of],
            Self::Product(columns) | Self::LineOrdinal(Some(columns)) => columns.iter().collect(),
            Self::LineOrdinal(None) => Vec::new(),
            Self::RunningTotal { of, over } => over.iter().chain([of]).collect(),
        }
    }

    /// The column of a cell that is taken as it is.
    pub(crate) fn as_column(&self) -> Option<&C> {
        match self {
            Self::Cell(Cell { column, json: None, strip_suffix, view: View::Text }) => {
                strip_suffix.is_empty().then_some(column)
            }
            _ => None,
        }
    }

    /// Whether a cell that is no number, or no moment, makes it faulty.
    pub(crate) fn may_be_faulty(&self) -> bool {
        match self {
            Self::Cell(cell) => cell.view != View::Text,
            Self::LineOrdinal(_) => false,
            Self::Product(_) | Self::Slot { .. } | Self::RunningTotal { .. } => true,
        }
    }
}

impl<C> Cell<C> {
    /// A column as it is.
    pub(crate) fn plain(column: C) -> Self {
        Self { column, json: None, strip_suffix: Vec::new(), view: View::Text }
    }
}

/// Stands before a text that could not be computed; rows with this byte do not get so far.
const FAULTY: char = '\0';

/// The fault behind a text that could not be computed, or that was put together from one.
pub(crate) fn fault_in(text: &str) -> Option<Reason> {
    let at = memchr::memchr(FAULTY as u8, text.as_bytes())?;
    Some(match text.as_bytes().get(at + 1) {
        Some(b'n') => Reason::BadNumber,
        Some(b't') => Reason::BadTimestamp,
        Some(b'o') => Reason::OutOfRange,
        // A form of file without lines may bring the byte itself.
        _ => Reason::NulByte,
    })
}

/// A text that rejects its row wherever it ends up, and is no number to polars.
fn faulty(reason: Reason, raw: &str) -> String {
    let mark = match reason {
        Reason::BadTimestamp => 't',
        Reason::OutOfRange => 'o',
        _ => 'n',
    };
    format!("{FAULTY}{mark}{raw}")
}

/// How a text is known that could not be computed, for polars.
pub(crate) fn mark_of_faults() -> String {
    FAULTY.to_string()
}

/// By the hash of a row's cells in some columns.
type ByRow<V> = HashMap<u128, V>;

/// Computes the texts of a file's rows. Rows come in the order of the file, each of them once.
pub(crate) struct Derived {
    sources: Vec<Computed>,
    numbers: NumberForm,
}

enum Computed {
    Cell(Cell<usize>),
    Product(Vec<usize>),
    Slot { of: usize, part: SlotPart, moments: Box<Instants>, calendar: SlotCalendar },
    LineOrdinal(Vec<usize>, ByRow<u64>),
    RunningTotal { of: usize, over: Vec<usize>, totals: ByRow<Option<Decimal>> },
}

impl Derived {
    /// Over a file with so many columns. Naive moments are local to `zone`.
    pub(crate) fn new(
        sources: &[Source<usize>],
        width: usize,
        numbers: NumberForm,
        zone: Tz,
        calendar: SlotCalendar,
    ) -> Self {
        let computed = |source: &Source<usize>| match source {
            Source::Cell(cell) => Computed::Cell(cell.clone()),
            Source::Product(columns) => Computed::Product(columns.clone()),
            Source::Slot { of, part, form } => {
                let rule = ColumnRule { form: form.clone(), ..ColumnRule::plain("") };
                let moments = Box::new(Instants::new(&rule, zone));
                Computed::Slot { of: *of, part: *part, moments, calendar }
            }
            Source::LineOrdinal(columns) => {
                let columns = columns.clone().unwrap_or_else(|| (0..width).collect());
                Computed::LineOrdinal(columns, ByRow::default())
            }
            Source::RunningTotal { of, over } => {
                Computed::RunningTotal { of: *of, over: over.clone(), totals: ByRow::default() }
            }
        };
        Self { sources: sources.iter().map(computed).collect(), numbers }
    }

    /// The text of one source in the next row, whose cells `cell` gives; none if it is empty.
    pub(crate) fn next<'r>(
        &mut self,
        source: usize,
        cell: impl Fn(usize) -> Option<&'r str>,
    ) -> Option<Cow<'r, str>> {
        match &mut self.sources[source] {
            Computed::Cell(own) => read_cell(own, cell(own.column)?, self.numbers),
            Computed::Product(columns) => product(columns, cell, self.numbers).map(Cow::Owned),
            Computed::Slot { of, part, moments, calendar } => {
                let text = cell(*of)?;
                Some(Cow::Owned(match moments.read(text) {
                    Ok(micros) => slot(*calendar, micros, *part),
                    Err(reason) => faulty(reason, text),
                }))
            }
            Computed::LineOrdinal(columns, counts) => {
                let count = counts.entry(row_key(columns, cell)).or_default();
                *count += 1;
                Some(Cow::Owned(count.to_string()))
            }
            Computed::RunningTotal { of, over, totals } => {
                let total = totals.entry(row_key(over, &cell)).or_insert(Some(Decimal::default()));
                if let Some(text) = cell(*of) {
                    let Some(number) = decimal(text, self.numbers) else {
                        return Some(Cow::Owned(faulty(Reason::BadNumber, text)));
                    };
                    *total = total.and_then(|total| total.plus(number));
                }
                Some(Cow::Owned(
                    total.map_or_else(|| faulty(Reason::OutOfRange, ""), |total| total.to_string()),
                ))
            }
        }
    }
}

fn read_cell<'r>(cell: &Cell<usize>, text: &'r str, numbers: NumberForm) -> Option<Cow<'r, str>> {
    let mut text = match &cell.json {
        None => Cow::Borrowed(text),
        Some(key) => Cow::Owned(field(text, key)?),
    };
    if let Some(rest) = cell.strip_suffix.iter().find_map(|end| text.strip_suffix(end.as_str())) {
        let length = rest.trim_end().len();
        text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[..length]),
            Cow::Owned(mut text) => {
                text.truncate(length);
                Cow::Owned(text)
            }
        };
        if length == 0 {
            return None;
        }
    }
    Some(match cell.view {
        View::Text => text,
        View::Number => match numbers.plain(&text) {
            // Most numbers are plain already.
            Some(plain) if *plain == *text => text,
            Some(plain) => Cow::Owned(plain.into_owned()),
            None => Cow::Owned(faulty(Reason::BadNumber, &text)),
        },
        View::Sign => Cow::Owned(match decimal(&text, numbers) {
            Some(number) => number.sign().to_string(),
            None => faulty(Reason::BadNumber, &text),
        }),
    })
}

/// Empty if one of the factors is.
fn product<'r>(
    columns: &[usize],
    cell: impl Fn(usize) -> Option<&'r str>,
    numbers: NumberForm,
) -> Option<String> {
    let mut texts = Vec::with_capacity(columns.len());
    for column in columns {
        texts.push(cell(*column)?);
    }
    let mut product = None;
    for text in texts {
        let Some(factor) = decimal(text, numbers) else { return Some(faulty(Reason::BadNumber, text)) };
        product = match product {
            None => Some(factor),
            Some(so_far) => match factor.times(so_far) {
                Some(product) => Some(product),
                None => return Some(faulty(Reason::OutOfRange, text)),
            },
        };
    }
    product.map(|product| product.to_string())
}

fn decimal(text: &str, numbers: NumberForm) -> Option<Decimal> {
    Decimal::parse(&numbers.plain(text)?)
}

fn slot(calendar: SlotCalendar, micros: i64, part: SlotPart) -> String {
    let moment = DateTime::from_timestamp_micros(micros).unwrap_or_default();
    let slot = calendar.slot_of(moment);
    let instant = |at: DateTime<_>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    match part {
        SlotPart::Date => slot.date.to_string(),
        SlotPart::OpensAt => instant(slot.opens_at),
        SlotPart::ClosesAt => instant(slot.closes_at),
    }
}

/// 128 bits, so that two different rows are never taken for equal. Lengths keep cells apart.
fn row_key<'r>(columns: &[usize], cell: impl Fn(usize) -> Option<&'r str>) -> u128 {
    let mut bytes = Vec::with_capacity(64);
    for column in columns {
        let text = cell(*column).unwrap_or_default();
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    xxh3_128(&bytes)
}

/// A field of a JSON object as text. What is no object, or lacks the field, has none.
fn field(text: &str, key: &str) -> Option<String> {
    match serde_json::from_str::<serde_json::Value>(text).ok()?.get(key)? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}
