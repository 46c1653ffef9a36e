//! Which model ranks: a challenger takes over only by proof.

use slotcast_core::NaiveDate;

use crate::{
    evaluate::MIN_ROWS_TO_JUDGE,
    metrics::{ece, ece_noise_floor, row_log_loss},
    paired::Paired,
    trained::BLEND,
};

/// Offers of a slot share their luck, so chance moves the calibration error of a good model further than the
/// noise floor of independent offers says.
const FLOORS: f64 = 2.0;
/// A calibration error that nobody would notice.
const SMALL_ECE: f64 = 0.03;

/// Out-of-time predictions of several models on the same rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contest<'a> {
    pub(crate) names: &'a [&'a str],
    /// One list a model.
    pub(crate) p: &'a [Vec<f64>],
    pub(crate) hits: &'a [bool],
    pub(crate) slots: &'a [NaiveDate],
}

/// Who ranks before, and who may not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reign<'a> {
    /// Name of the model that ranked last; the base rate at first.
    pub champion: Option<&'a str>,
    /// Name of a model that was taken back and may not return yet.
    pub barred: Option<&'a str>,
}

/// Who ranks from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct Promotion {
    /// Place of the champion among the models.
    pub champion: usize,
    /// Mean log loss in nats by which it is better than the one before it, and its standard error over slots.
    pub gain: Option<(f64, f64)>,
    /// `kept`, `won`, `too_few_outcomes` or `no_longer_there`.
    pub why: &'static str,
}

/// Of the challengers, the mean or else the lowest log loss first, one replaces the champion if it is better by more than a standard error
/// over slots and its calibration error is not out of bounds.
pub(crate) fn promote(contest: Contest<'_>, reign: Reign<'_>) -> Promotion {
    let is_free = |place: usize| reign.barred != Some(contest.names[place]);
    let before = reign.champion.and_then(|name| contest.names.iter().position(|own| *own == name));
    let incumbent = before.filter(|place| is_free(*place));
    let is_there = incumbent.is_some() || reign.champion.is_none();
    let incumbent = incumbent.unwrap_or(0);
    if contest.hits.len() < MIN_ROWS_TO_JUDGE {
        return Promotion { champion: 0, gain: None, why: "too_few_outcomes" };
    }
    let loss = |place: usize| -> f64 {
        contest.p[place].iter().zip(contest.hits).map(|(p, hit)| row_log_loss(*p, *hit)).sum()
    };
    let error = |place: usize| ece(&contest.p[place], contest.hits).unwrap_or(0.0);
    let is_calibrated = |place: usize| {
        let own = error(place);
        own <= error(incumbent).max(SMALL_ECE)
            || ece_noise_floor(&contest.p[place]).is_some_and(|floor| own <= FLOORS * floor)
    };
    let mut others: Vec<usize> = (0..contest.names.len())
        .filter(|place| *place != incumbent && is_free(*place) && is_calibrated(*place))
        .collect();
    others.sort_by(|a, b| loss(*a).total_cmp(&loss(*b)));
    // The lowest loss may owe more to luck than the next one, and a mean is seldom worse than its members: it is tried
    // first unless another is better beyond the error.
    let mean = others.iter().position(|place| contest.names[*place] == BLEND);
    if let Some(mean) = mean.filter(|mean| {
        let lead = gain(contest, others[*mean], others[0]);
        lead.is_none_or(|(lead, error)| lead <= error)
    }) {
        others[..=mean].rotate_right(1);
    }
    let best = others.into_iter().find_map(|place| {
        let (gain, error) = gain(contest, incumbent, place)?;
        (gain > error).then_some((place, (gain, error)))
    });
    match best {
        Some((champion, gain)) => Promotion { champion, gain: Some(gain), why: "won" },
        None => Promotion {
            champion: incumbent,
            gain: None,
            why: if is_there { "kept" } else { "no_longer_there" },
        },
    }
}

fn gain(contest: Contest<'_>, incumbent: usize, challenger: usize) -> Option<(f64, f64)> {
    let mut paired = Paired::default();
    for (row, (hit, slot)) in contest.hits.iter().zip(contest.slots).enumerate() {
        let loss = |place: usize| row_log_loss(contest.p[place][row], *hit);
        paired.add(*slot, loss(incumbent) - loss(challenger));
    }
    paired.mean_and_error()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promoted(p: &[Vec<f64>], reign: Reign<'_>) -> (usize, &'static str) {
        let hits: Vec<bool> = (0..400).map(|row| row % 2 == 0).collect();
        let slots: Vec<NaiveDate> =
            (0..400).map(|row| NaiveDate::from_yo_opt(2016, 1 + 7 * (row / 20)).unwrap()).collect();
        let names = ["base_rate", "good", "better", "blend"];
        let contest = Contest { names: &names[..p.len()], p, hits: &hits, slots: &slots };
        let promotion = promote(contest, reign);
        (promotion.champion, promotion.why)
    }

    /// Right by so much, in four slots of five.
    fn right_by(part: f64) -> Vec<f64> {
        let sign =
            |row: usize| if row.is_multiple_of(2) != (row / 20).is_multiple_of(5) { 1.0 } else { -1.0 };
        (0..400).map(|row| 0.5 + part * sign(row)).collect()
    }

    #[test]
    fn a_challenger_must_win_beyond_the_error_bar() {
        let base = vec![0.5; 400];
        let reign = Reign { champion: Some("good"), barred: None };
        assert_eq!(promoted(&[base.clone(), right_by(0.2), right_by(0.25)], Reign::default()).0, 2);
        assert_eq!(promoted(&[base.clone(), right_by(0.25), right_by(0.251)], reign), (1, "kept"));
        let wild = vec![0.9; 400];
        assert_eq!(promoted(&[base.clone(), wild], Reign::default()), (0, "kept"));
        let barred = Reign { champion: Some("better"), barred: Some("better") };
        assert_eq!(promoted(&[base, right_by(0.2), right_by(0.25)], barred), (1, "won"));
    }

    #[test]
    fn the_mean_goes_first_unless_another_is_better_beyond_the_error() {
        let base = vec![0.5; 400];
        let p = |mean: f64| [base.clone(), right_by(0.2), right_by(0.21), right_by(mean)];
        assert_eq!(promoted(&p(0.209), Reign::default()).0, 3);
        assert_eq!(promoted(&p(0.05), Reign::default()).0, 2);
    }

    #[test]
    fn a_wrong_size_is_no_win_even_with_a_better_order() {
        // All hits above all misses, but the sizes are far off.
        let off: Vec<f64> = (0..400).map(|row| if row % 2 == 0 { 0.95 } else { 0.65 }).collect();
        assert_eq!(promoted(&[vec![0.5; 400], off], Reign::default()), (0, "kept"));
    }
}
