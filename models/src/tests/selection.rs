//! Selection bias: only selected offers have outcomes.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use slotcast_core::ScoredOffer;
use slotcast_features::{FeatureTable, Outcome};

use crate::{
    math::normal::{cdf, quantile},
    model_kind::ModelKind,
    testing::{TableBuilder, trainable_at},
    tests::fixtures::train_outcomes,
};

/// Slots of 20 offers of which the better half is selected, by a signal and by something unobserved. Demand depends on
/// both. Returns the table, the outcomes and the probabilities of a hit given the signal alone.
fn market_with_selection() -> (FeatureTable, Vec<Option<Outcome>>, Vec<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(31);
    let mut normal = || quantile(rng.random::<f64>().clamp(1e-9, 1.0 - 1e-9));
    let rows: Vec<[f64; 3]> = (0..4_000).map(|_| [normal(), normal(), normal()]).collect();
    let demand = |row: usize| (4.3 + 0.6 * rows[row][0] + 0.6 * rows[row][1] + 0.3 * rows[row][2]).exp();
    let table =
        TableBuilder::new(4_000).number("log_signals_per_threshold_alert", |row| Some(rows[row][0])).build();
    let mut outcomes = vec![None; 4_000];
    for slot in 0..200 {
        let mut offers: Vec<usize> = (20 * slot..20 * (slot + 1)).collect();
        let appeal = |row: usize| rows[row][0] + rows[row][1];
        offers.sort_by(|a, b| appeal(*b).total_cmp(&appeal(*a)));
        for row in &offers[..10] {
            let at = trainable_at(&table.keys[*row]);
            outcomes[*row] = Some(Outcome::new(demand(*row) >= 100.0, Some(demand(*row)), 100.0, false, at));
        }
    }
    let truth = |row: &[f64; 3]| cdf((4.3 + 0.6 * row[0] - 100.0_f64.ln()) / 0.6_f64.hypot(0.3));
    (table, outcomes, rows.iter().map(truth).collect())
}

#[test]
fn p_hit_is_corrected_for_selection() {
    let (table, outcomes, truth) = market_with_selection();
    let training = train_outcomes(&table, &outcomes);
    let demand = training.models.iter().find(|model| model.kind() == ModelKind::Demand).unwrap();
    let scored = demand.score(&table).unwrap();
    let error = |p: &dyn Fn(&ScoredOffer) -> f64| {
        scored.iter().zip(&truth).map(|(one, truth)| (p(one) - truth).abs()).sum::<f64>() / 4_000.0
    };
    let (own, given_selected) = (error(&|one| one.p_hit.get()), error(&|one| one.p_hit_given_selected.get()));
    assert!(own < 0.06 && given_selected > 2.0 * own, "{own} {given_selected}");
    let (mut expected, mut hits) = (0.0, 0.0);
    for (one, outcome) in scored.iter().zip(&outcomes) {
        if let Some(outcome) = outcome {
            expected += one.p_hit_given_selected.get();
            hits += f64::from(outcome.hit);
        }
    }
    assert!((expected - hits).abs() < 0.05 * hits, "selected offers: {expected} {hits}");
}
