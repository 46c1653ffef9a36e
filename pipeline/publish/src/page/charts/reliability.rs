//! Reliability diagram: one dot per bin of predicted probabilities, with the interval of its hit rate.

use super::axis::coordinate;
use crate::{
    number_format::{grouped, percent},
    page::bilingual::Bilingual,
    view::CalibrationBin,
};

const LEFT: f64 = 44.0;
const TOP: f64 = 24.0;
/// Side of the square plot.
const SIDE: f64 = 270.0;

/// Radii of dots. The area of a dot is proportional to the size of its bin.
const MAX_RADIUS: f64 = 6.5;
const MIN_RADIUS: f64 = 2.0;
const HALF_CAP: f64 = 3.0;

/// The chart.
#[derive(Clone, Debug)]
pub(crate) struct ReliabilityChart {
    pub(crate) bins: Vec<BinDot>,
    /// X-coordinates, y-coordinates and texts of the ticks on both axes.
    pub(crate) ticks: Vec<(String, String, String)>,
    /// Number of offers per dot.
    pub(crate) sizes: Bilingual,
}

/// Dot of a bin.
#[derive(Clone, Debug)]
pub(crate) struct BinDot {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) radius: String,
    /// Path of the interval of the hit rate.
    pub(crate) whisker: Option<String>,
    pub(crate) title: String,
}

impl ReliabilityChart {
    /// The chart of the valid bins; `None` if there are none.
    pub(crate) fn new(bins: &[CalibrationBin]) -> Option<Self> {
        let bins: Vec<&CalibrationBin> = bins.iter().filter(|bin| is_valid(bin)).collect();
        let sizes = || bins.iter().map(|bin| bin.n);
        let (smallest, largest) = (sizes().min()?, sizes().max()?);
        Some(Self {
            bins: bins.iter().map(|bin| dot(bin, largest)).collect(),
            ticks: [0.0, 0.25, 0.5, 0.75, 1.0]
                .map(|share| (coordinate(x(share)), coordinate(y(share)), percent(share)))
                .to_vec(),
            sizes: size_text(smallest, largest),
        })
    }
}

fn is_valid(bin: &CalibrationBin) -> bool {
    bin.n > 0 && bin.hits <= bin.n && is_share(bin.p_mean)
}

fn is_share(value: f64) -> bool {
    (0.0..=1.0).contains(&value)
}

fn dot(bin: &CalibrationBin, largest: u64) -> BinDot {
    let share = bin.hits as f64 / bin.n as f64;
    let radius = (MAX_RADIUS * (bin.n as f64 / largest as f64).sqrt()).max(MIN_RADIUS);
    let interval = (is_share(bin.low) && is_share(bin.high)).then_some((bin.low, bin.high));
    let title = format!("{} → {}/{} = {}", percent(bin.p_mean), bin.hits, bin.n, percent(share));
    BinDot {
        x: coordinate(x(bin.p_mean)),
        y: coordinate(y(share)),
        radius: coordinate(radius),
        whisker: interval.map(|(low, high)| whisker(x(bin.p_mean), y(low), y(high))),
        title: interval.map_or_else(
            || title.clone(),
            |(low, high)| format!("{title} (80 %: {} – {})", percent(low), percent(high)),
        ),
    }
}

fn whisker(x: f64, low: f64, high: f64) -> String {
    let [left, middle, right] = [x - HALF_CAP, x, x + HALF_CAP].map(coordinate);
    let [low, high] = [low, high].map(coordinate);
    format!("M{middle} {low}V{high}M{left} {low}H{right}M{left} {high}H{right}")
}

fn size_text(smallest: u64, largest: u64) -> Bilingual {
    let [from, to] = [smallest, largest].map(|n| grouped(n as f64, 0));
    let n = if smallest == largest { to } else { format!("{from} – {to}") };
    Bilingual::filled("check_dots", &[("n", &Bilingual::same(n))])
}

fn x(share: f64) -> f64 {
    LEFT + share * SIDE
}

fn y(share: f64) -> f64 {
    TOP + (1.0 - share) * SIDE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::sample;

    #[test]
    fn a_dot_is_at_its_probability_and_hit_rate() {
        let bin = CalibrationBin { n: 40, hits: 20, p_mean: 0.25, low: 0.4, high: 0.6 };
        let small = CalibrationBin { n: 10, ..bin.clone() };
        assert!(ReliabilityChart::new(std::slice::from_ref(&small)).is_none(), "more hits than offers");
        let small = CalibrationBin { hits: 1, ..small };
        let chart = ReliabilityChart::new(&[bin, small]).unwrap();
        let [bin, small] = &chart.bins[..] else { panic!("two bins") };
        assert_eq!((bin.x.as_str(), bin.y.as_str(), bin.radius.as_str()), ("111.5", "159.0", "6.5"));
        assert_eq!(small.radius, "3.2");
        assert_eq!(bin.whisker.as_deref(), Some("M111.5 186.0V132.0M108.5 186.0H114.5M108.5 132.0H114.5"));
        assert_eq!(bin.title, "25 % → 20/40 = 50 % (80 %: 40 % – 60 %)");
        assert!(chart.sizes.to_string().contains("10 – 40 offers with similar probabilities"));
    }

    #[test]
    fn invalid_bins_are_left_out() {
        let bins = sample::page().model_check.unwrap().bins;
        let mut bad = bins.clone();
        (bad[0].n, bad[1].p_mean, bad[2].high) = (0, f64::NAN, f64::INFINITY);
        let chart = ReliabilityChart::new(&bad).unwrap();
        assert_eq!(chart.bins.len(), bins.len() - 2);
        assert_eq!(chart.bins[0].whisker, None);
        assert!(ReliabilityChart::new(&bad[..2]).is_none() && ReliabilityChart::new(&[]).is_none());
    }
}
