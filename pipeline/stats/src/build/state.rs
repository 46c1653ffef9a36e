//! What an earlier build left: for each cell what it was built from and what came out.
//!
//! A cell is what is built at once and found again: the campaigns of a slot, the days from one
//! opening to the next, the offers of a slot at one distance. It is built anew where its
//! inputs are others than they were, or where `as_of` has left the stretch for which it holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow::{
    array::{AsArray, RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema},
    row::{RowConverter, SortField},
};
use serde::{Deserialize, Serialize};
use slotcast_lake::Snapshot;
use xxhash_rust::xxh3::xxh3_128;

use crate::{error::StatsError, registry::Step};

/// The name of a cell within its step: a slot date, and for features a distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Cell {
    /// Days from the epoch.
    pub(crate) slot: i32,
    /// Days before the opening; 0 where that plays no part.
    pub(crate) distance: u32,
}

impl Cell {
    pub(crate) fn of_slot(slot: i32) -> Self {
        Self { slot, distance: 0 }
    }

    /// Cells of one group are kept in one file: few files, and little to copy where one cell changes.
    pub(crate) fn group(self, step: Step) -> (u32, i32) {
        let days = if step == Step::Features { 182 } else { 28 };
        (self.distance, self.slot.div_euclid(days))
    }
}

/// What a cell was built from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inputs {
    /// Text of the relations, calendar, settings.
    pub(crate) recipe: String,
    /// Terms of the campaigns.
    pub(crate) terms: String,
    /// Files of facts, or what came out of other cells.
    pub(crate) facts: String,
}

/// What came out of a relation for a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Output {
    /// Tells its rows from others.
    pub(crate) stamp: String,
    pub(crate) rows: u64,
    /// The file that holds them; none where there are none.
    pub(crate) file: Option<String>,
}

/// A cell that was built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) inputs: Inputs,
    /// The stretch of as_of for which it holds, in microseconds.
    pub(crate) from: i64,
    pub(crate) until: i64,
    /// When the first of its facts was known.
    pub(crate) known_from: i64,
    /// First and last day of what came out, where rows lie outside their cell's own days.
    pub(crate) days: Option<(i32, i32)>,
    pub(crate) outputs: BTreeMap<String, Output>,
}

impl Held {
    /// A cell that holds for every moment, as long as its inputs do.
    pub(crate) fn always(inputs: Inputs) -> Self {
        let (from, until, known_from) = (i64::MIN, i64::MAX, i64::MAX);
        Self { inputs, from, until, known_from, days: None, outputs: BTreeMap::new() }
    }
}

/// What is known of a file of facts without opening it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownPart {
    pub(crate) rows: u64,
    /// When the first of its rows was known.
    pub(crate) known_from: i64,
    pub(crate) week: i64,
    /// The campaigns of its rows, and how many each has.
    pub(crate) campaigns: BTreeMap<String, u64>,
}

/// Everything that an earlier build left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) cells: BTreeMap<(Step, Cell), Held>,
    /// By table and file.
    pub(crate) parts: BTreeMap<(String, String), KnownPart>,
}

/// The two relations in which the state is kept.
pub(crate) const CELLS: &str = "build_cells";
pub(crate) const PARTS: &str = "build_parts";

impl State {
    /// Reads what a build left; an empty state where one of the tables is missing or of another shape.
    pub(crate) fn read(cells: Option<&Snapshot>, parts: Option<&Snapshot>) -> Result<Self, StatsError> {
        let (Some(cells), Some(parts)) = (cells, parts) else { return Ok(Self::default()) };
        let mut state = Self::default();
        for [step, key, held] in rows(cells)? {
            let (Some(step), Ok(cell), Ok(held)) =
                (Step::named(&step), serde_json::from_str(&key), serde_json::from_str(&held))
            else {
                return Ok(Self::default());
            };
            state.cells.insert((step, cell), held);
        }
        for [table, part, known] in rows(parts)? {
            let Ok(known) = serde_json::from_str(&known) else { return Ok(Self::default()) };
            state.parts.insert((table, part), known);
        }
        Ok(state)
    }

