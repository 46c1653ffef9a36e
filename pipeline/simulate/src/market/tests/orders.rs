//! Order events and snapshots against the ground truth.

use std::collections::HashMap;

use arrow::{
    array::{Array, AsArray},
    datatypes::{Float64Type, Int64Type},
};
use chrono::DateTime;

use super::{Market, OutputFormat, everything, instants, rows, small_spec, texts, written};

/// Nets the latest version of every event, as the contract defines it.
#[test]
fn events_sum_to_demand() {
    let mut spec = small_spec();
    spec.set("terms.capacity", "0.5").unwrap();
    spec.set("terms.capacity_range", "[1.1, 1.3]").unwrap();
    let market = Market::new(spec, 5).unwrap();
    let (files, counts) = written(&market, everything(OutputFormat::Parquet));
    assert!(counts.sold_out > 3, "{counts:?}");

    let mut closes: HashMap<String, i64> = HashMap::new();
    for batch in rows(&files, "campaigns") {
        for (id, at) in texts(&batch, "campaign_id").into_iter().zip(instants(&batch, "closes_at")) {
            closes.insert(id.unwrap(), at.unwrap());
        }
    }
    let mut events: HashMap<String, (i64, String, String, i64, i64)> = HashMap::new();
    for batch in rows(&files, "order_events") {
        let (ids, kinds) = (texts(&batch, "event_id"), texts(&batch, "event"));
        let campaigns = texts(&batch, "campaign_id");
        let (at, recorded) = (instants(&batch, "occurred_at"), instants(&batch, "recorded_at"));
        let units = batch["units"].as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            let known = recorded[row].or(at[row]).unwrap();
            let version = (
                known,
                campaigns[row].clone().unwrap(),
                kinds[row].clone().unwrap(),
                at[row].unwrap(),
                units.value(row),
            );
            let latest = events.entry(ids[row].clone().unwrap()).or_insert_with(|| version.clone());
            if known >= latest.0 {
                *latest = version;
            }
        }
    }
    let mut demand: HashMap<String, i64> = HashMap::new();
    for (_, campaign, kind, at, units) in events.into_values() {
        let sign = match (kind.as_str(), at < closes[&campaign]) {
            ("placed", true) => 1,
            ("cancelled", true) => -1,
            _ => 0,
        };
        *demand.entry(campaign).or_default() += sign * units;
    }
    let truth = market.truth(2).unwrap();
    let (true_demand, threshold) =
        (truth["demand"].as_primitive::<Float64Type>(), truth["threshold"].as_primitive::<Float64Type>());
    let hit = truth["hit"].as_boolean();
    let mut compared = 0;
    for (row, campaign) in texts(&truth, "campaign_id").into_iter().enumerate() {
        let Some(campaign) = campaign else { continue };
        let counted = demand.get(&campaign).copied().unwrap_or(0) as f64;
        assert_eq!(counted, true_demand.value(row), "{campaign}");
        if hit.is_valid(row) {
            assert_eq!(counted >= threshold.value(row), hit.value(row), "{campaign}");
        }
        compared += 1;
    }
    assert_eq!(compared, 120);
}

#[test]
fn last_snapshot_equals_demand() {
    let mut spec = small_spec();
    for (path, value) in
        [("market.order_data", "snapshots"), ("anomalies.late_rows", "0"), ("anomalies.repeated_rows", "0")]
    {
        spec.set(path, value).unwrap();
    }
    let market = Market::new(spec, 6).unwrap();
    let (files, counts) = written(&market, everything(OutputFormat::Parquet));
    assert!(counts.order_events == 0 && counts.order_snapshots >= 12 * 10 * 7, "{counts:?}");
    let mut last: HashMap<String, (i64, i64)> = HashMap::new();
    for batch in rows(&files, "order_snapshots") {
        let units = batch["units"].as_primitive::<Int64Type>();
        for (row, (id, at)) in
            texts(&batch, "campaign_id").into_iter().zip(instants(&batch, "observed_at")).enumerate()
        {
            let latest = last.entry(id.unwrap()).or_default();
            *latest = (*latest).max((at.unwrap(), units.value(row)));
        }
    }
    let truth = market.truth(1).unwrap();
    let demand = truth["demand"].as_primitive::<Float64Type>();
    for (row, campaign) in texts(&truth, "campaign_id").into_iter().enumerate() {
        let Some(campaign) = campaign else { continue };
        assert_eq!(last[&campaign].1 as f64, demand.value(row), "{campaign}");
    }
}

#[test]
fn orders_peak_on_first_and_last_day() {
    let first_and_last_share = |rush: &str, deadline: &str| {
        let mut spec = small_spec();
        spec.set("arrivals.rush", rush).unwrap();
        spec.set("arrivals.deadline", deadline).unwrap();
        let market = Market::new(spec, 4).unwrap();
        let (files, _) = written(&market, everything(OutputFormat::Parquet));
        let mut days = [0.0; 7];
        for batch in rows(&files, "order_events") {
            let (kinds, at) = (texts(&batch, "event"), instants(&batch, "occurred_at"));
            let first = DateTime::from_timestamp_micros(at[0].unwrap()).unwrap();
            let opens = market.calendar().slot_of(first).opens_at;
            for (kind, at) in kinds.into_iter().zip(at) {
                let day = (at.unwrap() - opens.timestamp_micros()).div_euclid(86_400_000_000);
                if kind.as_deref() == Some("placed") && (0..7).contains(&day) {
                    days[day as usize] += 1.0;
                }
            }
        }
        let sum: f64 = days.iter().sum();
        [days[0] / sum, days[6] / sum]
    };
    let (flat, peaked) = (first_and_last_share("0", "0"), first_and_last_share("4", "2"));
    assert!((flat[0] - 1.0 / 7.0).abs() < 0.05 && (flat[1] - 1.0 / 7.0).abs() < 0.05, "{flat:?}");
    assert!(peaked[0] > flat[0] + 0.08 && peaked[1] > flat[1] + 0.04, "{peaked:?}");
}
