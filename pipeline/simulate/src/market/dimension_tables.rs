//! Tables of makers, products, candidates and campaigns, with their versions.

use arrow::{array::RecordBatch, datatypes::DataType};
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    columns::{TableBuilder, money_type},
    generator::MarketGenerator,
    plan::{OfferTerms, PlannedOffer, SlotPlan},
    visible_range::VisibleRange,
};
use crate::error::SimulateError;

/// Time from the close, or from the line-up, until its result is recorded.
const RECORDING_DELAY: TimeDelta = TimeDelta::hours(1);

/// A version of a candidate or campaign.
struct OfferVersion<'a> {
    plan: &'a SlotPlan,
    offer: &'a PlannedOffer,
    terms: OfferTerms,
    status: &'static str,
    declared_outcome: Option<&'static str>,
    updated_at: DateTime<Utc>,
}

impl MarketGenerator<'_> {
    /// Time at which makers and products are recorded.
    fn starts_at(&self, plans: &[SlotPlan]) -> DateTime<Utc> {
        plans.first().map_or(DateTime::UNIX_EPOCH, |plan| plan.slot.opens_at - TimeDelta::days(90))
    }

    pub(crate) fn makers(
        &self,
        plans: &[SlotPlan],
        visible: &VisibleRange,
    ) -> Result<RecordBatch, SimulateError> {
        let at = self.starts_at(plans);
        let makers = if visible.contains_instant(at) { self.population.makers.as_slice() } else { &[] };
        TableBuilder::default()
            .text("maker_id", makers.iter().map(|maker| maker.id.clone()))
            .text("name", makers.iter().map(|maker| maker.name.clone()))
            .text("kind", makers.iter().map(|maker| maker.kind.to_owned()))
            .instant("updated_at", makers.iter().map(|_| at))
            .finish()
    }

    pub(crate) fn products(
        &self,
        plans: &[SlotPlan],
        visible: &VisibleRange,
    ) -> Result<RecordBatch, SimulateError> {
        let at = self.starts_at(plans);
        let products = if visible.contains_instant(at) { self.population.products.as_slice() } else { &[] };
        let maker_id = |maker: usize| self.population.makers[maker].id.clone();
        let category = |category: usize| self.population.categories[category].name.to_owned();
        TableBuilder::default()
            .text("product_id", products.iter().map(|product| product.id.clone()))
            .text("title", products.iter().map(|product| product.title.clone()))
            .text("category", products.iter().map(|product| category(product.category)))
            .text("maker_id", products.iter().map(|product| maker_id(product.maker)))
            .text("artist_id", products.iter().map(|product| product.artist.map(maker_id)))
            .instant("updated_at", products.iter().map(|_| at))
            .finish()
    }

    pub(crate) fn candidates(
        &self,
        plans: &[SlotPlan],
        visible: &VisibleRange,
    ) -> Result<RecordBatch, SimulateError> {
        let mut versions = Vec::new();
        for plan in plans {
            for offer in &plan.offers {
                let version = |terms, status, updated_at| OfferVersion {
                    plan,
                    offer,
                    terms,
                    status,
                    declared_outcome: None,
                    updated_at,
                };
                let first = offer.first_terms.map_or(offer.terms, |(terms, _)| terms);
                versions.push(version(first, "proposed", offer.submitted_at));
                versions.extend(offer.first_terms.map(|(_, at)| version(offer.terms, "proposed", at)));
                if plan.is_decided && !offer.selected && offer.is_withdrawn_candidate {
                    versions.push(version(offer.terms, "withdrawn", plan.scheduled_at + RECORDING_DELAY));
                }
            }
        }
        versions.retain(|version| visible.contains_instant(version.updated_at));
        let each = || versions.iter();
        let table = TableBuilder::default()
            .text("candidate_id", each().map(|version| version.offer.candidate_id()))
            .text("product_id", each().map(|version| self.product_id(version)))
            .date("slot_date", each().map(|version| version.plan.slot.date));
        self.add_terms(table, &versions)
            .text("status", each().map(|version| version.status.to_owned()))
            .instant("submitted_at", each().map(|version| version.offer.submitted_at))
            .instant("updated_at", each().map(|version| version.updated_at))
            .finish()
    }

    pub(crate) fn campaigns(
        &self,
        plans: &[SlotPlan],
        visible: &VisibleRange,
    ) -> Result<RecordBatch, SimulateError> {
        let mut versions = Vec::new();
        for plan in plans {
            for offer in plan.offers.iter().filter(|offer| plan.runs(offer)) {
                let version = |status, declared_outcome, updated_at| OfferVersion {
                    plan,
                    offer,
                    terms: offer.terms,
                    status,
                    declared_outcome,
                    updated_at,
                };
                versions.push(version("scheduled", None, plan.scheduled_at));
                let outcome = if offer.hit { "reached" } else { "missed" };
                let declared_outcome = offer.has_declared_outcome.then_some(outcome);
                versions.push(match offer.withdrawn_at {
                    Some(at) => version("withdrawn", None, at),
                    None => version("closed", declared_outcome, offer.closes_at + RECORDING_DELAY),
                });
            }
        }
        versions.retain(|version| visible.contains_instant(version.updated_at));
        let each = || versions.iter();
        let table = TableBuilder::default()
            .text("campaign_id", each().map(|version| version.offer.campaign_id()))
            .text("candidate_id", each().map(|version| version.offer.candidate_id()))
            .text("product_id", each().map(|version| self.product_id(version)))
            .date("slot_date", each().map(|version| version.plan.slot.date))
            .instant("opens_at", each().map(|version| version.plan.slot.opens_at))
            .instant("closes_at", each().map(|version| version.offer.closes_at));
        self.add_terms(table, &versions)
            .text("parent_campaign_id", each().map(|version| version.offer.parent.clone()))
            .text("status", each().map(|version| version.status.to_owned()))
            .text("declared_outcome", each().map(|version| version.declared_outcome.map(str::to_owned)))
            .instant("updated_at", each().map(|version| version.updated_at))
            .finish()
    }

    fn product_id(&self, version: &OfferVersion<'_>) -> String {
        self.population.products[version.offer.product].id.clone()
    }

    /// Adds the columns that candidates and campaigns share.
    fn add_terms(&self, table: TableBuilder, versions: &[OfferVersion<'_>]) -> TableBuilder {
        let market = &self.spec.market;
        let money = money_type(self.spec);
        let threshold = if self.spec.is_money() { money.clone() } else { DataType::Int64 };
        let each = || versions.iter();
        table
            .money("threshold", &threshold, each().map(|version| Some(version.terms.threshold)))
            .text("threshold_basis", each().map(|_| market.threshold_basis.clone()))
            .money("price", &money, each().map(|version| Some(version.terms.price)))
            .text("currency", each().map(|_| market.currency.clone()))
            .money("unit_cost", &money, each().map(|version| version.offer.unit_cost))
            .integer("capacity", each().map(|version| version.offer.capacity.map(i64::from)))
    }
}
