//! Promotion: which model ranks, and by whose order, decided on later slots.
//!
//! Sizes decide first: a challenger replaces the incumbent if its log loss is lower by more than a standard error
//! over slots and it does not lose hits among the first seats. Calibration refuses nobody; it is mended by
//! recalibration out of time and reported. The order is decided next: where a habit or another model
//! puts more hits first than the champion's probabilities do, the list follows that order.

use slotcast_core::NaiveDate;

use crate::{
    evaluate::MIN_ROWS_TO_JUDGE,
    habits::Habit,
    metrics::row_log_loss,
    paired::Paired,
    seats::{TopHits, top_third},
    trained::BLEND,
};

/// A challenger whose log loss is better by this many standard errors always takes over.
const CERTAIN_ERRORS: f64 = 10.0;
/// Standard errors beyond which one order is better than another: about one in forty by chance.
const ORDER_ERRORS: f64 = 2.0;
/// Share of its hits that the champion's order must lose before another order takes the list: an order that is not
/// that of the probabilities needs explaining.
const MIN_ORDER_GAIN: f64 = 0.005;
/// Fewer slots prove no order.
const MIN_SLOTS_FOR_ORDER: usize = 8;

/// Out-of-time predictions of several models on the same rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Challengers<'a> {
    pub(crate) names: &'a [&'a str],
    /// One list per model.
    pub(crate) p: &'a [Vec<f64>],
    pub(crate) habits: &'a [Habit],
    pub(crate) hits: &'a [bool],
    pub(crate) slots: &'a [NaiveDate],
}

/// The model that ranked last, and the one that may not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Incumbent<'a> {
    /// Name of the model that ranked last; the base rate at first.
    pub champion: Option<&'a str>,
    /// Name of a model that was rolled back and may not return yet.
    pub suspended: Option<&'a str>,
}

/// A mean difference and its standard error over slots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub se: f64,
}

/// An order that puts more hits first than the champion's probabilities do.
#[derive(Clone, Debug, PartialEq)]
pub struct BetterOrder {
    /// Name of the model or habit.
    pub by: String,
    /// Hits per slot that it gains among the first third of the seats.
    pub hits: Gain,
}

/// Decision about the model that ranks from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct Promotion {
    /// Index of the champion among the models.
    pub champion: usize,
    /// Log loss in nats by which it is better than the incumbent.
    pub gain: Option<Gain>,
    /// `kept`, `won`, `too_few_outcomes` or `no_longer_there`.
    pub reason: &'static str,
    /// The order that replaces that of its probabilities; `None` where they rank best.
    pub order: Option<BetterOrder>,
}

