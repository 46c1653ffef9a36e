//! Where kept rows are put and found: files of the lake, one a group of cells.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex},
};

use arrow::{
    array::{AsArray, BooleanArray, RecordBatch, new_null_array},
    compute::{cast, filter_record_batch},
    datatypes::{DataType, Date32Type, Int64Type, Schema, SchemaRef},
};
use datafusion::catalog::TableProvider;
use slotcast_lake::{Lake, Part, TableId, read_parts, text_columns, with_run_id};

use super::{
    dimensions::{Dimensions, named},
    state::{Cell, Output, stamp_of_rows},
};
use crate::{
    error::StatsError,
    registry::{Relation, Step},
    session::{Rows, listing_of},
};

/// The files of this build, and those of the builds before it.
pub struct Shelf {
    lake: Lake,
    run_id: String,
    attempt: i64,
    written: Mutex<BTreeMap<String, (SchemaRef, Vec<Part>)>>,
}

impl Shelf {
    /// The shelf of a run, begun for the so manieth time.
    pub fn new(lake: &Lake, run_id: &str, attempt: i64) -> Self {
        Self { lake: lake.clone(), run_id: run_id.to_owned(), attempt, written: Mutex::default() }
    }

    fn path(&self, relation: &str, file: &str) -> PathBuf {
        self.lake.layout().table(&TableId::relation(relation)).join(file)
    }

    /// Writes rows as a file of a relation; none where there are none.
    pub(crate) fn write(
        &self,
        relation: &str,
        name: &str,
        rows: &Rows,
    ) -> Result<Option<String>, StatsError> {
        let batches = rows.batches.iter().filter(|batch| batch.num_rows() > 0);
        let batches = batches.map(|batch| self.with_run_id(batch)).collect::<Result<Vec<_>, _>>()?;
        let schema = match batches.first() {
            Some(batch) => batch.schema(),
            None => self.with_run_id(&RecordBatch::new_empty(Arc::clone(&rows.schema)))?.schema(),
        };
        let file = format!("{}-{:02}-{name}.parquet", self.run_id, self.attempt);
        let mut parts = Vec::new();
        if !batches.is_empty() {
            parts.push(self.lake.write_part(&TableId::relation(relation), &file, &batches)?);
        }
        let mut written = self.written.lock().expect("no writer panicked");
        let held = written.entry(relation.to_owned()).or_insert_with(|| (Arc::clone(&schema), Vec::new()));
        held.0 = both(&held.0, &schema);
        held.1.extend(parts);
        Ok((!batches.is_empty()).then_some(file))
    }

    /// Rows that came from an earlier run keep its id.
    fn with_run_id(&self, batch: &RecordBatch) -> Result<RecordBatch, StatsError> {
        let batch = text_columns(batch)?;
        let is_told = batch.schema().index_of("run_id").is_ok();
        Ok(if is_told { batch } else { with_run_id(&batch, &self.run_id)? })
    }

    /// Throws away what this build wrote.
    pub(crate) fn discard(self) -> Result<(), StatsError> {
        let lake = self.lake.clone();
        for (relation, (_, parts)) in self.into_written() {
            lake.discard(&TableId::relation(&relation), &parts)?;
        }
        Ok(())
    }

    /// What this build wrote.
    pub(crate) fn into_written(self) -> BTreeMap<String, (SchemaRef, Vec<Part>)> {
        self.written.into_inner().expect("no writer panicked")
    }

    /// A table over these files of a relation, without the ids of runs.
    pub(crate) fn table(
        &self,
        relation: &str,
        files: &BTreeSet<String>,
        schema: &SchemaRef,
    ) -> Result<Arc<dyn TableProvider>, StatsError> {
        let paths: Vec<_> = files.iter().map(|file| self.path(relation, file)).collect();
        Ok(listing_of(&paths, schema)?)
    }

    /// The rows of a file that belong to these cells, run ids and all.
    fn rows_of(
        &self,
        relation: &Relation,
        file: &str,
        cells: &BTreeSet<Cell>,
        dimensions: &Dimensions,
    ) -> Result<Vec<(Cell, RecordBatch)>, StatsError> {
        let mut found = Vec::new();
        for batch in read_parts(&[self.path(relation.name, file)])? {
            let all = split(relation, &batch, dimensions)?;
            found.extend(all.into_iter().filter(|(cell, _)| cells.contains(cell)));
        }
        Ok(found)
    }

