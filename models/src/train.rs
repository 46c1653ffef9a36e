//! Training: the base rate, the regressions that the rows allow, their blend, and the choice of the one that ranks.

use slotcast_core::NaiveDate;
use slotcast_features::{FeatureTable, ObservedDemand, Outcome};

use crate::{
    calibrate::{
        calibrator::{Calibrator, FoldPredictions},
        cross_fit::forward_cross_fit,
        demand_curve::{CalibrationSample, DemandDispersion},
        folds::{
            Fold, base_rate_predictions, blend_predictions, calibrated_probabilities, member_calibrations,
        },
    },
    ensemble::Ensemble,
    error::ModelError,
    evaluate::{
        evaluation::{Metrics, Predictions, evaluate},
        habits::{Habit, habits},
        leakage::{LeakageWarning, check_features, check_model},
        promotion::{Challengers, Incumbent, Promotion, find_better_order, promote},
    },
    fit::{base_rate::BaseRate, censored_demand::CensoredDemand, members::FittedMembers},
    model::{ListOrder, TrainedModel},
    model_kind::ModelKind,
    params::{ModelParams, ValidModelParams},
    preprocess::check::check_columns,
    text_selection::text_improves_holdout,
};

/// Result of a training.
#[derive(Clone, Debug)]
pub struct Training {
    /// The base rate first, then the regressions that could be fitted, then their blend.
    pub models: Vec<TrainedModel>,
    /// Decision about the model that ranks.
    pub promotion: Promotion,
    /// Predictions of slots later than those that the models were fitted to.
    pub out_of_time: OutOfTimePredictions,
    /// Reason for a missing regression.
    pub note: Option<String>,
    /// Warnings about suspicious features and models.
    pub leakage_warnings: Vec<LeakageWarning>,
}

/// Predictions of training rows by models fitted to earlier slots, and their outcomes. Each fold of slots is calibrated
/// on the predictions of the folds before it; the first fold only calibrates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutOfTimePredictions {
    /// The slot of each row.
    pub slots: Vec<NaiveDate>,
    /// Whether each row was a hit.
    pub hits: Vec<bool>,
    /// Probabilities of a hit: one list per model, in the order of [`Training::models`].
    pub p: Vec<Vec<f64>>,
    /// Orders of the same rows that need no model.
    pub habits: Vec<Habit>,
}

impl OutOfTimePredictions {
    /// The metrics of a model; `None` without predictions.
    ///
    /// # Errors
    /// None for the predictions of a [`Training`].
    pub fn metrics(&self, model: usize) -> Result<Option<Metrics>, ModelError> {
        let Some(p) = self.p.get(model).filter(|p| !p.is_empty()) else { return Ok(None) };
        let (hits, slots, base_rate_p) = (&self.hits, &self.slots, &self.p[0]);
        evaluate(Predictions { p, hits, slots, base_rate_p, order: None }, None).map(Some)
    }

    /// Decision between models of these kinds, in the order of [`Self::p`].
    pub fn promotion(&self, kinds: &[ModelKind], incumbent: Incumbent) -> Promotion {
        promote(self.challengers(kinds), incumbent)
    }

    fn challengers<'a>(&'a self, kinds: &'a [ModelKind]) -> Challengers<'a> {
        Challengers { kinds, p: &self.p, habits: &self.habits, hits: &self.hits, slots: &self.slots }
    }
}

impl Training {
    /// Makes a model the champion without a comparison, with the best order of its list.
    ///
    /// # Panics
    /// If there is no such model.
    pub fn set_champion(&mut self, champion: usize, reason: &'static str, suspended: Option<ModelKind>) {
        let kinds = self.kinds();
        let order = find_better_order(self.out_of_time.challengers(&kinds), champion, suspended);
        self.apply(Promotion { champion, gain: None, reason, order });
    }

    /// The kinds of the models, in their order.
    pub fn kinds(&self) -> Vec<ModelKind> {
        self.models.iter().map(TrainedModel::kind).collect()
    }

    /// The model that ranks.
    pub fn promoted_model(&self) -> &TrainedModel {
        &self.models[self.promotion.champion]
    }

    /// Records a promotion and gives the champion the order that replaces its own.
    fn apply(&mut self, promotion: Promotion) {
        let order = promotion.order.as_ref().map(|better| {
            match self.models.iter().find(|model| model.name() == better.by) {
                Some(model) => ListOrder::Model(Box::new(model.clone())),
                None => {
                    let habit = self.out_of_time.habits.iter().find(|habit| habit.name() == better.by);
                    ListOrder::Feature(habit.expect("an order is a model's or a habit's").feature.clone())
                }
            }
        });
        self.models[promotion.champion].order = order;
        self.promotion = promotion;
    }
}

