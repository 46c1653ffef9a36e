//! Page views and social signals of some weeks: facts of a product at an instant.
//!
//! They are numerous and read per day, so staging already sums rows that are equal in every remaining column:
//! of one product and text, and of the same days of occurrence, knowledge and supersession.

use std::ops::Range;

use arrow::array::RecordBatch;

use super::{
    fact_columns::read_columns,
    held::{HeldTimes, RowIndex},
    id_dictionary::IdDictionary,
    moved_keys::MovedRow,
    product_facts::{FactColumns, ProductFact},
    product_sums::ProductSums,
    staged_table::{StagedTable, StagingRequest},
    validity::Validity,
    versions::{VersionIndex, hold_retracted, runs_of},
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
    let (retractions, moved) = (request.retractions, request.moved);
    let mut validity = Validity::default();
    let mut is_wanted = |facts: &FactColumns<'_>, row: usize| {
        let (occurred, known) = (facts.times[row], facts.known[row]);
        let span = spans.get(spans.partition_point(|span| span.end <= occurred));
        span.is_some_and(|span| span.contains(&occurred))
            && (retractions.is_empty()
                || retractions.ever_valid(facts.versions.source_file(row), known, &mut validity))
            && {
                validity.known_from = validity.known_from.min(known);
                validity.narrow(known.max(occurred + 1), request.as_of)
            }
    };
    let version = |row: RowIndex| facts[row.batch as usize].versions.version(row.row as usize, retractions);
    let mut sums = ProductSums::new(request.days);
    let (mut versions, mut rows) = (VersionIndex::default(), Vec::new());
    let (mut held, mut moved_validity) = (HeldTimes::new(), Validity::default());
    for (product, runs) in runs_of(facts.iter().map(|own| own.products.as_slice())) {
        rows.clear();
        held.clear();
        let mut moved_rows = Vec::new();
        for (batch, range) in runs {
            let own = &facts[batch];
            for row in range.filter(|row| is_wanted(own, *row)) {
                let (index, hash) = (RowIndex { batch: batch as u32, row: row as u32 }, own.hash(row));
                versions.insert(index, hash, |first| {
                    own.is_same(row, &facts[first.batch as usize], first.row as usize)
                });
                rows.push(index);
                if let Some(id) = own.id(row).filter(|_| moved.may_contain(hash)) {
                    let (entity, occurred_at) = (dictionary.text(product), own.times[row]);
                    let order = own.versions.order(row);
                    moved_rows.push(MovedRow { row: index, id, entity, occurred_at, order });
                }
            }
        }
        versions.hold(&mut held, version);
        if !retractions.is_empty() {
            let retracted = rows.iter().filter(|row| version(**row).retracted_from.is_some());
            hold_retracted(&mut held, retracted.copied(), version);
        }
        moved.hold(&mut held, moved_rows, request.as_of, retractions, &mut moved_validity);
        sums.add(product, &rows, &facts, &held);
    }
    let batch = sums.batch(table.schema())?;
    let validity = validity.intersect(moved_validity);
    Ok(StagedTable { schema: table.schema(), batches: vec![batch], validity })
}
