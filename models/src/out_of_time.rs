//! Predictions of slots by models that were fitted on earlier slots only.
//!
//! Training slots are split in order into blocks of about equal rows; a slot is never split. Each block of the
//! later half is predicted by coefficients fitted to the rows before it. Base rate and level (the intercept
//! that follows recent outcomes) are those of each slot's own T, as a night before that slot would fit them.
//! The last outcomes before a block were not all known at its T; for the coefficients that bias is negligible.

use std::collections::BTreeMap;

use slotcast_core::{DateTime, NaiveDate, Utc};
use slotcast_features::{FeatureTable, Outcome};

use crate::{
    base_rate::BaseRate,
    calibrate::Platt,
    calibrator::{Calibrator, Forward, Rows, platt_of},
    error::ModelError,
    fitted::{Fitted, Member, Raw},
    levels::{LevelRow, level_shift},
    numbers::{logit, sigmoid},
    params::ModelParams,
    threads::in_threads,
};

/// What the offers of one block that ran were predicted to be, entry by entry the same rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Block {
    /// Places of the rows in the training table.
    pub(crate) rows: Vec<usize>,
    pub(crate) hits: Vec<bool>,
    pub(crate) slots: Vec<NaiveDate>,
    /// Probabilities of the base rate.
    pub(crate) base_rates: Vec<f64>,
    /// Name and raw logits of each member.
    pub(crate) members: Vec<(String, Vec<f64>)>,
}

impl Block {
    /// Raw logits of the member of this name.
    fn logits(&self, name: &str) -> Option<&[f64]> {
        self.members.iter().find(|(own, _)| own == name).map(|(_, logits)| logits.as_slice())
    }
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

/// A fit to all rows, and predictions of the later half of the blocks, as many as there are calibration folds. A
/// block whose past lacks a member of the fit is left out, so that all speak of the same rows.
///
/// # Errors
/// Those of [`Fitted::fit`].
pub(crate) fn fit_forward(
    table: &FeatureTable,
    outcomes: &[Option<Outcome>],
    params: &ModelParams,
    uses_words: bool,
) -> Result<(Fitted, Vec<Block>), ModelError> {
    enum Done {
        Fit(Box<Fitted>),
        Block(Option<Block>),
    }
    // What is predicted from less than about half of the rows says little of a model that has them all.
    let first = (params.calibration_folds - 1).max(1);
    let blocks = first + params.calibration_folds;
    let block_of = block_of_rows(table, blocks);
    // What takes longest is begun first: the fit to all rows, then the last blocks.
    let done = in_threads(1 + params.calibration_folds, |job| match job {
        0 => Fitted::fit(table, outcomes, params, uses_words).map(|fitted| Done::Fit(Box::new(fitted))),
        _ => predict(table, outcomes, &block_of, blocks - job, params, uses_words).map(Done::Block),
    });
    let mut fit = None;
    let mut predicted = Vec::new();
    for done in done {
        match done? {
            Done::Fit(fitted) => fit = Some(*fitted),
            Done::Block(block) => predicted.extend(block),
        }
    }
    let fit = fit.expect("the first job is the fit");
    predicted.retain(|block| fit.members.iter().all(|member| block.logits(&member.name).is_some()));
    predicted.reverse();
    Ok((fit, predicted))
}

fn predict(
    table: &FeatureTable,
    outcomes: &[Option<Outcome>],
    block_of: &[usize],
    block: usize,
    params: &ModelParams,
    uses_words: bool,
) -> Result<Option<Block>, ModelError> {
    let of = |is_asked: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..table.len()).filter(|row| is_asked(block_of[*row])).collect()
    };
    let (earlier, own) = (of(&|other| other < block), of(&|other| other == block));
    let (past, future) = (table.select(&earlier), table.select(&own));
    let past_outcomes: Vec<Option<Outcome>> = earlier.iter().map(|row| outcomes[*row]).collect();
    let fitted = match Fitted::fit(&past, &past_outcomes, params, uses_words) {
        Ok(fitted) => fitted,
        Err(error) if error.leaves_the_base_rate() => return Ok(None),
        Err(error) => return Err(error),
    };
    let ran: Vec<usize> = (0..own.len()).filter(|row| outcomes[own[*row]].is_some()).collect();
    if ran.is_empty() {
        return Ok(None);
    }
    // Offers that were not selected are there for the ranks within a slot.
    let prepared = [fitted.prepare(&past)?, fitted.prepare(&future)?];
    let slots = decided_slots(table, &own);
    let base_rates: BTreeMap<NaiveDate, BaseRate> =
        slots.iter().map(|(slot, at)| (*slot, base_rate_at(table, outcomes, *at))).collect();
    let slot_of = |row: &usize| future.keys[*row].offer.slot_date;
    let members = fitted.members.iter().map(|member| {
        let [past_raws, own_raws] = [0, 1].map(|part| fitted.raw(member, &prepared[part]));
        let mut level_rows = level_rows(member, table, outcomes, &earlier, &past_raws);
        level_rows.extend(self::level_rows(member, table, outcomes, &own, &own_raws));
        let shift = |at: DateTime<Utc>| level_shift(&level_rows, at, member.link, params);
        let shifts: BTreeMap<NaiveDate, f64> = slots.iter().map(|(slot, at)| (*slot, shift(*at))).collect();
        let logit = |row: &usize| member.link.logit(own_raws[*row].line_if_chosen + shifts[&slot_of(row)]);
        (member.name.clone(), ran.iter().map(logit).collect())
    });
    Ok(Some(Block {
        rows: ran.iter().map(|row| own[*row]).collect(),
        hits: ran.iter().filter_map(|row| Some(outcomes[own[*row]]?.hit)).collect(),
        slots: ran.iter().map(slot_of).collect(),
        base_rates: ran.iter().map(|row| base_rates[&slot_of(row)].rate(&future, *row).p).collect(),
        members: members.collect(),
    }))
}

