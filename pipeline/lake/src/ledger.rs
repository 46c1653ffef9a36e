//! The ledger of runs: which run there was, what became of it, and the version of each table that it names.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{
        Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray,
        TimestampMicrosecondArray,
    },
    datatypes::{DataType, Field, Float64Type, Int64Type, Schema, SchemaRef, TimestampMicrosecondType},
};
use slotcast_core::{DateTime, RunId, Utc};

use crate::{
    contract::instant_type,
    error::LakeError,
    layout::TableId,
    store::{Lake, Replace},
};

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    /// It has begun, and has not ended or was killed.
    Running,
    /// It ended well: readers see what it names.
    Done,
    /// It ended with an error: readers do not see it.
    Failed,
}

impl RunStatus {
    /// The word in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::Failed].into_iter().find(|status| status.as_str() == text)
    }
}

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// Its id.
    pub run_id: String,
    /// The command that made it.
    pub verb: String,
    /// The moment it speaks for.
    pub as_of: DateTime<Utc>,
    /// What became of it.
    pub status: RunStatus,
    /// How often it was begun.
    pub attempt: i64,
    /// When it was begun last.
    pub started_at: DateTime<Utc>,
    /// How long it took.
    pub seconds: f64,
    /// Version of slotcast.
    pub version: String,
    /// Hash of everything that was taken in.
    pub inputs_hash: String,
    /// Version of each table, by `room/name`.
    pub tables: BTreeMap<String, u64>,
    /// The error of a failed run, the files that a finished one refused, or [`VACUUMED`].
    pub message: Option<String>,
}

/// What the ledger says of a run that ended well and whose tables are no longer kept.
pub const VACUUMED: &str = "vacuumed";

impl RunRow {
    /// Whether it ended well and can no longer be read.
    pub fn is_vacuumed(&self) -> bool {
        self.status == RunStatus::Done && self.message.as_deref() == Some(VACUUMED)
    }
}

/// One stage of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct StageRow {
    /// The run.
    pub run_id: String,
    /// The stage.
    pub stage: String,
    /// What became of it.
    pub status: String,
    /// How long it took.
    pub seconds: f64,
    /// Rows that went in.
    pub rows_in: i64,
    /// Rows that came out.
    pub rows_out: i64,
    /// The most memory that the process had held by the end of the stage.
    pub peak_memory_bytes: i64,
}

/// Every run of a lake, in the order in which they ended or were begun.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runs(pub Vec<RunRow>);

impl Runs {
    /// The run that readers see unless they name another.
    pub fn latest_done(&self) -> Option<&RunRow> {
        self.0.iter().rev().find(|run| run.status == RunStatus::Done)
    }

    /// The finished run with this id.
    ///
    /// # Errors
    /// When there is none, or what it saw is no longer kept.
    pub fn done(&self, run_id: &RunId) -> Result<&RunRow, LakeError> {
        match self.0.iter().find(|run| run.run_id == run_id.as_str() && run.status == RunStatus::Done) {
            Some(run) if run.is_vacuumed() => Err(LakeError::Vacuumed(run_id.to_string())),
            Some(run) => Ok(run),
            None => Err(LakeError::NoRun(run_id.to_string())),
        }
    }

    /// The last run of `verb`, if it was begun and did not end well.
    pub fn unfinished(&self, verb: &str) -> Option<&RunRow> {
        self.0.iter().rev().find(|run| run.verb == verb).filter(|run| run.status != RunStatus::Done)
    }
}

pub(crate) fn runs_table() -> TableId {
    TableId::ledger("runs")
}

fn stages_table() -> TableId {
    TableId::ledger("run_stages")
}

impl Lake {
    /// Reads the ledger.
    ///
    /// # Errors
    /// When it is damaged.
    pub async fn runs(&self) -> Result<Runs, LakeError> {
        let Some(snapshot) = self.head(&runs_table()).await? else { return Ok(Runs::default()) };
        let mut rows = Vec::new();
        for batch in snapshot.read()? {
            read_runs(&batch, &mut rows).ok_or_else(|| LakeError::Damaged {
                path: self.layout().table(&runs_table()),
                reason: "a row of the run ledger does not read back".to_owned(),
            })?;
        }
        Ok(Runs(rows))
    }

    /// Writes a run at the end of the ledger, in place of what the ledger said of it. With
    /// status `done` this is the moment at which readers see the run.
    ///
    /// # Errors
    /// When the lake cannot be written.
    pub async fn record_run(&self, row: &RunRow) -> Result<(), LakeError> {
        let mut rows = self.runs().await?.0;
        rows.retain(|held| held.run_id != row.run_id);
        rows.push(row.clone());
        self.rewrite(&runs_table(), runs_batch(&rows)?).await
    }

    /// Says of these runs that their tables are no longer kept.
    pub(crate) async fn mark_vacuumed(&self, run_ids: &[String]) -> Result<(), LakeError> {
        let mut rows = self.runs().await?.0;
        for row in rows.iter_mut().filter(|row| run_ids.contains(&row.run_id)) {
            row.tables.clear();
            row.message = Some(VACUUMED.to_owned());
        }
        self.rewrite(&runs_table(), runs_batch(&rows)?).await
    }

    /// Writes the stages of a run, in place of what the ledger said of them.
    ///
    /// # Errors
    /// When the lake cannot be written.
    pub async fn record_stages(&self, run_id: &str, stages: &[StageRow]) -> Result<(), LakeError> {
        let mut rows = self.stages().await?;
        rows.retain(|held| held.run_id != run_id);
        rows.extend_from_slice(stages);
        self.rewrite(&stages_table(), stages_batch(&rows)?).await
    }

