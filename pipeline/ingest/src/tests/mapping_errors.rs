//! Mapping errors: line, key, rule and remedy.

use slotcast_core::Hint;

use super::expressions::events;
use crate::{IngestError, Mapping};

type Case<'a> = (String, usize, &'a str, &'a str);

fn assert_errors(cases: &[Case<'_>]) {
    for (text, line, key, rule) in cases {
        let error = Mapping::parse(text, "m.toml").expect_err(text);
        let message = error.to_string();
        let IngestError::Mapping { line: found, key: named, .. } = &error else { panic!("{message}") };
        assert_eq!((found, named.as_str()), (line, *key), "{message}\n{text}");
        assert!(message.contains(rule) && !message.ends_with('.') && !message.contains('\n'), "{message}");
        assert!(error.hint().is_some_and(|hint| !hint.ends_with('.')));
    }
}

#[test]
fn errors_name_line_key_and_remedy() {
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
        (
            events("occurred_at = { column = \"x\", format = \"%m/%d/%Y %I:%M:%S\" }"),
            13,
            "occurred_at",
            "an hour from 1 to 12 without AM or PM",
        ),
        (
            events("occurred_at = { column = \"x\", unix = \"auto\" }"),
            13,
            "occurred_at",
            "unknown variant `auto`",
        ),
        (
            events("occurred_at = { column = \"x\", zone = \"Seoul\" }"),
            13,
            "occurred_at",
            "`Seoul` is not a time zone",
        ),
        (events("channel = { column = \"x\", zone = \"UTC\" }"), 14, "channel", "`zone` is for a timestamp"),
        (events("attr_x = \"x\""), 14, "attr_x", "has no column `attr_x`"),
        (events("").replace("order_id = \"id\"\n", ""), 6, "order_id", "needs column `order_id`"),
        (events("").replace("order_events", "orders"), 6, "table", "no table `orders`"),
        (events("").replace("UTC", "Seoul"), 2, "zone", "`Seoul` is not a time zone"),
        (events("").replace("pattern", "patern"), 4, "patern", "unknown field `patern`"),
        (events("").replace("zone", "zones"), 2, "zones", "unknown field `zones`"),
        (
            events("").replacen("[[file]]", "[slots]\nweekday = \"Day\"\ntime = \"10:00\"\n[[file]]", 1),
            3,
            "slots",
            "`Day` is not a weekday",
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
    assert_errors(&cases);
}

#[test]
fn invalid_expressions() {
    let channel = |expression: &str, rule| -> Case<'_> {
        (events(&format!("channel = {{ {expression} }}")), 14, "channel", rule)
    };
    assert_errors(&[
        channel("multiply = [\"x\"]", "`multiply` needs two columns or more"),
        channel("multiply = [\"x\", \"y\"], column = \"x\"", "exactly one of"),
        channel("multiply = [\"x\", \"y\"], sign = true", "belong to a `column`"),
        channel("value = \"x\", strip_suffix = \"y\"", "belong to a `column`"),
        channel("value = \"x\", slot = \"date\"", "belong to a `column`"),
        channel("line_ordinal = []", "needs the columns to compare"),
        channel("line_ordinal = false", "needs the columns to compare"),
        channel("line_ordinal = \"x\"", "expected `true` or a list of columns"),
        channel("line_ordinal = true, abs = true", "belong to a `column`"),
        channel("running_total = \"x\"", "`running_total` needs `over`"),
        channel("running_total = \"x\", over = []", "`running_total` needs `over`"),
        channel("column = \"x\", over = [\"y\"]", "`over` belongs to `running_total`"),
        channel("column = \"x\", sign = true, abs = true", "exclude each other"),
        channel("column = \"x\", slot = \"date\"", "`slot` needs to know when slots open"),
        channel(
            "column = \"x\", slot = \"date\", map = { a = \"b\" }",
            "allows no other key than `format`, `unix`, `excel_date` and `zone`",
        ),
        channel("column = \"x\", slot = \"week\"", "unknown variant `week`"),
        channel("column = \"x\", unix = \"seconds\"", "`unix` is for a timestamp"),
        channel("column = \"x\", sign = true, kind = \"text\"", "`kind` is for an attribute"),
        channel("concat = [{ column = \"x\", unix = \"seconds\" }]", "apply to a whole column"),
        (
            events("occurred_at = { column = \"x\", format = \"%Y\", unix = \"seconds\" }"),
            13,
            "occurred_at",
            "exclude each other",
        ),
        (events("occurred_at = { column = \"x\", format = [] }"), 13, "occurred_at", "`format` is empty"),
        (
            events("occurred_at = { column = \"x\", format = [\"%Y-%m-%d\", \"%Q\"] }"),
            13,
            "occurred_at",
            "`%Q` is no format",
        ),
        (
            events("occurred_at = { column = \"x\", unix = \"minutes\" }"),
            13,
            "occurred_at",
            "unknown variant `minutes`",
        ),
    ]);
}

#[test]
fn invalid_conditions() {
    let when = |condition: &str, rule| -> Case<'_> {
        (events(&format!("channel = {{ when = {{ {condition} }}, then = \"y\" }}")), 14, "channel", rule)
    };
    let filter = |text: &str, rule| -> Case<'_> {
        let text =
            events("").replacen("[[file.target]]", &format!("[[file.filter]]\n{text}\n[[file.target]]"), 1);
        (text, 5, "filter", rule)
    };
    assert_errors(&[
        when("column = \"x\"", "a condition on `x` has no test"),
        when("equals = \"a\"", "exactly one of `column`, `all`, `any` and `not`"),
        when("all = []", "`all` and `any` need conditions"),
        when("not = { column = \"x\" }", "a condition on `x` has no test"),
        when("all = [{ column = \"x\", present = true }], below = 0", "a test has no column"),
        when("column = \"x\", below = nan", "need a number"),
        when("column = \"x\", below = \"0\"", "expected f64"),
        when("column = \"x\", equals = 1.5", "expected a text or a list of texts"),
        when("column = \"x\", present = true, reason = \"r\"", "`reason` belongs to a filter"),
        when("column = \"x\", ends_with = \"a\"", "unknown field `ends_with`"),
        filter("column = \"x\"\npresent = true", "a filter has no reason"),
        filter("column = \"x\"\npresent = true\nreason = \" \"", "a filter has no reason"),
        filter("column = \"x\"\nreason = \"r\"", "a condition on `x` has no test"),
    ]);
}

