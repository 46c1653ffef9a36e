//! Keys that turn a cell into a text.

use super::{
    batch, column, counts,
    expressions::{events, values_of},
    ingest_mapped,
};
use crate::Mapping;

#[test]
fn steps() {
    for (keys, cells, expected) in [
        ("strip_prefix = \"#\"", &["#1001", "1001", "#"][..], &["1001", "1001", ""][..]),
        ("strip_prefix = [\"ab\", \"a\"], strip_suffix = \"z\"", &["abz", "acz"], &["", "c"]),
        ("replace = { \"a\" = \"b\", \"b\" = \"c\" }", &["ab", "x"], &["cc", "x"]),
        ("replace = { \"b\" = \"c\", \"a\" = \"b\" }", &["ab"], &["bc"]),
        ("upper = true", &["abc"], &["ABC"]),
        ("lower = true", &["ÀB"], &["àb"]),
        ("split = \"/\", part = 2", &["a/b/c", "a"], &["b", ""]),
        ("split = \" / \", part = -1", &["a / b / c", "a"], &["c", "a"]),
        ("regex = 'PO-([0-9]+)'", &["PO-17 x", "17"], &["17", ""]),
        ("regex = '(x)?-(?P<n>[0-9]+)'", &["x-17"], &["17"]),
        ("regex = '[0-9]+'", &["PO-17"], &["17"]),
        ("regex = '([0-9]+)', else = \"none\", upper = true", &["a", "17", ""], &["none", "17", ""]),
        (
            "regex = '^([a-z])', map = { a = \"A\" }, else = \"?\"",
            &["abc", "xyz", "17", ""],
            &["A", "?", "?", ""],
        ),
        ("default = \"web\"", &["app", ""], &["app", "web"]),
        ("map = { a = \"b\" }, else = \"c\", default = \"d\"", &["a", "x", ""], &["b", "c", "d"]),
        (
            "split = \",\", part = 1, strip_prefix = \"x\", replace = { \" \" = \"\" }, lower = true",
            &["\"xA B,c\""],
            &["ab"],
        ),
    ] {
        assert_eq!(values_of(&format!("channel = {{ column = \"x\", {keys} }}"), cells), expected, "{keys}");
    }
    assert_eq!(
        values_of("channel = { concat = [{ column = \"x\" }, \"!\"], default = \"-\" }", &["a", ""]),
        ["a!", "-"]
    );
    assert_eq!(values_of("units = { column = \"x\", default = 3 }", &["2", ""]), ["2", "3"]);
}

#[test]
fn cells_are_filled_down() {
    let text =
        events("channel = { column = \"x\", fill_down = \"id\" }\nevent_id = { line_ordinal = [\"at\"] }");
    let rows = "id,at,x\n1,2016-02-16 10:00,a\n1,2016-02-16 10:00,\n2,2016-02-16 10:00,\n2,2016-02-16 10:00,b\n1,2016-02-16 10:00,\n";
    let result = ingest_mapped(&text, rows);
    assert_eq!(column(batch(&result, "order_events"), "channel"), ["a", "a", "", "b", ""]);
    let always = text.replace("fill_down = \"id\"", "fill_down = true");
    let result = ingest_mapped(&always, rows);
    assert_eq!(column(batch(&result, "order_events"), "channel"), ["a", "a", "a", "b", "b"]);
    // Rows that are filtered count, and the steps follow.
    let filtered = text.replace("fill_down = \"id\"", "fill_down = [\"id\", \"at\"], upper = true").replacen(
        "[[file.target]]",
        "[[file.filter]]\ncolumn = \"x\"\npresent = true\nreason = \"head\"\n[[file.target]]",
        1,
    );
    let result = ingest_mapped(&filtered, rows);
    assert_eq!(column(batch(&result, "order_events"), "channel"), ["A", "", ""]);
    assert_eq!(counts(&result), (5, 3, 0, 0, 2));
}

#[test]
fn conditions_read_the_same_keys() {
    let holds = |condition: &str, cells: &[&str]| {
        values_of(
            &format!(
                "channel = {{ when = {{ column = \"x\", {condition} }}, then = \"yes\", else = \"no\" }}"
            ),
            cells,
        )
    };
    assert_eq!(holds("lower = true, equals = \"done\"", &["DONE", "Done", "x"]), ["yes", "yes", "no"]);
    assert_eq!(holds("fill_down = \"at\", present = true", &["", "a", ""]), ["no", "yes", "yes"]);
    assert_eq!(holds("regex = '([0-9]+)', above = 9", &["n10", "n9", "n"]), ["yes", "no", "no"]);
    assert_eq!(holds("json = \"a.b\", equals = 1", &["\"{\"\"a\"\":{\"\"b\"\":1}}\"", "{}"]), ["yes", "no"]);
}

#[test]
fn thousands_of_words_and_parts() {
    let words: String = (0..5_000).map(|word| format!("k{word} = \"v{word}\", ")).collect();
    assert_eq!(
        values_of(
            &format!("channel = {{ column = \"x\", map = {{ {words} }}, else = \"z\" }}"),
            &["k0", "k4999", "k5000"]
        ),
        ["v0", "v4999", "z"]
    );
    let parts = "{ column = \"x\" }, ".repeat(5_000);
    assert_eq!(
        values_of(&format!("channel = {{ concat = [{parts}] }}"), &["a", ""]),
        ["a".repeat(5_000), String::new()]
    );
    let any = "{ column = \"x\", starts_with = \"b\" }, ".repeat(300);
    assert_eq!(
        values_of(&format!("channel = {{ when = {{ any = [{any}] }}, then = \"b\" }}"), &["bc", "c"]),
        ["b", ""]
    );
}

#[test]
fn invalid_keys() {
    for (keys, message) in [
        ("regex = '('", "no regular expression"),
        ("split = \",\"", "`split` needs a separator and a `part`"),
        ("split = \",\", part = 0", "`split` needs a separator and a `part`"),
        ("part = 1", "`split` needs a separator and a `part`"),
        ("upper = true, lower = true", "exclude each other"),
        ("replace = { \"\" = \"a\" }", "empty text"),
        ("json = \"a..b\"", "no path into JSON"),
        ("fill_down = false", "`fill_down` needs the columns"),
        ("default = { column = \"x\" }", "`default` is a text"),
        ("else = \"a\"", "`else` to `when`, `map` or `regex`"),
    ] {
        let text = events(&format!("channel = {{ column = \"x\", {keys} }}"));
        let error = Mapping::parse(&text, "m.toml").unwrap_err().to_string();
        assert!(error.contains(message), "{keys}: {error}");
    }
    let error = Mapping::parse(&events("channel = { value = \"x\", upper = true }"), "m.toml").unwrap_err();
    assert!(error.to_string().contains("belong to a `column`"), "{error}");
}
