//! The promises of the room as a whole: order, refusal, sums, bytes, bounds.

use proptest::prelude::*;
use slotcast_core::{FeatureValue, Hint};
use slotcast_features::{Column, FeatureTable, OfferKey};

use super::*;
use crate::{
    numbers::logit,
    seeded::SplitMix64,
    testing::{TableBuilder, market, outcomes, trainable_at},
};

fn fit(table: &FeatureTable, hits: &[bool]) -> Training {
    let params = ModelParams::default().check().unwrap();
    train(table, &outcomes(table, hits), &params, Incumbent::default()).unwrap()
}

fn with_signal(table: &FeatureTable, value: f64) -> FeatureTable {
    let mut one = table.select(&[0]);
    one.columns[0] = Column::Number(vec![Some(value)]);
    one
}

#[test]
fn the_chance_rises_with_what_helps_whether_hits_are_rare_or_frequent() {
    for level in [-2.0, 1.6] {
        let (table, hits) = market(1_500, level, 11);
        let training = fit(&table, &hits);
        assert_ne!(training.promoted_model().name(), BASE_RATE);
        let p = |value| training.models[1].score(&with_signal(&table, value)).unwrap()[0].p_hit.get();
        assert!(p(-1.5) < p(0.0) && p(0.0) < p(1.5), "{} {} {}", p(-1.5), p(0.0), p(1.5));
        let mean = hits.iter().filter(|hit| **hit).count() as f64 / 1_500.0;
        assert!(p(1.5) > mean && p(-1.5) < mean, "level {level}: mean {mean}");
    }
}

#[test]
fn noise_promotes_the_base_rate() {
    let mut source = SplitMix64::new(9);
    let mut column = || (0..600).map(|_| Some(source.uniform())).collect::<Vec<_>>();
    let (a, b, chance) = (column(), column(), column());
    let table = TableBuilder::new(600).number("a", |row| a[row]).number("b", |row| b[row]).build();
    let hits: Vec<bool> = chance.iter().map(|chance| *chance < Some(0.4)).collect();
    let training = fit(&table, &hits);
    assert_eq!((training.promotion.champion, training.models.len()), (0, 4));
    assert!(training.out_of_time.hits.len() > 220, "{:?}", training.out_of_time);
}

#[test]
fn without_both_outcomes_or_enough_rows_only_the_base_rate_is_left() {
    let (table, _) = market(200, 0.0, 2);
    let training = fit(&table, &[false; 200]);
    assert_eq!(training.models.len(), 1);
    assert_eq!(
        training.note.as_deref(),
        Some("a regression needs hits and misses, but all `200` rows are misses")
    );
    let scores = training.models[0].score(&table).unwrap();
    assert!(scores[0].p_hit.get() > 0.0 && scores[0].p_hit.get() < 0.05);

    let (table, hits) = market(59, 0.0, 2);
    let note = fit(&table, &hits).note.unwrap();
    assert_eq!(note, "a regression needs `60` rows with a known outcome, but there are `59`");
    let one = table.select(&[0]);
    assert_eq!(fit(&one, &[true]).models[0].n_hits(), 1);
    let constant = TableBuilder::new(100).number("x", |_| Some(1.0)).build();
    let hits: Vec<bool> = (0..100).map(|row| row % 2 == 0).collect();
    assert!(fit(&constant, &hits).note.unwrap().contains("a feature that varies"));
}

#[test]
fn wrong_input_is_refused() {
    let params = ModelParams::default().check().unwrap();
    let (table, hits) = market(100, 0.0, 2);
    assert!(matches!(train(&table.select(&[]), &[], &params, Incumbent::default()), Err(ModelError::NoRows)));
    assert!(matches!(
        train(&table, &outcomes(&table, &hits[1..]), &params, Incumbent::default()),
        Err(ModelError::Lengths { found: 99, .. })
    ));
}

