//! A table of features to a matrix of numbers, fitted on training rows only.

use ndarray::Array2;
use serde::{Deserialize, Serialize};
use slotcast_features::{Column, FeatureKind, FeatureTable};

use crate::{
    encode::{CategoryEncoder, NumberEncoder, RecordEncoder},
    error::ModelError,
    exact,
    params::ModelParams,
    season::{MONTH, SeasonEncoder},
};

/// How strongly the column of a category's level is penalised, as a multiple of the ridge.
const LEVEL_STRENGTH: f64 = 0.5;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Encoder {
    Number(NumberEncoder),
    Category(CategoryEncoder),
    Record(RecordEncoder),
    Season(SeasonEncoder),
}

/// What was learned about each feature, in the order of the specification.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Preparer {
    encoders: Vec<Encoder>,
    /// How many times as strongly the columns of each feature are penalised.
    #[serde(with = "exact::list")]
    weights: Vec<f64>,
}

impl Preparer {
    /// Learns from every row of `table`, so it must hold training rows only, and at least one.
    pub(crate) fn fit(table: &FeatureTable, params: &ModelParams) -> Result<Self, ModelError> {
        check_columns(table)?;
        let slot_dates = || table.keys.iter().map(|key| key.offer.slot_date);
        let encoder = |(name, column): (&str, &Column)| match column {
            Column::Category(values) if name == MONTH => {
                Encoder::Season(SeasonEncoder::fit(values, slot_dates(), params))
            }
            Column::Number(values) => Encoder::Number(NumberEncoder::fit(values, params)),
            Column::Category(values) => Encoder::Category(CategoryEncoder::fit(values, params)),
            Column::Record(values) => Encoder::Record(RecordEncoder::fit(values)),
        };
        let slots = Slots::of(table);
        let a_slot = table.len() as f64 / slots.count as f64;
        let features = || table.spec.features().iter().map(|(name, _)| name.as_str()).zip(&table.columns);
        // A season is a matter of slots even where campaigns of one slot open in two months.
        let weight = |(name, column): (&str, &Column)| {
            if name == MONTH || slots.share(column) { a_slot } else { 1.0 }
        };
        Ok(Self { encoders: features().map(encoder).collect(), weights: features().map(weight).collect() })
    }

    /// How many columns the matrix has.
    pub(crate) fn width(&self) -> usize {
        self.encoders.iter().map(Encoder::width).sum()
    }

    /// How many features were learned.
    pub(crate) fn features(&self) -> usize {
        self.encoders.len()
    }

    /// For each column of the matrix the index of the feature that it came from.
    pub(crate) fn sources(&self) -> Vec<usize> {
        let columns = |(feature, encoder): (usize, &Encoder)| vec![feature; encoder.width()];
        self.encoders.iter().enumerate().flat_map(columns).collect()
    }

    /// How strongly each column is penalised, as a multiple of the ridge.
    pub(crate) fn strengths(&self) -> Vec<f64> {
        let mut strengths = Vec::with_capacity(self.width());
        for (encoder, weight) in self.encoders.iter().zip(&self.weights) {
            let before = strengths.len();
            match encoder {
                Encoder::Number(number) => number.strengths(&mut strengths),
                Encoder::Category(_) => {
                    strengths.extend(std::iter::repeat_n(LEVEL_STRENGTH, encoder.width()))
                }
                Encoder::Record(record) => record.strengths(&mut strengths),
                Encoder::Season(season) => season.strengths(&mut strengths),
            }
            strengths[before..].iter_mut().for_each(|strength| *strength *= weight);
        }
        strengths
    }

    /// Whether the parts of an artefact fit together.
    pub(crate) fn is_sound(&self) -> bool {
        self.weights.len() == self.encoders.len()
            && self.encoders.iter().all(|encoder| match encoder {
                Encoder::Category(category) => category.is_sound(),
                Encoder::Season(season) => season.is_sound(),
                _ => true,
            })
    }

