//! Row hashes for the detection of exact repeats: columns and values, no provenance.
//!
//! Hashes are not stored, so they may change with any version.
//!
//! XXH3 hashes each cell to 128 bits, seeded by the lake's salt and the column. Each cell hash is
//! multiplied by an odd factor of its column. The hash of a row is their sum modulo 2^128
//! (a multilinear hash, Carter and Wegman 1979, over hashed cells). Rows that differ in one cell
//! collide only if that cell's hashes do. Among 10^9 facts of one week the probability of any
//! collision is below 10^-20.

use arrow::{
    array::{Array, ArrayRef, AsArray, StringArray},
    datatypes::{
        DataType, Date32Type, Decimal128Type, Field, Float64Type, Int32Type, Int64Type,
        TimestampMicrosecondType,
    },
};
use slotcast_lake::contract::{ATTRIBUTE_PREFIX, ContractTable};
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

/// Contribution of a column to the hash of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnHash {
    seed: u64,
    factor: u128,
}

impl ColumnHash {
    /// None for a provenance column, which is not part of a fact.
    pub(crate) fn new(table: &ContractTable, column: &str, seed: u64) -> Option<Self> {
        let is_own = table.column(column).is_some() || column.starts_with(ATTRIBUTE_PREFIX);
        let own = xxh3_64_with_seed(column.as_bytes(), seed);
        is_own.then(|| Self { seed: own, factor: xxh3_128_with_seed(column.as_bytes(), own) | 1 })
    }

    /// Contribution of a cell.
    #[inline]
    pub(crate) fn cell(&self, bytes: &[u8]) -> u128 {
        xxh3_128_with_seed(bytes, self.seed).wrapping_mul(self.factor)
    }
}

/// Hashes of some rows, without the columns in `excluded`. The order of columns does not matter.
///
/// A null contributes nothing, so a column added later does not change the hash of older rows.
pub(crate) fn hash_rows<'a>(
    table: &ContractTable,
    fields: impl Iterator<Item = &'a Field>,
    columns: &[ArrayRef],
    rows: &[u32],
    excluded: &[&str],
    seed: u64,
) -> Vec<u128> {
    let mut hashes = vec![0_u128; rows.len()];
    for (field, column) in fields.zip(columns) {
        if excluded.contains(&field.name().as_str()) || column.null_count() == column.len() {
            continue;
        }
        if let Some(hash) = ColumnHash::new(table, field.name(), seed) {
            add_column(&hash, column, rows, &mut hashes);
        }
    }
    hashes
}

/// Hashes of some rows, and of some of their columns.
pub(crate) struct KeyedHashes {
    /// Hashes of the rows.
    pub(crate) rows: Vec<u128>,
    /// Hashes of the columns of the key.
    pub(crate) keys: Vec<u128>,
}

/// Hashes of some rows, together with those of the columns in `key`. Each cell is hashed once.
pub(crate) fn hash_keyed_rows<'a>(
    table: &ContractTable,
    fields: impl Iterator<Item = &'a Field>,
    columns: &[ArrayRef],
    rows: &[u32],
    key: &[&str],
    seed: u64,
) -> KeyedHashes {
    let (mut keys, mut hashes) = (vec![0_u128; rows.len()], vec![0_u128; rows.len()]);
    for (field, column) in fields.zip(columns).filter(|(_, column)| column.null_count() < column.len()) {
        if let Some(hash) = ColumnHash::new(table, field.name(), seed) {
            let sums = if key.contains(&field.name().as_str()) { &mut keys } else { &mut hashes };
            add_column(&hash, column, rows, sums);
        }
    }
    for (sum, key) in hashes.iter_mut().zip(&keys) {
        *sum = sum.wrapping_add(*key);
    }
    KeyedHashes { rows: hashes, keys }
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
            // Adding zero turns -0.0 into 0.0.
            add(&|row| hash.cell(&(values[row] + 0.0).to_le_bytes()));
        }
        DataType::Dictionary(..) => {
            let encoded = column.as_dictionary::<Int32Type>();
            let strings: &StringArray = encoded.values().as_string();
            let string_hashes: Vec<u128> =
                (0..strings.len()).map(|code| hash.cell(strings.value(code).as_bytes())).collect();
            let codes = encoded.keys().values();
            add(&|row| string_hashes[codes[row] as usize]);
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
        let table = ContractTable::find("products").unwrap();
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
    fn nulls_do_not_change_the_hash() {
        let one = hash(&[("title", text(Some("x")))]);
        assert_eq!(one, hash(&[("title", text(Some("x"))), ("url", text(None))]));
        assert_ne!(one, hash(&[("title", text(Some("x"))), ("url", text(Some("")))]));
        assert_ne!(one, hash(&[("url", text(Some("x")))]));
        assert_eq!(one, hash(&[("url", text(None)), ("title", text(Some("x"))), ("line", text(Some("9")))]));
    }

    #[test]
    fn cells_are_separated() {
        let split = |a, b| hash(&[("title", text(Some(a))), ("category", text(Some(b)))]);
        assert_ne!(split("xy", "z"), split("x", "yz"));
        assert_ne!(split("x", "y"), split("y", "x"));
        let number = |value: f64| -> ArrayRef { Arc::new(Float64Array::from(vec![value])) };
        assert_eq!(hash(&[("attr_n", number(0.0))]), hash(&[("attr_n", number(-0.0))]));
        assert_ne!(hash(&[("attr_n", number(1.0))]), hash(&[("attr_n", text(Some("1")))]));
    }

    #[test]
    fn keys_are_hashed_with_their_row() {
        let table = ContractTable::find("products").unwrap();
        let names = ["product_id", "title", "url"];
        let columns = [
            Arc::new(StringArray::from(vec!["a", "a", "b"])) as ArrayRef,
            Arc::new(StringArray::from(vec!["x", "y", "x"])),
            text(None),
        ];
        let fields: Vec<Field> = names.map(|name| Field::new(name, DataType::Utf8, true)).to_vec();
        let rows = [0, 1, 2];
        let keyed = hash_keyed_rows(table, fields.iter(), &columns[..2], &rows, &["product_id"], 1);
        assert_eq!(keyed.rows, hash_rows(table, fields.iter(), &columns[..2], &rows, &[], 1));
        assert!(keyed.keys[0] == keyed.keys[1] && keyed.keys[0] != keyed.keys[2]);
        assert_eq!(keyed.keys, hash_rows(table, fields.iter(), &columns[..1], &rows, &[], 1));
    }

    #[test]
    fn encoded_and_plain_text_have_equal_hashes() {
        let encoded: arrow::array::DictionaryArray<Int32Type> = vec!["home"].into_iter().collect();
        assert_eq!(hash(&[("category", Arc::new(encoded))]), hash(&[("category", text(Some("home")))]));
    }
}
