//! Near duplicates: listed offers whose title nearly equals that of another offer or of a recent campaign.

use chrono::Days;
use slotcast_rank::{TitledOffer, near_duplicates};

use crate::ranked_list::RankedList;

/// Age of the oldest campaign that counts as recent, in weeks before the slot.
const RECENT_WEEKS: u64 = 8;

/// An offer and the one that it duplicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicatePair {
    /// The listed offer.
    pub offer: TitledOffer,
    /// The other offer of its list, or the campaign.
    pub other: TitledOffer,
}

/// Duplicates among each list and the recent ones of `campaigns`.
pub fn recent_duplicates(lists: &[RankedList], campaigns: &[TitledOffer]) -> Vec<DuplicatePair> {
    let mut pairs = Vec::new();
    for list in lists {
        let slot_date = list.slot.date;
        let offers = list.offers.iter().map(|ranked| &ranked.scored.offer);
        let listed: Vec<TitledOffer> = offers
            .filter_map(|offer| {
                Some(TitledOffer { id: offer.id.clone(), title: offer.title.clone()?, slot_date })
            })
            .collect();
        let window = slot_date - Days::new(7 * RECENT_WEEKS)..slot_date;
        let recent = campaigns.iter().filter(|campaign| window.contains(&campaign.slot_date));
        let others: Vec<TitledOffer> = listed.iter().chain(recent).cloned().collect();
        let nearest = near_duplicates(&listed, &others);
        pairs.extend(
            listed.into_iter().zip(nearest).filter_map(|(offer, nearest)| {
                Some(DuplicatePair { offer, other: others[nearest?].clone() })
            }),
        );
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{day, list};

    #[test]
    fn campaigns_of_the_last_eight_weeks_are_recent() {
        let mut lists = [list("2016-03-01", &[("a", vec![]), ("b", vec![])])];
        lists[0].offers[0].scored.offer.title = Some("walnut desk lamp".to_owned());
        let found = |slot: &str| {
            let campaign = TitledOffer {
                id: "old".to_owned(),
                title: "walnut desk lamps".to_owned(),
                slot_date: day(slot),
            };
            recent_duplicates(&lists, &[campaign]).into_iter().map(|pair| pair.other.id).collect::<Vec<_>>()
        };
        assert_eq!(found("2016-01-05"), ["old"]);
        assert!(found("2016-01-04").is_empty() && found("2016-03-01").is_empty());
    }
}
