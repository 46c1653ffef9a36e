//! A trained model: it scores tables that have its features and refuses others.

use serde::{Deserialize, Serialize};
use slotcast_core::{Contribution, FeatureValue, OrderValue, Probability, ScoredOffer};
use slotcast_features::{FeatureColumn, FeatureTable};

use crate::{
    calibrate::demand_curve::DemandDispersion,
    ensemble::{Ensemble, RowScore},
    error::ModelError,
    evaluate::habits,
    fit::base_rate::BaseRate,
    math::functions::{logit, sigmoid},
    model_kind::ModelKind,
    preprocess::check::check_columns,
};

/// A score with fewer comparable training rows than this is flagged as thin data.
pub const THIN_DATA_ROWS: usize = 30;

/// A trained model of any kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrainedModel {
    pub(crate) kind: ModelKind,
    pub(crate) spec_hash: String,
    /// Present in every model, for the flag of thin data.
    pub(crate) base_rate: BaseRate,
    pub(crate) ensemble: Option<Ensemble>,
    pub(crate) dispersion: Option<DemandDispersion>,
    /// The order of the list, if another order than that of `p_hit` performed better.
    pub(crate) order: Option<ListOrder>,
}

/// An order of offers, largest value first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListOrder {
    /// By the probabilities of another model.
    Model(Box<TrainedModel>),
    /// By a feature.
    Feature(String),
}

impl TrainedModel {
    /// The kind of the model.
    pub fn kind(&self) -> ModelKind {
        self.kind
    }

