//! Rows of an answer as they come, within the time and the number that were given.

use std::time::Duration;

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use tokio::{
    sync::mpsc::Receiver,
    task::JoinHandle,
    time::{Instant, timeout_at},
};

use crate::error::StatsError;

/// What the engine sends: the columns first, then rows.
pub(super) enum Part {
    Columns(SchemaRef),
    Rows(RecordBatch),
}

/// An answer under way. Dropping it ends the question.
pub struct Answer {
    parts: Receiver<Result<Part, StatsError>>,
    task: JoinHandle<()>,
    time: Option<Duration>,
    deadline: Option<Instant>,
    schema: SchemaRef,
    rows_left: Option<usize>,
    is_cut: bool,
}

impl Answer {
    /// Waits for the columns of an answer.
    pub(super) async fn begin(
        parts: Receiver<Result<Part, StatsError>>,
        task: JoinHandle<()>,
        time: Option<Duration>,
        rows: Option<usize>,
    ) -> Result<Self, StatsError> {
        let mut answer = Self {
            parts,
            task,
            time,
            // A time without an end that can be reckoned is no limit.
            deadline: time.and_then(|time| Instant::now().checked_add(time)),
            schema: SchemaRef::new(arrow::datatypes::Schema::empty()),
            rows_left: rows,
            is_cut: false,
        };
        match answer.receive().await? {
            Some(Part::Columns(schema)) => answer.schema = schema,
            _ => return Err(StatsError::Internal("an answer came without columns".to_owned())),
        }
        Ok(answer)
    }

    /// Its columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Whether there were more rows than asked for; known once they came to an end.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Leaves out of account how long somebody took who reads the rows.
    pub fn leave_out(&mut self, pause: Duration) {
        self.deadline = self.deadline.and_then(|deadline| deadline.checked_add(pause));
    }

    /// The next rows, or none at the end.
    ///
    /// # Errors
    /// When the question fails, takes too long, or needs too much.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>, StatsError> {
        if self.is_cut {
            return Ok(None);
        }
        let batch = match self.receive().await? {
            Some(Part::Rows(batch)) => batch,
            _ => return Ok(None),
        };
        let Some(left) = self.rows_left else { return Ok(Some(batch)) };
        self.is_cut = batch.num_rows() > left;
        let batch = if self.is_cut { batch.slice(0, left) } else { batch };
        self.rows_left = Some(left - batch.num_rows());
        Ok((batch.num_rows() > 0 || !self.is_cut).then_some(batch))
    }

    /// The columns and all rows.
    ///
    /// # Errors
    /// As for [`Self::next`].
    pub async fn all(mut self) -> Result<(SchemaRef, Vec<RecordBatch>), StatsError> {
        let mut batches = Vec::new();
        while let Some(batch) = self.next().await? {
            batches.push(batch);
        }
        Ok((self.schema.clone(), batches))
    }

    async fn receive(&mut self) -> Result<Option<Part>, StatsError> {
        let part = match self.deadline {
            None => self.parts.recv().await,
            // What is ready would be taken after any deadline, so rows without end have to be stopped here.
            Some(deadline) if deadline <= Instant::now() => return Err(self.too_long()),
            Some(deadline) => match timeout_at(deadline, self.parts.recv()).await {
                Ok(part) => part,
                Err(_) => return Err(self.too_long()),
            },
        };
        match part {
            Some(part) => part.map(Some),
            None => match (&mut self.task).await {
                Ok(()) => Ok(None),
                Err(error) => Err(StatsError::Query {
                    message: format!("the engine broke off, {error}"),
                    hint: "it may be a value that is too large; fewer rows or smaller values may do"
                        .to_owned(),
                }),
            },
        }
    }

    fn too_long(&self) -> StatsError {
        self.task.abort();
        StatsError::TooLong { seconds: self.time.unwrap_or_default().as_secs() }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
