//! Gathered facts to one part: repeats go, sums are made, and what is left is sorted.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Mutex, PoisonError},
};

use arrow::{
    array::{AsArray, RecordBatch},
    datatypes::TimestampMicrosecondType,
};
use hashbrown::{HashMap, HashTable, hash_table::Entry};
use slotcast_lake::{
    FactWriter, LakeError, Span,
    contract::{ContractTable, week_of},
    read_part,
};

use crate::{
    gather::{Taken, gather},
    row_hash::hash_rows,
    sums::Sums,
    weeks::{Piece, Task, times},
};

/// What every part of a batch is made with.
pub(crate) struct Flush<'a> {
    pub(crate) writer: &'a FactWriter,
    pub(crate) seed: u64,
    pub(crate) now: i64,
    pub(crate) history: bool,
    /// The origin of the batch's first file.
    pub(crate) first_origin: i64,
    /// For each file, the rows that brought something new.
    pub(crate) fresh: &'a [Mutex<Bits>],
}

/// A set of row numbers.
#[derive(Debug, Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn set(&mut self, place: usize) {
        let word = place / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (place % 64);
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// The facts met so far, by hash: each is a place in a list, so that the table itself stays small.
struct Met {
    table: HashTable<u32>,
    /// Hash of a fact, and how often it was met.
    facts: Vec<(u128, u32)>,
}

impl Met {
    fn with_capacity(rows: usize) -> Self {
        Self { table: HashTable::with_capacity(rows), facts: Vec::with_capacity(rows) }
    }

    /// How often a fact was met, to be changed.
    fn count(&mut self, hash: u128) -> &mut u32 {
        let Self { table, facts } = self;
        // The hash is one already: any 64 bits of it will do.
        let entry = table.entry(
            hash as u64,
            |place| facts[*place as usize].0 == hash,
            |place| facts[*place as usize].0 as u64,
        );
        let place = match entry {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => {
                let place = facts.len() as u32;
                facts.push((hash, 0));
                free.insert(place);
                place
            }
        };
        &mut facts[place as usize].1
    }
}

impl Flush<'_> {
    /// Writes the new facts of a task as one part; none if all were known.
    pub(crate) fn write(&self, task: Task) -> Result<(), LakeError> {
        let Some(first) = task.pieces.first() else { return Ok(()) };
        let table = first.chunk.table;
        let span = span_of(table, &task.pieces);
        let mut met = self.held(table, &task, &span)?;
        let sums = Sums::of(table, &task.pieces, self.seed);
        let mut fresh: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut taken: Vec<Taken> = Vec::new();
        // How often a file that keeps its repeats has brought the same fact so far.
        let mut brought: HashMap<(usize, u128), u32> = HashMap::new();
        for (place, piece) in task.pieces.iter().enumerate() {
            let chunk = &piece.chunk;
            let hashes = hash_rows(table, chunk.fields.iter(), &chunk.columns, &piece.rows, &[], self.seed);
            let own = fresh.entry(chunk.file).or_default();
            for (row, hash) in piece.rows.iter().zip(hashes) {
                let at = (place as u32, *row);
                if sums.is_part(at) {
                    continue;
                }
                let hash = sums.first(at).map_or(hash, |(_, hash)| hash);
                // A version that comes again is the same version.
                let number = if chunk.keeps_repeats && table.occurred.is_some() {
                    let number = brought.entry((chunk.file, hash)).or_insert(0);
                    *number += 1;
                    *number
                } else {
                    1
                };
                let count = met.count(hash);
                if *count < number {
                    *count = number;
                    taken.push(Taken { piece: at.0, row: at.1 });
                    own.push(chunk.first_row + *row as usize);
                }
            }
        }
        drop(met);
        sums.add_parts(&task.pieces, &taken, &mut fresh);
        for (file, rows) in fresh {
            let mut bits = self.fresh[file].lock().unwrap_or_else(PoisonError::into_inner);
            rows.into_iter().for_each(|row| bits.set(row));
        }
        if taken.is_empty() {
            return Ok(());
        }
        let batch = gather(table, &task.pieces, taken, &sums, self)?;
        drop(task);
        self.writer.write(table, &batch)
    }

    /// How often the lake, or this batch so far, holds each fact of these weeks.
    fn held(&self, table: &'static ContractTable, task: &Task, span: &Span) -> Result<Met, LakeError> {
        let mut met = Met::with_capacity(task.pieces.iter().map(|piece| piece.rows.len()).sum());
        let weeks: HashSet<i64> = task.weeks.iter().copied().collect();
        for path in self.writer.meeting(table, span) {
            for batch in read_part(&path)? {
                let batch: RecordBatch = batch?;
                let schema = batch.schema();
                let Some(time) = batch.column_by_name(table.time()) else { continue };
                let time = time.as_primitive::<TimestampMicrosecondType>().values();
                let is_near =
                    |at: &i64| (span.first..=span.last).contains(at) && weeks.contains(&week_of(*at));
                let rows: Vec<u32> =
                    (0..time.len() as u32).filter(|row| is_near(&time[*row as usize])).collect();
                let fields = schema.fields().iter().map(AsRef::as_ref);
                for hash in hash_rows(table, fields, batch.columns(), &rows, &[], self.seed) {
                    *met.count(hash) += 1;
                }
            }
        }
        Ok(met)
    }
}

fn span_of(table: &'static ContractTable, pieces: &[Piece]) -> Span {
    let mut span = Span { column: table.time(), first: i64::MAX, last: i64::MIN };
    for piece in pieces {
        let moments = times(&piece.chunk);
        for row in &piece.rows {
            let at = moments[*row as usize];
            (span.first, span.last) = (span.first.min(at), span.last.max(at));
        }
    }
    span
}
