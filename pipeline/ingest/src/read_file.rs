//! One file from its first byte to chunks of typed rows, with its account so far.

use std::{borrow::Cow, ops::Range, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::Field,
};
use polars::prelude::{Column, DataFrame, IntoColumn, StringChunkedBuilder};
use slotcast_core::Tz;
use slotcast_lake::{Pseudonyms, contract::ContractTable};

use crate::{
    checks,
    column::ColumnReader,
    derived::Derived,
    evaluate::{EngineError, Evaluated, evaluate},
    faults::{Fault, Faults},
    plan::{Plan, Target, TargetColumn, cell_name},
    refused::FileRefused,
    rows::{Rows, Step},
    tally::Tally,
};

/// Rows typed at a time.
const CHUNK: usize = 1 << 16;

/// Bytes of rows after which a chunk of fewer rows ends.
const CHUNK_BYTES: usize = 1 << 26;

/// The filter of rows of which no target is wanted.
const NO_TARGET: &str = "no_target";

/// Rows of one table from one chunk of a file.
#[derive(Debug)]
pub(crate) struct FactChunk {
    pub(crate) table: &'static ContractTable,
    pub(crate) fields: Vec<Field>,
    pub(crate) columns: Vec<ArrayRef>,
    /// The rows of the columns that are facts; the others were rejected or filtered.
    pub(crate) rows: Vec<u32>,
    /// The line of each row of the columns.
    pub(crate) lines: Arc<Vec<i64>>,
    /// Which file of the batch they come from.
    pub(crate) file: usize,
    /// The number of the first row in its file, from 0.
    pub(crate) first_row: usize,
    /// Whether a line that repeats another of the file exactly is a fact of its own.
    pub(crate) keeps_repeats: bool,
}

impl FactChunk {
    /// The pseudonym of the customer of a row.
    fn customer(&self, row: usize) -> Option<String> {
        let place = self.fields.iter().position(|field| field.name() == "customer_id")?;
        let customers = self.columns[place].as_string_opt::<i32>()?;
        customers.is_valid(row).then(|| customers.value(row).to_owned())
    }

    /// What it holds in memory.
    pub(crate) fn bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(|column| column.get_array_memory_size()).sum();
        columns + self.lines.len() * 8 + self.rows.len() * 4
    }
}

/// The text of a chunk's rows, to show what was rejected.
#[derive(Default)]
struct Raws {
    bytes: Vec<u8>,
    spans: Vec<Range<usize>>,
}

impl Raws {
    fn push(&mut self, raw: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(raw);
        self.spans.push(start..self.bytes.len());
    }

    fn get(&self, row: usize) -> &[u8] {
        &self.bytes[self.spans[row].clone()]
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.spans.clear();
    }
}

/// Reads a file chunk by chunk.
pub(crate) struct FileReader<'a> {
    name: &'a str,
    number: usize,
    plan: Plan,
    rows: Rows<'a>,
    readers: Vec<Vec<ColumnReader<'a>>>,
    derived: Derived,
    raws: Raws,
    keeps_repeats: bool,
    pub(crate) tally: Tally,
    is_at_end: bool,
}

