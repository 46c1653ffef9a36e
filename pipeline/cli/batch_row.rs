//! Rows of record batches, read by column name.
//!
//! A cell is absent if it is null, of another type, or if the column does not exist.

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{
        DataType, Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
        UInt64Type,
    },
};
use slotcast_core::{DateTime, NaiveDate, Utc};
use slotcast_forecast::OfferId;
use slotcast_publish::RelationRow;

/// Row of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchRow<'a> {
    batch: &'a RecordBatch,
    index: usize,
}

/// All rows of some batches.
pub(crate) fn batch_rows(batches: &[RecordBatch]) -> impl Iterator<Item = BatchRow<'_>> {
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |index| BatchRow { batch, index }))
}

impl<'a> BatchRow<'a> {
    fn column(&self, name: &str) -> Option<&'a dyn Array> {
        let column = self.batch.column_by_name(name)?.as_ref();
        column.is_valid(self.index).then_some(column)
    }

    /// The cell of a column, in the type of the caller.
    pub(crate) fn get<T: BatchCell>(&self, name: &str) -> Option<T> {
        T::read(self, name)
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let column = self.column(name)?;
        let text = match column.data_type() {
            DataType::Utf8 => column.as_string::<i32>().value(self.index),
            DataType::LargeUtf8 => column.as_string::<i64>().value(self.index),
            DataType::Utf8View => column.as_string_view().value(self.index),
            _ => return None,
        };
        Some(text.to_owned())
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        let column = self.column(name)?;
        Some(match column.data_type() {
            DataType::Float64 => column.as_primitive::<Float64Type>().value(self.index),
            DataType::Int64 => column.as_primitive::<Int64Type>().value(self.index) as f64,
            DataType::Int32 => f64::from(column.as_primitive::<Int32Type>().value(self.index)),
            DataType::UInt64 => column.as_primitive::<UInt64Type>().value(self.index) as f64,
            DataType::Decimal128(_, scale) => {
                let unscaled = column.as_primitive::<Decimal128Type>().value(self.index);
                unscaled as f64 / 10_f64.powi(i32::from(*scale))
            }
            _ => return None,
        })
    }

    /// A number of things. SQL returns whole, nonnegative counts.
    pub(crate) fn count(&self, name: &str) -> Option<u64> {
        self.number(name).filter(|number| *number >= 0.0).map(|number| number as u64)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        Some(self.column(name)?.as_boolean_opt()?.value(self.index))
    }

    pub(crate) fn day(&self, name: &str) -> Option<NaiveDate> {
        let column = self.column(name)?.as_primitive_opt::<Date32Type>()?;
        Date32Type::to_naive_date_opt(column.value(self.index))
    }

    pub(crate) fn instant(&self, name: &str) -> Option<DateTime<Utc>> {
        let column = self.column(name)?.as_primitive_opt::<TimestampMicrosecondType>()?;
        DateTime::from_timestamp_micros(column.value(self.index))
    }

    /// The offer of a row with `slot_date` and `candidate_id`.
    pub(crate) fn offer_id(&self) -> Option<OfferId> {
        Some((self.day("slot_date")?, self.text("candidate_id")?))
    }
}

/// Type of a struct field that is read from a cell.
pub(crate) trait BatchCell: Sized {
    fn read(row: &BatchRow<'_>, name: &str) -> Option<Self>;
}

macro_rules! batch_cell {
    ($($type:ty: $method:ident),* $(,)?) => {
        $(impl BatchCell for $type {
            fn read(row: &BatchRow<'_>, name: &str) -> Option<Self> {
                row.$method(name)
            }
        })*
    };
}

batch_cell! { String: text, f64: number, u64: count, bool: flag, NaiveDate: day, DateTime<Utc>: instant }

impl BatchCell for usize {
    fn read(row: &BatchRow<'_>, name: &str) -> Option<Self> {
        row.count(name)?.try_into().ok()
    }
}

/// An optional field is present even if its cell is absent.
impl<T: BatchCell> BatchCell for Option<T> {
    fn read(row: &BatchRow<'_>, name: &str) -> Option<Self> {
        Some(T::read(row, name))
    }
}

/// A function from a row to a struct, each field from the named column; `None` if a required cell is absent.
macro_rules! row_reader {
    ($type:ident { $($field:ident: $column:literal),* $(,)? }) => {
        |row: $crate::batch_row::BatchRow<'_>| Some($type { $($field: row.get($column)?),* })
    };
}

pub(crate) use row_reader;

impl RelationRow for BatchRow<'_> {
    fn text(&self, column: &str) -> Option<String> {
        BatchRow::text(self, column)
    }

    fn number(&self, column: &str) -> Option<f64> {
        BatchRow::number(self, column)
    }

    fn count(&self, column: &str) -> Option<u64> {
        BatchRow::count(self, column)
    }

    fn date(&self, column: &str) -> Option<NaiveDate> {
        BatchRow::day(self, column)
    }

    fn flag(&self, column: &str) -> Option<bool> {
        BatchRow::flag(self, column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch_builder::BatchBuilder;

    #[derive(Debug, PartialEq)]
    struct Sample {
        n: usize,
        share: Option<f64>,
    }

    #[test]
    fn missing_cells_are_absent() {
        let day = "2016-03-01".parse::<NaiveDate>().unwrap();
        let batch = BatchBuilder::default()
            .text("name", ["a"].into_iter().map(|name| name.to_owned()))
            .number("share", [None::<f64>].into_iter())
            .count("n", [3].into_iter())
            .day("day", [day].into_iter())
            .batch()
            .unwrap();
        let batches = [batch];
        let row = batch_rows(&batches).next().unwrap();
        assert_eq!(
            (row.text("name"), row.count("n"), row.day("day")),
            (Some("a".to_owned()), Some(3), Some(day))
        );
        assert_eq!((row.number("share"), row.number("absent"), row.text("n")), (None, None, None));
        let read = row_reader!(Sample { n: "n", share: "share" });
        assert_eq!(read(row), Some(Sample { n: 3, share: None }));
        let read = row_reader!(Sample { n: "absent", share: "share" });
        assert_eq!(read(row), None);
    }
}
