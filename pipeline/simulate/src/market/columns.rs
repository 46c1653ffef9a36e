//! Building blocks of Arrow tables.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, Date32Array, Decimal128Array, Decimal128Builder, Int64Array, RecordBatch, StringArray,
        TimestampMicrosecondArray, TimestampMicrosecondBuilder,
    },
    datatypes::{DataType, Field, Schema},
};
use chrono::{DateTime, NaiveDate, Utc};

use super::spec::MarketSpec;
use crate::error::SimulateError;

/// Type of an amount: 18 digits, with the currency's number of decimals.
pub(crate) fn money_type(spec: &MarketSpec) -> DataType {
    DataType::Decimal128(18, i8::try_from(spec.market.currency_digits).unwrap_or(0))
}

pub(crate) fn instant_builder() -> TimestampMicrosecondBuilder {
    TimestampMicrosecondBuilder::new().with_timezone("UTC")
}

pub(crate) fn amount_builder(spec: &MarketSpec) -> Decimal128Builder {
    Decimal128Builder::new().with_data_type(money_type(spec))
}

/// A table built column by column.
#[derive(Default)]
pub(crate) struct TableBuilder {
    fields: Vec<Field>,
    columns: Vec<ArrayRef>,
}

impl TableBuilder {
    /// Appends a column.
    pub(crate) fn column(mut self, name: &str, column: ArrayRef) -> Self {
        self.fields.push(Field::new(name, column.data_type().clone(), true));
        self.columns.push(column);
        self
    }

    pub(crate) fn text<T: Into<Option<String>>>(self, name: &str, values: impl Iterator<Item = T>) -> Self {
        self.column(name, Arc::new(values.map(Into::into).collect::<StringArray>()))
    }

    pub(crate) fn integer(self, name: &str, values: impl Iterator<Item = Option<i64>>) -> Self {
        self.column(name, Arc::new(values.collect::<Int64Array>()))
    }

    /// Appends amounts in the smallest unit of the currency, or plain integers if the type is not a decimal.
    pub(crate) fn money(
        self,
        name: &str,
        kind: &DataType,
        values: impl Iterator<Item = Option<i64>>,
    ) -> Self {
        let DataType::Decimal128(precision, scale) = kind else { return self.integer(name, values) };
        let column: Decimal128Array = values.map(|value| value.map(i128::from)).collect();
        let column = column.with_precision_and_scale(*precision, *scale).expect("18 digits are in range");
        self.column(name, Arc::new(column))
    }

    pub(crate) fn date(self, name: &str, values: impl Iterator<Item = NaiveDate>) -> Self {
        let days = values.map(|date| i32::try_from((date - NaiveDate::default()).num_days()).ok());
        self.column(name, Arc::new(Date32Array::from_iter(days)))
    }

    pub(crate) fn instant(self, name: &str, values: impl Iterator<Item = DateTime<Utc>>) -> Self {
        let micros = values.map(|at| Some(at.timestamp_micros()));
        self.column(name, Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC")))
    }

    pub(crate) fn finish(self) -> Result<RecordBatch, SimulateError> {
        Ok(RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.columns)?)
    }
}
