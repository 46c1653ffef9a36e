//! Texts of a column, plain or dictionary-encoded.

use arrow::{
    array::{Array, ArrayRef, AsArray, DictionaryArray, StringArray},
    datatypes::Int32Type,
};

/// A text column, plain or dictionary-encoded.
pub(super) enum StringColumn<'a> {
    Plain(&'a StringArray),
    Dictionary(&'a DictionaryArray<Int32Type>, &'a StringArray),
}

impl<'a> StringColumn<'a> {
    pub(super) fn new(column: &'a ArrayRef) -> Self {
        match column.as_any_dictionary_opt() {
            Some(encoded) => Self::Dictionary(column.as_dictionary(), encoded.values().as_string()),
            None => Self::Plain(column.as_string()),
        }
    }

    /// Text of a row; none if it is null.
    pub(super) fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Plain(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Dictionary(codes, texts) => Some(texts.value(codes.key(row)?)),
        }
    }
}
