//! A backtest as relations: every prediction, the measures of every model, and the champion by segment.

use std::collections::BTreeMap;

use anyhow::Result;
use arrow::array::RecordBatch;
use chrono::Datelike;
use slotcast_core::NaiveDate;
use slotcast_features::{Demand, Outcome};
use slotcast_models::{Judged, Scores, auc, evaluate, precision_at_seats};

use super::backtest::{Backtest, CHAMPION, Prediction, Said};
use crate::relations::Columns;

const HORIZON: &str = "prelaunch";
/// The habit that a model must beat: most alerts for the threshold.
const MOST_ALERTS: &str = "most_alerts";
/// Segments with fewer offers say nothing.
const MIN_OF_SEGMENT: usize = 10;

/// The relation `backtest_scores`.
pub(crate) fn scores(backtest_id: &str, backtest: &Backtest) -> Result<RecordBatch> {
    let mut rows: Vec<(&str, Said, &Prediction)> = Vec::new();
    for row in &backtest.predictions {
        rows.extend(backtest.models.iter().zip(&row.said).map(|(model, said)| (*model, *said, row)));
    }
    Columns::default()
        .text("backtest_id", rows.iter().map(|_| backtest_id.to_owned()))
        .text("model", rows.iter().map(|(model, ..)| (*model).to_owned()))
        .text("horizon", rows.iter().map(|_| HORIZON.to_owned()))
        .day("slot_date", rows.iter().map(|(.., row)| row.slot_date))
        .text("id", rows.iter().map(|(.., row)| row.id.clone()))
        .number("p_hit", rows.iter().map(|(_, said, _)| said.p))
        .number("p_hit_given_selected", rows.iter().map(|(_, said, _)| said.p_if_chosen))
        .number(
            "order_value",
            rows.iter().map(|(_, said, _)| Some(said.order).filter(|value| value.is_finite())),
        )
        .flag("hit", rows.iter().map(|(.., row)| row.outcome.map(|outcome| outcome.hit)))
        .number("demand_p10", rows.iter().map(|(_, said, _)| said.demand.map(|demand| demand.p10)))
        .number("demand_p50", rows.iter().map(|(_, said, _)| said.demand.map(|demand| demand.p50)))
        .number("demand_p90", rows.iter().map(|(_, said, _)| said.demand.map(|demand| demand.p90)))
        .number("demand", rows.iter().map(|(.., row)| row.outcome?.demand.counted()))
        .batch()
}

/// Offers that ran and have an outcome; nothing judges the others.
struct Ran<'a> {
    rows: Vec<&'a Prediction>,
    outcomes: Vec<Outcome>,
    hits: Vec<bool>,
    slots: Vec<NaiveDate>,
}

impl<'a> Ran<'a> {
    fn new(predictions: impl Iterator<Item = &'a Prediction>) -> Self {
        let (rows, outcomes): (Vec<&Prediction>, Vec<Outcome>) =
            predictions.filter_map(|row| Some((row, row.outcome?))).unzip();
        let hits = outcomes.iter().map(|outcome| outcome.hit).collect();
        let slots = rows.iter().map(|row| row.slot_date).collect();
        Self { rows, outcomes, hits, slots }
    }

    fn p(&self, model: usize) -> Vec<f64> {
        self.rows.iter().map(|row| row.said[model].p_if_chosen).collect()
    }

    fn scores(&self, model: usize, seats: u32) -> Result<Scores> {
        let (p, base) = (self.p(model), self.p(0));
        let order: Vec<f64> = self.rows.iter().map(|row| row.said[model].order).collect();
        let (hits, slots) = (&self.hits, &self.slots);
        let judged = Judged { p: &p, hits, slots, base_rate_p: &base, order: Some(&order) };
        Ok(evaluate(judged, Some(seats as usize))?)
    }

    /// How many demands lie within the 80 % interval, of those of which that is known.
    fn covered(&self, model: usize) -> (usize, usize) {
        let is_inside = |(row, outcome): (&&Prediction, &Outcome)| {
            let ends = row.said[model].demand?;
            match outcome.demand {
                Demand::Exactly(demand) => Some((ends.p10..=ends.p90).contains(&demand)),
                // A bound beyond the interval tells, one inside it does not.
                Demand::AtLeast(least) => (least > ends.p90).then_some(false),
                Demand::Below(most) => (most < ends.p10).then_some(false),
            }
        };
        let known: Vec<bool> = self.rows.iter().zip(&self.outcomes).filter_map(is_inside).collect();
        (known.iter().filter(|inside| **inside).count(), known.len())
    }
}

