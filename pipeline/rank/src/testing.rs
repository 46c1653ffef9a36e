//! Offers for tests.

use proptest::{collection::vec, option, prelude::*};
use slotcast_core::{
    Contribution, DemandQuantiles, FeatureValue, NaiveDate, Offer, Probability, ScoredOffer, ThresholdBasis,
};

/// A contribution without a value.
pub(crate) fn contribution(feature: &str, log_odds: f64) -> Contribution {
    Contribution { feature: feature.to_owned(), value: FeatureValue::Missing, log_odds }
}

/// An offer with a threshold of 100 and no demand.
pub(crate) fn scored(id: &str, p_hit: f64) -> ScoredOffer {
    ScoredOffer {
        offer: Offer {
            id: id.to_owned(),
            product_id: "p".to_owned(),
            slot_date: NaiveDate::from_ymd_opt(2016, 3, 1).expect("a date"),
            threshold: 100.0,
            threshold_basis: ThresholdBasis::Units,
            price: None,
            capacity: None,
            unit_cost: None,
            fixed_cost: None,
            title: None,
            category: None,
            maker_name: None,
        },
        p_hit: Probability::new(p_hit).expect("a probability"),
        p_low: None,
        p_high: None,
        p_hit_given_selected: Probability::new(p_hit).expect("a probability"),
        order: None,
        demand: None,
        curve: None,
        thin_data: false,
        contributions: Vec::new(),
        model: "m".to_owned(),
    }
}

/// An offer with this median demand.
pub(crate) fn scored_with_demand(id: &str, p_hit: f64, p50: f64) -> ScoredOffer {
    let demand = Some(DemandQuantiles { p10: p50 / 2.0, p50, p90: p50 * 2.0 });
    ScoredOffer { demand, ..scored(id, p_hit) }
}

/// Lists with many ties, including equal ids of different products.
pub(crate) fn offers() -> impl Strategy<Value = Vec<ScoredOffer>> {
    let p_hit = prop_oneof![Just(0.0), Just(0.5), Just(1.0), 0.0..=1.0_f64];
    let demand = option::of(prop_oneof![Just(50.0), 0.0..400.0_f64]);
    let one = (p_hit, demand, "[ab]{0,2}", "[pq]").prop_map(|(p_hit, p50, id, product_id)| {
        let mut one = match p50 {
            Some(p50) => scored_with_demand(&id, p_hit, p50),
            None => scored(&id, p_hit),
        };
        one.offer.product_id = product_id;
        one.contributions = vec![contribution("f", p_hit - 0.5)];
        one
    });
    vec(one, 0..24)
}
