//! Footer of a Parquet file, checked before it is decoded.
//!
//! The decoder allocates for as many row groups as the footer claims, and follows groups of the
//! schema by recursion. So both are bounded first, and column chunks must lie in the file.

use std::sync::Arc;

use parquet::{
    errors::{ParquetError, Result},
    file::{
        metadata::{FooterTail, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader},
        reader::ChunkReader,
    },
};

use super::thrift::{Fault, Thrift, kind};

const TAIL: usize = 8;

/// Groups of a schema that may lie in each other.
const DEEPEST_SCHEMA: usize = 64;

/// Columns and groups that a schema may have.
const WIDEST_SCHEMA: usize = 16_384;

/// Bytes of a value of fixed length.
const LONGEST_FIXED: i32 = 4_096;

/// Reads the footer of a file.
pub(super) fn read_footer(input: &impl ChunkReader) -> Result<ParquetMetaData> {
    let size = input.len();
    let Some(end) = size.checked_sub(TAIL as u64) else {
        return Err(ParquetError::General(format!("Invalid Parquet file. {size} bytes are no footer")));
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
        let claim = format!("the footer claims {length} bytes of a file of {size}");
        return Err(ParquetError::General(claim));
    };
    let footer = input.get_bytes(start, length)?;
    check(&footer).map_err(|fault| match fault {
        Fault::End => damaged("it claims more than it has bytes"),
        Fault::Broken(rule) => damaged(rule),
    })?;
    // With the schema given, the decoder skips it by the same rules as the check.
    let schema = ParquetMetaDataReader::decode_schema(&footer)?;
    let options = ParquetMetaDataOptions::new().with_schema(Arc::clone(&schema));
    let metadata = ParquetMetaDataReader::decode_metadata_with_options(&footer, Some(&options))?;
    check_chunks(&metadata, start)?;
    Ok(metadata)
}

fn damaged(rule: &str) -> ParquetError {
    ParquetError::General(format!("the footer is damaged: {rule}"))
}

/// Holds the footer's lists against its length, and its schema against the limits.
fn check(footer: &[u8]) -> Result<(), Fault> {
    let mut thrift = Thrift::new(footer);
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
            return Err(Fault::Broken("a field has the type of another"));
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

fn check_schema(thrift: &mut Thrift<'_>) -> Result<(), Fault> {
    let (found, count) = thrift.list()?;
    if found != kind::STRUCT {
        return Err(Fault::Broken("the schema is no list of columns"));
    }
    if count > WIDEST_SCHEMA {
        return Err(Fault::Broken("the schema has more than 16384 columns"));
    }
    // Children that each open group still waits for.
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
        if groups.len() > DEEPEST_SCHEMA {
            return Err(Fault::Broken("the schema nests more than 64 groups"));
        }
    }
    Ok(())
}

/// Reads one element of the schema and tells the number of its children.
fn check_element(thrift: &mut Thrift<'_>) -> Result<i32, Fault> {
    let (mut children, mut last) = (0, 0);
    while let Some((id, found)) = thrift.field(last)? {
        let wanted = match id {
            1..=3 | 5..=9 => kind::I32,
            4 => kind::BINARY,
            10 => kind::STRUCT,
            _ => found,
        };
        if found != wanted {
            return Err(Fault::Broken("a column of the schema has a field of another type"));
        }
        match id {
            2 if !(0..=LONGEST_FIXED).contains(&thrift.int()?) => {
                return Err(Fault::Broken("a value of fixed length has more than 4096 bytes"));
            }
            2 => {}
            5 => children = thrift.int()?,
            _ => thrift.skip(found)?,
        }
        last = id;
    }
    if children < 0 { Err(Fault::Broken("a group has a negative number of columns")) } else { Ok(children) }
}

/// Holds the places of column chunks against the bytes before the footer.
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
                return Err(damaged(&format!("column `{name}` lies outside of the file")));
            }
        }
    }
    Ok(())
}
