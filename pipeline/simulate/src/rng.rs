//! Seeded random number streams and the distributions drawn from them.
//!
//! Every purpose has its own ChaCha8 stream, and most have one per slot and offer. Slots can therefore be simulated
//! in parallel, and a change to one purpose leaves the others unchanged.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, Poisson, StandardNormal};

/// The purpose of a random number stream, with its slot and, if it has one, its offer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RngStream {
    /// Products of load-test data.
    LoadProducts,
    /// Offers of load-test data.
    LoadOffers(usize),
    /// Order events of load-test data.
    LoadOrders(usize),
    /// Social signals of load-test data.
    LoadSignals(usize),
    /// Page views of load-test data.
    LoadViews(usize),
    /// Makers, products and categories.
    Population,
    /// Candidates, shock and line-up of a slot.
    Slot(usize),
    /// Terms and intent of an offer.
    Offer(usize, usize),
    /// Number and size of an offer's orders.
    Demand(usize, usize),
    /// Times of an offer's orders, cancellations and refunds.
    Arrivals(usize, usize),
    /// Social signals of an offer.
    Signals(usize, usize),
    /// Page views of an offer.
    Views(usize, usize),
    /// Alternative line-ups of a slot.
    Lineups(usize),
    /// Late, repeated and corrected rows of an offer.
    RowNoise(usize, usize),
}

impl RngStream {
    /// The generator of this stream.
    pub(crate) fn rng(self, seed: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(self.id());
        rng
    }

    /// The id of this stream. A changed id changes the bytes of every market that uses the stream.
    fn id(self) -> u64 {
        let load = |purpose: u64, slot: usize| ((slot as u64) << 8) | purpose;
        let market = |purpose: u64, slot: usize, offer: usize| {
            ((slot as u64) << 32) | ((offer as u64) << 8) | (0x80 | purpose)
        };
        match self {
            Self::LoadProducts => load(5, 0),
            Self::LoadOffers(slot) => load(6, slot),
            Self::LoadOrders(slot) => load(7, slot),
            Self::LoadSignals(slot) => load(8, slot),
            Self::LoadViews(slot) => load(9, slot),
            Self::Population => market(0, 0, 0),
            Self::Slot(slot) => market(1, slot, 0),
            Self::Offer(slot, offer) => market(2, slot, offer),
            Self::Demand(slot, offer) => market(3, slot, offer),
            Self::Arrivals(slot, offer) => market(4, slot, offer),
            Self::Signals(slot, offer) => market(5, slot, offer),
            Self::Views(slot, offer) => market(6, slot, offer),
            Self::Lineups(slot) => market(7, slot, 0),
            Self::RowNoise(slot, offer) => market(8, slot, offer),
        }
    }
}

/// True with this probability.
pub(crate) fn bernoulli(rng: &mut impl Rng, probability: f64) -> bool {
    rng.random::<f64>() < probability
}

/// A uniformly chosen item.
pub(crate) fn choose<T: Copy>(rng: &mut impl Rng, items: &[T]) -> T {
    items[rng.random_range(0..items.len())]
}

/// A uniform number of a range.
pub(crate) fn uniform(rng: &mut impl Rng, range: [f64; 2]) -> f64 {
    range[0] + (range[1] - range[0]) * rng.random::<f64>()
}

/// A standard normal number.
pub(crate) fn standard_normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// An exponential number with this mean.
pub(crate) fn exponential(rng: &mut impl Rng, mean: f64) -> f64 {
    -mean * (1.0 - rng.random::<f64>()).ln()
}

/// A gamma number with this mean and shape; 0 for a mean of 0 or less.
pub(crate) fn gamma(rng: &mut impl Rng, mean: f64, shape: f64) -> f64 {
    Gamma::new(shape, mean / shape).map_or(0.0, |gamma| gamma.sample(rng))
}

/// A Poisson count with this mean; 0 for a mean of 0 or less.
pub(crate) fn poisson(rng: &mut impl Rng, mean: f64) -> u32 {
    Poisson::new(mean).map_or(0, |poisson| poisson.sample(rng) as u32)
}

/// A negative-binomial count: a Poisson count with a gamma mean of this shape.
pub(crate) fn negative_binomial(rng: &mut impl Rng, mean: f64, shape: f64) -> u32 {
    let rate = gamma(rng, mean, shape);
    poisson(rng, rate)
}
