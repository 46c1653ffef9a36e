//! The hash by which an exact repeat is found: table, columns and values, no provenance.

use arrow::{
    array::{
        Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
        StringArray, TimestampMicrosecondArray,
    },
    datatypes::{DataType, Field},
};

/// A column of facts, ready to be read cell by cell.
pub(crate) enum Cells<'a> {
    Text(&'a StringArray),
    Whole(&'a Int64Array),
    Money(&'a Decimal128Array),
    Flag(&'a BooleanArray),
    Instant(&'a TimestampMicrosecondArray),
    Day(&'a Date32Array),
    Number(&'a Float64Array),
}

impl<'a> Cells<'a> {
    /// The cells of a column that has one of the lake's types.
    pub(crate) fn of(column: &'a ArrayRef) -> Self {
        match column.data_type() {
            DataType::Int64 => Self::Whole(column.as_primitive()),
            DataType::Decimal128(..) => Self::Money(column.as_primitive()),
            DataType::Boolean => Self::Flag(column.as_boolean()),
            DataType::Timestamp(..) => Self::Instant(column.as_primitive()),
            DataType::Date32 => Self::Day(column.as_primitive()),
            DataType::Float64 => Self::Number(column.as_primitive()),
            _ => Self::Text(column.as_string()),
        }
    }

    /// Appends name and value in an encoding that no other row shares. A null leaves
    /// no trace, so that a column added later does not change the hash of older rows.
    pub(crate) fn write(&self, name: &str, row: usize, out: &mut Vec<u8>) {
        let mut put = |tag: u8, value: &[u8]| {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(&[0, tag]);
            if tag == b't' {
                out.extend_from_slice(&(value.len() as u64).to_le_bytes());
            }
            out.extend_from_slice(value);
        };
        match self {
            Self::Text(cells) if cells.is_valid(row) => put(b't', cells.value(row).as_bytes()),
            Self::Whole(cells) if cells.is_valid(row) => put(b'w', &cells.value(row).to_le_bytes()),
            Self::Money(cells) if cells.is_valid(row) => put(b'm', &cells.value(row).to_le_bytes()),
            Self::Flag(cells) if cells.is_valid(row) => put(b'f', &[u8::from(cells.value(row))]),
            Self::Instant(cells) if cells.is_valid(row) => put(b'i', &cells.value(row).to_le_bytes()),
            Self::Day(cells) if cells.is_valid(row) => put(b'd', &cells.value(row).to_le_bytes()),
            // Adding zero makes one zero of the two.
            Self::Number(cells) if cells.is_valid(row) => put(b'n', &(cells.value(row) + 0.0).to_le_bytes()),
            _ => {}
        }
    }
}

/// Hashes rows of one table.
pub(crate) struct RowHasher<'a> {
    table: &'static str,
    columns: Vec<(&'a str, Cells<'a>)>,
    bytes: Vec<u8>,
}

impl<'a> RowHasher<'a> {
    pub(crate) fn new(table: &'static str, fields: &'a [Field], columns: &'a [ArrayRef]) -> Self {
        let columns =
            fields.iter().zip(columns).map(|(field, column)| (field.name().as_str(), Cells::of(column)));
        Self { table, columns: columns.collect(), bytes: Vec::new() }
    }

    /// The first 16 bytes of BLAKE3 over table and values.
    pub(crate) fn hash(&mut self, row: usize) -> [u8; 16] {
        self.bytes.clear();
        self.bytes.extend_from_slice(self.table.as_bytes());
        self.bytes.push(0);
        for (name, cells) in &self.columns {
            cells.write(name, row, &mut self.bytes);
        }
        let mut short = [0; 16];
        short.copy_from_slice(&blake3::hash(&self.bytes).as_bytes()[..16]);
        short
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn hash(table: &'static str, columns: &[(&str, ArrayRef)]) -> [u8; 16] {
        let fields: Vec<_> = columns
            .iter()
            .map(|(name, column)| Field::new(*name, column.data_type().clone(), true))
            .collect();
        let arrays: Vec<_> = columns.iter().map(|(_, column)| column.clone()).collect();
        RowHasher::new(table, &fields, &arrays).hash(0)
    }

    fn text(value: Option<&str>) -> ArrayRef {
        Arc::new(StringArray::from(vec![value]))
    }

    #[test]
    fn a_null_leaves_no_trace_but_a_value_does() {
        let one = hash("makers", &[("a", text(Some("x")))]);
        assert_eq!(one, hash("makers", &[("a", text(Some("x"))), ("b", text(None))]));
        assert_ne!(one, hash("makers", &[("a", text(Some("x"))), ("b", text(Some("")))]));
        assert_ne!(one, hash("products", &[("a", text(Some("x")))]));
        assert_ne!(one, hash("makers", &[("b", text(Some("x")))]));
    }

    #[test]
    fn cells_cannot_flow_into_each_other() {
        let split = |a, b| hash("t", &[("a", text(Some(a))), ("b", text(Some(b)))]);
        assert_ne!(split("xy", "z"), split("x", "yz"));
        let number = |value: f64| -> ArrayRef { Arc::new(Float64Array::from(vec![value])) };
        assert_eq!(hash("t", &[("n", number(0.0))]), hash("t", &[("n", number(-0.0))]));
        assert_ne!(hash("t", &[("n", number(1.0))]), hash("t", &[("n", text(Some("1")))]));
    }
}
