//! Promotion: the model that ranks and the order of its list, decided on out-of-time predictions.
//!
//! Log loss decides first. A challenger must have a log loss that is lower by more than one standard error over slots.
//! It must lose no hits among the first seats. Calibration is no criterion, because out-of-time recalibration corrects it.
//!
//! The order is decided next. If a habit or another model puts more hits first than the champion's probabilities do, the
//! list follows that order.

use slotcast_core::NaiveDate;

use crate::{
    evaluate::{
        clustered::{ClusteredMean, Gain},
        evaluation::MIN_ROWS_FOR_VERDICT,
        habits::Habit,
        metrics::row_log_loss,
        top_hits::{TopHits, top_third},
    },
    model_kind::ModelKind,
};

/// A challenger whose log loss is lower by this many standard errors wins even if it loses hits.
const CERTAIN_SE: f64 = 10.0;
/// Standard errors beyond which one order is better than another: about one in forty by chance.
const ORDER_SE: f64 = 2.0;
/// Minimum gain of another order, as a share of the hits of the champion's order. An order that is not that of the
/// probabilities needs an explanation.
const MIN_ORDER_GAIN: f64 = 0.005;
/// Minimum number of slots for another order.
const MIN_SLOTS_FOR_ORDER: usize = 8;

/// Out-of-time predictions of several models on the same rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Challengers<'a> {
    pub(crate) kinds: &'a [ModelKind],
    /// One list per model.
    pub(crate) p: &'a [Vec<f64>],
    pub(crate) habits: &'a [Habit],
    pub(crate) hits: &'a [bool],
    pub(crate) slots: &'a [NaiveDate],
}

/// The model that ranked last, and the one that may not rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Incumbent {
    /// The model that ranked last; `None` at first, or if this build has no such model.
    pub champion: Option<ModelKind>,
    /// Whether a model ranked last that this build does not have.
    pub is_unknown: bool,
    /// The model that was rolled back and may not return yet.
    pub suspended: Option<ModelKind>,
}

/// An order that puts more hits first than the champion's probabilities do.
#[derive(Clone, Debug, PartialEq)]
pub struct BetterOrder {
    /// Name of the model or habit.
    pub by: String,
    /// Gain in hits per slot among the first third of the seats.
    pub hits: Gain,
}

/// Decision about the model that ranks.
#[derive(Clone, Debug, PartialEq)]
pub struct Promotion {
    /// Index of the champion among the models.
    pub champion: usize,
    /// Decrease of the log loss in nats against the incumbent.
    pub gain: Option<Gain>,
    /// `kept`, `won`, `too_few_outcomes` or `no_longer_there`.
    pub reason: &'static str,
    /// The order that replaces that of the probabilities; `None` if they rank best.
    pub order: Option<BetterOrder>,
}

impl Promotion {
    /// The base rate, for lack of outcomes.
    pub(crate) fn base_rate() -> Self {
        Self { champion: 0, gain: None, reason: "too_few_outcomes", order: None }
    }
}

/// Decides between the incumbent and its challengers: the blend first, then by log loss.
pub(crate) fn promote(challengers: Challengers<'_>, incumbent: Incumbent) -> Promotion {
    if challengers.hits.len() < MIN_ROWS_FOR_VERDICT {
        return Promotion::base_rate();
    }
    let is_free = |model: usize| incumbent.suspended != Some(challengers.kinds[model]);
    let found = incumbent.champion.and_then(|kind| challengers.kinds.iter().position(|own| *own == kind));
    let is_available = found.is_some_and(is_free) || (incumbent.champion.is_none() && !incumbent.is_unknown);
    let current = found.filter(|model| is_free(*model)).unwrap_or(0);
    let decision = |champion, gain, reason| Promotion {
        champion,
        gain,
        reason,
        order: find_better_order(challengers, champion, incumbent.suspended),
    };
    let top_hits = TopHits::new(challengers.slots, challengers.hits, top_third);
    let winner = contest_order(challengers, current, incumbent.suspended).into_iter().find_map(|model| {
        let gain = loss_gain(challengers, current, model)?;
        let hits = top_hits.gain(&challengers.p[current], &challengers.p[model]);
        let loses_hits = hits.is_some_and(|hits| hits.mean < -ORDER_SE * hits.se);
        let gains_hits = hits.is_some_and(|hits| hits.mean > ORDER_SE * hits.se);
        let wins = gain.mean > CERTAIN_SE * gain.se
            || (gain.mean > gain.se && !loses_hits)
            || (gain.mean > -gain.se && gains_hits);
        wins.then_some((model, gain))
    });
    match winner {
        Some((champion, gain)) => decision(champion, Some(gain), "won"),
        None => decision(current, None, if is_available { "kept" } else { "no_longer_there" }),
    }
}

