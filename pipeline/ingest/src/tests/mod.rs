//! Tests from the bytes of a file to its facts.

mod attributes;
mod catarse;
mod computed_sources;
mod conditions;
mod damaged;
mod datasets;
mod equal_texts;
mod everyday_exports;
mod expressions;
mod file_errors;
mod file_kinds;
mod file_rules;
mod inboxes;
mod kickstarter;
mod known_at;
mod lookups;
mod mapping_errors;
mod nested_data;
mod online_retail;
mod partial_cancellations;
mod properties;
mod reject_reasons;
mod replaced_rows;
mod row_counts;
mod text_steps;

use std::{cell::Cell, collections::BTreeSet, fs, path::PathBuf};

use arrow::{
    array::{Array, RecordBatch},
    compute::{concat_batches, lexsort_to_indices, take_record_batch},
    util::display::array_value_to_string,
};
use slotcast_core::{DateTime, Tz, Utc};
use slotcast_lake::{
    FactWriter, Lake, MarketConfig, Pseudonyms, TimeRange,
    contract::{ContractTable, TABLES},
    read_parquet,
};
use tempfile::TempDir;

use crate::{
    AttributeKinds, Batch, FileError, InboxFile, IngestedFile, LookupReport, Mapping, PartialCancellations,
    Reject, ReplacedRows, SourceRowCounts, ingest_files,
};

/// Settings of a test batch.
#[derive(Clone, Default)]
pub(super) struct Settings {
    pub(super) history: bool,
    pub(super) strict: bool,
    pub(super) attribute_kinds: AttributeKinds,
    /// Bytes buffered before they are written; 0 is unlimited.
    pub(super) memory_budget: usize,
    /// Ids of retracted files.
    pub(super) retracted_files: BTreeSet<i64>,
}

/// An ingested file with its facts, by line.
#[derive(Debug)]
pub(super) struct IngestResult {
    pub(super) counts: SourceRowCounts,
    pub(super) replaced_rows: Vec<ReplacedRows>,
    pub(super) rejects: Vec<Reject>,
    pub(super) extra_columns: Vec<String>,
    pub(super) filtered_by: Vec<(String, u64)>,
    pub(super) notes: Vec<String>,
    pub(super) normalized: u64,
    pub(super) null_words: u64,
    pub(super) lookups: Vec<LookupReport>,
    pub(super) partial_cancellations: PartialCancellations,
    pub(super) facts: Vec<(&'static ContractTable, RecordBatch)>,
}

/// A lake with the facts of earlier files.
pub(super) struct TestLake {
    _folder: TempDir,
    pseudonyms: Pseudonyms,
    writer: FactWriter,
    /// Id of the next file.
    next_file: Cell<i64>,
}

impl TestLake {
    pub(super) fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        let lake = Lake::open_or_create(folder.path(), &MarketConfig::default(), "test", [7; 32]).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let pseudonyms = runtime.block_on(lake.pseudonyms()).unwrap();
        let writer = lake.fact_writer("batch-1", 1, &[]);
        Self { _folder: folder, pseudonyms, writer, next_file: Cell::new(0) }
    }

    fn parts(&self, table: &'static ContractTable) -> Vec<PathBuf> {
        self.writer.overlapping_files(
            table,
            &TimeRange { column: table.time_column(), first: i64::MIN, last: i64::MAX },
        )
    }

    /// Ingests files; the first result has the facts of all of them.
    pub(super) fn ingest_all(
        &self,
        files: &[InboxFile],
        mapping: &Mapping,
        settings: &Settings,
    ) -> Vec<Result<IngestResult, FileError>> {
        self.ingest_with(files, &[], mapping, settings)
    }

