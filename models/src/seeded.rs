//! Random numbers from a seed, for simulations inside this room.

/// SplitMix64, small and good enough for a noise floor.
///
/// Source: G. Steele, D. Lea, C. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number within [0, 1), from the 53 highest bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_are_the_published_ones() {
        // The reference implementation with seed 1234567.
        let mut source = SplitMix64::new(1_234_567);
        assert_eq!(source.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(source.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn means_of_uniform_numbers_spread_as_they_should() {
        // Many seeds, because one alone may be unlucky: 10,000 numbers of seed 1 lie 3.6 errors low.
        let errors = |seed| {
            let mut source = SplitMix64::new(seed);
            let mean = (0..10_000).map(|_| source.uniform()).sum::<f64>() / 10_000.0;
            (mean - 0.5) * (12.0 * 10_000.0_f64).sqrt()
        };
        let squares: Vec<f64> = (0..200).map(|seed| errors(seed).powi(2)).collect();
        let mean_square = squares.iter().sum::<f64>() / 200.0;
        // The mean square of 200 normal numbers has a standard error of 0.1.
        assert!((mean_square - 1.0).abs() < 0.3, "{mean_square}");
        assert!(squares.iter().all(|square| *square < 20.0));
    }
}
