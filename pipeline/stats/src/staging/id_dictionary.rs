//! Surrogate keys of ids and other repeated texts, which join and count faster than texts.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Int32Type},
};

use crate::{engine::schema_of, error::StatsError};

/// Texts with their keys, in order of first appearance.
#[derive(Debug, Default)]
pub(crate) struct IdDictionary {
    keys: HashMap<Arc<str>, i64>,
    texts: Vec<Arc<str>>,
}

/// Keys of a column's values, one per row.
pub(crate) struct EncodedColumn<'a> {
    values: &'a DictionaryArray<Int32Type>,
    keys: Vec<Option<i64>>,
}

impl EncodedColumn<'_> {
    /// Key of a row's value; none if it is null or unknown.
    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        self.values.key(row).and_then(|key| self.keys[key])
    }
}

impl IdDictionary {
    /// Key of a text, which is added if it is new.
    pub(crate) fn insert(&mut self, text: &str) -> i64 {
        if let Some(key) = self.keys.get(text) {
            return *key;
        }
        let key = self.texts.len() as i64;
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.keys.insert(text, key);
        key
    }

    /// Keys of a column; new values are added.
    pub(crate) fn encode<'a>(&mut self, column: &'a ArrayRef) -> Result<EncodedColumn<'a>, StatsError> {
        let (values, texts) = dictionary(column)?;
        let keys = texts.iter().map(|text| text.map(|text| self.insert(text))).collect();
        Ok(EncodedColumn { values, keys })
    }

    /// Keys of a column; new values have none.
    pub(crate) fn look_up<'a>(&self, column: &'a ArrayRef) -> Result<EncodedColumn<'a>, StatsError> {
        let (values, texts) = dictionary(column)?;
        let keys = texts.iter().map(|text| text.and_then(|text| self.keys.get(text).copied()));
        Ok(EncodedColumn { values, keys: keys.collect() })
    }

    /// Text of a key.
    pub(crate) fn text(&self, key: i64) -> &str {
        &self.texts[key as usize]
    }

    /// Texts in the order of their keys.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(AsRef::as_ref)
    }

    /// Session table `id_dictionary`.
    pub(crate) fn table(&self) -> Result<RecordBatch, StatsError> {
        let schema = schema_of([("key", DataType::Int64), ("id", DataType::Utf8)]);
        let keys = Int64Array::from_iter_values(0..self.texts.len() as i64);
        let texts = StringArray::from_iter_values(&self.texts);
        Ok(RecordBatch::try_new(schema, vec![Arc::new(keys), Arc::new(texts)])?)
    }
}

fn dictionary(column: &ArrayRef) -> Result<(&DictionaryArray<Int32Type>, &StringArray), StatsError> {
    let keys = column.as_any().downcast_ref::<DictionaryArray<Int32Type>>();
    let values = keys.and_then(|keys| keys.values().as_any().downcast_ref::<StringArray>());
    keys.zip(values).ok_or_else(|| StatsError::Internal("a column was not read as a dictionary".to_owned()))
}
