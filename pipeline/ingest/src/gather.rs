//! The rows of a part: sorted by week, entity and time, with their provenance.

use std::sync::Arc;

use arrow::{
    array::{
        Array, ArrayRef, AsArray, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
        TimestampMicrosecondArray, new_null_array,
    },
    compute::interleave,
    datatypes::{DataType, Field, Int32Type, Schema, TimestampMicrosecondType},
};
use hashbrown::HashMap;
use slotcast_lake::{
    LakeError,
    contract::{ATTRIBUTE_PREFIX, ContractTable, PROVENANCE, instant_type, week_of},
};

use crate::{
    flush::Flush,
    read_file::FactChunk,
    sums::Sums,
    weeks::{Piece, place_of, times},
};

/// A row that becomes a fact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) piece: u32,
    pub(crate) row: u32,
}

impl Taken {
    fn at(&self) -> (u32, u32) {
        (self.piece, self.row)
    }
}

/// The facts of a part as one batch.
pub(crate) fn gather(
    table: &'static ContractTable,
    pieces: &[Piece],
    taken: Vec<Taken>,
    sums: &Sums,
    flush: &Flush<'_>,
) -> Result<RecordBatch, LakeError> {
    let moments: Vec<&[i64]> = pieces.iter().map(|piece| times(&piece.chunk)).collect();
    let taken = sorted(table, pieces, &moments, taken);
    let rows: Vec<(usize, usize)> =
        taken.iter().map(|taken| (taken.piece as usize, taken.row as usize)).collect();
    let Chunks { own: chunks, of_piece } = Chunks::of(pieces);
    let of_chunks: Vec<(usize, usize)> = rows.iter().map(|(piece, row)| (of_piece[*piece], *row)).collect();
    let attributes = attributes(pieces);
    let own = table.columns.iter().map(|column| Field::new(column.name, column.kind.arrow(), true));
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for field in own.chain(attributes) {
        let column = match field.name().as_str() {
            "count" | "recorded_at" if sums.has_any() => summed(&field, pieces, &taken, sums),
            _ => column(&field, &chunks, &of_chunks)?,
        };
        fields.push(Field::new(field.name(), column.data_type().clone(), true));
        columns.push(column);
    }
    let known = known_at(pieces, &moments, &taken, sums, flush);
    columns.push(Arc::new(TimestampMicrosecondArray::from(known).with_timezone("UTC")));
    let origin = |(piece, _): &(usize, usize)| flush.first_origin + pieces[*piece].chunk.file as i64;
    columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(origin))));
    let line = |(piece, row): &(usize, usize)| pieces[*piece].chunk.lines[*row];
    columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(line))));
    for (name, column) in PROVENANCE.iter().zip(&columns[columns.len() - PROVENANCE.len()..]) {
        fields.push(Field::new(*name, column.data_type().clone(), true));
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

/// By week, entity, time, and last by the order in which the rows came.
///
/// Rows mostly come in the order of time, so they are dealt out to their weeks and entities in the
/// order in which they came, and only what is not in order after that is sorted.
fn sorted(
    table: &'static ContractTable,
    pieces: &[Piece],
    moments: &[&[i64]],
    taken: Vec<Taken>,
) -> Vec<Taken> {
    let ranks = Ranks::of(table.entity(), pieces);
    let at = |one: &Taken| moments[one.piece as usize][one.row as usize];
    let (first, last) = taken
        .iter()
        .map(|one| week_of(at(one)))
        .fold((i64::MAX, i64::MIN), |(a, b), week| (a.min(week), b.max(week)));
    let heap = |one: &Taken| {
        (week_of(at(one)) - first) as usize * ranks.count
            + ranks.get(one.piece as usize, one.row as usize) as usize
    };
    // Weeks that lie far apart would make more heaps than rows.
    let heaps = ((last - first + 1) as usize).saturating_mul(ranks.count);
    if heaps > 4 * taken.len() + 1024 {
        let mut taken = taken;
        taken.sort_by_cached_key(|one| (heap(one), at(one)));
        return taken;
    }
    let mut ends = vec![0_usize; heaps + 1];
    let places: Vec<usize> = taken.iter().map(heap).collect();
    places.iter().for_each(|place| ends[place + 1] += 1);
    for place in 0..heaps {
        ends[place + 1] += ends[place];
    }
    let mut next = ends.clone();
    let mut dealt = taken.clone();
    for (one, place) in taken.iter().zip(places) {
        dealt[next[place]] = *one;
        next[place] += 1;
    }
    for place in 0..heaps {
        let own = &mut dealt[ends[place]..ends[place + 1]];
        if !own.is_sorted_by_key(at) {
            own.sort_by_key(at);
        }
    }
    dealt
}

/// The chunks of the pieces, each once, and which of them each piece is of.
struct Chunks<'a> {
    own: Vec<&'a Arc<FactChunk>>,
    of_piece: Vec<usize>,
}

