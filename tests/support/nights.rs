//! A lake that grows night by night, and its relations after each build.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use arrow::{
    array::{Array, RecordBatch},
    util::display::array_value_to_string,
};
use chrono::TimeDelta;
use proptest::{prelude::*, test_runner::TestCaseError};
use slotcast_core::{DateTime, Knowledge, Utc};
use slotcast_ingest::{Mapping, scan_inbox};
use slotcast_lake::{Lake, MarketConfig, Snapshot, TableId, read_parquet_files};
use slotcast_stats::{
    BuildContext, BuildOptions, BuildReport, MemoryLimit, PartitionStore, PreviousBuild, SourceFiles, build,
};

use super::{delivery::Delivery, files::write_text, market::CsvRow};

/// A lake with facts of several nights.
pub(crate) struct Nights {
    lake: Lake,
    folder: PathBuf,
    facts: Vec<Snapshot>,
    files: usize,
    /// Source files of the facts; names are unknown unless a test sets them.
    pub(crate) source_files: SourceFiles,
}

impl Nights {
    pub(crate) fn new(folder: &Path) -> Self {
        let lake =
            Lake::open_or_create(&folder.join("lake"), &MarketConfig::default(), "test", [1; 32]).unwrap();
        Self {
            lake,
            folder: folder.to_path_buf(),
            facts: Vec::new(),
            files: 0,
            source_files: SourceFiles::default(),
        }
    }

    /// Ingests rows of one table as one file, and returns the id of the file.
    pub(crate) async fn ingest_file(&mut self, table: &str, rows: &[&CsvRow], now: DateTime<Utc>) -> i64 {
        self.ingest_files([(format!("{table}/a.csv"), rows.to_vec())], now, false).await;
        self.files as i64 - 1
    }

    /// Ingests files of rows.
    pub(crate) async fn ingest_files(
        &mut self,
        files: impl IntoIterator<Item = (String, Vec<&CsvRow>)>,
        now: DateTime<Utc>,
        history: bool,
    ) {
        let inbox = self.folder.join(format!("inbox-{}", self.files));
        for (file, rows) in files {
            let names: BTreeSet<&String> = rows.iter().flat_map(|row| row.keys()).collect();
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&names).unwrap();
            for row in rows {
                let empty = String::new();
                writer.write_record(names.iter().map(|name| row.get(*name).unwrap_or(&empty))).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            write_text(&inbox.join(file), &text);
        }
        let mapping = Mapping::contract(self.lake.market().calendar().zone());
        let files = scan_inbox(&inbox, &|file| mapping.classify(file)).unwrap().files;
        let id = format!("batch-{}", self.files);
        let delivery = Delivery { id: &id, files: &files, first_origin: self.files as i64, now, history };
        self.facts = delivery.ingest(&self.lake, &self.facts).await.1;
        self.files += files.len();
    }

    /// Compacts the facts.
    pub(crate) async fn compact(&mut self) {
        self.lake.compact_facts().await.unwrap();
        self.facts = self.lake.facts().await.unwrap();
    }

    /// Builds the relations. Those of an incremental build are committed.
    pub(crate) async fn build(
        &self,
        as_of: DateTime<Utc>,
        name: &str,
        full: bool,
    ) -> (BuildReport, Relations) {
        let calendar = self.lake.market().calendar();
        let scored = Knowledge::new(&calendar, calendar.next_after(as_of), as_of, 4);
        let following = Knowledge::new(&calendar, calendar.following(&scored.slot), as_of, 4);
        let question = BuildContext {
            as_of,
            calendar,
            scored,
            next: scored.is_frozen(as_of).then_some(following),
            refund_window: TimeDelta::days(14),
            currency: None,
            source_files: self.source_files.clone(),
        };
        let mut base = PreviousBuild::new();
        for relation in slotcast_stats::stored_names() {
            base.extend(
                self.lake
                    .head(&TableId::relation(relation))
                    .await
                    .unwrap()
                    .map(|head| (relation.to_owned(), head)),
            );
        }
        let manner = BuildOptions { full, memory: MemoryLimit::new(None) };
        let shelf = PartitionStore::new(&self.lake, name, 0);
        let built = build(&self.facts, &base, &question, &manner, shelf).await.unwrap();
        let mut relations = Relations::new();
        for relation in built.relations.iter().filter(|relation| !relation.name.starts_with("build_")) {
            let folder = self.lake.layout().table(&TableId::relation(relation.name));
            let paths: Vec<_> = relation.files.iter().map(|file| folder.join(file)).collect();
            relations.insert(relation.name, texts(&read_parquet_files(&paths).unwrap()));
        }
        if !full {
            for relation in &built.relations {
                let table = TableId::relation(relation.name);
                let base = base.get(relation.name);
                self.lake
                    .commit_files(&table, &relation.schema, &relation.files, &relation.written, base)
                    .await
                    .unwrap();
            }
        }
        (built, relations)
    }
}

/// Rows of each relation, sorted.
pub(crate) type Relations = BTreeMap<&'static str, Vec<String>>;

/// Sorted rows as text, without run ids.
fn texts(batches: &[RecordBatch]) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in batches {
        let schema = batch.schema();
        for row in 0..batch.num_rows() {
            let cells =
                batch.columns().iter().zip(schema.fields()).filter(|(_, field)| field.name() != "run_id");
            // A null equals a missing column: an attribute may be new.
            let cells = cells.filter(|(column, _)| column.is_valid(row));
            let text = |column: &dyn Array| array_value_to_string(column, row).unwrap();
            let mut cells: Vec<_> =
                cells.map(|(column, field)| format!("{}={}", field.name(), text(column.as_ref()))).collect();
            cells.sort();
            rows.push(cells.join(" "));
        }
    }
    rows.sort();
    rows
}

/// Fails with the rows in which two builds differ.
pub(crate) fn compare(one: &Relations, other: &Relations) -> Result<(), TestCaseError> {
    prop_assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, rows) in one {
        // The incremental build keeps features at earlier T as well; the full build has only those of tonight.
        if *name == "offer_feature_values" {
            let missing = other[name].iter().find(|row| !rows.contains(row));
            prop_assert_eq!(missing, None, "offer_feature_values");
            continue;
        }
        let only = |a: &[String], b: &[String]| {
            let b: BTreeSet<&String> = b.iter().collect();
            a.iter().filter(|row| !b.contains(row)).take(2).cloned().collect::<Vec<_>>()
        };
        let (left, right) = (only(rows, &other[name]), only(&other[name], rows));
        prop_assert!(left.is_empty() && right.is_empty(), "{}: {:#?} against {:#?}", name, left, right);
        prop_assert_eq!(rows.len(), other[name].len(), "{}", name);
    }
    Ok(())
}
