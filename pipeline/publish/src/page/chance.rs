//! A chance as a drawing: a bar for p, a whisker for its interval, a dashed line at the base rate.
//! Lines and boxes of SVG, because browsers leave out backgrounds when they print.

use slotcast_core::ScoredOffer;

const WIDTH: f64 = 132.0;
const MARGIN: f64 = 2.0;

/// Where the parts of the drawing go, in its own units.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChanceBar {
    /// Length of the bar.
    pub(crate) bar: String,
    /// The ends of the whisker.
    pub(crate) whisker: Option<(String, String)>,
    /// The base rate.
    pub(crate) base: Option<String>,
}

impl ChanceBar {
    /// The drawing for one offer.
    pub(crate) fn new(scored: &ScoredOffer, base_rate: f64) -> Self {
        let whisker = scored.p_low.zip(scored.p_high).map(|(low, high)| (x(low.get()), x(high.get())));
        let base = (0.0..=1.0).contains(&base_rate).then(|| x(base_rate));
        Self { bar: length(scored.p_hit.get()), whisker, base }
    }
}

fn length(share: f64) -> String {
    format!("{:.1}", share * (WIDTH - 2.0 * MARGIN))
}

fn x(share: f64) -> String {
    format!("{:.1}", MARGIN + share * (WIDTH - 2.0 * MARGIN))
}
