//! From a feature table to a matrix: one encoder per feature.

use std::{collections::HashMap, iter::repeat_n};

use ndarray::Array2;
use serde::{Deserialize, Serialize};
use slotcast_features::{FeatureColumn, FeatureTable};

use crate::{
    error::ModelError,
    params::ModelParams,
    preprocess::{
        category::CategoryEncoder,
        check::{check_columns, column_mismatch},
        number::NumberEncoder,
        record::RecordEncoder,
        season::{MONTH, SeasonEncoder},
    },
};

/// Penalty factor of the columns of a category, as a multiple of the ridge.
const CATEGORY_PENALTY_FACTOR: f64 = 0.5;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Encoder {
    Number(NumberEncoder),
    Category(CategoryEncoder),
    Record(RecordEncoder),
    Season(SeasonEncoder),
}

/// Encoders in the order of the specification.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Preprocessor {
    encoders: Vec<Encoder>,
    /// Factor of each feature on the penalty of its columns: the mean offers per slot if it is constant within slots,
    /// else one.
    slot_factors: Vec<f64>,
}

impl Preprocessor {
    /// Fits to every row of `table`: training rows only, at least one.
    pub(crate) fn fit(table: &FeatureTable, params: &ModelParams) -> Result<Self, ModelError> {
        check_columns(table)?;
        let slot_dates = || table.keys.iter().map(|key| key.offer.slot_date);
        let encoder = |(name, column): (&str, &FeatureColumn)| match column {
            FeatureColumn::Category(values) if name == MONTH => {
                Encoder::Season(SeasonEncoder::fit(values, slot_dates(), params))
            }
            FeatureColumn::Number(values) => Encoder::Number(NumberEncoder::fit(values, params)),
            FeatureColumn::Category(values) => Encoder::Category(CategoryEncoder::fit(values, params)),
            FeatureColumn::Record(values) => Encoder::Record(RecordEncoder::fit(values)),
        };
        let slots = SlotGroups::new(table);
        let offers_per_slot = table.len() as f64 / slots.count as f64;
        let features = || table.spec.features().iter().map(|(name, _)| name.as_str()).zip(&table.columns);
        // Campaigns of one slot may open in two months, but a season is still an effect of slots.
        let slot_factor = |(name, column): (&str, &FeatureColumn)| {
            if name == MONTH || slots.is_constant_within(column) { offers_per_slot } else { 1.0 }
        };
        Ok(Self {
            encoders: features().map(encoder).collect(),
            slot_factors: features().map(slot_factor).collect(),
        })
    }

    /// Number of columns of the matrix.
    pub(crate) fn width(&self) -> usize {
        self.encoders.iter().map(Encoder::width).sum()
    }

    pub(crate) fn feature_count(&self) -> usize {
        self.encoders.len()
    }

    /// Index of the feature of each column.
    pub(crate) fn feature_indices(&self) -> Vec<usize> {
        let columns = |(feature, encoder): (usize, &Encoder)| vec![feature; encoder.width()];
        self.encoders.iter().enumerate().flat_map(columns).collect()
    }

    /// Penalty factor of each column, as a multiple of the ridge.
    pub(crate) fn penalty_factors(&self) -> Vec<f64> {
        let mut factors = Vec::with_capacity(self.width());
        for (encoder, slot_factor) in self.encoders.iter().zip(&self.slot_factors) {
            let start = factors.len();
            match encoder {
                Encoder::Number(number) => number.penalty_factors(&mut factors),
                Encoder::Category(_) => factors.extend(repeat_n(CATEGORY_PENALTY_FACTOR, encoder.width())),
                Encoder::Record(record) => record.penalty_factors(&mut factors),
                Encoder::Season(season) => season.penalty_factors(&mut factors),
            }
            factors[start..].iter_mut().for_each(|factor| *factor *= slot_factor);
        }
        factors
    }

    /// Whether the parts of an artifact agree.
    pub(crate) fn is_consistent(&self) -> bool {
        self.slot_factors.len() == self.encoders.len()
            && self.encoders.iter().all(|encoder| match encoder {
                Encoder::Category(category) => category.is_consistent(),
                Encoder::Season(season) => season.is_consistent(),
                _ => true,
            })
    }

