//! Promotion on simulated markets: the champion's list compared with other models, with simple baselines and with the
//! ground truth.
//!
//! The test uses four markets. `SLOTCAST_MARKETS=60 cargo test --release promotion` uses more, with up to 50,000
//! campaigns each.

use std::collections::BTreeMap;

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{Date32Type, Float64Type},
};
use chrono::{Datelike, TimeDelta};
use slotcast_core::{DateTime, NaiveDate, Offer, ThresholdBasis, Utc};
use slotcast_features::{FeatureColumn, FeatureKind, FeatureSpec, FeatureTable, OfferKey, Outcome};
use slotcast_models::{Incumbent, ModelParams, OutOfTimePredictions, Training, train};
use slotcast_simulate::{Market, MarketSpec, Preset};

/// Preset, seats, slots and shock of a market.
struct MarketCase {
    preset: Preset,
    seats: u32,
    slots: u32,
    shock: f64,
}

const PRESETS: [Preset; 4] = [Preset::Y2016, Preset::Y2019, Preset::Y2020, Preset::Kickstarter];

/// Cases with all presets, 5 to 450 seats, 2,000 to `max` campaigns and shocks of 0 to 0.6.
fn cases(count: usize, max: u32) -> impl Iterator<Item = MarketCase> {
    (0..count).map(move |number| {
        // Periods without a common factor visit all combinations.
        let seats = [30, 5, 100, 12, 450][number % 5];
        let campaigns = [2_000, max, 6_000.min(max)][number % 3];
        let shock = [0.25, 0.6, 0.0, 0.4][number / 2 % 4];
        MarketCase { preset: PRESETS[number % 4], seats, slots: (campaigns / seats).clamp(36, 400), shock }
    })
}

/// Ground truth of a market.
fn truth(case: &MarketCase, seed: u64) -> RecordBatch {
    let numbers = [
        ("market.slots", case.slots.to_string()),
        ("market.seats", case.seats.to_string()),
        ("market.pool", "1.3".to_owned()),
        ("market.makers", (3 * case.seats).max(40).to_string()),
        ("market.rest_slots", "2".to_owned()),
        ("demand.shock_sd", case.shock.to_string()),
        ("demand.season", "0.2".to_owned()),
    ];
    let numbers: Vec<(&str, &str)> = numbers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let spec = MarketSpec::preset(case.preset).with(&numbers).expect("valid settings");
    Market::new(spec, seed).and_then(|market| market.truth(2)).expect("a market")
}

/// A training table of a ground truth (signals, threshold and month), its outcomes, and the true probabilities.
fn training_table(truth: &RecordBatch) -> (FeatureTable, Vec<Option<Outcome>>, BTreeMap<String, f64>) {
    let numbers = |name: &str| truth[name].as_primitive::<Float64Type>().clone();
    let dates = truth["slot_date"].as_primitive::<Date32Type>();
    let (ids, hits) = (truth["id"].as_string::<i32>(), truth["hit"].as_boolean());
    let (threshold, demand, oracle) = (numbers("threshold"), numbers("demand"), numbers("p_hit_oracle"));
    let slot_date = |row: usize| dates.value_as_date(row).expect("a date");
    let opens_at = |row: usize| slot_date(row).and_hms_opt(1, 0, 0).expect("a time").and_utc();
    let rows = 0..truth.num_rows();
    let key = |row: usize| OfferKey {
        offer: Offer {
            id: ids.value(row).to_owned(),
            product_id: ids.value(row).to_owned(),
            slot_date: slot_date(row),
            threshold: threshold.value(row),
            threshold_basis: ThresholdBasis::Units,
            price: None,
            capacity: None,
            unit_cost: None,
            fixed_cost: None,
            title: None,
            category: None,
            maker_name: None,
        },
        campaign_id: Some(ids.value(row).to_owned()),
        opens_at: opens_at(row),
        knowledge_at: opens_at(row) - TimeDelta::days(4),
    };
    let outcome = |row: usize| {
        let at: DateTime<Utc> = opens_at(row) + TimeDelta::days(21);
        hits.is_valid(row)
            .then(|| Outcome::new(hits.value(row), Some(demand.value(row)), threshold.value(row), false, at))
    };
    let mut features = vec![("opens_month".to_owned(), FeatureKind::Category)];
    let mut columns = vec![FeatureColumn::Category(
        rows.clone().map(|row| Some(slot_date(row).month().to_string())).collect(),
    )];
    for (kind, column) in [("alert", "mean_alerts"), ("wish", "mean_wishes"), ("share", "mean_shares")] {
        let means = numbers(column);
        let ratio = |row: usize| (1.0 + means.value(row).round()).ln() - threshold.value(row).ln();
        features.push((format!("log_signals_per_threshold_{kind}"), FeatureKind::Number));
        columns.push(FeatureColumn::Number(rows.clone().map(|row| Some(ratio(row))).collect()));
    }
    features.push(("log_threshold".to_owned(), FeatureKind::Number));
    columns.push(FeatureColumn::Number(rows.clone().map(|row| Some(threshold.value(row).ln())).collect()));
    let oracle = rows.clone().map(|row| (ids.value(row).to_owned(), oracle.value(row))).collect();
    let table =
        FeatureTable { spec: FeatureSpec::new(features), keys: rows.clone().map(key).collect(), columns };
    (table, rows.map(outcome).collect(), oracle)
}

/// Mean of differences, with its standard error.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0).max(1.0) / n).sqrt())
}