/// The slots of some rows, each with its T.
fn decided_slots(table: &FeatureTable, rows: &[usize]) -> BTreeMap<NaiveDate, DateTime<Utc>> {
    let mut slots = BTreeMap::new();
    for key in rows.iter().map(|row| &table.keys[*row]) {
        let at = slots.entry(key.offer.slot_date).or_insert(key.knowledge_at);
        *at = key.knowledge_at.max(*at);
    }
    slots
}

fn base_rate_at(table: &FeatureTable, outcomes: &[Option<Outcome>], at: DateTime<Utc>) -> BaseRate {
    let known: Vec<Option<Outcome>> =
        outcomes.iter().map(|outcome| outcome.filter(|outcome| outcome.trainable_at <= at)).collect();
    BaseRate::fit(table, &known)
}

/// Rows with an outcome, of those at `rows` of the table.
fn level_rows(
    member: &Member,
    table: &FeatureTable,
    outcomes: &[Option<Outcome>],
    rows: &[usize],
    raws: &[Raw],
) -> Vec<LevelRow> {
    let level_row = |(row, raw): (&usize, &Raw)| {
        Some(member.level_row(&table.keys[*row], raw.line_if_chosen, outcomes[*row].as_ref()?))
    };
    rows.iter().zip(raws).filter_map(level_row).collect()
}

/// The predictions of the base rate as logits.
pub(crate) fn of_base_rate(blocks: &[Block]) -> Forward {
    forward(blocks, |block| block.base_rates.iter().map(|p| logit(*p)).collect())
}

/// The predictions of some members together: the mean of their logits, each through its line.
pub(crate) fn of_members(blocks: &[Block], names: &[&str], lines: &[Platt]) -> Forward {
    forward(blocks, |block| {
        let own = |name: &&str| block.logits(name).expect("blocks that lack a member are left out");
        let raws: Vec<&[f64]> = names.iter().map(own).collect();
        let mean = |row: usize| {
            let sum: f64 = lines.iter().zip(&raws).map(|(line, raw)| line.apply(raw[row])).sum();
            sum / names.len() as f64
        };
        (0..block.rows.len()).map(mean).collect()
    })
}

/// Probabilities of the rows of all blocks but the first, which only calibrates: lines and calibration of each
/// come from the blocks before it, so that no figure here knows its own future.
pub(crate) fn probabilities(blocks: &[Block], names: &[&str], params: &ModelParams) -> Vec<f64> {
    let mut out = Vec::new();
    for place in 1..blocks.len() {
        let earlier = &blocks[..place];
        let lines = lines(earlier, names, params);
        let calibrator = Calibrator::fit(&of_members(earlier, names, &lines), params.calibration_prior);
        let own = of_members(&blocks[place..=place], names, &lines).all();
        out.extend(own.logits.iter().map(|logit| sigmoid(calibrator.apply(*logit))));
    }
    out
}

/// The line of each member inside a mean of several; alone it needs none.
pub(crate) fn lines(blocks: &[Block], names: &[&str], params: &ModelParams) -> Vec<Platt> {
    match names {
        [_] => vec![Platt::identity()],
        _ => names.iter().map(|name| line(blocks, name, params)).collect(),
    }
}

