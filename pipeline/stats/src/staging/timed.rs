//! Page views and social signals of some weeks: facts of products, placed in time.
//!
//! They come in great numbers and are asked by the day, so staging already sums those that
//! nothing tells apart any more: of one product and word, seen, known and superseded alike.

use std::{ops::Range, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, Date32Array, Int64Array, RecordBatch, StringViewArray},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use hashbrown::HashMap;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::{
    Horizon, MarketDays, Staged, Wanted, Words, column, instants, read_part,
    reading::{Ordering, counts},
    versions::{Ends, Place, Versions, runs_of},
};
use crate::error::StatsError;

/// A table of facts that belong to a product and a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timed {
    Views,
    Signals,
}

impl Timed {
    fn time(self) -> &'static str {
        match self {
            Self::Views => "hour",
            Self::Signals => "occurred_at",
        }
    }

    /// The other words of a row: what it is counted by, and what only belongs to its key.
    fn words(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Views => ("channel", None),
            Self::Signals => ("kind", Some("channel")),
        }
    }

    fn measures(self) -> &'static [&'static str] {
        match self {
            Self::Views => &["views", "visitors"],
            Self::Signals => &["count"],
        }
    }

    fn id(self) -> Option<&'static str> {
        match self {
            Self::Views => None,
            Self::Signals => Some("signal_id"),
        }
    }

    fn read(self) -> Vec<&'static str> {
        let (counted, other) = self.words();
        let mut names = vec!["product_id", self.time(), counted, "recorded_at", "known_at", "origin", "line"];
        names.extend(other);
        names.extend(self.id());
        names.extend(self.measures());
        names
    }

    fn schema(self) -> SchemaRef {
        let field = |name: &str, kind: DataType| Field::new(name, kind, true);
        let mut fields = vec![
            field("product_number", DataType::Int64),
            field(&format!("{}_number", self.words().0), DataType::Int64),
            field("day", DataType::Date32),
            field("seen_on", DataType::Date32),
            field("known_on", DataType::Date32),
            field("superseded_on", DataType::Date32),
        ];
        fields.extend(self.measures().iter().map(|name| field(name, DataType::Int64)));
        Arc::new(Schema::new(fields))
    }
}

/// Stages the facts that happened within one of these spans, in microseconds, which are in order.
pub(crate) fn stage_timed(
    table: Timed,
    wanted: &Wanted<'_>,
    spans: &[Range<i64>],
    words: &mut Words,
) -> Result<Staged, StatsError> {
    let mut batches: Vec<RecordBatch> = Vec::new();
    for part in wanted.parts {
        read_part(part, &table.read(), |batch| {
            batches.push(batch);
            Ok(())
        })?;
    }
    let rows = batches.iter().map(|batch| Rows::of(table, batch, words)).collect::<Result<Vec<_>, _>>()?;
    let mut horizon = Horizon::default();
    let span_of = |occurred: i64| spans.partition_point(|span| span.end <= occurred);
    let mut is_wanted = |rows: &Rows<'_>, row: usize| {
        let (occurred, known) = (rows.times[row], rows.known[row]);
        spans.get(span_of(occurred)).is_some_and(|span| span.contains(&occurred)) && {
            horizon.known_from = horizon.known_from.min(known);
            horizon.meet(known.max(occurred + 1), wanted.as_of)
        }
    };
    let mut sums = Sums::new(wanted.days);
    let (mut versions, mut places) = (Versions::default(), Vec::new());
    for (product, runs) in runs_of(rows.iter().map(|own| own.products.as_slice())) {
        places.clear();
        for (batch, range) in runs {
            let own = &rows[batch];
            for row in range.filter(|row| is_wanted(own, *row)) {
                let place = Place { batch: batch as u32, row: row as u32 };
                // Of another span it is another fact, whether or not both are staged at once.
                versions.meet(place, own.hash(row), |first| {
                    let (held, first) = (&rows[first.batch as usize], first.row as usize);
                    span_of(own.times[row]) == span_of(held.times[first]) && own.is_same(row, held, first)
                });
                places.push(place);
            }
        }
        let ends =
            versions.superseded(|place| rows[place.batch as usize].ordering.of_row(place.row as usize));
        sums.add(product, &places, &rows, &ends);
    }
    let batch = sums.batch(table)?;
    Ok(Staged { schema: table.schema(), batches: vec![batch], horizon })
}

/// What the rows of a batch say.
struct Rows<'a> {
    ids: Option<&'a StringViewArray>,
    products: Vec<i64>,
    counted: Vec<i64>,
    others: Vec<i64>,
    times: &'a [i64],
    known: &'a [i64],
    measures: Vec<&'a Int64Array>,
    ordering: Ordering<'a>,
}

