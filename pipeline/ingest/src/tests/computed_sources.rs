//! Source references that are computed row by row.

use super::{
    IngestResult, batch, column, counts,
    expressions::{events, values_of},
    ingest_mapped,
};

const SLOTS: &str = "[slots]\nweekday = \"Tue\"\ntime = \"10:00\"\n[[file]]";

/// Ingests rows with the columns `id`, `at`, `x`, `y`.
fn ingest_rows(line: &str, rows: &[&str]) -> IngestResult {
    let text = events(line).replacen("[[file]]", SLOTS, 1);
    ingest_mapped(&text, &format!("id,at,x,y\n{}\n", rows.join("\n")))
}

fn values(line: &str, rows: &[&str]) -> Vec<String> {
    let result = ingest_rows(line, rows);
    assert_eq!(counts(&result).1, rows.len() as u64, "{:?}", result.rejects);
    column(batch(&result, "order_events"), line.split(' ').next().unwrap())
}

fn only_reason(line: &str, row: &str) -> &'static str {
    let result = ingest_rows(line, &[row]);
    assert_eq!(counts(&result), (1, 0, 1, 0, 0));
    assert_eq!(result.rejects[0].column_name.as_deref(), line.split(' ').next());
    result.rejects[0].reason.code()
}

const AT: &str = "2016-02-16 10:00";

#[test]
fn signs() {
    assert_eq!(
        values_of("channel = { column = \"x\", sign = true }", &["-3", "0.00", "+0.5", ""]),
        ["-1", "0", "1", ""]
    );
    let event = "event = { column = \"x\", sign = true, map = { -1 = \"cancelled\", 1 = \"placed\" } }";
    assert_eq!(values_of(event, &["-3", "2"]), ["cancelled", "placed"]);
    assert_eq!(only_reason(event, &format!("1,{AT},0,")), "unknown_word");
    assert_eq!(only_reason(event, &format!("1,{AT},few,")), "bad_number");
    // `else` does not apply to an invalid number.
    let event = "event = { column = \"x\", sign = true, map = { -1 = \"cancelled\" }, else = \"placed\" }";
    assert_eq!(values_of(event, &["-3", "0"]), ["cancelled", "placed"]);
    assert_eq!(only_reason(event, &format!("1,{AT},few,")), "bad_number");
}

#[test]
fn suffixes() {
    let id = "customer_id = { column = \"x\", strip_suffix = \".0\" }";
    let ids = values_of(id, &["17850.0", "17850", "17850.00", ".0", ""]);
    // The lake stores pseudonyms; equal ids have equal ones.
    assert!(ids[0] == ids[1] && ids[0] != ids[2] && ids[3].is_empty() && ids[4].is_empty());
    let title = "channel = { column = \"x\", strip_suffix = [\" (Canceled)\", \" (Suspended)\"] }";
    assert_eq!(
        values_of(title, &["A (Canceled)", "B  (Suspended)", "C (Canceled) D", "(Canceled)"]),
        ["A", "B", "C (Canceled) D", "(Canceled)"]
    );
    let length = "channel = { column = \"x\", strip_suffix = \" (Canceled)\", length = \"chars\" }";
    assert_eq!(values_of(length, &["두 단어 (Canceled)", "두 단어"]), ["4", "4"]);
    let inner = "channel = { column = \"x\", json = \"a\", strip_suffix = \"!\" }";
    assert_eq!(values_of(inner, &["\"{\"\"a\"\": \"\"b!\"\"}\"", "c!"]), ["b", ""]);
}

#[test]
fn products() {
    let amount = "amount = { multiply = [\"x\", \"y\"], abs = true }";
    assert_eq!(
        values(amount, &[&format!("1,{AT},6,2.55"), &format!("2,{AT},-3,0.10"), &format!("3,{AT},,1")]),
        ["15.30", "0.30", ""]
    );
    assert_eq!(values("units = { multiply = [\"x\", \"y\"] }", &[&format!("1,{AT},2.5,4.00")]), ["10"]);
    assert_eq!(
        values("channel = { multiply = [\"x\", \"y\", \"x\"] }", &[&format!("1,{AT},0.1,3")]),
        ["0.03"]
    );
    assert_eq!(only_reason(amount, &format!("1,{AT},6,free")), "bad_number");
    assert_eq!(only_reason(amount, &format!("1,{AT},6,1e3")), "bad_number");
    assert_eq!(only_reason(amount, &format!("1,{AT},6,0.001")), "too_many_decimals");
    let large = "9".repeat(30);
    assert_eq!(only_reason(amount, &format!("1,{AT},{large},{large}")), "out_of_range");
    // The same in a concatenated text.
    let text = "channel = { concat = [\"=\", { multiply = [\"x\", \"y\"] }] }";
    assert_eq!(values(text, &[&format!("1,{AT},6,2.50")]), ["=15"]);
    assert_eq!(only_reason(text, &format!("1,{AT},6,free")), "bad_number");
}

