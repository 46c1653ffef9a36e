//! The last step: typed rows that are new become facts, with their provenance.

use std::sync::Arc;

use arrow::{
    array::{
        Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Int64Array, RecordBatch, StringArray,
        TimestampMicrosecondArray,
    },
    compute::filter,
    datatypes::{Field, TimestampMicrosecondType},
    error::ArrowError,
};
use slotcast_lake::contract::{ATTRIBUTE_PREFIX, ContractTable};

use crate::{take_in::TakeIn, typed::Typed};

/// The new rows of a target. `hashes` holds one entry for each row that is new, else none.
pub(crate) fn facts(
    table: &'static ContractTable,
    typed: &Typed,
    hashes: &[Option<[u8; 16]>],
    lines: &[i64],
    file: &str,
    settings: &TakeIn,
) -> Result<Option<RecordBatch>, ArrowError> {
    let rows: Vec<usize> = (0..hashes.len()).filter(|row| hashes[*row].is_some()).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let mask: BooleanArray = hashes.iter().map(|hash| Some(hash.is_some())).collect();
    let mut columns = Vec::with_capacity(typed.columns.len() + 5);
    for column in &typed.columns {
        columns.push(filter(column, &mask)?);
    }
    let known = known_at(table, &typed.fields, &typed.columns, &rows, settings);
    let same = |text: &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, rows.len())))
    };
    columns.push(Arc::new(TimestampMicrosecondArray::from(known).with_timezone("UTC")));
    columns.push(same(&settings.batch_id));
    columns.push(same(file));
    columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| lines[*row]))));
    columns.push(Arc::new(BinaryArray::from_iter_values(hashes.iter().flatten())));
    let attributes: Vec<Field> =
        typed.fields.iter().filter(|field| field.name().starts_with(ATTRIBUTE_PREFIX)).cloned().collect();
    RecordBatch::try_new(table.fact_schema(&attributes), columns).map(Some)
}

/// When this system could have known a fact: now, or later where the source says so.
/// A load of history takes the source's word for it.
fn known_at(
    table: &ContractTable,
    fields: &[Field],
    columns: &[ArrayRef],
    rows: &[usize],
    settings: &TakeIn,
) -> Vec<i64> {
    let instants = |name: &str| -> Option<&TimestampMicrosecondArray> {
        let place = fields.iter().position(|field| field.name() == name)?;
        Some(columns[place].as_primitive::<TimestampMicrosecondType>())
    };
    let recorded = instants("recorded_at");
    let happened = instants(table.occurred.unwrap_or("updated_at"));
    let now = settings.now.timestamp_micros();
    let at = |array: Option<&TimestampMicrosecondArray>, row: usize| {
        array.filter(|array| array.is_valid(row)).map(|array| array.value(row))
    };
    let one = |row: usize| {
        let said = at(recorded, row);
        if settings.history {
            said.or(at(happened, row)).unwrap_or(now)
        } else {
            said.map_or(now, |said| said.max(now))
        }
    };
    rows.iter().map(|row| one(*row)).collect()
}
