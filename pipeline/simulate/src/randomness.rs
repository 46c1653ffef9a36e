//! Draws. Every part of a market has a stream of its own, so that a change in one leaves the others as they are.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The parts of a market that draw.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Goods,
    Offers(usize),
    Orders(usize),
    Signals(usize),
    Views(usize),
}

/// The stream of a part.
pub(crate) fn stream(seed: u64, part: Part) -> ChaCha8Rng {
    let (kind, index) = match part {
        Part::Goods => (5, 0),
        Part::Offers(slot) => (6, slot),
        Part::Orders(slot) => (7, slot),
        Part::Signals(slot) => (8, slot),
        Part::Views(slot) => (9, slot),
    };
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((index as u64) << 8) | kind);
    rng
}

pub(crate) fn chance(rng: &mut impl Rng, probability: f64) -> bool {
    rng.random::<f64>() < probability
}

/// One of the words.
pub(crate) fn pick<T: Copy>(rng: &mut impl Rng, words: &[T]) -> T {
    words[rng.random_range(0..words.len())]
}