#[test]
fn invalid_file_rules() {
    let file = |keys: &str, line, key, rule| -> Case<'_> {
        (events("").replacen("pattern", &format!("{keys}\npattern"), 1), line, key, rule)
    };
    assert_errors(&[
        file("encoding = \"klingon\"", 4, "encoding", "`klingon` is no encoding"),
        file("quote = \"ab\"", 4, "quote", "`ab` is no quote character"),
        file("quote = \",\"", 4, "quote", "one character is both the quote and the delimiter"),
        file("header_row = 0", 4, "header_row", "rows count from 1"),
        file(
            "skip_lines = 1\nheader_row = 2",
            5,
            "header_row",
            "`skip_lines` and `header_row` both place the header",
        ),
        file("reason = \"x\"", 4, "reason", "`reason` is the reason of `ignore = true`, which is absent"),
        file("ignore = true", 7, "target", "files `*.csv` are ignored and have targets"),
        file("decimal = \";\"", 4, "decimal", "`;` is no decimal sign"),
        file("thousands = \".\"", 4, "thousands", "`.` is both the thousands and the decimal separator"),
        file(
            "decimal = \",\"\nthousands = \",\"",
            5,
            "thousands",
            "`,` is both the thousands and the decimal separator",
        ),
        file("thousands = \"0\"", 4, "thousands", "`0` is no thousands separator"),
        file("thousands = \"\"", 4, "thousands", "`` is no thousands separator"),
        file("exact_duplicates = true", 4, "exact_duplicates", "wanted string"),
        file("exact_duplicates = \"merge\"", 4, "exact_duplicates", "unknown variant `merge`"),
        file("table = \"orders\"", 4, "table", "there is no table `orders`"),
        file("table = \"order_events\"", 3, "table", "are table `order_events` and have targets too"),
        (
            "name = \"m\"\n[[file]]\npattern = \"*.csv\"\n".to_owned(),
            2,
            "target",
            "files `*.csv` become nothing",
        ),
    ]);
}
