//! Columns of a categorical feature.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::params::ModelParams;

/// One-hot columns: one for each frequent level, one for all rare levels together, one for missing values.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CategoryEncoder {
    /// Column of each frequent level. Empty if the training rows are constant.
    levels: BTreeMap<String, usize>,
    other: Option<usize>,
    missing: Option<usize>,
    /// Share of each column in the training rows.
    shares: Vec<f64>,
}

impl CategoryEncoder {
    pub(crate) fn fit(values: &[Option<String>], params: &ModelParams) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for value in values.iter().flatten() {
            *counts.entry(value).or_default() += 1;
        }
        let is_frequent = |count: usize| count >= params.min_category_rows;
        let mut rows: Vec<usize> = counts.values().copied().filter(|count| is_frequent(*count)).collect();
        let frequent = counts.iter().filter(|(_, count)| is_frequent(**count));
        let levels = frequent.enumerate().map(|(column, (level, _))| ((*level).to_owned(), column)).collect();
        let known: usize = counts.values().sum();
        let mut add_column = |count: usize| {
            (count > 0).then(|| {
                rows.push(count);
                rows.len() - 1
            })
        };
        let other = add_column(counts.values().filter(|count| !is_frequent(**count)).sum());
        let missing = add_column(values.len() - known);
        if rows.len() < 2 {
            return Self { levels: BTreeMap::new(), other: None, missing: None, shares: Vec::new() };
        }
        let shares = rows.iter().map(|count| *count as f64 / values.len() as f64).collect();
        Self { levels, other, missing, shares }
    }

    pub(crate) fn width(&self) -> usize {
        self.shares.len()
    }

    pub(crate) fn encode(&self, value: Option<&str>, out: &mut Vec<f64>) {
        let column = match value {
            Some(level) => self.levels.get(level).copied().or(self.other),
            None => self.missing,
        };
        match column {
            Some(own) => out.extend((0..self.width()).map(|column| f64::from(column == own))),
            // A level without a column encodes as the average training row, so it contributes nothing.
            None => out.extend(&self.shares),
        }
    }

    /// Whether the parts agree; an artifact may have been edited.
    pub(crate) fn is_consistent(&self) -> bool {
        let columns = self.levels.values().chain(&self.other).chain(&self.missing);
        columns.copied().all(|column| column < self.width())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_levels_share_a_column_and_unknown_ones_contribute_nothing() {
        let level = |level: &str| Some(level.to_owned());
        let mut values = vec![level("tea"); 30];
        values.extend(vec![level("soap"); 5]);
        values.extend([level("lamp"), None]);
        let encoder = CategoryEncoder::fit(&values, &ModelParams::default());
        let encoded = |value: Option<&str>| {
            let mut out = Vec::new();
            encoder.encode(value, &mut out);
            out
        };
        assert_eq!(encoded(Some("tea")), [1.0, 0.0, 0.0]);
        assert_eq!(
            (encoded(Some("soap")), encoded(Some("lamp"))),
            (encoded(Some("unknown")), vec![0.0, 1.0, 0.0])
        );
        assert_eq!(encoded(None), [0.0, 0.0, 1.0]);

        let complete = CategoryEncoder::fit(
            &[vec![level("tea"); 30], vec![level("soap"); 30]].concat(),
            &ModelParams::default(),
        );
        let mut out = Vec::new();
        complete.encode(None, &mut out);
        assert_eq!(out, [0.5, 0.5]);
    }
}