/// The relation `backtest_metrics`.
pub(crate) fn metrics(backtest_id: &str, backtest: &Backtest, seats: u32) -> Result<RecordBatch> {
    let ran = Ran::new(backtest.predictions.iter());
    let mut rows: Vec<(&str, Scores, Option<f64>)> = Vec::new();
    for (place, model) in backtest.models.iter().enumerate() {
        let (inside, known) = ran.covered(place);
        rows.push((model, ran.scores(place, seats)?, (known > 0).then(|| inside as f64 / known as f64)));
    }
    let base_brier = rows[0].1.brier;
    // A habit has an order and no chances. Who knows no alerts puts the offer last.
    let alerts: Vec<f64> = ran.rows.iter().map(|row| row.alerts.unwrap_or(f64::MIN)).collect();
    let by_alerts = Scores {
        auc: auc(&alerts, &ran.hits),
        precision_at_seats: precision_at_seats(&alerts, &ran.hits, &ran.slots, seats as usize),
        brier: None,
        log_loss: None,
        log_loss_se: None,
        gain: None,
        gain_se: None,
        ece: None,
        ece_noise_floor: None,
        ..rows[0].1.clone()
    };
    if ran.rows.iter().any(|row| row.alerts.is_some()) {
        rows.push((MOST_ALERTS, by_alerts, None));
    }
    let each = || rows.iter().map(|(_, scores, _)| scores);
    let (first, last) = (ran.slots.iter().min().copied(), ran.slots.iter().max().copied());
    let day = |date: Option<NaiveDate>| rows.iter().map(move |_| date);
    Columns::default()
        .text("backtest_id", rows.iter().map(|_| backtest_id.to_owned()))
        .text("model", rows.iter().map(|(model, ..)| (*model).to_owned()))
        .text("horizon", rows.iter().map(|_| HORIZON.to_owned()))
        .count("n", each().map(|scores| scores.n))
        .number("base_rate", each().map(|scores| scores.base_rate))
        .number("auc", each().map(|scores| scores.auc))
        .number("brier", each().map(|scores| scores.brier))
        .number("log_loss", each().map(|scores| scores.log_loss))
        .number("log_loss_se", each().map(|scores| scores.log_loss_se))
        .number("gain", each().map(|scores| scores.gain))
        .number("gain_se", each().map(|scores| scores.gain_se))
        .number("ece", each().map(|scores| scores.ece))
        .number("ece_noise_floor", each().map(|scores| scores.ece_noise_floor))
        .number("precision_at_seats", each().map(|scores| scores.precision_at_seats))
        .number("coverage_80", rows.iter().map(|(.., coverage)| *coverage))
        .text("verdict", each().map(|scores| scores.verdict.as_str().to_owned()))
        .number("base_rate_log_loss", each().map(|scores| scores.base_rate_log_loss))
        .number("base_rate_brier", each().map(|_| base_brier))
        .maybe_day("first_slot", day(first))
        .maybe_day("last_slot", day(last))
        .batch()
}

/// The relation `backtest_segments`: where the champion does well and where it does not.
pub(crate) fn segments(backtest_id: &str, backtest: &Backtest, seats: u32) -> Result<RecordBatch> {
    let champion = backtest.models.iter().position(|model| *model == CHAMPION).unwrap_or(0);
    let mut of: BTreeMap<(&str, String), Vec<&Prediction>> = BTreeMap::new();
    for row in backtest.predictions.iter().filter(|row| row.outcome.is_some()) {
        let quarter = format!("{}-Q{}", row.slot_date.year(), row.slot_date.month0() / 3 + 1);
        let category = row.category.clone().unwrap_or_else(|| "unknown".to_owned());
        let maker = if row.is_new_maker { "new" } else { "known" };
        let data = if row.is_thin { "thin" } else { "enough" };
        for (dimension, key) in [
            ("category", category),
            ("maker", maker.to_owned()),
            ("data", data.to_owned()),
            ("quarter", quarter),
        ] {
            of.entry((dimension, key)).or_default().push(row);
        }
    }
    let mut rows: Vec<(&str, String, Scores, (usize, usize))> = Vec::new();
    for ((dimension, key), predictions) in of {
        if predictions.len() >= MIN_OF_SEGMENT {
            let ran = Ran::new(predictions.into_iter());
            rows.push((dimension, key, ran.scores(champion, seats)?, ran.covered(champion)));
        }
    }
    let each = || rows.iter().map(|(_, _, scores, _)| scores);
    let coverage = |(inside, known): (usize, usize)| (known > 0).then(|| inside as f64 / known as f64);
    Columns::default()
        .text("backtest_id", rows.iter().map(|_| backtest_id.to_owned()))
        .text("dimension", rows.iter().map(|(dimension, ..)| (*dimension).to_owned()))
        .text("key", rows.iter().map(|(_, key, ..)| key.clone()))
        .count("n", each().map(|scores| scores.n))
        .number("base_rate", each().map(|scores| scores.base_rate))
        .number("log_loss", each().map(|scores| scores.log_loss))
        .number("gain", each().map(|scores| scores.gain))
        .number("gain_se", each().map(|scores| scores.gain_se))
        .number("auc", each().map(|scores| scores.auc))
        .number("ece", each().map(|scores| scores.ece))
        .number("ece_noise_floor", each().map(|scores| scores.ece_noise_floor))
        .number("coverage_80", rows.iter().map(|(.., covered)| coverage(*covered)))
        .text("verdict", each().map(|scores| scores.verdict.as_str().to_owned()))
        .batch()
}
