//! Signals without an id: rows of one file with an equal key are added up.
//!
//! A source that counts per hour may split one hour over several rows; the sum is the fact.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, Int64Array, TimestampMicrosecondArray},
    datatypes::{Int64Type, TimestampMicrosecondType},
};

use crate::{row_hash::Cells, typed::Typed};

/// For each row, the row that stands for it: itself, or the first with an equal key.
/// `live` says which rows count; the others stand for nothing.
pub(crate) fn add_up(typed: &mut Typed, live: &[bool]) -> Vec<Option<usize>> {
    let place =
        |name: &str| typed.fields.iter().position(|field| field.name() == name).expect("a column of signals");
    let (id, count, recorded) = (place("signal_id"), place("count"), place("recorded_at"));
    let key: Vec<(&str, Cells<'_>)> = typed
        .fields
        .iter()
        .zip(&typed.columns)
        .enumerate()
        .filter(|(number, _)| *number != count && *number != recorded)
        .map(|(_, (field, column))| (field.name().as_str(), Cells::of(column)))
        .collect();
    let mut counts: Vec<Option<i64>> = typed.columns[count].as_primitive::<Int64Type>().iter().collect();
    let mut latest: Vec<Option<i64>> =
        typed.columns[recorded].as_primitive::<TimestampMicrosecondType>().iter().collect();
    let mut firsts: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut stands = Vec::with_capacity(live.len());
    let mut bytes = Vec::new();
    for (row, is_live) in live.iter().enumerate() {
        if !is_live {
            stands.push(None);
            continue;
        }
        if typed.columns[id].is_valid(row) {
            stands.push(Some(row));
            continue;
        }
        bytes.clear();
        key.iter().for_each(|(name, cells)| cells.write(name, row, &mut bytes));
        match firsts.get(bytes.as_slice()) {
            None => {
                firsts.insert(bytes.clone(), row);
                stands.push(Some(row));
            }
            Some(&first) => {
                counts[first] = counts[first].zip(counts[row]).map(|(a, b)| a.saturating_add(b));
                // The sum can be known when its last part is.
                latest[first] = latest[first].max(latest[row]);
                stands.push(Some(first));
            }
        }
    }
    drop(key);
    let counts: ArrayRef = Arc::new(Int64Array::from(counts));
    let latest: ArrayRef = Arc::new(TimestampMicrosecondArray::from(latest).with_timezone("UTC"));
    typed.columns[count] = counts;
    typed.columns[recorded] = latest;
    stands
}
