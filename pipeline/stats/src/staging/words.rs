//! Numbers that stand for words while facts are joined and counted.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Field, Int32Type, Schema},
};

use crate::error::StatsError;

/// Words met so far; the number of a word is its place among them.
#[derive(Debug, Default)]
pub(crate) struct Words {
    numbers: HashMap<Arc<str>, i64>,
    words: Vec<Arc<str>>,
}

/// What a column of a batch holds: per row the place in `numbers` of what it says.
pub(crate) struct Numbered<'a> {
    keys: &'a DictionaryArray<Int32Type>,
    numbers: Vec<Option<i64>>,
}

impl Numbered<'_> {
    /// The number of a row's word; none where it has no word, or none that is known.
    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        self.keys.key(row).and_then(|key| self.numbers[key])
    }
}

impl Words {
    /// The number of a word, which becomes known.
    pub(crate) fn number(&mut self, word: &str) -> i64 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = self.words.len() as i64;
        let word: Arc<str> = word.into();
        self.words.push(Arc::clone(&word));
        self.numbers.insert(word, number);
        number
    }

    /// The numbers of a column's words; those not met before become known.
    pub(crate) fn number_all<'a>(&mut self, column: &'a ArrayRef) -> Result<Numbered<'a>, StatsError> {
        let (keys, values) = dictionary(column)?;
        let numbers = values.iter().map(|value| value.map(|word| self.number(word))).collect();
        Ok(Numbered { keys, numbers })
    }

    /// The numbers of a column's words; those not met before have none.
    pub(crate) fn look_up<'a>(&self, column: &'a ArrayRef) -> Result<Numbered<'a>, StatsError> {
        let (keys, values) = dictionary(column)?;
        let numbers = values.iter().map(|value| value.and_then(|word| self.numbers.get(word).copied()));
        Ok(Numbered { keys, numbers: numbers.collect() })
    }

    /// The table `words`.
    pub(crate) fn table(&self) -> Result<RecordBatch, StatsError> {
        let schema = Schema::new(vec![
            Field::new("number", DataType::Int64, true),
            Field::new("word", DataType::Utf8, true),
        ]);
        let numbers = Int64Array::from_iter_values(0..self.words.len() as i64);
        let words = StringArray::from_iter_values(&self.words);
        Ok(RecordBatch::try_new(Arc::new(schema), vec![Arc::new(numbers), Arc::new(words)])?)
    }
}

fn dictionary(column: &ArrayRef) -> Result<(&DictionaryArray<Int32Type>, &StringArray), StatsError> {
    let keys = column.as_any().downcast_ref::<DictionaryArray<Int32Type>>();
    let values = keys.and_then(|keys| keys.values().as_any().downcast_ref::<StringArray>());
    keys.zip(values).ok_or_else(|| StatsError::Internal("a column was not read as a dictionary".to_owned()))
}
