//! Files of facts as a build knows them: what each contains, read once.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use slotcast_lake::contract::week_of;

use crate::staging::Retractions;

/// Summary of a file of facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KnownFile {
    /// Campaigns of its rows with their row counts.
    pub(super) campaigns: BTreeMap<String, u64>,
    pub(super) sources: Vec<SourceRows>,
    /// Least and greatest id of its rows, in a table whose facts may move.
    pub(super) ids: Option<(String, String)>,
    /// Retractions of its source files that counted in this build.
    pub(super) retracted: BTreeSet<(i64, i64)>,
}

/// Rows of one source file in one week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SourceRows {
    pub(super) source_file: i64,
    pub(super) rows: u64,
    /// Times of the first and last row, in microseconds.
    pub(super) first_at: i64,
    pub(super) last_at: i64,
    /// Time at which the first of the rows was known.
    pub(super) known_from: i64,
    /// Number of rows dated more than a day after the time at which they were known.
    pub(super) ahead: u64,
}

/// Files of facts by table and name.
pub(super) type KnownFiles = BTreeMap<(String, String), KnownFile>;

impl KnownFile {
    /// Records the retractions of its source files that count now.
    pub(super) fn retract(&mut self, retractions: &Retractions) {
        let source_files: BTreeSet<i64> = self.sources.iter().map(|own| own.source_file).collect();
        let retracted = source_files.into_iter().filter_map(|own| Some((own, retractions.known(own)?)));
        self.retracted = retracted.collect();
    }
}

/// A file as an input: its name, and the retractions that count.
pub(super) fn file_input(table: &str, name: &str, file: &KnownFile) -> String {
    match file.retracted.is_empty() {
        true => format!("{table} {name}"),
        false => format!("{table} {name} {:?}", file.retracted),
    }
}

/// Rows of a table that come from one source file and lie in one week: table, source file, week.
type RowsKey<'a> = (&'a str, i64, i64);

/// Difference between the facts of two builds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FactChanges {
    /// First time at which the facts differ as they were known then; none if they are equal.
    pub(super) changed_from: Option<i64>,
    /// Tables that have lost rows.
    pub(super) reduced: BTreeSet<String>,
}

/// Compares the facts of two builds. Compaction moves rows between files: that alone is no change.
pub(super) fn fact_changes(old: &KnownFiles, new: &KnownFiles) -> FactChanges {
    let [old_rows, new_rows] = [old, new].map(row_counts);
    let mut changes = FactChanges::default();
    let none = (0, i64::MAX);
    for key in old_rows.keys().chain(new_rows.keys()) {
        let [before, after] = [&old_rows, &new_rows].map(|rows| rows.get(key).copied().unwrap_or(none));
        if before.0 != after.0 {
            changes.include(before.1.min(after.1));
        }
        if before.0 > after.0 {
            changes.reduced.insert(key.0.to_owned());
        }
    }
    let retracted = |files: &KnownFiles| -> BTreeSet<(i64, i64)> {
        files.values().flat_map(|file| &file.retracted).copied().collect()
    };
    for (_, from) in retracted(old).symmetric_difference(&retracted(new)) {
        changes.include(*from);
    }
    changes
}

impl FactChanges {
    fn include(&mut self, at: i64) {
        self.changed_from = Some(self.changed_from.map_or(at, |from| from.min(at)));
    }
}

/// Number of rows, and the time at which the first was known.
fn row_counts(files: &KnownFiles) -> BTreeMap<RowsKey<'_>, (u64, i64)> {
    let mut counts = BTreeMap::new();
    for ((table, _), file) in files {
        for own in &file.sources {
            let key = (table.as_str(), own.source_file, week_of(own.first_at));
            let (rows, known_from) = counts.entry(key).or_insert((0, i64::MAX));
            *rows += own.rows;
            *known_from = own.known_from.min(*known_from);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source file, rows, and the time from which they were known.
    type Source = (i64, u64, i64);

    fn files(files: &[(&str, &[Source])]) -> KnownFiles {
        let rows = |(source_file, rows, known_from): &(i64, u64, i64)| SourceRows {
            source_file: *source_file,
            rows: *rows,
            first_at: 0,
            last_at: 0,
            known_from: *known_from,
            ahead: 0,
        };
        let file =
            |sources: &[_]| KnownFile { sources: sources.iter().map(rows).collect(), ..KnownFile::default() };
        let key = |name: &str| ("page_views".to_owned(), name.to_owned());
        files.iter().map(|(name, sources)| (key(name), file(sources))).collect()
    }

    #[test]
    fn compaction_changes_nothing() {
        let old = files(&[("a", &[(1, 10, 100)]), ("b", &[(2, 5, 200)])]);
        let compacted = files(&[("c", &[(1, 10, 100), (2, 5, 200)])]);
        assert_eq!(fact_changes(&old, &compacted), FactChanges::default());
        // A new file is merged in the same step.
        let grown = files(&[("c", &[(1, 10, 100), (2, 5, 200), (3, 1, 300)])]);
        let changed = FactChanges { changed_from: Some(300), ..FactChanges::default() };
        assert_eq!(fact_changes(&old, &grown), changed);
    }

    #[test]
    fn lost_rows_and_retractions_are_changes() {
        let old = files(&[("a", &[(1, 10, 100), (2, 5, 200)])]);
        let reduced = fact_changes(&old, &files(&[("a", &[(1, 10, 100)])]));
        assert_eq!(reduced.changed_from, Some(200));
        assert_eq!(reduced.reduced, BTreeSet::from(["page_views".to_owned()]));
        let retracted = |at| {
            let mut new = old.clone();
            new.values_mut().for_each(|file| file.retract(&Retractions::new([(2, 400)].into_iter(), at)));
            fact_changes(&old, &new).changed_from
        };
        assert_eq!([retracted(399), retracted(400)], [None, Some(400)]);
    }
}
