//! Names that many rows share. Rows refer to them by index.

use serde::Serialize;

use crate::view::CellValue;

/// Names without duplicates, sorted.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct NameIndex<'a>(Vec<&'a str>);

impl<'a> NameIndex<'a> {
    /// The index of `names`.
    pub(crate) fn of(names: impl Iterator<Item = &'a str>) -> Self {
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        names.dedup();
        Self(names)
    }

    /// Index of `name`.
    pub(crate) fn index_of(&self, name: &str) -> Option<usize> {
        self.0.binary_search(&name).ok()
    }

    /// Index of the name in a cell.
    pub(crate) fn index_of_value(&self, value: &CellValue<'_>) -> Option<usize> {
        match value {
            CellValue::Text(name) => self.index_of(name),
            _ => None,
        }
    }

    /// Whether `name` is one of the names.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.index_of(name).is_some()
    }
}
