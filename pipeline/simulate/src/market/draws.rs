//! Draws. Every offer has streams of its own, so that slots can be made side by side and in any order.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, Poisson, StandardNormal};

pub(crate) use crate::randomness::chance;

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    World,
    Slot,
    Offer,
    Demand,
    Arrivals,
    Signals,
    Views,
    Rivals,
    Faults,
}

/// The stream of a part of an offer of a slot.
pub(crate) fn stream(seed: u64, part: Part, slot: usize, offer: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((slot as u64) << 32) | ((offer as u64) << 8) | (0x80 | part as u64));
    rng
}

pub(crate) fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// A number between two.
pub(crate) fn between(rng: &mut impl Rng, range: [f64; 2]) -> f64 {
    range[0] + (range[1] - range[0]) * rng.random::<f64>()
}

/// A gamma number of this mean and shape; zero where the mean is not above zero.
pub(crate) fn gamma(rng: &mut impl Rng, mean: f64, shape: f64) -> f64 {
    Gamma::new(shape, mean / shape).map_or(0.0, |law| law.sample(rng))
}

/// A Poisson count; zero where the mean is not above zero.
pub(crate) fn poisson(rng: &mut impl Rng, mean: f64) -> u32 {
    Poisson::new(mean).map_or(0, |law| law.sample(rng) as u32)
}

/// A negative-binomial count: Poisson with a mean drawn from a gamma law of this shape.
pub(crate) fn negative_binomial(rng: &mut impl Rng, mean: f64, shape: f64) -> u32 {
    let drawn = gamma(rng, mean, shape);
    poisson(rng, drawn)
}

/// An exponential waiting time with this mean.
pub(crate) fn waiting(rng: &mut impl Rng, mean: f64) -> f64 {
    -mean * (1.0 - rng.random::<f64>()).ln()
}
