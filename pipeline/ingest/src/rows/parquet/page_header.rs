//! Headers of the pages of a column chunk, checked before a page is decoded.
//!
//! The decoder allocates what a header claims: the unpacked size of the page, and the values of
//! a dictionary. So the claims are held against what the bytes of the page can hold.

use parquet::{
    basic::{Compression, Type},
    errors::{ParquetError, Result},
    file::{metadata::ColumnChunkMetaData, reader::ChunkReader},
    schema::types::ColumnDescriptor,
};

use super::thrift::{Fault, Thrift, kind};

/// Bytes of a page when unpacked.
const LARGEST_PAGE: i64 = 1 << 29;

/// Values of a page of lists: all items of a row are held at once.
const MOST_ITEMS: i32 = 1 << 24;

/// Bytes read for a header at first, and at most where it carries long statistics.
const HEADER: (usize, usize) = (1 << 10, 1 << 24);

/// Type code of a dictionary page.
const DICTIONARY: i32 = 2;

/// Claims of a page header.
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
    fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let mut thrift = Thrift::new(bytes);
        let (mut header, mut last) = (Self::default(), 0);
        while let Some((id, found)) = thrift.field(last)? {
            let wanted = match id {
                1..=4 => kind::I32,
                5..=8 => kind::STRUCT,
                _ => found,
            };
            if found != wanted {
                return Err(Fault::Broken("a field has the type of another"));
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

    /// The rule that the claims break, if they do.
    fn broken_rule(&self, chunk: &ColumnChunkMetaData, left: u64) -> Option<&'static str> {
        let column = chunk.column_descr();
        let (packed, unpacked, values) =
            (i64::from(self.packed), i64::from(self.unpacked), i64::from(self.values));
        if packed < 0 || packed.unsigned_abs() > left {
            Some("it is longer than its column")
        } else if unpacked < 0 || unpacked > most_unpacked(chunk.compression(), packed) {
            Some("its unpacked size cannot be")
        } else if self.page_type == DICTIONARY && values.saturating_mul(width(column)) > unpacked {
            Some("its dictionary has more values than bytes")
        } else if column.max_rep_level() > 0 && self.values > MOST_ITEMS {
            Some("it has more than 16777216 items")
        } else {
            None
        }
    }
}

/// Reads the count of values, the first field of every kind of page.
fn read_values(thrift: &mut Thrift<'_>) -> Result<i32, Fault> {
    let (mut values, mut last) = (0, 0);
    while let Some((id, found)) = thrift.field(last)? {
        match id {
            1 if found == kind::I32 => values = thrift.int()?,
            1 => return Err(Fault::Broken("its count of values is no number")),
            _ => thrift.skip(found)?,
        }
        last = id;
    }
    if values < 0 { Err(Fault::Broken("its count of values is negative")) } else { Ok(values) }
}

/// The most that a page of `packed` bytes can unpack to.
fn most_unpacked(compression: Compression, packed: i64) -> i64 {
    let ratio = match compression {
        Compression::SNAPPY => 32,
        Compression::LZ4 | Compression::LZ4_RAW => 256,
        Compression::GZIP(_) => 1_100,
        _ => LARGEST_PAGE,
    };
    packed.saturating_add(16).saturating_mul(ratio).min(LARGEST_PAGE)
}

/// The fewest bytes of a value in a dictionary.
fn width(column: &ColumnDescriptor) -> i64 {
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
        let header = read_header(input, offset, left)?.map_err(|fault| match fault {
            Fault::End => damaged("its header does not end"),
            Fault::Broken(rule) => damaged(rule),
        })?;
        let behind = left.saturating_sub(header.length as u64);
        if let Some(rule) = header.broken_rule(chunk, behind) {
            return Err(damaged(rule));
        }
        let packed = u64::from(header.packed.unsigned_abs());
        offset += header.length as u64 + packed;
        left = behind - packed;
    }
    Ok(())
}

/// Reads the header at `offset`; statistics may make one long, so more is read as needed.
fn read_header(input: &impl ChunkReader, offset: u64, left: u64) -> Result<Result<PageHeader, Fault>> {
    let left = usize::try_from(left).unwrap_or(usize::MAX);
    let mut length = HEADER.0.min(left);
    loop {
        let read = PageHeader::read(&input.get_bytes(offset, length)?);
        if read != Err(Fault::End) || length >= HEADER.1.min(left) {
            return Ok(read);
        }
        length = length.saturating_mul(16).min(left);
    }
}
