//! Facts on their way from files to parts, gathered by table and week.
//!
//! Files are read by several threads, but their facts are let in strictly in the order of
//! the files, and written in rounds that begin after the same row every time: the same inbox
//! gives the same facts. Whoever has to wait, for its turn or for room, writes meanwhile.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use arrow::{array::AsArray, datatypes::TimestampMicrosecondType};
use slotcast_lake::{
    LakeError,
    contract::{TABLES, WEEK_MICROS, week_of},
};

use crate::read_file::FactChunk;

/// A part holds at least so many facts, unless its table has fewer to write.
const PART_ROWS: usize = 100_000;

/// Facts of one chunk that lie in one week.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) chunk: Arc<FactChunk>,
    pub(crate) rows: Vec<u32>,
}

/// Facts of one table in consecutive weeks: what one part is made of.
#[derive(Debug, Default)]
pub(crate) struct Task {
    pub(crate) weeks: Vec<i64>,
    pub(crate) pieces: Vec<Piece>,
}

/// Table (by its place in the contract) and week.
type Key = (usize, i64);

#[derive(Default)]
struct Inner {
    filling: BTreeMap<Key, Vec<Piece>>,
    bytes: usize,
    tasks: Vec<Task>,
    running: usize,
    /// The file whose facts are let in next.
    turn: usize,
    /// Threads that still read.
    readers: usize,
    failed: Option<LakeError>,
    is_stopped: bool,
}

/// Where the facts of a batch are gathered.
pub(crate) struct Weeks<'a> {
    inner: Mutex<Inner>,
    changed: Condvar,
    room: usize,
    write: &'a (dyn Fn(Task) -> Result<(), LakeError> + Sync),
}

/// The batch cannot go on; why is kept with the weeks.
#[derive(Debug)]
pub(crate) struct Stopped;

impl<'a> Weeks<'a> {
    /// Gathers up to `room` bytes before they are written.
    pub(crate) fn new(
        room: usize,
        readers: usize,
        write: &'a (dyn Fn(Task) -> Result<(), LakeError> + Sync),
    ) -> Self {
        Self {
            inner: Mutex::new(Inner { readers, ..Inner::default() }),
            changed: Condvar::new(),
            room,
            write,
        }
    }

    /// Waits until it is the turn of this file.
    pub(crate) fn wait_for_turn(&self, file: usize) -> Result<(), Stopped> {
        self.help_until(|inner| inner.turn == file).map(drop)
    }

    /// The facts of this file are all in, or it has none.
    pub(crate) fn pass_turn(&self, file: usize) {
        let mut inner = self.lock();
        inner.turn = file + 1;
        drop(inner);
        self.changed.notify_all();
    }

    /// Lets facts in. The caller has the turn.
    pub(crate) fn let_in(&self, chunk: FactChunk) -> Result<(), Stopped> {
        let (table, bytes) = (table_of(&chunk), chunk.bytes());
        let split = by_week(chunk);
        let mut inner = self.lock();
        for (week, piece) in split {
            inner.filling.entry((table, week)).or_default().push(piece);
        }
        inner.bytes += bytes;
        let is_full = inner.bytes > self.room;
        drop(inner);
        if is_full { self.next_round() } else { Ok(()) }
    }

    /// Makes tasks of what is gathered. The round before may hold facts of the same weeks: it has to
    /// be written first.
    fn next_round(&self) -> Result<(), Stopped> {
        let mut inner = self.help_until(|inner| inner.tasks.is_empty() && inner.running == 0)?;
        start_round(&mut inner);
        drop(inner);
        self.changed.notify_all();
        Ok(())
    }

    /// A thread has no more files to read: it helps to write what is left.
    pub(crate) fn finish(&self) -> Result<(), Stopped> {
        let mut inner = self.lock();
        inner.readers -= 1;
        let is_last = inner.readers == 0;
        drop(inner);
        if is_last {
            self.next_round()?;
        }
        let is_done = |inner: &Inner| {
            inner.readers == 0 && inner.tasks.is_empty() && inner.running == 0 && inner.filling.is_empty()
        };
        self.help_until(is_done).map(drop)
    }

