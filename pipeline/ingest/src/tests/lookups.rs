//! Cells of other files of the inbox.

use super::{IngestResult, TestFile, TestLake, batch, column, counts, settings};
use crate::{FileClass, FileError, InboxFile, Mapping};

// Olist, WooCommerce and Magento export orders and order items as two files.
const MAPPING: &str = r#"
name = "two"
zone = "UTC"
[[file]]
pattern = "items*.csv"
[file.lookup.orders]
pattern = "orders*.csv"
on = "order_id"
[file.lookup.buyers]
pattern = "buyers.ndjson"
on = "orders.buyer"
key = "person.id"
[[file.filter]]
column = "orders.status"
equals = "canceled"
reason = "canceled"
[[file.target]]
table = "order_events"
[file.target.columns]
event_id = { concat = [{ column = "order_id" }, "-", { column = "item" }] }
order_id = "order_id"
campaign_id = "product"
customer_id = "orders.buyer"
channel = { column = "buyers.person.city", lower = true, default = "unknown" }
event = { value = "placed" }
occurred_at = "orders.at"
units = { value = 1 }
"#;

const ITEMS: &str = "order_id,item,product\no1,1,P1\no1,2,P2\no2,1,P1\no3,1,P1\n";
const ORDERS: &str =
    "order_id,buyer,status,at\no1,u1,delivered,2026-03-04 12:00\no2,u2,canceled,2026-03-04 13:00\n";
const BUYERS: &str = "{\"person\":{\"id\":\"u1\",\"city\":\"SEOUL\"}}\n";

fn ingest(others: &[(&str, &str)]) -> Result<IngestResult, FileError> {
    let mapping = Mapping::parse(MAPPING, "m.toml").unwrap();
    let own = TestFile::new("items.csv", ITEMS);
    let others: Vec<TestFile> = others.iter().map(|(name, content)| TestFile::new(name, content)).collect();
    let files: Vec<InboxFile> = others.iter().map(|other| other.file.clone()).collect();
    let lake = TestLake::empty();
    lake.ingest_with(std::slice::from_ref(&own.file), &files, &mapping, &settings()).remove(0)
}

#[test]
fn cells_are_found_by_key() {
    let result = ingest(&[("buyers.ndjson", BUYERS), ("orders-1.csv", ORDERS)]).unwrap();
    // o2 is canceled; o3 is unknown, so its time is empty.
    assert_eq!(counts(&result), (4, 2, 1, 0, 1));
    let facts = batch(&result, "order_events");
    assert_eq!(column(facts, "occurred_at"), ["2026-03-04T12:00:00Z", "2026-03-04T12:00:00Z"]);
    assert_eq!(column(facts, "channel"), ["seoul", "seoul"]);
    assert_eq!((result.rejects[0].line, result.rejects[0].reason.code()), (5, "missing_value"));
    let report = |name: &str| result.lookups.iter().find(|own| own.name == name).unwrap();
    assert_eq!((report("orders").keys, report("orders").unmatched, report("orders").replaced), (2, 1, 0));
    // The buyers of o2 and of the unknown o3 are missing.
    assert_eq!((report("buyers").keys, report("buyers").unmatched), (1, 2));
}

#[test]
fn the_last_row_of_a_key_holds() {
    let later =
        "order_id,buyer,status,at\no2,u2,paid,2026-03-05 13:00\no2,u2,paid,2026-03-05 13:00\n,x,,\nbad\n";
    let result =
        ingest(&[("buyers.ndjson", BUYERS), ("orders-1.csv", ORDERS), ("orders-2.csv", later)]).unwrap();
    assert_eq!(counts(&result), (4, 3, 1, 0, 0));
    assert_eq!(column(batch(&result, "order_events"), "occurred_at")[2], "2026-03-05T13:00:00Z");
    let orders = result.lookups.iter().find(|own| own.name == "orders").unwrap();
    assert_eq!((orders.keys, orders.replaced, orders.unread), (2, 1, 2));
}

#[test]
fn missing_files_and_columns() {
    let refused = ingest(&[("buyers.ndjson", BUYERS)]).unwrap_err().to_string();
    assert!(
        refused.contains("needs lookup `orders`, but no file of the inbox matches `orders*.csv`"),
        "{refused}"
    );
    let refused = ingest(&[("buyers.ndjson", BUYERS), ("orders.csv", "order_id,buyer,at\n")]).unwrap_err();
    assert!(refused.to_string().contains("`orders.csv` lacks column `status`"), "{refused}");
}

#[test]
fn files_of_lookups() {
    let mapping = Mapping::parse(MAPPING, "m.toml").unwrap();
    assert!(matches!(mapping.classify("orders-1.csv"), FileClass::Lookup));
    assert!(
        matches!(mapping.classify("items.csv"), FileClass::Taken) && !mapping.is_lookup_file("items.csv")
    );
    assert!(mapping.looks_up("items.csv", "orders-1.csv") && !mapping.looks_up("orders-1.csv", "items.csv"));
}

#[test]
fn invalid_lookups() {
    for (from, to, message) in [
        ("[file.lookup.orders]", "[file.lookup.\"a.b\"]", "no name of a lookup"),
        ("on = \"order_id\"", "on = \"\"", "empty `pattern` or `on`"),
        ("on = \"order_id\"", "on = \"buyers.person.id\"", "depend on each other"),
        ("buyers.person.city", "buyer", "nothing reads lookup `buyers`"),
    ] {
        let error = Mapping::parse(&MAPPING.replacen(from, to, 1), "m.toml").unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}
