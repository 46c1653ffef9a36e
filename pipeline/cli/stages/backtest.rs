//! Past slots, each predicted from what was known at its T.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::{DateTime, Knowledge, NaiveDate, Slot, SlotCalendar, Utc};
use slotcast_features::{FeatureTable, Labels};
use slotcast_lake::Lake;
use slotcast_models::{BASE_RATE, Judged, LOGISTIC, Scores, evaluate};
use slotcast_stats::{Base, Question, Shelf, look_back};

use super::train::TrainingRows;
use crate::{failure::UserError, lake_door::question, relations::Columns, settings::Settings};

const HORIZON: &str = "prelaunch";

/// Which slots, and how often to fit anew.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    pub(crate) refit_every: u32,
}

/// One prediction of one offer by both models.
#[derive(Clone, Debug)]
struct Prediction {
    slot_date: NaiveDate,
    id: String,
    /// Null where it did not run, or has no outcome yet.
    hit: Option<bool>,
    base_rate: f64,
    logistic: f64,
}

/// What a backtest gives.
pub(crate) struct Backtest {
    pub(crate) scores: RecordBatch,
    pub(crate) metrics: RecordBatch,
    pub(crate) rows: usize,
}

/// Slots of the range that were decided by `as_of`.
fn slots(calendar: &SlotCalendar, range: Range, as_of: DateTime<Utc>, lead_days: u32) -> Vec<Slot> {
    let first = calendar.slot_of(chrono::NaiveDateTime::from(range.from).and_utc());
    let mut slot = first;
    let mut slots = Vec::new();
    while slot.date <= range.to {
        if slot.date >= range.from && calendar.days_before(&slot, lead_days) <= as_of {
            slots.push(slot);
        }
        slot = calendar.following(&slot);
    }
    slots
}

pub(crate) async fn backtest(
    lake: &Lake,
    base: &Base,
    settings: &Settings,
    as_of: DateTime<Utc>,
    range: Range,
    backtest_id: &str,
) -> Result<Backtest> {
    let calendar = lake.market().calendar();
    let slots = slots(&calendar, range, as_of, settings.lead_days);
    let Some(last) = slots.last() else {
        let message = format!("no slot was decided between {} and {} by {as_of}", range.from, range.to);
        return Err(UserError::new(message, "name dates that lie in the lake's history").into());
    };
    // Every row stands at its own T, the cutoff of its slot: one build serves all slots.
    let question = Question {
        scored: Knowledge::of(&calendar, *last, as_of, settings.lead_days),
        next: None,
        ..question(lake, settings, as_of, *last)
    };
    let shelf = Shelf::new(lake, backtest_id, 0);
    let [features, outcomes] = look_back(&lake.facts().await?, base, &question, shelf).await?;
    let table = FeatureTable::from_batches(&features)?;
    let labels = Labels::from_batches(&outcomes)?;

    let groups: Vec<&[Slot]> = slots.chunks(range.refit_every as usize).collect();
    let predictions = predict_all(lake, settings, &table, &labels, &groups)?;
    let scores = scores_batch(backtest_id, &predictions)?;
    let metrics = metrics_batch(backtest_id, &predictions, settings)?;
    Ok(Backtest { scores, metrics, rows: predictions.len() })
}

/// Groups share nothing, so two threads halve the time; the order of the result is that of the slots.
fn predict_all(
    lake: &Lake,
    settings: &Settings,
    table: &FeatureTable,
    labels: &Labels,
    groups: &[&[Slot]],
) -> Result<Vec<Prediction>> {
    let middle = groups.len().div_ceil(2);
    let predict = |groups: &[&[Slot]]| -> Result<Vec<Prediction>> {
        let mut predictions = Vec::new();
        for slots in groups {
            predictions.extend(predict(lake, settings, table, labels, slots)?);
        }
        Ok(predictions)
    };
    std::thread::scope(|scope| {
        let later = scope.spawn(|| predict(&groups[middle..]));
        let mut predictions = predict(&groups[..middle])?;
        predictions.extend(later.join().expect("a prediction does not panic")?);
        Ok(predictions)
    })
}

