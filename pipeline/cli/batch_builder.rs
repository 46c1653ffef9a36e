//! Record batches of the relations that Rust fills.

use std::sync::Arc;

use anyhow::Result;
use arrow::{
    array::{
        ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
        TimestampMicrosecondArray,
    },
    datatypes::{DataType, Field, Schema},
};
use slotcast_core::{DateTime, NaiveDate, Utc};
use slotcast_lake::contract::instant_type;

/// Builder of a batch, column by column.
#[derive(Default)]
pub(crate) struct BatchBuilder {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl BatchBuilder {
    fn push(mut self, name: &str, data_type: DataType, array: ArrayRef) -> Self {
        self.fields.push(Field::new(name, data_type, true));
        self.arrays.push(array);
        self
    }

    pub(crate) fn text<T: Into<Option<String>>>(self, name: &str, values: impl Iterator<Item = T>) -> Self {
        let array = values.map(Into::into).collect::<StringArray>();
        self.push(name, DataType::Utf8, Arc::new(array))
    }

    pub(crate) fn number<T: Into<Option<f64>>>(self, name: &str, values: impl Iterator<Item = T>) -> Self {
        let array = values.map(Into::into).collect::<Float64Array>();
        self.push(name, DataType::Float64, Arc::new(array))
    }

    pub(crate) fn count<T: Into<Option<usize>>>(self, name: &str, values: impl Iterator<Item = T>) -> Self {
        let counts = values.map(|value| {
            let value: Option<usize> = value.into();
            i64::try_from(value?).ok()
        });
        self.push(name, DataType::Int64, Arc::new(counts.collect::<Int64Array>()))
    }

    pub(crate) fn flag<T: Into<Option<bool>>>(self, name: &str, values: impl Iterator<Item = T>) -> Self {
        let array = values.map(Into::into).collect::<BooleanArray>();
        self.push(name, DataType::Boolean, Arc::new(array))
    }

    pub(crate) fn day<T: Into<Option<NaiveDate>>>(self, name: &str, values: impl Iterator<Item = T>) -> Self {
        let days = values.map(|date| {
            let date: Option<NaiveDate> = date.into();
            i32::try_from((date? - NaiveDate::default()).num_days()).ok()
        });
        self.push(name, DataType::Date32, Arc::new(days.collect::<Date32Array>()))
    }

    pub(crate) fn instant(self, name: &str, values: impl Iterator<Item = DateTime<Utc>>) -> Self {
        let micros = values.map(|instant| Some(instant.timestamp_micros()));
        let array = micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC");
        self.push(name, instant_type(), Arc::new(array))
    }

    pub(crate) fn batch(self) -> Result<RecordBatch> {
        Ok(RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)?)
    }
}
