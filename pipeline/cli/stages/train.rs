//! Labelled rows to models, of which one is promoted.

use anyhow::{Context, Result};
use arrow::{
    array::{AsArray, RecordBatch, StringArray},
    datatypes::Date32Type,
};
use chrono::TimeDelta;
use slotcast_core::{DateTime, NaiveDate, Utc};
use slotcast_features::{FeatureTable, Labels, Outcome};
use slotcast_lake::Market;
use slotcast_models::{Incumbent, ModelError, Scores, TrainedModel, Training};

use super::{
    card::card,
    champions::{Champions, Change, ROLLED_BACK},
    checks,
};
use crate::{
    failure::UserError,
    printer::Printer,
    relations::Columns,
    run_record::{Rows, RunInProgress},
    seen::Seen,
    settings::Settings,
};

/// Rows that may train a model that speaks at some moment, and their outcomes.
pub(crate) struct TrainingRows {
    pub(crate) table: FeatureTable,
    /// Of an offer that was not chosen there is none.
    pub(crate) outcomes: Vec<Option<Outcome>>,
}

impl TrainingRows {
    /// The rows of slots before `slot_date` whose outcome is known at `at`, not older than the settings say, and
    /// the offers that were not chosen for those slots.
    pub(crate) fn known_at(
        table: &FeatureTable,
        labels: &Labels,
        market: &Market,
        settings: &Settings,
        slot_date: NaiveDate,
        at: DateTime<Utc>,
    ) -> Self {
        let lag = TimeDelta::days(i64::from(market.label_lag_days));
        let window = TimeDelta::days(i64::from(settings.train_window_days));
        let known = |row: usize| labels.known_at(&table.keys[row], at, lag);
        let in_range = |date: NaiveDate| {
            date < slot_date
                && date >= slot_date - window
                && market.train_from.is_none_or(|from| date >= from)
        };
        let date = |row: usize| table.keys[row].offer.slot_date;
        let rows = || (0..table.len()).filter(|row| in_range(date(*row)));
        // A slot whose campaigns are settled: who has no campaign in it was left out.
        let settled: std::collections::HashSet<NaiveDate> =
            rows().filter(|row| known(*row).is_some()).map(date).collect();
        let is_of_use = |row: &usize| {
            known(*row).is_some() || (table.keys[*row].campaign_id.is_none() && settled.contains(&date(*row)))
        };
        let rows: Vec<usize> = rows().filter(is_of_use).collect();
        Self { table: table.select(&rows), outcomes: rows.iter().map(|row| known(*row)).collect() }
    }

    /// Fits; `None` where no campaign has an outcome yet.
    pub(crate) fn fit(&self, settings: &Settings, incumbent: Incumbent<'_>) -> Result<Option<Training>> {
        match slotcast_models::train(&self.table, &self.outcomes, &settings.model_params, incumbent) {
            Ok(training) => Ok(Some(training)),
            Err(ModelError::NoRows) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}

pub(crate) async fn train(
    run: &mut RunInProgress,
    settings: &Settings,
    printer: &Printer,
    slot_date: NaiveDate,
    knowledge_at: DateTime<Utc>,
    change: Change,
) -> Result<((), Rows)> {
    let table = FeatureTable::from_batches(&run.relation("offer_features").await?)?;
    let labels = Labels::from_batches(&run.relation("outcome_versions").await?)?;
    let rows = TrainingRows::known_at(&table, &labels, run.lake.market(), settings, slot_date, knowledge_at);
    let mut champions = Champions::known_to(run).await?;
    if change == Change::Rollback {
        champions.roll_back(run, &run.lake.market().calendar(), slot_date)?;
    }
    let mut training = rows.fit(settings, champions.incumbent(slot_date))?;
    if let (Change::Rollback, Some(training)) = (change, &mut training) {
        let Incumbent { champion, suspended } = champions.incumbent(slot_date);
        let place = training.models.iter().position(|model| Some(model.name()) == champion);
        training.set_champion(place.unwrap_or(0), ROLLED_BACK, suspended);
    }
    let described = training.as_ref().map(described).transpose()?.unwrap_or_default();
    match &training {
        None => printer.warn(
            "no campaign within reach of training has a known outcome, so there is no model and no list",
        ),
        Some(training) => {
            say(printer, training, &described);
            if change == Change::ByProof {
                champions.note(run, slot_date, training);
            }
        }
    }
    let models = models_batch(&described, training.as_ref(), slot_date, run)?;
    run.keep("models", &models).await?;
    run.keep("champions", &champions.batch()?).await?;
    run.keep("model_slots", &checks::slots_batch(training.as_ref(), slot_date)?).await?;
    run.keep("model_reliability", &checks::reliability_batch(training.as_ref(), slot_date)?).await?;
    let taken_in = rows.outcomes.iter().flatten().count();
    Ok(((), Rows { taken_in, given_out: models.num_rows() }))
}

/// A model and how it did out of time.
pub(crate) struct Described<'a> {
    pub(crate) model: &'a TrainedModel,
    pub(crate) is_champion: bool,
    pub(crate) scores: Option<Scores>,
}

fn described(training: &Training) -> Result<Vec<Described<'_>>> {
    let model = |(place, model)| {
        let is_champion = place == training.promotion.champion;
        Ok(Described { model, is_champion, scores: training.out_of_time.scores(place)? })
    };
    training.models.iter().enumerate().map(model).collect()
}

