//! The law of demand: how many units the kept orders of a campaign add up to.

/// How many units an order has, and how often.
#[derive(Clone, Debug)]
pub(crate) struct OrderSizes {
    sizes: Vec<(usize, f64)>,
}

/// Of ordinary orders.
const SIZES: [(usize, f64); 4] = [(1, 0.82), (2, 0.12), (3, 0.04), (5, 0.02)];
/// Units of a bulk order.
const BULK: usize = 30;

impl OrderSizes {
    /// With this share of bulk orders.
    pub(crate) fn new(bulk: f64) -> Self {
        let mut sizes: Vec<(usize, f64)> = SIZES.iter().map(|(size, p)| (*size, p * (1.0 - bulk))).collect();
        if bulk > 0.0 {
            sizes.push((BULK, bulk));
        }
        Self { sizes }
    }

    /// Units an order has on average.
    pub(crate) fn mean(&self) -> f64 {
        self.sizes.iter().map(|(size, p)| *size as f64 * p).sum()
    }

    /// The size at this point of the unit interval.
    pub(crate) fn at(&self, mut point: f64) -> u32 {
        for (size, p) in &self.sizes {
            point -= p;
            if point < 0.0 {
                return u32::try_from(*size).unwrap_or(u32::MAX);
            }
        }
        1
    }

    /// P(units >= `need`), orders being negative-binomial with this mean and dispersion `k` (variance
    /// `mean + mean^2 / k`).
    ///
    /// Source: H. Panjer, Recursive evaluation of a family of compound distributions, ASTIN Bulletin 12
    /// (1981): with `a = mean / (k + mean)`, `b = (k - 1) a`, `g(0) = (1 - a)^k` and
    /// `g(s) = sum over sizes j of (a + b j / s) f(j) g(s - j)`. Costs `need` times the number of sizes.
    pub(crate) fn chance_of(&self, mean: f64, k: f64, need: usize) -> f64 {
        if need == 0 {
            return 1.0;
        }
        let a = mean / (k + mean);
        let b = (k - 1.0) * a;
        let mut g = Vec::with_capacity(need);
        g.push((k * (-a).ln_1p()).exp());
        let mut below = g[0];
        for s in 1..need {
            let mut own = 0.0;
            for (j, p) in &self.sizes {
                let Some(before) = s.checked_sub(*j) else { continue };
                own += (a + b * *j as f64 / s as f64) * p * g[before];
            }
            g.push(own);
            below += own;
        }
        (1.0 - below).clamp(0.0, 1.0)
    }
}

/// Points and weights with which the mean of a function of a standard normal number is a sum:
/// Gauss-Hermite quadrature with seven points, exact for polynomials up to degree 13.
///
/// Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions (1964), table 25.10; points
/// times the root of two, weights over the root of pi.
pub(crate) const NORMAL: [(f64, f64); 7] = [
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
    use crate::market::draws::{Part, negative_binomial, stream};

    #[test]
    fn orders_of_one_unit_follow_the_plain_law() {
        let ones = OrderSizes { sizes: vec![(1, 1.0)] };
        // P(N < 2) with mean 3 and k 2: (2/5)^2 (1 + 2 * 3/5).
        assert!((ones.chance_of(3.0, 2.0, 2) - (1.0 - 0.16 * 2.2)).abs() < 1e-12);
        // Of field.md: mean 120, threshold 100.
        assert!((ones.chance_of(120.0, 2.0, 100) - 0.505).abs() < 0.001);
        assert!((ones.chance_of(120.0, 4.0, 100) - 0.574).abs() < 0.001);
        assert_eq!(ones.chance_of(3.0, 2.0, 0), 1.0);
    }

    #[test]
    fn the_law_of_sizes_agrees_with_drawing() {
        let sizes = OrderSizes::new(0.01);
        let mut rng = stream(3, Part::World, 0, 0);
        let draws = 40_000;
        let reached = (0..draws).filter(|_| {
            let orders = negative_binomial(&mut rng, 60.0, 2.5);
            (0..orders).map(|_| sizes.at(rand::Rng::random(&mut rng))).sum::<u32>() >= 80
        });
        let share = reached.count() as f64 / f64::from(draws);
        let expected = sizes.chance_of(60.0, 2.5, 80);
        assert!((share - expected).abs() < 0.01, "{share} {expected}");
    }

    #[test]
    fn the_quadrature_knows_the_moments_of_the_normal_law() {
        let moment = |power: i32| NORMAL.iter().map(|(x, w)| w * x.powi(power)).sum::<f64>();
        for (power, expected) in [(0, 1.0), (1, 0.0), (2, 1.0), (4, 3.0), (6, 15.0)] {
            assert!((moment(power) - expected).abs() < 1e-9, "{power}");
        }
    }
}