    /// Ingests files, whose rows may look cells up in others.
    pub(super) fn ingest_with(
        &self,
        files: &[InboxFile],
        lookup_files: &[InboxFile],
        mapping: &Mapping,
        settings: &Settings,
    ) -> Vec<Result<IngestResult, FileError>> {
        let before: BTreeSet<PathBuf> = TABLES.iter().flat_map(|table| self.parts(table)).collect();
        let batch = Batch {
            now: now(),
            history: settings.history,
            strict: settings.strict,
            lookup_files,
            attribute_kinds: settings.attribute_kinds.clone(),
            first_source_file_id: self.next_file.replace(self.next_file.get() + files.len() as i64),
            retracted_files: settings.retracted_files.clone(),
            pseudonyms: &self.pseudonyms,
            threads: 2,
            memory_budget: if settings.memory_budget == 0 { usize::MAX } else { settings.memory_budget },
        };
        let results = ingest_files(files, mapping, &batch, &self.writer, &()).unwrap();
        let mut facts: Vec<(&'static ContractTable, RecordBatch)> = Vec::new();
        for table in &TABLES {
            let new = self.parts(table).into_iter().filter(|path| !before.contains(path));
            let batches: Vec<RecordBatch> =
                new.flat_map(|path| read_parquet(&path).unwrap().map(Result::unwrap)).collect();
            if let Some(first) = batches.first() {
                facts.push((table, by_line(&concat_batches(&first.schema(), &batches).unwrap(), table)));
            }
        }
        let mut facts = Some(facts);
        let mut with_facts = |result: IngestedFile| {
            let IngestedFile {
                counts,
                replaced_rows,
                rejects,
                extra_columns,
                filtered_by,
                notes,
                normalized,
                null_words,
                lookups,
                partial_cancellations,
                ..
            } = result;
            let facts = facts.take().unwrap_or_default();
            IngestResult {
                counts,
                replaced_rows,
                rejects,
                extra_columns,
                filtered_by,
                notes,
                normalized,
                null_words,
                lookups,
                partial_cancellations,
                facts,
            }
        };
        results.into_iter().map(|result| result.map(&mut with_facts)).collect()
    }
}

fn by_line(facts: &RecordBatch, table: &ContractTable) -> RecordBatch {
    let keys = ["source_file_id", "line", table.time_column()].map(|name| arrow::compute::SortColumn {
        values: facts.column_by_name(name).unwrap().clone(),
        options: None,
    });
    take_record_batch(facts, &lexsort_to_indices(&keys, None).unwrap()).unwrap()
}

/// An inbox with one file, deleted on drop.
pub(super) struct TestFile {
    _folder: TempDir,
    pub(super) file: InboxFile,
}

impl TestFile {
    #[expect(clippy::disallowed_methods, reason = "tests create their own inbox")]
    pub(super) fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        Self { _folder: folder, file: InboxFile { path, name: name.to_owned() } }
    }

    pub(super) fn ingest(&self, mapping: &Mapping, settings: &Settings) -> Result<IngestResult, FileError> {
        let files = std::slice::from_ref(&self.file);
        TestLake::empty().ingest_all(files, mapping, settings).remove(0)
    }

    pub(super) fn ingest_into(&self, lake: &TestLake) -> IngestResult {
        let files = std::slice::from_ref(&self.file);
        lake.ingest_all(files, &contract(), &settings()).remove(0).unwrap()
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

/// Ingests a file in the shape of the contract.
pub(super) fn ingest_contract(name: &str, content: &str) -> IngestResult {
    TestFile::new(name, content).ingest(&contract(), &settings()).unwrap()
}

/// Ingests `rows.csv` with a mapping.
pub(super) fn ingest_mapped(mapping: &str, content: &str) -> IngestResult {
    ingest_named("rows.csv", mapping, content)
}

/// Ingests a file with a mapping.
pub(super) fn ingest_named(name: &str, mapping: &str, content: &str) -> IngestResult {
    let mapping = Mapping::parse(mapping, "m.toml").unwrap();
    TestFile::new(name, content).ingest(&mapping, &settings()).unwrap()
}

pub(super) fn batch<'a>(result: &'a IngestResult, table: &str) -> &'a RecordBatch {
    let found = result.facts.iter().find(|(own, _)| own.name == table);
    &found.unwrap_or_else(|| panic!("no facts for {table}: {:?}", result.rejects)).1
}

/// Cells of a column as text; null is empty.
pub(super) fn column(batch: &RecordBatch, name: &str) -> Vec<String> {
    let array = batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
    (0..array.len())
        .map(
            |row| if array.is_null(row) { String::new() } else { array_value_to_string(array, row).unwrap() },
        )
        .collect()
}

/// Checks the sum of the counts and returns (read, accepted, rejected, repeats, filtered).
pub(super) fn counts(result: &IngestResult) -> (u64, u64, u64, u64, u64) {
    let own = result.counts;
    assert_eq!(own.read, own.accepted + own.rejected + own.repeats + own.filtered);
    assert_eq!(own.rejected, result.rejects.len() as u64);
    assert_eq!(own.filtered, result.filtered_by.iter().map(|(_, count)| count).sum::<u64>());
    (own.read, own.accepted, own.rejected, own.repeats, own.filtered)
}
