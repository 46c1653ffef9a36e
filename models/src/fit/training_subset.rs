//! Fits of the members to the offers that have an outcome.

use ndarray::Array2;
use slotcast_core::NaiveDate;
use slotcast_features::{FeatureTable, Outcome};

use crate::{
    error::ModelError,
    fit::{
        censored_demand::CensoredDemand,
        demand,
        heckman::MillsRatio,
        link::{LOGITS_PER_DEVIATION, Link},
        logistic,
        member::{Member, SelectionCorrection},
        ridge::{AuxiliaryColumn, RidgePenalty, RidgeProblem, recency_column},
    },
    model_kind::ModelKind,
    params::ModelParams,
    preprocess::sparse::SparseMatrix,
};

/// The offers with an outcome, preprocessed.
pub(crate) struct TrainingSubset<'a> {
    pub(crate) table: &'a FeatureTable,
    pub(crate) matrix: &'a Array2<f64>,
    pub(crate) penalty_factors: &'a [f64],
    pub(crate) terms: &'a SparseMatrix,
    pub(crate) outcomes: &'a [Outcome],
    pub(crate) params: &'a ModelParams,
}

impl TrainingSubset<'_> {
    fn recency_column(&self) -> AuxiliaryColumn {
        let slot = |row: usize| self.table.keys[row].offer.slot_date;
        let latest: NaiveDate = (0..self.table.len()).map(slot).max().unwrap_or_default();
        let days_ago = (0..self.table.len()).map(|row| (latest - slot(row)).num_days() as f64);
        recency_column(days_ago, self.params.recency_half_life_days, self.params.recency_prior_outcomes)
    }

    /// The logistic regression of hits.
    pub(crate) fn fit_logistic(&self) -> Result<Member, ModelError> {
        let ridge = RidgePenalty { columns: self.params.ridge_alpha, terms: self.params.text_ridge };
        let auxiliary = [self.recency_column()];
        let problem = RidgeProblem::new(self.matrix, self.penalty_factors, self.terms, &auxiliary, ridge);
        let hits: Vec<bool> = self.outcomes.iter().map(|outcome| outcome.hit).collect();
        let linear_model = logistic::fit(&problem, &hits, self.params)?;
        Ok(Member {
            kind: ModelKind::Logistic,
            linear_model,
            link: Link::Logit,
            selection: None,
            sigma: None,
        })
    }

    /// The interval regression of demand. The inverse Mills ratios, if any, are its last auxiliary column.
    pub(crate) fn fit_demand(&self, mills_ratios: Option<&[MillsRatio]>) -> Result<Member, ModelError> {
        let demand = |(row, outcome): (usize, &Outcome)| {
            CensoredDemand::new(outcome.demand, self.table.keys[row].offer.threshold)
        };
        let demands: Vec<CensoredDemand> = self.outcomes.iter().enumerate().map(demand).collect();
        let mut auxiliary = vec![self.recency_column()];
        if let Some(ratios) = mills_ratios {
            let values = ratios.iter().map(|ratio| ratio.value).collect();
            let penalty = self.params.selection_ridge;
            auxiliary.push(AuxiliaryColumn { values, scored_value: 0.0, penalty });
        }
        let ridge = RidgePenalty { columns: self.params.demand_ridge, terms: self.params.demand_text_ridge };
        let problem = RidgeProblem::new(self.matrix, self.penalty_factors, self.terms, &auxiliary, ridge);
        let fitted = demand::fit(&problem, &demands)?;
        let member = |sigma: f64, selection: Option<SelectionCorrection>| Member {
            kind: ModelKind::Demand,
            linear_model: fitted.linear_model(&problem, sigma),
            link: Link::Probit,
            selection,
            sigma: Some(fitted.sigma),
        };
        let Some(ratios) = mills_ratios else { return Ok(member(fitted.sigma, None)) };
        // Var(e | selected) = sigma^2 - rho^2 m (m + z), so an offer that is not yet selected has a larger variance.
        let rho = fitted.coefficients[problem.intercept() - 1];
        let explained =
            ratios.iter().map(|ratio| rho * rho * ratio.value * (ratio.value + ratio.z)).sum::<f64>();
        let sigma = (fitted.sigma * fitted.sigma + explained / ratios.len() as f64).sqrt();
        let correction = SelectionCorrection {
            sigma_ratio: sigma / fitted.sigma,
            mills_coefficient: LOGITS_PER_DEVIATION * rho / fitted.sigma,
        };
        Ok(member(sigma, Some(correction)))
    }
}
