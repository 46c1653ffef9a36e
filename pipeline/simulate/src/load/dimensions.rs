//! The tables of makers, products, candidates and campaigns.

use chrono::{DateTime, Utc};

use super::{
    catalog::{Catalog, LoadOffer},
    csv_table::{CAMPAIGNS, CANDIDATES, MAKERS, PRODUCTS, csv_table, local_text, optional_text},
};
use crate::error::SimulateError;
use crate::market_file::MarketFile;
use crate::names::{CATEGORIES, MAKER_FIRST, MAKER_LAST};

/// Days before the first opening.
const MAKER_DAYS: u32 = 60;
const PRODUCT_DAYS: u32 = 40;
/// Days from the scheduling of a campaign to its opening.
const SCHEDULING_DAYS: u32 = 5;

/// Name, number of rows and file of each table.
pub(super) fn tables(catalog: &Catalog) -> Result<[(&'static str, u64, MarketFile); 4], SimulateError> {
    let tables = Dimensions { catalog };
    let campaigns = tables.campaigns();
    Ok([
        ("makers", catalog.makers as u64, tables.makers()?),
        ("products", catalog.products.len() as u64, tables.products()?),
        ("candidates", catalog.offers.len() as u64, tables.candidates()?),
        ("campaigns", campaigns.len() as u64, csv_table("campaigns", CAMPAIGNS, campaigns)?),
    ])
}

struct Dimensions<'a> {
    catalog: &'a Catalog,
}

impl Dimensions<'_> {
    fn local(&self, instant: DateTime<Utc>) -> String {
        local_text(self.catalog.zone, instant)
    }

    fn before_first_slot(&self, days: u32) -> String {
        self.local(self.catalog.calendar.days_before(&self.catalog.slots[0], days))
    }

    fn makers(&self) -> Result<MarketFile, SimulateError> {
        let updated_at = self.before_first_slot(MAKER_DAYS);
        let rows = (0..self.catalog.makers).map(|number| {
            let (first, last) = (number % MAKER_FIRST.len(), number / MAKER_FIRST.len() % MAKER_LAST.len());
            let name = format!("{} {} {}", MAKER_FIRST[first], MAKER_LAST[last], number + 1);
            let kind = ["manufacturer", "brand", "artist"][number % 3];
            [maker_id(number), name, kind.to_owned(), updated_at.clone()]
        });
        csv_table("makers", MAKERS, rows)
    }

    fn products(&self) -> Result<MarketFile, SimulateError> {
        let updated_at = self.before_first_slot(PRODUCT_DAYS);
        let rows = (0..).zip(&self.catalog.products).map(|(number, product)| {
            let category = &CATEGORIES[product.category];
            let (material, item) = (category.materials[number % 8], category.items[number / 8 % 8]);
            let title = format!("{material} {item} {}", number + 1);
            let category = category.name.to_owned();
            let maker = maker_id(product.maker);
            [product_id(number), title, category, maker, String::new(), updated_at.clone()]
        });
        csv_table("products", PRODUCTS, rows)
    }

    fn candidates(&self) -> Result<MarketFile, SimulateError> {
        let rows = (0..).zip(&self.catalog.offers).map(|(number, offer)| {
            let [threshold, basis, price, currency, cost, capacity] = self.terms(offer);
            [
                candidate_id(number),
                product_id(offer.product),
                self.catalog.slots[offer.slot].date.to_string(),
                threshold,
                basis,
                price,
                currency,
                cost,
                capacity,
                "proposed".to_owned(),
                self.local(offer.submitted_at),
                self.local(offer.submitted_at),
            ]
        });
        csv_table("candidates", CANDIDATES, rows)
    }

    /// Up to two versions per campaign: scheduled and, if its slot has facts, closed.
    fn campaigns(&self) -> Vec<[String; 14]> {
        let numbered = self.catalog.campaigns.iter().enumerate();
        let versions = numbered.flat_map(|(number, candidate)| {
            let offer = &self.catalog.offers[*candidate];
            let slot = &self.catalog.slots[offer.slot];
            let scheduled = ("scheduled", self.catalog.calendar.days_before(slot, SCHEDULING_DAYS));
            let closed = (offer.slot < self.catalog.weeks).then_some(("closed", slot.closes_at));
            [Some(scheduled), closed].into_iter().flatten().map(move |(status, at)| {
                let [threshold, basis, price, currency, cost, capacity] = self.terms(offer);
                [
                    format!("c{:06}", number + 1),
                    candidate_id(*candidate),
                    product_id(offer.product),
                    slot.date.to_string(),
                    self.local(slot.opens_at),
                    self.local(slot.closes_at),
                    threshold,
                    basis,
                    price,
                    currency,
                    cost,
                    capacity,
                    status.to_owned(),
                    self.local(at),
                ]
            })
        });
        versions.collect()
    }

    /// Threshold, basis, price, currency, unit cost and capacity of an offer.
    fn terms(&self, offer: &LoadOffer) -> [String; 6] {
        let price = self.catalog.products[offer.product].price;
        [
            offer.threshold.to_string(),
            "units".to_owned(),
            price.to_string(),
            "KRW".to_owned(),
            optional_text(offer.unit_cost),
            optional_text(offer.capacity),
        ]
    }
}

fn maker_id(number: usize) -> String {
    format!("m{:05}", number + 1)
}

fn product_id(number: usize) -> String {
    format!("p{:06}", number + 1)
}

fn candidate_id(number: usize) -> String {
    format!("d{:06}", number + 1)
}