    /// The name of the model in relations: that of its kind.
    pub fn name(&self) -> &'static str {
        self.kind.as_str()
    }

    /// Hash of the feature specification that the model was fitted to and scores.
    pub fn spec_hash(&self) -> &str {
        &self.spec_hash
    }

    /// Number of training rows.
    pub fn n_rows(&self) -> usize {
        self.base_rate.counts.total.n
    }

    /// Number of hits among the training rows.
    pub fn n_hits(&self) -> usize {
        self.base_rate.counts.total.hits
    }

    /// Method of calibration: `none`, `platt` or `isotonic`.
    pub fn calibration(&self) -> &'static str {
        self.ensemble.as_ref().map_or("none", |ensemble| ensemble.calibrator.name())
    }

    /// The logit to which contributions are relative: that of the average training row for regressions, of the overall
    /// rate for the base rate.
    pub fn intercept(&self) -> f64 {
        self.ensemble.as_ref().map_or(self.base_rate.intercept(), Ensemble::intercept)
    }

    /// Scores every row, in order; `table` must contain all offers of a slot. The 80 % interval covers the uncertainty
    /// of coefficients and calibration. An empty table gives no scores.
    ///
    /// # Errors
    /// [`ModelError::SpecMismatch`] for a table with other features than the model's;
    /// [`ModelError::ColumnMismatch`] for a table that contradicts its own specification.
    pub fn score(&self, table: &FeatureTable) -> Result<Vec<ScoredOffer>, ModelError> {
        if table.is_empty() {
            return Ok(Vec::new()); // a table without batches has no features
        }
        self.check(table)?;
        let scores = match &self.ensemble {
            Some(ensemble) => ensemble.score(table)?,
            None => (0..table.len()).map(|row| self.score_by_base_rate(table, row)).collect(),
        };
        let offers = scores.into_iter().enumerate().map(|(row, score)| self.scored_offer(table, row, score));
        let mut offers: Vec<ScoredOffer> = offers.collect::<Result<_, _>>()?;
        if let Some(order) = &self.order {
            for (offer, value) in offers.iter_mut().zip(order.values(table)?) {
                offer.order = Some(OrderValue { by: order.name(), value });
            }
        }
        Ok(offers)
    }

    /// Name of the order that replaces that of `p_hit`; `None` if `p_hit` ranks best.
    pub fn ordered_by(&self) -> Option<String> {
        self.order.as_ref().map(ListOrder::name)
    }

    pub(crate) fn check(&self, table: &FeatureTable) -> Result<(), ModelError> {
        let found = table.spec.hash();
        if found != self.spec_hash {
            return Err(ModelError::SpecMismatch { model: self.spec_hash.clone(), table: found });
        }
        check_columns(table)
    }

    fn score_by_base_rate(&self, table: &FeatureTable, row: usize) -> RowScore {
        let rate = self.base_rate.rate(table, row);
        let mut contributions = vec![0.0; table.columns.len()];
        if let Some(feature) = self.base_rate.counts.feature {
            contributions[feature] = logit(rate.p) - self.intercept();
        }
        RowScore {
            logit: logit(rate.p),
            low: rate.low,
            high: rate.high,
            p_given_selected: rate.p,
            contributions,
            named_terms: None,
        }
    }

    fn scored_offer(
        &self,
        table: &FeatureTable,
        row: usize,
        score: RowScore,
    ) -> Result<ScoredOffer, ModelError> {
        let probability =
            |value: f64| Probability::new(value).ok_or(ModelError::NotAProbability { value, row });
        let value = |feature: usize, column: &FeatureColumn| match &score.named_terms {
            Some((text_feature, terms)) if *text_feature == feature => FeatureValue::Text(terms.clone()),
            _ => feature_value(column, row),
        };
        let features = table.spec.features().iter().zip(&table.columns).zip(&score.contributions).enumerate();
        let contributions = features
            // The base rate has one feature; a contribution of zero for the others would suggest that it has more.
            .filter(|(index, _)| self.ensemble.is_some() || self.base_rate.counts.feature == Some(*index))
            .map(|(index, (((name, _), column), log_odds))| Contribution {
                feature: name.clone(),
                value: value(index, column),
                log_odds: *log_odds,
            })
            .collect();
        let offer = &table.keys[row].offer;
        let category = offer.category.as_deref();
        let dispersion = self.dispersion.as_ref();
        let curve =
            dispersion.and_then(|dispersion| dispersion.curve(offer.threshold, score.logit, category));
        Ok(ScoredOffer {
            offer: offer.clone(),
            p_hit: probability(sigmoid(score.logit))?,
            p_low: Some(probability(score.low)?),
            p_high: Some(probability(score.high)?),
            p_hit_given_selected: probability(score.p_given_selected)?,
            order: None,
            demand: curve.map(|curve| curve.quantiles()),
            curve,
            thin_data: self.base_rate.counts.comparable(table, row).n < THIN_DATA_ROWS,
            contributions,
            model: self.name().to_owned(),
        })
    }
}

impl ListOrder {
    fn name(&self) -> String {
        match self {
            Self::Model(model) => model.name().to_owned(),
            Self::Feature(feature) => habits::order_name(feature),
        }
    }

    /// One value per row of `table`.
    fn values(&self, table: &FeatureTable) -> Result<Vec<f64>, ModelError> {
        match self {
            Self::Model(model) => {
                Ok(model.score(table)?.into_iter().map(|scored| scored.p_hit.get()).collect())
            }
            Self::Feature(feature) => habits::order_values(table, feature)
                .ok_or_else(|| ModelError::ColumnMismatch { feature: feature.clone(), rows: table.len() }),
        }
    }
}

fn feature_value(column: &FeatureColumn, row: usize) -> FeatureValue {
    match column {
        FeatureColumn::Number(values) => values[row].map_or(FeatureValue::Missing, FeatureValue::Number),
        FeatureColumn::Category(values) => {
            values[row].clone().map_or(FeatureValue::Missing, FeatureValue::Text)
        }
        FeatureColumn::Record(values) => {
            let (hits, n) = values[row];
            if n > 0.0 { FeatureValue::Record { hits, n } } else { FeatureValue::Missing }
        }
    }
}
