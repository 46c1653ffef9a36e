//! Frequency of every anomaly at its rate and at rate 0.

use std::collections::BTreeMap;

use super::{Market, MarketSpec, OutputFormat, everything, rows, small_spec, texts, written};

/// Observed frequency of every anomaly; for rare ones, the number of rows.
fn frequencies(spec: MarketSpec) -> BTreeMap<&'static str, f64> {
    let market = Market::new(spec, 11).unwrap();
    let (files, counts) = written(&market, everything(OutputFormat::Parquet));
    let values = |table: &str, name: &str| -> Vec<String> {
        rows(&files, table).iter().flat_map(|batch| texts(batch, name)).flatten().collect()
    };
    let count = |values: &[String], value: &str| values.iter().filter(|own| *own == value).count() as f64;
    let statuses = values("campaigns", "status");
    let events = values("order_events", "event");
    let candidates = values("candidates", "status");
    let facts = counts.fact_rows as f64;
    let closed = counts.closed as f64;
    let placed = count(&events, "placed");
    let declared = values("campaigns", "declared_outcome").len() as f64;
    BTreeMap::from([
        ("anomalies.cancelled", count(&events, "cancelled") / placed),
        ("anomalies.refunded", count(&events, "refunded") / placed),
        ("anomalies.bulk_orders", counts.bulk_orders as f64 / placed),
        ("anomalies.bots", counts.bots as f64 / closed),
        ("anomalies.gifts", counts.gifts as f64 / placed),
        ("anomalies.late_rows", counts.late_rows as f64 / facts),
        ("anomalies.repeated_rows", counts.repeated_rows as f64 / facts),
        ("anomalies.corrections", counts.corrections as f64 / placed),
        ("anomalies.reruns", values("campaigns", "parent_campaign_id").len() as f64),
        ("anomalies.withdrawn", count(&statuses, "withdrawn") / closed),
        ("anomalies.withdrawn_candidates", count(&candidates, "withdrawn")),
        ("anomalies.changed_terms", count(&candidates, "proposed") - 14.0 * 30.0),
        ("anomalies.declared", declared / count(&statuses, "closed")),
    ])
}

#[test]
fn anomalies_follow_their_rates() {
    let paths: Vec<String> =
        small_spec().paths().into_iter().filter(|path| path.starts_with("anomalies.")).collect();
    let mut without = small_spec();
    let mut with = small_spec();
    for path in &paths {
        without.set(path, "0").unwrap();
        with.set(path, if path.ends_with("reruns") { "0.9" } else { "0.1" }).unwrap();
    }
    let (without, with) = (frequencies(without), frequencies(with));
    assert_eq!(without.len(), paths.len());
    for (path, frequency) in &without {
        // Orders of a missed campaign are refunded at every rate.
        assert!(*frequency == 0.0 || *path == "anomalies.refunded", "{path}: {frequency}");
    }
    for path in ["anomalies.gifts", "anomalies.late_rows", "anomalies.repeated_rows", "anomalies.corrections"]
    {
        assert!((with[path] - 0.1).abs() < 0.02, "{path}: {}", with[path]);
    }
    for path in ["anomalies.bots", "anomalies.withdrawn", "anomalies.declared", "anomalies.bulk_orders"] {
        assert!((0.02..0.25).contains(&with[path]), "{path}: {}", with[path]);
    }
    for path in ["anomalies.reruns", "anomalies.withdrawn_candidates", "anomalies.changed_terms"] {
        assert!(with[path] >= 2.0, "{path}: {}", with[path]);
    }
    assert!(with["anomalies.cancelled"] > 0.09, "{}", with["anomalies.cancelled"]);
}