/// Challengers by ascending log loss, with the blend first unless another model is better by more than one standard
/// error. The lowest loss may be luck, and a blend is seldom worse than its members.
fn contest_order(challengers: Challengers<'_>, current: usize, suspended: Option<ModelKind>) -> Vec<usize> {
    let is_challenger = |model: &usize| *model != current && suspended != Some(challengers.kinds[*model]);
    let mut order: Vec<usize> = (0..challengers.kinds.len()).filter(is_challenger).collect();
    let loss = |model: usize| -> f64 {
        challengers.p[model].iter().zip(challengers.hits).map(|(p, hit)| row_log_loss(*p, *hit)).sum()
    };
    order.sort_by(|a, b| loss(*a).total_cmp(&loss(*b)));
    let blend = order.iter().position(|model| challengers.kinds[*model] == ModelKind::Blend);
    let is_tied = |blend: &usize| {
        loss_gain(challengers, order[*blend], order[0]).is_none_or(|lead| lead.mean <= lead.se)
    };
    if let Some(blend) = blend.filter(is_tied) {
        order[..=blend].rotate_right(1);
    }
    order
}

/// The order with the most hits among the first third of each slot, if it significantly beats the champion's.
pub(crate) fn find_better_order(
    challengers: Challengers<'_>,
    champion: usize,
    suspended: Option<ModelKind>,
) -> Option<BetterOrder> {
    let top_hits = TopHits::new(challengers.slots, challengers.hits, top_third);
    if top_hits.slots() < MIN_SLOTS_FOR_ORDER {
        return None;
    }
    let own = challengers.p.get(champion)?;
    let min_gain = MIN_ORDER_GAIN * top_hits.mean(own);
    let models = challengers.kinds.iter().zip(challengers.p).enumerate();
    let models = models
        .filter(|(model, (kind, _))| *model != champion && suspended != Some(**kind))
        .map(|(_, (kind, p))| (kind.as_str().to_owned(), p));
    let habits = challengers.habits.iter().map(|habit| (habit.name(), &habit.values));
    let better = models.chain(habits).filter_map(|(by, scores)| {
        let hits = top_hits.gain(own, scores)?;
        (hits.mean > min_gain.max(ORDER_SE * hits.se)).then_some(BetterOrder { by, hits })
    });
    // The first of equals: models before habits, each in their order.
    better.reduce(|best, next| if next.hits.mean > best.hits.mean { next } else { best })
}

