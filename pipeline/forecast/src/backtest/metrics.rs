//! Metrics of every model over a backtest.

use slotcast_core::NaiveDate;
use slotcast_features::{ObservedDemand, Outcome};
use slotcast_models::{Metrics, Predictions, auc, evaluate, precision_at_seats};

use super::prediction::{Backtest, OfferPrediction};
use crate::error::ForecastError;

/// Baseline that a model must beat: most alerts per threshold.
const MOST_ALERTS: &str = "most_alerts";

/// Metrics of one model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelMetrics {
    /// Name of the model, or of a baseline.
    pub model: &'static str,
    /// Its scores; measures of probabilities are `None` for a baseline.
    pub scores: Metrics,
    /// Brier score of the base rate.
    pub base_rate_brier: Option<f64>,
    /// Share of known demands within the predicted 80 % interval.
    pub coverage_80: Option<f64>,
    /// First and last slot with an outcome.
    pub slots: Option<(NaiveDate, NaiveDate)>,
}

/// Metrics of all models, and of the baseline if alerts are known.
///
/// # Errors
/// As [`evaluate`].
pub fn model_metrics(backtest: &Backtest, seats: u32) -> Result<Vec<ModelMetrics>, ForecastError> {
    let ran = Ran::new(backtest.predictions.iter());
    let slots = ran.slots.iter().min().copied().zip(ran.slots.iter().max().copied());
    let mut metrics = Vec::new();
    for (index, model) in backtest.models.iter().copied().enumerate() {
        let (scores, coverage_80) = (ran.scores(index, seats)?, ran.coverage(index));
        metrics.push(ModelMetrics { model, scores, base_rate_brier: None, coverage_80, slots });
    }
    let base_rate = &metrics[0].scores;
    let base_rate_brier = base_rate.brier;
    if ran.rows.iter().any(|row| row.log_alerts_per_threshold.is_some()) {
        let scores = ran.scores_of_alerts(base_rate, seats);
        metrics.push(ModelMetrics {
            model: MOST_ALERTS,
            scores,
            base_rate_brier: None,
            coverage_80: None,
            slots,
        });
    }
    metrics.iter_mut().for_each(|one| one.base_rate_brier = base_rate_brier);
    Ok(metrics)
}

/// Offers that ran and have an outcome.
pub(super) struct Ran<'a> {
    rows: Vec<&'a OfferPrediction>,
    outcomes: Vec<Outcome>,
    hits: Vec<bool>,
    slots: Vec<NaiveDate>,
}

impl<'a> Ran<'a> {
    pub(super) fn new(predictions: impl Iterator<Item = &'a OfferPrediction>) -> Self {
        let (rows, outcomes): (Vec<&OfferPrediction>, Vec<Outcome>) =
            predictions.filter_map(|row| Some((row, row.outcome?))).unzip();
        let hits = outcomes.iter().map(|outcome| outcome.hit).collect();
        let slots = rows.iter().map(|row| row.slot_date).collect();
        Self { rows, outcomes, hits, slots }
    }

    fn p(&self, model: usize) -> Vec<f64> {
        self.rows.iter().map(|row| row.predictions[model].p_hit_given_selected).collect()
    }

    pub(super) fn scores(&self, model: usize, seats: u32) -> Result<Metrics, ForecastError> {
        let (p, base_rate_p) = (self.p(model), self.p(0));
        let order: Vec<f64> = self.rows.iter().map(|row| row.predictions[model].order_value).collect();
        let judged = Predictions {
            p: &p,
            hits: &self.hits,
            slots: &self.slots,
            base_rate_p: &base_rate_p,
            order: Some(&order),
        };
        Ok(evaluate(judged, Some(seats as usize))?)
    }

    /// Metrics of the order by alerts, which has no probabilities. Offers without known alerts come last.
    fn scores_of_alerts(&self, base_rate: &Metrics, seats: u32) -> Metrics {
        let alerts: Vec<f64> =
            self.rows.iter().map(|row| row.log_alerts_per_threshold.unwrap_or(f64::MIN)).collect();
        Metrics {
            auc: auc(&alerts, &self.hits),
            precision_at_seats: precision_at_seats(&alerts, &self.hits, &self.slots, seats as usize),
            brier: None,
            log_loss: None,
            log_loss_se: None,
            gain: None,
            gain_se: None,
            ece: None,
            ece_noise_floor: None,
            ..base_rate.clone()
        }
    }

    /// Share of demands within the predicted 80 % interval. A bound counts only if it lies outside the interval.
    pub(super) fn coverage(&self, model: usize) -> Option<f64> {
        let is_inside = |(row, outcome): (&&OfferPrediction, &Outcome)| {
            let interval = row.predictions[model].demand?;
            match outcome.demand {
                ObservedDemand::Exactly(demand) => Some((interval.p10..=interval.p90).contains(&demand)),
                ObservedDemand::AtLeast(least) => (least > interval.p90).then_some(false),
                ObservedDemand::Below(most) => (most < interval.p10).then_some(false),
            }
        };
        let known: Vec<bool> = self.rows.iter().zip(&self.outcomes).filter_map(is_inside).collect();
        let inside = known.iter().filter(|inside| **inside).count();
        (!known.is_empty()).then(|| inside as f64 / known.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use slotcast_core::DemandQuantiles;

    use super::*;
    use crate::{
        backtest::prediction::Prediction,
        testing::{at, day},
    };

    fn row(hit: bool, demand: f64, is_sold_out: bool, alerts: Option<f64>) -> OfferPrediction {
        let interval = DemandQuantiles { p10: 50.0, p50: 100.0, p90: 200.0 };
        OfferPrediction {
            slot_date: day("2016-03-01"),
            id: "a".to_owned(),
            outcome: Some(Outcome::new(hit, Some(demand), 100.0, is_sold_out, at("2016-03-15T00:00:00Z"))),
            category: None,
            is_new_maker: false,
            is_thin: false,
            log_alerts_per_threshold: alerts,
            habits: Vec::new(),
            predictions: vec![Prediction { demand: Some(interval), ..Prediction::of_probability(0.5) }],
        }
    }

    #[test]
    fn a_bound_outside_the_interval_is_a_miss() {
        let coverage = |rows: &[OfferPrediction]| Ran::new(rows.iter()).coverage(0);
        let exact = [row(true, 200.0, false, None), row(true, 201.0, false, None)];
        assert_eq!(coverage(&exact), Some(0.5));
        assert_eq!(coverage(&[row(true, 150.0, true, None)]), None, "sold out within the interval");
        assert_eq!(coverage(&[row(true, 250.0, true, None)]), Some(0.0));
    }

    #[test]
    fn the_baseline_has_an_order_and_no_probabilities() {
        let predictions = vec![row(true, 150.0, false, Some(1.0)), row(false, 60.0, false, None)];
        let metrics = model_metrics(&Backtest { models: vec!["base_rate"], predictions }, 1).unwrap();
        assert_eq!(metrics[1].model, "most_alerts");
        assert_eq!((metrics[1].scores.auc, metrics[1].scores.log_loss), (Some(1.0), None));
        assert_eq!(metrics[1].base_rate_brier, Some(0.25));
        assert_eq!(metrics[0].slots, Some((day("2016-03-01"), day("2016-03-01"))));
    }
}