/// Hits among the first third of each slot, for an order of the out-of-time rows.
fn top_hits(predictions: &OutOfTimePredictions, order: &[f64]) -> Vec<f64> {
    let mut slots: BTreeMap<NaiveDate, Vec<usize>> = BTreeMap::new();
    for (row, slot) in predictions.slots.iter().enumerate() {
        slots.entry(*slot).or_default().push(row);
    }
    let hits = |mut rows: Vec<usize>| {
        rows.sort_by(|a, b| order[*b].total_cmp(&order[*a]));
        let seats = rows.len().div_ceil(3);
        rows[..seats].iter().filter(|row| predictions.hits[**row]).count() as f64
    };
    slots.into_values().map(hits).collect()
}

fn log_loss(p: f64, hit: bool) -> f64 {
    -(if hit { p } else { 1.0 - p }).clamp(1e-15, 1.0).ln()
}

/// Ranking value of the published list for the out-of-time rows.
fn list_order<'a>(training: &'a Training, predictions: &'a OutOfTimePredictions) -> &'a [f64] {
    let promotion = &training.promotion;
    let Some(order) = &promotion.order else { return &predictions.p[promotion.champion] };
    let model = training.models.iter().position(|model| model.name() == order.by);
    let habit = || &predictions.habits.iter().find(|habit| habit.name() == order.by).expect("a habit").values;
    model.map_or_else(habit, |model| &predictions.p[model])
}

/// Sums per slot, because campaigns of one slot are correlated.
fn sums_by_slot(predictions: &OutOfTimePredictions, values: &[f64]) -> Vec<f64> {
    let mut sums: BTreeMap<NaiveDate, f64> = BTreeMap::new();
    for (slot, value) in predictions.slots.iter().zip(values) {
        *sums.entry(*slot).or_default() += value;
    }
    sums.into_values().collect()
}

#[test]
fn champion_list_is_not_worse() {
    let count = std::env::var("SLOTCAST_MARKETS").ok().map(|text| text.parse::<usize>().expect("a number"));
    let (count, max) = count.map_or((4, 4_000), |count| (count, 50_000));
    for (seed, case) in cases(count, max).enumerate() {
        let name =
            format!("{:?}, {} seats, {} slots, shock {}", case.preset, case.seats, case.slots, case.shock);
        let (table, outcomes, oracle) = training_table(&truth(&case, seed as u64));
        let params = ModelParams::default().check().expect("the defaults are valid");
        let training = train(&table, &outcomes, &params, Incumbent::default()).expect(&name);
        let predictions = &training.out_of_time;
        let names: Vec<&str> = training.models.iter().map(|model| model.name()).collect();
        let own = top_hits(predictions, list_order(&training, predictions));
        let others = names.iter().copied().map(str::to_owned).zip(predictions.p.iter());
        let habits = predictions.habits.iter().map(|habit| (habit.name(), &habit.values));
        for (other, order) in others.chain(habits) {
            let differences: Vec<f64> =
                top_hits(predictions, order).iter().zip(&own).map(|(other, own)| other - own).collect();
            let (lead, error) = mean_and_error(&differences);
            // Another order must gain at least half a percent of the hits.
            let small = 0.005 * own.iter().sum::<f64>() / own.len() as f64;
            assert!(
                lead <= small.max(2.0 * error) + 1e-9,
                "{name}: `{other}` seats {lead} +- {error} more hits"
            );
        }
        let champion = training.promotion.champion;
        for (model, p) in predictions.p.iter().enumerate() {
            let gains: Vec<f64> = (0..p.len())
                .map(|row| {
                    log_loss(predictions.p[champion][row], predictions.hits[row])
                        - log_loss(p[row], predictions.hits[row])
                })
                .collect();
            let (gain, error) = mean_and_error(&sums_by_slot(predictions, &gains));
            assert!(gain <= 10.0 * error, "{name}: `{}` is better by {gain} +- {error}", names[model]);
        }
        // The list of the last slot must reach most of the expected hits of the oracle's list.
        let last = table.keys.iter().map(|key| key.offer.slot_date).max().expect("a slot");
        let next: Vec<usize> =
            (0..table.len()).filter(|row| table.keys[*row].offer.slot_date == last).collect();
        let mut scored = training.promoted_model().score(&table.select(&next)).expect(&name);
        scored.sort_by(|a, b| {
            let value = |one: &slotcast_core::ScoredOffer| {
                one.order.as_ref().map_or(one.p_hit.get(), |order| order.value)
            };
            value(b).total_cmp(&value(a))
        });
        let seats = scored.len().div_ceil(3);
        let chances = |count: usize, of: &dyn Fn(usize) -> f64| (0..count).map(of).sum::<f64>();
        let listed = chances(seats, &|place| oracle[&scored[place].offer.id]);
        let mut best: Vec<f64> = scored.iter().map(|one| oracle[&one.offer.id]).collect();
        best.sort_by(|a, b| b.total_cmp(a));
        let share = listed / chances(seats, &|place| best[place]);
        assert!(share > 0.75, "{name}: {share} of the oracle's hits");
        if std::env::var_os("SLOTCAST_MARKETS").is_some() {
            let order = training.promotion.order.as_ref().map(|order| order.by.as_str());
            print_case(&name, names[champion], order, share);
        }
    }
}

#[expect(clippy::print_stdout, reason = "a long run prints its cases")]
fn print_case(name: &str, champion: &str, order: Option<&str>, share: f64) {
    println!("{name}: {champion}, order {order:?}, {share:.3} of the oracle's hits");
}
