//! Hit rates, calibration of the oracle, and effects on hit probabilities.

use std::collections::BTreeMap;

use arrow::{array::AsArray, datatypes::Float64Type};

use super::{Market, MarketSpec, Preset, probabilities, small_spec};

#[test]
fn presets_reach_their_hit_rates() {
    let bounds = [
        (Preset::Y2016, 0.40, 0.60),
        (Preset::Y2019, 0.68, 0.82),
        (Preset::Y2020, 0.975, 0.997),
        (Preset::Kickstarter, 0.28, 0.45),
    ];
    for (preset, min, max) in bounds {
        let mut spec = MarketSpec::preset(preset);
        if preset == Preset::Y2020 {
            spec.set("market.slots", "20").unwrap();
        }
        let rates: Vec<f64> =
            (1..=5).map(|seed| Market::new(spec.clone(), seed).unwrap().hit_rate()).collect();
        assert!(rates.iter().all(|rate| (min..=max).contains(rate)), "{preset}: {rates:?}");
    }
}

#[test]
fn oracle_is_calibrated() {
    let spec = MarketSpec::preset(Preset::Y2019);
    let (mut oracle, mut knowable, mut hits) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 1..=3 {
        let (p_oracle, p_knowable, hit) = probabilities(&Market::new(spec.clone(), seed).unwrap());
        for ((p_oracle, p_knowable), hit) in p_oracle.into_iter().zip(p_knowable).zip(hit) {
            let Some(hit) = hit else { continue };
            oracle.push(p_oracle);
            knowable.push(p_knowable);
            hits.push(hit);
        }
    }
    // Ten bins of probability, each within four standard errors.
    let mut bins: BTreeMap<usize, (f64, f64, f64)> = BTreeMap::new();
    for (p, hit) in oracle.iter().zip(&hits) {
        let bin = bins.entry((p * 10.0) as usize).or_default();
        *bin = (bin.0 + p, bin.1 + f64::from(*hit), bin.2 + p * (1.0 - p));
    }
    for (bin, (expected, observed, variance)) in bins {
        assert!(
            (expected - observed).abs() < 4.0 * variance.sqrt() + 1.0,
            "bin {bin}: {expected} {observed}"
        );
    }
    // Selection depends on the mean of demand only, so knowable probabilities of selected offers are unbiased.
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let hit_rate = hits.iter().filter(|hit| **hit).count() as f64 / hits.len() as f64;
    assert!((mean(&knowable) - hit_rate).abs() < 0.04, "{} {hit_rate}", mean(&knowable));
}

#[test]
fn tipping_changes_demand_but_no_hit() {
    let outcomes = |ratio: &str| {
        let mut spec = small_spec();
        spec.set("arrivals.tipping_ratio", ratio).unwrap();
        let truth = Market::new(spec, 4).unwrap().truth(2).unwrap();
        let demand: f64 = truth["demand"].as_primitive::<Float64Type>().iter().flatten().sum();
        (demand, truth["hit"].as_boolean().clone())
    };
    let (slow, even, fast) = (outcomes("0.3"), outcomes("1"), outcomes("2.5"));
    assert!(slow.1 == even.1 && even.1 == fast.1);
    assert!(slow.0 < 0.95 * even.0 && fast.0 > 1.05 * even.0, "{} {} {}", slow.0, even.0, fast.0);
}

#[test]
fn competition_and_price_lower_probabilities() {
    let mean_probability = |path: &str, value: &str| {
        let mut spec = small_spec();
        spec.set(path, value).unwrap();
        let (oracle, ..) = probabilities(&Market::new(spec, 4).unwrap());
        oracle.iter().sum::<f64>() / oracle.len() as f64
    };
    assert!(
        mean_probability("demand.cannibalization", "0")
            > mean_probability("demand.cannibalization", "0.3") + 0.02
    );
    assert!(
        mean_probability("demand.price_square", "0") > mean_probability("demand.price_square", "-2") + 0.02
    );
}
