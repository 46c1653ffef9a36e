//! Total order of a list. It depends on the offers alone, never on the order of their arrival.

use std::cmp::Ordering;

use slotcast_core::{RankedOffer, ScoredOffer};

use crate::{rank_by::RankBy, reasons::top_reasons};

/// Sorts the offers of one slot, numbers them from 1 and picks their reasons.
///
/// The order is: the value of `rank_by`, then p_hit, then the median demand as a multiple of the threshold (offers
/// without one last), then the id.
pub fn rank(scored: Vec<ScoredOffer>, rank_by: RankBy) -> Vec<RankedOffer> {
    let mut scored = scored;
    scored.sort_by(|a, b| {
        by_rank_value(a, b, rank_by)
            .then_with(|| by_demand(a, b))
            .then_with(|| a.offer.id.cmp(&b.offer.id))
            .then_with(|| by_remaining_fields(a, b))
    });
    let better_order = scored.first().and_then(|first| first.order.as_ref()).map(|order| order.by.clone());
    let ranked_by = match (rank_by, better_order) {
        (RankBy::Auto, Some(by)) => by,
        (RankBy::Auto, None) => RankBy::PHit.as_str().to_owned(),
        (chosen, _) => chosen.as_str().to_owned(),
    };
    (1..)
        .zip(scored)
        .map(|(rank, scored)| RankedOffer {
            rank,
            ranked_by: ranked_by.clone(),
            reasons: top_reasons(&scored.contributions),
            scored,
        })
        .collect()
}

fn by_rank_value(a: &ScoredOffer, b: &ScoredOffer, rank_by: RankBy) -> Ordering {
    let p_twice = |scored: &ScoredOffer| Some(scored.curve?.p_at_least(2.0 * scored.offer.threshold));
    let value = |scored: &ScoredOffer| match rank_by {
        RankBy::Auto => Some(scored.order.as_ref().map_or(scored.p_hit.get(), |order| order.value)),
        RankBy::PHit => Some(scored.p_hit.get()),
        RankBy::PTwice => p_twice(scored),
        RankBy::ExpectedAmount => scored.expected_amount(),
    };
    by_value(value(a), value(b)).then_with(|| by_value(Some(a.p_hit.get()), Some(b.p_hit.get())))
}

/// The larger first, missing values last.
fn by_value(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        // Adding zero turns -0.0 into 0.0, which `total_cmp` would order.
        (Some(a), Some(b)) => (b + 0.0).total_cmp(&(a + 0.0)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

fn by_demand(a: &ScoredOffer, b: &ScoredOffer) -> Ordering {
    by_value(demand_per_threshold(a), demand_per_threshold(b))
}

/// `None` without a demand distribution, or if a threshold of zero makes the ratio meaningless.
fn demand_per_threshold(scored: &ScoredOffer) -> Option<f64> {
    let ratio = scored.demand?.p50 / scored.offer.threshold;
    ratio.is_finite().then_some(ratio)
}

/// Ids should be unique. If they are not, every other field decides, so that the list does not depend on the order of
/// arrival. The debug text contains all fields with all digits; it is built for such pairs only.
fn by_remaining_fields(a: &ScoredOffer, b: &ScoredOffer) -> Ordering {
    format!("{a:?}").cmp(&format!("{b:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotcast_core::OrderValue;

    use crate::testing::{offers, scored, scored_with_demand};
    use proptest::prelude::*;

    fn ids(scored: Vec<ScoredOffer>) -> Vec<String> {
        rank(scored, RankBy::PHit).into_iter().map(|one| one.scored.offer.id).collect()
    }

    #[test]
    fn p_hit_then_demand_then_id() {
        let list = vec![
            scored("b", 0.5),
            scored("a", 0.5),
            scored_with_demand("d", 0.5, 90.0),
            scored_with_demand("c", 0.5, 120.0),
            scored("e", 0.9),
        ];
        assert_eq!(ids(list), ["e", "c", "d", "a", "b"]);
    }

    #[test]
    fn p_twice_ranks_by_a_multiple_of_the_threshold() {
        let with_curve = |id: &str, slope: f64| {
            let curve = slotcast_core::DemandCurve::new(100.0, 4.0, slope, slope);
            ScoredOffer { curve, ..scored(id, 0.98) }
        };
        // The same probability at the threshold; the flatter curve has the longer tail.
        let list = || vec![scored("none", 0.99), with_curve("steep", 5.0), with_curve("flat", 2.0)];
        let by =
            |rank_by| rank(list(), rank_by).into_iter().map(|one| one.scored.offer.id).collect::<Vec<_>>();
        assert_eq!(by(RankBy::PTwice), ["flat", "steep", "none"]);
        assert_eq!(by(RankBy::PHit)[0], "none");
        assert_eq!(
            by(RankBy::ExpectedAmount),
            ["none", "flat", "steep"],
            "without a price: by p_hit and demand"
        );
    }

    #[test]
    fn a_better_order_ranks_unless_the_settings_name_one() {
        let by_alerts = |id: &str, p_hit: f64, value: f64| ScoredOffer {
            order: Some(OrderValue { by: "signals_per_threshold_alert".to_owned(), value }),
            ..scored(id, p_hit)
        };
        let list = || vec![by_alerts("likely", 0.9, 0.5), by_alerts("awaited", 0.4, 2.0)];
        let first = |rank_by| {
            let ranked = rank(list(), rank_by);
            (ranked[0].scored.offer.id.clone(), ranked[0].ranked_by.clone())
        };
        let expected = |id: &str, by: &str| (id.to_owned(), by.to_owned());
        assert_eq!(first(RankBy::Auto), expected("awaited", "signals_per_threshold_alert"));
        assert_eq!(first(RankBy::PHit), expected("likely", "p_hit"));
        assert_eq!(rank(vec![scored("a", 0.5)], RankBy::Auto)[0].ranked_by, "p_hit");
    }

    #[test]
    fn a_threshold_of_zero_has_no_ratio() {
        let mut free = scored_with_demand("a", 0.5, 120.0);
        free.offer.threshold = 0.0;
        assert_eq!(ids(vec![free, scored_with_demand("b", 0.5, 1.0)]), ["b", "a"]);
    }

    #[test]
    fn negative_zero_ties_with_zero() {
        assert_eq!(ids(vec![scored("b", 0.0), scored("a", -0.0)]), ["a", "b"]);
    }

    #[test]
    fn an_empty_list_remains_empty() {
        assert!(rank(Vec::new(), RankBy::default()).is_empty());
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter((offers, shuffled) in offers().prop_flat_map(|list| {
            (Just(list.clone()), Just(list).prop_shuffle())
        })) {
            let ranked = rank(offers, RankBy::PHit);
            prop_assert_eq!(&ranked, &rank(shuffled, RankBy::PHit));
        }

        #[test]
        fn a_list_is_a_permutation_numbered_from_one(offers in offers()) {
            let ranked = rank(offers.clone(), RankBy::PHit);
            let ranks: Vec<u32> = ranked.iter().map(|one| one.rank).collect();
            prop_assert_eq!(ranks, (1..).take(offers.len()).collect::<Vec<u32>>());

            let text = |one: &ScoredOffer| format!("{one:?}");
            let mut before: Vec<String> = offers.iter().map(text).collect();
            let mut after: Vec<String> = ranked.iter().map(|one| text(&one.scored)).collect();
            before.sort();
            after.sort();
            prop_assert_eq!(before, after);
            prop_assert!(ranked.windows(2).all(|two| two[0].scored.p_hit >= two[1].scored.p_hit));
        }
    }
}