    /// The stages of every run.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn stages(&self) -> Result<Vec<StageRow>, LakeError> {
        let mut rows = Vec::new();
        if let Some(snapshot) = self.head(&stages_table()).await? {
            for batch in snapshot.read()? {
                read_stages(&batch, &mut rows);
            }
        }
        Ok(rows)
    }

    /// A ledger is small: it is written anew as one file.
    pub(crate) async fn rewrite(&self, table: &TableId, batch: RecordBatch) -> Result<(), LakeError> {
        let next = self.head(table).await?.map_or(0, |snapshot| snapshot.version + 1);
        let schema = batch.schema();
        let part = self.write_part(table, &format!("part-{next:08}.parquet"), &[batch])?;
        self.commit(table, &schema, &[part], &Replace::All).await?;
        Ok(())
    }
}

fn field(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, true)
}

fn runs_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        field("run_id", DataType::Utf8),
        field("verb", DataType::Utf8),
        field("as_of", instant_type()),
        field("status", DataType::Utf8),
        field("attempt", DataType::Int64),
        field("started_at", instant_type()),
        field("seconds", DataType::Float64),
        field("version", DataType::Utf8),
        field("inputs_hash", DataType::Utf8),
        field("tables", DataType::Utf8),
        field("message", DataType::Utf8),
    ]))
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn instants(values: impl Iterator<Item = DateTime<Utc>>) -> ArrayRef {
    let micros = values.map(|instant| Some(instant.timestamp_micros()));
    Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}

fn runs_batch(rows: &[RunRow]) -> Result<RecordBatch, LakeError> {
    let tables: Vec<String> = rows
        .iter()
        .map(|row| serde_json::to_string(&row.tables).expect("names and numbers are plain data"))
        .collect();
    Ok(RecordBatch::try_new(
        runs_schema(),
        vec![
            texts(rows.iter().map(|row| Some(row.run_id.as_str()))),
            texts(rows.iter().map(|row| Some(row.verb.as_str()))),
            instants(rows.iter().map(|row| row.as_of)),
            texts(rows.iter().map(|row| Some(row.status.as_str()))),
            Arc::new(rows.iter().map(|row| row.attempt).collect::<Int64Array>()),
            instants(rows.iter().map(|row| row.started_at)),
            Arc::new(rows.iter().map(|row| row.seconds).collect::<Float64Array>()),
            texts(rows.iter().map(|row| Some(row.version.as_str()))),
            texts(rows.iter().map(|row| Some(row.inputs_hash.as_str()))),
            texts(tables.iter().map(|text| Some(text.as_str()))),
            texts(rows.iter().map(|row| row.message.as_deref())),
        ],
    )?)
}

fn read_runs(batch: &RecordBatch, rows: &mut Vec<RunRow>) -> Option<()> {
    let text = |name: &str| Some(batch.column_by_name(name)?.as_string::<i32>());
    let instant = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<TimestampMicrosecondType>();
    let number = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<Int64Type>();
    let seconds = batch.column_by_name("seconds")?.as_primitive_opt::<Float64Type>()?;
    let message = text("message")?;
    for row in 0..batch.num_rows() {
        let at = |name: &str| DateTime::from_timestamp_micros(instant(name)?.value(row));
        let word = |name: &str| Some(text(name)?.value(row).to_owned());
        rows.push(RunRow {
            run_id: word("run_id")?,
            verb: word("verb")?,
            as_of: at("as_of")?,
            status: RunStatus::parse(&word("status")?)?,
            attempt: number("attempt")?.value(row),
            started_at: at("started_at")?,
            seconds: seconds.value(row),
            version: word("version")?,
            inputs_hash: word("inputs_hash")?,
            tables: serde_json::from_str(&word("tables")?).ok()?,
            message: message.is_valid(row).then(|| message.value(row).to_owned()),
        });
    }
    Some(())
}

fn stages_batch(rows: &[StageRow]) -> Result<RecordBatch, LakeError> {
    let schema = Arc::new(Schema::new(vec![
        field("run_id", DataType::Utf8),
        field("stage", DataType::Utf8),
        field("status", DataType::Utf8),
        field("seconds", DataType::Float64),
        field("rows_in", DataType::Int64),
        field("rows_out", DataType::Int64),
        field("peak_memory_bytes", DataType::Int64),
    ]));
    let counts = |value: fn(&StageRow) -> i64| Arc::new(rows.iter().map(value).collect::<Int64Array>());
    Ok(RecordBatch::try_new(
        schema,
        vec![
            texts(rows.iter().map(|row| Some(row.run_id.as_str()))),
            texts(rows.iter().map(|row| Some(row.stage.as_str()))),
            texts(rows.iter().map(|row| Some(row.status.as_str()))),
            Arc::new(rows.iter().map(|row| row.seconds).collect::<Float64Array>()),
            counts(|row| row.rows_in),
            counts(|row| row.rows_out),
            counts(|row| row.peak_memory_bytes),
        ],
    )?)
}

fn read_stages(batch: &RecordBatch, rows: &mut Vec<StageRow>) {
    let text = |column: usize, row: usize| batch.column(column).as_string::<i32>().value(row).to_owned();
    let count = |column: usize, row: usize| batch.column(column).as_primitive::<Int64Type>().value(row);
    for row in 0..batch.num_rows() {
        rows.push(StageRow {
            run_id: text(0, row),
            stage: text(1, row),
            status: text(2, row),
            seconds: batch.column(3).as_primitive::<Float64Type>().value(row),
            rows_in: count(4, row),
            rows_out: count(5, row),
            peak_memory_bytes: count(6, row),
        });
    }
}

#[cfg(test)]
mod tests;
