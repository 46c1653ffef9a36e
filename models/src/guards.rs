//! What is too good to be true before a launch: most often an outcome that leaked into a feature.

use slotcast_features::{Column, FeatureTable, Outcome};

use crate::metrics::auc;

/// Nobody sorts hits from misses so well before a launch.
const TOO_GOOD: f64 = 0.95;
/// Rows of each outcome that it takes to say so.
const MIN_OF_EACH: usize = 20;

/// A feature or a model that sorts hits from misses too well.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// The feature or the model.
    pub of: String,
    /// Whether it is a feature.
    pub is_feature: bool,
    /// Its AUC, or one minus it where high values are misses.
    pub auc: f64,
}

fn alarm(of: &str, is_feature: bool, values: &[f64], hits: &[bool]) -> Option<Alarm> {
    let positives = hits.iter().filter(|hit| **hit).count();
    if positives.min(hits.len() - positives) < MIN_OF_EACH {
        return None;
    }
    let auc = auc(values, hits)?;
    let auc = auc.max(1.0 - auc);
    (auc > TOO_GOOD).then(|| Alarm { of: of.to_owned(), is_feature, auc })
}

/// The features that do, each alone, over the rows in which they are known.
pub(crate) fn of_features(table: &FeatureTable, outcomes: &[Option<Outcome>]) -> Vec<Alarm> {
    let features = table.spec.features().iter().zip(&table.columns);
    let judge = |((name, _), column): (&(String, _), &Column)| {
        let value = |row: usize| match column {
            Column::Number(values) => values[row],
            Column::Record(values) => (values[row].1 > 0.0).then(|| values[row].0 / values[row].1),
            Column::Category(_) => None,
        };
        let known = outcomes
            .iter()
            .enumerate()
            .filter_map(|(row, outcome)| Some((value(row)?, outcome.as_ref()?.hit)));
        let (values, hits): (Vec<f64>, Vec<bool>) = known.unzip();
        alarm(name, true, &values, &hits)
    };
    features.filter_map(judge).collect()
}

/// The model, out of time.
pub(crate) fn of_model(name: &str, p: &[f64], hits: &[bool]) -> Option<Alarm> {
    alarm(name, false, p, hits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{market, outcomes};

    #[test]
    fn a_feature_that_knows_the_outcome_is_named() {
        let (mut table, hits) = market(400, 0.0, 3);
        assert_eq!(of_features(&table, &outcomes(&table, &hits)), []);
        table.columns[1] = Column::Number(hits.iter().map(|hit| Some(-f64::from(*hit))).collect());
        let alarms = of_features(&table, &outcomes(&table, &hits));
        assert_eq!((alarms.len(), alarms[0].of.as_str(), alarms[0].auc), (1, "noise", 1.0));
        assert_eq!(of_features(&table, &outcomes(&table, &[true; 400])), []);
    }
}
