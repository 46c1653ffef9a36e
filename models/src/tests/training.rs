//! Training: the champion, the fallback to the base rate, refusals.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use slotcast_core::Hint;
use slotcast_features::{OfferKey, Outcome};

use crate::{
    error::ModelError,
    evaluate::promotion::Incumbent,
    model::TrainedModel,
    model_kind::ModelKind,
    params::ModelParams,
    testing::{TableBuilder, market, outcomes, trainable_at},
    tests::fixtures::{train_hits, train_outcomes, with_signal},
    train::train,
};

#[test]
fn p_hit_rises_with_the_signal() {
    for level in [-2.0, 1.6] {
        let (table, hits) = market(1_500, level, 11);
        let training = train_hits(&table, &hits);
        assert_ne!(training.promoted_model().kind(), ModelKind::BaseRate);
        let p = |value| training.models[1].score(&with_signal(&table, value)).unwrap()[0].p_hit.get();
        assert!(p(-1.5) < p(0.0) && p(0.0) < p(1.5), "{} {} {}", p(-1.5), p(0.0), p(1.5));
        let mean = hits.iter().filter(|hit| **hit).count() as f64 / 1_500.0;
        assert!(p(1.5) > mean && p(-1.5) < mean, "level {level}: mean {mean}");
    }
}

#[test]
fn noise_promotes_the_base_rate() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let mut column = || (0..600).map(|_| Some(rng.random::<f64>())).collect::<Vec<_>>();
    let (a, b, chance) = (column(), column(), column());
    let table = TableBuilder::new(600).number("a", |row| a[row]).number("b", |row| b[row]).build();
    let hits: Vec<bool> = chance.iter().map(|chance| *chance < Some(0.4)).collect();
    let training = train_hits(&table, &hits);
    assert_eq!((training.promotion.champion, training.models.len()), (0, 4));
    assert!(training.out_of_time.hits.len() > 220, "{:?}", training.out_of_time);
}

#[test]
fn too_little_data_leaves_the_base_rate() {
    let (table, _) = market(200, 0.0, 2);
    let training = train_hits(&table, &[false; 200]);
    assert_eq!(training.models.len(), 1);
    assert_eq!(
        training.note.as_deref(),
        Some("a regression needs hits and misses, but all `200` rows are misses")
    );
    let scores = training.models[0].score(&table).unwrap();
    assert!(scores[0].p_hit.get() > 0.0 && scores[0].p_hit.get() < 0.05);

    let (table, hits) = market(59, 0.0, 2);
    let note = train_hits(&table, &hits).note.unwrap();
    assert_eq!(note, "a regression needs `60` rows with a known outcome, but there are `59`");
    let one = table.select(&[0]);
    assert_eq!(train_hits(&one, &[true]).models[0].n_hits(), 1);
    let constant = TableBuilder::new(100).number("x", |_| Some(1.0)).build();
    let hits: Vec<bool> = (0..100).map(|row| row % 2 == 0).collect();
    assert!(train_hits(&constant, &hits).note.unwrap().contains("a feature that varies"));
}

#[test]
fn without_misses_the_regression_of_demand_remains() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let signal: Vec<f64> = (0..800).map(|_| rng.random::<f64>()).collect();
    let table = TableBuilder::new(800).number("signal", |row| Some(signal[row])).build();
    let outcome = |(signal, key): (&f64, &OfferKey)| {
        Some(Outcome::new(true, Some(150.0 + 900.0 * signal), 100.0, false, trainable_at(key)))
    };
    let outcomes: Vec<_> = signal.iter().zip(&table.keys).map(outcome).collect();
    let training = train_outcomes(&table, &outcomes);
    assert!(training.note.as_deref().unwrap().contains("hits and misses"), "{:?}", training.note);
    let demand = training.models.iter().find(|model| model.kind() == ModelKind::Demand).unwrap();
    let median = |value: f64| demand.score(&with_signal(&table, value)).unwrap()[0].demand.unwrap().p50;
    assert!(median(0.9) > 1.5 * median(0.1), "{} {}", median(0.9), median(0.1));
}

#[test]
fn invalid_training_rows_are_refused() {
    let params = ModelParams::default().check().unwrap();
    let (table, hits) = market(100, 0.0, 2);
    assert!(matches!(train(&table.select(&[]), &[], &params, Incumbent::default()), Err(ModelError::NoRows)));
    assert!(matches!(
        train(&table, &outcomes(&table, &hits[1..]), &params, Incumbent::default()),
        Err(ModelError::LengthMismatch { found: 99, .. })
    ));
}

#[test]
fn other_features_are_refused() {
    let (table, hits) = market(300, 0.0, 4);
    let other = TableBuilder::new(5).number("signal", |_| Some(0.0)).build();
    for model in &train_hits(&table, &hits).models {
        let error = model.score(&other).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(&table.spec.hash()) && message.contains(&other.spec.hash()), "{message}");
        assert!(error.hint().is_some());
        assert_eq!(model.score(&other.select(&[])).unwrap(), []);
    }
}

#[test]
fn training_is_reproducible() {
    let text = || {
        let (table, hits) = market(700, 0.3, 8);
        train_hits(&table, &hits).models.iter().map(TrainedModel::to_json).collect::<Vec<_>>()
    };
    assert_eq!(text(), text());
}
