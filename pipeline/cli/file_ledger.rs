//! The ledger of ingested files: files that are new, and earlier loads that they replace.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
    sync::Arc,
};

use anyhow::Result;
use slotcast_ingest::FileError;
use slotcast_lake::{IngestRow, Lake};

use crate::file_key::FileKey;

/// The ledger of ingested files.
pub(crate) struct FileLedger {
    rows: Vec<IngestRow>,
    /// Indices of the rows by hash of the content.
    by_content: HashMap<String, Vec<usize>>,
}

impl FileLedger {
    pub(crate) async fn read(lake: &Lake) -> Result<Self> {
        Ok(Self::new(lake.ingest_files().await?))
    }

    fn new(rows: Vec<IngestRow>) -> Self {
        let mut by_content: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            by_content.entry(row.content_hash.clone()).or_default().push(index);
        }
        Self { rows, by_content }
    }

    pub(crate) fn rows(&self) -> &[IngestRow] {
        &self.rows
    }

    /// Loads of files with the same bytes as this one.
    fn same_content(&self, key: &FileKey) -> impl Iterator<Item = &IngestRow> {
        self.by_content.get(&key.content_hash).into_iter().flatten().map(|index| &self.rows[*index])
    }

    /// Loads of this key.
    pub(crate) fn loads_of<'a>(&'a self, key: &'a FileKey) -> impl Iterator<Item = &'a IngestRow> {
        self.same_content(key).filter(|row| row.mapping_hash == key.mapping_hash)
    }

    /// Id of the next file, one above the largest.
    pub(crate) fn next_id(&self) -> i64 {
        self.rows.last().map_or(0, |last| last.source_file_id + 1)
    }

    /// Files whose facts are retracted.
    pub(crate) fn retracted_files(&self) -> BTreeSet<i64> {
        let retracted = self.rows.iter().filter(|row| row.retraction.is_some());
        retracted.map(|row| row.source_file_id).collect()
    }

    /// Loads that a file of the inbox replaces: the same bytes under the same name, read by another mapping.
    pub(crate) fn replaced_by<'a>(
        &'a self,
        file: &'a str,
        key: &'a FileKey,
    ) -> impl Iterator<Item = &'a IngestRow> {
        self.same_content(key).filter(move |row| {
            row.retraction.is_none() && row.file == file && row.mapping_hash != key.mapping_hash
        })
    }

    /// Keys of the files that are not read again, if the files in `replaced` are retracted too.
    ///
    /// A file that repeated rows of a retracted file is read again, because its repeats are facts now.
    pub(crate) fn loaded_keys(&self, replaced: &BTreeSet<i64>) -> BTreeSet<FileKey> {
        // Files after a withdrawn one and before its retraction may have repeated its rows.
        let withdrawn = self.rows.iter().filter(|row| row.accepted > 0).filter_map(|row| {
            let is_replaced = replaced.contains(&row.source_file_id).then(|| self.next_id());
            let before = row.retraction.map(|retraction| retraction.before).or(is_replaced)?;
            Some(row.source_file_id + 1..before)
        });
        let withdrawn: Vec<Range<i64>> = withdrawn.collect();
        let holds = |row: &&IngestRow| {
            let id = row.source_file_id;
            let repeats_withdrawn = row.repeats > 0 && withdrawn.iter().any(|files| files.contains(&id));
            row.retraction.is_none() && !replaced.contains(&id) && !repeats_withdrawn
        };
        self.rows.iter().filter(holds).map(key_of).collect()
    }

    /// The load of a file that was withdrawn and not replaced since; its bytes are not read again on their own.
    pub(crate) fn withdrawn<'a>(&'a self, key: &'a FileKey) -> Option<&'a IngestRow> {
        let last = self.loads_of(key).last().filter(|row| row.retraction.is_some())?;
        let is_successor =
            |row: &IngestRow| row.source_file_id > last.source_file_id && row.file == last.file;
        (!self.same_content(key).any(is_successor)).then_some(last)
    }

    /// Loads after `file` that may have repeated its rows and still hold.
    pub(crate) fn later_repeats(&self, file: &IngestRow) -> impl Iterator<Item = &IngestRow> {
        let id = file.source_file_id;
        self.rows
            .iter()
            .filter(move |row| row.source_file_id > id && row.repeats > 0 && row.retraction.is_none())
    }

    /// Inputs of a run that reads these files of an inbox: the same before and after it has read them.
    pub(crate) fn inputs<'a>(
        &self,
        inbox: impl Iterator<Item = (&'a str, &'a Result<FileKey, Arc<FileError>>)>,
    ) -> BTreeSet<String> {
        let (mut inputs, mut retracted) = (BTreeSet::new(), self.retracted_files());
        for (file, key) in inbox {
            match key {
                Ok(key) => {
                    retracted.extend(self.replaced_by(file, key).map(|row| row.source_file_id));
                    inputs.insert(key.to_string());
                }
                Err(_) => drop(inputs.insert(format!("unreadable {file}"))),
            }
        }
        inputs.extend(self.loaded_keys(&retracted).iter().map(FileKey::to_string));
        inputs.extend(retracted.iter().map(|id| format!("retracted {id}")));
        inputs
    }
}

/// The key of a load.
fn key_of(row: &IngestRow) -> FileKey {
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
        let keys = FileLedger::new(rows).loaded_keys(&replaced.iter().copied().collect());
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
    fn withdrawn_loads() {
        let rows = vec![
            retracted(row(0, "a", "m1", 0), 1),
            row(1, "a", "m2", 0),
            retracted(row(2, "b", "m1", 0), 3),
            retracted(row(3, "c", "m1", 0), 4),
            row(4, "c", "m1", 0),
        ];
        let ledger = FileLedger::new(rows);
        let withdrawn = |content: &str| ledger.withdrawn(&key(content, "m1")).map(|row| row.source_file_id);
        assert_eq!(withdrawn("a"), None, "another mapping replaced it, so the first may come back");
        assert_eq!(withdrawn("b"), Some(2));
        assert_eq!(withdrawn("c"), None, "it was loaded again");
        assert_eq!(withdrawn("d"), None);
    }

    #[test]
    fn another_mapping_replaces_the_same_file() {
        let ledger = FileLedger::new(vec![
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
        let unread = Arc::new(FileError::NotRegular { file: "b.csv".to_owned() });
        let keys = [("a.csv".to_owned(), Ok(key("a", "m2"))), ("b.csv".to_owned(), Err(unread))];
        let inbox = || keys.iter().map(|(file, key)| (file.as_str(), key));
        let before = FileLedger::new(vec![row(0, "a", "m1", 0)]).inputs(inbox());
        let after = FileLedger::new(vec![retracted(row(0, "a", "m1", 0), 1), row(1, "a", "m2", 0)]);
        assert_eq!(before, after.inputs(inbox()));
        let withdrawn =
            FileLedger::new(vec![retracted(row(0, "a", "m1", 0), 1), retracted(row(1, "a", "m2", 0), 2)]);
        assert_ne!(before, withdrawn.inputs(inbox()));
        assert_ne!(before, FileLedger::new(vec![row(0, "a", "m1", 0)]).inputs(std::iter::empty()));
        assert_ne!(
            withdrawn.inputs(inbox()),
            withdrawn.inputs(std::iter::empty()),
            "the file may be loaded again"
        );
    }
}
