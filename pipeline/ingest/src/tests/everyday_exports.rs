//! Exports of shops and banks in their true shape.

use super::{
    batch, column, counts,
    expressions::{events, values_of},
    ingest_contract, ingest_mapped,
};

// julionc/awesome-shopify#81: order fields are blank on further lines of an order in Shopify's export, so a filter
// on them keeps the first line only.
#[test]
fn shopify_orders() {
    let mapping = r##"
name = "shopify"
zone = "Asia/Seoul"
currency = "KRW"
[[file]]
pattern = "orders_export*.csv"
[[file.filter]]
column = "Financial Status"
fill_down = "Name"
equals = "voided"
reason = "voided"
[[file.target]]
table = "order_events"
[file.target.columns]
event_id = { concat = [{ column = "Name" }, "-", { line_ordinal = ["Name"] }] }
order_id = { column = "Name", strip_prefix = "#" }
campaign_id = { column = "Lineitem sku", split = "-", part = 1 }
customer_id = { column = "Email", fill_down = "Name", lower = true }
event = { value = "placed" }
occurred_at = { column = "Created at", fill_down = "Name" }
units = "Lineitem quantity"
amount = { multiply = ["Lineitem quantity", "Lineitem price"] }
[[file.target]]
table = "order_events"
when = { column = "Cancelled at", fill_down = "Name", present = true }
[file.target.columns]
event_id = { concat = ["cancel ", { column = "Name" }, "-", { line_ordinal = ["Name"] }] }
order_id = { column = "Name", strip_prefix = "#" }
campaign_id = { column = "Lineitem sku", split = "-", part = 1 }
event = { value = "cancelled" }
occurred_at = { column = "Cancelled at", fill_down = "Name" }
units = "Lineitem quantity"
"##;
    let rows = "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem price,Lineitem sku,Cancelled at\n\
                #1001,A@x.com,paid,2026-03-04 12:00:00 +0900,2,10000,P1-red,2026-03-05 09:00:00 +0900\n\
                #1001,A@x.com,,,3,20000,P2,\n\
                #1002,b@x.com,voided,2026-03-04 13:00:00 +0900,1,10000,P1,\n\
                #1002,b@x.com,,,1,20000,P2,\n\
                #1003,c@x.com,paid,2026-03-04 13:00:00 +0900,1,10000,P1,\n";
    let result = super::ingest_named("orders_export_1.csv", mapping, rows);
    assert_eq!(counts(&result), (5, 3, 0, 0, 2));
    let facts = batch(&result, "order_events");
    let found: Vec<_> = column(facts, "event").into_iter().zip(column(facts, "campaign_id")).collect();
    let expected =
        [("placed", "P1"), ("cancelled", "P1"), ("placed", "P2"), ("cancelled", "P2"), ("placed", "P1")];
    assert_eq!(found, expected.map(|(event, campaign)| (event.to_owned(), campaign.to_owned())));
    assert_eq!(column(facts, "order_id")[0], "1001");
}

// actualbudget/actual#807: `$(12.34)` and `($30.00)`. buckets/application#740: `$+1500` and `($900.23)`.
// firefly-iii/firefly-iii#1087: `€1,44` and `€(63.12)`. moneymanagerex/moneymanagerex#2898: `(123.45)`.
#[test]
fn amounts_as_accounts_write_them() {
    let read = |file: &str, cells: &[&str]| {
        let text =
            events("amount = { column = \"x\", abs = true }\nchannel = { column = \"x\", sign = true }");
        let text = text.replacen("pattern = \"*.csv\"", &format!("pattern = \"*.csv\"\n{file}"), 1);
        let rows: String = cells
            .iter()
            .enumerate()
            .map(|(row, cell)| format!("{row},2016-02-16 10:00,\"{cell}\"\n"))
            .collect();
        let result = ingest_mapped(&text, &format!("id,at,x\n{rows}"));
        assert_eq!(counts(&result).1, cells.len() as u64, "{:?}", result.rejects);
        let facts = batch(&result, "order_events");
        column(facts, "channel").into_iter().zip(column(facts, "amount")).collect::<Vec<_>>()
    };
    let plain = read("", &["$(12.34)", "($30.00)", "$+1500", "€(63.12)", "(123.45)", "5-", "₩200", "7 USD"]);
    let expected = [
        ("-1", "12.34"),
        ("-1", "30.00"),
        ("1", "1500.00"),
        ("-1", "63.12"),
        ("-1", "123.45"),
        ("-1", "5.00"),
        ("1", "200.00"),
        ("1", "7.00"),
    ];
    assert_eq!(plain, expected.map(|(sign, amount)| (sign.to_owned(), amount.to_owned())));
    let grouped = read("thousands = \",\"", &["₩20,000", "10,000원", "(10,000)", "$1,234.00"]);
    assert_eq!(
        grouped.iter().map(|own| own.1.as_str()).collect::<Vec<_>>(),
        ["20000.00", "10000.00", "10000.00", "1234.00"]
    );
    let german = read("decimal = \",\"\nthousands = \".\"", &["€1,44", "1.234,50 €"]);
    assert_eq!(german.iter().map(|own| own.1.as_str()).collect::<Vec<_>>(), ["1.44", "1234.50"]);
    // Counts too, and cells that need no expression.
    assert_eq!(values_of("amount = \"x\"", &["₩200", "3000원"]), ["200.00", "3000.00"]);
}

#[test]
fn signs_of_another_currency_are_no_amounts() {
    let text = events("amount = \"x\"").replacen("zone = \"UTC\"", "zone = \"UTC\"\ncurrency = \"KRW\"", 1);
    let result = ingest_mapped(
        &text,
        "id,at,x\n1,2016-02-16 10:00,₩20\n2,2016-02-16 10:00,$20\n3,2016-02-16 10:00,-5\n",
    );
    assert_eq!(counts(&result), (3, 1, 2, 0, 0));
    let reasons: Vec<_> = result.rejects.iter().map(|reject| reject.reason.code()).collect();
    assert_eq!(reasons, ["bad_number", "negative"]);
}

#[test]
fn free_orders_and_gaps() {
    let free = ingest_contract(
        "order_events/a.csv",
        "event_id,order_id,campaign_id,event,occurred_at,units,amount\ne,o,c,placed,2026-03-04 12:00,2,0\n\
         f,o,c,placed,2026-03-04 12:00,,0\ng,o,c,placed,2026-03-04 12:00,0,5\nh,o,c,placed,2026-03-04 12:00,1,-5\n",
    );
    assert_eq!(counts(&free), (4, 1, 3, 0, 0));
    let reasons: Vec<_> = free.rejects.iter().map(|reject| reject.reason.code()).collect();
    assert_eq!(reasons, ["no_quantity", "not_positive", "negative"]);
    let products =
        ingest_contract("products/a.csv", "product_id,title,maker_id,updated_at\np,t,m,2026-03-04 12:00\n");
    assert_eq!(column(batch(&products, "products"), "category"), ["unknown"]);
    let views =
        ingest_contract("page_views/a.csv", "product_id,hour,channel,views\np,2026-03-04 12:00,web,7\n");
    assert_eq!(column(batch(&views, "page_views"), "visitors"), [""]);
}
