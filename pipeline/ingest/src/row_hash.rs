//! The hash by which an exact repeat is found: columns and values, no provenance.
//!
//! It is computed when it is needed and kept nowhere, so it may change with any version.
//! Each cell is hashed to 128 bits by XXH3, seeded by the lake's salt and the column; the hash
//! of a row is the sum of its cells' hashes, each times an odd number of its column's own, modulo
//! 2^128 (a multilinear hash, Carter and Wegman 1979, over hashed cells). Rows that differ in one
//! cell never meet unless that cell's hashes do; among 10^9 facts of one week the chance of a
//! single collision is below 10^-20.

use arrow::{
    array::{Array, ArrayRef, AsArray, StringArray},
    datatypes::{
        DataType, Date32Type, Decimal128Type, Field, Float64Type, Int32Type, Int64Type,
        TimestampMicrosecondType,
    },
};
use slotcast_lake::contract::{ATTRIBUTE_PREFIX, ContractTable};
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

/// What a column adds to the hash of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnHash {
    seed: u64,
    factor: u128,
}

impl ColumnHash {
    /// None for a column of provenance, which is no part of a fact.
    pub(crate) fn of(table: &ContractTable, column: &str, seed: u64) -> Option<Self> {
        let is_own = table.column(column).is_some() || column.starts_with(ATTRIBUTE_PREFIX);
        let own = xxh3_64_with_seed(column.as_bytes(), seed);
        is_own.then(|| Self { seed: own, factor: xxh3_128_with_seed(column.as_bytes(), own) | 1 })
    }

    /// What a cell with these bytes adds.
    #[inline]
    pub(crate) fn cell(&self, bytes: &[u8]) -> u128 {
        xxh3_128_with_seed(bytes, self.seed).wrapping_mul(self.factor)
    }
}

/// The hashes of these rows of the columns, in whatever order the columns come, without those named by
/// `but`. A null adds nothing, so that a column added later does not change the hash of older rows.
pub(crate) fn hash_rows<'a>(
    table: &ContractTable,
    fields: impl Iterator<Item = &'a Field>,
    columns: &[ArrayRef],
    rows: &[u32],
    but: &[&str],
    seed: u64,
) -> Vec<u128> {
    let mut hashes = vec![0_u128; rows.len()];
    for (field, column) in fields.zip(columns) {
        if but.contains(&field.name().as_str()) || column.null_count() == column.len() {
            continue;
        }
        if let Some(hash) = ColumnHash::of(table, field.name(), seed) {
            add_column(&hash, column, rows, &mut hashes);
        }
    }
    hashes
}

fn add_column(hash: &ColumnHash, column: &ArrayRef, rows: &[u32], hashes: &mut [u128]) {
    let mut add = |cell: &dyn Fn(usize) -> u128| {
        let has_nulls = column.null_count() > 0;
        for (row, sum) in rows.iter().zip(hashes.iter_mut()) {
            let row = *row as usize;
            if !has_nulls || column.is_valid(row) {
                *sum = sum.wrapping_add(cell(row));
            }
        }
    };
    match column.data_type() {
        DataType::Int64 => {
            let values = column.as_primitive::<Int64Type>().values();
            add(&|row| hash.cell(&values[row].to_le_bytes()));
        }
        DataType::Decimal128(..) => {
            let values = column.as_primitive::<Decimal128Type>().values();
            add(&|row| hash.cell(&values[row].to_le_bytes()));
        }
        DataType::Boolean => {
            let values = column.as_boolean();
            add(&|row| hash.cell(&[u8::from(values.value(row))]));
        }
        DataType::Timestamp(..) => {
            let values = column.as_primitive::<TimestampMicrosecondType>().values();
            add(&|row| hash.cell(&values[row].to_le_bytes()));
        }
        DataType::Date32 => {
            let values = column.as_primitive::<Date32Type>().values();
            add(&|row| hash.cell(&values[row].to_le_bytes()));
        }
        DataType::Float64 => {
            let values = column.as_primitive::<Float64Type>().values();
            // Adding zero makes one zero of the two.
            add(&|row| hash.cell(&(values[row] + 0.0).to_le_bytes()));
        }
        DataType::Dictionary(..) => {
            let coded = column.as_dictionary::<Int32Type>();
            let words: &StringArray = coded.values().as_string();
            let words: Vec<u128> =
                (0..words.len()).map(|word| hash.cell(words.value(word).as_bytes())).collect();
            let codes = coded.keys().values();
            add(&|row| words[codes[row] as usize]);
        }
        _ => {
            let values: &StringArray = column.as_string();
            add(&|row| hash.cell(values.value(row).as_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::Float64Array;

    use super::*;

    fn hash(columns: &[(&str, ArrayRef)]) -> u128 {
        let table = ContractTable::named("products").unwrap();
        let fields: Vec<_> = columns
            .iter()
            .map(|(name, column)| Field::new(*name, column.data_type().clone(), true))
            .collect();
        let arrays: Vec<_> = columns.iter().map(|(_, column)| column.clone()).collect();
        hash_rows(table, fields.iter(), &arrays, &[0], &[], 1)[0]
    }

    fn text(value: Option<&str>) -> ArrayRef {
        Arc::new(StringArray::from(vec![value]))
    }

    #[test]
    fn a_null_leaves_no_trace_but_a_value_does() {
        let one = hash(&[("title", text(Some("x")))]);
        assert_eq!(one, hash(&[("title", text(Some("x"))), ("url", text(None))]));
        assert_ne!(one, hash(&[("title", text(Some("x"))), ("url", text(Some("")))]));
        assert_ne!(one, hash(&[("url", text(Some("x")))]));
        assert_eq!(one, hash(&[("url", text(None)), ("title", text(Some("x"))), ("line", text(Some("9")))]));
    }

    #[test]
    fn cells_cannot_flow_into_each_other() {
        let split = |a, b| hash(&[("title", text(Some(a))), ("category", text(Some(b)))]);
        assert_ne!(split("xy", "z"), split("x", "yz"));
        assert_ne!(split("x", "y"), split("y", "x"));
        let number = |value: f64| -> ArrayRef { Arc::new(Float64Array::from(vec![value])) };
        assert_eq!(hash(&[("attr_n", number(0.0))]), hash(&[("attr_n", number(-0.0))]));
        assert_ne!(hash(&[("attr_n", number(1.0))]), hash(&[("attr_n", text(Some("1")))]));
    }

    #[test]
    fn codes_and_plain_text_are_the_same_fact() {
        let coded: arrow::array::DictionaryArray<Int32Type> = vec!["home"].into_iter().collect();
        assert_eq!(hash(&[("category", Arc::new(coded))]), hash(&[("category", text(Some("home")))]));
    }
}
