//! Makers, products, candidates and campaigns as tables: what was said of them, and when.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
        TimestampMicrosecondArray,
    },
    datatypes::{DataType, Field, Schema},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{
    facts::Known,
    plan::{Asked, Maker, Offer, SlotPlan},
    spec::MarketSpec,
};
use crate::error::SimulateError;

/// After the close, until the result is written down.
const SETTLING: TimeDelta = TimeDelta::hours(1);

/// The type of money: 18 digits, as many after the point as the currency has.
pub(crate) fn money(spec: &MarketSpec) -> DataType {
    DataType::Decimal128(18, i8::try_from(spec.market.currency_digits).unwrap_or(0))
}

/// Columns under construction, in order.
#[derive(Default)]
pub(crate) struct Table {
    fields: Vec<Field>,
    columns: Vec<ArrayRef>,
}

impl Table {
    fn push(mut self, name: &str, column: ArrayRef) -> Self {
        self.fields.push(Field::new(name, column.data_type().clone(), true));
        self.columns.push(column);
        self
    }

    pub(crate) fn text<T: Into<Option<String>>>(self, name: &str, values: impl Iterator<Item = T>) -> Self {
        self.push(name, Arc::new(values.map(Into::into).collect::<StringArray>()))
    }

    pub(crate) fn number(self, name: &str, values: impl Iterator<Item = Option<i64>>) -> Self {
        self.push(name, Arc::new(values.collect::<Int64Array>()))
    }

    /// Money in its smallest unit, or plain numbers where the type is none of money.
    fn money(self, name: &str, kind: &DataType, values: impl Iterator<Item = Option<i64>>) -> Self {
        let DataType::Decimal128(precision, scale) = kind else { return self.number(name, values) };
        let column: Decimal128Array = values.map(|value| value.map(i128::from)).collect();
        let column = column.with_precision_and_scale(*precision, *scale).expect("18 digits are within range");
        self.push(name, Arc::new(column))
    }

    pub(crate) fn day(self, name: &str, values: impl Iterator<Item = NaiveDate>) -> Self {
        let days = values.map(|date| i32::try_from((date - NaiveDate::default()).num_days()).ok());
        self.push(name, Arc::new(Date32Array::from_iter(days)))
    }

    fn instant(self, name: &str, values: impl Iterator<Item = DateTime<Utc>>) -> Self {
        let micros = values.map(|at| Some(at.timestamp_micros()));
        self.push(name, Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC")))
    }

    pub(crate) fn column(self, name: &str, column: ArrayRef) -> Self {
        self.push(name, column)
    }

    pub(crate) fn batch(self) -> Result<RecordBatch, SimulateError> {
        Ok(RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.columns)?)
    }
}

/// What was said of an offer at a moment.
struct Version<'a> {
    plan: &'a SlotPlan,
    offer: &'a Offer,
    terms: Asked,
    status: &'static str,
    declared: Option<&'static str>,
    at: DateTime<Utc>,
}

