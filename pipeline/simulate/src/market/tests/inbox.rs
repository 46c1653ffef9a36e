//! Bytes of the inbox, and the rows visible within a range of time.

use std::collections::BTreeSet;

use arrow::util::display::array_value_to_string;
use chrono::{DateTime, TimeDelta, Utc};

use super::{Market, OutputFormat, WriteOptions, everything, instants, rows, small_spec, written};

#[test]
fn bytes_depend_on_seed_only() {
    let market = Market::new(small_spec(), 3).unwrap();
    for format in OutputFormat::ALL {
        let one_thread = written(&market, WriteOptions { threads: 1, ..everything(format) });
        let two_threads = written(&Market::new(small_spec(), 3).unwrap(), everything(format));
        assert!(one_thread == two_threads, "{format}");
        let other_seed = written(&Market::new(small_spec(), 4).unwrap(), everything(format));
        assert!(one_thread != other_seed, "{format}");
    }
    let truth = |threads: usize| {
        let mut bytes = Vec::new();
        market.write_truth(threads, &mut bytes).unwrap();
        bytes
    };
    assert!(truth(1) == truth(2));
}

/// Rows of a market known within a range, each as one text.
fn visible_rows(market: &Market, since: Option<DateTime<Utc>>, until: DateTime<Utc>) -> BTreeSet<String> {
    let options = WriteOptions { since, until, ..everything(OutputFormat::Parquet) };
    let (files, _) = written(market, options);
    let mut lines = BTreeSet::new();
    for table in ["candidates", "campaigns", "order_events", "page_views", "social_signals"] {
        for batch in &rows(&files, table) {
            let recorded = if table.starts_with("ca") { "updated_at" } else { "recorded_at" };
            let occurred = ["occurred_at", "hour", "updated_at"]
                .into_iter()
                .find(|name| batch.column_by_name(name).is_some());
            let (recorded, occurred) = (instants(batch, recorded), instants(batch, occurred.unwrap()));
            for row in 0..batch.num_rows() {
                let known = recorded[row].or(occurred[row]).unwrap();
                assert!(known < until.timestamp_micros(), "{table}");
                let cells = batch.columns().iter().map(|column| array_value_to_string(column, row).unwrap());
                lines.insert(format!("{table} {}", cells.collect::<Vec<_>>().join(" ")));
            }
        }
    }
    lines
}

#[test]
fn daily_ranges_add_up() {
    let market = Market::new(small_spec(), 9).unwrap();
    let at = |days: i64| -> DateTime<Utc> { market.default_until() - TimeDelta::days(days) };
    let mut by_day = visible_rows(&market, None, at(1));
    by_day.extend(visible_rows(&market, Some(at(1)), at(0)));
    let at_once = visible_rows(&market, None, at(0));
    assert!(at_once.len() > 1_000 && by_day == at_once);
}
