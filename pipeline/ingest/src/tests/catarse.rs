//! The real files of Catarse.

use arrow::{
    array::{Array, AsArray, BooleanArray},
    compute::filter_record_batch,
    datatypes::Decimal128Type,
};

use super::{
    batch, column, counts,
    datasets::{ingest_dataset, mapping},
};

#[test]
fn catarse_mapping_is_valid() {
    let mapping = mapping("catarse");
    assert_eq!(
        (mapping.name(), mapping.label_lag_days(), mapping.currency()),
        ("catarse", Some(0), Some("BRL"))
    );
    assert_eq!(mapping.slots().unwrap().zone, "America/Sao_Paulo");
}

#[test]
fn catarse_counts() {
    let Some((inbox, results)) = ingest_dataset("catarse", &mapping("catarse")) else { return };
    assert_eq!(inbox.unmatched, ["LICENSE"]);
    let [campaigns, contributions] = &results[..] else { panic!("two files") };
    assert_eq!(counts(campaigns), (3_390, 3_389, 1, 0, 0));
    assert!(campaigns.extra_columns.is_empty(), "{:?}", campaigns.extra_columns);
    let reject = &campaigns.rejects[0];
    assert_eq!(
        (reject.reason.code(), reject.column_name.as_deref()),
        ("closes_before_opens", Some("closes_at"))
    );
    assert!(reject.raw.starts_with(b"6042,"));
    let versions = batch(campaigns, "campaigns");
    let closed = BooleanArray::from_iter(
        versions
            .column_by_name("status")
            .unwrap()
            .as_string::<i32>()
            .iter()
            .map(|own| own.map(|own| own == "closed")),
    );
    let closed_versions = &filter_record_batch(versions, &closed).unwrap();
    let outcomes = column(closed_versions, "declared_outcome");
    assert_eq!((versions.num_rows(), closed_versions.num_rows()), (2 * 3_389, 3_389));
    assert_eq!(
        outcomes.iter().filter(|outcome| *outcome == "reached").count(),
        1_808 - usize::from(reject_won(reject))
    );
    assert_eq!(column(closed_versions, "known_at"), column(closed_versions, "closes_at"));
    assert_eq!(column(closed_versions, "opens_at")[0], "2011-01-20T02:59:59Z");
    assert_eq!(column(closed_versions, "attr_state")[0], "RS");
    assert_eq!(column(closed_versions, "attr_title_words")[0], "2.0");
    assert_eq!(counts(contributions), (74_933, 74_933, 0, 0, 0));
    let facts = batch(campaigns, "order_snapshots");
    assert_eq!(facts.num_rows(), 74_933);
    assert_eq!(column(&facts.slice(0, 1), "observed_at"), ["2011-01-17T02:00:00Z"]);
    let amounts = facts.column_by_name("amount").unwrap().as_primitive::<Decimal128Type>();
    assert_eq!(amounts.null_count(), 0);
}

fn reject_won(reject: &crate::Reject) -> bool {
    String::from_utf8_lossy(&reject.raw).contains("successful")
}
