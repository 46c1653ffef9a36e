//! Sums of page views and social signals over rows that are equal in every remaining column.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, Date32Array, Int64Array, RecordBatch},
    datatypes::SchemaRef,
};
use hashbrown::HashMap;

use super::{
    held::{HeldTimes, Interval, RowIndex},
    product_facts::FactColumns,
};
use crate::{calendar::DayIndex, error::StatsError};

/// SumGroup of a product's facts: key of the text, local day, decision days of occurrence, knowledge and supersession.
type SumGroup = (i64, i32, i32, i32, Option<i32>);

/// Sums per product and group, column by column.
pub(super) struct ProductSums<'a> {
    days: &'a DayIndex,
    products: Vec<i64>,
    groups: Vec<SumGroup>,
    measures: [Vec<i64>; 2],
    /// Position of each group of the current product.
    positions: HashMap<SumGroup, usize>,
}

impl<'a> ProductSums<'a> {
    pub(super) fn new(days: &'a DayIndex) -> Self {
        Self {
            days,
            products: Vec::new(),
            groups: Vec::new(),
            measures: [Vec::new(), Vec::new()],
            positions: HashMap::new(),
        }
    }

    /// Adds every row of a product.
    pub(super) fn add(
        &mut self,
        product: i64,
        rows: &[RowIndex],
        facts: &[FactColumns<'_>],
        held: &HeldTimes,
    ) {
        self.positions.clear();
        let mut last: Option<(SumGroup, usize)> = None;
        for index in rows {
            let (own, row) = (&facts[index.batch as usize], index.row as usize);
            let (time, from_known) =
                (own.times[row], [Interval { starts_at: own.known[row], ends_at: None }]);
            let intervals = held.get(index).map_or(&from_known[..], Vec::as_slice);
            // A version that arrived after its successor never held.
            for Interval { starts_at, ends_at } in intervals.iter().filter(|own| !own.is_empty()) {
                let days = self.days;
                let superseded_on = ends_at.map(|end| days.known_on(end));
                let (day, occurred_on) = (days.day(time), days.occurred_on(time));
                let group = (own.texts[row], day, occurred_on, days.known_on(*starts_at), superseded_on);
                let position = match last.filter(|(known, _)| *known == group) {
                    Some((_, position)) => position,
                    None => *self.positions.entry(group).or_insert_with(|| {
                        self.products.push(product);
                        self.groups.push(group);
                        self.measures.iter_mut().for_each(|sums| sums.push(0));
                        self.products.len() - 1
                    }),
                };
                last = Some((group, position));
                // A source may count views without visitors.
                let measures = self.measures.iter_mut().zip(&own.measures);
                for (sums, values) in measures.filter(|(_, values)| values.is_valid(row)) {
                    sums[position] += values.value(row);
                }
            }
        }
    }

    /// The sums as one batch; `schema` has six columns before the measures.
    pub(super) fn batch(self, schema: SchemaRef) -> Result<RecordBatch, StatsError> {
        let day = |value: fn(&SumGroup) -> i32| -> ArrayRef {
            Arc::new(Date32Array::from_iter_values(self.groups.iter().map(value)))
        };
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(self.products)),
            Arc::new(Int64Array::from_iter_values(self.groups.iter().map(|group| group.0))),
            day(|group| group.1),
            day(|group| group.2),
            day(|group| group.3),
            Arc::new(self.groups.iter().map(|group| group.4).collect::<Date32Array>()),
        ];
        let measures = schema.fields().len() - arrays.len();
        for sums in self.measures.into_iter().take(measures) {
            arrays.push(Arc::new(Int64Array::from(sums)));
        }
        Ok(RecordBatch::try_new(schema, arrays)?)
    }
}
