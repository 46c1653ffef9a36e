//! Source files of the facts: their names, and the time from which the facts of a retracted file no longer hold.

use std::collections::BTreeMap;

/// Source files by id (`source_file_id` of facts).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFiles(BTreeMap<i64, SourceFile>);

/// A source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Name in the inbox.
    pub name: String,
    /// Time in microseconds from which its facts no longer hold, if the file was retracted. `i64::MIN` if they never
    /// held.
    pub retracted_from: Option<i64>,
}

impl SourceFiles {
    /// Adds a file.
    pub fn insert(&mut self, id: i64, file: SourceFile) {
        self.0.insert(id, file);
    }

    /// Name of a file; none if it is unknown.
    pub fn name(&self, id: i64) -> Option<&str> {
        self.0.get(&id).map(|file| file.name.as_str())
    }

    /// Time in microseconds from which the facts of a file no longer hold; none if it was not retracted.
    pub fn retracted_from(&self, id: i64) -> Option<i64> {
        self.0.get(&id)?.retracted_from
    }

    /// Retracted files with the time from which their facts no longer hold.
    pub fn retracted(&self) -> impl Iterator<Item = (i64, i64)> {
        self.0.iter().filter_map(|(id, file)| Some((*id, file.retracted_from?)))
    }
}
