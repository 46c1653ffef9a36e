//! Tests of whole files, from bytes to facts.

mod accounts;
mod attributes;
mod catarse;
mod conditions;
mod damaged;
mod derived;
mod inboxes;
mod kickstarter;
mod known_at;
mod mapping_faults;
mod mapping_files;
mod mappings;
mod online_retail;
mod properties;
mod refusals;
mod reject_reasons;
mod sources;

use std::{collections::BTreeSet, fs, path::PathBuf};

use arrow::{
    array::{Array, RecordBatch},
    compute::{concat_batches, lexsort_to_indices, take_record_batch},
    util::display::array_value_to_string,
};
use slotcast_core::{DateTime, Tz, Utc};
use slotcast_lake::{
    FactWriter, Lake, Market, Pseudonyms, Span,
    contract::{ContractTable, TABLES},
    read_part,
};
use tempfile::TempDir;

use crate::{Account, AttributeKinds, Batch, FileRefused, InboxFile, Mapping, Reject, TakenIn, take_in};

/// What holds for a batch of a test.
#[derive(Clone, Default)]
pub(super) struct Settings {
    pub(super) history: bool,
    pub(super) strict: bool,
    pub(super) attribute_kinds: AttributeKinds,
    /// Bytes gathered before they are written; 0: as many as there are.
    pub(super) room: usize,
}

/// A file that was taken in, with the facts that it brought, by line.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) account: Account,
    pub(super) rejects: Vec<Reject>,
    pub(super) extra_columns: Vec<String>,
    pub(super) filtered_by: Vec<(String, u64)>,
    pub(super) facts: Vec<(&'static ContractTable, RecordBatch)>,
}

/// A lake that remembers what files brought.
pub(super) struct Known {
    _folder: TempDir,
    pseudonyms: Pseudonyms,
    writer: FactWriter,
}

impl Known {
    pub(super) fn nothing() -> Self {
        let folder = TempDir::new().unwrap();
        let lake = Lake::open_or_create(folder.path(), &Market::default(), "test", [7; 32]).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let pseudonyms = runtime.block_on(lake.pseudonyms()).unwrap();
        let writer = FactWriter::new(&lake, "batch-1", 1, &[]);
        Self { _folder: folder, pseudonyms, writer }
    }

    fn parts(&self, table: &'static ContractTable) -> Vec<PathBuf> {
        self.writer.meeting(table, &Span { column: table.time(), first: i64::MIN, last: i64::MAX })
    }

    /// Takes in files; the facts of all of them come with the first.
    pub(super) fn take_all(
        &self,
        files: &[InboxFile],
        mapping: &Mapping,
        settings: &Settings,
    ) -> Vec<Result<Taken, FileRefused>> {
        let before: BTreeSet<PathBuf> = TABLES.iter().flat_map(|table| self.parts(table)).collect();
        let batch = Batch {
            now: now(),
            history: settings.history,
            strict: settings.strict,
            attribute_kinds: settings.attribute_kinds.clone(),
            first_origin: 0,
            pseudonyms: &self.pseudonyms,
            threads: 2,
            room: if settings.room == 0 { usize::MAX } else { settings.room },
        };
        let taken = take_in(files, mapping, &batch, &self.writer, &()).unwrap();
        let mut facts: Vec<(&'static ContractTable, RecordBatch)> = Vec::new();
        for table in &TABLES {
            let new = self.parts(table).into_iter().filter(|path| !before.contains(path));
            let batches: Vec<RecordBatch> =
                new.flat_map(|path| read_part(&path).unwrap().map(Result::unwrap)).collect();
            if let Some(first) = batches.first() {
                facts.push((table, by_line(&concat_batches(&first.schema(), &batches).unwrap(), table)));
            }
        }
        let mut facts = Some(facts);
        let with_facts = |taken: TakenIn| {
            let TakenIn { account, rejects, extra_columns, filtered_by, .. } = taken;
            let facts = facts.take().unwrap_or_default();
            Taken { account, rejects, extra_columns, filtered_by, facts }
        };
        let mut with_facts = with_facts;
        taken.into_iter().map(|taken| taken.map(&mut with_facts)).collect()
    }
}

fn by_line(facts: &RecordBatch, table: &ContractTable) -> RecordBatch {
    let keys = ["origin", "line", table.time()].map(|name| arrow::compute::SortColumn {
        values: facts.column_by_name(name).unwrap().clone(),
        options: None,
    });
    take_record_batch(facts, &lexsort_to_indices(&keys, None).unwrap()).unwrap()
}

/// An inbox of one file in a folder that lives as long as this.
pub(super) struct Given {
    _folder: TempDir,
    pub(super) file: InboxFile,
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

    pub(super) fn take(&self, mapping: &Mapping, settings: &Settings) -> Result<Taken, FileRefused> {
        let files = std::slice::from_ref(&self.file);
        Known::nothing().take_all(files, mapping, settings).remove(0)
    }

    pub(super) fn take_knowing(&self, known: &Known) -> Taken {
        let files = std::slice::from_ref(&self.file);
        known.take_all(files, &contract(), &settings()).remove(0).unwrap()
    }
}

pub(super) fn contract() -> Mapping {
    Mapping::contract(Tz::Asia__Seoul)
}

pub(super) fn now() -> DateTime<Utc> {
    "2016-03-01T00:00:00Z".parse().unwrap()
}

pub(super) fn settings() -> Settings {
    Settings::default()
}

/// Takes in a file of the contract's own shape.
pub(super) fn taken(name: &str, content: &str) -> Taken {
    Given::file(name, content).take(&contract(), &settings()).unwrap()
}

/// Takes in a file called `rows.csv` by a mapping.
pub(super) fn mapped(mapping: &str, content: &str) -> Taken {
    let mapping = Mapping::parse(mapping, "m.toml").unwrap();
    Given::file("rows.csv", content).take(&mapping, &settings()).unwrap()
}

pub(super) fn batch<'a>(taken: &'a Taken, table: &str) -> &'a RecordBatch {
    let found = taken.facts.iter().find(|(own, _)| own.name == table);
    &found.unwrap_or_else(|| panic!("no facts for {table}: {:?}", taken.rejects)).1
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
pub(super) fn account(taken: &Taken) -> (u64, u64, u64, u64, u64) {
    let own = taken.account;
    assert_eq!(own.read, own.accepted + own.rejected + own.repeats + own.filtered);
    assert_eq!(own.rejected, taken.rejects.len() as u64);
    assert_eq!(own.filtered, taken.filtered_by.iter().map(|(_, count)| count).sum::<u64>());
    (own.read, own.accepted, own.rejected, own.repeats, own.filtered)
}
