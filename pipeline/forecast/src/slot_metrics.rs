//! Accuracy of predictions per slot, and over all slots.

use std::collections::BTreeMap;

use slotcast_core::NaiveDate;
use slotcast_models::{ReliabilityBin, ece, ece_noise_floor, log_loss, reliability_bins};

/// Predictions of offers with an outcome; every slice has one entry per offer.
#[derive(Clone, Copy, Debug)]
pub struct SlotPredictions<'a> {
    /// Slot dates.
    pub slots: &'a [NaiveDate],
    /// Outcomes.
    pub hits: &'a [bool],
    /// Predicted probabilities.
    pub p: &'a [f64],
    /// Probabilities of the base rate.
    pub base_rate_p: &'a [f64],
}

/// Accuracy of the predictions of one slot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlotMetrics {
    /// The slot.
    pub slot_date: NaiveDate,
    /// Number of offers.
    pub n: usize,
    /// Number of hits.
    pub hits: usize,
    /// Sum of the probabilities.
    pub expected_hits: f64,
    /// Mean log loss in nats.
    pub log_loss: f64,
    /// Mean log loss of the base rate.
    pub base_rate_log_loss: f64,
}

/// Metrics per slot, earliest first.
pub fn slot_metrics(predictions: &SlotPredictions<'_>) -> Vec<SlotMetrics> {
    let mut slots: BTreeMap<NaiveDate, Vec<usize>> = BTreeMap::new();
    for (row, slot) in predictions.slots.iter().enumerate() {
        slots.entry(*slot).or_default().push(row);
    }
    let hits = predictions.hits;
    let mean_loss = |p: &[f64], rows: &[usize]| {
        let losses = rows.iter().map(|row| log_loss(&[p[*row]], &[hits[*row]]).map_or(0.0, |(loss, _)| loss));
        losses.sum::<f64>() / rows.len() as f64
    };
    let metrics = |(slot_date, rows): (NaiveDate, Vec<usize>)| SlotMetrics {
        slot_date,
        n: rows.len(),
        hits: rows.iter().filter(|row| hits[**row]).count(),
        expected_hits: rows.iter().map(|row| predictions.p[*row]).sum(),
        log_loss: mean_loss(predictions.p, &rows),
        base_rate_log_loss: mean_loss(predictions.base_rate_p, &rows),
    };
    slots.into_iter().map(metrics).collect()
}

/// Accuracy over several slots.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackRecord {
    /// Number of offers.
    pub n: usize,
    /// Mean log loss in nats.
    pub log_loss: f64,
    /// Mean log loss of the base rate.
    pub base_rate_log_loss: f64,
    /// Expected calibration error.
    pub ece: Option<f64>,
    /// Calibration error that a calibrated model exceeds by chance in one sample of twenty.
    pub ece_noise_floor: Option<f64>,
    /// Reliability by probability.
    pub bins: Vec<ReliabilityBin>,
    /// Metrics per slot.
    pub slots: Vec<SlotMetrics>,
}

/// The track record of these predictions. `None` without rows.
pub fn track_record(predictions: &SlotPredictions<'_>) -> Option<TrackRecord> {
    let SlotPredictions { slots, hits, p, base_rate_p } = *predictions;
    Some(TrackRecord {
        n: p.len(),
        log_loss: log_loss(p, hits)?.0,
        base_rate_log_loss: log_loss(base_rate_p, hits)?.0,
        ece: ece(p, hits),
        ece_noise_floor: ece_noise_floor(p, hits, slots),
        bins: reliability_bins(p, hits),
        slots: slot_metrics(predictions),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::day;

    #[test]
    fn slots_are_scored_apart() {
        let slots = [day("2016-02-23"), day("2016-02-16"), day("2016-02-23")];
        let predictions = SlotPredictions {
            slots: &slots,
            hits: &[true, false, false],
            p: &[0.5, 0.25, 0.75],
            base_rate_p: &[0.5; 3],
        };
        let found = slot_metrics(&predictions);
        assert_eq!(found.iter().map(|one| (one.n, one.hits)).collect::<Vec<_>>(), [(1, 0), (2, 1)]);
        assert_eq!(found[0].slot_date, slots[1]);
        assert!((found[0].log_loss + 0.75_f64.ln()).abs() < 1e-12);
        assert!((found[1].expected_hits - 1.25).abs() < 1e-12);
        assert!((found[1].base_rate_log_loss - 2_f64.ln()).abs() < 1e-12);
        let record = track_record(&predictions).unwrap();
        assert_eq!((record.n, record.slots), (3, found));
        let empty = SlotPredictions { slots: &[], hits: &[], p: &[], base_rate_p: &[] };
        assert_eq!(track_record(&empty), None);
    }
}
