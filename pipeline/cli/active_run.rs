//! A run in progress, from its first entry in the ledger to its last.

use std::{collections::BTreeMap, ops::Deref};

use anyhow::{Context as _, Result};
use arrow::array::RecordBatch;
use slotcast_core::{DateTime, RunId, Utc};
use slotcast_lake::{
    FilesToRemove, Lake, LakeLock, Namespace, RunRow, RunStatus, Runs, StageRow, TableId, is_timeless,
    with_run_id,
};
use slotcast_stats::{BuiltRelation, PreviousBuild, stored_names};

use crate::{
    clock::{Stopwatch, now, peak_memory_bytes},
    failure::{StageFailed, catch_panic},
    printer::Printer,
    run_snapshot::RunSnapshot,
};

/// Everything that identifies a run. Equal identities give equal run ids.
pub(crate) struct RunIdentity<'a> {
    pub(crate) verb: &'static str,
    pub(crate) as_of: DateTime<Utc>,
    /// The run's one clock reading.
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) settings: &'a str,
    /// Hashes and versions of the inputs.
    pub(crate) inputs: &'a str,
    /// Whether readers see the run by default although it may be for an earlier time. The id does not depend on it.
    pub(crate) make_latest: bool,
}

impl RunIdentity<'_> {
    fn inputs_hash(&self) -> String {
        blake3::hash(self.inputs.as_bytes()).to_hex()[..16].to_owned()
    }

    pub(crate) fn run_id(&self) -> RunId {
        let mut hasher = blake3::Hasher::new();
        for part in [self.verb, self.settings, self.inputs, env!("CARGO_PKG_VERSION")] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        let bytes = hasher.finalize();
        let digest = bytes.as_bytes().first_chunk::<4>().expect("a hash has 32 bytes");
        RunId::new(self.as_of, u32::from_be_bytes(*digest))
    }
}

/// Rows that a stage read and wrote.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RowCounts {
    pub(crate) input: usize,
    pub(crate) output: usize,
}

/// A run in progress. It holds the lake's lock.
pub(crate) struct ActiveRun {
    snapshot: RunSnapshot,
    /// The run's one clock reading; `known_at` of the facts that it ingests.
    pub(crate) started_at: DateTime<Utc>,
    row: RunRow,
    stages: Vec<StageRow>,
    stopwatch: Stopwatch,
    command: String,
    _lock: LakeLock,
}

/// Stages read the relations at the versions of the run.
impl Deref for ActiveRun {
    type Target = RunSnapshot;

    fn deref(&self) -> &RunSnapshot {
        &self.snapshot
    }
}

/// The command of this process. The same command resumes a failed run.
fn this_command() -> String {
    let args = std::env::args().skip(1);
    std::iter::once("slotcast".to_owned()).chain(args).collect::<Vec<_>>().join(" ")
}

/// Relations that every run continues, also one for an earlier time.
const HISTORIES: [&str; 5] =
    ["backtest_metrics", "backtest_scores", "backtest_segments", "champions", "final_rankings"];

/// Versions of the tables that a run starts with. Facts, ledgers and histories are the newest. Other relations are those
/// of the run for the latest time up to its own. Without one, it only reuses partitions, which it checks.
pub(crate) fn tables_at_start(runs: &Runs, verb: &str, as_of: DateTime<Utc>) -> BTreeMap<String, u64> {
    let base = if is_timeless(verb) { runs.visible() } else { runs.visible_at(as_of) };
    let relation = |name: &str| {
        TableId::parse(name).filter(|table| table.namespace == Namespace::Relations).map(|table| table.name)
    };
    let mut tables = base.or_else(|| runs.visible()).map(|run| run.tables.clone()).unwrap_or_default();
    if base.is_none() {
        let is_reused = |name: String| stored_names().any(|stored| stored == name);
        tables.retain(|name, _| relation(name).is_some_and(is_reused));
    }
    let newest = runs.latest_done().map(|run| run.tables.clone()).unwrap_or_default();
    let is_newest = |name: &str| relation(name).is_none_or(|name| HISTORIES.contains(&name.as_str()));
    tables.extend(newest.into_iter().filter(|(name, _)| is_newest(name)));
    tables
}

/// Result of a request to start a run.
pub(crate) enum RunStart {
    Started(Box<ActiveRun>),
    AlreadyDone(RunRow),
}

impl ActiveRun {
    /// Records the start of a run, unless it is already done.
    pub(crate) async fn start(lake: &Lake, lock: LakeLock, identity: &RunIdentity<'_>) -> Result<RunStart> {
        let runs = lake.runs().await?;
        let run_id = identity.run_id().to_string();
        let earlier = runs.0.iter().find(|run| run.run_id == run_id);
        if let Some(done) = earlier.filter(|run| run.status == RunStatus::Done) {
            let mut done = done.clone();
            if identity.make_latest {
                done.make_latest = true;
                lake.record_run(&done).await?;
            }
            return Ok(RunStart::AlreadyDone(done));
        }
        let row = RunRow {
            run_id: run_id.clone(),
            verb: identity.verb.to_owned(),
            as_of: identity.as_of,
            status: RunStatus::Running,
            attempt: earlier.map_or(1, |run| run.attempt + 1),
            started_at: now(),
            seconds: 0.0,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            inputs_hash: identity.inputs_hash(),
            tables: BTreeMap::new(),
            message: None,
            make_latest: identity.make_latest,
        };
        lake.record_run(&row).await?;
        let tables = tables_at_start(&runs, identity.verb, identity.as_of);
        Ok(RunStart::Started(Box::new(Self {
            snapshot: RunSnapshot { lake: lake.clone(), run_id, as_of: identity.as_of, tables },
            started_at: identity.started_at,
            row,
            stages: Vec::new(),
            stopwatch: Stopwatch::start(),
            command: this_command(),
            _lock: lock,
        })))
    }