impl<'a> FileReader<'a> {
    pub(crate) fn new(
        name: &'a str,
        number: usize,
        plan: Plan,
        rows: Rows<'a>,
        zone: Tz,
        pseudonyms: &'a Pseudonyms,
        keeps_repeats: bool,
    ) -> Self {
        let readers = plan.targets.iter().map(|target| {
            let reader = |column| ColumnReader::new(column, default_of(target, column), zone, pseudonyms);
            target.columns.iter().map(reader).collect()
        });
        Self {
            name,
            number,
            readers: readers.collect(),
            derived: plan.derived(zone),
            plan,
            rows,
            raws: Raws::default(),
            keeps_repeats,
            tally: Tally::default(),
            is_at_end: false,
        }
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether the text turned out to be CP949.
    pub(crate) fn is_cp949(&self) -> bool {
        self.rows.is_cp949()
    }

    /// The facts of the next rows, one chunk a target; none at the end of the file.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<Vec<FactChunk>>, FileRefused> {
        if self.is_at_end {
            return Ok(None);
        }
        let first_row = usize::try_from(self.tally.read).unwrap_or(usize::MAX);
        self.raws.clear();
        let mut lines: Vec<i64> = Vec::with_capacity(CHUNK);
        let mut faults: Vec<Faults> = self.plan.targets.iter().map(|_| Faults::default()).collect();
        let needs_polars = self.plan.needs_polars();
        let has_rules = |target: &Target| checks::has_table_rules(target.table.name);
        let may_fail_later = needs_polars || self.plan.targets.iter().any(has_rules);
        let mut texts = if needs_polars { Texts::new(&self.plan) } else { Texts::default() };
        let (mut bad, mut bytes) = (0, 0);
        while lines.len() + bad < CHUNK && bytes < CHUNK_BYTES {
            let step = self.rows.step()?;
            bytes += self.rows.bytes();
            match step {
                Step::End => {
                    self.is_at_end = true;
                    break;
                }
                Step::Bad(reason) => {
                    bad += 1;
                    let at = (self.rows.line(), &*self.rows.raw());
                    self.tally.reject(self.plan.targets[0].table, at, None, reason);
                }
                Step::Row => {
                    let row = lines.len();
                    lines.push(i64::try_from(self.rows.line()).unwrap_or(i64::MAX));
                    let cells = self.rows.row();
                    let mut is_faulty = false;
                    for ((target, readers), faults) in
                        self.plan.targets.iter().zip(&mut self.readers).zip(&mut faults)
                    {
                        for (place, (column, reader)) in target.columns.iter().zip(readers).enumerate() {
                            let cell = match (column.direct, &column.rule) {
                                (Some(direct), _) => cells.cell(direct),
                                (None, Some(_)) => continue,
                                (None, None) => None,
                            };
                            if let Err(reason) = reader.push(cell) {
                                faults.add(row, place, reason);
                                is_faulty = true;
                            }
                        }
                    }
                    // The text of a row is only needed to show what is wrong with it.
                    let raw = if is_faulty || may_fail_later { self.rows.raw() } else { Cow::default() };
                    self.raws.push(&raw);
                    if needs_polars {
                        texts.push(&mut self.derived, &self.rows);
                    }
                }
            }
        }
        self.tally.read += (lines.len() + bad) as u64;
        let engine = |error: EngineError| FileRefused::Engine {
            file: self.name.to_owned(),
            message: error.to_string(),
        };
        let evaluated = if needs_polars && !lines.is_empty() {
            Some(
                texts
                    .frame(lines.len())
                    .map_err(engine)
                    .and_then(|frame| evaluate(&self.plan, frame).map_err(engine))?,
            )
        } else {
            None
        };
        Ok(Some(self.settle(lines, first_row, evaluated.as_ref(), faults)))
    }

    fn settle(
        &mut self,
        lines: Vec<i64>,
        first_row: usize,
        evaluated: Option<&Evaluated>,
        mut faults: Vec<Faults>,
    ) -> Vec<FactChunk> {
        let lines = Arc::new(lines);
        let mut chunks = Vec::with_capacity(self.plan.targets.len());
        let mut forgotten = Vec::new();
        for (number, target) in self.plan.targets.iter().enumerate() {
            let readers = &mut self.readers[number];
            for made in evaluated.into_iter().flat_map(|evaluated| &evaluated.made[number]) {
                for row in 0..lines.len() {
                    let pushed = match made.fault(row) {
                        Some(reason) => {
                            readers[made.column].push_null();
                            Err(reason)
                        }
                        None => readers[made.column].push(made.text(row)),
                    };
                    if let Err(reason) = pushed {
                        faults[number].add(row, made.column, reason);
                    }
                }
            }
            forgotten.extend(readers.iter_mut().flat_map(ColumnReader::take_forgotten));
            let columns: Vec<ArrayRef> = readers.iter_mut().map(ColumnReader::finish).collect();
            let field = |(column, array): (&TargetColumn, &ArrayRef)| {
                Field::new(&column.name, array.data_type().clone(), true)
            };
            let fields: Vec<Field> = target.columns.iter().zip(&columns).map(field).collect();
            checks::table_rules(target.table.name, &fields, &columns, &mut faults[number]);
            chunks.push(FactChunk {
                table: target.table,
                fields,
                columns,
                rows: Vec::with_capacity(lines.len()),
                lines: Arc::clone(&lines),
                file: self.number,
                first_row,
                keeps_repeats: self.keeps_repeats,
            });
        }
        for row in 0..lines.len() {
            let rejected = self.tally.rejects.len();
            self.settle_row(row, &lines, evaluated, &faults, &mut chunks);
            for reject in &mut self.tally.rejects[rejected..] {
                reject.customer = chunks.iter().find_map(|chunk| chunk.customer(row));
                // Who was forgotten is not to come back in the text of a bad row, however it is written.
                if forgotten.contains(&row) {
                    reject.raw.clear();
                }
            }
        }
        chunks.retain(|chunk| !chunk.rows.is_empty());
        chunks
    }

