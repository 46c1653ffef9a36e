//! Text of which there are few different ones, as codes.
//!
//! Cells of such columns are mostly short, and mostly one of those just seen: short words are
//! compared as whole numbers, and the word that followed this one last time is tried first.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, DictionaryArray, Int32Builder, StringArray},
    datatypes::Int32Type,
};
use hashbrown::{HashTable, hash_table::Entry};
use xxhash_rust::xxh3::xxh3_64;

use crate::reason::Reason;

/// A dictionary with more words than this is begun anew with the next chunk.
const MOST_WORDS: usize = 10_000;

/// A word of up to 16 bytes in full, or the hash of a longer one, and its length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Short {
    low: u64,
    high: u64,
    length: usize,
}

impl Short {
    #[inline]
    fn of(text: &str) -> Self {
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

    /// Whether the number says all of the word.
    fn is_whole(&self) -> bool {
        self.length <= 16
    }
}

/// A column in codes, a chunk at a time.
#[derive(Default)]
pub(crate) struct Words {
    codes: Int32Builder,
    table: HashTable<i32>,
    words: Vec<(Short, Box<str>)>,
    /// The word that came after each word when it came last.
    next: Vec<i32>,
    last: usize,
    /// Which words there may be; none: any.
    allowed: Option<&'static [&'static str]>,
    is_allowed: Vec<bool>,
}

impl Words {
    /// A column that may hold these words; with none, any.
    pub(crate) fn new(allowed: Option<&'static [&'static str]>) -> Self {
        Self { allowed, ..Self::default() }
    }

    #[inline]
    pub(crate) fn push(&mut self, text: &str) -> Result<(), Reason> {
        let short = Short::of(text);
        let guess = self.next.get(self.last).copied().unwrap_or(0);
        let code = match self.words.get(guess as usize) {
            Some((own, word)) if *own == short && (short.is_whole() || **word == *text) => guess,
            _ => {
                let code = self.find(short, text);
                if let Some(next) = self.next.get_mut(self.last) {
                    *next = code;
                }
                code
            }
        };
        self.last = code as usize;
        if !self.is_allowed[self.last] {
            return Err(Reason::UnknownWord);
        }
        self.codes.append_value(code);
        Ok(())
    }

    pub(crate) fn push_null(&mut self) {
        self.codes.append_null();
    }

    fn find(&mut self, short: Short, text: &str) -> i32 {
        let words = &self.words;
        let is_same = |code: &i32| {
            let (own, word) = &words[*code as usize];
            *own == short && (short.is_whole() || **word == *text)
        };
        match self.table.entry(short.hash(), is_same, |code| words[*code as usize].0.hash()) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => {
                let code = i32::try_from(words.len()).expect("a chunk has fewer rows");
                free.insert(code);
                self.words.push((short, text.into()));
                self.next.push(0);
                self.is_allowed.push(self.allowed.is_none_or(|allowed| allowed.contains(&text)));
                code
            }
        }
    }

    /// The column of the chunk.
    pub(crate) fn finish(&mut self) -> ArrayRef {
        let words = StringArray::from_iter_values(self.words.iter().map(|(_, word)| word));
        let codes = self.codes.finish();
        self.codes = Int32Builder::with_capacity(codes.len());
        let coded = DictionaryArray::<Int32Type>::try_new(codes, Arc::new(words));
        if self.words.len() > MOST_WORDS {
            *self = Self::new(self.allowed);
        }
        Arc::new(coded.expect("every code has its word"))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_word_comes_back(cells in proptest::collection::vec(proptest::option::of("[ab가]{0,20}"), 0..60)) {
            let mut words = Words::new(None);
            for cell in &cells {
                match cell {
                    Some(text) => words.push(text).unwrap(),
                    None => words.push_null(),
                }
            }
            let column = words.finish();
            let coded = column.as_dictionary::<Int32Type>();
            let texts: &StringArray = coded.values().as_string();
            let found: Vec<Option<String>> =
                (0..column.len()).map(|row| Some(texts.value(coded.key(row)?).to_owned())).collect();
            prop_assert_eq!(found, cells);
        }
    }

    #[test]
    fn only_what_is_allowed_gets_in() {
        let mut words = Words::new(Some(&["placed", "cancelled"]));
        assert_eq!(words.push("placed"), Ok(()));
        for _ in 0..2 {
            assert_eq!(words.push("sold"), Err(Reason::UnknownWord));
        }
        assert_eq!(words.finish().len(), 1);
    }
}
