//! Dictionary encoding of text columns with few distinct values.
//!
//! Cells of such columns are mostly short, and mostly equal to one of the last cells. So short
//! strings are compared as integers, and the successor of the previous string is tried first.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, DictionaryArray, Int32Builder, StringArray},
    datatypes::Int32Type,
};
use hashbrown::{HashTable, hash_table::Entry};
use xxhash_rust::xxh3::xxh3_64;

use crate::report::reject_reason::RejectReason;

/// A dictionary with more strings than this is cleared after its chunk.
const MAX_STRINGS: usize = 10_000;

/// Comparison key: up to 16 bytes of a string, or the hash of a longer one, and its length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct StringKey {
    low: u64,
    high: u64,
    length: usize,
}

impl StringKey {
    #[inline]
    fn new(text: &str) -> Self {
        let (bytes, length) = (text.as_bytes(), text.len());
        let four = |at: usize| {
            let four = bytes[at..].first_chunk::<4>().copied().unwrap_or_default();
            u64::from(u32::from_le_bytes(four))
        };
        let eight =
            |at: usize| u64::from_le_bytes(bytes[at..].first_chunk::<8>().copied().unwrap_or_default());
        let (low, high) = match length {
            0..4 => (bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)), 0),
            4..8 => (four(0), four(length - 4)),
            8..=16 => (eight(0), eight(length - 8)),
            _ => (xxh3_64(bytes), 0),
        };
        Self { low, high, length }
    }

    #[inline]
    fn hash(&self) -> u64 {
        let mixed =
            (self.low ^ self.high.rotate_left(32) ^ self.length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 32)
    }

    /// Returns whether equal keys imply equal strings.
    fn is_exact(&self) -> bool {
        self.length <= 16
    }
}

/// Encoder of one text column, a chunk at a time.
#[derive(Default)]
pub(crate) struct DictionaryEncoder {
    codes: Int32Builder,
    table: HashTable<i32>,
    strings: Vec<(StringKey, Box<str>)>,
    /// Code that last followed each code.
    successors: Vec<i32>,
    last: usize,
    /// Valid strings; none if any string is valid.
    allowed: Option<&'static [&'static str]>,
    is_allowed: Vec<bool>,
}

impl DictionaryEncoder {
    /// Encoder of a column that may contain `allowed` strings only; none allows any.
    pub(crate) fn new(allowed: Option<&'static [&'static str]>) -> Self {
        Self { allowed, ..Self::default() }
    }

    #[inline]
    pub(crate) fn push(&mut self, text: &str) -> Result<(), RejectReason> {
        let key = StringKey::new(text);
        let guess = self.successors.get(self.last).copied().unwrap_or(0);
        let code = match self.strings.get(guess as usize) {
            Some((own, known)) if *own == key && (key.is_exact() || **known == *text) => guess,
            _ => {
                let code = self.find(key, text);
                if let Some(successor) = self.successors.get_mut(self.last) {
                    *successor = code;
                }
                code
            }
        };
        self.last = code as usize;
        if !self.is_allowed[self.last] {
            return Err(RejectReason::UnknownWord);
        }
        self.codes.append_value(code);
        Ok(())
    }

    pub(crate) fn push_null(&mut self) {
        self.codes.append_null();
    }

    fn find(&mut self, key: StringKey, text: &str) -> i32 {
        let strings = &self.strings;
        let is_same = |code: &i32| {
            let (own, known) = &strings[*code as usize];
            *own == key && (key.is_exact() || **known == *text)
        };
        match self.table.entry(key.hash(), is_same, |code| strings[*code as usize].0.hash()) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let code = i32::try_from(strings.len()).expect("a chunk has fewer rows than i32::MAX");
                entry.insert(code);
                self.strings.push((key, text.into()));
                self.successors.push(0);
                self.is_allowed.push(self.allowed.is_none_or(|allowed| allowed.contains(&text)));
                code
            }
        }
    }

    /// Finishes the column of the chunk.
    pub(crate) fn finish(&mut self) -> ArrayRef {
        let values = StringArray::from_iter_values(self.strings.iter().map(|(_, text)| text));
        let codes = self.codes.finish();
        self.codes = Int32Builder::with_capacity(codes.len());
        let encoded = DictionaryArray::<Int32Type>::try_new(codes, Arc::new(values));
        if self.strings.len() > MAX_STRINGS {
            *self = Self::new(self.allowed);
        }
        Arc::new(encoded.expect("every code has a string"))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn encoding_is_lossless(cells in proptest::collection::vec(proptest::option::of("[ab가]{0,20}"), 0..60)) {
            let mut encoder = DictionaryEncoder::new(None);
            for cell in &cells {
                match cell {
                    Some(text) => encoder.push(text).unwrap(),
                    None => encoder.push_null(),
                }
            }
            let column = encoder.finish();
            let encoded = column.as_dictionary::<Int32Type>();
            let texts: &StringArray = encoded.values().as_string();
            let found: Vec<Option<String>> =
                (0..column.len()).map(|row| Some(texts.value(encoded.key(row)?).to_owned())).collect();
            prop_assert_eq!(found, cells);
        }
    }

    #[test]
    fn strings_that_are_not_allowed_are_rejected() {
        let mut encoder = DictionaryEncoder::new(Some(&["placed", "cancelled"]));
        assert_eq!(encoder.push("placed"), Ok(()));
        for _ in 0..2 {
            assert_eq!(encoder.push("sold"), Err(RejectReason::UnknownWord));
        }
        assert_eq!(encoder.finish().len(), 1);
    }
}
