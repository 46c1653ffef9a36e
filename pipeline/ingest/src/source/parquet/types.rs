//! Arrow types for the columns of a Parquet file.
//!
//! A file may embed the Arrow schema of its writer. Only its zones, days, durations and decimals
//! are used: Parquet types cannot express all of them, and no other embedded type changes a text.

use arrow::datatypes::{DataType, Field, Fields, TimeUnit};
use parquet::{
    arrow::{FieldLevels, ProjectionMask, parquet_to_arrow_field_levels, parquet_to_arrow_schema},
    basic::{ConvertedType, Type as PhysicalType},
    errors::Result,
    file::metadata::FileMetaData,
    schema::types::SchemaDescriptor,
};

/// Types of the columns, and their nesting levels.
pub(super) fn arrow_types(file: &FileMetaData) -> Result<FieldLevels> {
    let schema = file.schema_descr();
    let plain = parquet_to_arrow_schema(schema, None)?;
    let embedded = parquet_to_arrow_schema(schema, file.key_value_metadata())?;
    let is_int96 = int96_columns(schema);
    let fields = plain.fields().iter().zip(embedded.fields()).zip(&is_int96);
    let fields = fields.map(|((plain, embedded), is_int96)| {
        let data_type = text_relevant_type(embedded.data_type()).unwrap_or_else(|| plain.data_type());
        let data_type = match data_type {
            // Microseconds reach every year, nanoseconds only the years up to 2262.
            DataType::Timestamp(_, None) if *is_int96 => {
                DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
            }
            other => other.clone(),
        };
        Field::new(plain.name(), data_type, plain.is_nullable())
    });
    let hint: Fields = fields.collect();
    parquet_to_arrow_field_levels(schema, ProjectionMask::all(), Some(&hint))
}

/// Embedded type, if it changes the text of a value.
fn text_relevant_type(embedded: &DataType) -> Option<&DataType> {
    match embedded {
        DataType::Dictionary(_, values) => text_relevant_type(values),
        DataType::Timestamp(_, _)
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Duration(_)
        | DataType::Interval(_)
        | DataType::Decimal32(_, _)
        | DataType::Decimal64(_, _)
        | DataType::Decimal256(_, _) => Some(embedded),
        _ => None,
    }
}

/// Columns of INT96 timestamps, which Spark and Hive write as instants in UTC.
pub(super) fn int96_columns(schema: &SchemaDescriptor) -> Vec<bool> {
    let columns = schema.root_schema().get_fields().iter();
    columns.map(|own| own.is_primitive() && own.get_physical_type() == PhysicalType::INT96).collect()
}

/// Columns with arrays that the decoder does not validate: nested ones and JSON.
pub(super) fn unvalidated_columns(schema: &SchemaDescriptor) -> Vec<bool> {
    let mut found = vec![false; schema.root_schema().get_fields().len()];
    for (leaf, column) in schema.columns().iter().enumerate() {
        let is_plain = schema.get_column_root(leaf).is_primitive() && column.max_rep_level() == 0;
        found[schema.get_column_root_idx(leaf)] |=
            !is_plain || column.converted_type() == ConvertedType::JSON;
    }
    found
}
