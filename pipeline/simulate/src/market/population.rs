//! Categories, makers and products, with their unobserved effects.

use rand::Rng;
use slotcast_core::Tz;

use super::spec::MarketSpec;
use crate::{
    names::{CATEGORY_COUNT, NameLanguage},
    rng::{RngStream, bernoulli, standard_normal},
};

#[derive(Clone, Debug)]
pub(crate) struct Category {
    pub(crate) name: &'static str,
    pub(crate) effect: f64,
    /// Median price.
    pub(crate) price: f64,
    /// Orders per visitor.
    pub(crate) conversion: f64,
    /// Share of the year at which demand peaks, 0 to 1.
    pub(crate) phase: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct Maker {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    /// Standardized: mean 0, standard deviation 1.
    pub(crate) reach: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) category: usize,
    pub(crate) maker: usize,
    /// The maker whose design the product shows.
    pub(crate) artist: Option<usize>,
    /// In the smallest unit of the currency.
    pub(crate) price: i64,
    /// Sum of the effects of product, maker, artist and category on the logarithm of demand.
    pub(crate) effect: f64,
}

#[derive(Debug)]
pub(crate) struct Population {
    pub(crate) categories: Vec<Category>,
    pub(crate) makers: Vec<Maker>,
    pub(crate) products: Vec<Product>,
}

/// Ratio of products to those that candidates and resting products need.
const PRODUCTS_PER_CANDIDATE: f64 = 1.6;

impl Population {
    /// Draws a population for `pool` candidates per slot.
    pub(crate) fn draw(spec: &MarketSpec, seed: u64, pool: usize) -> Self {
        let mut rng = RngStream::Population.rng(seed);
        let zone: Option<Tz> = spec.market.zone.parse().ok();
        let is_korean = zone == Some(Tz::Asia__Seoul);
        let names = if is_korean { NameLanguage::Korean } else { NameLanguage::English };
        let category = |index: usize| Category {
            name: names.category(index),
            effect: spec.demand.category_sd * standard_normal(&mut rng),
            price: spec.prices.median * (spec.prices.category_sd * standard_normal(&mut rng)).exp(),
            conversion: (spec.views.conversion
                * (spec.views.conversion_sd * standard_normal(&mut rng)).exp())
            .min(1.0),
            phase: rng.random(),
        };
        let mut categories: Vec<Category> = (0..CATEGORY_COUNT).map(category).collect();
        // The mean of twelve effects is not 0, and would raise or lower demand of the whole market.
        let mean = categories.iter().map(|category| category.effect).sum::<f64>() / CATEGORY_COUNT as f64;
        categories.iter_mut().for_each(|category| category.effect -= mean);
        let maker = |index: usize| Maker {
            id: format!("mk-{:05}", index + 1),
            name: names.maker(index),
            kind: ["manufacturer", "brand", "artist"][rng.random_range(0..3)],
            reach: standard_normal(&mut rng),
        };
        let makers: Vec<Maker> = (0..spec.market.makers as usize).map(maker).collect();
        let artists: Vec<usize> = (0..makers.len()).filter(|index| makers[*index].kind == "artist").collect();
        let artist_effects: Vec<f64> =
            makers.iter().map(|_| spec.demand.artist_sd * standard_normal(&mut rng)).collect();
        let resting = f64::from(spec.market.rest_slots + 1);
        let count = (pool as f64 * resting * PRODUCTS_PER_CANDIDATE).ceil() as usize;
        let mut product_counts = [0; CATEGORY_COUNT];
        let product = |index: usize| {
            // Most products of a maker are of one category.
            let maker = rng.random_range(0..makers.len());
            let own = maker % CATEGORY_COUNT;
            let category = if bernoulli(&mut rng, 0.8) { own } else { rng.random_range(0..CATEGORY_COUNT) };
            let number = product_counts[category];
            product_counts[category] += 1;
            let has_artist =
                !artists.is_empty() && makers[maker].kind != "artist" && bernoulli(&mut rng, 0.15);
            let artist = has_artist.then(|| artists[rng.random_range(0..artists.len())]);
            let price =
                categories[category].price * (spec.prices.product_sd * standard_normal(&mut rng)).exp();
            let effect = spec.demand.product_sd * standard_normal(&mut rng)
                + spec.demand.maker_sd * makers[maker].reach
                + artist.map_or(0.0, |artist| artist_effects[artist])
                + categories[category].effect;
            Product {
                id: format!("pr-{:06}", index + 1),
                title: names.product(category, number),
                category,
                maker,
                artist,
                price: rounded_price(price, spec.market.currency_digits),
                effect,
            }
        };
        let products = (0..count).map(product).collect();
        Self { categories, makers, products }
    }
}

/// A price rounded to three leading digits, in the smallest unit of the currency.
pub(crate) fn rounded_price(price: f64, digits: u8) -> i64 {
    let smallest = price * 10_f64.powi(i32::from(digits));
    let step = 10_f64.powf(smallest.max(1.0).log10().floor() - 2.0).max(1.0);
    (((smallest / step).round() * step) as i64).max(1)
}
