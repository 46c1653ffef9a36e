//! One regression of an ensemble, with its link and its selection correction.

use serde::{Deserialize, Serialize};
use slotcast_features::{OfferKey, Outcome};

use crate::{
    fit::{
        censored_demand::CensoredDemand, heckman::MillsRatio, intercept::ScoredOutcome, linear::LinearModel,
        link::Link,
    },
    model_kind::ModelKind,
};

/// Difference between an offer that was selected and an offer of which only its columns are known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SelectionCorrection {
    /// Predictive standard deviation without the selection, relative to that of a selected offer.
    pub(crate) sigma_ratio: f64,
    /// Coefficient of the inverse Mills ratio in the linear predictor of a selected offer.
    pub(crate) mills_coefficient: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) kind: ModelKind,
    pub(crate) linear_model: LinearModel,
    pub(crate) link: Link,
    pub(crate) selection: Option<SelectionCorrection>,
    /// Standard deviation of ln(demand / threshold) around the linear predictor. Present only after a fit of demand.
    #[serde(skip)]
    pub(crate) sigma: Option<f64>,
}

/// Score of one row by one member.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MemberScore {
    pub(crate) linear_predictor: f64,
    pub(crate) logit: f64,
    pub(crate) linear_predictor_given_selected: f64,
    pub(crate) logit_given_selected: f64,
}

impl Member {
    /// The logit of the average training row.
    pub(crate) fn intercept(&self) -> f64 {
        self.link.logit(self.linear_model.intercept)
    }

    pub(crate) fn score(&self, linear_predictor: f64, mills_ratio: Option<&MillsRatio>) -> MemberScore {
        let correction = self.selection.as_ref().zip(mills_ratio);
        let linear_predictor_given_selected = correction.map_or(linear_predictor, |(correction, ratio)| {
            linear_predictor * correction.sigma_ratio + correction.mills_coefficient * ratio.value
        });
        MemberScore {
            linear_predictor,
            logit: self.link.logit(linear_predictor),
            linear_predictor_given_selected,
            logit_given_selected: self.link.logit(linear_predictor_given_selected),
        }
    }

    /// An outcome for the update of the intercept.
    pub(crate) fn scored_outcome(
        &self,
        key: &OfferKey,
        linear_predictor: f64,
        outcome: &Outcome,
    ) -> ScoredOutcome {
        let (slot, at) = (key.offer.slot_date, outcome.trainable_at);
        match self.sigma {
            None => ScoredOutcome::from_hit(slot, at, linear_predictor, outcome.hit),
            Some(sigma) => {
                let demand = CensoredDemand::new(outcome.demand, key.offer.threshold);
                ScoredOutcome::from_demand(slot, at, linear_predictor, demand, sigma)
            }
        }
    }
}
