//! A run from its first word in the ledger to its last.

use std::{collections::BTreeMap, ops::Deref};

use anyhow::{Context, Result};
use slotcast_core::{DateTime, RunId, Utc};
use slotcast_lake::{Lake, LakeLock, Replace, Room, RunRow, RunStatus, StageRow, TableId, with_run_id};
use slotcast_stats::{Base, BuiltRelation};

use crate::{
    clock::{Watch, now, peak_memory_bytes},
    failure::{StageFailed, caught},
    printer::Printer,
    seen::Seen,
};

/// Everything by which a run is known again.
pub(crate) struct Identity<'a> {
    pub(crate) verb: &'static str,
    pub(crate) as_of: DateTime<Utc>,
    /// The run's one clock reading; `as_of` itself where nobody asked for another moment.
    pub(crate) taken_at: DateTime<Utc>,
    pub(crate) settings: &'a str,
    /// Hashes of what goes in.
    pub(crate) inputs: &'a str,
}

impl Identity<'_> {
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

/// How many rows a stage took in and gave out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rows {
    pub(crate) taken_in: usize,
    pub(crate) given_out: usize,
}

/// A run under way: what it sees, and how it writes. It holds the lake's lock.
pub(crate) struct RunInProgress {
    seen: Seen,
    /// The run's one clock reading: when this system could have known what it takes in.
    pub(crate) taken_at: DateTime<Utc>,
    row: RunRow,
    stages: Vec<StageRow>,
    watch: Watch,
    resume: String,
    _lock: LakeLock,
}

/// Stages read what the run sees.
impl Deref for RunInProgress {
    type Target = Seen;

    fn deref(&self) -> &Seen {
        &self.seen
    }
}

