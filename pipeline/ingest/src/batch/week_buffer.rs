//! Buffer for facts between files and part files, by table and week.
//!
//! Several threads read files, but facts enter in file order, and each round of writing starts
//! after the same row every time. So the same inbox gives the same facts. A thread that waits
//! for its turn or for memory writes part files in the meantime.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use slotcast_lake::{LakeError, contract::TABLES};

use crate::{
    batch::chunk_slice::{ChunkSlice, split_by_week},
    transform::fact_chunk::FactChunk,
};

/// Facts per part file, unless a table has fewer.
const MIN_PART_ROWS: usize = 100_000;

/// Facts of one table in consecutive weeks, for one part file.
#[derive(Debug, Default)]
pub(crate) struct FlushTask {
    pub(crate) weeks: Vec<i64>,
    pub(crate) slices: Vec<ChunkSlice>,
}

/// Index of a table in the contract, and week.
type TableWeek = (usize, i64);

#[derive(Default)]
struct BufferState {
    slices: BTreeMap<TableWeek, Vec<ChunkSlice>>,
    bytes: usize,
    tasks: Vec<FlushTask>,
    running: usize,
    /// File whose facts enter next.
    turn: usize,
    /// Number of threads that still read.
    readers: usize,
    error: Option<LakeError>,
    is_stopped: bool,
}

/// Buffer for the facts of a batch.
pub(crate) struct WeekBuffer<'a> {
    state: Mutex<BufferState>,
    changed: Condvar,
    memory_budget: usize,
    write: &'a (dyn Fn(FlushTask) -> Result<(), LakeError> + Sync),
}

/// The batch is stopped; the buffer has the error.
#[derive(Debug)]
pub(crate) struct BatchStopped;

impl<'a> WeekBuffer<'a> {
    /// Buffer that writes its facts above `memory_budget` bytes.
    pub(crate) fn new(
        memory_budget: usize,
        readers: usize,
        write: &'a (dyn Fn(FlushTask) -> Result<(), LakeError> + Sync),
    ) -> Self {
        Self {
            state: Mutex::new(BufferState { readers, ..BufferState::default() }),
            changed: Condvar::new(),
            memory_budget,
            write,
        }
    }

    /// Waits for the turn of a file.
    pub(crate) fn wait_for_turn(&self, file: usize) -> Result<(), BatchStopped> {
        self.write_until(|state| state.turn == file).map(drop)
    }

    /// Ends the turn of a file, after its last facts.
    pub(crate) fn advance_turn(&self, file: usize) {
        let mut state = self.lock();
        state.turn = file + 1;
        drop(state);
        self.changed.notify_all();
    }

    /// Appends facts of the file that has the turn.
    pub(crate) fn append(&self, chunk: FactChunk) -> Result<(), BatchStopped> {
        let (table, bytes) = (table_index(&chunk), chunk.bytes());
        let slices = split_by_week(chunk);
        let mut state = self.lock();
        for (week, slice) in slices {
            state.slices.entry((table, week)).or_default().push(slice);
        }
        state.bytes += bytes;
        let is_full = state.bytes > self.memory_budget;
        drop(state);
        if is_full { self.start_round() } else { Ok(()) }
    }

    /// Converts all buffered facts to tasks, after the previous round: it may have facts of the same weeks.
    fn start_round(&self) -> Result<(), BatchStopped> {
        let mut state = self.write_until(|state| state.tasks.is_empty() && state.running == 0)?;
        create_tasks(&mut state);
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// Ends the reading of a thread, which then writes the remaining tasks.
    pub(crate) fn finish(&self) -> Result<(), BatchStopped> {
        let mut state = self.lock();
        state.readers -= 1;
        let is_last = state.readers == 0;
        drop(state);
        if is_last {
            self.start_round()?;
        }
        let is_done = |state: &BufferState| {
            state.readers == 0 && state.tasks.is_empty() && state.running == 0 && state.slices.is_empty()
        };
        self.write_until(is_done).map(drop)
    }

    /// Stops all threads, after a panic in one of them.
    pub(crate) fn stop(&self) {
        self.lock().is_stopped = true;
        self.changed.notify_all();
    }

    /// Error that stopped the batch.
    pub(crate) fn into_error(self) -> Option<LakeError> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).error
    }

    /// Writes part files until the condition holds.
    fn write_until(
        &self,
        holds: impl Fn(&BufferState) -> bool,
    ) -> Result<MutexGuard<'_, BufferState>, BatchStopped> {
        let mut state = self.lock();
        loop {
            if state.error.is_some() || state.is_stopped {
                return Err(BatchStopped);
            }
            if holds(&state) {
                return Ok(state);
            }
            if let Some(task) = state.tasks.pop() {
                state.running += 1;
                drop(state);
                let written = (self.write)(task);
                state = self.lock();
                state.running -= 1;
                if let Err(error) = written {
                    state.error.get_or_insert(error);
                }
                self.changed.notify_all();
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BufferState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Groups all buffered slices to tasks of consecutive weeks with enough rows for a part file.
fn create_tasks(state: &mut BufferState) {
    let mut open: Option<(usize, FlushTask, usize)> = None;
    for ((table, week), slices) in std::mem::take(&mut state.slices) {
        let (open_table, mut task, mut rows) = open.take().unwrap_or((table, FlushTask::default(), 0));
        if open_table != table || rows >= MIN_PART_ROWS {
            state.tasks.push(std::mem::take(&mut task));
            rows = 0;
        }
        task.weeks.push(week);
        rows += slices.iter().map(|slice| slice.rows.len()).sum::<usize>();
        task.slices.extend(slices);
        open = Some((table, task, rows));
    }
    state.tasks.extend(open.map(|(_, task, _)| task));
    // Threads pop tasks from the end.
    state.tasks.reverse();
    state.bytes = 0;
}

fn table_index(chunk: &FactChunk) -> usize {
    TABLES.iter().position(|table| table.name == chunk.table.name).unwrap_or_default()
}