/// Decides between the incumbent and its challengers: a mean of members first, else the lowest log loss.
pub(crate) fn promote(challengers: Challengers<'_>, incumbent: Incumbent<'_>) -> Promotion {
    let is_free = |model: usize| incumbent.suspended != Some(challengers.names[model]);
    let found = incumbent.champion.and_then(|name| challengers.names.iter().position(|own| *own == name));
    let is_there = found.is_some_and(is_free) || incumbent.champion.is_none();
    let current = found.filter(|model| is_free(*model)).unwrap_or(0);
    let decided = |champion, gain, reason| Promotion {
        champion,
        gain,
        reason,
        order: better_order(challengers, champion, incumbent.suspended),
    };
    if challengers.hits.len() < MIN_ROWS_TO_JUDGE {
        return Promotion { champion: 0, gain: None, reason: "too_few_outcomes", order: None };
    }
    let mut others: Vec<usize> =
        (0..challengers.names.len()).filter(|model| *model != current && is_free(*model)).collect();
    let loss = |model: usize| -> f64 {
        challengers.p[model].iter().zip(challengers.hits).map(|(p, hit)| row_log_loss(*p, *hit)).sum()
    };
    others.sort_by(|a, b| loss(*a).total_cmp(&loss(*b)));
    // The lowest loss may owe more to luck than the next one, and a mean is seldom worse than its members: it is tried
    // first unless another is better beyond the error.
    let mean = others.iter().position(|model| challengers.names[*model] == BLEND);
    if let Some(mean) = mean.filter(|mean| {
        loss_gain(challengers, others[*mean], others[0]).is_none_or(|lead| lead.mean <= lead.se)
    }) {
        others[..=mean].rotate_right(1);
    }
    let top_hits = TopHits::new(challengers.slots, challengers.hits, top_third);
    let winner = others.into_iter().find_map(|model| {
        let gain = loss_gain(challengers, current, model)?;
        let hits = top_hits.gain(&challengers.p[current], &challengers.p[model]);
        let loses_hits = hits.is_some_and(|hits| hits.mean < -ORDER_ERRORS * hits.se);
        let gains_hits = hits.is_some_and(|hits| hits.mean > ORDER_ERRORS * hits.se);
        let wins = gain.mean > CERTAIN_ERRORS * gain.se
            || (gain.mean > gain.se && !loses_hits)
            || (gain.mean > -gain.se && gains_hits);
        wins.then_some((model, gain))
    });
    match winner {
        Some((champion, gain)) => decided(champion, Some(gain), "won"),
        None => decided(current, None, if is_there { "kept" } else { "no_longer_there" }),
    }
}

/// The order with the most hits among the first third of each slot, if it beats the champion's beyond the error.
pub(crate) fn better_order(
    challengers: Challengers<'_>,
    champion: usize,
    suspended: Option<&str>,
) -> Option<BetterOrder> {
    let top_hits = TopHits::new(challengers.slots, challengers.hits, top_third);
    if top_hits.slots() < MIN_SLOTS_FOR_ORDER {
        return None;
    }
    let own = challengers.p.get(champion)?;
    let relevant = MIN_ORDER_GAIN * top_hits.mean(own);
    let models = challengers.names.iter().zip(challengers.p).enumerate();
    let models = models
        .filter(|(model, (name, _))| *model != champion && suspended != Some(**name))
        .map(|(_, (name, p))| ((*name).to_owned(), p));
    let habits = challengers.habits.iter().map(|habit| (habit.name(), &habit.values));
    let better = models.chain(habits).filter_map(|(by, values)| {
        let hits = top_hits.gain(own, values)?;
        (hits.mean > relevant.max(ORDER_ERRORS * hits.se)).then_some(BetterOrder { by, hits })
    });
    // The first of equals: models before habits, in their order.
    better.reduce(|best, next| if next.hits.mean > best.hits.mean { next } else { best })
}

