//! Values in JSON: paths, lists whose elements are rows.

use super::{TestFile, batch, column, counts, ingest_mapped, ingest_named, settings};
use crate::{FileError, Mapping, RejectReason};

/// Mapping of orders with a list to order events, with these further lines.
fn orders(pattern: &str, list: &str, columns: &str) -> String {
    let explode =
        if list.is_empty() { String::new() } else { format!("[file.explode]\ncolumn = \"{list}\"\n") };
    format!(
        "name = \"m\"\nzone = \"UTC\"\n[[file]]\npattern = \"{pattern}\"\n{explode}[[file.target]]\n\
         table = \"order_events\"\n[file.target.columns]\norder_id = \"id\"\nevent = {{ value = \"placed\" }}\n\
         occurred_at = \"at\"\n{columns}\n"
    )
}

#[test]
fn elements_are_rows() {
    let mapping = orders(
        "*.ndjson",
        "line_items",
        "event_id = \"line_items[].id\"\ncampaign_id = \"line_items[].sku\"\nunits = \"line_items[].quantity\"\n\
         customer_id = \"customer.id\"\namount = { multiply = [\"line_items[].quantity\", \"line_items[].price\"] }\n\
         channel = { column = \"customer\", json = \"address.city\" }",
    );
    let rows = [
        r#"{"id":1,"at":"2026-03-04T12:00:00Z","customer":{"id":7,"address":{"city":"Seoul"}},"line_items":[{"id":100000000000000000001,"sku":"A","quantity":2,"price":"10.50"},{"id":100000000000000000002,"sku":"B","quantity":3,"price":1}]}"#,
        r#"{"id":2,"at":"2026-03-04T12:00:00Z","line_items":[]}"#,
        r#"{"id":3,"at":"2026-03-04T12:00:00Z","line_items":null}"#,
        r#"{"id":4,"at":"2026-03-04T12:00:00Z","line_items":{"id":9}}"#,
        r#"{"id":5,"at":"2026-03-04T12:00:00Z","line_items":[{"id":5,"sku":"A","quantity":0}]}"#,
    ];
    let result = ingest_named("o.ndjson", &mapping, &rows.join("\n"));
    assert_eq!(counts(&result), (6, 2, 2, 0, 2));
    assert_eq!(result.filtered_by, [("empty_list".to_owned(), 2)]);
    let rejects: Vec<_> = result.rejects.iter().map(|own| (own.line, own.reason)).collect();
    assert_eq!(rejects, [(4, RejectReason::BadJson), (5, RejectReason::NotPositive)]);
    let facts = batch(&result, "order_events");
    assert_eq!(column(facts, "event_id"), ["100000000000000000001", "100000000000000000002"]);
    assert_eq!(column(facts, "campaign_id"), ["A", "B"]);
    assert_eq!(column(facts, "amount"), ["21.00", "3.00"]);
    assert_eq!(column(facts, "channel"), ["Seoul", "Seoul"]);
    assert_eq!(column(facts, "line"), ["1", "1"]);
    assert_eq!(result.extra_columns, Vec::<String>::new());
}

#[test]
fn lists_of_scalars_and_deeper_lists() {
    let mapping = orders(
        "*.csv",
        "order.tags",
        "event_id = { concat = [{ column = \"id\" }, \"-\", { line_ordinal = [\"id\"] }] }\n\
         campaign_id = \"order.tags[]\"\nunits = { value = 1 }",
    );
    let result = ingest_mapped(
        &mapping,
        "id,at,order\n1,2026-03-04T12:00:00Z,\"{\"\"tags\"\":[\"\"a\"\",\"\" b \"\",7]}\"\n2,2026-03-04T12:00:00Z,{}\n",
    );
    assert_eq!(counts(&result), (4, 3, 0, 0, 1));
    let facts = batch(&result, "order_events");
    // Facts of one line are in no order.
    assert_eq!(column(facts, "campaign_id"), ["7", "a", "b"]);
    assert_eq!(column(facts, "event_id"), ["1-3", "1-1", "1-2"]);
}

#[test]
fn column_names_come_before_paths() {
    let mapping = orders(
        "*.csv",
        "",
        "event_id = \"a.b.c\"\ncampaign_id = \"a.b\"\nchannel = \"A.x\"\nunits = { value = 1 }",
    );
    let rows =
        "id,at,a,a.b,a.b.c\n1,2026-03-04T12:00:00Z,\"{\"\"x\"\":\"\"deep\"\"}\",\"{\"\"c\"\":1}\",flat\n";
    let facts = ingest_mapped(&mapping, rows);
    let facts = batch(&facts, "order_events");
    assert_eq!(column(facts, "event_id"), ["flat"]);
    assert_eq!(column(facts, "campaign_id"), ["{\"c\":1}"]);
    assert_eq!(column(facts, "channel"), ["deep"]);
    // Without that column, the longest name that is followed by a path applies.
    let rows = "id,at,a,a.b\n1,2026-03-04T12:00:00Z,\"{\"\"x\"\":\"\"deep\"\"}\",\"{\"\"c\"\":1}\"\n";
    assert_eq!(column(batch(&ingest_mapped(&mapping, rows), "order_events"), "event_id"), ["1"]);
}

