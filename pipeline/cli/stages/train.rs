//! Labelled rows to models, of which one is promoted.

use anyhow::{Context, Result};
use arrow::{
    array::{AsArray, BooleanArray, StringArray},
    datatypes::Date32Type,
};
use chrono::TimeDelta;
use slotcast_core::{DateTime, NaiveDate, Utc};
use slotcast_features::{FeatureTable, Labels};
use slotcast_lake::Market;
use slotcast_models::{ModelError, TrainedModel, Training};

use crate::{
    failure::UserError,
    lake_door::relation,
    printer::Printer,
    relations::Columns,
    run_record::{Rows, RunInProgress},
    settings::Settings,
};

/// Rows that may train a model that speaks at some moment, and their outcomes.
pub(crate) struct TrainingRows {
    pub(crate) table: FeatureTable,
    pub(crate) hits: Vec<bool>,
}

impl TrainingRows {
    /// The rows of slots before `slot_date` whose outcome is known at `at`, not older than the settings say.
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
        let mut rows = Vec::new();
        let mut hits = Vec::new();
        for (row, key) in table.keys.iter().enumerate() {
            let date = key.offer.slot_date;
            let in_range = date < slot_date
                && date >= slot_date - window
                && market.train_from.is_none_or(|from| date >= from);
            if let Some(hit) = labels.known_at(key, at, lag).filter(|_| in_range) {
                rows.push(row);
                hits.push(hit);
            }
        }
        Self { table: table.select(&rows), hits }
    }

    /// Fits; `None` where no campaign has an outcome yet.
    pub(crate) fn fit(&self, settings: &Settings) -> Result<Option<Training>> {
        match slotcast_models::train(&self.table, &self.hits, &settings.model_params) {
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
) -> Result<((), Rows)> {
    let table = FeatureTable::from_batches(&relation(run, "product_slots").await?)?;
    let labels = Labels::from_batches(&relation(run, "outcome_versions").await?)?;
    let rows = TrainingRows::known_at(&table, &labels, run.lake.market(), settings, slot_date, knowledge_at);
    let training = rows.fit(settings)?;
    match &training {
        None => printer.warn(
            "no campaign within reach of training has a known outcome, so there is no model and no list",
        ),
        Some(training) => {
            if let Some(note) = &training.note {
                printer.warn(format!("no regression: {note}"));
            }
            for tried in &training.out_of_time {
                if let Some(log_loss) = tried.log_loss {
                    printer.say(format!(
                        "model {}: log loss {log_loss:.4} on {} later campaigns",
                        tried.model, tried.n
                    ));
                }
            }
        }
    }
    let models = models_batch(training.as_ref(), slot_date)?;
    run.keep("models", &models).await?;
    Ok(((), Rows { taken_in: rows.hits.len(), given_out: models.num_rows() }))
}

fn models_batch(training: Option<&Training>, slot_date: NaiveDate) -> Result<arrow::array::RecordBatch> {
    let rows: Vec<(usize, &TrainedModel)> =
        training.into_iter().flat_map(|training| training.models.iter().enumerate()).collect();
    let promoted = training.map(|training| training.promoted);
    let tried = |index: usize| training.and_then(|training| training.out_of_time.get(index));
    Columns::default()
        .day("slot_date", rows.iter().map(|_| slot_date))
        .text("model", rows.iter().map(|(_, model)| model.name().to_owned()))
        .flag("promoted", rows.iter().map(|(index, _)| Some(*index) == promoted))
        .text("spec_hash", rows.iter().map(|(_, model)| model.spec_hash().to_owned()))
        .count("n", rows.iter().map(|(_, model)| model.n_rows()))
        .count("hits", rows.iter().map(|(_, model)| model.n_hits()))
        .count("out_of_time_n", rows.iter().map(|(index, _)| tried(*index).map_or(0, |tried| tried.n)))
        .number("out_of_time_log_loss", rows.iter().map(|(index, _)| tried(*index)?.log_loss))
        .text("artifact", rows.iter().map(|(_, model)| model.to_json()))
        .batch()
}

/// The model that the last `train` promoted for this slot; `None` where it found no outcome to learn from.
pub(crate) async fn promoted_model(
    run: &RunInProgress,
    slot_date: NaiveDate,
) -> Result<Option<TrainedModel>> {
    for batch in relation(run, "models").await? {
        let column = |name: &str| batch.column_by_name(name).context("relation `models` is damaged");
        let promoted: &BooleanArray = column("promoted")?.as_boolean();
        let artifacts: &StringArray = column("artifact")?.as_string();
        let slots = column("slot_date")?.as_primitive::<Date32Type>();
        if let Some(row) = (0..promoted.len()).find(|row| promoted.value(*row)) {
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
            return Ok(Some(TrainedModel::from_json(artifacts.value(row))?));
        }
    }
    Ok(None)
}
