//! Tests of whole files, from bytes to facts.

mod accounts;
mod attributes;
mod catarse;
mod inboxes;
mod known_at;
mod mappings;
mod refusals;
mod reject_reasons;

use std::{collections::HashSet, fs};

use arrow::{
    array::{Array, AsArray, RecordBatch},
    util::display::array_value_to_string,
};
use slotcast_core::{DateTime, Tz, Utc};
use tempfile::TempDir;

use crate::{
    AttributeKinds, BatchRows, FileRefused, InboxFile, KnownRows, Mapping, TakeIn, TakenIn, take_in,
};

/// An inbox of one file in a folder that lives as long as this.
pub(super) struct Given {
    _folder: TempDir,
    file: InboxFile,
}

impl Given {
    #[expect(clippy::disallowed_methods, reason = "tests make their own inbox")]
    pub(super) fn file(name: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        Self { _folder: folder, file: InboxFile { path, name: name.to_owned() } }
    }

    pub(super) fn take(&self, mapping: &Mapping, settings: &TakeIn) -> Result<TakenIn, FileRefused> {
        take_in(&self.file, mapping, settings, &(), &mut BatchRows::default())
    }

    pub(super) fn take_knowing(&self, known: &dyn KnownRows, batch: &mut BatchRows) -> TakenIn {
        take_in(&self.file, &contract(), &settings(), known, batch).unwrap()
    }
}

pub(super) fn contract() -> Mapping {
    Mapping::contract(Tz::Asia__Seoul)
}

pub(super) fn now() -> DateTime<Utc> {
    "2016-03-01T00:00:00Z".parse().unwrap()
}

pub(super) fn settings() -> TakeIn {
    TakeIn {
        batch_id: "batch-1".to_owned(),
        now: now(),
        history: false,
        strict: false,
        attribute_kinds: AttributeKinds::default(),
    }
}

/// Takes in a file of the contract's own shape.
pub(super) fn taken(name: &str, content: &str) -> TakenIn {
    Given::file(name, content).take(&contract(), &settings()).unwrap()
}

/// Takes in a file called `rows.csv` by a mapping.
pub(super) fn mapped(mapping: &str, content: &str) -> TakenIn {
    let mapping = Mapping::parse(mapping, "m.toml").unwrap();
    Given::file("rows.csv", content).take(&mapping, &settings()).unwrap()
}

pub(super) fn batch<'a>(taken: &'a TakenIn, table: &str) -> &'a RecordBatch {
    let mut found = taken.facts.iter().filter(|(own, _)| own.name == table);
    let first = &found.next().unwrap_or_else(|| panic!("no facts for {table}: {:?}", taken.rejects)).1;
    assert!(found.next().is_none(), "{table} has several batches");
    first
}

/// The cells of a column as text, an empty text for null.
pub(super) fn column(batch: &RecordBatch, name: &str) -> Vec<String> {
    let array = batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
    (0..array.len())
        .map(
            |row| if array.is_null(row) { String::new() } else { array_value_to_string(array, row).unwrap() },
        )
        .collect()
}

/// (read, accepted, rejected, repeats, filtered), after a check that they add up.
pub(super) fn account(taken: &TakenIn) -> (u64, u64, u64, u64, u64) {
    let own = taken.account;
    assert_eq!(own.read, own.accepted + own.rejected + own.repeats + own.filtered);
    assert_eq!(own.rejected, taken.rejects.len() as u64);
    assert_eq!(own.filtered, taken.filtered_by.iter().map(|(_, count)| count).sum::<u64>());
    (own.read, own.accepted, own.rejected, own.repeats, own.filtered)
}

/// A lake that remembers what files brought.
#[derive(Default)]
pub(super) struct Remembered(HashSet<(String, Vec<u8>)>);

impl Remembered {
    pub(super) fn remember(&mut self, taken: &TakenIn) {
        for (table, batch) in &taken.facts {
            let hashes = batch.column_by_name("row_hash").unwrap().as_binary::<i32>();
            self.0.extend(hashes.iter().flatten().map(|hash| (table.name.to_owned(), hash.to_vec())));
        }
    }
}

impl KnownRows for Remembered {
    fn contains(&self, table: &str, row_hash: [u8; 16]) -> bool {
        self.0.contains(&(table.to_owned(), row_hash.to_vec()))
    }
}