    fn settle_row(
        &mut self,
        row: usize,
        lines: &[i64],
        evaluated: Option<&Evaluated>,
        faults: &[Faults],
        chunks: &mut [FactChunk],
    ) {
        if let Some(filter) =
            evaluated.and_then(|evaluated| evaluated.filters.iter().position(|mask| mask.value(row)))
        {
            self.tally.filter(&self.plan.filters[filter].1);
            return;
        }
        let is_wanted = |number: usize| {
            let mask = evaluated.and_then(|evaluated| evaluated.wanted[number].as_ref());
            mask.is_none_or(|mask| mask.value(row))
        };
        let fault = faults.iter().enumerate().find_map(|(number, faults)| {
            let fault: Fault = faults.first(row).filter(|_| is_wanted(number))?;
            Some((&self.plan.targets[number], fault))
        });
        if let Some((target, fault)) = fault {
            let at = (u64::try_from(lines[row]).unwrap_or_default(), self.raws.get(row));
            let column = target.columns[fault.column].name.as_str();
            self.tally.reject(target.table, at, Some(column), fault.reason);
            return;
        }
        let mut has_any = false;
        for (number, chunk) in chunks.iter_mut().enumerate() {
            if is_wanted(number) {
                has_any = true;
                chunk.rows.push(row as u32);
            }
        }
        if !has_any {
            self.tally.filter(NO_TARGET);
        }
    }
}

/// A snapshot that does not say what it measures is a total.
fn default_of(target: &Target, column: &TargetColumn) -> Option<&'static str> {
    (target.table.name == "order_snapshots" && column.name == "measure").then_some("total")
}

/// The cells that polars has to see, as columns of text.
#[derive(Default)]
struct Texts(Vec<Option<StringChunkedBuilder>>);

impl Texts {
    fn new(plan: &Plan) -> Self {
        let new = |(place, seen): (usize, &bool)| {
            seen.then(|| StringChunkedBuilder::new(cell_name(place).into(), 1024))
        };
        Self(plan.seen_by_polars.iter().enumerate().map(new).collect())
    }

    fn push(&mut self, derived: &mut Derived, rows: &Rows<'_>) {
        for (place, builder) in self.0.iter_mut().enumerate() {
            if let Some(builder) = builder {
                builder.append_option(derived.next(place, |column| rows.cell(column)));
            }
        }
    }

    fn frame(self, rows: usize) -> Result<DataFrame, EngineError> {
        let columns: Vec<Column> =
            self.0.into_iter().flatten().map(|builder| builder.finish().into_column()).collect();
        if columns.is_empty() {
            // Constants need a frame with rows to be constant over.
            let mut only = StringChunkedBuilder::new("rows".into(), rows);
            (0..rows).for_each(|_| only.append_null());
            return Ok(DataFrame::new(rows, vec![only.finish().into_column()])?);
        }
        Ok(DataFrame::new(rows, columns)?)
    }
}