/// Predicts some slots by models fitted at the cutoff of the first of them.
fn predict(
    lake: &Lake,
    settings: &Settings,
    table: &FeatureTable,
    labels: &Labels,
    slots: &[Slot],
) -> Result<Vec<Prediction>> {
    let market = lake.market();
    let cutoff = market.calendar().days_before(&slots[0], settings.lead_days);
    let training =
        TrainingRows::known_at(table, labels, market, settings, slots[0].date, cutoff).fit(settings)?;
    let Some(training) = training else { return Ok(Vec::new()) };
    let is_asked = |row: &usize| slots.iter().any(|slot| slot.date == table.keys[*row].offer.slot_date);
    let asked: Vec<usize> = (0..table.len()).filter(is_asked).collect();
    let offers = table.select(&asked);
    let base_rate = training.models[0].score(&offers)?;
    // Where no regression could be fitted, the base rate speaks for it, as it would in a night.
    let logistic = training.models.last().expect("the base rate is always there").score(&offers)?;
    let predictions = asked.iter().zip(base_rate.iter().zip(&logistic));
    Ok(predictions
        .map(|(row, (base_rate, logistic))| Prediction {
            slot_date: base_rate.offer.slot_date,
            id: base_rate.offer.id.clone(),
            hit: labels.last_known(&table.keys[*row]),
            base_rate: base_rate.p_hit.get(),
            logistic: logistic.p_hit.get(),
        })
        .collect())
}

fn scores_batch(backtest_id: &str, predictions: &[Prediction]) -> Result<RecordBatch> {
    let rows: Vec<(&str, f64, &Prediction)> = predictions
        .iter()
        .flat_map(|row| [(BASE_RATE, row.base_rate, row), (LOGISTIC, row.logistic, row)])
        .collect();
    Columns::default()
        .text("backtest_id", rows.iter().map(|_| backtest_id.to_owned()))
        .text("model", rows.iter().map(|(model, ..)| (*model).to_owned()))
        .text("horizon", rows.iter().map(|_| HORIZON.to_owned()))
        .day("slot_date", rows.iter().map(|(_, _, row)| row.slot_date))
        .text("id", rows.iter().map(|(_, _, row)| row.id.clone()))
        .number("p_hit", rows.iter().map(|(_, p, _)| *p))
        .flag("hit", rows.iter().map(|(_, _, row)| row.hit))
        .batch()
}

fn metrics_batch(backtest_id: &str, predictions: &[Prediction], settings: &Settings) -> Result<RecordBatch> {
    // Offers that never ran are scored, but nothing judges them.
    let (judged, hits): (Vec<&Prediction>, Vec<bool>) =
        predictions.iter().filter_map(|row| Some((row, row.hit?))).unzip();
    let slots: Vec<NaiveDate> = judged.iter().map(|row| row.slot_date).collect();
    let base: Vec<f64> = judged.iter().map(|row| row.base_rate).collect();
    let logistic: Vec<f64> = judged.iter().map(|row| row.logistic).collect();
    let mut rows: Vec<(&str, Scores)> = Vec::new();
    for (model, p) in [(BASE_RATE, &base), (LOGISTIC, &logistic)] {
        let judged = Judged { p, hits: &hits, slots: &slots, base_rate_p: &base };
        rows.push((model, evaluate(judged, Some(settings.seats as usize))?));
    }
    let base_brier = rows[0].1.brier;
    let each = || rows.iter().map(|(_, scores)| scores);
    let (first, last) = (slots.iter().min().copied(), slots.iter().max().copied());
    let day = |date: Option<NaiveDate>| rows.iter().map(move |_| date.unwrap_or_default());
    Columns::default()
        .text("backtest_id", rows.iter().map(|_| backtest_id.to_owned()))
        .text("model", rows.iter().map(|(model, _)| (*model).to_owned()))
        .text("horizon", rows.iter().map(|_| HORIZON.to_owned()))
        .count("n", each().map(|scores| scores.n))
        .number("base_rate", each().map(|scores| scores.base_rate))
        .number("auc", each().map(|scores| scores.auc))
        .number("brier", each().map(|scores| scores.brier))
        .number("log_loss", each().map(|scores| scores.log_loss))
        .number("log_loss_se", each().map(|scores| scores.log_loss_se))
        .number("ece", each().map(|scores| scores.ece))
        .number("ece_noise_floor", each().map(|scores| scores.ece_noise_floor))
        .number("precision_at_seats", each().map(|scores| scores.precision_at_seats))
        .text("verdict", each().map(|scores| scores.verdict.as_str().to_owned()))
        .number("base_rate_log_loss", each().map(|scores| scores.base_rate_log_loss))
        .number("base_rate_brier", each().map(|_| base_brier))
        .day("first_slot", day(first))
        .day("last_slot", day(last))
        .batch()
}
