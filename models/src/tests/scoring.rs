//! Scores: contributions, free text, thin data.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use slotcast_core::FeatureValue;

use crate::{
    math::functions::logit,
    model::TrainedModel,
    model_kind::ModelKind,
    testing::{TableBuilder, market},
    tests::fixtures::train_hits,
};

#[test]
fn intercept_and_contributions_add_up_to_the_logit() {
    let (table, hits) = market(900, -0.5, 6);
    let training = train_hits(&table, &hits);
    for model in &training.models {
        for scored in model.score(&table).unwrap() {
            let sum: f64 = scored.contributions.iter().map(|contribution| contribution.log_odds).sum();
            assert!((model.intercept() + sum - logit(scored.p_hit.get())).abs() < 1e-9);
            let expected = if model.kind() == ModelKind::BaseRate { 1 } else { 4 };
            assert_eq!(scored.contributions.len(), expected);
        }
    }
    let model = &training.models[1];
    let scored = model.score(&table).unwrap();
    let ensemble = model.ensemble.as_ref().unwrap();
    let slope = ensemble.calibrator.platt.slope;
    assert!(slope != 1.0 && slope > 0.5, "calibrated, so that the sum above tests it: {slope}");
    // Computed from the matrix and the two numbers of Platt scaling alone.
    let prepared = ensemble.fitted.transform(&table).unwrap();
    let raw = ensemble.fitted.score(&ensemble.fitted.members[0], &prepared);
    for (scored, raw) in scored.iter().zip(raw) {
        assert!((logit(scored.p_hit.get()) - ensemble.calibrator.apply(raw.logit)).abs() < 1e-9);
    }
    for feature in 0..4 {
        let sum: f64 = scored.iter().map(|scored| scored.contributions[feature].log_odds).sum();
        assert!(sum.abs() < 1e-6, "relative to the training mean: {sum}");
    }
}

#[test]
fn informative_terms_are_used_and_named() {
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let draw: Vec<(bool, f64, f64)> =
        (0..1_200).map(|_| (rng.random::<f64>() < 0.5, rng.random::<f64>(), rng.random::<f64>())).collect();
    let word = |is_good: bool| if is_good { "handmade" } else { "plastic" };
    let titles: Vec<&'static str> = (draw.iter().enumerate())
        .map(|(row, (is_good, ..))| &*format!("{} thing {row}", word(*is_good)).leak())
        .collect();
    let table = TableBuilder::new(1_200)
        .number("noise", |row| Some(draw[row].1))
        .category("title", |row| Some(titles[row]))
        .build();
    let hits: Vec<bool> =
        draw.iter().map(|(is_good, _, chance)| *chance < if *is_good { 0.75 } else { 0.3 }).collect();
    let training = train_hits(&table, &hits);
    let model = training.promoted_model();
    assert_ne!(model.kind(), ModelKind::BaseRate);
    for (scored, (is_good, ..)) in model.score(&table).unwrap().iter().zip(&draw) {
        let title = scored.contributions.iter().find(|one| one.feature == "title").unwrap();
        assert_eq!(title.log_odds > 0.0, *is_good);
        let is_named = matches!(&title.value, FeatureValue::Text(terms) if terms.starts_with(word(*is_good)));
        assert!(is_named, "{title:?}");
        let sum: f64 = scored.contributions.iter().map(|one| one.log_odds).sum();
        assert!((model.intercept() + sum - logit(scored.p_hit.get())).abs() < 1e-9);
    }
    assert_eq!(TrainedModel::from_json(&model.to_json()).unwrap().to_json(), model.to_json());
}

#[test]
fn thin_data_is_fewer_than_thirty_comparable_rows() {
    let category = |rare: usize| move |row: usize| Some(if row < rare { "rare" } else { "common" });
    for (rare, is_thin) in [(29, true), (30, false)] {
        let table = TableBuilder::new(400).category("category", category(rare)).build();
        let hits: Vec<bool> = (0..400).map(|row| row % 3 == 0).collect();
        let scores = train_hits(&table, &hits).models[0].score(&table).unwrap();
        assert_eq!((scores[0].thin_data, scores[399].thin_data), (is_thin, false));
    }
}
