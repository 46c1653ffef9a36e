//! What makes a typed row invalid: values out of range, and rules between columns.

use arrow::{
    array::{Array, ArrayRef, AsArray, DictionaryArray, StringArray, TimestampMicrosecondArray},
    datatypes::{Field, Int32Type},
};

use crate::{faults::Faults, reason::Reason};

/// The largest count taken for real; sums of counts then cannot overflow.
const LARGEST_COUNT: i64 = 1_000_000_000_000_000;

/// Days from the epoch to 1900 and to 2200.
const DAYS: std::ops::Range<i32> = -25_567..84_006;

/// A count within its range.
pub(crate) fn count(value: i64, positive: bool) -> Result<i64, Reason> {
    match value {
        0 if positive => Err(Reason::NotPositive),
        ..0 if positive => Err(Reason::NotPositive),
        ..0 => Err(Reason::Negative),
        LARGEST_COUNT.. if value > LARGEST_COUNT => Err(Reason::OutOfRange),
        _ => Ok(value),
    }
}

/// Money within its range.
pub(crate) fn amount(value: i128, positive: bool) -> Result<i128, Reason> {
    match value {
        0 if positive => Err(Reason::NotPositive),
        ..0 if positive => Err(Reason::NotPositive),
        ..0 => Err(Reason::Negative),
        _ => Ok(value),
    }
}

/// A day within the years that are taken for real.
pub(crate) fn day(value: i32) -> Result<i32, Reason> {
    if DAYS.contains(&value) { Ok(value) } else { Err(Reason::OutOfRange) }
}

/// A text column of either form.
pub(crate) enum Texts<'a> {
    Plain(&'a StringArray),
    Coded(&'a DictionaryArray<Int32Type>, &'a StringArray),
}

impl<'a> Texts<'a> {
    pub(crate) fn of(column: &'a ArrayRef) -> Self {
        match column.as_any_dictionary_opt() {
            Some(coded) => Self::Coded(column.as_dictionary(), coded.values().as_string()),
            None => Self::Plain(column.as_string()),
        }
    }

    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Plain(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Coded(codes, texts) => Some(texts.value(codes.key(row)?)),
        }
    }
}

/// Whether a table has rules between the columns of a row.
pub(crate) fn has_table_rules(table: &str) -> bool {
    matches!(table, "campaigns" | "order_events" | "order_snapshots")
}

/// Rules between the columns of a row. They only speak about rows whose cells are all good.
pub(crate) fn table_rules(table: &str, fields: &[Field], columns: &[ArrayRef], faults: &mut Faults) {
    let place =
        |name: &str| fields.iter().position(|field| field.name() == name).expect("a column of the contract");
    let instants = |name: &str| -> &TimestampMicrosecondArray { columns[place(name)].as_primitive() };
    let texts = |name: &str| Texts::of(&columns[place(name)]);
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
                } else if updated.value(row) < closes.value(row) && outcome.get(row).is_some() {
                    faults.add(row, place("declared_outcome"), Reason::OutcomeBeforeClose);
                } else if updated.value(row) < closes.value(row) && status.get(row) == Some("closed") {
                    faults.add(row, place("status"), Reason::OutcomeBeforeClose);
                }
            }
        }
        "order_events" => {
            let event = texts("event");
            let amounts = empty(&["units", "amount"]);
            if amounts.iter().any(|amount| amount.null_count() == 0) {
                return;
            }
            for row in 0..rows {
                let nothing = amounts.iter().all(|amount| amount.is_null(row));
                if good(&row, faults) && nothing && event.get(row) == Some("placed") {
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
