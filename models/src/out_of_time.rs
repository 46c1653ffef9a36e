//! Predictions of slots by models that were fitted on earlier slots only.
//!
//! Training slots are split in order into blocks of about equal rows, a slot
//! never across two. What precedes a block predicts it. Outcomes of the slots just
//! before a block were not all known when its offers were decided; calibration
//! has two numbers, so the order matters and those few days do not.

use slotcast_features::FeatureTable;

use crate::{
    base_rate::BaseRate, calibrate::Platt, error::ModelError, metrics::row_log_loss, numbers::sigmoid,
    params::ModelParams, trained::LogisticModel,
};

/// What one block was predicted to be, entry by entry the same rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Block {
    /// Places of the rows in the training table.
    pub(crate) rows: Vec<usize>,
    pub(crate) hits: Vec<bool>,
    /// Logits of the regression, not calibrated.
    pub(crate) logits: Vec<f64>,
    /// Probabilities of the base rate.
    pub(crate) base_rates: Vec<f64>,
}

/// The block of each row, from 0: the slots in order, cut where a part of the rows lies before.
pub(crate) fn block_of_rows(table: &FeatureTable, blocks: usize) -> Vec<usize> {
    let slot = |row: usize| table.keys[row].offer.slot_date;
    let mut order: Vec<usize> = (0..table.len()).collect();
    order.sort_by_key(|row| slot(*row));
    let mut block_of = vec![0; table.len()];
    let mut before = 0;
    for of_slot in order.chunk_by(|a, b| slot(*a) == slot(*b)) {
        // A slot belongs where its middle row falls.
        let block = (2 * before + of_slot.len()) * blocks / (2 * table.len());
        for row in of_slot {
            block_of[*row] = block.min(blocks - 1);
        }
        before += of_slot.len();
    }
    block_of
}

/// Predicts each block but the first. A block whose past allows no regression is left out.
pub(crate) fn predict_forward(
    table: &FeatureTable,
    hits: &[bool],
    params: &ModelParams,
) -> Result<Vec<Block>, ModelError> {
    let blocks = params.calibration_folds + 1;
    let block_of = block_of_rows(table, blocks);
    let mut predicted = Vec::new();
    for block in 1..blocks {
        let rows: Vec<usize> = (0..table.len()).filter(|row| block_of[*row] == block).collect();
        let earlier: Vec<usize> = (0..table.len()).filter(|row| block_of[*row] < block).collect();
        if rows.is_empty() {
            continue;
        }
        let (past, future) = (table.select(&earlier), table.select(&rows));
        let past_hits: Vec<bool> = earlier.iter().map(|row| hits[*row]).collect();
        let model = match LogisticModel::fit(&past, &past_hits, params) {
            Ok(model) => model,
            Err(error) if error.leaves_the_base_rate() => continue,
            Err(error) => return Err(error),
        };
        let base_rate = BaseRate::fit(&past, &past_hits);
        predicted.push(Block {
            hits: rows.iter().map(|row| hits[*row]).collect(),
            logits: model.raw_logits(&future)?,
            base_rates: (0..rows.len()).map(|row| base_rate.rate(&future, row).p).collect(),
            rows,
        });
    }
    Ok(predicted)
}

/// Platt's calibration fitted on these blocks.
pub(crate) fn calibration(blocks: &[Block], params: &ModelParams) -> Platt {
    let logits: Vec<f64> = blocks.iter().flat_map(|block| block.logits.iter().copied()).collect();
    let hits: Vec<bool> = blocks.iter().flat_map(|block| block.hits.iter().copied()).collect();
    if hits.is_empty() { Platt::identity() } else { Platt::fit(&logits, &hits, params.calibration_prior) }
}

/// Rows, and mean log loss in nats of the base rate and of the regression. Each block is
/// calibrated by the blocks before it, so no figure here knows its own future; the first is taken as it is.
pub(crate) fn log_losses(blocks: &[Block], params: &ModelParams) -> Option<(usize, f64, f64)> {
    let (mut n, mut of_base_rate, mut of_logistic) = (0, 0.0, 0.0);
    for (place, block) in blocks.iter().enumerate() {
        let platt = calibration(&blocks[..place], params);
        for ((hit, logit), base_rate) in block.hits.iter().zip(&block.logits).zip(&block.base_rates) {
            n += 1;
            of_logistic += row_log_loss(sigmoid(platt.apply(*logit)), *hit);
            of_base_rate += row_log_loss(*base_rate, *hit);
        }
    }
    (n > 0).then(|| (n, of_base_rate / n as f64, of_logistic / n as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TableBuilder, market};
    use slotcast_core::NaiveDate;
    use slotcast_features::Column;

    /// The first and the last slot date of some rows.
    fn span(table: &FeatureTable, rows: &[usize]) -> (NaiveDate, NaiveDate) {
        let dates = || rows.iter().map(|row| table.keys[*row].offer.slot_date);
        (dates().min().unwrap(), dates().max().unwrap())
    }

    #[test]
    fn blocks_are_even_ordered_and_never_split_a_slot() {
        let table = TableBuilder::new(1_000).offers_a_slot(17).build();
        let block_of = block_of_rows(&table, 6);
        let rows_of = |block: usize| (0..1_000).filter(|row| block_of[*row] == block).collect::<Vec<_>>();
        for block in 0..6 {
            assert!(rows_of(block).len().abs_diff(167) <= 17, "{}", rows_of(block).len());
            assert!(block == 0 || span(&table, &rows_of(block - 1)).1 < span(&table, &rows_of(block)).0);
        }
    }

    #[test]
    fn one_slot_gives_no_prediction() {
        let (mut table, hits) = market(300, 0.0, 1);
        let first = table.keys[0].offer.slot_date;
        table.keys.iter_mut().for_each(|key| key.offer.slot_date = first);
        assert_eq!(predict_forward(&table, &hits, &ModelParams::default()).unwrap(), []);
    }

    #[test]
    fn calibration_never_sees_later_slots() {
        let params = ModelParams::default();
        let (table, hits) = market(900, 0.0, 5);
        let before = predict_forward(&table, &hits, &params).unwrap();
        assert_eq!(before.len(), 5);
        for block in 0..before.len() {
            // From this block on everything is different: its own outcomes and all that comes later.
            let first = before[block].rows[0];
            let mut changed = table.clone();
            let Column::Number(signal) = &mut changed.columns[0] else { unreachable!("signal is a number") };
            let later = before.get(block + 1).map_or(table.len(), |next| next.rows[0]);
            signal[later..].iter_mut().for_each(|value| *value = Some(1e6));
            let flipped: Vec<bool> =
                (0..900).map(|row| if row < first { hits[row] } else { !hits[row] }).collect();
            let after = predict_forward(&changed, &flipped, &params).unwrap();
            assert_eq!(before[block].logits, after[block].logits);
            assert_eq!(before[block].base_rates, after[block].base_rates);
            assert_eq!(before[..block], after[..block]);
        }
    }
}