    /// The matrix of `table`, rows by [`Self::width`], all finite.
    pub(crate) fn transform(&self, table: &FeatureTable) -> Result<Array2<f64>, ModelError> {
        check_columns(table)?;
        if table.columns.len() != self.encoders.len() {
            return Err(column_error("columns", table));
        }
        let mut cells = Vec::with_capacity(table.len() * self.width());
        for row in 0..table.len() {
            let features = self.encoders.iter().zip(&table.columns).zip(table.spec.features());
            for ((encoder, column), (name, _)) in features {
                match (encoder, column) {
                    (Encoder::Number(number), Column::Number(values)) => {
                        number.encode(values[row], &mut cells);
                    }
                    (Encoder::Category(category), Column::Category(values)) => {
                        category.encode(values[row].as_deref(), &mut cells);
                    }
                    (Encoder::Season(season), Column::Category(values)) => {
                        season.encode(values[row].as_deref(), &mut cells);
                    }
                    (Encoder::Record(record), Column::Record(values)) => {
                        record.encode(values[row], &mut cells);
                    }
                    _ => return Err(column_error(name, table)),
                }
            }
        }
        Ok(Array2::from_shape_vec((table.len(), self.width()), cells).expect("each row has the same width"))
    }
}

/// Which rows share a slot.
struct Slots {
    /// The first row of each row's slot.
    first: Vec<usize>,
    count: usize,
}

impl Slots {
    fn of(table: &FeatureTable) -> Self {
        let mut seen = std::collections::HashMap::new();
        let first = table.keys.iter().enumerate();
        let first = first.map(|(row, key)| *seen.entry(key.offer.slot_date).or_insert(row)).collect();
        Self { first, count: seen.len().max(1) }
    }

    /// Whether a column is the same for all offers of a slot. Such a column has only as many values as there are slots,
    /// and the luck that a slot shares is taken for its effect (B. Moulton, Review of Economics and
    /// Statistics 72, 1990).
    fn share(&self, column: &Column) -> bool {
        self.first.iter().enumerate().all(|(row, first)| match column {
            Column::Number(values) => values[row] == values[*first],
            Column::Category(values) => values[row] == values[*first],
            Column::Record(values) => values[row] == values[*first],
        })
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

/// A table's fields are open to everyone, so its columns may be at odds with its specification.
pub(crate) fn check_columns(table: &FeatureTable) -> Result<(), ModelError> {
    let features = table.spec.features();
    if features.len() != table.columns.len() {
        return Err(column_error("columns", table));
    }
    for ((name, kind), column) in features.iter().zip(&table.columns) {
        let (found, rows) = match column {
            Column::Number(values) => (FeatureKind::Number, values.len()),
            Column::Category(values) => (FeatureKind::Category, values.len()),
            Column::Record(values) => (FeatureKind::Record, values.len()),
        };
        if found != *kind || rows != table.len() {
            return Err(column_error(name, table));
        }
    }
    Ok(())
}

fn column_error(feature: &str, table: &FeatureTable) -> ModelError {
    ModelError::Column { feature: feature.to_owned(), rows: table.len() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TableBuilder;

    #[test]
    fn columns_know_their_feature_and_constants_are_dropped() {
        let rows = 60;
        let table = TableBuilder::new(rows)
            .number("constant", |_| Some(3.0))
            .number("rich", |row| Some(row as f64))
            .category("category", |row| Some(if row % 2 == 0 { "a" } else { "b" }))
            .record("maker", |row| ((row % 3) as f64, 4.0))
            .build();
        let preparer = Preparer::fit(&table, &ModelParams::default()).unwrap();
        assert_eq!(preparer.sources(), [1, 1, 2, 2, 3], "n of the record is always 4");
        let matrix = preparer.transform(&table).unwrap();
        assert_eq!(matrix.dim(), (rows, 5));
        for column in [0, 1, 4] {
            let mean = matrix.column(column).sum() / rows as f64;
            let variance = matrix.column(column).mapv(|x| x * x).sum() / rows as f64;
            assert!(mean.abs() < 1e-9 && (variance - 1.0).abs() < 1e-9, "{column}: {mean} {variance}");
        }
    }

    #[test]
    fn a_column_at_odds_with_the_specification_is_refused() {
        let mut table = TableBuilder::new(3).number("a", |_| Some(1.0)).build();
        table.columns[0] = Column::Number(vec![None; 2]);
        let message = Preparer::fit(&table, &ModelParams::default()).unwrap_err().to_string();
        assert!(message.contains("`a` must hold `3` values"), "{message}");
    }
}