impl<'a> Chunks<'a> {
    fn of(pieces: &'a [Piece]) -> Self {
        let mut places: HashMap<*const FactChunk, usize> = HashMap::new();
        let mut own = Vec::new();
        let place = |piece: &'a Piece| {
            *places.entry(Arc::as_ptr(&piece.chunk)).or_insert_with(|| {
                own.push(&piece.chunk);
                own.len() - 1
            })
        };
        let of_piece = pieces.iter().map(place).collect();
        Self { own, of_piece }
    }
}

/// The place of each row's entity among all entities of the pieces, in the order of their names.
struct Ranks<'a> {
    /// How many entities there are.
    count: usize,
    of_piece: Vec<usize>,
    by_chunk: Vec<(Option<&'a Int32Array>, Vec<u32>)>,
}

impl<'a> Ranks<'a> {
    fn of(entity: &str, pieces: &'a [Piece]) -> Self {
        let Chunks { own, of_piece } = Chunks::of(pieces);
        let columns: Vec<&ArrayRef> = own
            .iter()
            .map(|chunk| {
                let place = chunk.fields.iter().position(|field| field.name() == entity);
                &chunk.columns[place.unwrap_or_default()]
            })
            .collect();
        let mut names: Vec<&str> = columns.iter().flat_map(|column| words(column)).collect();
        names.sort_unstable();
        names.dedup();
        let count = names.len();
        let places: HashMap<&str, u32> =
            names.into_iter().enumerate().map(|(place, name)| (name, place as u32)).collect();
        let by_chunk = columns.iter().map(|column| {
            let codes = column.as_dictionary_opt::<Int32Type>().map(DictionaryArray::keys);
            (codes, words(column).map(|word| places.get(word).copied().unwrap_or_default()).collect())
        });
        Self { count, of_piece, by_chunk: by_chunk.collect() }
    }

    fn get(&self, piece: usize, row: usize) -> u32 {
        match &self.by_chunk[self.of_piece[piece]] {
            (Some(codes), ranks) => ranks[codes.value(row) as usize],
            (None, ranks) => ranks[row],
        }
    }
}

/// The words of a column in codes, or all its texts.
fn words(column: &ArrayRef) -> impl Iterator<Item = &str> {
    let texts: &StringArray = match column.as_any_dictionary_opt() {
        Some(coded) => coded.values().as_string(),
        None => column.as_string(),
    };
    (0..texts.len()).map(|row| texts.value(row))
}

fn attributes(pieces: &[Piece]) -> Vec<Field> {
    let mut found: Vec<Field> = Vec::new();
    for field in pieces.iter().flat_map(|piece| &piece.chunk.fields) {
        if field.name().starts_with(ATTRIBUTE_PREFIX) && found.iter().all(|own| own.name() != field.name()) {
            found.push(field.clone());
        }
    }
    found.sort_by(|a, b| a.name().cmp(b.name()));
    found
}