#[test]
fn a_table_with_other_features_is_refused_and_an_empty_one_is_not() {
    let (table, hits) = market(300, 0.0, 4);
    let other = TableBuilder::new(5).number("signal", |_| Some(0.0)).build();
    for model in &fit(&table, &hits).models {
        let error = model.score(&other).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(&table.spec.hash()) && message.contains(&other.spec.hash()), "{message}");
        assert!(error.hint().is_some());
        assert_eq!(model.score(&other.select(&[])).unwrap(), []);
    }
}

#[test]
fn intercept_and_contributions_add_up_to_the_logit() {
    let (table, hits) = market(900, -0.5, 6);
    for model in &fit(&table, &hits).models {
        for scored in model.score(&table).unwrap() {
            let pushes: f64 = scored.contributions.iter().map(|contribution| contribution.log_odds).sum();
            assert!((model.intercept() + pushes - logit(scored.p_hit.get())).abs() < 1e-9);
            let expected = if model.name() == BASE_RATE { 1 } else { 4 };
            assert_eq!(scored.contributions.len(), expected);
        }
    }
    let model = &fit(&table, &hits).models[1];
    let scorer = model.scorer.as_ref().unwrap();
    let slope = scorer.calibrator.platt.slope;
    assert!(slope != 1.0 && slope > 0.5, "calibrated, so that the sum above tests it: {slope}");
    // The scores take p from the pushes; this takes it from the matrix and Platt's two numbers alone.
    let raw = scorer.fitted.raw(&scorer.fitted.members[0], &scorer.fitted.prepare(&table).unwrap());
    for (scored, raw) in model.score(&table).unwrap().iter().zip(raw) {
        assert!((logit(scored.p_hit.get()) - scorer.calibrator.apply(raw.as_it_stands)).abs() < 1e-9);
    }
    for feature in 0..4 {
        let pushes = model
            .score(&table)
            .unwrap()
            .iter()
            .map(|scored| scored.contributions[feature].log_odds)
            .sum::<f64>();
        assert!(pushes.abs() < 1e-6, "relative to the training mean: {pushes}");
    }
}

#[test]
fn words_that_help_are_kept_and_named() {
    let mut source = SplitMix64::new(12);
    let draw: Vec<(bool, f64, f64)> =
        (0..1_200).map(|_| (source.uniform() < 0.5, source.uniform(), source.uniform())).collect();
    let titles: Vec<&'static str> = (draw.iter().enumerate())
        .map(|(row, (is_good, ..))| {
            &*format!("{} thing {row}", if *is_good { "handmade" } else { "plastic" }).leak()
        })
        .collect();
    let table = TableBuilder::new(1_200)
        .number("noise", |row| Some(draw[row].1))
        .category("title", |row| Some(titles[row]))
        .build();
    let hits: Vec<bool> =
        draw.iter().map(|(is_good, _, chance)| *chance < if *is_good { 0.75 } else { 0.3 }).collect();
    let training = fit(&table, &hits);
    let model = training.promoted_model();
    assert_ne!(model.name(), BASE_RATE);
    for (scored, (is_good, ..)) in model.score(&table).unwrap().iter().zip(&draw) {
        let title = scored.contributions.iter().find(|one| one.feature == "title").unwrap();
        assert_eq!(title.log_odds > 0.0, *is_good);
        let word = if *is_good { "handmade" } else { "plastic" };
        assert!(matches!(&title.value, FeatureValue::Text(words) if words.starts_with(word)), "{title:?}");
        let pushes: f64 = scored.contributions.iter().map(|one| one.log_odds).sum();
        assert!((model.intercept() + pushes - logit(scored.p_hit.get())).abs() < 1e-9);
    }
    assert_eq!(TrainedModel::from_json(&model.to_json()).unwrap().to_json(), model.to_json());
}

