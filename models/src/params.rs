//! Settings of a fit, unchecked and checked.

use crate::error::ModelError;

/// Settings of a fit, not yet checked.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelParams {
    /// Ridge penalty of the logistic regression: the loss, summed over rows, plus `ridge_alpha / 2` times the
    /// squared length of the coefficients of standardized columns. It weighs as much as that many rows.
    pub ridge_alpha: f64,
    /// Ridge penalty of term weights, whose row vectors have length one.
    pub text_ridge: f64,
    /// Ridge penalty of the regression of ln(demand / threshold), in squared deviations.
    pub demand_ridge: f64,
    /// Ridge penalty of its term weights.
    pub demand_text_ridge: f64,
    /// Ridge penalty of its coefficient of the inverse Mills ratio.
    pub selection_ridge: f64,
    /// Age in days at which an outcome weighs half in the recency column.
    pub recency_half_life_days: f64,
    /// Weight of the prior that the intercept is constant, in outcomes at even odds.
    pub recency_prior_outcomes: f64,
    /// Numbers are clipped at this quantile of the training rows and at one minus it.
    pub clip_quantile: f64,
    /// Minimum number of training rows of a category level with a column of its own.
    pub min_category_rows: usize,
    /// A number with more distinct values than this is clipped and gets a quadratic column.
    pub quadratic_above_distinct: usize,
    /// Number of folds of slots that are predicted by models fitted on earlier slots.
    pub calibration_folds: usize,
    /// Weight of the prior that no calibration is needed, in outcomes at even odds.
    pub calibration_prior_outcomes: f64,
    /// Minimum number of rows for a regression.
    pub min_training_rows: usize,
    /// Limit of the solver's iterations.
    pub max_iterations: u64,
    /// Length of the gradient of the mean loss at which the solver stops; Newton's method does the rest.
    pub gradient_tolerance: f64,
}

impl Default for ModelParams {
    /// Clipping at 2 and 98 % and a strong ridge won the comparison on public crowdfunding data.
    fn default() -> Self {
        Self {
            ridge_alpha: 20.0,
            text_ridge: 2.0,
            demand_ridge: 10.0,
            demand_text_ridge: 10.0,
            selection_ridge: 10.0,
            recency_half_life_days: 90.0,
            recency_prior_outcomes: 20.0,
            clip_quantile: 0.02,
            min_category_rows: 20,
            quadratic_above_distinct: 10,
            calibration_folds: 5,
            calibration_prior_outcomes: 100.0,
            min_training_rows: 60,
            max_iterations: 300,
            gradient_tolerance: 1e-3,
        }
    }
}

/// Checked settings, read-only.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidModelParams(ModelParams);

impl ModelParams {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`ModelError::Param`] for the first setting that is out of its range.
    pub fn check(self) -> Result<ValidModelParams, ModelError> {
        let is_positive = |value: f64| value.is_finite() && value > 0.0;
        for (name, value) in [
            ("ridge_alpha", self.ridge_alpha),
            ("text_ridge", self.text_ridge),
            ("demand_ridge", self.demand_ridge),
            ("demand_text_ridge", self.demand_text_ridge),
            ("selection_ridge", self.selection_ridge),
            ("recency_half_life_days", self.recency_half_life_days),
            ("recency_prior_outcomes", self.recency_prior_outcomes),
            ("calibration_prior_outcomes", self.calibration_prior_outcomes),
            ("gradient_tolerance", self.gradient_tolerance),
        ] {
            require(is_positive(value), name, "a number above 0", value)?;
        }
        let is_tail = (0.0..0.5).contains(&self.clip_quantile);
        require(is_tail, "clip_quantile", "from 0 to below 0.5", self.clip_quantile)?;
        require(self.min_category_rows >= 1, "min_category_rows", "at least 1", self.min_category_rows)?;
        let distinct = self.quadratic_above_distinct;
        require(distinct >= 2, "quadratic_above_distinct", "at least 2", distinct)?;
        let folds = self.calibration_folds;
        require((1..=50).contains(&folds), "calibration_folds", "from 1 to 50", folds)?;
        require(self.min_training_rows >= 2, "min_training_rows", "at least 2", self.min_training_rows)?;
        require(self.max_iterations >= 1, "max_iterations", "at least 1", self.max_iterations)?;
        Ok(ValidModelParams(self))
    }
}

impl ValidModelParams {
    /// The settings.
    pub fn get(&self) -> &ModelParams {
        &self.0
    }
}

fn require(
    holds: bool,
    name: &'static str,
    rule: &'static str,
    value: impl ToString,
) -> Result<(), ModelError> {
    if holds { Ok(()) } else { Err(ModelError::Param { name, rule, value: value.to_string() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid() {
        let checked = ModelParams::default().check().unwrap();
        assert_eq!(checked.get(), &ModelParams::default());
    }

    #[test]
    fn an_invalid_setting_is_named_with_its_rule() {
        let message = |params: ModelParams| params.check().unwrap_err().to_string();
        let folds = ModelParams { calibration_folds: 0, ..ModelParams::default() };
        assert_eq!(message(folds), "`calibration_folds` must be from 1 to 50, not `0`");
        let alpha = ModelParams { ridge_alpha: f64::NAN, ..ModelParams::default() };
        assert_eq!(message(alpha), "`ridge_alpha` must be a number above 0, not `NaN`");
    }
}