fn line(blocks: &[Block], name: &str, params: &ModelParams) -> Platt {
    let alone = of_members(blocks, &[name], &[Platt::identity()]);
    platt_of(&alone.all(), params.calibration_prior)
}

fn forward(blocks: &[Block], logits: impl Fn(&Block) -> Vec<f64>) -> Forward {
    let rows =
        |block: &Block| Rows { logits: logits(block), hits: block.hits.clone(), slots: block.slots.clone() };
    Forward { blocks: blocks.iter().map(rows).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TableBuilder, market, outcomes, trainable_at};
    use slotcast_core::NaiveDate;
    use slotcast_features::Column;

    fn predicted(table: &FeatureTable, hits: &[bool]) -> Vec<Block> {
        fit_forward(table, &outcomes(table, hits), &ModelParams::default(), false).unwrap().1
    }

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
        assert_eq!(predicted(&table, &hits), []);
    }

    #[test]
    fn a_slot_is_predicted_from_what_was_known_at_its_t() {
        let (table, hits) = market(900, 0.0, 5);
        let before = predicted(&table, &hits);
        assert_eq!(before.len(), 5);
        for slot in [25, 31, 38] {
            // From this slot on everything is different, and so are all outcomes that were not known at its T.
            let first = 20 * slot;
            let at = table.keys[first].knowledge_at;
            let mut changed = table.clone();
            let Column::Number(signal) = &mut changed.columns[0] else { unreachable!("signal is a number") };
            signal[first + 20..].iter_mut().for_each(|value| *value = Some(1e6));
            // Coefficients come from whole blocks, so a slot is looked at with its block's past left as it is.
            let block = before.iter().find(|block| block.rows.contains(&first)).unwrap();
            let is_later = |row: usize| row >= block.rows[0] && trainable_at(&table.keys[row]) > at;
            let flipped: Vec<bool> = (0..900).map(|row| hits[row] != is_later(row)).collect();
            let after = predicted(&changed, &flipped);
            let of_slot = |blocks: &[Block]| {
                let block = blocks.iter().find(|block| block.rows.contains(&first)).unwrap();
                let place = block.rows.iter().position(|row| *row == first).unwrap();
                let logits = block.members.iter().flat_map(|(_, logits)| logits[place..place + 20].to_vec());
                (logits.collect::<Vec<_>>(), block.base_rates[place..place + 20].to_vec())
            };
            assert_eq!(of_slot(&before), of_slot(&after), "{slot}");
        }
    }

    #[test]
    fn the_level_of_a_slot_is_that_of_a_refit_before_it() {
        // The level drops in the middle of the last block; a refit at each slot's T would know.
        let (table, mut hits) = market(2_000, 0.0, 6);
        for (row, hit) in hits.iter_mut().enumerate().skip(1_640) {
            *hit &= row % 3 == 0;
        }
        let blocks = predicted(&table, &hits);
        let last = blocks.last().unwrap();
        let mean = |rows: std::ops::Range<usize>| {
            let logits = last.rows.iter().zip(&last.members[0].1).filter(|(row, _)| rows.contains(row));
            let logits: Vec<f64> = logits.map(|(_, logit)| *logit).collect();
            crate::numbers::mean(&logits)
        };
        assert!(last.rows[0] <= 1_820);
        assert!(mean(1_940..2_000) < mean(last.rows[0]..1_820) - 0.2 || last.rows[0] > 1_640);
        // A fit on all rows known at the last slot's T agrees with the level that was followed.
        let at = table.keys[1_980].knowledge_at;
        let known: Vec<usize> = (0..1_980).filter(|row| trainable_at(&table.keys[*row]) <= at).collect();
        let refit = Fitted::fit(
            &table.select(&known),
            &outcomes(&table.select(&known), &known.iter().map(|row| hits[*row]).collect::<Vec<_>>()),
            &ModelParams::default(),
            false,
        );
        let (refit, rows) = (refit.unwrap(), (1_980..2_000).collect::<Vec<_>>());
        for (place, (_, logits)) in last.members.iter().enumerate() {
            let slot = table.select(&rows);
            let raw = refit.raw(&refit.members[place], &refit.prepare(&slot).unwrap());
            let refitted = crate::numbers::mean(&raw.iter().map(|raw| raw.if_chosen).collect::<Vec<_>>());
            let followed = crate::numbers::mean(&logits[logits.len() - 20..]);
            assert!((refitted - followed).abs() < 0.1, "{place}: {refitted} {followed}");
        }
    }
}