impl<'a> Rows<'a> {
    fn of(table: Timed, batch: &'a RecordBatch, words: &mut Words) -> Result<Self, StatsError> {
        let rows = 0..batch.num_rows();
        let mut numbers = |name: &str| {
            let found = words.number_all(column(batch, name)?)?;
            Ok::<Vec<i64>, StatsError>(rows.clone().map(|row| found.get(row).unwrap_or(-1)).collect())
        };
        let (counted, other) = table.words();
        let ids = table.id().map(|name| column(batch, name)).transpose()?.map(|ids| ids.as_string_view());
        Ok(Self {
            ids: ids.filter(|ids| ids.null_count() < ids.len()),
            products: numbers("product_id")?,
            counted: numbers(counted)?,
            others: other.map(numbers).transpose()?.unwrap_or_default(),
            times: instants(batch, table.time())?.values(),
            known: instants(batch, "known_at")?.values(),
            measures: table.measures().iter().map(|name| counts(batch, name)).collect::<Result<_, _>>()?,
            ordering: Ordering::of(batch)?,
        })
    }

    fn id(&self, row: usize) -> Option<&str> {
        self.ids.filter(|ids| ids.is_valid(row)).map(|ids| ids.value(row))
    }

    /// What tells it from other rows of its product without an id.
    fn key(&self, row: usize) -> (i64, i64, i64) {
        (self.times[row], self.counted[row], self.others.get(row).copied().unwrap_or(0))
    }

    fn hash(&self, row: usize) -> u64 {
        match self.id(row) {
            Some(id) => xxh3_64(id.as_bytes()),
            None => {
                let (time, counted, other) = self.key(row);
                xxh3_64_with_seed(&time.to_le_bytes(), ((counted as u64) << 32) ^ other as u64)
            }
        }
    }

    fn is_same(&self, row: usize, other: &Rows<'_>, other_row: usize) -> bool {
        match (self.id(row), other.id(other_row)) {
            (None, None) => self.key(row) == other.key(other_row),
            (own, other) => own == other,
        }
    }
}

/// What nothing tells apart: word, day, the days on which it was seen, known, superseded.
type Alike = (i64, i32, i32, i32, Option<i32>);

/// Sums of facts, column by column.
struct Sums<'a> {
    days: &'a MarketDays,
    products: Vec<i64>,
    alike: Vec<Alike>,
    measures: [Vec<i64>; 2],
    of_product: HashMap<Alike, usize>,
}

impl<'a> Sums<'a> {
    fn new(days: &'a MarketDays) -> Self {
        Self {
            days,
            products: Vec::new(),
            alike: Vec::new(),
            measures: [Vec::new(), Vec::new()],
            of_product: HashMap::new(),
        }
    }

    fn add(&mut self, product: i64, places: &[Place], rows: &[Rows<'_>], ends: &Ends) {
        self.of_product.clear();
        let mut last: Option<(Alike, usize)> = None;
        for place in places {
            let (own, row) = (&rows[place.batch as usize], place.row as usize);
            let (time, known) = (own.times[row], own.known[row]);
            let end = ends.get(place).copied();
            // A version that arrived after the one that goes before it never held.
            if end.is_some_and(|end| end <= known) {
                continue;
            }
            let days = self.days;
            let superseded_on = end.map(|end| days.known_on(end));
            let alike =
                (own.counted[row], days.day(time), days.seen_on(time), days.known_on(known), superseded_on);
            let index = match last.filter(|(held, _)| *held == alike) {
                Some((_, index)) => index,
                None => *self.of_product.entry(alike).or_insert_with(|| {
                    self.products.push(product);
                    self.alike.push(alike);
                    self.measures.iter_mut().for_each(|sums| sums.push(0));
                    self.products.len() - 1
                }),
            };
            last = Some((alike, index));
            for (sums, values) in self.measures.iter_mut().zip(&own.measures) {
                sums[index] += values.value(row);
            }
        }
    }

    fn batch(self, table: Timed) -> Result<RecordBatch, StatsError> {
        let day = |value: fn(&Alike) -> i32| -> ArrayRef {
            Arc::new(Date32Array::from_iter_values(self.alike.iter().map(value)))
        };
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(self.products)),
            Arc::new(Int64Array::from_iter_values(self.alike.iter().map(|alike| alike.0))),
            day(|alike| alike.1),
            day(|alike| alike.2),
            day(|alike| alike.3),
            Arc::new(self.alike.iter().map(|alike| alike.4).collect::<Date32Array>()),
        ];
        for sums in self.measures.into_iter().take(table.measures().len()) {
            arrays.push(Arc::new(Int64Array::from(sums)));
        }
        Ok(RecordBatch::try_new(table.schema(), arrays)?)
    }
}