/// Fits every kind of model to the rows of `table` that have an outcome. A row without one was on offer and not
/// selected. `incumbent` is the model that ranked before.
///
/// The result is reproducible: the same rows in the same order give the same models to the bit.
///
/// # Errors
/// - [`ModelError::NoRows`] without a row that has an outcome.
/// - [`ModelError::LengthMismatch`] unless there is one entry per row.
/// - [`ModelError::ColumnMismatch`] for a table that contradicts its own specification.
/// - [`ModelError::InvertedScores`] for a regression that scores its own hits below its misses.
///
/// Rows that allow no regression are no error: the base rate is fitted alone and [`Training::note`] has the reason.
pub fn train(
    table: &FeatureTable,
    outcomes: &[Option<Outcome>],
    params: &ValidModelParams,
    incumbent: Incumbent,
) -> Result<Training, ModelError> {
    let (rows, found) = (table.len(), outcomes.len());
    if found != rows {
        return Err(ModelError::LengthMismatch { rows, list: "outcomes", found });
    }
    if outcomes.iter().all(Option::is_none) {
        return Err(ModelError::NoRows);
    }
    check_columns(table)?;
    let params = params.get();
    let base_rate = TrainedModel {
        kind: ModelKind::BaseRate,
        spec_hash: table.spec.hash(),
        base_rate: BaseRate::fit(table, outcomes),
        ensemble: None,
        dispersion: None,
        order: None,
    };
    let uses_text = text_improves_holdout(table, outcomes, params)?;
    match forward_cross_fit(table, outcomes, params, uses_text) {
        Ok((fitted, folds)) => {
            let cross_fit = CrossFit { table, outcomes, folds: &folds };
            Ok(cross_fit.train(base_rate, &fitted, params, incumbent))
        }
        Err(error) if error.falls_back_to_base_rate() => Ok(Training {
            models: vec![base_rate],
            promotion: Promotion::base_rate(),
            out_of_time: OutOfTimePredictions { p: vec![Vec::new()], ..OutOfTimePredictions::default() },
            note: Some(error.to_string()),
            leakage_warnings: check_features(table, outcomes),
        }),
        Err(error) => Err(error),
    }
}

/// Training rows with their out-of-time predictions.
struct CrossFit<'a> {
    table: &'a FeatureTable,
    outcomes: &'a [Option<Outcome>],
    folds: &'a [Fold],
}

impl CrossFit<'_> {
    /// The base rate and all ensembles of the fitted members.
    fn train(
        &self,
        base_rate: TrainedModel,
        fitted: &FittedMembers,
        params: &ModelParams,
        incumbent: Incumbent,
    ) -> Training {
        let folds = self.folds;
        // The first fold only calibrates.
        let evaluated = folds.get(1..).unwrap_or_default();
        let mut models = vec![base_rate];
        let mut p: Vec<Vec<f64>> = vec![evaluated.iter().flat_map(|fold| fold.base_rates.clone()).collect()];
        models[0].dispersion = self.fit_dispersion(&base_rate_predictions(folds), &|logit| logit);
        let is_fitted = |kind: &ModelKind| fitted.members.iter().any(|member| member.kind == *kind);
        for kind in ModelKind::ALL {
            let members = kind.members();
            if members.is_empty() || !members.iter().all(is_fitted) {
                continue;
            }
            let member_calibrations = member_calibrations(folds, members, params);
            let predictions = blend_predictions(folds, members, &member_calibrations);
            let calibrator = Calibrator::fit(&predictions, params.calibration_prior_outcomes);
            let dispersion = self.fit_dispersion(&predictions, &|logit| calibrator.apply(logit));
            let ensemble = Ensemble { fitted: fitted.with_members(members), member_calibrations, calibrator };
            models.push(TrainedModel { kind, ensemble: Some(ensemble), dispersion, ..models[0].clone() });
            p.push(calibrated_probabilities(folds, members, params));
        }
        let all = base_rate_predictions(evaluated).all();
        let rows: Vec<usize> = evaluated.iter().flat_map(|fold| fold.rows.iter().copied()).collect();
        let habits = habits(self.table).iter().map(|habit| habit.select(&rows)).collect();
        let mut training = Training {
            models,
            promotion: Promotion::base_rate(),
            out_of_time: OutOfTimePredictions { slots: all.slots, hits: all.hits, p, habits },
            note: fitted.note.clone(),
            leakage_warnings: check_features(self.table, self.outcomes),
        };
        training.apply(training.out_of_time.promotion(&training.kinds(), incumbent));
        let (champion, out_of_time) = (training.promotion.champion, &training.out_of_time);
        let name = training.models[champion].name();
        let warning = check_model(name, &out_of_time.p[champion], &out_of_time.hits);
        training.leakage_warnings.extend(warning);
        training
    }

    /// Fits the dispersion of demand to the rows with a count.
    fn fit_dispersion(
        &self,
        predictions: &FoldPredictions,
        calibrated: &dyn Fn(f64) -> f64,
    ) -> Option<DemandDispersion> {
        let mut samples = Vec::new();
        for (fold, rows) in self.folds.iter().zip(&predictions.folds) {
            for (row, raw) in fold.rows.iter().zip(&rows.logits) {
                let Some(Outcome { demand, .. }) = self.outcomes[*row] else { continue };
                let offer = &self.table.keys[*row].offer;
                // A bare hit or miss has no information about the dispersion.
                let is_count = !matches!(demand, ObservedDemand::AtLeast(least) if least <= offer.threshold)
                    && !matches!(demand, ObservedDemand::Below(_));
                if is_count {
                    let demand = CensoredDemand::new(demand, offer.threshold);
                    let (logit, category) = (calibrated(*raw), offer.category.clone());
                    samples.push(CalibrationSample { logit, demand, category });
                }
            }
        }
        DemandDispersion::fit(&samples)
    }
}