    /// The two relations.
    pub(crate) fn tables(&self) -> Result<[(&'static str, RecordBatch); 2], StatsError> {
        let cells =
            self.cells.iter().map(|((step, cell), held)| [step.as_str().to_owned(), json(cell), json(held)]);
        let parts =
            self.parts.iter().map(|((table, part), known)| [table.clone(), part.clone(), json(known)]);
        Ok([
            (CELLS, table(["step", "cell", "built"], cells)?),
            (PARTS, table(["table_name", "part", "found"], parts)?),
        ])
    }

    /// The cells of a step.
    pub(crate) fn of(&self, step: Step) -> impl Iterator<Item = (Cell, &Held)> {
        self.cells.iter().filter(move |((own, _), _)| *own == step).map(|((_, cell), held)| (*cell, held))
    }

    /// The files that hold a relation, each once.
    pub(crate) fn files(&self, step: Step, relation: &str) -> BTreeSet<String> {
        self.of(step).filter_map(|(_, held)| held.outputs.get(relation)?.file.clone()).collect()
    }

    /// What stands for all rows of a relation.
    pub(crate) fn stamp(&self, step: Step, relation: &str) -> String {
        let stamps = self.of(step).filter_map(|(cell, held)| {
            let output = held.outputs.get(relation)?;
            (output.rows > 0).then(|| format!("{cell:?} {}", output.stamp))
        });
        stamp(stamps)
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("names and numbers are plain data")
}

/// A short text that stands for these texts.
pub(crate) fn stamp(texts: impl IntoIterator<Item = String>) -> String {
    let mut all = String::new();
    for text in texts {
        all.push_str(&text);
        all.push('\n');
    }
    format!("{:032x}", xxh3_128(all.as_bytes()))
}

/// What stands for each row of a batch.
pub(crate) fn row_stamps(batch: &RecordBatch) -> Result<Vec<u128>, StatsError> {
    let fields =
        batch.schema().fields().iter().map(|field| SortField::new(field.data_type().clone())).collect();
    let rows = RowConverter::new(fields)?.convert_columns(batch.columns())?;
    Ok(rows.iter().map(|row| xxh3_128(row.as_ref())).collect())
}

/// What stands for the rows of some batches, in whatever order they come.
pub(crate) fn stamp_of_rows<'a>(
    batches: impl IntoIterator<Item = &'a RecordBatch>,
) -> Result<String, StatsError> {
    let mut sum: u128 = 0;
    for batch in batches.into_iter().filter(|batch| batch.num_rows() > 0) {
        sum = row_stamps(batch)?.into_iter().fold(sum, u128::wrapping_add);
    }
    Ok(format!("{sum:032x}"))
}

fn rows(snapshot: &Snapshot) -> Result<Vec<[String; 3]>, StatsError> {
    let mut found = Vec::new();
    for batch in snapshot.read()? {
        let columns = batch.columns();
        // The first column is the run's id.
        let Some([a, b, c]) =
            columns.last_chunk::<3>().map(|own| own.each_ref().map(|c| c.as_string_opt::<i32>()))
        else {
            return Ok(Vec::new());
        };
        let (Some(a), Some(b), Some(c)) = (a, b, c) else { return Ok(Vec::new()) };
        found.extend((0..batch.num_rows()).map(|row| [a, b, c].map(|column| column.value(row).to_owned())));
    }
    Ok(found)
}

fn table(names: [&str; 3], rows: impl Iterator<Item = [String; 3]>) -> Result<RecordBatch, StatsError> {
    let rows: Vec<[String; 3]> = rows.collect();
    let schema = Schema::new(names.map(|name| Field::new(name, DataType::Utf8, true)).to_vec());
    let column = |index: usize| {
        let values = rows.iter().map(|row| Some(row[index].as_str()));
        Arc::new(values.collect::<StringArray>()) as arrow::array::ArrayRef
    };
    Ok(RecordBatch::try_new(Arc::new(schema), (0..3).map(column).collect())?)
}
