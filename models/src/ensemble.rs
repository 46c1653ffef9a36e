//! Ensemble: one or several calibrated members, with intervals and contributions that add up to the logit.

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};
use slotcast_features::FeatureTable;

use crate::{
    calibrate::{calibrator::Calibrator, platt::Platt},
    error::ModelError,
    fit::{
        member::{Member, MemberScore},
        members::{FittedMembers, PreparedTable},
    },
    math::{functions::sigmoid, normal::Z_80},
    preprocess::text::TextVectorizer,
};

/// Number of terms of a text that a contribution names.
const MAX_NAMED_TERMS: usize = 3;

/// The mean of the members' calibrated logits, calibrated again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ensemble {
    pub(crate) fitted: FittedMembers,
    /// Platt scaling of each member.
    pub(crate) member_calibrations: Vec<Platt>,
    pub(crate) calibrator: Calibrator,
}

/// Score of one row.
pub(crate) struct RowScore {
    pub(crate) logit: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) p_given_selected: f64,
    /// Contribution of every feature to the logit.
    pub(crate) contributions: Vec<f64>,
    /// The free-text feature and its terms with the strongest contributions.
    pub(crate) named_terms: Option<(usize, String)>,
}

impl Ensemble {
    fn members(&self) -> impl Iterator<Item = (&Member, &Platt)> {
        self.fitted.members.iter().zip(&self.member_calibrations)
    }

    /// The raw logit of the average training row.
    fn raw_intercept(&self) -> f64 {
        self.mean(|index| self.fitted.members[index].intercept())
    }

    /// The calibrated logit of the average training row; contributions are relative to it.
    pub(crate) fn intercept(&self) -> f64 {
        self.calibrator.apply(self.raw_intercept())
    }

    /// The mean of the members' calibrated logits.
    fn mean(&self, logit: impl Fn(usize) -> f64) -> f64 {
        let calibrations = self.member_calibrations.iter().enumerate();
        let sum: f64 = calibrations.map(|(index, platt)| platt.apply(logit(index))).sum();
        sum / self.member_calibrations.len() as f64
    }

    /// # Errors
    /// [`ModelError::ColumnMismatch`] if the table contradicts the fitted features.
    pub(crate) fn score(&self, table: &FeatureTable) -> Result<Vec<RowScore>, ModelError> {
        let prepared = self.fitted.transform(table)?;
        let scores: Vec<Vec<MemberScore>> =
            self.fitted.members.iter().map(|member| self.fitted.score(member, &prepared)).collect();
        let features = self.fitted.preprocessor.feature_indices();
        let vocabulary = self.fitted.vectorizer.as_ref().map(TextVectorizer::terms).unwrap_or_default();
        let count = self.member_calibrations.len() as f64;
        let row_score = |row: usize| {
            let raw = self.mean(|index| scores[index][row].logit);
            let logit = self.calibrator.apply(raw);
            let slope = self.calibrator.secant(self.raw_intercept(), raw) / count;
            let mut contributions = vec![0.0; table.columns.len()];
            let mut deviation = 0.0;
            let cells = prepared.matrix.row(row);
            for ((member, platt), scores) in self.members().zip(&scores) {
                let (model, predictor) = (&member.linear_model, scores[row].linear_predictor);
                let slope = slope * platt.slope * member.link.secant(model.intercept, predictor);
                for (feature, contribution) in features.iter().zip(model.contributions(cells)) {
                    contributions[*feature] += slope * contribution;
                }
                if let Some(vectorizer) = &self.fitted.vectorizer {
                    let contribution = model.text_contribution(prepared.terms.row(row));
                    contributions[vectorizer.feature()] += slope * contribution;
                }
                // Members of the same training rows have correlated errors, so deviations add up, not variances.
                let derivative = platt.slope * member.link.slope(predictor);
                deviation += derivative * model.variance(cells).sqrt() / count;
            }
            let variance = self.calibrator.platt.variance(raw, deviation * deviation);
            let (low, high) = self.interval(logit, Z_80 * variance.sqrt());
            let given_selected = self.mean(|index| scores[index][row].logit_given_selected);
            RowScore {
                logit,
                low,
                high,
                p_given_selected: sigmoid(self.calibrator.apply(given_selected)),
                contributions,
                named_terms: self.name_terms(row, &prepared, &vocabulary),
            }
        };
        Ok((0..table.len()).map(row_score).collect())
    }

    /// The union of the interval of the coefficients and the Venn-Abers interval.
    fn interval(&self, logit: f64, half_width: f64) -> (f64, f64) {
        let (low, high) = (sigmoid(logit - half_width), sigmoid(logit + half_width));
        let p = sigmoid(logit);
        let (rate_low, rate_high) = self.calibrator.interval(logit).unwrap_or((p, p));
        (low.min(rate_low).min(p), high.max(rate_high).max(p))
    }

    /// The terms of a row with the strongest contributions.
    fn name_terms(
        &self,
        row: usize,
        prepared: &PreparedTable,
        vocabulary: &[&str],
    ) -> Option<(usize, String)> {
        let vectorizer = self.fitted.vectorizer.as_ref()?;
        let cells = prepared.terms.row(row);
        let mut contributions = vec![0.0; cells.len()];
        for (member, platt) in self.members() {
            let own = member.linear_model.term_contributions(cells);
            for (contribution, own) in contributions.iter_mut().zip(own) {
                *contribution += platt.slope * own;
            }
        }
        let mut order: Vec<usize> = (0..cells.len()).collect();
        order.sort_by(|a, b| contributions[*b].abs().total_cmp(&contributions[*a].abs()).then(a.cmp(b)));
        let strongest: Vec<&str> =
            order.iter().take(MAX_NAMED_TERMS).map(|index| vocabulary[cells[*index].0]).collect();
        (!strongest.is_empty()).then(|| (vectorizer.feature(), strongest.join(", ")))
    }

    /// Contribution of each feature to the linear predictor of each row, summed over the members; text is left out.
    pub(crate) fn linear_contributions(&self, table: &FeatureTable) -> Result<Vec<Vec<f64>>, ModelError> {
        let matrix = self.fitted.preprocessor.transform(table)?;
        let features = self.fitted.preprocessor.feature_indices();
        let of_row = |cells: ArrayView1<'_, f64>| {
            let mut contributions = vec![0.0; table.columns.len()];
            for (member, platt) in self.members() {
                for (feature, own) in features.iter().zip(member.linear_model.contributions(cells)) {
                    contributions[*feature] += platt.slope * own;
                }
            }
            contributions
        };
        Ok(matrix.rows().into_iter().map(of_row).collect())
    }

    /// Whether the parts of an artifact agree.
    pub(crate) fn is_consistent(&self) -> bool {
        self.fitted.is_consistent()
            && self.member_calibrations.len() == self.fitted.members.len()
            && self.calibrator.is_consistent()
    }
}
