//! Reader for Thrift's compact protocol, the encoding of footers and page headers.
//!
//! A list never has more elements than bytes remain, and nesting has a limit.

/// Type codes of the compact protocol.
pub(super) mod kind {
    pub(in crate::source::parquet) const TRUE: u8 = 1;
    pub(in crate::source::parquet) const FALSE: u8 = 2;
    pub(in crate::source::parquet) const BYTE: u8 = 3;
    pub(in crate::source::parquet) const I16: u8 = 4;
    pub(in crate::source::parquet) const I32: u8 = 5;
    pub(in crate::source::parquet) const I64: u8 = 6;
    pub(in crate::source::parquet) const DOUBLE: u8 = 7;
    pub(in crate::source::parquet) const BINARY: u8 = 8;
    pub(in crate::source::parquet) const LIST: u8 = 9;
    pub(in crate::source::parquet) const SET: u8 = 10;
    pub(in crate::source::parquet) const MAP: u8 = 11;
    pub(in crate::source::parquet) const STRUCT: u8 = 12;
    pub(in crate::source::parquet) const UUID: u8 = 13;
}

/// Largest nesting depth of skipped values; Parquet structures need less than ten.
const MAX_DEPTH: usize = 32;

/// Error in Thrift data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ThriftError {
    /// The data ends too early.
    End,
    /// A rule is violated.
    Invalid(&'static str),
}

/// Reader for bytes of the compact protocol.
pub(super) struct ThriftReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> ThriftReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Number of bytes read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn byte(&mut self) -> Result<u8, ThriftError> {
        let byte = *self.bytes.get(self.at).ok_or(ThriftError::End)?;
        self.at += 1;
        Ok(byte)
    }

    fn advance(&mut self, count: u64) -> Result<(), ThriftError> {
        let count = usize::try_from(count).map_err(|_| ThriftError::End)?;
        if count > self.left() {
            return Err(ThriftError::End);
        }
        self.at += count;
        Ok(())
    }

    pub(super) fn unsigned(&mut self) -> Result<u64, ThriftError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ThriftError::Invalid("a number has more than 64 bits"))
    }

    pub(super) fn signed(&mut self) -> Result<i64, ThriftError> {
        let value = self.unsigned()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// Integer of 32 bits.
    pub(super) fn int(&mut self) -> Result<i32, ThriftError> {
        i32::try_from(self.signed()?).map_err(|_| ThriftError::Invalid("a number has more than 32 bits"))
    }

    /// Id and type of the next field of a structure; none at its end.
    pub(super) fn field(&mut self, last: i16) -> Result<Option<(i16, u8)>, ThriftError> {
        let header = self.byte()?;
        let kind = header & 0x0f;
        if kind == 0 {
            return Ok(None);
        }
        let id = match i16::from(header >> 4) {
            0 => i16::try_from(self.signed()?).ok(),
            step => last.checked_add(step),
        };
        Ok(Some((id.ok_or(ThriftError::Invalid("a field number has more than 16 bits"))?, kind)))
    }

    /// Type and number of the elements of a list.
    pub(super) fn list(&mut self) -> Result<(u8, usize), ThriftError> {
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.unsigned()?,
            count => u64::from(count),
        };
        Ok((header & 0x0f, self.count(count)?))
    }

    fn count(&self, count: u64) -> Result<usize, ThriftError> {
        let count = usize::try_from(count).map_err(|_| ThriftError::End)?;
        if count > self.left() { Err(ThriftError::End) } else { Ok(count) }
    }

    pub(super) fn skip(&mut self, kind: u8) -> Result<(), ThriftError> {
        self.skip_within(kind, MAX_DEPTH)
    }

    fn skip_within(&mut self, kind: u8, depth: usize) -> Result<(), ThriftError> {
        let deeper = depth.checked_sub(1).ok_or(ThriftError::Invalid("values are nested too deeply"))?;
        match kind {
            kind::TRUE | kind::FALSE => Ok(()),
            kind::BYTE => self.advance(1),
            kind::I16 | kind::I32 | kind::I64 => self.unsigned().map(|_| ()),
            kind::DOUBLE => self.advance(8),
            kind::BINARY => {
                let length = self.unsigned()?;
                self.advance(length)
            }
            kind::LIST | kind::SET => {
                let (element, count) = self.list()?;
                (0..count).try_for_each(|_| self.skip_element(element, deeper))
            }
            kind::MAP => {
                let count = self.unsigned()?;
                let count = self.count(count)?;
                let kinds = if count == 0 { 0 } else { self.byte()? };
                (0..count).try_for_each(|_| {
                    self.skip_element(kinds >> 4, deeper)?;
                    self.skip_element(kinds & 0x0f, deeper)
                })
            }
            kind::STRUCT => {
                let mut last = 0;
                while let Some((id, kind)) = self.field(last)? {
                    self.skip_within(kind, deeper)?;
                    last = id;
                }
                Ok(())
            }
            kind::UUID => self.advance(16),
            _ => Err(ThriftError::Invalid("a value has an unknown type")),
        }
    }

    /// Skips an element. Booleans are invalid: readers disagree on their size, and Parquet has no such list.
    fn skip_element(&mut self, kind: u8, depth: usize) -> Result<(), ThriftError> {
        match kind {
            kind::TRUE | kind::FALSE => Err(ThriftError::Invalid("a list has booleans")),
            kind => self.skip_within(kind, depth),
        }
    }
}
