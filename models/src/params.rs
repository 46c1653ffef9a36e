//! What a user may set about fitting, and the proof that it was checked.

use crate::error::ModelError;

/// Settings of a fit, not yet checked.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelParams {
    /// Ridge penalty: the loss, summed over rows, plus `ridge_alpha / 2` times the squared length of the
    /// coefficients of standardised columns. It weighs like as many rows, so it fades as data grows.
    pub ridge_alpha: f64,
    /// The same for the weight of a word, whose column has length one over a row.
    pub word_ridge: f64,
    /// Ridge penalty of the regression of ln(demand / threshold), in squared deviations: like so many rows.
    pub demand_ridge: f64,
    /// The same for its words.
    pub demand_word_ridge: f64,
    /// The same for what being chosen says of demand.
    pub choice_ridge: f64,
    /// Outcomes as long ago as this count half for where the intercept stands now.
    pub drift_half_life_days: f64,
    /// How many outcomes at even odds the belief weighs that the intercept stands still.
    pub drift_outcomes: f64,
    /// Numbers are clipped at this quantile of the training rows and at one minus it.
    pub clip_quantile: f64,
    /// A category's level has its own column when at least so many training rows have it.
    pub min_category_rows: usize,
    /// A number with more distinct values than this is clipped and gets a square as well.
    pub square_above_distinct: usize,
    /// How many blocks of slots are predicted by models fitted on earlier slots.
    pub calibration_folds: usize,
    /// How many outcomes at even odds the belief weighs that no calibration is needed.
    pub calibration_prior: f64,
    /// Below this number of rows no regression is fitted.
    pub min_training_rows: usize,
    /// Limit of the solver.
    pub max_iterations: u64,
    /// The solver stops when the gradient of the mean loss is this short; Newton's method takes the rest.
    pub gradient_tolerance: f64,
}

impl Default for ModelParams {
    /// Clipping at 2/98 % and a strong ridge won the comparison on public crowdfunding data.
    fn default() -> Self {
        Self {
            ridge_alpha: 20.0,
            word_ridge: 2.0,
            demand_ridge: 10.0,
            demand_word_ridge: 10.0,
            choice_ridge: 10.0,
            drift_half_life_days: 90.0,
            drift_outcomes: 20.0,
            clip_quantile: 0.02,
            min_category_rows: 20,
            square_above_distinct: 10,
            calibration_folds: 5,
            calibration_prior: 100.0,
            min_training_rows: 60,
            max_iterations: 300,
            gradient_tolerance: 1e-3,
        }
    }
}

/// Settings that have been checked. They can be read, not changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidModelParams(ModelParams);

impl ModelParams {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`ModelError::Param`] for the first setting that is out of its range.
    pub fn check(self) -> Result<ValidModelParams, ModelError> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        for (name, value) in [
            ("ridge_alpha", self.ridge_alpha),
            ("word_ridge", self.word_ridge),
            ("demand_ridge", self.demand_ridge),
            ("demand_word_ridge", self.demand_word_ridge),
            ("choice_ridge", self.choice_ridge),
            ("drift_half_life_days", self.drift_half_life_days),
            ("drift_outcomes", self.drift_outcomes),
            ("calibration_prior", self.calibration_prior),
            ("gradient_tolerance", self.gradient_tolerance),
        ] {
            require(positive(value), name, "a number above 0", value)?;
        }
        let is_tail = (0.0..0.5).contains(&self.clip_quantile);
        require(is_tail, "clip_quantile", "from 0 to below 0.5", self.clip_quantile)?;
        require(self.min_category_rows >= 1, "min_category_rows", "at least 1", self.min_category_rows)?;
        let distinct = self.square_above_distinct;
        require(distinct >= 2, "square_above_distinct", "at least 2", distinct)?;
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
    fn the_defaults_are_valid() {
        let checked = ModelParams::default().check().unwrap();
        assert_eq!(checked.get(), &ModelParams::default());
    }

    #[test]
    fn a_wrong_setting_is_named_with_its_rule() {
        let message = |params: ModelParams| params.check().unwrap_err().to_string();
        let folds = ModelParams { calibration_folds: 0, ..ModelParams::default() };
        assert_eq!(message(folds), "`calibration_folds` must be from 1 to 50, not `0`");
        let alpha = ModelParams { ridge_alpha: f64::NAN, ..ModelParams::default() };
        assert_eq!(message(alpha), "`ridge_alpha` must be a number above 0, not `NaN`");
    }
}