fn loss_gain(challengers: Challengers<'_>, incumbent: usize, challenger: usize) -> Option<Gain> {
    let mut differences = ClusteredMean::default();
    for (row, (hit, slot)) in challengers.hits.iter().zip(challengers.slots).enumerate() {
        let loss = |model: usize| row_log_loss(challengers.p[model][row], *hit);
        differences.add(*slot, loss(incumbent) - loss(challenger));
    }
    differences.mean_and_clustered_se().map(|(mean, se)| Gain { mean, se })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: usize = 400;

    fn promotion(p: &[Vec<f64>], habits: &[Habit], incumbent: Incumbent) -> Promotion {
        let hits: Vec<bool> = (0..ROWS).map(|row| row % 2 == 0).collect();
        let slots: Vec<NaiveDate> =
            (0..ROWS).map(|row| NaiveDate::from_yo_opt(2016, 1 + 7 * (row as u32 / 20)).unwrap()).collect();
        let kinds = &ModelKind::ALL[..p.len()];
        promote(Challengers { kinds, p, habits, hits: &hits, slots: &slots }, incumbent)
    }

    fn champion(p: &[Vec<f64>], incumbent: Incumbent) -> (usize, &'static str) {
        let promotion = promotion(p, &[], incumbent);
        (promotion.champion, promotion.reason)
    }

    /// Probabilities on the right side of one half by `distance` in four slots of five, else on the wrong side.
    fn right_by(distance: f64) -> Vec<f64> {
        let sign =
            |row: usize| if row.is_multiple_of(2) != (row / 20).is_multiple_of(5) { 1.0 } else { -1.0 };
        (0..ROWS).map(|row| 0.5 + distance * sign(row)).collect()
    }

    #[test]
    fn a_challenger_must_win_beyond_the_standard_error() {
        let base = vec![0.5; ROWS];
        let incumbent = Incumbent { champion: Some(ModelKind::Logistic), ..Incumbent::default() };
        assert_eq!(champion(&[base.clone(), right_by(0.2), right_by(0.25)], Incumbent::default()).0, 2);
        assert_eq!(champion(&[base.clone(), right_by(0.25), right_by(0.251)], incumbent), (1, "kept"));
        let bold = vec![0.9; ROWS];
        assert_eq!(champion(&[base.clone(), bold], Incumbent::default()), (0, "kept"));
        let demand = Some(ModelKind::Demand);
        let suspended = Incumbent { champion: demand, suspended: demand, ..Incumbent::default() };
        assert_eq!(champion(&[base.clone(), right_by(0.2), right_by(0.25)], suspended), (1, "won"));
        let unknown = Incumbent { is_unknown: true, ..Incumbent::default() };
        assert_eq!(champion(&[base.clone(), base], unknown), (0, "no_longer_there"));
    }

    #[test]
    fn the_blend_goes_first_unless_another_is_significantly_better() {
        let base = vec![0.5; ROWS];
        let p = |blend: f64| [base.clone(), right_by(0.2), right_by(0.21), right_by(blend)];
        assert_eq!(champion(&p(0.209), Incumbent::default()).0, 3);
        assert_eq!(champion(&p(0.05), Incumbent::default()).0, 2);
    }

    #[test]
    fn calibration_refuses_no_lower_loss() {
        // All hits above all misses, badly calibrated: .55 nats against .69.
        let biased: Vec<f64> = (0..ROWS).map(|row| if row % 2 == 0 { 0.95 } else { 0.65 }).collect();
        assert_eq!(champion(&[vec![0.5; ROWS], biased], Incumbent::default()), (1, "won"));
    }

    #[test]
    fn a_better_order_replaces_the_order_only() {
        let habit =
            |values: Vec<f64>| Habit { feature: "log_signals_per_threshold_alert".to_owned(), values };
        let perfect: Vec<f64> = (0..ROWS).map(|row| f64::from(row % 2 == 0)).collect();
        let p = [vec![0.5; ROWS], right_by(0.2)];
        let better = promotion(&p, &[habit(perfect.clone())], Incumbent::default());
        assert_eq!((better.champion, better.reason), (1, "won"));
        let order = better.order.unwrap();
        // A third of 20 is 7; four slots of five have 7 hits there already, one in five none.
        assert_eq!(order.by, "signals_per_threshold_alert");
        assert!((order.hits.mean - 7.0 / 5.0).abs() < 1e-12, "{order:?}");
        let same = promotion(&p, &[habit(right_by(0.1))], Incumbent::default());
        assert_eq!(same.order, None, "the same order");
        let sharp: Vec<f64> = perfect.iter().map(|hit| 0.1 + 0.8 * hit).collect();
        assert_eq!(promotion(&[p[0].clone(), sharp], &[habit(perfect)], Incumbent::default()).order, None);
    }

    #[test]
    fn a_lower_loss_that_costs_hits_must_be_certain() {
        // The incumbent orders perfectly at small distances; the bold challenger is wrong in one slot of five.
        let timid: Vec<f64> = (0..ROWS).map(|row| if row % 2 == 0 { 0.501 } else { 0.499 }).collect();
        let incumbent = Incumbent { champion: Some(ModelKind::Logistic), ..Incumbent::default() };
        assert_eq!(champion(&[vec![0.5; ROWS], timid, right_by(0.2)], incumbent), (1, "kept"));
    }
}
