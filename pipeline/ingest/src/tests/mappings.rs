//! Mappings: what they can say, and how they fail.

use slotcast_core::{Hint, Tz};

use super::{account, batch, column, mapped};
use crate::{IngestError, Mapping};

const HEAD: &str = "name = \"m\"\nzone = \"UTC\"\n[[file]]\npattern = \"*.csv\"\n[[file.target]]\ntable = \"order_events\"\n[file.target.columns]\n";

/// A mapping to order events, whose other columns are as plain as can be.
fn events(extra: &str) -> String {
    let usual = [
        ("event_id", "event_id = \"id\"\n"),
        ("order_id", "order_id = \"id\"\n"),
        ("campaign_id", "campaign_id = \"id\"\n"),
        ("event", "event = { value = \"placed\" }\n"),
        ("occurred_at", "occurred_at = \"at\"\n"),
        ("units", "units = { value = 1 }\n"),
    ];
    let given = |name: &str| extra.lines().any(|line| line.starts_with(&format!("{name} =")));
    let kept: String = usual.iter().filter(|(name, _)| !given(name)).map(|(_, line)| *line).collect();
    format!("{HEAD}{kept}{extra}\n")
}

/// What one column becomes from cells of `x`.
fn becomes(line: &str, cells: &[&str]) -> Vec<String> {
    let rows: String =
        cells.iter().enumerate().map(|(row, cell)| format!("{row},2016-02-16 10:00,{cell}\n")).collect();
    let taken = mapped(&events(line), &format!("id,at,x\n{rows}"));
    assert_eq!(account(&taken).1, cells.len() as u64, "{:?}", taken.rejects);
    column(batch(&taken, "order_events"), line.split(' ').next().unwrap())
}

#[test]
fn expressions() {
    assert_eq!(becomes("channel = \"x\"", &["앱", ""]), ["앱", ""]);
    assert_eq!(becomes("channel = { value = \"x\" }", &["앱", ""]), ["x", "x"]);
    assert_eq!(becomes("channel = { concat = [\"<\", { column = \"x\" }, \">\"] }", &["a", ""]), ["<a>", ""]);
    assert_eq!(
        becomes("channel = { column = \"x\", map = { a = \"b\" }, else = \"c\" }", &["a", "z", ""]),
        ["b", "c", ""]
    );
    assert_eq!(
        becomes(
            "channel = { when = { column = \"x\", equals = [\"a\", \"b\"] }, then = \"yes\", else = { column = \"id\" } }",
            &["a", "c", ""]
        ),
        ["yes", "1", "2"]
    );
    assert_eq!(
        becomes("channel = { when = { column = \"x\", present = false }, then = \"none\" }", &["a", ""]),
        ["", "none"]
    );
    assert_eq!(becomes("units = { column = \"x\", abs = true }", &["-3", "4"]), ["3", "4"]);
    assert_eq!(becomes("amount = { column = \"x\", round = 2 }", &["1.005", "2"]), ["1.01", "2.00"]);
    assert_eq!(becomes("gift = { column = \"x\", present = true }", &["a", ""]), ["true", "false"]);
    assert_eq!(
        becomes(
            "occurred_at = { column = \"x\", format = \"%d.%m.%Y\", end_of_day = true }",
            &["15.02.2016"]
        ),
        ["2016-02-16T00:00:00Z"]
    );
    assert_eq!(becomes("channel = { column = \"x\", length = \"chars\" }", &["두 단어", ""]), ["4", "0"]);
}

#[test]
fn a_word_that_a_map_forgot_rejects_the_row() {
    let taken = mapped(
        &events("channel = { column = \"x\", map = { a = \"b\" } }"),
        "id,at,x\n1,2016-02-16 10:00,a\n2,2016-02-16 10:00,c\n3,2016-02-16 10:00,\n",
    );
    assert_eq!(account(&taken), (3, 2, 1, 0, 0));
    assert_eq!((taken.rejects[0].line, taken.rejects[0].reason.code()), (3, "unknown_word"));
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

#[test]
fn faults_name_line_key_and_remedy() {
    let cases = [
        (events("chanel = \"x\""), 14, "chanel", "has no column `chanel`"),
        (events("channel = { colum = \"x\" }"), 14, "channel", "unknown field `colum`"),
        (events("channel = { column = \"x\", value = \"y\" }"), 14, "channel", "exactly one of"),
        (events("channel = {}"), 14, "channel", "exactly one of"),
        (events("channel = { value = \"x\", length = \"chars\" }"), 14, "channel", "belong to a `column`"),
        (events("channel = { column = \"x\", then = \"y\" }"), 14, "channel", "`then` belongs to `when`"),
        (
            events("channel = { column = \"x\", end_of_day = true }"),
            14,
            "channel",
            "`end_of_day` is for a timestamp",
        ),
        (
            events("channel = { column = \"x\", kind = \"text\" }"),
            14,
            "channel",
            "`kind` is for an attribute",
        ),
        (
            events("channel = { concat = [{ column = \"x\", map = { a = \"b\" } }] }"),
            14,
            "channel",
            "no `else`",
        ),
        (events("amount = { column = \"x\", round = 3 }"), 14, "amount", "two decimals"),
        (events("occurred_at = { column = \"x\", format = \"%Q\" }"), 13, "occurred_at", "`%Q` is no format"),
        (events("attr_x = \"x\""), 14, "attr_x", "has no column `attr_x`"),
        (events("").replace("order_id = \"id\"\n", ""), 6, "order_id", "needs column `order_id`"),
        (events("").replace("order_events", "orders"), 6, "table", "no table `orders`"),
        (events("").replace("UTC", "Seoul"), 2, "zone", "`Seoul` is no time zone"),
        (events("").replace("pattern", "patern"), 4, "patern", "unknown field `patern`"),
        (events("").replace("zone", "zones"), 2, "zones", "unknown field `zones`"),
        (
            events("").replacen("[[file]]", "[slots]\nweekday = \"Day\"\ntime = \"10:00\"\n[[file]]", 1),
            3,
            "slots",
            "`Day` is no weekday",
        ),
        (
            events("").replacen("[[file]]", "[train]\nfrom = \"2013\"\n[[file]]", 1),
            4,
            "from",
            "`2013` is no date",
        ),
        (
            events("").replacen("pattern", "delimiter = \";;\"\npattern", 1),
            4,
            "delimiter",
            "`;;` is no delimiter",
        ),
        ("name = \"m\"\n".to_owned(), 1, "file", "no file is mapped"),
        ("name = \n".to_owned(), 1, "name", ""),
    ];
    for (text, line, key, rule) in cases {
        let error = Mapping::parse(&text, "m.toml").expect_err(&text);
        let message = error.to_string();
        let IngestError::Mapping { line: found, key: named, .. } = &error else { panic!("{message}") };
        assert_eq!((*found, named.as_str()), (line, key), "{message}\n{text}");
        assert!(message.contains(rule) && !message.ends_with('.') && !message.contains('\n'), "{message}");
        assert!(error.hint().is_some_and(|hint| !hint.ends_with('.')));
    }
}