    /// The matrix of `table`: one row per offer, [`Self::width`] finite columns.
    pub(crate) fn transform(&self, table: &FeatureTable) -> Result<Array2<f64>, ModelError> {
        check_columns(table)?;
        if table.columns.len() != self.encoders.len() {
            return Err(column_mismatch("columns", table));
        }
        let mut cells = Vec::with_capacity(table.len() * self.width());
        for row in 0..table.len() {
            let features = self.encoders.iter().zip(&table.columns).zip(table.spec.features());
            for ((encoder, column), (name, _)) in features {
                match (encoder, column) {
                    (Encoder::Number(number), FeatureColumn::Number(values)) => {
                        number.encode(values[row], &mut cells);
                    }
                    (Encoder::Category(category), FeatureColumn::Category(values)) => {
                        category.encode(values[row].as_deref(), &mut cells);
                    }
                    (Encoder::Season(season), FeatureColumn::Category(values)) => {
                        season.encode(values[row].as_deref(), &mut cells);
                    }
                    (Encoder::Record(record), FeatureColumn::Record(values)) => {
                        record.encode(values[row], &mut cells);
                    }
                    _ => return Err(column_mismatch(name, table)),
                }
            }
        }
        Ok(Array2::from_shape_vec((table.len(), self.width()), cells).expect("all rows have the same width"))
    }
}

impl Encoder {
    fn width(&self) -> usize {
        match self {
            Self::Number(number) => number.width(),
            Self::Category(category) => category.width(),
            Self::Record(record) => record.width(),
            Self::Season(season) => season.width(),
        }
    }
}

/// Rows grouped by slot.
struct SlotGroups {
    /// First row of each row's slot.
    first_rows: Vec<usize>,
    count: usize,
}

impl SlotGroups {
    fn new(table: &FeatureTable) -> Self {
        let mut slots = HashMap::new();
        let rows = table.keys.iter().enumerate();
        let first_rows = rows.map(|(row, key)| *slots.entry(key.offer.slot_date).or_insert(row)).collect();
        Self { first_rows, count: slots.len().max(1) }
    }

    /// Whether all offers of a slot share the value. Such a column varies only between slots, so a shock that a slot's
    /// offers share looks like its effect (B. Moulton, Review of Economics and Statistics 72, 1990).
    fn is_constant_within(&self, column: &FeatureColumn) -> bool {
        self.first_rows.iter().enumerate().all(|(row, first)| match column {
            FeatureColumn::Number(values) => values[row] == values[*first],
            FeatureColumn::Category(values) => values[row] == values[*first],
            FeatureColumn::Record(values) => values[row] == values[*first],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TableBuilder;

    #[test]
    fn constants_are_dropped_and_columns_standardized() {
        let rows = 60;
        let table = TableBuilder::new(rows)
            .number("constant", |_| Some(3.0))
            .number("continuous", |row| Some(row as f64))
            .category("category", |row| Some(if row % 2 == 0 { "a" } else { "b" }))
            .record("maker", |row| ((row % 3) as f64, 4.0))
            .build();
        let preprocessor = Preprocessor::fit(&table, &ModelParams::default()).unwrap();
        assert_eq!(preprocessor.feature_indices(), [1, 1, 2, 2, 3], "n of the record is always 4");
        let matrix = preprocessor.transform(&table).unwrap();
        assert_eq!(matrix.dim(), (rows, 5));
        for column in [0, 1, 4] {
            let mean = matrix.column(column).sum() / rows as f64;
            let variance = matrix.column(column).mapv(|x| x * x).sum() / rows as f64;
            assert!(mean.abs() < 1e-9 && (variance - 1.0).abs() < 1e-9, "{column}: {mean} {variance}");
        }
    }

    #[test]
    fn a_column_mismatch_is_refused() {
        let mut table = TableBuilder::new(3).number("a", |_| Some(1.0)).build();
        table.columns[0] = FeatureColumn::Number(vec![None; 2]);
        let message = Preprocessor::fit(&table, &ModelParams::default()).unwrap_err().to_string();
        assert!(message.contains("`a` must hold `3` values"), "{message}");
    }
}
