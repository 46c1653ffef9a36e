//! Rows of record batches by the names of their columns, for the few of them that are told to people.

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{
        DataType, Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
        UInt64Type,
    },
};
use slotcast_core::{DateTime, NaiveDate, Utc};

/// A row. What is null, of another kind, or in no column of this name is absent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    batch: &'a RecordBatch,
    place: usize,
}

/// The rows of some batches.
pub(crate) fn rows(batches: &[RecordBatch]) -> impl Iterator<Item = Row<'_>> {
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |place| Row { batch, place }))
}

impl<'a> Row<'a> {
    fn column(&self, name: &str) -> Option<&'a dyn Array> {
        let column = self.batch.column_by_name(name)?.as_ref();
        column.is_valid(self.place).then_some(column)
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let column = self.column(name)?;
        let text = match column.data_type() {
            DataType::Utf8 => column.as_string::<i32>().value(self.place),
            DataType::LargeUtf8 => column.as_string::<i64>().value(self.place),
            DataType::Utf8View => column.as_string_view().value(self.place),
            _ => return None,
        };
        Some(text.to_owned())
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        let column = self.column(name)?;
        Some(match column.data_type() {
            DataType::Float64 => column.as_primitive::<Float64Type>().value(self.place),
            DataType::Int64 => column.as_primitive::<Int64Type>().value(self.place) as f64,
            DataType::Int32 => f64::from(column.as_primitive::<Int32Type>().value(self.place)),
            DataType::UInt64 => column.as_primitive::<UInt64Type>().value(self.place) as f64,
            DataType::Decimal128(_, scale) => {
                let unscaled = column.as_primitive::<Decimal128Type>().value(self.place);
                unscaled as f64 / 10_f64.powi(i32::from(*scale))
            }
            _ => return None,
        })
    }

    /// A number that counts something.
    pub(crate) fn count(&self, name: &str) -> Option<u64> {
        // Counts come out of SQL whole and not negative.
        self.number(name).filter(|number| *number >= 0.0).map(|number| number as u64)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        Some(self.column(name)?.as_boolean_opt()?.value(self.place))
    }

    pub(crate) fn day(&self, name: &str) -> Option<NaiveDate> {
        let column = self.column(name)?.as_primitive_opt::<Date32Type>()?;
        Date32Type::to_naive_date_opt(column.value(self.place))
    }

    pub(crate) fn instant(&self, name: &str) -> Option<DateTime<Utc>> {
        let column = self.column(name)?.as_primitive_opt::<TimestampMicrosecondType>()?;
        DateTime::from_timestamp_micros(column.value(self.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relations::Columns;

    #[test]
    fn what_is_not_there_is_absent() {
        let day = "2016-03-01".parse::<NaiveDate>().unwrap();
        let batch = Columns::default()
            .text("name", ["a"].into_iter().map(|name| name.to_owned()))
            .number("share", [None::<f64>].into_iter())
            .count("n", [3].into_iter())
            .day("day", [day].into_iter())
            .batch()
            .unwrap();
        let batches = [batch];
        let row = rows(&batches).next().unwrap();
        assert_eq!(
            (row.text("name"), row.count("n"), row.day("day")),
            (Some("a".to_owned()), Some(3), Some(day))
        );
        assert_eq!((row.number("share"), row.number("absent"), row.text("n")), (None, None, None));
    }
}
