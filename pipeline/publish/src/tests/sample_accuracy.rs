//! Accuracy and hit rates of the sample market.

use crate::view::{BacktestSummary, CalibrationBin, HitRateRow, ModelCheck, SlotHistoryRow, SlotScore};

pub(super) fn backtest() -> BacktestSummary {
    BacktestSummary {
        first_slot: "2015-09-01".parse().ok(),
        last_slot: "2016-02-09".parse().ok(),
        n: 642,
        base_rate: Some(0.61),
        log_loss: 0.5312,
        base_rate_log_loss: 0.6688,
        brier: 0.1789,
        base_rate_brier: Some(0.2379),
        auc: Some(0.7841),
        ece: Some(0.031),
        ece_noise_floor: Some(0.027),
    }
}

/// An overconfident model, on more slots than charts show.
pub(super) fn model_check() -> ModelCheck {
    let last = "2016-02-09".parse::<slotcast_core::NaiveDate>().expect("a date");
    let bin = |place: u64| {
        let (n, p_mean) = (38 + 31 * (place * place % 7), 0.04 + 0.1 * place as f64);
        let share = 0.5 + 0.88 * (p_mean - 0.5) + 0.04 * ((place * 5 % 4) as f64 - 1.5);
        let hits = (share * n as f64).round() as u64;
        let (share, half) = (hits as f64 / n as f64, 1.28 * (share * (1.0 - share) / n as f64).sqrt());
        CalibrationBin { n, hits, p_mean, low: (share - half).max(0.0), high: (share + half).min(1.0) }
    };
    let slot = |week: u64| {
        let n = 14 + week * 11 % 9 + (week % 52) / 4;
        let expected_hits = n as f64 * (0.55 + 0.1 * (week as f64 / 8.0).sin());
        let wobble = (week * 7 % 11) as f64 / 5.0 - 1.0;
        SlotScore {
            slot_date: last - chrono::Days::new(7 * week),
            n,
            hits: (expected_hits + 3.0 * wobble).round() as u64,
            expected_hits,
            log_loss: 0.54 + 0.07 * wobble,
            base_log_loss: 0.66 + 0.03 * ((week * 5 % 13) as f64 / 6.0 - 1.0),
        }
    };
    ModelCheck {
        model: "blend".to_owned(),
        since: None,
        n: 1_870,
        ece: Some(0.0241),
        ece_noise_floor: Some(0.0208),
        log_loss: 0.5409,
        base_log_loss: 0.6602,
        bins: (0..10).map(bin).collect(),
        slots: (0..90).map(slot).collect(),
    }
}

pub(super) fn hit_rates() -> Vec<HitRateRow> {
    let row = |dimension: &str, key: &str, n: u64, hits: u64| {
        let rate = hits as f64 / n as f64;
        HitRateRow {
            dimension: dimension.to_owned(),
            key: key.to_owned(),
            n,
            hits,
            rate,
            rate_shrunk: Some((hits as f64 + 5.0) / (n as f64 + 8.0)),
            rate_low: Some((rate - 0.1).max(0.0)),
            rate_high: Some((rate + 0.1).min(1.0)),
        }
    };
    let mut rows = vec![
        row("all", "all", 1_812, 1_123),
        row("category", "식품", 310, 255),
        row("category", "가방", 204, 118),
        row("price_band", "20", 412, 250),
        row("weekday", "2", 1_812, 1_123),
    ];
    rows.extend((0..20).map(|i| row("maker", &format!("m{i}"), 30 - i, 12)));
    rows
}

pub(super) fn slot_history() -> Vec<SlotHistoryRow> {
    let first = "2015-06-02".parse::<slotcast_core::NaiveDate>().expect("a date");
    let row = |week: u64| {
        let campaigns = 24 + week % 9;
        let hits = campaigns * (55 + (week * 7) % 23) / 100;
        SlotHistoryRow {
            slot_date: first + chrono::Days::new(7 * week),
            campaigns,
            hits: Some(hits),
            hit_rate: (week != 17).then_some(hits as f64 / campaigns as f64),
        }
    };
    (0..36).map(row).collect()
}