/// Offers of which the better half is chosen, by a signal and by something that nobody recorded; demand follows both.
fn chosen_market() -> (FeatureTable, Vec<Option<Outcome>>, Vec<f64>) {
    let mut source = SplitMix64::new(31);
    let mut normal = || crate::normal::quantile(source.uniform().clamp(1e-9, 1.0 - 1e-9));
    let rows: Vec<[f64; 3]> = (0..4_000).map(|_| [normal(), normal(), normal()]).collect();
    let demand = |row: usize| (4.3 + 0.6 * rows[row][0] + 0.6 * rows[row][1] + 0.3 * rows[row][2]).exp();
    let table =
        TableBuilder::new(4_000).number("log_signals_per_threshold_alert", |row| Some(rows[row][0])).build();
    let mut outcomes = vec![None; 4_000];
    for slot in 0..200 {
        let mut offers: Vec<usize> = (20 * slot..20 * (slot + 1)).collect();
        let seen = |row: usize| rows[row][0] + rows[row][1];
        offers.sort_by(|a, b| seen(*b).total_cmp(&seen(*a)));
        for row in &offers[..10] {
            let at = trainable_at(&table.keys[*row]);
            outcomes[*row] = Some(Outcome::new(demand(*row) >= 100.0, Some(demand(*row)), 100.0, false, at));
        }
    }
    // The chance of an offer of which only the signal is known.
    let truth =
        |row: &[f64; 3]| crate::normal::cdf((4.3 + 0.6 * row[0] - 100.0_f64.ln()) / 0.6_f64.hypot(0.3));
    (table, outcomes, rows.iter().map(truth).collect())
}

#[test]
fn what_choosers_saw_is_not_credited_to_the_signals() {
    let (table, outcomes, truth) = chosen_market();
    let params = ModelParams::default().check().unwrap();
    let training = train(&table, &outcomes, &params, Incumbent::default()).unwrap();
    let scored = training.models.iter().find(|model| model.name() == DEMAND).unwrap().score(&table).unwrap();
    let distance = |p: &dyn Fn(&slotcast_core::ScoredOffer) -> f64| {
        scored.iter().zip(&truth).map(|(one, truth)| (p(one) - truth).abs()).sum::<f64>() / 4_000.0
    };
    let (own, if_chosen) =
        (distance(&|one| one.p_hit.get()), distance(&|one| one.p_hit_given_selected.get()));
    assert!(own < 0.06 && if_chosen > 2.0 * own, "{own} {if_chosen}");
    let (mut expected, mut hits) = (0.0, 0.0);
    for (one, outcome) in scored.iter().zip(&outcomes) {
        if let Some(outcome) = outcome {
            expected += one.p_hit_given_selected.get();
            hits += f64::from(outcome.hit);
        }
    }
    assert!((expected - hits).abs() < 0.05 * hits, "of those that ran: {expected} {hits}");
}

#[test]
fn where_every_campaign_hits_demand_still_tells_them_apart() {
    let mut source = SplitMix64::new(8);
    let signal: Vec<f64> = (0..800).map(|_| source.uniform()).collect();
    let table = TableBuilder::new(800).number("signal", |row| Some(signal[row])).build();
    let outcome = |(signal, key): (&f64, &OfferKey)| {
        Some(Outcome::new(true, Some(150.0 + 900.0 * signal), 100.0, false, trainable_at(key)))
    };
    let outcomes: Vec<_> = signal.iter().zip(&table.keys).map(outcome).collect();
    let params = ModelParams::default().check().unwrap();
    let training = train(&table, &outcomes, &params, Incumbent::default()).unwrap();
    assert!(training.note.as_deref().unwrap().contains("hits and misses"), "{:?}", training.note);
    let demand = training.models.iter().find(|model| model.name() == DEMAND).unwrap();
    let median = |value: f64| demand.score(&with_signal(&table, value)).unwrap()[0].demand.unwrap().p50;
    assert!(median(0.9) > 1.5 * median(0.1), "{} {}", median(0.9), median(0.1));
}

#[test]
fn thin_data_is_fewer_than_thirty_rows_of_the_category() {
    let of = |rows: usize| move |row: usize| Some(if row < rows { "rare" } else { "common" });
    for (rows, is_thin) in [(29, true), (30, false)] {
        let table = TableBuilder::new(400).category("category", of(rows)).build();
        let hits: Vec<bool> = (0..400).map(|row| row % 3 == 0).collect();
        let scores = fit(&table, &hits).models[0].score(&table).unwrap();
        assert_eq!((scores[0].thin_data, scores[399].thin_data), (is_thin, false));
    }
}

