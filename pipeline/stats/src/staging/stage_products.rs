//! Page views and social signals of some weeks: facts of a product at an instant.
//!
//! They are numerous and read per day, so staging already sums rows that are equal in every remaining column:
//! of one product and text, and of the same days of occurrence, knowledge and supersession.

use std::ops::Range;

use arrow::array::RecordBatch;

use super::{
    fact_columns::read_columns,
    id_dictionary::IdDictionary,
    product_facts::{FactColumns, ProductFact},
    product_sums::ProductSums,
    staged_table::{StagedTable, StagingRequest, Validity},
    versions::{RowIndex, VersionIndex, runs_of},
};
use crate::error::StatsError;

/// Stages the facts that occurred within these spans, which are sorted and in microseconds.
pub(crate) fn stage_product_facts(
    table: ProductFact,
    request: &StagingRequest<'_>,
    spans: &[Range<i64>],
    dictionary: &mut IdDictionary,
) -> Result<StagedTable, StatsError> {
    let mut batches: Vec<RecordBatch> = Vec::new();
    for file in request.files {
        read_columns(file, &table.columns(), |batch| {
            batches.push(batch);
            Ok(())
        })?;
    }
    let facts = batches
        .iter()
        .map(|batch| FactColumns::read(table, batch, dictionary))
        .collect::<Result<Vec<_>, _>>()?;
    let mut validity = Validity::default();
    let span_of = |occurred: i64| spans.partition_point(|span| span.end <= occurred);
    let mut is_wanted = |facts: &FactColumns<'_>, row: usize| {
        let (occurred, known) = (facts.times[row], facts.known[row]);
        spans.get(span_of(occurred)).is_some_and(|span| span.contains(&occurred)) && {
            validity.known_from = validity.known_from.min(known);
            validity.narrow(known.max(occurred + 1), request.as_of)
        }
    };
    let mut sums = ProductSums::new(request.days);
    let (mut versions, mut rows) = (VersionIndex::default(), Vec::new());
    for (product, runs) in runs_of(facts.iter().map(|own| own.products.as_slice())) {
        rows.clear();
        for (batch, range) in runs {
            let own = &facts[batch];
            for row in range.filter(|row| is_wanted(own, *row)) {
                let index = RowIndex { batch: batch as u32, row: row as u32 };
                // A version in another span is another fact, whether or not both spans are staged together.
                versions.insert(index, own.hash(row), |first| {
                    let (known, first) = (&facts[first.batch as usize], first.row as usize);
                    span_of(own.times[row]) == span_of(known.times[first]) && own.is_same(row, known, first)
                });
                rows.push(index);
            }
        }
        let ends =
            versions.take_superseded(|index| facts[index.batch as usize].versions.order(index.row as usize));
        sums.add(product, &rows, &facts, &ends);
    }
    let batch = sums.batch(table.schema())?;
    Ok(StagedTable { schema: table.schema(), batches: vec![batch], validity })
}
