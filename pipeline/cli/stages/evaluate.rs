//! Evaluation of a backtest or a ranked list against the truth of a simulation.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    path::Path,
};

use anyhow::{Context as _, Result};
use arrow::{
    array::RecordBatch,
    compute::cast,
    datatypes::{DataType, Field, Schema, TimeUnit},
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use slotcast_forecast::{
    BaselineOffer, ClosedCampaign, Evaluation, OfferId, OfferTruth, ScorerPredictions, ScorerResult,
    baselines,
};
use slotcast_models::{Estimate, ProbabilityScores, SelectionRegret};
use slotcast_stats::UserSession;

use crate::{
    batch_builder::BatchBuilder,
    batch_row::{BatchRow, batch_rows, row_reader},
    failure::UserError,
};

/// Evaluates the latest backtest, or else the ranked list, against a truth file. Returns the name of the source too.
pub(crate) async fn evaluate(session: &UserSession, truth: &Path) -> Result<(&'static str, Evaluation)> {
    let known = read_truth(truth)?;
    let has_backtest = session.relations().iter().any(|table| table.name == "backtest_scores");
    let backtest = if has_backtest { backtest_predictions(session).await? } else { Vec::new() };
    let (source, models) = match backtest.is_empty() {
        true => ("ranking", vec![ranking_predictions(session).await?]),
        false => ("backtest", backtest),
    };
    let baselines = baseline_predictions(session).await?;
    let Some(evaluation) = slotcast_forecast::evaluate(&known, models, baselines)? else {
        let message = format!("`{}` contains none of the offers of this lake", truth.display());
        let hint = "use the truth and the inbox of the same `slotcast simulate` command";
        return Err(UserError::new(message, hint).into());
    };
    Ok((source, evaluation))
}

fn read_truth(path: &Path) -> Result<BTreeMap<OfferId, OfferTruth>> {
    let file = File::open(path).with_context(|| format!("cannot open `{}`", path.display()))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .with_context(|| format!("`{}` is not a Parquet file", path.display()))?;
    let columns = [
        ("slot_date", DataType::Date32),
        ("id", DataType::Utf8),
        ("p_hit_oracle", DataType::Float64),
        ("p_hit_knowable", DataType::Float64),
        ("hit", DataType::Boolean),
        ("selected", DataType::Boolean),
    ];
    let mut known = BTreeMap::new();
    for batch in reader {
        let batch = cast_columns(&batch?, &columns)
            .with_context(|| format!("`{}` is not a truth file", path.display()))?;
        for row in batch_rows(&[batch]) {
            let (Some(oracle), Some(knowable)) = (row.number("p_hit_oracle"), row.number("p_hit_knowable"))
            else {
                continue;
            };
            let (hit, selected) = (row.flag("hit"), row.flag("selected") == Some(true));
            known.insert(offer_id(&row)?, OfferTruth { oracle, knowable, hit, selected });
        }
    }
    Ok(known)
}

/// Predictions of every model of the latest backtest.
async fn backtest_predictions(session: &UserSession) -> Result<Vec<ScorerPredictions>> {
    let query = "SELECT model, slot_date, id, p_hit, order_value FROM backtest_scores";
    let mut models: BTreeMap<String, ScorerPredictions> = BTreeMap::new();
    for row in batch_rows(&query_rows(session, query).await?) {
        let name = row.text("model").unwrap_or_default();
        let empty = || ScorerPredictions { name: name.clone(), p_hit: HashMap::new(), order: HashMap::new() };
        let model = models.entry(name.clone()).or_insert_with(empty);
        let id = offer_id(&row)?;
        model.p_hit.extend(row.number("p_hit").map(|p| (id.clone(), p)));
        model.order.extend(row.number("order_value").map(|value| (id, value)));
    }
    Ok(models.into_values().collect())
}

async fn ranking_predictions(session: &UserSession) -> Result<ScorerPredictions> {
    let query = "SELECT slot_date, candidate_id AS id, p_hit, -rank AS order_value, model FROM rankings \
        WHERE NOT preliminary";
    let batches = query_rows(session, query).await?;
    let name = batch_rows(&batches).find_map(|row| row.text("model")).unwrap_or_else(|| "ranking".to_owned());
    let mut ranking = ScorerPredictions { name, p_hit: HashMap::new(), order: HashMap::new() };
    for row in batch_rows(&batches) {
        let id = offer_id(&row)?;
        ranking.p_hit.extend(row.number("p_hit").map(|p| (id.clone(), p)));
        ranking.order.extend(row.number("order_value").map(|value| (id, value)));
    }
    Ok(ranking)
}

async fn baseline_predictions(session: &UserSession) -> Result<Vec<ScorerPredictions>> {
    let query = "SELECT slot_date, id, category, campaign_id, knowledge_at, log_signals_per_threshold_alert, \
        log_threshold FROM offer_features";
    let mut offers = Vec::new();
    for row in batch_rows(&query_rows(session, query).await?) {
        offers.push(BaselineOffer {
            id: offer_id(&row)?,
            category: row.text("category"),
            campaign_id: row.text("campaign_id"),
            knowledge_at: row.instant("knowledge_at").context("an offer has no knowledge_at")?,
            log_alerts_per_threshold: row.number("log_signals_per_threshold_alert"),
            log_threshold: row.number("log_threshold"),
        });
    }
    let query = "SELECT campaign_id, slot_date, closes_at, hit FROM campaign_outcomes WHERE hit IS NOT NULL";
    let campaign = row_reader!(ClosedCampaign {
        campaign_id: "campaign_id",
        slot_date: "slot_date",
        closes_at: "closes_at",
        hit: "hit",
    });
    let campaigns: Vec<_> = batch_rows(&query_rows(session, query).await?).filter_map(campaign).collect();
    Ok(baselines(&offers, &campaigns))
}

/// Rows of a query, with columns cast to the types that [`BatchRow`] reads.
async fn query_rows(session: &UserSession, query: &str) -> Result<Vec<RecordBatch>> {
    let (schema, batches) = session.query(query, None).await?.all().await?;
    let target = |data_type: &DataType| match data_type {
        DataType::Dictionary(..) => DataType::Utf8,
        DataType::Timestamp(_, zone) => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
        other if other.is_numeric() => DataType::Float64,
        other => other.clone(),
    };
    let columns: Vec<(&str, DataType)> =
        schema.fields().iter().map(|field| (field.name().as_str(), target(field.data_type()))).collect();
    batches.iter().map(|batch| cast_columns(batch, &columns)).collect()
}

/// Columns of a batch, cast to types.
fn cast_columns(batch: &RecordBatch, columns: &[(&str, DataType)]) -> Result<RecordBatch> {
    let (mut fields, mut arrays) = (Vec::new(), Vec::new());
    for (name, data_type) in columns {
        let column = batch.column_by_name(name).with_context(|| format!("column `{name}` is missing"))?;
        fields.push(Field::new(*name, data_type.clone(), true));
        arrays.push(cast(column, data_type)?);
    }
    Ok(RecordBatch::try_new(Schema::new(fields).into(), arrays)?)
}

fn offer_id(row: &BatchRow<'_>) -> Result<OfferId> {
    Ok((row.day("slot_date").context("an offer has no slot_date")?, row.text("id").unwrap_or_default()))
}

/// One row per scorer; hits and regret are per slot.
pub(crate) fn batch(evaluation: &Evaluation) -> Result<RecordBatch> {
    let results = &evaluation.results;
    let belief = |value: fn(&ProbabilityScores) -> Option<f64>| {
        results.iter().map(move |result| result.belief.as_ref().and_then(value))
    };
    let choice = |value: fn(&SelectionRegret) -> Estimate| {
        results.iter().map(move |result: &ScorerResult| result.choice.as_ref().map(value))
    };
    let mean = |estimate: Option<Estimate>| estimate.map(|estimate| estimate.mean);
    let error = |estimate: Option<Estimate>| estimate.and_then(|estimate| estimate.se);
    BatchBuilder::default()
        .text("scored_by", results.iter().map(|result| result.name.clone()))
        .count("n", results.iter().map(|_| evaluation.n))
        .number("log_loss", belief(|belief| Some(belief.log_loss)))
        .number("log_loss_share", belief(|belief| belief.log_loss_share))
        .number("brier", belief(|belief| Some(belief.brier)))
        .number("brier_share", belief(|belief| belief.brier_share))
        .number("ece", belief(|belief| belief.ece))
        .number("ece_noise_floor", belief(|belief| belief.ece_noise_floor))
        .count("seats", results.iter().map(|_| evaluation.seats))
        .number("hits", choice(|choice| choice.hits).map(mean))
        .number("hits_se", choice(|choice| choice.hits).map(error))
        .number("regret", choice(|choice| choice.regret).map(mean))
        .number("regret_se", choice(|choice| choice.regret).map(error))
        .batch()
}
