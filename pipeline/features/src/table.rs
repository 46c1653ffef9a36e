//! Feature table: keys and typed columns of rows of `offer_features`.

use std::str::FromStr;

use arrow::{array::RecordBatch, compute::concat_batches};
use chrono::{DateTime, Utc};
use slotcast_core::{Offer, ThresholdBasis};

use crate::{
    arrow_columns::{read_dates, read_instants, read_numbers, read_texts, required},
    error::FeatureError,
    spec::{FeatureKind, FeatureSpec, RELATION},
};

/// The offer of a row, and the times that decide about its features.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferKey {
    /// The offer.
    pub offer: Offer,
    /// The campaign of the offer, if it is known by now: the key of its label.
    pub campaign_id: Option<String>,
    /// Opening of its slot or campaign.
    pub opens_at: DateTime<Utc>,
    /// Its T: the time up to which its features are known.
    pub knowledge_at: DateTime<Utc>,
}

/// The values of one feature.
#[derive(Clone, Debug, PartialEq)]
pub enum FeatureColumn {
    /// Numbers; `None` if missing.
    Number(Vec<Option<f64>>),
    /// Levels or texts; `None` if missing.
    Category(Vec<Option<String>>),
    /// Hits and n, both zero if unknown.
    Record(Vec<(f64, f64)>),
}

/// Keys and features of offers. Keys and columns have the same length.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureTable {
    /// Names and kinds of the columns.
    pub spec: FeatureSpec,
    /// One entry per row.
    pub keys: Vec<OfferKey>,
    /// One entry per feature of the specification.
    pub columns: Vec<FeatureColumn>,
}

impl FeatureTable {
    /// Reads record batches of `offer_features`. Without batches the table is empty and has no features.
    ///
    /// # Errors
    /// If a key column is missing, null or of another type, or a feature is neither number, boolean nor text.
    pub fn from_batches(batches: &[RecordBatch]) -> Result<Self, FeatureError> {
        let Some(first) = batches.first() else {
            return Ok(Self { spec: FeatureSpec::new(Vec::new()), keys: Vec::new(), columns: Vec::new() });
        };
        let batch = concat_batches(&first.schema(), batches)?;
        let spec = FeatureSpec::from_schema(&batch.schema())?;
        let columns = spec
            .features()
            .iter()
            .map(|(name, kind)| read_feature(&batch, name, *kind))
            .collect::<Result<_, _>>()?;
        Ok(Self { keys: read_keys(&batch)?, spec, columns })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The rows at these positions, in this order.
    ///
    /// # Panics
    /// If a position is out of range.
    pub fn select(&self, rows: &[usize]) -> Self {
        let pick = |column: &FeatureColumn| match column {
            FeatureColumn::Number(values) => {
                FeatureColumn::Number(rows.iter().map(|&row| values[row]).collect())
            }
            FeatureColumn::Category(values) => {
                FeatureColumn::Category(rows.iter().map(|&row| values[row].clone()).collect())
            }
            FeatureColumn::Record(values) => {
                FeatureColumn::Record(rows.iter().map(|&row| values[row]).collect())
            }
        };
        Self {
            spec: self.spec.clone(),
            keys: rows.iter().map(|&row| self.keys[row].clone()).collect(),
            columns: self.columns.iter().map(pick).collect(),
        }
    }
}

fn read_feature(batch: &RecordBatch, name: &str, kind: FeatureKind) -> Result<FeatureColumn, FeatureError> {
    Ok(match kind {
        FeatureKind::Number => FeatureColumn::Number(read_numbers(batch, RELATION, name)?),
        FeatureKind::Category => FeatureColumn::Category(read_texts(batch, RELATION, name)?),
        FeatureKind::Record => {
            let hits = read_numbers(batch, RELATION, &format!("{name}_hits"))?;
            let counts = read_numbers(batch, RELATION, &format!("{name}_n"))?;
            let pairs = hits.iter().zip(&counts);
            FeatureColumn::Record(pairs.map(|(hits, n)| (hits.unwrap_or(0.0), n.unwrap_or(0.0))).collect())
        }
    })
}

fn read_keys(batch: &RecordBatch) -> Result<Vec<OfferKey>, FeatureError> {
    let text = |name: &str| read_texts(batch, RELATION, name);
    let ids = required(text("id")?, RELATION, "id")?;
    let products = required(text("product_id")?, RELATION, "product_id")?;
    let slots = required(read_dates(batch, RELATION, "slot_date")?, RELATION, "slot_date")?;
    let thresholds = required(read_numbers(batch, RELATION, "threshold")?, RELATION, "threshold")?;
    let bases = required(text("threshold_basis")?, RELATION, "threshold_basis")?;
    let prices = read_numbers(batch, RELATION, "price")?;
    let capacities = read_numbers(batch, RELATION, "capacity")?;
    let unit_costs = read_numbers(batch, RELATION, "unit_cost")?;
    let fixed_costs = read_numbers(batch, RELATION, "fixed_cost")?;
    let titles = text("title")?;
    let categories = text("category")?;
    let makers = text("maker_name")?;
    let campaigns = text("campaign_id")?;
    let openings = required(read_instants(batch, RELATION, "opens_at")?, RELATION, "opens_at")?;
    let known = required(read_instants(batch, RELATION, "knowledge_at")?, RELATION, "knowledge_at")?;
    (0..batch.num_rows())
        .map(|row| {
            Ok(OfferKey {
                offer: Offer {
                    id: ids[row].clone(),
                    product_id: products[row].clone(),
                    slot_date: slots[row],
                    threshold: thresholds[row],
                    threshold_basis: ThresholdBasis::from_str(&bases[row])?,
                    price: prices[row],
                    capacity: capacities[row],
                    unit_cost: unit_costs[row],
                    fixed_cost: fixed_costs[row],
                    title: titles[row].clone(),
                    category: categories[row].clone(),
                    maker_name: makers[row].clone(),
                },
                campaign_id: campaigns[row].clone(),
                opens_at: openings[row],
                knowledge_at: known[row],
            })
        })
        .collect()
}
