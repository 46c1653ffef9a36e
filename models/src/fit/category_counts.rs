//! Training outcomes by category, for the base rate and for the flag of thin data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use slotcast_features::{FeatureColumn, FeatureTable, Outcome};

const CATEGORY: &str = "category";

/// Hits out of n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HitCount {
    pub(crate) hits: usize,
    pub(crate) n: usize,
}

impl HitCount {
    fn add(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.n += 1;
    }
}

/// Outcomes of the training rows, in total and by the feature `category` if there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CategoryCounts {
    /// Index of the feature `category` in the specification.
    pub(crate) feature: Option<usize>,
    pub(crate) total: HitCount,
    by_category: BTreeMap<String, HitCount>,
    /// Rows without a category, a group of their own.
    missing: HitCount,
}

impl CategoryCounts {
    pub(crate) fn new(table: &FeatureTable, outcomes: &[Option<Outcome>]) -> Self {
        let is_category = |feature: &usize| {
            table.spec.features()[*feature].0 == CATEGORY
                && matches!(table.columns[*feature], FeatureColumn::Category(_))
        };
        let mut counts = Self {
            feature: (0..table.columns.len()).find(is_category),
            total: HitCount::default(),
            by_category: BTreeMap::new(),
            missing: HitCount::default(),
        };
        for (row, outcome) in outcomes.iter().enumerate() {
            let Some(Outcome { hit, .. }) = outcome else { continue };
            counts.total.add(*hit);
            match counts.category(table, row) {
                Some(category) => counts.by_category.entry(category.to_owned()).or_default().add(*hit),
                None => counts.missing.add(*hit),
            }
        }
        counts
    }

    /// The training rows that are comparable to this one: those of its category, or all if no category is a feature.
    pub(crate) fn comparable(&self, table: &FeatureTable, row: usize) -> HitCount {
        match (self.feature, self.category(table, row)) {
            (None, _) => self.total,
            (Some(_), Some(category)) => self.by_category.get(category).copied().unwrap_or_default(),
            (Some(_), None) => self.missing,
        }
    }

    /// All groups with rows.
    pub(crate) fn groups(&self) -> impl Iterator<Item = HitCount> {
        self.by_category.values().chain([&self.missing]).copied().filter(|count| count.n > 0)
    }

    fn category<'table>(&self, table: &'table FeatureTable, row: usize) -> Option<&'table str> {
        match table.columns.get(self.feature?)? {
            FeatureColumn::Category(values) => values[row].as_deref(),
            _ => None,
        }
    }
}
