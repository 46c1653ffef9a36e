//! Metrics of the champion by segment: category, maker, amount of data and quarter.

use std::collections::BTreeMap;

use chrono::Datelike;
use slotcast_models::Metrics;

use super::{
    input::CHAMPION,
    metrics::Ran,
    prediction::{Backtest, OfferPrediction},
};
use crate::error::ForecastError;

/// Smallest segment that is reported.
const MIN_OFFERS: usize = 10;

/// Metrics of one segment.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentMetrics {
    /// `category`, `maker`, `data` or `quarter`.
    pub dimension: &'static str,
    /// The value of the dimension.
    pub key: String,
    /// Metrics of the champion.
    pub scores: Metrics,
    /// Share of known demands within the predicted 80 % interval.
    pub coverage_80: Option<f64>,
}

/// Segments with at least ten outcomes, by dimension and key.
///
/// # Errors
/// As [`slotcast_models::evaluate`].
pub fn segment_metrics(backtest: &Backtest, seats: u32) -> Result<Vec<SegmentMetrics>, ForecastError> {
    let champion = backtest.models.iter().position(|model| *model == CHAMPION).unwrap_or(0);
    let mut segments: BTreeMap<(&'static str, String), Vec<&OfferPrediction>> = BTreeMap::new();
    for offer in backtest.predictions.iter().filter(|offer| offer.outcome.is_some()) {
        for segment in segments_of(offer) {
            segments.entry(segment).or_default().push(offer);
        }
    }
    let reported = segments.into_iter().filter(|(_, offers)| offers.len() >= MIN_OFFERS);
    let metrics = reported.map(|((dimension, key), offers)| {
        let ran = Ran::new(offers.into_iter());
        let (scores, coverage_80) = (ran.scores(champion, seats)?, ran.coverage(champion));
        Ok(SegmentMetrics { dimension, key, scores, coverage_80 })
    });
    metrics.collect()
}

fn segments_of(offer: &OfferPrediction) -> [(&'static str, String); 4] {
    let date = offer.slot_date;
    [
        ("category", offer.category.clone().unwrap_or_else(|| "unknown".to_owned())),
        ("maker", if offer.is_new_maker { "new" } else { "known" }.to_owned()),
        ("data", if offer.is_thin { "thin" } else { "enough" }.to_owned()),
        ("quarter", format!("{}-Q{}", date.year(), date.month0() / 3 + 1)),
    ]
}