    /// Versions of the relations that models are trained on.
    pub(crate) fn data_version(&self) -> String {
        let version = |name: &str| {
            let version = self.tables.get(&TableId::relation(name).to_string());
            version.map_or_else(|| "none".to_owned(), |version| format!("{name}@{version}"))
        };
        ["offer_features", "outcome_versions"].map(version).join(" ")
    }

    /// Number of this attempt, from 1.
    pub(crate) fn attempt(&self) -> i64 {
        self.row.attempt
    }

    /// Runs and records a stage. An error or a panic also ends the run in the ledger.
    pub(crate) async fn stage<T>(
        &mut self,
        printer: &Printer,
        stage: &'static str,
        work: impl AsyncFnOnce(&mut Self) -> Result<(T, RowCounts)>,
    ) -> Result<T> {
        let stopwatch = Stopwatch::start();
        let result = catch_panic(work(self)).await;
        self.end_stage(printer, stage, stopwatch.seconds(), result).await
    }

    /// Records the result of a stage.
    pub(crate) async fn end_stage<T>(
        &mut self,
        printer: &Printer,
        stage: &'static str,
        seconds: f64,
        result: Result<(T, RowCounts)>,
    ) -> Result<T> {
        let rows = result.as_ref().map(|(_, rows)| *rows).unwrap_or_default();
        self.stages.push(StageRow {
            run_id: self.run_id.clone(),
            stage: stage.to_owned(),
            status: if result.is_ok() { "done" } else { "failed" }.to_owned(),
            seconds,
            rows_in: i64::try_from(rows.input)?,
            rows_out: i64::try_from(rows.output)?,
            peak_memory_bytes: peak_memory_bytes(),
        });
        match result {
            Ok((value, rows)) => {
                printer.detail(format!("  peak memory: {} MiB", peak_memory_bytes() >> 20));
                printer.info(format!("{stage}: {} rows, {seconds:.1} s", rows.output));
                Ok(value)
            }
            Err(error) => {
                self.fail(&error).await;
                let resume = format!("resume with `{}`", self.command);
                Err(error.context(StageFailed { stage, resume }))
            }
        }
    }

    async fn fail(&mut self, error: &anyhow::Error) {
        self.row.status = RunStatus::Failed;
        self.row.seconds = self.stopwatch.seconds();
        self.row.message = Some(format!("{error:#}"));
        // The stage's error is reported, even if the ledger cannot be written.
        let _ = self.lake.record_stages(&self.run_id, &self.stages).await;
        let _ = self.lake.record_run(&self.row).await;
    }

    /// Sets the version at which readers of this run see a table.
    pub(crate) fn pin_version(&mut self, table: String, version: u64) {
        self.snapshot.tables.insert(table, version);
    }

    /// Replaces the rows of a relation; each row gets the run's id.
    pub(crate) async fn write_relation(&mut self, name: &str, rows: &RecordBatch) -> Result<()> {
        let table = TableId::relation(name);
        let rows = with_run_id(rows, &self.run_id)?;
        let schema = rows.schema();
        let name = format!("{}-{:02}.parquet", self.run_id, self.row.attempt);
        let file = self.lake.write_file(&table, &name, &[rows])?;
        let version = self.lake.commit(&table, &schema, &[file], &FilesToRemove::All).await?;
        self.pin_version(table.to_string(), version);
        Ok(())
    }

    /// Commits the files of a built relation, unless they are those of the previous build.
    pub(crate) async fn write_built_relation(
        &mut self,
        built: &BuiltRelation,
        previous: &PreviousBuild,
    ) -> Result<()> {
        let table = TableId::relation(built.name);
        let previous = previous.get(built.name);
        let is_unchanged = previous.is_some_and(|previous| {
            built.written.is_empty() && previous.files.iter().map(|file| &file.name).eq(built.files.iter())
        });
        if !is_unchanged {
            let version =
                self.lake.commit_files(&table, &built.schema, &built.files, &built.written, previous).await?;
            self.pin_version(table.to_string(), version);
        }
        Ok(())
    }

    /// Relations of the previous run.
    pub(crate) async fn previous_build(&self) -> Result<PreviousBuild> {
        let mut previous = PreviousBuild::new();
        for (name, version) in &self.tables {
            if let Some(table) = TableId::parse(name).filter(|table| table.namespace == Namespace::Relations)
            {
                previous.insert(table.name.clone(), self.lake.at(&table, *version).await?);
            }
        }
        Ok(previous)
    }

    /// Records the end of the run, which makes it visible to readers.
    pub(crate) async fn finish(self) -> Result<RunRow> {
        self.finish_with(None).await
    }

    /// As [`Self::finish`], with a message for the ledger.
    pub(crate) async fn finish_with(mut self, message: Option<String>) -> Result<RunRow> {
        self.row.message = message;
        self.row.status = RunStatus::Done;
        self.row.seconds = self.stopwatch.seconds();
        self.row.tables = std::mem::take(&mut self.snapshot.tables);
        let recorded = async {
            self.lake.record_stages(&self.run_id, &self.stages).await?;
            self.lake.record_run(&self.row).await
        };
        recorded.await.context("cannot record the end of the run")?;
        Ok(self.row)
    }
}
