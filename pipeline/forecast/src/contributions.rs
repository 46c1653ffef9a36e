//! Contributions to the score of each listed offer, as rows.

use slotcast_core::{Audience, Contribution, FeatureValue, INTERCEPT, INTERNAL_SUM, NaiveDate};

use crate::ranked_list::RankedList;

/// The contribution of one feature to one score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContributionRow<'a> {
    /// Slot of the offer.
    pub slot_date: NaiveDate,
    /// Id of the offer.
    pub offer_id: &'a str,
    /// The feature, [`INTERCEPT`] or [`INTERNAL_SUM`].
    pub feature: &'a str,
    /// Its value, if it is a number or a record.
    pub value: Option<f64>,
    /// Its value, if it is a text.
    pub text_value: Option<&'a str>,
    /// The contribution.
    pub log_odds: f64,
}

/// Contributions of all offers. Those that `audience` may not see are summed into one row.
pub fn contribution_rows(lists: &[RankedList], audience: Audience) -> Vec<ContributionRow<'_>> {
    let mut rows = Vec::new();
    for list in lists {
        for scored in list.offers.iter().map(|ranked| &ranked.scored) {
            let row = |feature, log_odds| ContributionRow {
                slot_date: list.slot.date,
                offer_id: &scored.offer.id,
                feature,
                value: None,
                text_value: None,
                log_odds,
            };
            rows.push(row(INTERCEPT, list.intercept()));
            let is_visible = |one: &&Contribution| audience.may_see(&one.feature);
            for one in scored.contributions.iter().filter(is_visible) {
                let (value, text_value) = match &one.value {
                    FeatureValue::Number(number) => (Some(*number), None),
                    FeatureValue::Text(text) => (None, Some(text.as_str())),
                    FeatureValue::Record { hits, n } => (Some(hits / n), None),
                    FeatureValue::Missing => (None, None),
                };
                rows.push(ContributionRow { value, text_value, ..row(&one.feature, one.log_odds) });
            }
            rows.extend(scored.hidden_log_odds(audience).map(|log_odds| row(INTERNAL_SUM, log_odds)));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{contribution, list};

    #[test]
    fn confidential_contributions_are_summed() {
        let lists = [list(
            "2016-03-01",
            &[(
                "a",
                vec![
                    contribution("alerts", 0.5),
                    contribution("unit_cost", -0.25),
                    contribution("margin", 0.75),
                ],
            )],
        )];
        let rows = |audience| {
            let rows = contribution_rows(&lists, audience);
            rows.iter().map(|row| (row.feature.to_owned(), row.log_odds)).collect::<Vec<_>>()
        };
        let start = (INTERCEPT.to_owned(), 0.0);
        assert_eq!(
            rows(Audience::Everyone),
            [start.clone(), ("alerts".to_owned(), 0.5), (INTERNAL_SUM.to_owned(), 0.5)]
        );
        assert_eq!(rows(Audience::Internal)[0], start);
        assert_eq!(rows(Audience::Internal).len(), 4);
    }
}
