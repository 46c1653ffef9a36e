//! Functions with state across rows: ordinals, running totals, cells filled down.

use std::sync::Mutex;

use hashbrown::HashMap;
use polars::prelude::Expr;
use xxhash_rust::xxh3::xxh3_128;

use super::{apply::map_rows, text::parse_decimal};
use crate::{
    report::reject_reason::RejectReason,
    transform::error_mark::{lock, mark_error},
    values::{decimal::Decimal, number_format::NumberFormat},
};

/// State by the hash of a row's cells in some columns.
type StateByKey<V> = Mutex<HashMap<u128, V>>;

/// Column of the number of rows up to each row with equal cells.
pub(in crate::transform) fn line_ordinal(columns: &[Expr]) -> Expr {
    let counts = StateByKey::<u64>::default();
    map_rows(columns, move |cells| {
        let mut counts = lock(&counts);
        let count = counts.entry(row_key(cells)).or_default();
        *count += 1;
        Some(count.to_string())
    })
}

/// Column of the sum of a column up to each row, over rows with equal cells in the other columns.
pub(in crate::transform) fn running_total(of: Expr, over: &[Expr], numbers: NumberFormat) -> Expr {
    let totals = StateByKey::<Option<Decimal>>::default();
    let columns: Vec<Expr> = [of].into_iter().chain(over.iter().cloned()).collect();
    map_rows(&columns, move |cells| {
        let (of, over) = cells.split_first()?;
        let mut totals = lock(&totals);
        let total = totals.entry(row_key(over)).or_insert(Some(Decimal::default()));
        if let Some(text) = of {
            let Some(number) = parse_decimal(text, numbers) else {
                return Some(mark_error(RejectReason::BadNumber, text));
            };
            *total = total.and_then(|total| total.checked_add(number));
        }
        let overflow = || mark_error(RejectReason::OutOfRange, "");
        Some(total.map_or_else(overflow, |total| total.to_string()))
    })
}

/// Column whose empty cells have the last value before them, while the cells of the other columns stay equal.
pub(in crate::transform) fn fill_down(column: Expr, while_equal: &[Expr]) -> Expr {
    let last = Mutex::new((0_u128, None::<String>));
    let columns: Vec<Expr> = [column].into_iter().chain(while_equal.iter().cloned()).collect();
    map_rows(&columns, move |cells| {
        let (cell, others) = cells.split_first()?;
        let (key, mut last) = (row_key(others), lock(&last));
        match cell {
            Some(text) => *last = (key, Some((*text).to_owned())),
            None if last.0 != key => *last = (key, None),
            None => {}
        }
        last.1.clone()
    })
}

/// Key of some cells. With 128 bits, collisions are negligible.
fn row_key(cells: &[Option<&str>]) -> u128 {
    let mut bytes = Vec::with_capacity(64);
    for text in cells.iter().map(|cell| cell.unwrap_or_default()) {
        // Lengths separate the cells.
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    xxh3_128(&bytes)
}
