//! Leakage warnings: features or models that separate hits from misses too well before a launch.

use slotcast_features::{FeatureColumn, FeatureTable, Outcome};

use crate::evaluate::metrics::auc;

/// A higher AUC before a launch is suspicious.
const SUSPICIOUS_AUC: f64 = 0.95;
/// Minimum number of hits and of misses for a warning.
const MIN_ROWS_PER_OUTCOME: usize = 20;

/// A feature or a model with a suspicious AUC. Most often an outcome leaked into a feature.
#[derive(Clone, Debug, PartialEq)]
pub struct LeakageWarning {
    /// The feature or the model.
    pub name: String,
    /// Whether it is a feature.
    pub is_feature: bool,
    /// Its AUC, or one minus it if high values are misses.
    pub auc: f64,
}

fn check_auc(name: &str, is_feature: bool, values: &[f64], hits: &[bool]) -> Option<LeakageWarning> {
    let positives = hits.iter().filter(|hit| **hit).count();
    if positives.min(hits.len() - positives) < MIN_ROWS_PER_OUTCOME {
        return None;
    }
    let auc = auc(values, hits)?;
    let auc = auc.max(1.0 - auc);
    (auc > SUSPICIOUS_AUC).then(|| LeakageWarning { name: name.to_owned(), is_feature, auc })
}

/// Warnings about single features, over the rows with a value.
pub(crate) fn check_features(table: &FeatureTable, outcomes: &[Option<Outcome>]) -> Vec<LeakageWarning> {
    let features = table.spec.features().iter().zip(&table.columns);
    let check = |((name, _), column): (&(String, _), &FeatureColumn)| {
        let value = |row: usize| match column {
            FeatureColumn::Number(values) => values[row],
            FeatureColumn::Record(values) => (values[row].1 > 0.0).then(|| values[row].0 / values[row].1),
            FeatureColumn::Category(_) => None,
        };
        let known = outcomes
            .iter()
            .enumerate()
            .filter_map(|(row, outcome)| Some((value(row)?, outcome.as_ref()?.hit)));
        let (values, hits): (Vec<f64>, Vec<bool>) = known.unzip();
        check_auc(name, true, &values, &hits)
    };
    features.filter_map(check).collect()
}

/// A warning about a model's out-of-time predictions.
pub(crate) fn check_model(name: &str, p: &[f64], hits: &[bool]) -> Option<LeakageWarning> {
    check_auc(name, false, p, hits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{market, outcomes};

    #[test]
    fn a_leaked_outcome_is_named() {
        let (mut table, hits) = market(400, 0.0, 3);
        assert_eq!(check_features(&table, &outcomes(&table, &hits)), []);
        table.columns[1] = FeatureColumn::Number(hits.iter().map(|hit| Some(-f64::from(*hit))).collect());
        let warnings = check_features(&table, &outcomes(&table, &hits));
        assert_eq!((warnings.len(), warnings[0].name.as_str(), warnings[0].auc), (1, "noise", 1.0));
        assert_eq!(check_features(&table, &outcomes(&table, &[true; 400])), []);
    }
}