fn loss_gain(challengers: Challengers<'_>, incumbent: usize, challenger: usize) -> Option<Gain> {
    let mut paired = Paired::default();
    for (row, (hit, slot)) in challengers.hits.iter().zip(challengers.slots).enumerate() {
        let loss = |model: usize| row_log_loss(challengers.p[model][row], *hit);
        paired.add(*slot, loss(incumbent) - loss(challenger));
    }
    paired.mean_and_error().map(|(mean, se)| Gain { mean, se })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: usize = 400;

    fn decided(p: &[Vec<f64>], habits: &[Habit], incumbent: Incumbent<'_>) -> Promotion {
        let hits: Vec<bool> = (0..ROWS).map(|row| row % 2 == 0).collect();
        let slots: Vec<NaiveDate> =
            (0..ROWS).map(|row| NaiveDate::from_yo_opt(2016, 1 + 7 * (row as u32 / 20)).unwrap()).collect();
        let names = ["base_rate", "good", "better", "blend"];
        let names = &names[..p.len()];
        promote(Challengers { names, p, habits, hits: &hits, slots: &slots }, incumbent)
    }

    fn promoted(p: &[Vec<f64>], incumbent: Incumbent<'_>) -> (usize, &'static str) {
        let promotion = decided(p, &[], incumbent);
        (promotion.champion, promotion.reason)
    }

    /// Right by this much in four slots of five.
    fn right_by(part: f64) -> Vec<f64> {
        let sign =
            |row: usize| if row.is_multiple_of(2) != (row / 20).is_multiple_of(5) { 1.0 } else { -1.0 };
        (0..ROWS).map(|row| 0.5 + part * sign(row)).collect()
    }

    #[test]
    fn a_challenger_must_win_beyond_the_error_bar() {
        let base = vec![0.5; ROWS];
        let incumbent = Incumbent { champion: Some("good"), suspended: None };
        assert_eq!(promoted(&[base.clone(), right_by(0.2), right_by(0.25)], Incumbent::default()).0, 2);
        assert_eq!(promoted(&[base.clone(), right_by(0.25), right_by(0.251)], incumbent), (1, "kept"));
        let wild = vec![0.9; ROWS];
        assert_eq!(promoted(&[base.clone(), wild], Incumbent::default()), (0, "kept"));
        let suspended = Incumbent { champion: Some("better"), suspended: Some("better") };
        assert_eq!(promoted(&[base, right_by(0.2), right_by(0.25)], suspended), (1, "won"));
    }

    #[test]
    fn the_mean_goes_first_unless_another_is_better_beyond_the_error() {
        let base = vec![0.5; ROWS];
        let p = |mean: f64| [base.clone(), right_by(0.2), right_by(0.21), right_by(mean)];
        assert_eq!(promoted(&p(0.209), Incumbent::default()).0, 3);
        assert_eq!(promoted(&p(0.05), Incumbent::default()).0, 2);
    }

    #[test]
    fn a_lower_loss_is_not_refused_for_its_calibration() {
        // All hits above all misses, and the sizes far off: .55 nats against .69.
        let off: Vec<f64> = (0..ROWS).map(|row| if row % 2 == 0 { 0.95 } else { 0.65 }).collect();
        assert_eq!(promoted(&[vec![0.5; ROWS], off], Incumbent::default()), (1, "won"));
    }

    #[test]
    fn an_order_that_puts_more_hits_first_takes_the_order_and_not_the_size() {
        let habit =
            |values: Vec<f64>| Habit { feature: "log_signals_per_threshold_alert".to_owned(), values };
        let perfect: Vec<f64> = (0..ROWS).map(|row| f64::from(row % 2 == 0)).collect();
        let p = [vec![0.5; ROWS], right_by(0.2)];
        let promotion = decided(&p, &[habit(perfect.clone())], Incumbent::default());
        assert_eq!((promotion.champion, promotion.reason), (1, "won"));
        let order = promotion.order.unwrap();
        // A third of 20 is 7; four slots of five have 7 hits there already, one in five none.
        assert_eq!(order.by, "signals_per_threshold_alert");
        assert!((order.hits.mean - 7.0 / 5.0).abs() < 1e-12, "{order:?}");
        assert_eq!(decided(&p, &[habit(right_by(0.1))], Incumbent::default()).order, None, "the same order");
        let sharp: Vec<f64> = perfect.iter().map(|hit| 0.1 + 0.8 * hit).collect();
        assert_eq!(decided(&[p[0].clone(), sharp], &[habit(perfect)], Incumbent::default()).order, None);
    }

    #[test]
    fn a_size_that_costs_hits_needs_certainty() {
        // The incumbent orders perfectly at small distances; the challenger is bold, and wrong in one slot of five.
        let timid: Vec<f64> = (0..ROWS).map(|row| if row % 2 == 0 { 0.501 } else { 0.499 }).collect();
        let base = vec![0.5; ROWS];
        let incumbent = Incumbent { champion: Some("good"), suspended: None };
        let promotion = decided(&[base, timid, right_by(0.2)], &[], incumbent);
        assert_eq!((promotion.champion, promotion.reason), (1, "kept"));
    }
}
