//! An opened lake, and snapshots of its tables.

use std::path::Path;

use arrow::datatypes::SchemaRef;

use super::{delta_table, file_statistics};
use crate::{
    error::LakeError,
    schema::{
        MarketConfig,
        contract::{ContractTable, TABLES, ingest_files_schema},
    },
    storage::{
        DataFile, FactWriter, Layout, Namespace, Snapshot, TableId, current_name, is_file_name, read_config,
    },
};

/// A lake in a local folder.
#[derive(Clone, Debug)]
pub struct Lake {
    layout: Layout,
    market: MarketConfig,
}

impl Lake {
    /// Opens the lake at `root`.
    ///
    /// # Errors
    /// If there is none, or its configuration cannot be read.
    pub fn open(root: &Path) -> Result<Self, LakeError> {
        let layout = Layout::new(root);
        let market = read_config(&layout)?.ok_or_else(|| LakeError::NotFound(root.to_path_buf()))?;
        Ok(Self::new(layout, market))
    }

    pub(crate) fn new(layout: Layout, market: MarketConfig) -> Self {
        Self { layout, market }
    }

    /// The configuration of its market.
    pub fn market(&self) -> &MarketConfig {
        &self.market
    }

    /// Its paths.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// A writer for the facts of a batch, on top of these snapshots of facts.
    pub fn fact_writer(&self, batch_id: &str, attempt: i64, heads: &[Snapshot]) -> FactWriter {
        FactWriter::new(&self.layout, batch_id, attempt, heads)
    }

    /// The newest version of a table, whether a run names it or not. `None` if there is no table. Writers
    /// start from it.
    ///
    /// # Errors
    /// If its log cannot be read.
    pub async fn head(&self, table: &TableId) -> Result<Option<Snapshot>, LakeError> {
        self.snapshot(table, None).await
    }

    /// The newest version of every existing table of facts, in the order of the contract.
    ///
    /// # Errors
    /// If a log cannot be read.
    pub async fn facts(&self) -> Result<Vec<Snapshot>, LakeError> {
        let mut snapshots = Vec::new();
        for table in &TABLES {
            snapshots.extend(self.head(&TableId::facts(table.name)).await?);
        }
        Ok(snapshots)
    }

    /// A table at the version that a run names.
    ///
    /// # Errors
    /// If the table or the version does not exist.
    pub async fn at(&self, table: &TableId, version: u64) -> Result<Snapshot, LakeError> {
        self.snapshot(table, Some(version)).await?.ok_or_else(|| LakeError::UnknownTable(table.to_string()))
    }

    async fn snapshot(&self, table: &TableId, version: Option<u64>) -> Result<Option<Snapshot>, LakeError> {
        let folder = self.layout.table(table);
        let name = table.to_string();
        let Some(opened) = delta_table::open(&folder, &name, version).await? else { return Ok(None) };
        let state = opened.snapshot().map_err(LakeError::delta(&name))?;
        let facts = ContractTable::find(&table.name).filter(|_| table.namespace == Namespace::Facts);
        let mut files = Vec::new();
        for file in state.log_data().iter() {
            if !is_file_name(&file.path()) {
                let reason = format!("it names `{}`, which is not a file of this table", file.path());
                return Err(LakeError::Damaged { path: folder.join("_delta_log"), reason });
            }
            // Only an erasure replaces a file that older versions name.
            let name = current_name(&folder, &file.path()).unwrap_or_else(|| file.path().into_owned());
            let time_range = facts
                .and_then(|table| file_statistics::time_range(file.stats().as_deref()?, table.time_column()));
            files.push(DataFile {
                path: folder.join(&name),
                name,
                bytes: u64::try_from(file.size()).unwrap_or(0),
                rows: file.num_records().map(|rows| rows as u64),
                time_range,
            });
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Some(Snapshot {
            table: table.clone(),
            version: state.version(),
            schema: match ledger_schema(table) {
                Some(schema) => schema,
                None => delta_table::arrow_schema(&opened).map_err(LakeError::delta(&name))?,
            },
            files,
        }))
    }
}

/// The current columns of a ledger. Lakes of earlier builds lack some of them, which readers see as null.
fn ledger_schema(table: &TableId) -> Option<SchemaRef> {
    (*table == TableId::ledger("ingest_files")).then(ingest_files_schema)
}