#[test]
fn a_model_comes_back_from_its_text_to_the_bit() {
    let (table, hits) = market(700, 0.3, 8);
    for model in fit(&table, &hits).models {
        let text = model.to_json();
        let back = TrainedModel::from_json(&text).unwrap();
        assert_eq!(back.to_json(), text);
        assert_eq!(back.score(&table).unwrap(), model.score(&table).unwrap());
        assert_eq!((back.name(), back.n_rows(), back.n_hits()), (model.name(), 700, model.n_hits()));
        let newer = text.replacen("\"format\":4", "\"format\":5", 1);
        let message = TrainedModel::from_json(&newer).unwrap_err().to_string();
        assert_eq!(message, "an artefact must have format `4`, not `5`");
    }
    assert!(matches!(TrainedModel::from_json("{"), Err(ModelError::Json(_))));
}

#[test]
fn an_artefact_with_a_list_cut_short_is_refused() {
    let (table, hits) = market(300, 0.0, 8);
    let text = fit(&table, &hits).models[1].to_json();
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["model"]["scorer"]["fitted"]["members"][0]["regression"]["coefficients"]
        .as_array_mut()
        .unwrap()
        .pop();
    assert!(matches!(TrainedModel::from_json(&json.to_string()), Err(ModelError::Damaged(_))));
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let text = || {
        let (table, hits) = market(700, 0.3, 8);
        fit(&table, &hits).models.iter().map(TrainedModel::to_json).collect::<Vec<_>>()
    };
    assert_eq!(text(), text());
}

/// Tables with gaps, constants, huge numbers and odd records.
fn any_table() -> impl Strategy<Value = (FeatureTable, Vec<bool>)> {
    let number = prop_oneof![
        3 => (-5.0_f64..5.0).prop_map(Some),
        1 => Just(None),
        1 => prop_oneof![Just(f64::MAX), Just(f64::MIN), Just(1e200), Just(0.0), Just(f64::NAN)].prop_map(Some),
    ];
    let word = prop_oneof![Just(None), Just(Some("a")), Just(Some("b")), Just(Some("c"))];
    let record = (-1.0_f64..30.0, -1.0_f64..30.0);
    (prop::collection::vec((number, word, record, any::<bool>(), any::<bool>()), 1..160), any::<bool>())
        .prop_map(|(rows, is_constant)| {
            let table = TableBuilder::new(rows.len())
                .offers_a_slot(7)
                .number("wild", |row| rows[row].0)
                .number("constant", |_| Some(0.1))
                .number("gone", |_| None)
                .number("flag", |row| Some(f64::from(rows[row].3)))
                .category("category", |row| if is_constant { None } else { rows[row].1 })
                .record("maker", |row| rows[row].2)
                .build();
            let hits = rows.iter().map(|row| row.4).collect();
            (table, hits)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn probabilities_are_finite_and_inside_their_interval(
        (table, hits) in any_table(),
        (unseen, _) in any_table(),
    ) {
        for model in fit(&table, &hits).models {
            for scored in model.score(&unseen).unwrap() {
                let (low, p, high) = (scored.p_low.unwrap(), scored.p_hit, scored.p_high.unwrap());
                prop_assert!(low <= p && p <= high, "{low:?} {p:?} {high:?}");
                if let (Some(curve), Some(demand)) = (scored.curve, scored.demand) {
                    prop_assert!(demand.p10 <= demand.p50 && demand.p50 <= demand.p90, "{demand:?}");
                    let at_threshold = curve.p_at_least(scored.offer.threshold);
                    prop_assert!((at_threshold - p.get()).abs() < 1e-6, "{at_threshold} {p:?}");
                }
                prop_assert!(scored.contributions.iter().all(|contribution| contribution.log_odds.is_finite()));
            }
        }
    }
}
