//! Demand against its threshold as a drawing: the interval said, the middle, and what came. The threshold is in the
//! middle, a quarter of it at the left end and four times it at the right, so that rows can be compared.

const WIDTH: f64 = 132.0;
const MARGIN: f64 = 4.0;

/// So many doublings on each side of the threshold.
const DOUBLINGS: f64 = 2.0;

/// Where the parts of the drawing go, in its own units.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DemandSpan {
    /// The ends of the interval, and its middle.
    pub(crate) said: Option<[String; 3]>,
    /// What came.
    pub(crate) actual: Option<String>,
}

impl DemandSpan {
    /// The drawing of what was said and what came of it. What has no place against the threshold is left out.
    pub(crate) fn new(threshold: f64, said: Option<[f64; 3]>, actual: Option<f64>) -> Self {
        let said = said
            .and_then(|[p10, p50, p90]| Some([x(p10, threshold)?, x(p50, threshold)?, x(p90, threshold)?]));
        Self { said, actual: actual.and_then(|demand| x(demand, threshold)) }
    }
}

fn x(demand: f64, threshold: f64) -> Option<String> {
    let is_placed = threshold > 0.0 && threshold.is_finite() && demand >= 0.0;
    is_placed.then(|| {
        let doublings = (demand / threshold).log2().clamp(-DOUBLINGS, DOUBLINGS);
        format!("{:.1}", WIDTH / 2.0 + doublings / DOUBLINGS * (WIDTH / 2.0 - MARGIN))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_is_in_the_middle() {
        let span = DemandSpan::new(100.0, Some([50.0, 100.0, 1e9]), Some(0.0));
        assert_eq!(span.said.unwrap(), ["35.0", "66.0", "128.0"]);
        assert_eq!(span.actual.as_deref(), Some("4.0"));
        let none = DemandSpan::new(0.0, Some([1.0, 2.0, 3.0]), Some(f64::NAN));
        assert_eq!(none, DemandSpan { said: None, actual: None });
    }
}
