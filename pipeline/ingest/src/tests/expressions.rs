//! Expressions of a mapping.

use slotcast_core::Tz;

use super::{batch, column, counts, ingest_mapped};
use crate::Mapping;

const HEAD: &str = "name = \"m\"\nzone = \"UTC\"\n[[file]]\npattern = \"*.csv\"\n[[file.target]]\ntable = \"order_events\"\n[file.target.columns]\n";

/// Mapping to order events, with default rules for the columns that `extra` does not set.
pub(super) fn events(extra: &str) -> String {
    let defaults = [
        ("event_id", "event_id = \"id\"\n"),
        ("order_id", "order_id = \"id\"\n"),
        ("campaign_id", "campaign_id = \"id\"\n"),
        ("event", "event = { value = \"placed\" }\n"),
        ("occurred_at", "occurred_at = \"at\"\n"),
        ("units", "units = { value = 1 }\n"),
    ];
    let given = |name: &str| extra.lines().any(|line| line.starts_with(&format!("{name} =")));
    let kept: String = defaults.iter().filter(|(name, _)| !given(name)).map(|(_, line)| *line).collect();
    format!("{HEAD}{kept}{extra}\n")
}

/// Values of a column computed from cells of `x`.
pub(super) fn values_of(line: &str, cells: &[&str]) -> Vec<String> {
    let rows: String =
        cells.iter().enumerate().map(|(row, cell)| format!("{row},2016-02-16 10:00,{cell}\n")).collect();
    let result = ingest_mapped(&events(line), &format!("id,at,x\n{rows}"));
    assert_eq!(counts(&result).1, cells.len() as u64, "{:?}", result.rejects);
    column(batch(&result, "order_events"), line.split(' ').next().unwrap())
}

#[test]
fn expressions() {
    assert_eq!(values_of("channel = \"x\"", &["앱", ""]), ["앱", ""]);
    assert_eq!(values_of("channel = { value = \"x\" }", &["앱", ""]), ["x", "x"]);
    assert_eq!(
        values_of("channel = { concat = [\"<\", { column = \"x\" }, \">\"] }", &["a", ""]),
        ["<a>", ""]
    );
    assert_eq!(
        values_of("channel = { column = \"x\", map = { a = \"b\" }, else = \"c\" }", &["a", "z", ""]),
        ["b", "c", ""]
    );
    assert_eq!(
        values_of(
            "channel = { when = { column = \"x\", equals = [\"a\", \"b\"] }, then = \"yes\", else = { column = \"id\" } }",
            &["a", "c", ""]
        ),
        ["yes", "1", "2"]
    );
    assert_eq!(
        values_of("channel = { when = { column = \"x\", present = false }, then = \"none\" }", &["a", ""]),
        ["", "none"]
    );
    assert_eq!(values_of("units = { column = \"x\", abs = true }", &["-3", "4"]), ["3", "4"]);
    assert_eq!(values_of("amount = { column = \"x\", round = 2 }", &["1.005", "2"]), ["1.01", "2.00"]);
    assert_eq!(values_of("gift = { column = \"x\", present = true }", &["a", ""]), ["true", "false"]);
    assert_eq!(
        values_of(
            "occurred_at = { column = \"x\", format = \"%d.%m.%Y\", end_of_day = true }",
            &["15.02.2016"]
        ),
        ["2016-02-16T00:00:00Z"]
    );
    assert_eq!(values_of("channel = { column = \"x\", length = \"chars\" }", &["두 단어", ""]), ["4", "0"]);
}

#[test]
fn unmapped_values_reject_the_row() {
    let result = ingest_mapped(
        &events("channel = { column = \"x\", map = { a = \"b\" } }"),
        "id,at,x\n1,2016-02-16 10:00,a\n2,2016-02-16 10:00,c\n3,2016-02-16 10:00,\n",
    );
    assert_eq!(counts(&result), (3, 2, 1, 0, 0));
    assert_eq!((result.rejects[0].line, result.rejects[0].reason.code()), (3, "unknown_word"));
}

#[test]
fn accessors() {
    let text = format!("label_lag_days = 3\ncurrency = \"BRL\"\n{}", events("")).replacen(
        "[[file]]",
        "[slots]\nweekday = \"Fri\"\ntime = \"18:30\"\n[train]\nfrom = \"2013-01-01\"\n[[file]]",
        1,
    );
    let mapping = Mapping::parse(&text, "m.toml").unwrap();
    assert_eq!((mapping.name(), mapping.zone()), ("m", Tz::UTC));
    assert_eq!((mapping.label_lag_days(), mapping.currency()), (Some(3), Some("BRL")));
    assert_eq!(mapping.train_from().unwrap().to_string(), "2013-01-01");
    let slots = mapping.slots().unwrap();
    assert_eq!((slots.weekday.as_str(), slots.zone.as_str(), slots.weeks), ("Fri", "UTC", 1));
    let own = Mapping::contract(Tz::Asia__Seoul);
    assert_eq!(
        (own.name(), own.slots(), own.label_lag_days(), own.train_from()),
        ("contract", None, None, None)
    );
}