    /// Stops every thread, after one of them panicked.
    pub(crate) fn stop(&self) {
        self.lock().is_stopped = true;
        self.changed.notify_all();
    }

    /// Why the batch stopped.
    pub(crate) fn into_error(self) -> Option<LakeError> {
        self.inner.into_inner().unwrap_or_else(PoisonError::into_inner).failed
    }

    /// Writes parts until the condition holds.
    fn help_until(&self, holds: impl Fn(&Inner) -> bool) -> Result<MutexGuard<'_, Inner>, Stopped> {
        let mut inner = self.lock();
        loop {
            if inner.failed.is_some() || inner.is_stopped {
                return Err(Stopped);
            }
            if holds(&inner) {
                return Ok(inner);
            }
            if let Some(task) = inner.tasks.pop() {
                inner.running += 1;
                drop(inner);
                let written = (self.write)(task);
                inner = self.lock();
                inner.running -= 1;
                if let Err(error) = written {
                    inner.failed.get_or_insert(error);
                }
                self.changed.notify_all();
            } else {
                inner = self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes tasks of everything gathered: weeks beside each other until a part is large enough.
fn start_round(inner: &mut Inner) {
    let mut open: Option<(usize, Task, usize)> = None;
    for ((table, week), pieces) in std::mem::take(&mut inner.filling) {
        let (own, mut task, rows) = open.take().unwrap_or((table, Task::default(), 0));
        let mut rows = rows;
        if own != table || rows >= PART_ROWS {
            inner.tasks.push(std::mem::take(&mut task));
            rows = 0;
        }
        task.weeks.push(week);
        rows += pieces.iter().map(|piece| piece.rows.len()).sum::<usize>();
        task.pieces.extend(pieces);
        open = Some((table, task, rows));
    }
    inner.tasks.extend(open.map(|(_, task, _)| task));
    // Tasks are taken from the end.
    inner.tasks.reverse();
    inner.bytes = 0;
}

fn table_of(chunk: &FactChunk) -> usize {
    TABLES.iter().position(|table| table.name == chunk.table.name).unwrap_or_default()
}

/// The place of a column in a piece.
pub(crate) fn place_of(piece: &Piece, name: &str) -> Option<usize> {
    piece.chunk.fields.iter().position(|field| field.name() == name)
}

/// The moments of a chunk's rows; the column is never null where a row is a fact.
pub(crate) fn times(chunk: &FactChunk) -> &[i64] {
    let time = chunk.table.time();
    let place = chunk.fields.iter().position(|field| field.name() == time);
    let column = &chunk.columns[place.expect("every table has its time")];
    column.as_primitive::<TimestampMicrosecondType>().values()
}

fn by_week(mut chunk: FactChunk) -> Vec<(i64, Piece)> {
    let rows = std::mem::take(&mut chunk.rows);
    let moments = times(&chunk);
    let mut weeks: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    let mut last: Option<(Range<i64>, i64)> = None;
    let mut pending: Vec<u32> = Vec::new();
    for row in rows {
        let at = moments[row as usize];
        match &last {
            Some((span, _)) if span.contains(&at) => {}
            _ => {
                if let Some((_, week)) = &last {
                    weeks.entry(*week).or_default().append(&mut pending);
                }
                let week = week_of(at);
                last = Some((week * WEEK_MICROS..(week + 1) * WEEK_MICROS, week));
            }
        }
        pending.push(row);
    }
    if let Some((_, week)) = last {
        weeks.entry(week).or_default().append(&mut pending);
    }
    let chunk = Arc::new(chunk);
    let piece = |(week, rows)| (week, Piece { chunk: Arc::clone(&chunk), rows });
    weeks.into_iter().map(piece).collect()
}
