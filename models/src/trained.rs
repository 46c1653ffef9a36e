//! A fitted model: it scores tables that have the features it knows, and refuses others.

use serde::{Deserialize, Serialize};
use slotcast_core::{Contribution, FeatureValue, Probability, ScoredOffer};
use slotcast_features::{Column, FeatureTable};

use crate::{
    base_rate::BaseRate,
    calibrate::Platt,
    error::ModelError,
    logistic::Logistic,
    numbers::{Z_80, logit, sigmoid},
    params::ModelParams,
    prepare::{Preparer, check_columns},
};

/// Name of the model that knows the category only.
pub const BASE_RATE: &str = "base_rate";
/// Name of the regression.
pub const LOGISTIC: &str = "logistic";
/// A score with fewer comparable training rows than this stands on thin data.
pub const THIN_DATA_ROWS: usize = 30;

/// A regression with its way of preparing and its calibration.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LogisticModel {
    preparer: Preparer,
    regression: Logistic,
    pub(crate) platt: Platt,
}

impl LogisticModel {
    /// Fits on every row of `table`, without calibration.
    pub(crate) fn fit(table: &FeatureTable, hits: &[bool], params: &ModelParams) -> Result<Self, ModelError> {
        let rows = table.len();
        if rows < params.min_training_rows {
            return Err(ModelError::TooFewRows { needed: params.min_training_rows, found: rows });
        }
        let preparer = Preparer::fit(table, params)?;
        if preparer.width() == 0 {
            return Err(ModelError::NothingVaries { features: table.columns.len(), rows });
        }
        let regression = Logistic::fit(&preparer.transform(table)?, hits, params)?;
        Ok(Self { preparer, regression, platt: Platt::identity() })
    }

    /// Logits before calibration, one a row.
    pub(crate) fn raw_logits(&self, table: &FeatureTable) -> Result<Vec<f64>, ModelError> {
        let matrix = self.preparer.transform(table)?;
        let logit = |cells| self.regression.intercept + self.regression.pushes(cells).iter().sum::<f64>();
        Ok(matrix.rows().into_iter().map(logit).collect())
    }

    /// The calibrated logit of the average training row.
    fn intercept(&self) -> f64 {
        self.platt.apply(self.regression.intercept)
    }

    pub(crate) fn is_sound(&self) -> bool {
        self.preparer.is_sound() && self.platt.is_sound() && self.regression.is_sound(self.preparer.width())
    }

    fn scores(&self, table: &FeatureTable) -> Result<Vec<Score>, ModelError> {
        let matrix = self.preparer.transform(table)?;
        let sources = self.preparer.sources();
        let score = |cells| {
            let mut pushes = vec![0.0; table.columns.len()];
            let columns = self.regression.pushes(cells);
            for (feature, push) in sources.iter().zip(&columns) {
                pushes[*feature] += self.platt.slope * push;
            }
            let logit = self.intercept() + pushes.iter().sum::<f64>();
            let raw = self.regression.intercept + columns.iter().sum::<f64>();
            let half = Z_80 * self.platt.variance(raw, self.regression.variance(cells)).sqrt();
            Score { p: sigmoid(logit), low: sigmoid(logit - half), high: sigmoid(logit + half), pushes }
        };
        Ok(matrix.rows().into_iter().map(score).collect())
    }
}

/// A fitted model of either kind, with what it was fitted to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrainedModel {
    pub(crate) spec_hash: String,
    /// Also in the regression: thin data is judged by its tallies.
    pub(crate) base_rate: BaseRate,
    pub(crate) logistic: Option<LogisticModel>,
}

/// Probability, its 80 % interval, and the push of every feature on the logit.
struct Score {
    p: f64,
    low: f64,
    high: f64,
    pushes: Vec<f64>,
}

impl TrainedModel {
    /// [`BASE_RATE`] or [`LOGISTIC`].
    pub fn name(&self) -> &'static str {
        if self.logistic.is_some() { LOGISTIC } else { BASE_RATE }
    }

    /// Hash of the feature specification that the model was fitted to and scores.
    pub fn spec_hash(&self) -> &str {
        &self.spec_hash
    }

    /// How many rows the model was fitted to.
    pub fn n_rows(&self) -> usize {
        self.base_rate.tallies.total.n
    }

    /// How many of them were hits.
    pub fn n_hits(&self) -> usize {
        self.base_rate.tallies.total.hits
    }

    /// The logit from which contributions push: that of the average training row for
    /// the regression, of the overall rate for the base rate.
    pub fn intercept(&self) -> f64 {
        self.logistic.as_ref().map_or(self.base_rate.intercept(), LogisticModel::intercept)
    }

    /// Scores every row, in order. The interval covers what is not known of the coefficients and of the
    /// calibration, at 80 %; an empty table gives no score.
    ///
    /// # Errors
    /// [`ModelError::SpecMismatch`] when the table has other features than the model;
    /// [`ModelError::Column`] when it is at odds with its own specification.
    pub fn score(&self, table: &FeatureTable) -> Result<Vec<ScoredOffer>, ModelError> {
        if table.is_empty() {
            return Ok(Vec::new()); // a table read from no batch knows no feature
        }
        let found = table.spec.hash();
        if found != self.spec_hash {
            return Err(ModelError::SpecMismatch { model: self.spec_hash.clone(), table: found });
        }
        check_columns(table)?;
        let scores = match &self.logistic {
            Some(model) => model.scores(table)?,
            None => (0..table.len()).map(|row| self.score_by_base_rate(table, row)).collect(),
        };
        scores.into_iter().enumerate().map(|(row, score)| self.offer(table, row, score)).collect()
    }

    fn score_by_base_rate(&self, table: &FeatureTable, row: usize) -> Score {
        let rate = self.base_rate.rate(table, row);
        let mut pushes = vec![0.0; table.columns.len()];
        if let Some(feature) = self.base_rate.tallies.feature {
            pushes[feature] = logit(rate.p) - self.intercept();
        }
        Score { p: rate.p, low: rate.low, high: rate.high, pushes }
    }

    fn offer(&self, table: &FeatureTable, row: usize, score: Score) -> Result<ScoredOffer, ModelError> {
        let probability =
            |value: f64| Probability::new(value).ok_or(ModelError::NotAProbability { value, row });
        let features = table.spec.features().iter().zip(&table.columns).zip(score.pushes).enumerate();
        let contributions = features
            // The base rate has one feature; naming the others with no push would look like knowledge.
            .filter(|(place, _)| self.logistic.is_some() || self.base_rate.tallies.feature == Some(*place))
            .map(|(_, (((name, _), column), push))| Contribution {
                feature: name.clone(),
                value: value_of(column, row),
                push,
            })
            .collect();
        Ok(ScoredOffer {
            offer: table.keys[row].offer.clone(),
            p_hit: probability(score.p)?,
            p_low: Some(probability(score.low)?),
            p_high: Some(probability(score.high)?),
            demand: None,
            thin_data: self.base_rate.tallies.comparable(table, row).n < THIN_DATA_ROWS,
            contributions,
            model: self.name().to_owned(),
        })
    }
}

fn value_of(column: &Column, row: usize) -> FeatureValue {
    match column {
        Column::Number(values) => values[row].map_or(FeatureValue::Missing, FeatureValue::Number),
        Column::Category(values) => values[row].clone().map_or(FeatureValue::Missing, FeatureValue::Text),
        Column::Record(values) => {
            let (hits, n) = values[row];
            if n > 0.0 { FeatureValue::Record { hits, n } } else { FeatureValue::Missing }
        }
    }
}
