//! The small tables: makers, products, candidates, campaigns.

use chrono::{DateTime, Utc};

use super::scene::{Offer, Scene};
use crate::csv_table::{CAMPAIGNS, CANDIDATES, MAKERS, MarketFile, PRODUCTS, csv_table, local, terms};
use crate::error::SimulateError;
use crate::words::{CATEGORIES, MAKER_FIRST, MAKER_LAST};

/// Days before the first opening.
const MAKERS_KNOWN: u32 = 60;
const PRODUCTS_KNOWN: u32 = 40;
/// Days before its opening at which a campaign is announced.
const SCHEDULED: u32 = 5;

/// Name, number of rows and file of each.
pub(super) fn tables(scene: &Scene) -> Result<[(&'static str, u64, MarketFile); 4], SimulateError> {
    let terms = Terms { scene };
    let campaigns = terms.campaigns();
    Ok([
        ("makers", scene.makers as u64, terms.makers()?),
        ("products", scene.products.len() as u64, terms.products()?),
        ("candidates", scene.offers.len() as u64, terms.candidates()?),
        ("campaigns", campaigns.len() as u64, csv_table("campaigns", CAMPAIGNS, campaigns)?),
    ])
}

struct Terms<'a> {
    scene: &'a Scene,
}

impl Terms<'_> {
    fn local(&self, instant: DateTime<Utc>) -> String {
        local(self.scene.zone, instant)
    }

    /// So many days before the first opening.
    fn before_all(&self, days: u32) -> String {
        self.local(self.scene.calendar.days_before(&self.scene.slots[0], days))
    }

    fn makers(&self) -> Result<MarketFile, SimulateError> {
        let known = self.before_all(MAKERS_KNOWN);
        let rows = (0..self.scene.makers).map(|number| {
            let (first, last) = (number % MAKER_FIRST.len(), number / MAKER_FIRST.len() % MAKER_LAST.len());
            let name = format!("{} {} {}", MAKER_FIRST[first], MAKER_LAST[last], number + 1);
            let kind = ["manufacturer", "brand", "artist"][number % 3];
            [maker_id(number), name, kind.to_owned(), known.clone()]
        });
        csv_table("makers", MAKERS, rows)
    }

    fn products(&self) -> Result<MarketFile, SimulateError> {
        let known = self.before_all(PRODUCTS_KNOWN);
        let rows = (0..).zip(&self.scene.products).map(|(number, good)| {
            let category = &CATEGORIES[good.category];
            let (material, goods) = (category.materials[number % 8], category.goods[number / 8 % 8]);
            let title = format!("{material} {goods} {}", number + 1);
            let name = category.name.to_owned();
            [product_id(number), title, name, maker_id(good.maker), String::new(), known.clone()]
        });
        csv_table("products", PRODUCTS, rows)
    }

    fn candidates(&self) -> Result<MarketFile, SimulateError> {
        let rows = (0..).zip(&self.scene.offers).map(|(number, offer)| {
            let [threshold, basis, price, currency, cost, capacity] = self.terms(offer);
            [
                candidate_id(number),
                product_id(offer.product),
                self.scene.slots[offer.slot].date.to_string(),
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

    /// Two versions each: the announcement and, where the slot is over by the market's end, the close.
    fn campaigns(&self) -> Vec<[String; 14]> {
        let numbered = self.scene.campaigns.iter().enumerate();
        let versions = numbered.flat_map(|(number, candidate)| {
            let offer = &self.scene.offers[*candidate];
            let slot = &self.scene.slots[offer.slot];
            let scheduled = ("scheduled", self.scene.calendar.days_before(slot, SCHEDULED));
            let closed = (offer.slot < self.scene.weeks).then_some(("closed", slot.closes_at));
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

    fn terms(&self, offer: &Offer) -> [String; 6] {
        let price = self.scene.products[offer.product].price;
        terms(offer.threshold, price, offer.unit_cost, offer.capacity)
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