#[test]
fn elements_need_a_list() {
    let mapping =
        orders("*.csv", "", "event_id = \"items[].id\"\ncampaign_id = \"id\"\nunits = { value = 1 }");
    let mapping = Mapping::parse(&mapping, "m.toml").unwrap();
    let refused = TestFile::new("a.csv", "id,at,items\n").ingest(&mapping, &settings()).unwrap_err();
    assert!(matches!(&refused, FileError::MissingColumns { missing, .. } if missing == &["items[].id"]));
    assert!(slotcast_core::Hint::hint(&refused).unwrap().contains("[file.explode]"));
}

// nodejs/help#1637: ids of 17 digits inside a list change in parsers that use floats.
// lihaoyi/upickle#522: 738529527931269425 is read as 738529527931269376.
#[test]
fn long_ids_in_lists_keep_their_digits() {
    let mapping = orders(
        "*.ndjson",
        "nodes",
        "event_id = \"nodes[].id\"\ncampaign_id = \"nodes[].workflowId\"\nunits = { value = 1 }",
    );
    let row = r#"{"id":15793596764604416,"at":"2026-03-04T12:00:00Z","nodes":[{"id":15793596808644609,"workflowId":738529527931269425},{"id":15793596808644608,"workflowId":738529527931269424}]}"#;
    let result = ingest_named("a.ndjson", &mapping, row);
    let facts = batch(&result, "order_events");
    assert_eq!(column(facts, "event_id"), ["15793596808644608", "15793596808644609"]);
    assert_eq!(column(facts, "campaign_id"), ["738529527931269424", "738529527931269425"]);
}

// woocommerce/woocommerce#24795: `line_items` is empty for refunds made by amount.
// woocommerce/woocommerce#13392: the quantity of a refunded line is negative.
#[test]
fn refunds_of_a_shop() {
    let mapping = orders(
        "*.ndjson",
        "line_items",
        "event_id = \"line_items[].id\"\ncampaign_id = \"line_items[].sku\"\n\
         units = { column = \"line_items[].quantity\", abs = true }\n\
         amount = { column = \"line_items[].total\", abs = true }",
    );
    let rows = [
        r#"{"id":581,"at":"2017-02-28T00:44:40Z","amount":"29.34","line_items":[{"id":29,"sku":"woosingle1","quantity":-3,"total":"-23.85"}]}"#,
        r#"{"id":582,"at":"2017-02-28T00:44:40Z","amount":"25.00","line_items":[]}"#,
    ];
    let result = ingest_named("refunds.ndjson", &mapping, &rows.join("\n"));
    assert_eq!(counts(&result), (2, 1, 0, 0, 1));
    let facts = batch(&result, "order_events");
    assert_eq!((column(facts, "units"), column(facts, "amount")), (vec!["3".into()], vec!["23.85".into()]));
}

// DataResponsibly/DataSynthesizer#1: cells are literally `<null>`. JuliaData/DataFrames.jl#304: `NULL` next to
// empty cells. pandas-dev/pandas#16078: `n/a` marks missing values in some standards.
#[test]
fn null_words() {
    let header = "event_id,order_id,campaign_id,customer_id,event,occurred_at,units,channel\n";
    let rows = "e1,o1,c,<null>,placed,2026-03-04 12:00,1,NULL\ne2,o2,c,NULL,placed,2026-03-04 12:00,1,\\N\n\
                e3,o3,c,n/a,placed,2026-03-04 12:00,1,app\ne4,o4,NaN,u,placed,2026-03-04 12:00,1,app\n";
    let result = super::ingest_contract("order_events/a.csv", &format!("{header}{rows}"));
    assert_eq!(counts(&result), (4, 3, 1, 0, 0));
    assert_eq!(result.rejects[0].reason, RejectReason::MissingValue);
    assert_eq!(result.null_words, 3);
    let facts = batch(&result, "order_events");
    assert_eq!(column(facts, "channel"), ["", "", "app"]);
    assert_eq!(column(facts, "customer_id").iter().filter(|id| id.is_empty()).count(), 2);
    let mapped = |nulls: &str| {
        let text = format!(
            "name = \"m\"\n[[file]]\npattern = \"*.csv\"\ntable = \"order_events\"\nnulls = {nulls}\n"
        );
        ingest_named("a.csv", &text, &format!("{header}{rows}"))
    };
    let none = mapped("[]");
    assert_eq!((counts(&none).1, none.null_words), (4, 0));
    assert_eq!(column(batch(&none, "order_events"), "channel"), ["NULL", "\\N", "app", "app"]);
    let stated = mapped("[\"n/a\", \"app\"]");
    assert_eq!(column(batch(&stated, "order_events"), "channel"), ["NULL", "\\N", "", ""]);
    assert_eq!(column(batch(&stated, "order_events"), "customer_id")[2], "");
}
