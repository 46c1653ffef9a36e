//! Cancellations of whole orders that miss lines of the order.

use super::ingest_mapped;

// awesome-shopify#81: Shopify writes the cancellation on the first line of an order only.
const ROWS: &str = "Name,sku,quantity,created,Cancelled at
#1,a,2,2026-03-04 12:00,2026-03-05 09:00
#1,b,3,2026-03-04 12:00,
#2,a,1,2026-03-04 13:00,
#2,b,1,2026-03-04 13:00,
#3,a,1,2026-03-04 13:00,2026-03-05 09:00
";

fn mapping(cancelled_at: &str, when: &str) -> String {
    format!(
        r#"
name = "shopify"
[[file]]
pattern = "*.csv"
[[file.target]]
table = "order_events"
[file.target.columns]
event_id = {{ concat = [{{ column = "Name" }}, "-", {{ column = "sku" }}] }}
order_id = "Name"
campaign_id = "sku"
event = {{ value = "placed" }}
occurred_at = "created"
units = "quantity"
[[file.target]]
table = "order_events"
when = {{ column = "Cancelled at", {when} present = true }}
[file.target.columns]
event_id = {{ concat = [{{ column = "Name" }}, "-", {{ column = "sku" }}, "-cancelled"] }}
order_id = "Name"
campaign_id = "sku"
event = {{ value = "cancelled" }}
occurred_at = {cancelled_at}
"#
    )
}

#[test]
fn lines_without_their_cancellation_are_found() {
    let result = ingest_mapped(&mapping("\"Cancelled at\"", ""), ROWS);
    let found = &result.partial_cancellations;
    assert_eq!((found.orders, found.lines.as_slice()), (1, [[2, 3]].as_slice()));
    // Carried down within the order, the cancellation reaches every line.
    let carried = "{ column = \"Cancelled at\", fill_down = \"Name\" }";
    let result = ingest_mapped(&mapping(carried, "fill_down = \"Name\","), ROWS);
    assert_eq!(result.partial_cancellations.orders, 0);
}