impl Maker<'_> {
    fn told(&self, at: DateTime<Utc>, known: &Known) -> bool {
        known.contains(&at.timestamp_micros())
    }

    /// When makers and products were entered.
    fn beginning(&self, plans: &[SlotPlan]) -> DateTime<Utc> {
        plans.first().map_or(DateTime::UNIX_EPOCH, |plan| plan.slot.opens_at - TimeDelta::days(90))
    }

    pub(crate) fn makers(&self, plans: &[SlotPlan], known: &Known) -> Result<RecordBatch, SimulateError> {
        let at = self.beginning(plans);
        let makers = if self.told(at, known) { self.world.makers.as_slice() } else { &[] };
        Table::default()
            .text("maker_id", makers.iter().map(|maker| maker.id.clone()))
            .text("name", makers.iter().map(|maker| maker.name.clone()))
            .text("kind", makers.iter().map(|maker| maker.kind.to_owned()))
            .instant("updated_at", makers.iter().map(|_| at))
            .batch()
    }

    pub(crate) fn products(&self, plans: &[SlotPlan], known: &Known) -> Result<RecordBatch, SimulateError> {
        let at = self.beginning(plans);
        let products = if self.told(at, known) { self.world.products.as_slice() } else { &[] };
        let id = |maker: usize| self.world.makers[maker].id.clone();
        Table::default()
            .text("product_id", products.iter().map(|product| product.id.clone()))
            .text("title", products.iter().map(|product| product.title.clone()))
            .text(
                "category",
                products.iter().map(|product| self.world.categories[product.category].name.to_owned()),
            )
            .text("maker_id", products.iter().map(|product| id(product.maker)))
            .text("artist_id", products.iter().map(|product| product.artist.map(id)))
            .instant("updated_at", products.iter().map(|_| at))
            .batch()
    }

    pub(crate) fn candidates(&self, plans: &[SlotPlan], known: &Known) -> Result<RecordBatch, SimulateError> {
        let mut versions = Vec::new();
        for plan in plans {
            for offer in &plan.offers {
                let version = |terms, status, at| Version { plan, offer, terms, status, declared: None, at };
                let first = offer.first_terms.map_or(offer.terms, |(terms, _)| terms);
                versions.push(version(first, "proposed", offer.submitted_at));
                versions.extend(offer.first_terms.map(|(_, at)| version(offer.terms, "proposed", at)));
                if plan.is_decided && !offer.selected && offer.taken_back {
                    versions.push(version(offer.terms, "withdrawn", plan.scheduled_at + SETTLING));
                }
            }
        }
        versions.retain(|version| self.told(version.at, known));
        let each = || versions.iter();
        let table = Table::default()
            .text("candidate_id", each().map(|version| version.offer.candidate_id()))
            .text("product_id", each().map(|version| self.product_id(version)))
            .day("slot_date", each().map(|version| version.plan.slot.date));
        self.terms(table, &versions)
            .text("status", each().map(|version| version.status.to_owned()))
            .instant("submitted_at", each().map(|version| version.offer.submitted_at))
            .instant("updated_at", each().map(|version| version.at))
            .batch()
    }

    pub(crate) fn campaigns(&self, plans: &[SlotPlan], known: &Known) -> Result<RecordBatch, SimulateError> {
        let mut versions = Vec::new();
        for plan in plans {
            for offer in plan.offers.iter().filter(|offer| plan.runs(offer)) {
                let version =
                    |status, declared, at| Version { plan, offer, terms: offer.terms, status, declared, at };
                versions.push(version("scheduled", None, plan.scheduled_at));
                let declared = offer.declared.then_some(if offer.hit { "reached" } else { "missed" });
                versions.push(match offer.withdrawn_at {
                    Some(at) => version("withdrawn", None, at),
                    None => version("closed", declared, offer.closes_at + SETTLING),
                });
            }
        }
        versions.retain(|version| self.told(version.at, known));
        let each = || versions.iter();
        let table = Table::default()
            .text("campaign_id", each().map(|version| version.offer.campaign_id()))
            .text("candidate_id", each().map(|version| version.offer.candidate_id()))
            .text("product_id", each().map(|version| self.product_id(version)))
            .day("slot_date", each().map(|version| version.plan.slot.date))
            .instant("opens_at", each().map(|version| version.plan.slot.opens_at))
            .instant("closes_at", each().map(|version| version.offer.closes_at));
        self.terms(table, &versions)
            .text("parent_campaign_id", each().map(|version| version.offer.parent.clone()))
            .text("status", each().map(|version| version.status.to_owned()))
            .text("declared_outcome", each().map(|version| version.declared.map(str::to_owned)))
            .instant("updated_at", each().map(|version| version.at))
            .batch()
    }

    fn product_id(&self, version: &Version<'_>) -> String {
        self.world.products[version.offer.product].id.clone()
    }

    /// The columns that candidates and campaigns share.
    fn terms(&self, table: Table, versions: &[Version<'_>]) -> Table {
        let market = &self.spec.market;
        let money = money(self.spec);
        let threshold = if self.spec.is_money() { money.clone() } else { DataType::Int64 };
        let each = || versions.iter();
        table
            .money("threshold", &threshold, each().map(|version| Some(version.terms.threshold)))
            .text("threshold_basis", each().map(|_| market.threshold_basis.clone()))
            .money("price", &money, each().map(|version| Some(version.terms.price)))
            .text("currency", each().map(|_| market.currency.clone()))
            .money("unit_cost", &money, each().map(|version| version.offer.unit_cost))
            .number("capacity", each().map(|version| version.offer.capacity.map(i64::from)))
    }
}
