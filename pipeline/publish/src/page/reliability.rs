//! What was said against what came: a dot for each bin of chances, with the interval of its share of hits.
//! Positions only; the template draws.

use super::{both::Both, plot::coordinate};
use crate::{
    figures::{grouped, percent},
    view::ReliabilityBin,
};

const LEFT: f64 = 44.0;
const TOP: f64 = 24.0;
/// The chart is as high as it is wide, so that the diagonal is one.
const SIDE: f64 = 270.0;

/// The area of a dot is its share of the largest; no dot is too small to be seen.
const LARGEST_RADIUS: f64 = 6.5;
const SMALLEST_RADIUS: f64 = 2.0;
const HALF_CAP: f64 = 3.0;

/// The chart.
#[derive(Clone, Debug)]
pub(crate) struct ReliabilityChart {
    pub(crate) bins: Vec<BinDot>,
    /// Place along, height and text of the marks on both axes.
    pub(crate) marks: Vec<(String, String, String)>,
    /// How many offers stand behind a dot.
    pub(crate) sizes: Both,
}

/// A bin.
#[derive(Clone, Debug)]
pub(crate) struct BinDot {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) radius: String,
    /// The path of the interval of the share.
    pub(crate) whisker: Option<String>,
    pub(crate) title: String,
}

impl ReliabilityChart {
    /// The chart of `bins`; those that are empty or no bins of chances are left out. `None` where none is left.
    pub(crate) fn new(bins: &[ReliabilityBin]) -> Option<Self> {
        let bins: Vec<&ReliabilityBin> = bins.iter().filter(|bin| is_drawn(bin)).collect();
        let sizes = || bins.iter().map(|bin| bin.n);
        let (fewest, most) = (sizes().min()?, sizes().max()?);
        Some(Self {
            bins: bins.iter().map(|bin| dot(bin, most)).collect(),
            marks: [0.0, 0.25, 0.5, 0.75, 1.0]
                .map(|share| (coordinate(x(share)), coordinate(y(share)), percent(share)))
                .to_vec(),
            sizes: counted(fewest, most),
        })
    }
}

fn is_drawn(bin: &ReliabilityBin) -> bool {
    bin.n > 0 && bin.hits <= bin.n && is_share(bin.p_mean)
}

fn is_share(value: f64) -> bool {
    (0.0..=1.0).contains(&value)
}

fn dot(bin: &ReliabilityBin, most: u64) -> BinDot {
    let share = bin.hits as f64 / bin.n as f64;
    let radius = (LARGEST_RADIUS * (bin.n as f64 / most as f64).sqrt()).max(SMALLEST_RADIUS);
    let interval = (is_share(bin.low) && is_share(bin.high)).then_some((bin.low, bin.high));
    let said = format!("{} → {}/{} = {}", percent(bin.p_mean), bin.hits, bin.n, percent(share));
    BinDot {
        x: coordinate(x(bin.p_mean)),
        y: coordinate(y(share)),
        radius: coordinate(radius),
        whisker: interval.map(|(low, high)| whisker(x(bin.p_mean), y(low), y(high))),
        title: interval.map_or_else(
            || said.clone(),
            |(low, high)| format!("{said} (80 %: {} – {})", percent(low), percent(high)),
        ),
    }
}

fn whisker(x: f64, low: f64, high: f64) -> String {
    let [left, middle, right] = [x - HALF_CAP, x, x + HALF_CAP].map(coordinate);
    let [low, high] = [low, high].map(coordinate);
    format!("M{middle} {low}V{high}M{left} {low}H{right}M{left} {high}H{right}")
}

fn counted(fewest: u64, most: u64) -> Both {
    let [from, to] = [fewest, most].map(|n| grouped(n as f64, 0));
    let n = if fewest == most { to } else { format!("{from} – {to}") };
    Both::filled("check_dots", &[("n", &Both::same(n))])
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
    use crate::sample;

    #[test]
    fn a_bin_stands_where_it_was_said_and_where_it_came() {
        let bin = ReliabilityBin { n: 40, hits: 20, p_mean: 0.25, low: 0.4, high: 0.6 };
        let small = ReliabilityBin { n: 10, ..bin.clone() };
        assert!(ReliabilityChart::new(std::slice::from_ref(&small)).is_none(), "more hits than offers");
        let small = ReliabilityBin { hits: 1, ..small };
        let chart = ReliabilityChart::new(&[bin, small]).unwrap();
        let [bin, small] = &chart.bins[..] else { panic!("two bins") };
        assert_eq!((bin.x.as_str(), bin.y.as_str(), bin.radius.as_str()), ("111.5", "159.0", "6.5"));
        assert_eq!(small.radius, "3.2");
        assert_eq!(bin.whisker.as_deref(), Some("M111.5 186.0V132.0M108.5 186.0H114.5M108.5 132.0H114.5"));
        assert_eq!(bin.title, "25 % → 20/40 = 50 % (80 %: 40 % – 60 %)");
        assert!(chart.sizes.to_string().contains("10 – 40 offers with similar chances"));
    }

    #[test]
    fn bad_values_are_left_out() {
        let bins = sample::page().model_check.unwrap().bins;
        let mut bad = bins.clone();
        (bad[0].n, bad[1].p_mean, bad[2].high) = (0, f64::NAN, f64::INFINITY);
        let chart = ReliabilityChart::new(&bad).unwrap();
        assert_eq!(chart.bins.len(), bins.len() - 2);
        assert_eq!(chart.bins[0].whisker, None);
        assert!(ReliabilityChart::new(&bad[..2]).is_none() && ReliabilityChart::new(&[]).is_none());
    }
}
