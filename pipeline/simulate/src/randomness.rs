//! Draws. Every part of a market has a stream of its own, so that a change in one leaves the others as they are.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, Poisson, StandardNormal};

/// The parts of a market that draw.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    World,
    Offers,
    Orders(usize),
    Signals(usize),
    Views(usize),
    BulkGoods,
    BulkOffers(usize),
    BulkOrders(usize),
    BulkSignals(usize),
    BulkViews(usize),
}

/// The stream of a part.
pub(crate) fn stream(seed: u64, part: Part) -> ChaCha8Rng {
    let (kind, index) = match part {
        Part::World => (0, 0),
        Part::Offers => (1, 0),
        Part::Orders(offer) => (2, offer),
        Part::Signals(offer) => (3, offer),
        Part::Views(offer) => (4, offer),
        Part::BulkGoods => (5, 0),
        Part::BulkOffers(slot) => (6, slot),
        Part::BulkOrders(slot) => (7, slot),
        Part::BulkSignals(slot) => (8, slot),
        Part::BulkViews(slot) => (9, slot),
    };
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((index as u64) << 8) | kind);
    rng
}

pub(crate) fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}

pub(crate) fn chance(rng: &mut impl Rng, probability: f64) -> bool {
    rng.random::<f64>() < probability
}

/// An exponential waiting time with this mean.
pub(crate) fn waiting(rng: &mut impl Rng, mean: f64) -> f64 {
    -mean * (1.0 - rng.random::<f64>()).ln()
}

/// A Poisson count; zero where the mean is not above zero.
pub(crate) fn poisson(rng: &mut impl Rng, mean: f64) -> u32 {
    Poisson::new(mean).map_or(0, |law| law.sample(rng) as u32)
}

/// A negative-binomial count: Poisson with a mean drawn from a gamma law of this shape.
pub(crate) fn negative_binomial(rng: &mut impl Rng, mean: f64, shape: f64) -> u32 {
    let drawn = Gamma::new(shape, mean / shape).map_or(0.0, |law| law.sample(rng));
    poisson(rng, drawn)
}

/// One of the words.
pub(crate) fn pick<T: Copy>(rng: &mut impl Rng, words: &[T]) -> T {
    words[rng.random_range(0..words.len())]
}
