//! The ledger of ingested files: files that are new, and earlier loads that they replace.

use std::collections::BTreeSet;

use anyhow::Result;
use slotcast_lake::{IngestRow, Lake};

use crate::file_key::FileKey;

/// The ledger of ingested files.
pub(crate) struct FileLedger(Vec<IngestRow>);

impl FileLedger {
    pub(crate) async fn read(lake: &Lake) -> Result<Self> {
        Ok(Self(lake.ingest_files().await?))
    }

    pub(crate) fn rows(&self) -> &[IngestRow] {
        &self.0
    }

    /// Id of the next file, one above the largest.
    pub(crate) fn next_id(&self) -> i64 {
        self.0.last().map_or(0, |last| last.source_file_id + 1)
    }

    /// Files whose facts are retracted.
    pub(crate) fn retracted_files(&self) -> BTreeSet<i64> {
        let retracted = self.0.iter().filter(|row| row.retraction.is_some());
        retracted.map(|row| row.source_file_id).collect()
    }

    /// Loads that a file of the inbox replaces: the same bytes under the same name, read by another mapping.
    pub(crate) fn replaced_by<'a>(
        &'a self,
        file: &'a str,
        key: &'a FileKey,
    ) -> impl Iterator<Item = &'a IngestRow> {
        self.0.iter().filter(move |row| {
            row.retraction.is_none()
                && row.content_hash == key.content_hash
                && row.file == file
                && row.mapping_hash != key.mapping_hash
        })
    }

    /// Keys of the files that are not read again, if the files in `replaced` are retracted too.
    ///
    /// A file that repeated rows of a retracted file is read again, because its repeats are facts now.
    pub(crate) fn loaded_keys(&self, replaced: &BTreeSet<i64>) -> BTreeSet<FileKey> {
        let rows = self.0.iter().filter(|row| row.retraction.is_none());
        let rows = rows.filter(|row| !replaced.contains(&row.source_file_id));
        rows.filter(|row| !self.repeats_retracted(row, replaced)).map(key_of).collect()
    }

    /// Whether a load may have repeated rows that were retracted after it.
    fn repeats_retracted(&self, row: &IngestRow, replaced: &BTreeSet<i64>) -> bool {
        let is_between = |other: &IngestRow| {
            let before = match other.retraction {
                Some(retraction) => retraction.before,
                None if replaced.contains(&other.source_file_id) => self.next_id(),
                None => return false,
            };
            other.accepted > 0 && (other.source_file_id + 1..before).contains(&row.source_file_id)
        };
        row.repeats > 0 && self.0.iter().any(is_between)
    }

    /// Loads after `file` that may have repeated its rows and still hold.
    pub(crate) fn later_repeats(&self, file: &IngestRow) -> impl Iterator<Item = &IngestRow> {
        let id = file.source_file_id;
        self.0
            .iter()
            .filter(move |row| row.source_file_id > id && row.repeats > 0 && row.retraction.is_none())
    }

    /// Inputs of a run that reads these files of an inbox: the same before and after it has read them.
    pub(crate) fn inputs<'a>(
        &self,
        inbox: impl Iterator<Item = (&'a str, &'a Result<FileKey, String>)>,
    ) -> BTreeSet<String> {
        let mut inputs: BTreeSet<String> = self.0.iter().map(|row| key_of(row).to_string()).collect();
        let mut retracted = self.retracted_files();
        for (file, key) in inbox {
            match key {
                Ok(key) => {
                    retracted.extend(self.replaced_by(file, key).map(|row| row.source_file_id));
                    inputs.insert(key.to_string());
                }
                Err(_) => drop(inputs.insert(format!("unreadable {file}"))),
            }
        }
        inputs.extend(retracted.iter().map(|id| format!("retracted {id}")));
        inputs
    }
}

/// The key of a load.
pub(crate) fn key_of(row: &IngestRow) -> FileKey {
    FileKey { content_hash: row.content_hash.clone(), mapping_hash: row.mapping_hash.clone() }
}

#[cfg(test)]
mod tests {
    use slotcast_core::DateTime;
    use slotcast_lake::FileRetraction;

