//! Feature tables and outcomes for tests.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use slotcast_core::{DateTime, NaiveDate, Offer, ThresholdBasis, Utc};
use slotcast_features::{FeatureColumn, FeatureKind, FeatureSpec, FeatureTable, OfferKey, Outcome};

use crate::math::functions::sigmoid;

const WEEK: i64 = 604_800;

/// Builds a table of `rows` offers in weekly slots of 20, unless another number is set.
pub(crate) struct TableBuilder {
    rows: usize,
    offers_per_slot: usize,
    features: Vec<(String, FeatureKind)>,
    columns: Vec<FeatureColumn>,
}

impl TableBuilder {
    pub(crate) fn new(rows: usize) -> Self {
        Self { rows, offers_per_slot: 20, features: Vec::new(), columns: Vec::new() }
    }

    pub(crate) fn offers_per_slot(mut self, offers: usize) -> Self {
        self.offers_per_slot = offers;
        self
    }

    fn with(mut self, name: &str, kind: FeatureKind, column: FeatureColumn) -> Self {
        self.features.push((name.to_owned(), kind));
        self.columns.push(column);
        self
    }

    pub(crate) fn number(self, name: &str, value: impl FnMut(usize) -> Option<f64>) -> Self {
        let values = (0..self.rows).map(value).collect();
        self.with(name, FeatureKind::Number, FeatureColumn::Number(values))
    }

    pub(crate) fn category(self, name: &str, mut value: impl FnMut(usize) -> Option<&'static str>) -> Self {
        let values = (0..self.rows).map(|row| value(row).map(str::to_owned)).collect();
        self.with(name, FeatureKind::Category, FeatureColumn::Category(values))
    }

    pub(crate) fn record(self, name: &str, value: impl FnMut(usize) -> (f64, f64)) -> Self {
        let values = (0..self.rows).map(value).collect();
        self.with(name, FeatureKind::Record, FeatureColumn::Record(values))
    }

    pub(crate) fn build(self) -> FeatureTable {
        let keys = (0..self.rows).map(|row| key(row, row / self.offers_per_slot)).collect();
        FeatureTable { spec: FeatureSpec::new(self.features), keys, columns: self.columns }
    }
}

fn key(row: usize, slot: usize) -> OfferKey {
    let first: DateTime<Utc> = "2016-02-16T01:00:00Z".parse().unwrap();
    let opens_at = DateTime::from_timestamp(first.timestamp() + WEEK * slot as i64, 0).unwrap();
    let slot_date: NaiveDate = opens_at.date_naive();
    OfferKey {
        offer: Offer {
            id: format!("offer-{row}"),
            product_id: format!("product-{row}"),
            slot_date,
            threshold: 100.0,
            threshold_basis: ThresholdBasis::Units,
            price: None,
            capacity: None,
            unit_cost: None,
            fixed_cost: None,
            title: None,
            category: None,
            maker_name: None,
        },
        campaign_id: Some(format!("campaign-{row}")),
        opens_at,
        knowledge_at: DateTime::from_timestamp(opens_at.timestamp() - 345_600, 0).unwrap(),
    }
}

/// A market whose logit of the hit rate is `level` + `signal`.
/// Features: signal, noise (a third missing), category (`tea` a little better than `soap`), maker.
pub(crate) fn market(rows: usize, level: f64, seed: u64) -> (FeatureTable, Vec<bool>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = || (0..rows).map(|_| rng.random::<f64>()).collect::<Vec<_>>();
    let (signal, noise, chance) = (draw(), draw(), draw());
    let signal: Vec<f64> = signal.iter().map(|u| 4.0 * u - 2.0).collect();
    let lift = |row: usize| if row.is_multiple_of(2) { 0.4 } else { 0.0 };
    let hits = (0..rows).map(|row| chance[row] < sigmoid(level + signal[row] + lift(row))).collect();
    let table = TableBuilder::new(rows)
        .number("signal", |row| Some(signal[row]))
        .number("noise", |row| (row % 3 != 0).then_some(noise[row]))
        .category("category", |row| Some(if row.is_multiple_of(2) { "tea" } else { "soap" }))
        .record("maker", |row| (((row / 7) % 4) as f64, ((row / 7) % 6) as f64))
        .build();
    (table, hits)
}

/// Outcomes of offers with a threshold of 100: a demand of 150 for hits and of 60 for misses, trainable three weeks
/// after the opening.
pub(crate) fn outcomes(table: &FeatureTable, hits: &[bool]) -> Vec<Option<Outcome>> {
    let outcome = |(key, hit): (&OfferKey, &bool)| {
        Some(Outcome::new(*hit, Some(if *hit { 150.0 } else { 60.0 }), 100.0, false, trainable_at(key)))
    };
    table.keys.iter().zip(hits).map(outcome).collect()
}

/// A week of sales and two of refunds after the opening.
pub(crate) fn trainable_at(key: &OfferKey) -> DateTime<Utc> {
    DateTime::from_timestamp(key.opens_at.timestamp() + 3 * WEEK, 0).expect("a date within range")
}
