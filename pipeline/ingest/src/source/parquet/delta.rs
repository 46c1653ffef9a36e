//! Validation of delta encodings before a page is decoded.
//!
//! The decoder allocates as many lengths as a page declares.

use parquet::{
    basic::Encoding,
    errors::{ParquetError, Result},
};

/// Checks the counts at the start of a page with `count` values.
pub(super) fn check_counts(encoding: Encoding, values: &[u8], count: u32) -> Result<()> {
    let lengths = match encoding {
        Encoding::DELTA_LENGTH_BYTE_ARRAY => 1,
        // Prefix lengths, then suffix lengths.
        Encoding::DELTA_BYTE_ARRAY => 2,
        _ => return Ok(()),
    };
    if values.is_empty() {
        return Ok(());
    }
    let mut rest = values;
    for _ in 0..lengths {
        rest = after_packed(rest, count).ok_or_else(|| {
            ParquetError::General(format!("a page of {count} values is damaged: its lengths do not add up"))
        })?;
    }
    Ok(())
}

/// Bytes after a run of packed numbers; none if the run has more than `max` numbers.
fn after_packed(bytes: &[u8], max: u32) -> Option<&[u8]> {
    let mut packed = Packed { bytes };
    let (block, miniblocks, total) = (packed.number()?, packed.number()?, packed.number()?);
    packed.number()?;
    if total > u64::from(max) || miniblocks == 0 {
        return None;
    }
    let miniblock_values = block / miniblocks;
    let mut left = total.saturating_sub(1);
    while left > 0 && miniblock_values > 0 {
        packed.number()?;
        let widths = packed.take(miniblocks)?;
        let mut length = 0_u64;
        for width in widths {
            // Widths after the last number are unused.
            let width = if left == 0 { 0 } else { u64::from(*width) };
            length = length.checked_add(width.checked_mul(miniblock_values)? / 8)?;
            left = left.saturating_sub(miniblock_values);
        }
        packed.take(length)?;
    }
    (left == 0).then_some(packed.bytes)
}

struct Packed<'a> {
    bytes: &'a [u8],
}

impl<'a> Packed<'a> {
    fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(usize::try_from(count).ok()?)?;
        self.bytes = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}
