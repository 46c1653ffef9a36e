//! Makers and products, with the hidden effects behind demand and signals.

use rand::{Rng, seq::SliceRandom};

use crate::params::DemoMarket;
use crate::randomness::{Part, chance, normal, pick, stream};
use crate::words::{CATEGORIES, Category, MAKER_FIRST, MAKER_LAST};

#[derive(Debug)]
pub(crate) struct Maker {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    /// Effect on the logarithm of demand, in standard deviations.
    pub(crate) effect: f64,
    /// What the maker mostly makes.
    speciality: usize,
}

#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) category: &'static Category,
    pub(crate) maker: usize,
    /// The artist whose design it carries.
    pub(crate) artist: Option<usize>,
    pub(crate) price: u32,
    /// Hidden appeal, in standard deviations.
    pub(crate) appeal: f64,
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) makers: Vec<Maker>,
    pub(crate) products: Vec<Product>,
}

const PRODUCTS_A_MAKER: usize = 8;
/// A product rests between two offers, so there must be some to take its place.
const PRODUCTS_A_CANDIDATE: usize = 10;

impl World {
    pub(crate) fn make(params: &DemoMarket) -> Self {
        let mut rng = stream(params.seed, Part::World);
        let makers = makers(params.makers as usize, &mut rng);
        let count = (makers.len() * PRODUCTS_A_MAKER).max(params.pool() * PRODUCTS_A_CANDIDATE);
        let products = products(count, &makers, &mut rng);
        Self { makers, products }
    }
}

fn makers(count: usize, rng: &mut impl Rng) -> Vec<Maker> {
    let pairs = MAKER_FIRST.iter().flat_map(|first| MAKER_LAST.map(|last| format!("{first} {last}")));
    let mut names: Vec<String> = pairs.collect();
    names.shuffle(rng);
    let maker = |index: usize| Maker {
        id: format!("mk-{:04}", index + 1),
        name: numbered(&names[index % names.len()], index / names.len()),
        kind: pick(rng, &["manufacturer", "manufacturer", "brand", "brand", "artist"]),
        effect: normal(rng),
        speciality: rng.random_range(0..CATEGORIES.len()),
    };
    (0..count).map(maker).collect()
}

fn products(count: usize, makers: &[Maker], rng: &mut impl Rng) -> Vec<Product> {
    let mut titles: Vec<Vec<String>> = CATEGORIES.iter().map(titles).collect();
    titles.iter_mut().for_each(|list| list.shuffle(rng));
    let artists: Vec<usize> = (0..makers.len()).filter(|index| makers[*index].kind == "artist").collect();
    let mut used = [0; CATEGORIES.len()];
    let product = |index: usize| {
        let maker = index % makers.len();
        let own = chance(rng, 0.8);
        let at = if own { makers[maker].speciality } else { rng.random_range(0..CATEGORIES.len()) };
        let (list, turn) = (&titles[at], used[at]);
        used[at] += 1;
        let price = CATEGORIES[at].price * (0.35 * normal(rng)).exp();
        let collaborates = makers[maker].kind != "artist" && !artists.is_empty() && chance(rng, 0.15);
        Product {
            id: format!("pr-{:05}", index + 1),
            title: numbered(&list[turn % list.len()], turn / list.len()),
            category: &CATEGORIES[at],
            maker,
            artist: collaborates.then(|| pick(rng, &artists)),
            price: (price / 100.0).round() as u32 * 100,
            appeal: normal(rng),
        }
    };
    (0..count).map(product).collect()
}

fn titles(category: &Category) -> Vec<String> {
    let of = |material| category.goods.map(|goods| format!("{material} {goods}"));
    category.materials.into_iter().flat_map(of).collect()
}

/// A name that was used up gets a number: the second edition is ` 2`.
fn numbered(name: &str, edition: usize) -> String {
    if edition == 0 { name.to_owned() } else { format!("{name} {}", edition + 1) }
}
