//! Predicted and actual demand relative to the threshold. The threshold is in the middle of the drawing, a
//! quarter of it at the left end, four times it at the right end, so that rows are comparable.

const WIDTH: f64 = 132.0;
const MARGIN: f64 = 4.0;

/// Doublings of the threshold on each side.
const DOUBLINGS: f64 = 2.0;

/// X-coordinates of the drawing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DemandInterval {
    /// 10th percentile, median and 90th percentile of predicted demand.
    pub(crate) predicted: Option<[String; 3]>,
    /// Actual demand.
    pub(crate) actual: Option<String>,
}

impl DemandInterval {
    /// The drawing. Values without a position relative to the threshold are left out.
    pub(crate) fn new(threshold: f64, predicted: Option<[f64; 3]>, actual: Option<f64>) -> Self {
        let predicted = predicted
            .and_then(|[p10, p50, p90]| Some([x(p10, threshold)?, x(p50, threshold)?, x(p90, threshold)?]));
        Self { predicted, actual: actual.and_then(|demand| x(demand, threshold)) }
    }
}

fn x(demand: f64, threshold: f64) -> Option<String> {
    let has_position = threshold > 0.0 && threshold.is_finite() && demand >= 0.0;
    has_position.then(|| {
        let doublings = (demand / threshold).log2().clamp(-DOUBLINGS, DOUBLINGS);
        format!("{:.1}", WIDTH / 2.0 + doublings / DOUBLINGS * (WIDTH / 2.0 - MARGIN))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_is_in_the_middle() {
        let interval = DemandInterval::new(100.0, Some([50.0, 100.0, 1e9]), Some(0.0));
        assert_eq!(interval.predicted.unwrap(), ["35.0", "66.0", "128.0"]);
        assert_eq!(interval.actual.as_deref(), Some("4.0"));
        let none = DemandInterval::new(0.0, Some([1.0, 2.0, 3.0]), Some(f64::NAN));
        assert_eq!(none, DemandInterval { predicted: None, actual: None });
    }
}
