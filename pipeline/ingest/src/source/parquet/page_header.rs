//! Validation of page headers before a page is decoded.
//!
//! The decoder allocates by the header: the unpacked size of the page, and the values of a
//! dictionary. So both are compared with the number of bytes in the page.

use parquet::{
    basic::{Compression, Type},
    errors::{ParquetError, Result},
    file::{metadata::ColumnChunkMetaData, reader::ChunkReader},
    schema::types::ColumnDescriptor,
};

use super::thrift::{ThriftError, ThriftReader, kind};

/// Largest unpacked size of a page.
const MAX_PAGE_BYTES: i64 = 1 << 29;

/// Largest number of items in a page of lists; the decoder allocates all items of a row.
const MAX_ITEMS: i32 = 1 << 24;

/// Initial and maximum bytes to read for a header; long statistics need more.
const HEADER_BYTES: (usize, usize) = (1 << 10, 1 << 24);

/// Type code of a dictionary page.
const DICTIONARY: i32 = 2;

/// Sizes in a page header.
#[derive(Debug, Default, PartialEq, Eq)]
struct PageHeader {
    page_type: i32,
    unpacked: i32,
    packed: i32,
    values: i32,
    /// Bytes of the header itself.
    length: usize,
}

impl PageHeader {
    fn read(bytes: &[u8]) -> Result<Self, ThriftError> {
        let mut thrift = ThriftReader::new(bytes);
        let (mut header, mut last) = (Self::default(), 0);
        while let Some((id, found)) = thrift.field(last)? {
            let wanted = match id {
                1..=4 => kind::I32,
                5..=8 => kind::STRUCT,
                _ => found,
            };
            if found != wanted {
                return Err(ThriftError::Invalid("a field has the type of another"));
            }
            match id {
                1 => header.page_type = thrift.int()?,
                2 => header.unpacked = thrift.int()?,
                3 => header.packed = thrift.int()?,
                5 | 7 | 8 => header.values = header.values.max(read_values(&mut thrift)?),
                _ => thrift.skip(found)?,
            }
            last = id;
        }
        header.length = thrift.position();
        Ok(header)
    }

    /// Rule that the header violates, if any.
    fn violated_rule(&self, chunk: &ColumnChunkMetaData, left: u64) -> Option<&'static str> {
        let column = chunk.column_descr();
        let (packed, unpacked, values) =
            (i64::from(self.packed), i64::from(self.unpacked), i64::from(self.values));
        if packed < 0 || packed.unsigned_abs() > left {
            Some("it is longer than its column")
        } else if unpacked < 0 || unpacked > max_unpacked(chunk.compression(), packed) {
            Some("its unpacked size is impossible")
        } else if self.page_type == DICTIONARY && values.saturating_mul(min_value_bytes(column)) > unpacked {
            Some("its dictionary has more values than bytes")
        } else if column.max_rep_level() > 0 && self.values > MAX_ITEMS {
            Some("it has more than 16777216 items")
        } else {
            None
        }
    }
}

/// Reads the number of values, the first field of every page type.
fn read_values(thrift: &mut ThriftReader<'_>) -> Result<i32, ThriftError> {
    let (mut values, mut last) = (0, 0);
    while let Some((id, found)) = thrift.field(last)? {
        match id {
            1 if found == kind::I32 => values = thrift.int()?,
            1 => return Err(ThriftError::Invalid("its number of values is not an integer")),
            _ => thrift.skip(found)?,
        }
        last = id;
    }
    if values < 0 { Err(ThriftError::Invalid("its number of values is negative")) } else { Ok(values) }
}

/// Largest unpacked size of a page with `packed` bytes.
fn max_unpacked(compression: Compression, packed: i64) -> i64 {
    let ratio = match compression {
        Compression::SNAPPY => 32,
        Compression::LZ4 | Compression::LZ4_RAW => 256,
        Compression::GZIP(_) => 1_100,
        _ => MAX_PAGE_BYTES,
    };
    packed.saturating_add(16).saturating_mul(ratio).min(MAX_PAGE_BYTES)
}

/// Smallest size of a dictionary value in bytes.
fn min_value_bytes(column: &ColumnDescriptor) -> i64 {
    match column.physical_type() {
        Type::BOOLEAN => 1,
        Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
        Type::INT64 | Type::DOUBLE => 8,
        Type::INT96 => 12,
        Type::FIXED_LEN_BYTE_ARRAY => i64::from(column.type_length()).max(1),
    }
}

/// Checks the headers of all pages of a column chunk.
pub(super) fn check_pages(input: &impl ChunkReader, chunk: &ColumnChunkMetaData) -> Result<()> {
    let name = || chunk.column_path().string();
    let (mut offset, mut left) = chunk.byte_range();
    while left > 0 {
        let damaged = |rule: &str| {
            ParquetError::General(format!(
                "a page of column `{}` at byte {offset} is damaged: {rule}",
                name()
            ))
        };
        let header = read_header(input, offset, left)?.map_err(|error| match error {
            ThriftError::End => damaged("its header does not end"),
            ThriftError::Invalid(rule) => damaged(rule),
        })?;
        let rest = left.saturating_sub(header.length as u64);
        if let Some(rule) = header.violated_rule(chunk, rest) {
            return Err(damaged(rule));
        }
        let packed = u64::from(header.packed.unsigned_abs());
        offset += header.length as u64 + packed;
        left = rest - packed;
    }
    Ok(())
}

/// Reads the header at `offset`, with more bytes for long statistics.
fn read_header(input: &impl ChunkReader, offset: u64, left: u64) -> Result<Result<PageHeader, ThriftError>> {
    let left = usize::try_from(left).unwrap_or(usize::MAX);
    let mut length = HEADER_BYTES.0.min(left);
    loop {
        let read = PageHeader::read(&input.get_bytes(offset, length)?);
        if read != Err(ThriftError::End) || length >= HEADER_BYTES.1.min(left) {
            return Ok(read);
        }
        length = length.saturating_mul(16).min(left);
    }
}
