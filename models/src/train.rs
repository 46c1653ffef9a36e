//! From labelled rows to models: the base rate, the regression if the rows allow it, and which of
//! them may rank.

use slotcast_features::FeatureTable;

use crate::{
    base_rate::BaseRate,
    error::ModelError,
    evaluate::MIN_ROWS_TO_JUDGE,
    out_of_time::{calibration, log_losses, predict_forward},
    params::{ModelParams, ValidModelParams},
    prepare::check_columns,
    trained::{BASE_RATE, LOGISTIC, LogisticModel, TrainedModel},
};

/// How a kind of model did on slots that came after those it was fitted to.
#[derive(Clone, Debug, PartialEq)]
pub struct OutOfTime {
    /// Name of the model.
    pub model: &'static str,
    /// How many training rows were predicted from earlier slots; the same rows for every model.
    pub n: usize,
    /// Mean log loss in nats over them, if there are any. Each block of slots is
    /// calibrated on the predictions of the blocks before it.
    pub log_loss: Option<f64>,
}

/// What a fit gives.
#[derive(Clone, Debug)]
pub struct Training {
    /// The base rate first, then the regression if it could be fitted.
    pub models: Vec<TrainedModel>,
    /// Place in `models` of the one that ranks: the regression if its out-of-time log loss is the lower
    /// one on at least [`MIN_ROWS_TO_JUDGE`] rows, else the base rate.
    pub promoted: usize,
    /// One entry a model, in the same order.
    pub out_of_time: Vec<OutOfTime>,
    /// Why there is no regression.
    pub note: Option<String>,
}

impl Training {
    /// The model that ranks.
    pub fn promoted_model(&self) -> &TrainedModel {
        &self.models[self.promoted]
    }
}

/// Fits every kind of model to all rows of `table`, whose outcomes are `hits`.
///
/// The rows decide alone: the same rows in the same order give the same models to the bit.
///
/// # Errors
/// [`ModelError::NoRows`] without rows, [`ModelError::Lengths`] unless there is one outcome a row,
/// [`ModelError::Column`] when the table is at odds with its own specification,
/// [`ModelError::UpsideDown`] when a regression scores its own hits below its misses. Rows that allow no
/// regression are no error: the base rate is fitted and [`Training::note`] says why it stands alone.
pub fn train(table: &FeatureTable, hits: &[bool], params: &ValidModelParams) -> Result<Training, ModelError> {
    if table.is_empty() {
        return Err(ModelError::NoRows);
    }
    if hits.len() != table.len() {
        return Err(ModelError::Lengths { rows: table.len(), what: "outcomes", found: hits.len() });
    }
    check_columns(table)?;
    let base_rate =
        TrainedModel { spec_hash: table.spec.hash(), base_rate: BaseRate::fit(table, hits), logistic: None };
    match fit_logistic(table, hits, params.get()) {
        Ok((logistic, losses)) => Ok(with_logistic(base_rate, logistic, losses)),
        Err(error) if error.leaves_the_base_rate() => Ok(Training {
            models: vec![base_rate],
            promoted: 0,
            out_of_time: vec![OutOfTime { model: BASE_RATE, n: 0, log_loss: None }],
            note: Some(error.to_string()),
        }),
        Err(error) => Err(error),
    }
}

type Losses = Option<(usize, f64, f64)>;

fn fit_logistic(
    table: &FeatureTable,
    hits: &[bool],
    params: &ModelParams,
) -> Result<(LogisticModel, Losses), ModelError> {
    let mut model = LogisticModel::fit(table, hits, params)?;
    let blocks = predict_forward(table, hits, params)?;
    model.platt = calibration(&blocks, params);
    Ok((model, log_losses(&blocks, params)))
}

fn with_logistic(base_rate: TrainedModel, logistic: LogisticModel, losses: Losses) -> Training {
    let n = losses.map_or(0, |(n, ..)| n);
    let is_better = losses
        .is_some_and(|(n, of_base_rate, of_logistic)| n >= MIN_ROWS_TO_JUDGE && of_logistic < of_base_rate);
    let logistic = TrainedModel { logistic: Some(logistic), ..base_rate.clone() };
    Training {
        models: vec![base_rate, logistic],
        promoted: usize::from(is_better),
        out_of_time: vec![
            OutOfTime { model: BASE_RATE, n, log_loss: losses.map(|(_, of_base_rate, _)| of_base_rate) },
            OutOfTime { model: LOGISTIC, n, log_loss: losses.map(|(.., of_logistic)| of_logistic) },
        ],
        note: None,
    }
}

#[cfg(test)]
mod tests;
