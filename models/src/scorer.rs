//! From prepared columns to calibrated logits, intervals and pushes that add up.

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};
use slotcast_features::FeatureTable;

use crate::{
    calibrate::Platt,
    calibrator::Calibrator,
    error::ModelError,
    fitted::{Fitted, Prepared, Raw},
    numbers::{Z_80, sigmoid},
    words::Words,
};

/// Words of a text that are named in a reason.
const MOST_WORDS_NAMED: usize = 3;

/// One member or a mean of several, calibrated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Scorer {
    pub(crate) fitted: Fitted,
    /// The line of each member inside the mean.
    pub(crate) lines: Vec<Platt>,
    pub(crate) calibrator: Calibrator,
}

/// What is said of one row.
pub(crate) struct Score {
    pub(crate) logit: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) if_chosen: f64,
    /// Push of every feature on the logit.
    pub(crate) pushes: Vec<f64>,
    /// A feature that is free text, and its words with the strongest pushes.
    pub(crate) named: Option<(usize, String)>,
}

impl Scorer {
    /// The raw logit from which pushes push: that of the average training row.
    fn raw_intercept(&self) -> f64 {
        self.mean(|place| self.fitted.members[place].start())
    }

    /// The calibrated logit of the average training row.
    pub(crate) fn intercept(&self) -> f64 {
        self.calibrator.apply(self.raw_intercept())
    }

    /// The mean over the members, each through its line.
    fn mean(&self, raw: impl Fn(usize) -> f64) -> f64 {
        let sum: f64 = self.lines.iter().enumerate().map(|(place, line)| line.apply(raw(place))).sum();
        sum / self.lines.len() as f64
    }

    /// # Errors
    /// [`ModelError::Column`] when the table is at odds with the features that were learned.
    pub(crate) fn scores(&self, table: &FeatureTable) -> Result<Vec<Score>, ModelError> {
        let prepared = self.fitted.prepare(table)?;
        let raws: Vec<Vec<Raw>> =
            self.fitted.members.iter().map(|member| self.fitted.raw(member, &prepared)).collect();
        let sources = self.fitted.preparer.sources();
        let vocabulary = self.fitted.words.as_ref().map(Words::by_place).unwrap_or_default();
        let scores = (0..table.len()).map(|row| {
            let raw = self.mean(|place| raws[place][row].as_it_stands);
            let logit = self.calibrator.apply(raw);
            let worth = self.calibrator.slope(self.raw_intercept(), raw) / self.lines.len() as f64;
            let mut pushes = vec![0.0; table.columns.len()];
            let mut deviation = 0.0;
            let cells = prepared.matrix.row(row);
            for (place, (member, line)) in self.fitted.members.iter().zip(&self.lines).enumerate() {
                let own = raws[place][row].line;
                let worth = worth * line.slope * member.link.secant(member.regression.intercept, own);
                for (feature, push) in sources.iter().zip(member.regression.pushes(cells)) {
                    pushes[*feature] += worth * push;
                }
                if let Some(words) = &self.fitted.words {
                    pushes[words.feature()] += worth * member.regression.word_push(prepared.words.row(row));
                }
                // Members that learned from the same rows err together.
                let steepness = line.slope * member.link.slope(own);
                deviation += steepness * member.regression.variance(cells).sqrt() / self.lines.len() as f64;
            }
            let variance = self.calibrator.platt.variance(raw, deviation * deviation);
            let (low, high) = self.interval(logit, Z_80 * variance.sqrt());
            Score {
                logit,
                low,
                high,
                if_chosen: sigmoid(self.calibrator.apply(self.mean(|place| raws[place][row].if_chosen))),
                pushes,
                named: self.named(row, &prepared, &vocabulary),
            }
        });
        Ok(scores.collect())
    }

    /// The wider of what is not known of the coefficients and of what past outcomes at this score allow.
    fn interval(&self, logit: f64, half: f64) -> (f64, f64) {
        let (low, high) = (sigmoid(logit - half), sigmoid(logit + half));
        let p = sigmoid(logit);
        let (least, most) = self.calibrator.interval(logit).unwrap_or((p, p));
        (low.min(least).min(p), high.max(most).max(p))
    }

    fn named(&self, row: usize, prepared: &Prepared, vocabulary: &[&str]) -> Option<(usize, String)> {
        let words = self.fitted.words.as_ref()?;
        let cells = prepared.words.row(row);
        let mut pushes = vec![0.0; cells.len()];
        for (member, line) in self.fitted.members.iter().zip(&self.lines) {
            for (push, own) in pushes.iter_mut().zip(member.regression.word_pushes(cells)) {
                *push += line.slope * own;
            }
        }
        let mut order: Vec<usize> = (0..cells.len()).collect();
        order.sort_by(|a, b| pushes[*b].abs().total_cmp(&pushes[*a].abs()).then(a.cmp(b)));
        let strongest: Vec<&str> =
            order.iter().take(MOST_WORDS_NAMED).map(|place| vocabulary[cells[*place].0]).collect();
        (!strongest.is_empty()).then(|| (words.feature(), strongest.join(", ")))
    }

    /// The push of each feature on each row's line, of the members' mean before link and calibration.
    pub(crate) fn pushes(&self, table: &FeatureTable) -> Result<Vec<Vec<f64>>, ModelError> {
        let matrix = self.fitted.preparer.transform(table)?;
        let sources = self.fitted.preparer.sources();
        let of_row = |cells: ArrayView1<'_, f64>| {
            let mut pushes = vec![0.0; table.columns.len()];
            for (member, line) in self.fitted.members.iter().zip(&self.lines) {
                for (feature, push) in sources.iter().zip(member.regression.pushes(cells)) {
                    pushes[*feature] += line.slope * push;
                }
            }
            pushes
        };
        Ok(matrix.rows().into_iter().map(of_row).collect())
    }

    /// Whether the parts of an artefact fit together.
    pub(crate) fn is_sound(&self) -> bool {
        self.fitted.is_sound()
            && self.lines.len() == self.fitted.members.len()
            && self.lines.iter().all(Platt::is_sound)
            && self.calibrator.is_sound()
    }
}
