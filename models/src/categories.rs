//! Training outcomes by category: what the base rate shrinks and what thin data is judged by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use slotcast_features::{Column, FeatureTable, Outcome};

const CATEGORY: &str = "category";

/// Hits out of n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) hits: usize,
    pub(crate) n: usize,
}

impl Tally {
    fn add(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.n += 1;
    }
}

/// Outcomes of the training rows, in total and by the feature `category` if there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CategoryTallies {
    /// Place of the feature `category` in the specification.
    pub(crate) feature: Option<usize>,
    pub(crate) total: Tally,
    pub(crate) by_category: BTreeMap<String, Tally>,
    /// Rows whose category is missing; they are a group of their own.
    pub(crate) missing: Tally,
}

impl CategoryTallies {
    pub(crate) fn count(table: &FeatureTable, outcomes: &[Option<Outcome>]) -> Self {
        let is_category = |place: &usize| {
            table.spec.features()[*place].0 == CATEGORY
                && matches!(table.columns[*place], Column::Category(_))
        };
        let mut tallies = Self {
            feature: (0..table.columns.len()).find(is_category),
            total: Tally::default(),
            by_category: BTreeMap::new(),
            missing: Tally::default(),
        };
        for (row, outcome) in outcomes.iter().enumerate() {
            let Some(Outcome { hit, .. }) = outcome else { continue };
            tallies.total.add(*hit);
            match tallies.category(table, row) {
                Some(category) => tallies.by_category.entry(category.to_owned()).or_default().add(*hit),
                None => tallies.missing.add(*hit),
            }
        }
        tallies
    }

    /// The training rows that are comparable to this one: of its category, or all where no category
    /// is a feature.
    pub(crate) fn comparable(&self, table: &FeatureTable, row: usize) -> Tally {
        match (self.feature, self.category(table, row)) {
            (None, _) => self.total,
            (Some(_), Some(category)) => self.by_category.get(category).copied().unwrap_or_default(),
            (Some(_), None) => self.missing,
        }
    }

    /// Each group that has rows.
    pub(crate) fn groups(&self) -> impl Iterator<Item = Tally> {
        self.by_category.values().chain([&self.missing]).copied().filter(|tally| tally.n > 0)
    }

    fn category<'table>(&self, table: &'table FeatureTable, row: usize) -> Option<&'table str> {
        match table.columns.get(self.feature?)? {
            Column::Category(values) => values[row].as_deref(),
            _ => None,
        }
    }
}
