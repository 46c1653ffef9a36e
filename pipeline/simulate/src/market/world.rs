//! Makers, artists, products and categories, with the effects that nobody sees.

use rand::Rng;
use slotcast_core::Tz;

use super::{
    draws::{Part, chance, normal, stream},
    goods::{CATEGORY_COUNT, Tongue},
    spec::MarketSpec,
};

#[derive(Clone, Debug)]
pub(crate) struct Category {
    pub(crate) name: &'static str,
    pub(crate) effect: f64,
    /// Its usual price.
    pub(crate) price: f64,
    /// Orders a visitor.
    pub(crate) conversion: f64,
    /// Where in the year its season peaks, 0 to 1.
    pub(crate) phase: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct Maker {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    /// In standard deviations.
    pub(crate) reach: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) category: usize,
    pub(crate) maker: usize,
    /// The maker whose design it carries.
    pub(crate) artist: Option<usize>,
    /// In the smallest unit of the currency, as all money here.
    pub(crate) price: i64,
    /// Effect of product, maker, artist and category on the logarithm of demand.
    pub(crate) effect: f64,
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) categories: Vec<Category>,
    pub(crate) makers: Vec<Maker>,
    pub(crate) products: Vec<Product>,
}

/// A product rests between two offers, so there must be some to take its place.
const PRODUCTS_A_CANDIDATE: f64 = 1.6;

impl World {
    pub(crate) fn make(spec: &MarketSpec, seed: u64, pool: usize) -> Self {
        let mut rng = stream(seed, Part::World, 0, 0);
        let zone: Option<Tz> = spec.market.zone.parse().ok();
        let tongue = if zone == Some(Tz::Asia__Seoul) { Tongue::Korean } else { Tongue::English };
        let category = |index: usize| Category {
            name: tongue.category(index),
            effect: spec.demand.category_sd * normal(&mut rng),
            price: spec.prices.median * (spec.prices.category_sd * normal(&mut rng)).exp(),
            conversion: (spec.views.conversion * (spec.views.conversion_sd * normal(&mut rng)).exp())
                .min(1.0),
            phase: rng.random(),
        };
        let mut categories: Vec<Category> = (0..CATEGORY_COUNT).map(category).collect();
        // Twelve draws have a mean of their own, which would make whole markets good or bad.
        let middle = categories.iter().map(|category| category.effect).sum::<f64>() / CATEGORY_COUNT as f64;
        categories.iter_mut().for_each(|category| category.effect -= middle);
        let maker = |index: usize| Maker {
            id: format!("mk-{:05}", index + 1),
            name: tongue.maker(index),
            kind: ["manufacturer", "brand", "artist"][rng.random_range(0..3)],
            reach: normal(&mut rng),
        };
        let makers: Vec<Maker> = (0..spec.market.makers as usize).map(maker).collect();
        let artists: Vec<usize> = (0..makers.len()).filter(|index| makers[*index].kind == "artist").collect();
        let artist_effects: Vec<f64> =
            makers.iter().map(|_| spec.demand.artist_sd * normal(&mut rng)).collect();
        let resting = f64::from(spec.market.rest_slots + 1);
        let count = (pool as f64 * resting * PRODUCTS_A_CANDIDATE).ceil() as usize;
        let mut turns = [0; CATEGORY_COUNT];
        let product = |index: usize| {
            // A maker stays mostly with one category.
            let maker = rng.random_range(0..makers.len());
            let own = maker % CATEGORY_COUNT;
            let category = if chance(&mut rng, 0.8) { own } else { rng.random_range(0..CATEGORY_COUNT) };
            let turn = turns[category];
            turns[category] += 1;
            let carries = !artists.is_empty() && makers[maker].kind != "artist" && chance(&mut rng, 0.15);
            let artist = carries.then(|| artists[rng.random_range(0..artists.len())]);
            let price = categories[category].price * (spec.prices.product_sd * normal(&mut rng)).exp();
            let effect = spec.demand.product_sd * normal(&mut rng)
                + spec.demand.maker_sd * makers[maker].reach
                + artist.map_or(0.0, |artist| artist_effects[artist])
                + categories[category].effect;
            Product {
                id: format!("pr-{:06}", index + 1),
                title: tongue.title(category, turn),
                category,
                maker,
                artist,
                price: rounded(price, spec.market.currency_digits),
                effect,
            }
        };
        let products = (0..count).map(product).collect();
        Self { categories, makers, products }
    }
}

/// A price as shops write it: three leading digits, in the smallest unit of the currency.
pub(crate) fn rounded(price: f64, digits: u8) -> i64 {
    let small = price * 10_f64.powi(i32::from(digits));
    let step = 10_f64.powf(small.max(1.0).log10().floor() - 2.0).max(1.0);
    (((small / step).round() * step) as i64).max(1)
}
