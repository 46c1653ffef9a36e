//! The real files of Catarse, where they lie beside the repository.

use arrow::{
    array::{Array, AsArray, BooleanArray},
    compute::filter_record_batch,
    datatypes::Decimal128Type,
};

use super::{
    account, batch, column,
    sources::{mapping, taken_in},
};

#[test]
fn the_mapping_is_valid() {
    let mapping = mapping("catarse");
    assert_eq!(
        (mapping.name(), mapping.label_lag_days(), mapping.currency()),
        ("catarse", Some(0), Some("BRL"))
    );
    assert_eq!(mapping.slots().unwrap().zone, "America/Sao_Paulo");
}

#[test]
#[expect(clippy::print_stderr, reason = "the sum is worth a line")]
fn the_real_files_come_out_as_counted() {
    let Some((inbox, taken)) = taken_in("catarse", &mapping("catarse")) else { return };
    assert_eq!(inbox.unmatched, ["LICENSE"]);
    let [campaigns, contributions] = &taken[..] else { panic!("two files") };
    assert_eq!(account(campaigns), (3_390, 3_389, 1, 0, 0));
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
    let results = &filter_record_batch(versions, &closed).unwrap();
    let outcomes = column(results, "declared_outcome");
    assert_eq!((versions.num_rows(), results.num_rows()), (2 * 3_389, 3_389));
    assert_eq!(
        outcomes.iter().filter(|outcome| *outcome == "reached").count(),
        1_808 - usize::from(reject_won(reject))
    );
    assert_eq!(column(results, "known_at"), column(results, "closes_at"));
    assert_eq!(column(results, "opens_at")[0], "2011-01-20T02:59:59Z");
    assert_eq!(column(results, "attr_state")[0], "RS");
    assert_eq!(column(results, "attr_title_words")[0], "2.0");
    assert_eq!(account(contributions), (74_933, 74_933, 0, 0, 0));
    let facts = batch(campaigns, "order_snapshots");
    assert_eq!(facts.num_rows(), 74_933);
    assert_eq!(column(&facts.slice(0, 1), "observed_at"), ["2011-01-17T02:00:00Z"]);
    let amounts = facts.column_by_name("amount").unwrap().as_primitive::<Decimal128Type>();
    assert_eq!(amounts.null_count(), 0);
    eprintln!("amount in cents: {}", amounts.values().iter().sum::<i128>());
}

fn reject_won(reject: &crate::Reject) -> bool {
    String::from_utf8_lossy(&reject.raw).contains("successful")
}
