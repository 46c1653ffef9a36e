//! Forward cross-fitting: predictions of slots by models fitted to earlier slots only.
//!
//! Training slots are split in order into folds of about equal rows; a slot is never split. Each fold of the later half
//! is predicted with coefficients fitted to the rows before it. Base rate and intercept are those of each slot's own T,
//! as a night before that slot would fit them. The last outcomes before a fold were not all known at its T; for the
//! coefficients that bias is negligible.

use std::collections::BTreeMap;

use slotcast_core::{DateTime, NaiveDate, Utc};
use slotcast_features::{FeatureTable, Outcome};

use crate::{
    calibrate::folds::{Fold, assign_folds},
    error::ModelError,
    fit::{
        base_rate::BaseRate,
        intercept::{ScoredOutcome, intercept_shift},
        member::{Member, MemberScore},
        members::FittedMembers,
    },
    math::parallel::parallel_map,
    params::ModelParams,
};

/// Result of one parallel job.
enum JobResult {
    Fit(Box<FittedMembers>),
    Fold(Option<Fold>),
}

/// A fit to all rows, and predictions of the later half of the folds, `calibration_folds` of them. A fold whose earlier
/// rows allow fewer members is left out, so all members have predictions of the same rows.
///
/// # Errors
/// Those of [`FittedMembers::fit`].
pub(crate) fn forward_cross_fit(
    table: &FeatureTable,
    outcomes: &[Option<Outcome>],
    params: &ModelParams,
    uses_text: bool,
) -> Result<(FittedMembers, Vec<Fold>), ModelError> {
    // A model of less than half of the rows predicts much worse than the model of all rows.
    let first = (params.calibration_folds - 1).max(1);
    let folds = first + params.calibration_folds;
    let fold_of = assign_folds(table, folds);
    // The longest jobs first: the fit to all rows, then the last folds.
    let results = parallel_map(1 + params.calibration_folds, |job| match job {
        0 => FittedMembers::fit(table, outcomes, params, uses_text)
            .map(|fitted| JobResult::Fit(Box::new(fitted))),
        _ => predict_fold(table, outcomes, &fold_of, folds - job, params, uses_text).map(JobResult::Fold),
    });
    let mut fit = None;
    let mut predicted = Vec::new();
    for result in results {
        match result? {
            JobResult::Fit(fitted) => fit = Some(*fitted),
            JobResult::Fold(fold) => predicted.extend(fold),
        }
    }
    let fit = fit.expect("the first job is the fit");
    predicted.retain(|fold| fit.members.iter().all(|member| fold.logits(member.kind).is_some()));
    predicted.reverse();
    Ok((fit, predicted))
}

/// `None` if the fold has no outcome, or its earlier rows allow no regression.
fn predict_fold(
    table: &FeatureTable,
    outcomes: &[Option<Outcome>],
    fold_of: &[usize],
    fold: usize,
    params: &ModelParams,
    uses_text: bool,
) -> Result<Option<Fold>, ModelError> {
    let rows_of = |is_wanted: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..table.len()).filter(|row| is_wanted(fold_of[*row])).collect()
    };
    let (earlier, own) = (rows_of(&|other| other < fold), rows_of(&|other| other == fold));
    let (past, future) = (table.select(&earlier), table.select(&own));
    let past_outcomes: Vec<Option<Outcome>> = earlier.iter().map(|row| outcomes[*row]).collect();
    let fitted = match FittedMembers::fit(&past, &past_outcomes, params, uses_text) {
        Ok(fitted) => fitted,
        Err(error) if error.falls_back_to_base_rate() => return Ok(None),
        Err(error) => return Err(error),
    };
    let selected: Vec<usize> = (0..own.len()).filter(|row| outcomes[own[*row]].is_some()).collect();
    if selected.is_empty() {
        return Ok(None);
    }
    // The offers that were not selected are needed for the ranks within a slot.
    let (prepared_past, prepared_future) = (fitted.transform(&past)?, fitted.transform(&future)?);
    let cutoffs = cutoffs_by_slot(table, &own);
    let base_rates: BTreeMap<NaiveDate, BaseRate> =
        cutoffs.iter().map(|(slot, at)| (*slot, base_rate_at(table, outcomes, *at))).collect();
    let slot_of = |row: &usize| future.keys[*row].offer.slot_date;
    let members = fitted.members.iter().map(|member| {
        let past_scores = fitted.score(member, &prepared_past);
        let own_scores = fitted.score(member, &prepared_future);
        let mut scored = scored_outcomes(member, table, outcomes, &earlier, &past_scores);
        scored.extend(scored_outcomes(member, table, outcomes, &own, &own_scores));
        let shift = |at: DateTime<Utc>| intercept_shift(&scored, at, member.link, params);
        let shifts: BTreeMap<NaiveDate, f64> = cutoffs.iter().map(|(slot, at)| (*slot, shift(*at))).collect();
        let logit = |row: &usize| {
            member.link.logit(own_scores[*row].linear_predictor_given_selected + shifts[&slot_of(row)])
        };
        (member.kind, selected.iter().map(logit).collect())
    });
    Ok(Some(Fold {
        rows: selected.iter().map(|row| own[*row]).collect(),
        hits: selected.iter().filter_map(|row| Some(outcomes[own[*row]]?.hit)).collect(),
        slots: selected.iter().map(slot_of).collect(),
        base_rates: selected.iter().map(|row| base_rates[&slot_of(row)].rate(&future, *row).p).collect(),
        members: members.collect(),
    }))
}

