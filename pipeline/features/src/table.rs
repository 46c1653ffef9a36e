//! Rows of `offer_features` as typed columns beside their keys.

use std::str::FromStr;

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch},
    compute::{cast, concat_batches},
    datatypes::{DataType, Date32Type, Float64Type, TimeUnit, TimestampMicrosecondType},
};
use chrono::{DateTime, NaiveDate, Utc};
use slotcast_core::{Offer, ThresholdBasis};

use crate::{
    error::FeatureError,
    spec::{FeatureKind, FeatureSpec},
};

/// Columns of `offer_features` that name, date or describe a row. Everything else is a feature; the title is both.
pub(crate) const KEY_COLUMNS: [&str; 21] = [
    "id",
    "campaign_id",
    "campaign_number",
    "product_id",
    "slot_date",
    "opens_at",
    "closes_at",
    "knowledge_at",
    "days_before_open",
    "threshold",
    "threshold_basis",
    "price",
    "currency",
    "capacity",
    "unit_cost",
    "fixed_cost",
    "maker_id",
    "maker_name",
    "url",
    "image_url",
    "run_id",
];
const RELATION: &str = "offer_features";

/// What a row of features is about.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferKey {
    /// The offer.
    pub offer: Offer,
    /// The campaign that the offer is or became, if it is known by now: the key of its label.
    pub campaign_id: Option<String>,
    /// When its slot or campaign opens.
    pub opens_at: DateTime<Utc>,
    /// Its T.
    pub knowledge_at: DateTime<Utc>,
}

/// The values of one feature.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Numbers; `None` where missing.
    Number(Vec<Option<f64>>),
    /// Words; `None` where missing.
    Category(Vec<Option<String>>),
    /// (hits, n), both zero where nothing is known.
    Record(Vec<(f64, f64)>),
}

/// Rows of features, with their keys. Columns and keys have the same length.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureTable {
    /// Names and kinds of the columns.
    pub spec: FeatureSpec,
    /// One entry a row.
    pub keys: Vec<OfferKey>,
    /// One entry a feature of the specification.
    pub columns: Vec<Column>,
}

impl FeatureTable {
    /// Reads record batches of `offer_features`. No batch gives an empty table without features.
    ///
    /// # Errors
    /// When a key column is absent, null or of another type, or a feature is neither number, boolean nor text.
    pub fn from_batches(batches: &[RecordBatch]) -> Result<Self, FeatureError> {
        let Some(first) = batches.first() else {
            return Ok(Self { spec: FeatureSpec::new(Vec::new()), keys: Vec::new(), columns: Vec::new() });
        };
        let batch = concat_batches(&first.schema(), batches)?;
        let spec = FeatureSpec::of_schema(&batch.schema())?;
        let columns = spec
            .features()
            .iter()
            .map(|(name, kind)| read_feature(&batch, name, *kind))
            .collect::<Result<_, _>>()?;
        Ok(Self { keys: read_keys(&batch)?, spec, columns })
    }

    /// How many rows there are.
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
    /// When a position is out of range.
    pub fn select(&self, rows: &[usize]) -> Self {
        let pick = |column: &Column| match column {
            Column::Number(values) => Column::Number(rows.iter().map(|&row| values[row]).collect()),
            Column::Category(values) => {
                Column::Category(rows.iter().map(|&row| values[row].clone()).collect())
            }
            Column::Record(values) => Column::Record(rows.iter().map(|&row| values[row]).collect()),
        };
        Self {
            spec: self.spec.clone(),
            keys: rows.iter().map(|&row| self.keys[row].clone()).collect(),
            columns: self.columns.iter().map(pick).collect(),
        }
    }
}

pub(crate) fn read_column(
    batch: &RecordBatch,
    relation: &'static str,
    name: &str,
    kind: &DataType,
    expected: &'static str,
) -> Result<ArrayRef, FeatureError> {
    let column = batch
        .column_by_name(name)
        .ok_or_else(|| FeatureError::MissingColumn { relation, column: name.to_owned() })?;
    cast(column, kind).map_err(|_| FeatureError::Type {
        relation,
        column: name.to_owned(),
        found: column.data_type().to_string(),
        expected,
    })
}

pub(crate) fn read_texts(
    batch: &RecordBatch,
    relation: &'static str,
    name: &str,
) -> Result<Vec<Option<String>>, FeatureError> {
    let column = read_column(batch, relation, name, &DataType::Utf8, "a text")?;
    Ok(column.as_string::<i32>().iter().map(|value| value.map(str::to_owned)).collect())
}

pub(crate) fn read_instants(
    batch: &RecordBatch,
    relation: &'static str,
    name: &str,
) -> Result<Vec<Option<DateTime<Utc>>>, FeatureError> {
    let kind = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let column = read_column(batch, relation, name, &kind, "a timestamp")?;
    let values = column.as_primitive::<TimestampMicrosecondType>();
    Ok(values.iter().map(|value| value.and_then(DateTime::from_timestamp_micros)).collect())
}

pub(crate) fn required<T>(
    values: Vec<Option<T>>,
    relation: &'static str,
    column: &str,
) -> Result<Vec<T>, FeatureError> {
    let null = |row| FeatureError::NullKey { relation, column: column.to_owned(), row };
    values.into_iter().enumerate().map(|(row, value)| value.ok_or_else(|| null(row))).collect()
}

pub(crate) fn read_numbers(
    batch: &RecordBatch,
    relation: &'static str,
    name: &str,
) -> Result<Vec<Option<f64>>, FeatureError> {
    let column = read_column(batch, relation, name, &DataType::Float64, "a number")?;
    Ok(column
        .as_primitive::<Float64Type>()
        .iter()
        .map(|value| value.filter(|number| number.is_finite()))
        .collect())
}

fn read_feature(batch: &RecordBatch, name: &str, kind: FeatureKind) -> Result<Column, FeatureError> {
    Ok(match kind {
        FeatureKind::Number => Column::Number(read_numbers(batch, RELATION, name)?),
        FeatureKind::Category => Column::Category(read_texts(batch, RELATION, name)?),
        FeatureKind::Record => {
            let hits = read_numbers(batch, RELATION, &format!("{name}_hits"))?;
            let counts = read_numbers(batch, RELATION, &format!("{name}_n"))?;
            let pairs = hits.iter().zip(&counts);
            Column::Record(pairs.map(|(h, n)| (h.unwrap_or(0.0), n.unwrap_or(0.0))).collect())
        }
    })
}

fn read_dates(batch: &RecordBatch, name: &str) -> Result<Vec<Option<NaiveDate>>, FeatureError> {
    let column = read_column(batch, RELATION, name, &DataType::Date32, "a date")?;
    let to_date = Date32Type::to_naive_date_opt;
    Ok(column.as_primitive::<Date32Type>().iter().map(|day| day.and_then(to_date)).collect())
}

fn read_keys(batch: &RecordBatch) -> Result<Vec<OfferKey>, FeatureError> {
    let text = |name: &str| read_texts(batch, RELATION, name);
    let ids = required(text("id")?, RELATION, "id")?;
    let products = required(text("product_id")?, RELATION, "product_id")?;
    let slots = required(read_dates(batch, "slot_date")?, RELATION, "slot_date")?;
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
