//! A fitted model: it scores tables that have the features it knows, and refuses others.

use serde::{Deserialize, Serialize};
use slotcast_core::{Contribution, FeatureValue, OrderValue, Probability, ScoredOffer};
use slotcast_features::{Column, FeatureTable};

use crate::{
    base_rate::BaseRate,
    error::ModelError,
    habits,
    numbers::{logit, sigmoid},
    prepare::check_columns,
    scorer::{Score, Scorer},
    spread::Spread,
};

/// Name of the model that knows the category only.
pub const BASE_RATE: &str = "base_rate";
/// Name of the mean of the regressions.
pub const BLEND: &str = "blend";
/// A score with fewer comparable training rows than this stands on thin data.
pub const THIN_DATA_ROWS: usize = 30;

/// A fitted model of any kind, with what it was fitted to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrainedModel {
    pub(crate) name: String,
    pub(crate) spec_hash: String,
    /// In every model: thin data is judged by its tallies.
    pub(crate) base_rate: BaseRate,
    pub(crate) scorer: Option<Scorer>,
    pub(crate) spread: Option<Spread>,
    /// The order of a list, where another one than that of `p_hit` has proven better.
    pub(crate) order: Option<Order>,
}

/// An order of offers, the largest value first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// That of another model's probabilities.
    Model(Box<TrainedModel>),
    /// That of a feature.
    Feature(String),
}

impl TrainedModel {
    /// [`BASE_RATE`], [`crate::LOGISTIC`], [`crate::DEMAND`] or [`BLEND`].
    pub fn name(&self) -> &str {
        &self.name
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

    /// How its logits become probabilities: `none`, `platt` or `isotonic`.
    pub fn calibration(&self) -> &'static str {
        self.scorer.as_ref().map_or("none", |scorer| scorer.calibrator.name())
    }

    /// The logit from which contributions push: that of the average training row for
    /// the regressions, of the overall rate for the base rate.
    pub fn intercept(&self) -> f64 {
        self.scorer.as_ref().map_or(self.base_rate.intercept(), Scorer::intercept)
    }

    /// Scores every row, in order; the offers of a slot must be there together. The interval covers what is not
    /// known of the coefficients and of the calibration, at 80 %; an empty table gives no score.
    ///
    /// # Errors
    /// [`ModelError::SpecMismatch`] when the table has other features than the model;
    /// [`ModelError::Column`] when it is at odds with its own specification.
    pub fn score(&self, table: &FeatureTable) -> Result<Vec<ScoredOffer>, ModelError> {
        if table.is_empty() {
            return Ok(Vec::new()); // a table read from no batch knows no feature
        }
        self.check(table)?;
        let scores = match &self.scorer {
            Some(scorer) => scorer.scores(table)?,
            None => (0..table.len()).map(|row| self.score_by_base_rate(table, row)).collect(),
        };
        let offers = scores.into_iter().enumerate().map(|(row, score)| self.offer(table, row, score));
        let mut offers: Vec<ScoredOffer> = offers.collect::<Result<_, _>>()?;
        if let Some(order) = &self.order {
            for (offer, value) in offers.iter_mut().zip(order.values(table)?) {
                offer.order = Some(OrderValue { by: order.name(), value });
            }
        }
        Ok(offers)
    }

    /// Name of the order that replaces that of `p_hit`; `None` where `p_hit` ranks best.
    pub fn ordered_by(&self) -> Option<String> {
        self.order.as_ref().map(Order::name)
    }

    pub(crate) fn check(&self, table: &FeatureTable) -> Result<(), ModelError> {
        let found = table.spec.hash();
        if found != self.spec_hash {
            return Err(ModelError::SpecMismatch { model: self.spec_hash.clone(), table: found });
        }
        check_columns(table)
    }

    fn score_by_base_rate(&self, table: &FeatureTable, row: usize) -> Score {
        let rate = self.base_rate.rate(table, row);
        let mut pushes = vec![0.0; table.columns.len()];
        if let Some(feature) = self.base_rate.tallies.feature {
            pushes[feature] = logit(rate.p) - self.intercept();
        }
        let (low, high) = (rate.low, rate.high);
        Score { logit: logit(rate.p), low, high, if_chosen: rate.p, pushes, named: None }
    }

    fn offer(&self, table: &FeatureTable, row: usize, score: Score) -> Result<ScoredOffer, ModelError> {
        let probability =
            |value: f64| Probability::new(value).ok_or(ModelError::NotAProbability { value, row });
        let features = table.spec.features().iter().zip(&table.columns).zip(score.pushes).enumerate();
        let value = |place: usize, column: &Column| match &score.named {
            Some((feature, words)) if *feature == place => FeatureValue::Text(words.clone()),
            _ => value_of(column, row),
        };
        let contributions = features
            // The base rate has one feature; naming the others with no push would look like knowledge.
            .filter(|(place, _)| self.scorer.is_some() || self.base_rate.tallies.feature == Some(*place))
            .map(|(place, (((name, _), column), log_odds))| Contribution {
                feature: name.clone(),
                value: value(place, column),
                log_odds,
            })
            .collect();
        let offer = &table.keys[row].offer;
        let category = offer.category.as_deref();
        let spread = self.spread.as_ref();
        let curve = spread.and_then(|spread| spread.curve(offer.threshold, score.logit, category));
        Ok(ScoredOffer {
            offer: offer.clone(),
            p_hit: probability(sigmoid(score.logit))?,
            p_low: Some(probability(score.low)?),
            p_high: Some(probability(score.high)?),
            p_hit_given_selected: probability(score.if_chosen)?,
            order: None,
            demand: curve.map(|curve| curve.quantiles()),
            curve,
            thin_data: self.base_rate.tallies.comparable(table, row).n < THIN_DATA_ROWS,
            contributions,
            model: self.name.clone(),
        })
    }
}

impl Order {
    fn name(&self) -> String {
        match self {
            Self::Model(model) => model.name.clone(),
            Self::Feature(feature) => habits::name_of(feature),
        }
    }

    /// One value per row of `table`.
    fn values(&self, table: &FeatureTable) -> Result<Vec<f64>, ModelError> {
        match self {
            Self::Model(model) => {
                Ok(model.score(table)?.into_iter().map(|scored| scored.p_hit.get()).collect())
            }
            Self::Feature(feature) => habits::values(table, feature)
                .ok_or_else(|| ModelError::Column { feature: feature.clone(), rows: table.len() }),
        }
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