/// The command as it was given: running it again resumes.
fn this_command() -> String {
    let words = std::env::args().skip(1);
    std::iter::once("slotcast".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A run begun, or found done.
pub(crate) enum Begun {
    Started(Box<RunInProgress>),
    AlreadyDone(RunRow),
}

impl RunInProgress {
    /// Writes the run's first word, unless the ledger says that it is done.
    pub(crate) async fn begin(lake: &Lake, lock: LakeLock, identity: &Identity<'_>) -> Result<Begun> {
        let runs = lake.runs().await?;
        let run_id = identity.run_id().to_string();
        let earlier = runs.0.iter().find(|run| run.run_id == run_id);
        if let Some(done) = earlier.filter(|run| run.status == RunStatus::Done) {
            return Ok(Begun::AlreadyDone(done.clone()));
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
        };
        lake.record_run(&row).await?;
        // What this run does not build anew stays as the last run left it.
        let tables = runs.latest_done().map(|run| run.tables.clone()).unwrap_or_default();
        Ok(Begun::Started(Box::new(Self {
            seen: Seen { lake: lake.clone(), run_id, as_of: identity.as_of, tables },
            taken_at: identity.taken_at,
            row,
            stages: Vec::new(),
            watch: Watch::start(),
            resume: this_command(),
            _lock: lock,
        })))
    }

    /// The versions of the relations that models learn from, as this run sees them.
    pub(crate) fn data_version(&self) -> String {
        let version = |name: &str| {
            let version = self.tables.get(&TableId::relation(name).to_string());
            version.map_or_else(|| "none".to_owned(), |version| format!("{name}@{version}"))
        };
        ["offer_features", "outcome_versions"].map(version).join(" ")
    }

    /// How often it was begun, this time included.
    pub(crate) fn attempt(&self) -> i64 {
        self.row.attempt
    }

    /// Runs a stage and notes what became of it. An error or a panic also ends the run in the ledger.
    pub(crate) async fn stage<T>(
        &mut self,
        printer: &Printer,
        stage: &'static str,
        work: impl AsyncFnOnce(&mut Self) -> Result<(T, Rows)>,
    ) -> Result<T> {
        let watch = Watch::start();
        let result = caught(work(self)).await;
        let seconds = watch.seconds();
        let rows = result.as_ref().map(|(_, rows)| *rows).unwrap_or_default();
        self.stages.push(StageRow {
            run_id: self.run_id.clone(),
            stage: stage.to_owned(),
            status: if result.is_ok() { "done" } else { "failed" }.to_owned(),
            seconds,
            rows_in: i64::try_from(rows.taken_in)?,
            rows_out: i64::try_from(rows.given_out)?,
            peak_memory_bytes: peak_memory_bytes(),
        });
        match result {
            Ok((value, rows)) => {
                printer.detail(format!("  peak memory so far: {} MiB", peak_memory_bytes() >> 20));
                printer.say(format!("{stage}: {} rows, {seconds:.1} s", rows.given_out));
                Ok(value)
            }
            Err(error) => {
                self.fail(&error).await;
                let resume = format!("resume with `{}`", self.resume);
                Err(error.context(StageFailed { stage, resume }))
            }
        }
    }

    async fn fail(&mut self, error: &anyhow::Error) {
        self.row.status = RunStatus::Failed;
        self.row.seconds = self.watch.seconds();
        self.row.message = Some(format!("{error:#}"));
        // The error at hand is the one to report, even if the ledger cannot be written.
        let _ = self.lake.record_stages(&self.run_id, &self.stages).await;
        let _ = self.lake.record_run(&self.row).await;
    }

    /// Lets readers of this run see a table at this version.
    pub(crate) fn name_version(&mut self, table: String, version: u64) {
        self.seen.tables.insert(table, version);
    }

    /// Commits the rows of a relation in place of what it held, each with this run's id.
    pub(crate) async fn keep(&mut self, name: &str, rows: &arrow::array::RecordBatch) -> Result<()> {
        let table = TableId::relation(name);
        let rows = with_run_id(rows, &self.run_id)?;
        let schema = rows.schema();
        let file = format!("{}-{:02}.parquet", self.run_id, self.row.attempt);
        let part = self.lake.write_part(&table, &file, &[rows])?;
        let version = self.lake.commit(&table, &schema, &[part], &Replace::All).await?;
        self.name_version(table.to_string(), version);
        Ok(())
    }

    /// Commits what a build left of a relation, unless it left it as it was.
    pub(crate) async fn keep_built(&mut self, built: &BuiltRelation, base: &Base) -> Result<()> {
        let table = TableId::relation(built.name);
        let base = base.get(built.name);
        let is_as_it_was = base.is_some_and(|base| {
            built.written.is_empty() && base.files.iter().map(|file| &file.name).eq(built.files.iter())
        });
        if !is_as_it_was {
            let version =
                self.lake.commit_files(&table, &built.schema, &built.files, &built.written, base).await?;
            self.name_version(table.to_string(), version);
        }
        Ok(())
    }

    /// The relations as the run before this one left them.
    pub(crate) async fn base(&self) -> Result<Base> {
        let mut base = Base::new();
        for (name, version) in &self.tables {
            if let Some(table) = TableId::parse(name).filter(|table| table.room == Room::Relations) {
                base.insert(table.name.clone(), self.lake.at(&table, *version).await?);
            }
        }
        Ok(base)
    }

    /// The moment at which readers see the run.
    pub(crate) async fn finish(self) -> Result<RunRow> {
        self.finish_with(None).await
    }

    /// The same, with something that the ledger keeps of a run that was not all well.
    pub(crate) async fn finish_with(mut self, message: Option<String>) -> Result<RunRow> {
        self.row.message = message;
        self.row.status = RunStatus::Done;
        self.row.seconds = self.watch.seconds();
        self.row.tables = std::mem::take(&mut self.seen.tables);
        let seen = async {
            self.lake.record_stages(&self.run_id, &self.stages).await?;
            self.lake.record_run(&self.row).await
        };
        seen.await.context("the run could not be made visible")?;
        Ok(self.row)
    }
}
