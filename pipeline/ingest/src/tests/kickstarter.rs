//! The real file of Kickstarter.

use arrow::{
    array::{Array, AsArray},
    datatypes::{Decimal128Type, Float64Type, Int64Type},
};

use super::{
    batch, column, counts,
    datasets::{ingest_dataset, mapping},
};

#[test]
fn kickstarter_mapping_is_valid() {
    let mapping = mapping("kickstarter");
    assert_eq!(
        (mapping.name(), mapping.label_lag_days(), mapping.currency()),
        ("kickstarter", Some(0), Some("USD"))
    );
    assert_eq!(mapping.slots().unwrap().zone, "America/New_York");
}

#[test]
fn kickstarter_counts() {
    let Some((inbox, results)) = ingest_dataset("kickstarter", &mapping("kickstarter")) else { return };
    assert!(inbox.unmatched.is_empty());
    let [projects] = &results[..] else { panic!("one file") };
    assert_eq!(counts(projects), (9_999, 9_998, 0, 0, 1));
    assert_eq!(projects.filtered_by, [("no_launch_time".to_owned(), 1)]);
    assert!(projects.extra_columns.is_empty(), "{:?}", projects.extra_columns);

    let versions = batch(projects, "campaigns");
    let count = |name: &str, word: &str| column(versions, name).iter().filter(|own| *own == word).count();
    assert_eq!(versions.num_rows(), 2 * 9_998);
    assert_eq!(
        (count("status", "scheduled"), count("status", "closed"), count("status", "withdrawn")),
        (9_998, 9_773, 225)
    );
    assert_eq!((count("declared_outcome", "reached"), count("declared_outcome", "missed")), (3_564, 6_209));
    let thresholds = versions.column_by_name("threshold").unwrap().as_primitive::<Decimal128Type>();
    assert_eq!(thresholds.values().iter().sum::<i128>(), 2 * 32_336_798_535);
    // Two versions per project. The countries of 102 projects are invalid; titles have no outcome.
    assert_eq!(versions.column_by_name("attr_country").unwrap().null_count(), 2 * 102);
    let lengths = |name: &str| {
        versions.column_by_name(name).unwrap().as_primitive::<Float64Type>().values().iter().sum::<f64>()
    };
    assert_eq!((lengths("attr_title_chars"), lengths("attr_title_words")), (2.0 * 342_664.0, 2.0 * 56_416.0));
    let titles = column(batch(projects, "products"), "title");
    assert!(titles.iter().all(|title| !title.ends_with("(Canceled)") && !title.ends_with("(Suspended)")));

    // First project: from 2015-08-11 12:12:28 in Paris to the end of 2015-10-09.
    let first = |name: &str| column(&versions.slice(0, 2), name);
    assert_eq!(first("opens_at"), ["2015-08-11T10:12:28Z"; 2]);
    assert_eq!(first("closes_at"), ["2015-10-09T22:00:00Z"; 2]);
    assert_eq!(first("known_at"), ["2015-07-28T10:12:28Z", "2015-10-09T22:00:00Z"]);
    assert_eq!(first("threshold"), ["1533.95"; 2]);
    assert_eq!(first("declared_outcome"), ["", "missed"]);

    let totals = batch(projects, "order_snapshots");
    assert_eq!(totals.num_rows(), 9_998 - 83);
    let amounts = totals.column_by_name("amount").unwrap().as_primitive::<Decimal128Type>();
    assert_eq!((amounts.null_count(), amounts.values().iter().sum::<i128>()), (0, 10_459_443_863));
    let orders = totals.column_by_name("orders").unwrap().as_primitive::<Int64Type>();
    assert_eq!((orders.null_count(), orders.iter().flatten().sum::<i64>()), (102, 1_102_631));
}
