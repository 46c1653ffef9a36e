//! Compound distribution of demand: the total units of a campaign's kept orders.

/// Distribution of units per order.
#[derive(Clone, Debug)]
pub(crate) struct OrderSizes {
    sizes: Vec<(usize, f64)>,
}

/// Units of an ordinary order, with their probabilities.
const SIZES: [(usize, f64); 4] = [(1, 0.82), (2, 0.12), (3, 0.04), (5, 0.02)];
/// Units of a bulk order.
const BULK_UNITS: usize = 30;

impl OrderSizes {
    /// The distribution with this share of bulk orders.
    pub(crate) fn new(bulk: f64) -> Self {
        let mut sizes: Vec<(usize, f64)> = SIZES.iter().map(|(size, p)| (*size, p * (1.0 - bulk))).collect();
        if bulk > 0.0 {
            sizes.push((BULK_UNITS, bulk));
        }
        Self { sizes }
    }

    /// Mean units per order.
    pub(crate) fn mean(&self) -> f64 {
        self.sizes.iter().map(|(size, p)| *size as f64 * p).sum()
    }

    /// The quantile at a probability.
    pub(crate) fn quantile(&self, mut probability: f64) -> u32 {
        for (size, p) in &self.sizes {
            probability -= p;
            if probability < 0.0 {
                return u32::try_from(*size).unwrap_or(u32::MAX);
            }
        }
        1
    }

    /// P(units >= `required`) for a negative-binomial number of orders with this mean and dispersion `k`. Its
    /// variance is `mean + mean^2 / k`.
    ///
    /// Source: H. Panjer, Recursive evaluation of a family of compound distributions, ASTIN Bulletin 12
    /// (1981): with `a = mean / (k + mean)`, `b = (k - 1) a`, `g(0) = (1 - a)^k` and
    /// `g(s) = sum over sizes j of (a + b j / s) f(j) g(s - j)`. The cost is `required` times the number of sizes.
    pub(crate) fn survival(&self, mean: f64, k: f64, required: usize) -> f64 {
        if required == 0 {
            return 1.0;
        }
        let a = mean / (k + mean);
        let b = (k - 1.0) * a;
        let mut g = Vec::with_capacity(required);
        g.push((k * (-a).ln_1p()).exp());
        let mut cdf = g[0];
        for s in 1..required {
            let mut probability = 0.0;
            for (j, p) in &self.sizes {
                let Some(rest) = s.checked_sub(*j) else { continue };
                probability += (a + b * *j as f64 / s as f64) * p * g[rest];
            }
            g.push(probability);
            cdf += probability;
        }
        (1.0 - cdf).clamp(0.0, 1.0)
    }
}

/// Points and weights of 7-point Gauss-Hermite quadrature for a standard normal variable. The quadrature is exact
/// for polynomials up to degree 13.
///
/// Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions (1964), table 25.10. Points
/// are multiplied by the square root of 2, weights divided by the square root of pi.
pub(crate) const NORMAL_QUADRATURE: [(f64, f64); 7] = [
    (-3.750_439_717_725_742, 5.482_688_559_722_184e-4),
    (-2.366_759_410_734_541_5, 3.075_712_396_758_651e-2),
    (-1.154_405_394_739_968_2, 2.401_231_786_050_127e-1),
    (0.0, 4.571_428_571_428_571e-1),
    (1.154_405_394_739_968_2, 2.401_231_786_050_127e-1),
    (2.366_759_410_734_541_5, 3.075_712_396_758_651e-2),
    (3.750_439_717_725_742, 5.482_688_559_722_184e-4),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{RngStream, negative_binomial};

    #[test]
    fn single_units_give_negative_binomial() {
        let ones = OrderSizes { sizes: vec![(1, 1.0)] };
        // P(N < 2) with mean 3 and k 2: (2/5)^2 (1 + 2 * 3/5).
        assert!((ones.survival(3.0, 2.0, 2) - (1.0 - 0.16 * 2.2)).abs() < 1e-12);
        // Mean 120, threshold 100.
        assert!((ones.survival(120.0, 2.0, 100) - 0.505).abs() < 0.001);
        assert!((ones.survival(120.0, 4.0, 100) - 0.574).abs() < 0.001);
        assert_eq!(ones.survival(3.0, 2.0, 0), 1.0);
    }

    #[test]
    fn survival_matches_simulation() {
        let sizes = OrderSizes::new(0.01);
        let mut rng = RngStream::Population.rng(3);
        let draws = 40_000;
        let hits = (0..draws).filter(|_| {
            let orders = negative_binomial(&mut rng, 60.0, 2.5);
            (0..orders).map(|_| sizes.quantile(rand::Rng::random(&mut rng))).sum::<u32>() >= 80
        });
        let share = hits.count() as f64 / f64::from(draws);
        let expected = sizes.survival(60.0, 2.5, 80);
        assert!((share - expected).abs() < 0.01, "{share} {expected}");
    }

    #[test]
    fn quadrature_gives_normal_moments() {
        let moment = |power: i32| NORMAL_QUADRATURE.iter().map(|(x, w)| w * x.powi(power)).sum::<f64>();
        for (power, expected) in [(0, 1.0), (1, 0.0), (2, 1.0), (4, 3.0), (6, 15.0)] {
            assert!((moment(power) - expected).abs() < 1e-9, "{power}");
        }
    }
}
