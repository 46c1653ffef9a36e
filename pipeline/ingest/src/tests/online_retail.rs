//! The real files of Online Retail.

use std::collections::BTreeMap;

use arrow::{
    array::{Array, AsArray},
    datatypes::{Decimal128Type, Int64Type},
};

use super::{
    batch, column, counts,
    datasets::{ingest_dataset, mapping},
};

#[test]
fn online_retail_mapping_is_valid() {
    let mapping = mapping("online_retail");
    assert_eq!(
        (mapping.name(), mapping.label_lag_days(), mapping.currency()),
        ("online_retail", Some(0), Some("GBP"))
    );
    assert_eq!(mapping.slots().unwrap().zone, "Europe/London");
}

#[test]
fn online_retail_counts() {
    let Some((inbox, results)) = ingest_dataset("online-retail", &mapping("online_retail")) else { return };
    assert_eq!((inbox.files.len(), inbox.unmatched.len()), (305, 0));
    let (mut sum, mut by) = ((0, 0, 0, 0, 0), BTreeMap::new());
    for file in &results {
        let (read, accepted, rejected, repeats, filtered) = counts(file);
        sum = (sum.0 + read, sum.1 + accepted, sum.2 + rejected, sum.3 + repeats, sum.4 + filtered);
        for (reason, count) in &file.filtered_by {
            *by.entry(reason.as_str()).or_insert(0) += count;
        }
        assert!(file.extra_columns.is_empty(), "{:?}", file.extra_columns);
    }
    assert_eq!(sum, (541_909, 537_623, 0, 0, 4_286));
    assert_eq!(by, BTreeMap::from([("not_a_product", 2_950), ("stock_adjustment", 1_336)]));

    let events = batch(&results[0], "order_events");
    let cancelled: Vec<bool> = column(events, "event").iter().map(|event| event == "cancelled").collect();
    let cancels = cancelled.iter().filter(|cancelled| **cancelled).count();
    assert_eq!((events.num_rows(), cancels), (537_623, 8_704));
    let ids: std::collections::HashSet<String> = column(events, "event_id").into_iter().collect();
    assert_eq!(ids.len(), 537_623);
    let units = events.column_by_name("units").unwrap().as_primitive::<Int64Type>();
    let amounts = events.column_by_name("amount").unwrap().as_primitive::<Decimal128Type>();
    assert_eq!((units.null_count(), amounts.null_count()), (0, 1_161));
    let placed = |row: &usize| !cancelled[*row];
    let rows = || 0..events.num_rows();
    assert_eq!(rows().filter(placed).map(|row| units.value(row)).sum::<i64>(), 5_645_124);
    assert_eq!(units.values().iter().sum::<i64>(), 5_645_124 + 272_030);
    let cents = |row: usize| if amounts.is_valid(row) { amounts.value(row) } else { 0 };
    assert_eq!(rows().filter(placed).map(cents).sum::<i128>(), 1_027_143_306);
    assert_eq!(rows().map(cents).sum::<i128>(), 1_027_143_306 + 47_872_418);
    let customers = events.column_by_name("customer_id").unwrap();
    assert_eq!(customers.null_count(), 132_714);
    assert_eq!(column(events, "event_id")[0], "536365-85123A-1");
    assert_eq!(column(events, "campaign_id")[0], "85123A 2010-11-30");
    assert_eq!(column(events, "occurred_at")[0], "2010-12-01T08:26:00Z");

    let campaigns = batch(&results[0], "campaigns");
    assert_eq!(campaigns.num_rows(), 101_411);
    let slots: std::collections::BTreeSet<String> = column(campaigns, "slot_date").into_iter().collect();
    assert_eq!(slots.len(), 53);
    assert_eq!(
        (slots.first().map(String::as_str), slots.last().map(String::as_str)),
        (Some("2010-11-30"), Some("2011-12-06"))
    );
    let first = |name: &str| column(&campaigns.slice(0, 1), name)[0].clone();
    assert_eq!(
        (first("opens_at"), first("closes_at")),
        ("2010-11-30T10:00:00Z".to_owned(), "2010-12-07T10:00:00Z".to_owned())
    );
    assert_eq!(first("known_at"), "2010-11-16T10:00:00Z");
    assert_eq!(batch(&results[0], "products").num_rows(), 102_304);
    assert_eq!(batch(&results[0], "makers").num_rows(), 1);
}
