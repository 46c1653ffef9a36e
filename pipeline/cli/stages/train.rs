//! Train stage: fits the models, decides which one ranks, and writes models, champions and model accuracy.

use anyhow::{Context as _, Result};
use arrow::array::RecordBatch;
use chrono::TimeDelta;
use slotcast_core::NaiveDate;
use slotcast_features::{FeatureTable, Labels};
use slotcast_forecast::{
    ChampionChange, DecisionKey, ModelReport, PromotedModel, TrainingRules, TrainingSet, model_reports,
    train_champion,
};
use slotcast_lake::MarketConfig;
use slotcast_models::{Metrics, TrainedModel, Training};

use super::{champions, model_card::model_card, night::Night, slot_scores};
use crate::{
    active_run::{ActiveRun, RowCounts},
    batch_builder::BatchBuilder,
    batch_row::{BatchRow, batch_rows},
    failure::UserError,
    printer::Printer,
    run_snapshot::RunSnapshot,
    settings::Settings,
};

/// Rules of training sets, from the market and the settings.
pub(super) fn training_rules(market: &MarketConfig, settings: &Settings) -> TrainingRules {
    TrainingRules {
        label_lag: TimeDelta::days(i64::from(market.label_lag_days)),
        window: TimeDelta::days(i64::from(settings.train_window_days)),
        train_from: market.train_from,
    }
}

pub(crate) async fn train(night: &mut Night<'_>, change: ChampionChange) -> Result<((), RowCounts)> {
    let Night { run, settings, printer, slot, knowledge } = night;
    let table = FeatureTable::from_batches(&run.relation("offer_features").await?)?;
    let labels = Labels::from_batches(&run.relation("outcome_versions").await?)?;
    let rules = training_rules(run.lake.market(), settings);
    let set = TrainingSet::known_at(&table, &labels, &rules, slot.date, knowledge.knowledge_at);
    let mut history = champions::read_history(run).await?;
    let key = DecisionKey { run_id: run.run_id.clone(), as_of: run.as_of, slot_date: slot.date };
    let calendar = run.lake.market().calendar();
    let training = train_champion(&set, &settings.model_params, &mut history, change, (key, &calendar))?;
    let reports = training.as_ref().map(model_reports).transpose()?.unwrap_or_default();
    match &training {
        None => printer
            .warn("no campaign in the training window has a known outcome, so there is no model and no list"),
        Some(training) => print_training(printer, training, &reports),
    }
    let models = models_batch(&reports, training.as_ref(), slot.date, run)?;
    run.write_relation("models", &models).await?;
    run.write_relation("champions", &champions::batch(&history)?).await?;
    run.write_relation("model_slots", &slot_scores::slots_batch(&reports, slot.date)?).await?;
    run.write_relation("model_reliability", &slot_scores::reliability_batch(&reports, slot.date)?).await?;
    Ok(((), RowCounts { input: set.labeled_rows(), output: models.num_rows() }))
}

fn print_training(printer: &Printer, training: &Training, reports: &[ModelReport<'_>]) {
    if let Some(note) = &training.note {
        printer.warn(format!("a regression was not fitted: {note}"));
    }
    for warning in &training.leakage_warnings {
        let kind = if warning.is_feature { "feature" } else { "model" };
        printer.warn(format!(
            "{kind} `{}` has an AUC of {:.3}, which is implausible before a launch: check it for leakage of the outcome",
            warning.name, warning.auc
        ));
    }
    for ModelReport { model, is_champion, scores, .. } in reports {
        let Some(scores) = scores else { continue };
        let (Some(loss), Some(ece)) = (scores.log_loss, scores.ece) else { continue };
        let champion = if *is_champion { " (champion)" } else { "" };
        printer.info(format!(
            "model {}{champion}: log loss {loss:.4}, calibration error {ece:.3}, on {} later campaigns",
            model.name(),
            scores.n
        ));
    }
}

/// The relation `models`.
fn models_batch(
    reports: &[ModelReport<'_>],
    training: Option<&Training>,
    slot_date: NaiveDate,
    run: &ActiveRun,
) -> Result<RecordBatch> {
    let models = || reports.iter().map(|report| report.model);
    let score = |value: fn(&Metrics) -> Option<f64>| {
        reports.iter().map(move |report| report.scores.as_ref().and_then(value))
    };
    let reason = |report: &ModelReport<'_>| {
        let training = training.filter(|_| report.is_champion)?;
        Some(training.promotion.reason.to_owned())
    };
    let card =
        |report: &ModelReport<'_>| training.map(|training| model_card(report, training, slot_date, run));
    BatchBuilder::default()
        .day("slot_date", reports.iter().map(|_| slot_date))
        .text("model", models().map(|model| model.name().to_owned()))
        .flag("promoted", reports.iter().map(|report| Some(report.is_champion)))
        .text("reason", reports.iter().map(reason))
        .text("ordered_by", models().map(TrainedModel::ordered_by))
        .text("spec_hash", models().map(|model| model.spec_hash().to_owned()))
        .count("n", models().map(TrainedModel::n_rows))
        .count("hits", models().map(TrainedModel::n_hits))
        .count(
            "out_of_time_n",
            reports.iter().map(|report| report.scores.as_ref().map_or(0, |scores| scores.n)),
        )
        .number("out_of_time_log_loss", score(|scores| scores.log_loss))
        .number("out_of_time_brier", score(|scores| scores.brier))
        .number("out_of_time_auc", score(|scores| scores.auc))
        .number("out_of_time_ece", score(|scores| scores.ece))
        .number("ece_noise_floor", score(|scores| scores.ece_noise_floor))
        .text("calibration", models().map(|model| model.calibration().to_owned()))
        .text("code_version", reports.iter().map(|_| env!("CARGO_PKG_VERSION").to_owned()))
        .text("data_version", reports.iter().map(|_| run.data_version()))
        .text("card", reports.iter().map(card))
        .text("artifact", models().map(TrainedModel::to_json))
        .batch()
}

/// The row of the champion in the relation `models`.
pub(super) fn champion_row(models: &[RecordBatch]) -> Option<BatchRow<'_>> {
    batch_rows(models).find(|row| row.flag("promoted") == Some(true))
}

/// The champion that `train` chose for this slot; `None` if it had no outcome to train on.
pub(super) async fn promoted_model(run: &RunSnapshot, slot_date: NaiveDate) -> Result<Option<PromotedModel>> {
    let models = run.relation("models").await?;
    let Some(row) = champion_row(&models) else { return Ok(None) };
    let trained_for = row.day("slot_date");
    if trained_for != Some(slot_date) {
        // A model trained for a later slot would leak outcomes into an earlier one.
        let trained_for = trained_for.map_or_else(|| "another".to_owned(), |date| date.to_string());
        return Err(UserError::new(
            format!("the model was trained for slot {trained_for}, not for {slot_date}"),
            format!("run `slotcast stats --slot {slot_date}`, then `slotcast train --slot {slot_date}`"),
        )
        .into());
    }
    let text = |name: &str| row.text(name).context("relation `models` is damaged");
    let model = TrainedModel::from_json(&text("artifact")?)?;
    Ok(Some(PromotedModel { model, reason: text("reason")? }))
}
