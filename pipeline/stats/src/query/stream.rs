//! Rows of a query as they arrive, within the limits of time and number.

use std::time::Duration;

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use tokio::{
    sync::mpsc::Receiver,
    task::JoinHandle,
    time::{Instant, timeout_at},
};

use crate::error::StatsError;

/// Message of the engine: the columns first, then rows.
pub(super) enum StreamItem {
    Columns(SchemaRef),
    Rows(RecordBatch),
}

/// Rows of a running query. Dropping the stream cancels the query.
pub struct QueryStream {
    items: Receiver<Result<StreamItem, StatsError>>,
    task: JoinHandle<()>,
    time: Option<Duration>,
    deadline: Option<Instant>,
    schema: SchemaRef,
    rows_left: Option<usize>,
    is_truncated: bool,
}

impl QueryStream {
    /// Waits for the columns of a query.
    pub(super) async fn begin(
        items: Receiver<Result<StreamItem, StatsError>>,
        task: JoinHandle<()>,
        time: Option<Duration>,
        rows: Option<usize>,
    ) -> Result<Self, StatsError> {
        let mut stream = Self {
            items,
            task,
            time,
            // A deadline beyond the range of the clock is no limit.
            deadline: time.and_then(|time| Instant::now().checked_add(time)),
            schema: SchemaRef::new(arrow::datatypes::Schema::empty()),
            rows_left: rows,
            is_truncated: false,
        };
        match stream.receive().await? {
            Some(StreamItem::Columns(schema)) => stream.schema = schema,
            _ => return Err(StatsError::Internal("the engine sent no columns".to_owned())),
        }
        Ok(stream)
    }

    /// Columns of the query.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Whether the query had more rows than the limit; known at the end of the stream.
    pub fn is_truncated(&self) -> bool {
        self.is_truncated
    }

    /// Excludes the time that the caller spent on rows from the limit.
    pub fn exclude(&mut self, pause: Duration) {
        self.deadline = self.deadline.and_then(|deadline| deadline.checked_add(pause));
    }

    /// The next rows, or none at the end.
    ///
    /// # Errors
    /// Fails if the query fails, times out or exceeds its memory.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>, StatsError> {
        if self.is_truncated {
            return Ok(None);
        }
        let batch = match self.receive().await? {
            Some(StreamItem::Rows(batch)) => batch,
            _ => return Ok(None),
        };
        let Some(left) = self.rows_left else { return Ok(Some(batch)) };
        self.is_truncated = batch.num_rows() > left;
        let batch = if self.is_truncated { batch.slice(0, left) } else { batch };
        self.rows_left = Some(left - batch.num_rows());
        Ok((batch.num_rows() > 0 || !self.is_truncated).then_some(batch))
    }

    /// Columns and all rows.
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

    async fn receive(&mut self) -> Result<Option<StreamItem>, StatsError> {
        let item = match self.deadline {
            None => self.items.recv().await,
            // A ready item is received after any deadline, so an endless stream must be stopped here.
            Some(deadline) if deadline <= Instant::now() => return Err(self.timed_out()),
            Some(deadline) => match timeout_at(deadline, self.items.recv()).await {
                Ok(item) => item,
                Err(_) => return Err(self.timed_out()),
            },
        };
        match item {
            Some(item) => item.map(Some),
            None => match (&mut self.task).await {
                Ok(()) => Ok(None),
                Err(error) => Err(StatsError::Query {
                    message: format!("the engine stopped: {error}"),
                    hint: "a value may be too large; try fewer rows or smaller values".to_owned(),
                }),
            },
        }
    }

    fn timed_out(&self) -> StatsError {
        self.task.abort();
        StatsError::TimedOut { seconds: self.time.unwrap_or_default().as_secs() }
    }
}

impl Drop for QueryStream {
    fn drop(&mut self) {
        self.task.abort();
    }
}
