//! Footer of a Parquet file, validated before it is decoded.
//!
//! The decoder allocates as many row groups as the footer declares, and recurses into groups of
//! the schema. So both are limited first, and column chunks must lie inside the file.

use std::sync::Arc;

use parquet::{
    errors::{ParquetError, Result},
    file::{
        metadata::{FooterTail, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader},
        reader::ChunkReader,
    },
};

use super::thrift::{ThriftError, ThriftReader, kind};

/// Bytes after the footer: its length and the magic number.
const TAIL: usize = 8;

/// Largest nesting depth of a schema.
const MAX_SCHEMA_DEPTH: usize = 64;

/// Largest number of columns and groups in a schema.
const MAX_SCHEMA_ELEMENTS: usize = 16_384;

/// Largest size of a fixed-length value in bytes.
const MAX_FIXED_BYTES: i32 = 4_096;

/// Reads and validates the footer of a file.
pub(super) fn read_footer(input: &impl ChunkReader) -> Result<ParquetMetaData> {
    let size = input.len();
    let Some(end) = size.checked_sub(TAIL as u64) else {
        return Err(ParquetError::General(format!(
            "Invalid Parquet file. {size} bytes are too short for a footer"
        )));
    };
    let bytes = input.get_bytes(end, TAIL)?;
    let tail: &[u8; TAIL] =
        bytes[..].try_into().map_err(|_| damaged("the file changed while it was read"))?;
    let tail = FooterTail::try_new(tail)?;
    if tail.is_encrypted_footer() {
        return Err(ParquetError::General("the footer is encrypted".to_owned()));
    }
    let length = tail.metadata_length();
    let Some(start) = end.checked_sub(length as u64) else {
        let message = format!("the footer claims {length} bytes of a file of {size}");
        return Err(ParquetError::General(message));
    };
    let footer = input.get_bytes(start, length)?;
    check_footer(&footer).map_err(|error| match error {
        ThriftError::End => damaged("it claims more than it has bytes"),
        ThriftError::Invalid(rule) => damaged(rule),
    })?;
    // With a given schema, the decoder skips the schema by the rules of the check.
    let schema = ParquetMetaDataReader::decode_schema(&footer)?;
    let options = ParquetMetaDataOptions::new().with_schema(Arc::clone(&schema));
    let metadata = ParquetMetaDataReader::decode_metadata_with_options(&footer, Some(&options))?;
    check_chunks(&metadata, start)?;
    Ok(metadata)
}

fn damaged(rule: &str) -> ParquetError {
    ParquetError::General(format!("the footer is damaged: {rule}"))
}

/// Checks the lists of the footer against its length, and its schema against the limits.
fn check_footer(footer: &[u8]) -> Result<(), ThriftError> {
    let mut thrift = ThriftReader::new(footer);
    let mut last = 0;
    while let Some((id, found)) = thrift.field(last)? {
        let wanted = match id {
            1 => kind::I32,
            2 | 4 | 5 | 7 => kind::LIST,
            3 => kind::I64,
            6 => kind::BINARY,
            _ => found,
        };
        if found != wanted {
            return Err(ThriftError::Invalid("a field has the type of another"));
        }
        if id == 2 {
            check_schema(&mut thrift)?
        } else {
            thrift.skip(found)?
        }
        last = id;
    }
    Ok(())
}

fn check_schema(thrift: &mut ThriftReader<'_>) -> Result<(), ThriftError> {
    let (found, count) = thrift.list()?;
    if found != kind::STRUCT {
        return Err(ThriftError::Invalid("the schema is not a list of columns"));
    }
    if count > MAX_SCHEMA_ELEMENTS {
        return Err(ThriftError::Invalid("the schema has more than 16384 columns"));
    }
    // Number of missing children per open group.
    let mut groups: Vec<i32> = Vec::new();
    for _ in 0..count {
        let children = check_element(thrift)?;
        while groups.last() == Some(&0) {
            groups.pop();
        }
        if let Some(left) = groups.last_mut() {
            *left -= 1;
        }
        if children > 0 {
            groups.push(children);
        }
        if groups.len() > MAX_SCHEMA_DEPTH {
            return Err(ThriftError::Invalid("the schema nests more than 64 groups"));
        }
    }
    Ok(())
}

/// Reads one schema element and returns the number of its children.
fn check_element(thrift: &mut ThriftReader<'_>) -> Result<i32, ThriftError> {
    let (mut children, mut last) = (0, 0);
    while let Some((id, found)) = thrift.field(last)? {
        let wanted = match id {
            1..=3 | 5..=9 => kind::I32,
            4 => kind::BINARY,
            10 => kind::STRUCT,
            _ => found,
        };
        if found != wanted {
            return Err(ThriftError::Invalid("a column of the schema has a field of another type"));
        }
        match id {
            2 if !(0..=MAX_FIXED_BYTES).contains(&thrift.int()?) => {
                return Err(ThriftError::Invalid("a value of fixed length has more than 4096 bytes"));
            }
            2 => {}
            5 => children = thrift.int()?,
            _ => thrift.skip(found)?,
        }
        last = id;
    }
    if children < 0 {
        Err(ThriftError::Invalid("a group has a negative number of columns"))
    } else {
        Ok(children)
    }
}

/// Checks that column chunks lie before the footer.
fn check_chunks(metadata: &ParquetMetaData, end: u64) -> Result<()> {
    let mut rows = 0_i64;
    for group in metadata.row_groups() {
        let sum = Some(group.num_rows()).filter(|own| *own >= 0).and_then(|own| rows.checked_add(own));
        rows = sum.ok_or_else(|| damaged("a row group claims an impossible number of rows"))?;
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let range = u64::try_from(start).ok().zip(u64::try_from(column.compressed_size()).ok());
            let ends = range.and_then(|(start, length)| start.checked_add(length));
            if ends.is_none_or(|ends| ends > end) {
                let name = column.column_path().string();
                return Err(damaged(&format!("column `{name}` lies outside the file")));
            }
        }
    }
    Ok(())
}