    use super::*;

    fn row(source_file_id: i64, content: &str, mapping: &str, repeats: i64) -> IngestRow {
        IngestRow {
            batch_id: "b".to_owned(),
            source_file_id,
            file: format!("{content}.csv"),
            content_hash: content.to_owned(),
            mapping_hash: mapping.to_owned(),
            read: 3,
            accepted: 3 - repeats,
            rejected: 0,
            repeats,
            filtered: 0,
            known_at: DateTime::default(),
            mapping: None,
            replaced: None,
            findings: None,
            retraction: None,
        }
    }

    fn retracted(row: IngestRow, before: i64) -> IngestRow {
        IngestRow { retraction: Some(FileRetraction { at: row.known_at, from: None, before }), ..row }
    }

    fn key(content: &str, mapping: &str) -> FileKey {
        FileKey { content_hash: content.to_owned(), mapping_hash: mapping.to_owned() }
    }

    fn loaded(rows: Vec<IngestRow>, replaced: &[i64]) -> Vec<String> {
        let keys = FileLedger(rows).loaded_keys(&replaced.iter().copied().collect());
        keys.iter().map(|key| key.content_hash.clone()).collect()
    }

    #[test]
    fn retracted_files_and_their_repeats_are_read_again() {
        let rows =
            || vec![row(0, "a", "m", 0), row(1, "b", "m", 0), row(2, "c", "m", 1), row(3, "d", "m", 1)];
        assert_eq!(loaded(rows(), &[]), ["a", "b", "c", "d"]);
        let mut after = rows();
        after[1] = retracted(after[1].clone(), 3);
        assert_eq!(loaded(after.clone(), &[]), ["a", "d"], "d was loaded after the retraction");
        after.push(row(4, "c", "m", 2));
        assert_eq!(loaded(after, &[]), ["a", "c", "d"], "c was read again");
        assert_eq!(loaded(rows(), &[2]), ["a", "b"], "the file is about to be replaced");
        let mut empty = rows();
        empty[0] = IngestRow { accepted: 0, ..retracted(empty[0].clone(), 4) };
        assert_eq!(loaded(empty, &[]), ["b", "c", "d"], "nothing was withdrawn");
    }

    #[test]
    fn another_mapping_replaces_the_same_file() {
        let ledger = FileLedger(vec![
            row(0, "a", "m1", 0),
            retracted(row(1, "a", "m2", 0), 2),
            row(2, "b", "m1", 0),
            IngestRow { file: "copy.csv".to_owned(), ..row(3, "a", "m1", 0) },
        ]);
        let replaced = |file: &str, key: &FileKey| -> Vec<i64> {
            ledger.replaced_by(file, key).map(|row| row.source_file_id).collect()
        };
        assert_eq!(replaced("a.csv", &key("a", "m2")), [0]);
        assert_eq!(replaced("a.csv", &key("a", "m1")), [] as [i64; 0]);
        assert_eq!(replaced("a.csv", &key("other", "m2")), [] as [i64; 0], "a cumulative export");
        assert_eq!(replaced("new.csv", &key("a", "m2")), [] as [i64; 0]);
    }

    #[test]
    fn inputs_are_stable() {
        let keys = [("a.csv".to_owned(), Ok(key("a", "m2"))), ("b.csv".to_owned(), Err("gone".to_owned()))];
        let inbox = || keys.iter().map(|(file, key)| (file.as_str(), key));
        let before = FileLedger(vec![row(0, "a", "m1", 0)]).inputs(inbox());
        let after = FileLedger(vec![retracted(row(0, "a", "m1", 0), 1), row(1, "a", "m2", 0)]);
        assert_eq!(before, after.inputs(inbox()));
        let withdrawn =
            FileLedger(vec![retracted(row(0, "a", "m1", 0), 1), retracted(row(1, "a", "m2", 0), 2)]);
        assert_ne!(before, withdrawn.inputs(inbox()));
        assert_ne!(before, FileLedger(vec![row(0, "a", "m1", 0)]).inputs(std::iter::empty()));
    }
}
