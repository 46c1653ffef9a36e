//! Backtests: past slots, each predicted from what was known at its cutoff.

mod champion;
mod group;
mod input;
mod metrics;
mod prediction;
mod segments;

use slotcast_core::{DateTime, Slot, SlotCalendar, Utc};
use slotcast_models::{BENCHMARKS, ModelKind};

pub use input::{BacktestInput, BacktestRange, CHAMPION, HORIZON};
pub use metrics::{ModelMetrics, model_metrics};
pub use prediction::{Backtest, OfferPrediction, Prediction};
pub use segments::{SegmentMetrics, segment_metrics};

use champion::replay_champions;
use group::{GroupInput, predict_group};

use crate::error::ForecastError;

/// Slots of the range whose line-up was decided by `as_of`.
pub fn decided_slots(
    calendar: &SlotCalendar,
    range: BacktestRange,
    as_of: DateTime<Utc>,
    lead_days: u32,
) -> Vec<Slot> {
    let first = calendar.slot_of(chrono::NaiveDateTime::from(range.from).and_utc());
    let slots = std::iter::successors(Some(first), |slot| Some(calendar.following(slot)));
    slots
        .take_while(|slot| slot.date <= range.to)
        .filter(|slot| slot.date >= range.from && calendar.days_before(slot, lead_days) <= as_of)
        .collect()
}

/// Predicts the slots by models that are fitted every `refit_every` slots.
///
/// # Errors
/// As the fit and the scores of the models.
pub fn backtest(
    input: &BacktestInput<'_>,
    slots: &[Slot],
    range: BacktestRange,
) -> Result<Backtest, ForecastError> {
    let mut models: Vec<_> = ModelKind::ALL.into_iter().map(ModelKind::as_str).chain([CHAMPION]).collect();
    if range.with_benchmarks {
        models.extend(BENCHMARKS);
    }
    let group_input = GroupInput { input, models: &models, with_benchmarks: range.with_benchmarks };
    let chunks: Vec<&[Slot]> = slots.chunks(range.refit_every as usize).collect();
    let (earlier, later) = chunks.split_at(chunks.len().div_ceil(2));
    let predict = |chunks: &[&[Slot]]| -> Result<Vec<_>, ForecastError> {
        chunks.iter().map(|slots| predict_group(&group_input, slots)).collect()
    };
    // Groups are independent, and their order is that of the slots. Two at once, because each holds its own matrices.
    let (earlier, later) = rayon::join(|| predict(earlier), || predict(later));
    let predictions = replay_champions(&models, earlier?.into_iter().chain(later?).flatten());
    Ok(Backtest { models, predictions })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use slotcast_models::ModelParams;

    use super::*;
    use crate::{
        testing::{at, day, labels, table},
        training_set::TrainingRules,
    };

    fn range(from: &str, to: &str) -> BacktestRange {
        BacktestRange { from: day(from), to: day(to), refit_every: 2, with_benchmarks: false }
    }

    #[test]
    fn slots_are_decided_at_their_cutoff() {
        let calendar = SlotCalendar::default();
        let dates = |time: &str| {
            let slots = decided_slots(&calendar, range("2016-02-16", "2016-03-05"), at(time), 4);
            slots.iter().map(|slot| slot.date.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(dates("2016-02-26T01:00:00Z"), ["2016-02-16", "2016-02-23", "2016-03-01"]);
        assert_eq!(dates("2016-02-26T00:59:59Z"), ["2016-02-16", "2016-02-23"]);
    }

    #[test]
    fn every_model_predicts_every_offer_once() {
        let table = table(200, 10);
        let labels = labels(&table, |row| row % 10 > 4);
        let params = ModelParams::default().check().unwrap();
        let calendar = SlotCalendar::default();
        let input = BacktestInput {
            table: &table,
            labels: &labels,
            calendar,
            rules: TrainingRules {
                label_lag: TimeDelta::days(7),
                window: TimeDelta::days(365),
                train_from: None,
            },
            params: &params,
            lead_days: 4,
        };
        let range = range("2016-05-31", "2016-06-28");
        let slots = decided_slots(&calendar, range, at("2016-12-01T00:00:00Z"), 4);
        let result = backtest(&input, &slots, range).unwrap();
        assert_eq!((slots.len(), result.predictions.len()), (5, 50));
        assert!(result.predictions.is_sorted_by_key(|prediction| prediction.slot_date));
        assert!(result.predictions.iter().all(|row| row.predictions.len() == result.models.len()));
        let metrics = model_metrics(&result, 3).unwrap();
        let names: Vec<&str> = metrics.iter().map(|one| one.model).collect();
        assert_eq!(
            names,
            [
                ModelKind::BaseRate.as_str(),
                ModelKind::Logistic.as_str(),
                ModelKind::Demand.as_str(),
                ModelKind::Blend.as_str(),
                CHAMPION
            ]
        );
        assert!(metrics[1].scores.log_loss < metrics[0].scores.log_loss);
        assert_eq!(metrics[1].scores.precision_at_seats, Some(1.0));
        let segments = segment_metrics(&result, 3).unwrap();
        let keys: Vec<(&str, &str)> = segments.iter().map(|one| (one.dimension, one.key.as_str())).collect();
        assert!(
            keys.contains(&("quarter", "2016-Q2")) && keys.contains(&("category", "unknown")),
            "{keys:?}"
        );
    }
}