fn say(printer: &Printer, training: &Training, described: &[Described<'_>]) {
    if let Some(note) = &training.note {
        printer.warn(format!("a regression is missing: {note}"));
    }
    for alarm in &training.alarms {
        let what = if alarm.is_feature { "feature" } else { "model" };
        printer.warn(format!(
            "{what} `{}` sorts hits from misses with an AUC of {:.3}, which is too good before a launch: does it know the outcome?",
            alarm.of, alarm.auc
        ));
    }
    for Described { model, is_champion, scores } in described {
        let Some(scores) = scores else { continue };
        let (Some(loss), Some(ece)) = (scores.log_loss, scores.ece) else { continue };
        let mark = if *is_champion { " (ranks)" } else { "" };
        printer.say(format!(
            "model {}{mark}: log loss {loss:.4}, calibration error {ece:.3}, on {} later campaigns",
            model.name(),
            scores.n
        ));
    }
}

fn models_batch(
    rows: &[Described<'_>],
    training: Option<&Training>,
    slot_date: NaiveDate,
    run: &RunInProgress,
) -> Result<RecordBatch> {
    let each = || rows.iter().map(|row| row.model);
    let score =
        |value: fn(&Scores) -> Option<f64>| rows.iter().map(move |row| row.scores.as_ref().and_then(value));
    let promotion_of =
        |row: &Described<'_>| training.filter(|_| row.is_champion).map(|training| &training.promotion);
    let cards = rows.iter().map(|row| training.map(|training| card(row, training, slot_date, run)));
    Columns::default()
        .day("slot_date", rows.iter().map(|_| slot_date))
        .text("model", each().map(|model| model.name().to_owned()))
        .flag("promoted", rows.iter().map(|row| Some(row.is_champion)))
        .text("reason", rows.iter().map(|row| promotion_of(row).map(|promotion| promotion.reason.to_owned())))
        .text("ordered_by", each().map(TrainedModel::ordered_by))
        .text("spec_hash", each().map(|model| model.spec_hash().to_owned()))
        .count("n", each().map(TrainedModel::n_rows))
        .count("hits", each().map(TrainedModel::n_hits))
        .count("out_of_time_n", rows.iter().map(|row| row.scores.as_ref().map_or(0, |scores| scores.n)))
        .number("out_of_time_log_loss", score(|scores| scores.log_loss))
        .number("out_of_time_brier", score(|scores| scores.brier))
        .number("out_of_time_auc", score(|scores| scores.auc))
        .number("out_of_time_ece", score(|scores| scores.ece))
        .number("ece_noise_floor", score(|scores| scores.ece_noise_floor))
        .text("calibration", each().map(|model| model.calibration().to_owned()))
        .text("code_version", rows.iter().map(|_| env!("CARGO_PKG_VERSION").to_owned()))
        .text("data_version", rows.iter().map(|_| run.data_version()))
        .text("card", cards)
        .text("artifact", each().map(TrainedModel::to_json))
        .batch()
}

/// The model that the last `train` promoted for this slot, and its reason; `None` where it found no outcome to learn from.
pub(crate) async fn promoted_model(
    run: &Seen,
    slot_date: NaiveDate,
) -> Result<Option<(TrainedModel, String)>> {
    for batch in run.relation("models").await? {
        let column = |name: &str| batch.column_by_name(name).context("relation `models` is damaged");
        let artifacts: &StringArray = column("artifact")?.as_string();
        let slots = column("slot_date")?.as_primitive::<Date32Type>();
        if let Some(row) = promoted_row(&batch) {
            let trained_for = Date32Type::to_naive_date_opt(slots.value(row));
            if trained_for != Some(slot_date) {
                // Trained for a later slot, it would know what an earlier one could not.
                let held = trained_for.map_or_else(|| "another".to_owned(), |date| date.to_string());
                return Err(UserError::new(
                    format!("the model was trained for slot {held}, not for {slot_date}"),
                    format!("`slotcast stats --slot {slot_date}`, then `slotcast train --slot {slot_date}`"),
                )
                .into());
            }
            let reasons: &StringArray = column("reason")?.as_string();
            let model = TrainedModel::from_json(artifacts.value(row))?;
            return Ok(Some((model, reasons.value(row).to_owned())));
        }
    }
    Ok(None)
}

/// The row of `models` of the one that ranks.
pub(crate) fn promoted_row(models: &RecordBatch) -> Option<usize> {
    let promoted = models.column_by_name("promoted")?.as_boolean_opt()?;
    promoted.iter().position(|flag| flag == Some(true))
}