#[test]
fn unused_branches_reject_nothing() {
    let amount = "amount = { when = { column = \"y\", above = 0 }, then = { multiply = [\"x\", \"y\"] } }";
    assert_eq!(values(amount, &[&format!("1,{AT},6,free"), &format!("2,{AT},2,3")]), ["", "6.00"]);
}

#[test]
fn slots() {
    let rows = [
        "1,2016-02-16 10:00,2016-02-16 10:00:00,",
        "2,2016-02-16 10:00,2016-02-16T09:59:59Z,",
        "3,2016-02-16 10:00,,",
    ];
    let slot = |part: &str| format!("channel = {{ column = \"x\", slot = \"{part}\" }}");
    assert_eq!(values(&slot("date"), &rows), ["2016-02-16", "2016-02-09", ""]);
    assert_eq!(values(&slot("opens_at"), &rows), ["2016-02-16T10:00:00Z", "2016-02-09T10:00:00Z", ""]);
    assert_eq!(values(&slot("closes_at"), &rows), ["2016-02-23T10:00:00Z", "2016-02-16T10:00:00Z", ""]);
    let shifted =
        "occurred_at = { column = \"x\", slot = \"opens_at\", format = \"%d/%m/%Y\", shift_days = -14 }";
    assert_eq!(values(shifted, &["1,,18/02/2016,"]), ["2016-02-02T10:00:00Z"]);
    let counted = "campaign_id = { concat = [{ column = \"y\" }, \" \", { column = \"x\", slot = \"date\", unix = \"seconds\" }] }";
    assert_eq!(values(counted, &[&format!("1,{AT},1455616800,p")]), ["p 2016-02-16"]);
    assert_eq!(only_reason(counted, &format!("1,{AT},yesterday,p")), "bad_timestamp");
    assert_eq!(only_reason(counted, &format!("1,{AT},99999999999,p")), "out_of_range");
}

#[test]
fn ordinals_and_totals_span_chunks() {
    // More rows than a chunk.
    let rows: Vec<String> = (0..70_000).map(|row| format!("{row},{AT},{},0.1", row % 7)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let nth = values("channel = { line_ordinal = [\"x\", \"y\"] }", &rows);
    assert_eq!(
        (nth[0].as_str(), nth[6].as_str(), nth[7].as_str(), nth[69_999].as_str()),
        ("1", "1", "2", "10000")
    );
    let totals = values("channel = { running_total = \"y\", over = [\"x\"] }", &rows);
    assert_eq!((totals[0].as_str(), totals[7].as_str(), totals[69_999].as_str()), ("0.1", "0.2", "1000"));
}

#[test]
fn ordinals_compare_cells() {
    let rows =
        [&*format!("1,{AT},a,b"), &*format!("2,{AT},a,b"), &*format!("3,{AT},ab,"), &*format!("4,{AT},a,b")];
    assert_eq!(values("channel = { line_ordinal = [\"x\", \"y\"] }", &rows), ["1", "2", "1", "3"]);
    assert_eq!(values("channel = { line_ordinal = true }", &rows), ["1", "1", "1", "1"]);
    let rows = [&*format!("1,{AT},a,b"), &*format!("1,{AT},a,b"), &*format!("2,{AT},a,b")];
    let same = ingest_rows("channel = { value = \"app\" }", &rows);
    assert_eq!(counts(&same), (3, 2, 0, 1, 0));
    // With an ordinal in the key, a repeated line is a separate fact.
    let id = "event_id = { concat = [{ column = \"id\" }, \"-\", { line_ordinal = true }] }";
    assert_eq!(values(id, &rows), ["1-1", "1-2", "2-1"]);
}

#[test]
fn missing_and_invalid_increments() {
    let total = "amount = { running_total = \"y\", over = [\"x\"], abs = true }";
    let rows =
        [&*format!("1,{AT},a,5"), &*format!("2,{AT},a,"), &*format!("3,{AT},b,1"), &*format!("4,{AT},a,2.5")];
    assert_eq!(values(total, &rows), ["5.00", "5.00", "1.00", "7.50"]);
    let rows = [&*format!("1,{AT},a,5"), &*format!("2,{AT},a,much"), &*format!("3,{AT},a,1")];
    let found = ingest_rows(total, &rows);
    assert_eq!(counts(&found), (3, 2, 1, 0, 0));
    assert_eq!((found.rejects[0].line, found.rejects[0].reason.code()), (3, "bad_number"));
    assert_eq!(column(batch(&found, "order_events"), "amount"), ["5.00", "6.00"]);
}
