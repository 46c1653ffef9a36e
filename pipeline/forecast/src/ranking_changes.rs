//! Changes of a ranking since the previous run, and the features behind them.

use std::collections::{BTreeMap, HashMap};

use slotcast_core::{Audience, INTERCEPT, INTERNAL_SUM, NaiveDate};
use slotcast_rank::top_changes;

use crate::{offer_id::OfferId, ranked_list::RankedList};

/// Rank of an offer in the previous run.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviousRank {
    /// That run.
    pub run_id: Option<String>,
    /// The rank.
    pub rank: usize,
    /// The probability of a hit.
    pub p_hit: f64,
    /// Contributions by feature, as everyone may see them; empty if unknown.
    pub log_odds: BTreeMap<String, f64>,
}

/// The change of one offer.
#[derive(Clone, Debug, PartialEq)]
pub struct RankingChange<'a> {
    /// Slot of the offer.
    pub slot_date: NaiveDate,
    /// Id of the offer.
    pub offer_id: &'a str,
    /// Its previous rank.
    pub previous: &'a PreviousRank,
    /// Features whose contribution changed most, with the difference in log-odds.
    pub shifts: Vec<(&'a str, f64)>,
}

/// Changes of the offers that the previous run ranked for the same slot. Confidential features count as one.
pub fn ranking_changes<'a>(
    lists: &'a [RankedList],
    previous: &'a HashMap<OfferId, PreviousRank>,
) -> Vec<RankingChange<'a>> {
    let mut changes = Vec::new();
    for list in lists {
        for scored in list.offers.iter().map(|ranked| &ranked.scored) {
            let id = &scored.offer.id;
            let Some(before) = previous.get(&(list.slot.date, id.clone())) else { continue };
            let mut now = BTreeMap::from([(INTERCEPT, list.intercept())]);
            for one in &scored.contributions {
                let is_visible = Audience::Everyone.may_see(&one.feature);
                let feature = if is_visible { one.feature.as_str() } else { INTERNAL_SUM };
                *now.entry(feature).or_default() += one.log_odds;
            }
            let then: BTreeMap<&str, f64> =
                before.log_odds.iter().map(|(feature, log_odds)| (feature.as_str(), *log_odds)).collect();
            let shifts = if then.is_empty() { Vec::new() } else { top_changes(&then, &now) };
            changes.push(RankingChange { slot_date: list.slot.date, offer_id: id, previous: before, shifts });
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{contribution, day, list};

    #[test]
    fn only_offers_ranked_before_have_a_change() {
        let lists = [list(
            "2016-03-01",
            &[("a", vec![contribution("alerts", 0.5), contribution("unit_cost", 0.5)]), ("b", vec![])],
        )];
        let before = |log_odds: &[(&str, f64)]| PreviousRank {
            run_id: Some("r".to_owned()),
            rank: 4,
            p_hit: 0.3,
            log_odds: log_odds.iter().map(|(feature, value)| ((*feature).to_owned(), *value)).collect(),
        };
        let slot = day("2016-03-01");
        let known = [("alerts", 0.25), (INTERNAL_SUM, 0.5), (INTERCEPT, 0.0)];
        let previous = HashMap::from([
            ((slot, "a".to_owned()), before(&known)),
            ((day("2016-03-08"), "b".to_owned()), before(&known)),
        ]);
        let changes = ranking_changes(&lists, &previous);
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].offer_id, changes[0].previous.rank), ("a", 4));
        assert_eq!(changes[0].shifts, [("alerts", 0.25)]);
        let unknown = HashMap::from([((slot, "a".to_owned()), before(&[]))]);
        assert!(ranking_changes(&lists, &unknown)[0].shifts.is_empty());
    }
}