    /// Writes the groups of some cells anew: the rows that were built, and those of other cells of
    /// their groups as they were. Gives what came out for every cell whose file changed.
    pub(crate) fn keep(
        &self,
        relation: &Relation,
        built: &BTreeSet<Cell>,
        rows: &Rows,
        held: &BTreeMap<Cell, Output>,
        dimensions: &Dimensions,
        stamps: Option<&dyn Fn(Cell) -> String>,
    ) -> Result<BTreeMap<Cell, Output>, StatsError> {
        let mut by_cell: BTreeMap<Cell, Vec<RecordBatch>> = BTreeMap::new();
        for batch in &rows.batches {
            for (cell, own) in split(relation, batch, dimensions)? {
                if !built.contains(&cell) {
                    return Err(StatsError::Internal(format!(
                        "relation `{}` gave a row of cell {cell:?}, which was not built",
                        relation.name
                    )));
                }
                by_cell.entry(cell).or_default().push(own);
            }
        }
        let mut outputs = BTreeMap::new();
        let groups: BTreeSet<(u32, i32)> = built.iter().map(|cell| cell.group(relation.step)).collect();
        for group in groups {
            let mut batches: BTreeMap<Cell, Vec<RecordBatch>> = BTreeMap::new();
            let others =
                held.iter().filter(|(cell, _)| cell.group(relation.step) == group && !built.contains(cell));
            let others: BTreeMap<Cell, &Output> = others.map(|(cell, output)| (*cell, output)).collect();
            let files: BTreeSet<&String> =
                others.values().filter_map(|output| output.file.as_ref()).collect();
            for file in files {
                let of_file = others.iter().filter(|(_, output)| output.file.as_ref() == Some(file));
                let cells: BTreeSet<Cell> = of_file.map(|(cell, _)| *cell).collect();
                for (cell, rows) in self.rows_of(relation, file, &cells, dimensions)? {
                    batches.entry(cell).or_default().push(rows);
                }
            }
            for cell in built.iter().filter(|cell| cell.group(relation.step) == group) {
                let own = by_cell.remove(cell).unwrap_or_default();
                let stamp = match stamps {
                    Some(stamps) => stamps(*cell),
                    None => stamp_of_rows(&own)?,
                };
                let rows = own.iter().map(|batch| batch.num_rows() as u64).sum();
                outputs.insert(*cell, Output { stamp, rows, file: None });
                batches.insert(*cell, own);
            }
            let schema = Arc::clone(&rows.schema);
            let all = Rows { schema, batches: batches.into_values().flatten().collect() };
            let file =
                self.write(relation.name, &format!("{}-{}", group.1, group.0), &self.of_one_schema(all)?)?;
            outputs.extend(others.into_iter().map(|(cell, output)| (cell, output.clone())));
            for (_, output) in outputs.iter_mut().filter(|(cell, _)| cell.group(relation.step) == group) {
                output.file = file.clone().filter(|_| output.rows > 0);
            }
        }
        Ok(outputs)
    }

    /// Rows of different builds may differ in the attributes that they know.
    fn of_one_schema(&self, rows: Rows) -> Result<Rows, StatsError> {
        let mut batches = Vec::new();
        for batch in rows.batches.iter().filter(|batch| batch.num_rows() > 0) {
            batches.push(self.with_run_id(batch)?);
        }
        let Some(first) = batches.first() else { return Ok(Rows { batches, ..rows }) };
        let schema = batches.iter().fold(first.schema(), |schema, batch| both(&schema, &batch.schema()));
        let batches = batches.iter().map(|batch| fitted(batch, &schema)).collect::<Result<Vec<_>, _>>()?;
        Ok(Rows { schema, batches })
    }
}

/// The columns of both, in the order of the first.
fn both(first: &SchemaRef, second: &SchemaRef) -> SchemaRef {
    let mut fields = first.fields().iter().cloned().collect::<Vec<_>>();
    fields.extend(second.fields().iter().filter(|field| first.index_of(field.name()).is_err()).cloned());
    Arc::new(Schema::new(fields))
}

/// A batch with these columns; those that it lacks are null.
fn fitted(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, StatsError> {
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        Some(column) => Ok(cast(column, field.data_type())?),
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
    });
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<_, StatsError>>()?)?)
}

/// The rows of each cell, in the order in which they come.
pub(crate) fn split(
    relation: &Relation,
    batch: &RecordBatch,
    dimensions: &Dimensions,
) -> Result<Vec<(Cell, RecordBatch)>, StatsError> {
    let days = |name: &str| Ok::<_, StatsError>(named(batch, name)?.as_primitive::<Date32Type>().clone());
    let cells: Vec<Cell> = match relation.step {
        Step::Signals | Step::Views | Step::Conversion => {
            let days = days("day")?;
            let mut last = (i32::MIN, Cell::of_slot(0));
            let mut cell = |day: i32| {
                if day != last.0 {
                    last = (day, Cell::of_slot(dimensions.slot_of_day(day)));
                }
                last.1
            };
            days.values().iter().map(|day| cell(*day)).collect()
        }
        Step::Features => {
            let distances = cast(named(batch, "days_before")?, &DataType::Int64)?;
            let distances = distances.as_primitive::<Int64Type>().values();
            let cell = |(slot, distance): (&i32, &i64)| Cell { slot: *slot, distance: *distance as u32 };
            days("slot_date")?.values().iter().zip(distances).map(cell).collect()
        }
        _ => days("slot_date")?.values().iter().map(|day| Cell::of_slot(*day)).collect(),
    };
    let Some(first) = cells.first() else { return Ok(Vec::new()) };
    if cells.iter().all(|cell| cell == first) {
        return Ok(vec![(*first, batch.clone())]);
    }
    let found: BTreeSet<Cell> = cells.iter().copied().collect();
    let own = |cell: Cell| {
        let mask: BooleanArray = cells.iter().map(|other| Some(*other == cell)).collect();
        Ok((cell, filter_record_batch(batch, &mask)?))
    };
    found.into_iter().map(own).collect()
}