/// T of each slot of these rows.
fn cutoffs_by_slot(table: &FeatureTable, rows: &[usize]) -> BTreeMap<NaiveDate, DateTime<Utc>> {
    let mut cutoffs = BTreeMap::new();
    for key in rows.iter().map(|row| &table.keys[*row]) {
        let at = cutoffs.entry(key.offer.slot_date).or_insert(key.knowledge_at);
        *at = key.knowledge_at.max(*at);
    }
    cutoffs
}

fn base_rate_at(table: &FeatureTable, outcomes: &[Option<Outcome>], at: DateTime<Utc>) -> BaseRate {
    let known: Vec<Option<Outcome>> =
        outcomes.iter().map(|outcome| outcome.filter(|outcome| outcome.trainable_at <= at)).collect();
    BaseRate::fit(table, &known)
}

/// The outcomes of these rows of the table, with their scores.
fn scored_outcomes(
    member: &Member,
    table: &FeatureTable,
    outcomes: &[Option<Outcome>],
    rows: &[usize],
    scores: &[MemberScore],
) -> Vec<ScoredOutcome> {
    let scored = |(row, score): (&usize, &MemberScore)| {
        let outcome = outcomes[*row].as_ref()?;
        Some(member.scored_outcome(&table.keys[*row], score.linear_predictor_given_selected, outcome))
    };
    rows.iter().zip(scores).filter_map(scored).collect()
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use slotcast_features::FeatureColumn;

    use super::*;
    use crate::{
        math::functions::mean,
        testing::{market, outcomes, trainable_at},
    };

    fn predicted(table: &FeatureTable, hits: &[bool]) -> Vec<Fold> {
        forward_cross_fit(table, &outcomes(table, hits), &ModelParams::default(), false).unwrap().1
    }

    #[test]
    fn one_slot_gives_no_predictions() {
        let (mut table, hits) = market(300, 0.0, 1);
        let first = table.keys[0].offer.slot_date;
        table.keys.iter_mut().for_each(|key| key.offer.slot_date = first);
        assert_eq!(predicted(&table, &hits), []);
    }

    #[test]
    fn predictions_depend_on_nothing_after_t() {
        let (table, hits) = market(900, 0.0, 5);
        let before = predicted(&table, &hits);
        assert_eq!(before.len(), 5);
        for slot in [25, 31, 38] {
            // From this slot on all features change, and so do all outcomes that were not known at its T.
            let first = 20 * slot;
            let at = table.keys[first].knowledge_at;
            let mut changed = table.clone();
            let FeatureColumn::Number(signal) = &mut changed.columns[0] else { unreachable!("a number") };
            signal[first + 20..].iter_mut().for_each(|value| *value = Some(1e6));
            // Coefficients are those of the fold, so the rows before the fold keep their outcomes.
            let fold = before.iter().find(|fold| fold.rows.contains(&first)).unwrap();
            let is_later = |row: usize| row >= fold.rows[0] && trainable_at(&table.keys[row]) > at;
            let flipped: Vec<bool> = (0..900).map(|row| hits[row] != is_later(row)).collect();
            let after = predicted(&changed, &flipped);
            let of_slot = |folds: &[Fold]| {
                let fold = folds.iter().find(|fold| fold.rows.contains(&first)).unwrap();
                let start = fold.rows.iter().position(|row| *row == first).unwrap();
                let logits = fold.members.iter().flat_map(|(_, logits)| logits[start..start + 20].to_vec());
                (logits.collect::<Vec<_>>(), fold.base_rates[start..start + 20].to_vec())
            };
            assert_eq!(of_slot(&before), of_slot(&after), "{slot}");
        }
    }

    #[test]
    fn the_intercept_of_a_slot_is_that_of_a_refit() {
        // The hit rate drops in the middle of the last fold; a refit at each slot's T would follow it.
        let (table, mut hits) = market(2_000, 0.0, 6);
        for (row, hit) in hits.iter_mut().enumerate().skip(1_640) {
            *hit &= row % 3 == 0;
        }
        let folds = predicted(&table, &hits);
        let last = folds.last().unwrap();
        let mean_logit = |rows: Range<usize>| {
            let logits = last.rows.iter().zip(&last.members[0].1).filter(|(row, _)| rows.contains(row));
            mean(&logits.map(|(_, logit)| *logit).collect::<Vec<_>>())
        };
        assert!(last.rows[0] <= 1_820);
        assert!(mean_logit(1_940..2_000) < mean_logit(last.rows[0]..1_820) - 0.2 || last.rows[0] > 1_640);
        // A fit to all rows known at the last slot's T agrees with the updated intercept.
        let at = table.keys[1_980].knowledge_at;
        let known: Vec<usize> = (0..1_980).filter(|row| trainable_at(&table.keys[*row]) <= at).collect();
        let known_table = table.select(&known);
        let known_hits: Vec<bool> = known.iter().map(|row| hits[*row]).collect();
        let known_outcomes = outcomes(&known_table, &known_hits);
        let refit =
            FittedMembers::fit(&known_table, &known_outcomes, &ModelParams::default(), false).unwrap();
        let slot = table.select(&(1_980..2_000).collect::<Vec<_>>());
        let prepared = refit.transform(&slot).unwrap();
        for (member, (kind, logits)) in refit.members.iter().zip(&last.members) {
            let scores = refit.score(member, &prepared);
            let refitted = mean(&scores.iter().map(|score| score.logit_given_selected).collect::<Vec<_>>());
            let updated = mean(&logits[logits.len() - 20..]);
            assert!((refitted - updated).abs() < 0.1, "{kind}: {refitted} {updated}");
        }
    }
}
