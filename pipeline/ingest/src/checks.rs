//! What makes a typed row invalid: values out of range, and rules between columns.

use arrow::{
    array::{Array, ArrayRef, AsArray, StringArray, TimestampMicrosecondArray},
    datatypes::{Date32Type, Decimal128Type, Field, Float64Type, Int64Type, TimestampMicrosecondType},
};

use crate::{instants::YEARS, plan::Reading, reason::Reason};

/// The largest count taken for real; sums of counts then cannot overflow.
const LARGEST_COUNT: i64 = 1_000_000_000_000_000;

/// Days from the epoch to 1900 and to 2200.
const DAYS: std::ops::Range<i32> = -25_567..84_006;

/// What is wrong with a row, and in which column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) column: usize,
    pub(crate) reason: Reason,
}

/// The first fault of each row, by the order of the columns.
pub(crate) struct Faults(Vec<Option<Fault>>);

impl Faults {
    /// No fault in `rows` rows.
    pub(crate) fn none(rows: usize) -> Self {
        Self(vec![None; rows])
    }

    /// Adds a fault; an earlier column wins, and in one column the fault that came first.
    pub(crate) fn add(&mut self, row: usize, column: usize, reason: Reason) {
        match &self.0[row] {
            Some(known) if known.column <= column => {}
            _ => self.0[row] = Some(Fault { column, reason }),
        }
    }

    /// The first fault of a row.
    pub(crate) fn first(&self, row: usize) -> Option<Fault> {
        self.0[row]
    }
}

/// Required cells that are empty.
pub(crate) fn missing(array: &ArrayRef, column: usize, faults: &mut Faults) {
    if array.null_count() > 0 {
        (0..array.len())
            .filter(|row| array.is_null(*row))
            .for_each(|row| faults.add(row, column, Reason::MissingValue));
    }
}

/// Values that the kind of the column does not allow.
pub(crate) fn ranges(array: &ArrayRef, reading: Reading, column: usize, faults: &mut Faults) {
    let low = |below: bool, positive: bool, zero: bool| match (below, positive) {
        (true, false) => Some(Reason::Negative),
        (true, true) => Some(Reason::NotPositive),
        (false, true) if zero => Some(Reason::NotPositive),
        _ => None,
    };
    match reading {
        Reading::Whole { positive } => {
            for (row, value) in array.as_primitive::<Int64Type>().iter().enumerate() {
                let Some(value) = value else { continue };
                let large = (value > LARGEST_COUNT).then_some(Reason::OutOfRange);
                low(value < 0, positive, value == 0)
                    .or(large)
                    .into_iter()
                    .for_each(|reason| faults.add(row, column, reason));
            }
        }
        Reading::Money { positive } => {
            for (row, value) in array.as_primitive::<Decimal128Type>().iter().enumerate() {
                let Some(value) = value else { continue };
                low(value < 0, positive, value == 0)
                    .into_iter()
                    .for_each(|reason| faults.add(row, column, reason));
            }
        }
        Reading::Number => {
            for (row, value) in array.as_primitive::<Float64Type>().iter().enumerate() {
                if value.is_some_and(|value| !value.is_finite()) {
                    faults.add(row, column, Reason::BadNumber);
                }
            }
        }
        Reading::Day => {
            for (row, value) in array.as_primitive::<Date32Type>().iter().enumerate() {
                if value.is_some_and(|value| !DAYS.contains(&value)) {
                    faults.add(row, column, Reason::OutOfRange);
                }
            }
        }
        Reading::Instant => debug_assert!(
            array
                .as_primitive::<TimestampMicrosecondType>()
                .iter()
                .flatten()
                .all(|value| YEARS.contains(&value))
        ),
        Reading::Text | Reading::Word(_) | Reading::Flag => {}
    }
}

/// Rules between the columns of a row. They only speak about rows whose cells are all good.
pub(crate) fn table_rules(table: &str, fields: &[Field], columns: &[ArrayRef], faults: &mut Faults) {
    let place =
        |name: &str| fields.iter().position(|field| field.name() == name).expect("a column of the contract");
    let instants = |name: &str| -> &TimestampMicrosecondArray { columns[place(name)].as_primitive() };
    let texts = |name: &str| -> &StringArray { columns[place(name)].as_string() };
    let empty =
        |names: &[&str]| -> Vec<ArrayRef> { names.iter().map(|name| columns[place(name)].clone()).collect() };
    let rows = columns.first().map_or(0, |column| column.len());
    let good = |row: &usize, faults: &Faults| faults.first(*row).is_none();
    match table {
        "campaigns" => {
            let (opens, closes, updated) =
                (instants("opens_at"), instants("closes_at"), instants("updated_at"));
            let (status, outcome) = (texts("status"), texts("declared_outcome"));
            for row in 0..rows {
                if !good(&row, faults) {
                    continue;
                }
                if closes.value(row) <= opens.value(row) {
                    faults.add(row, place("closes_at"), Reason::ClosesBeforeOpens);
                } else if updated.value(row) < closes.value(row) && outcome.is_valid(row) {
                    faults.add(row, place("declared_outcome"), Reason::OutcomeBeforeClose);
                } else if updated.value(row) < closes.value(row) && status.value(row) == "closed" {
                    faults.add(row, place("status"), Reason::OutcomeBeforeClose);
                }
            }
        }
        "order_events" => {
            let event = texts("event");
            let amounts = empty(&["units", "amount"]);
            for row in 0..rows {
                let nothing = amounts.iter().all(|amount| amount.is_null(row));
                if good(&row, faults) && nothing && event.value(row) == "placed" {
                    faults.add(row, place("units"), Reason::NoQuantity);
                }
            }
        }
        "order_snapshots" => {
            let amounts = empty(&["orders", "units", "amount"]);
            for row in 0..rows {
                if good(&row, faults) && amounts.iter().all(|amount| amount.is_null(row)) {
                    faults.add(row, place("orders"), Reason::NoQuantity);
                }
            }
        }
        _ => {}
    }
}