fn column(field: &Field, chunks: &[&Arc<FactChunk>], rows: &[(usize, usize)]) -> Result<ArrayRef, LakeError> {
    let of_chunk =
        |chunk: &&Arc<FactChunk>| match chunk.fields.iter().position(|own| own.name() == field.name()) {
            Some(place) => Arc::clone(&chunk.columns[place]),
            None => new_null_array(field.data_type(), chunk.lines.len()),
        };
    let columns: Vec<ArrayRef> = chunks.iter().map(of_chunk).collect();
    if columns.iter().all(|column| column.null_count() == column.len()) {
        return Ok(new_null_array(field.data_type(), rows.len()));
    }
    if columns.iter().any(|column| matches!(column.data_type(), DataType::Dictionary(..))) {
        return Ok(coded(&columns, rows));
    }
    let columns: Vec<&dyn Array> = columns.iter().map(AsRef::as_ref).collect();
    Ok(interleave(&columns, rows)?)
}

/// Columns in codes, each with its own words, as one column over all their words.
fn coded(columns: &[ArrayRef], rows: &[(usize, usize)]) -> ArrayRef {
    let mut places: HashMap<&str, i32> = HashMap::new();
    let mut all: Vec<&str> = Vec::new();
    let mut place = |word| {
        *places.entry(word).or_insert_with(|| {
            all.push(word);
            (all.len() - 1) as i32
        })
    };
    let known: Vec<Vec<i32>> = columns
        .iter()
        .map(|column| match column.as_any_dictionary_opt() {
            Some(_) => words(column).map(&mut place).collect(),
            None => Vec::new(),
        })
        .collect();
    let codes: Vec<Option<&Int32Array>> = columns
        .iter()
        .map(|column| column.as_dictionary_opt::<Int32Type>().map(DictionaryArray::keys))
        .collect();
    // A column without codes is one that holds nothing.
    let code = |(column, row): &(usize, usize)| {
        let codes = codes[*column].filter(|codes| codes.is_valid(*row))?;
        Some(known[*column][codes.value(*row) as usize])
    };
    let codes: Int32Array = rows.iter().map(code).collect();
    let words = StringArray::from_iter_values(all);
    Arc::new(DictionaryArray::new(codes, Arc::new(words)))
}

/// Counts or times of recording, of which some are sums.
fn summed(field: &Field, pieces: &[Piece], taken: &[Taken], sums: &Sums) -> ArrayRef {
    let own = |taken: &Taken| -> Option<i64> {
        let piece = &pieces[taken.piece as usize];
        let column = &piece.chunk.columns[place_of(piece, field.name())?];
        let (row, is_count) = (taken.row as usize, field.name() == "count");
        match (sums.first(taken.at()), is_count) {
            (Some((sum, _)), true) => Some(sum.count),
            (Some((sum, _)), false) => sum.recorded_at,
            (None, _) if column.is_null(row) => None,
            (None, true) => Some(column.as_primitive::<arrow::datatypes::Int64Type>().value(row)),
            (None, false) => Some(column.as_primitive::<TimestampMicrosecondType>().value(row)),
        }
    };
    let values = taken.iter().map(own);
    if field.data_type() == &instant_type() {
        Arc::new(values.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
    } else {
        Arc::new(values.collect::<Int64Array>())
    }
}

/// When this system could have known a fact: now, or later where the source says so.
/// A load of history takes the source's word for it.
fn known_at(
    pieces: &[Piece],
    moments: &[&[i64]],
    taken: &[Taken],
    sums: &Sums,
    flush: &Flush<'_>,
) -> Vec<i64> {
    let recorded: Vec<Option<&TimestampMicrosecondArray>> = pieces
        .iter()
        .map(|piece| {
            let column = &piece.chunk.columns[place_of(piece, "recorded_at")?];
            (column.null_count() < column.len()).then(|| column.as_primitive())
        })
        .collect();
    let one = |taken: &Taken| {
        let (piece, row) = (taken.piece as usize, taken.row as usize);
        let said = match sums.first(taken.at()) {
            Some((sum, _)) => sum.recorded_at,
            None => recorded[piece].filter(|column| column.is_valid(row)).map(|column| column.value(row)),
        };
        if flush.history {
            said.unwrap_or_else(|| moments[piece][row])
        } else {
            said.map_or(flush.now, |said| said.max(flush.now))
        }
    };
    taken.iter().map(one).collect()
}
