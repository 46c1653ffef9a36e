//! Conditions on cells.

use super::{
    counts,
    expressions::{events, values_of},
    ingest_mapped,
};

/// Results of a condition on `x`, per cell.
fn holds(condition: &str, cells: &[&str]) -> Vec<bool> {
    let line = format!("channel = {{ when = {{ {condition} }}, then = \"yes\", else = \"no\" }}");
    values_of(&line, cells).into_iter().map(|text| text == "yes").collect()
}

#[test]
fn texts() {
    let cells = ["C1", "c1", "A", ""];
    assert_eq!(holds("column = \"x\", equals = \"A\"", &cells), [false, false, true, false]);
    assert_eq!(holds("column = \"x\", not_equals = [\"A\", \"C1\"]", &cells), [false, true, false, true]);
    assert_eq!(holds("column = \"x\", starts_with = \"C\"", &cells), [true, false, false, false]);
    assert_eq!(holds("column = \"x\", starts_with = [\"C\", \"A\"]", &cells), [true, false, true, false]);
    assert_eq!(
        holds("column = \"x\", equals = [1, true]", &["1", "true", "01", ""]),
        [true, true, false, false]
    );
    assert_eq!(holds("column = \"x\", present = false", &cells), [false, false, false, true]);
}

#[test]
fn numbers() {
    let cells =
        ["-1", "-0.00", "0.001", "+3", "12345678901234567890", "", "many", "nan", "inf", "1e3", "-1 €"];
    let found = holds("column = \"x\", below = 0", &cells);
    assert_eq!(found.iter().filter(|holds| **holds).count(), 2);
    assert!(found[0] && found[10]);
    let found = holds("column = \"x\", above = 0", &cells);
    assert_eq!(found, [false, false, true, true, true, false, false, false, false, false, false]);
    assert_eq!(
        holds("column = \"x\", above = 0.5, below = 3", &["0.5", "0.6", "3", "2.99"]),
        [false, true, false, true]
    );
}

#[test]
fn combined_conditions() {
    let cells = ["C-1", "5", "-5", "", "7"];
    let negative = "{ column = \"x\", below = 0 }";
    let marked = "{ column = \"x\", starts_with = \"C\" }";
    let second = "{ column = \"id\", equals = \"1\" }";
    assert_eq!(holds(&format!("any = [{negative}, {marked}]"), &cells), [true, false, true, false, false]);
    assert_eq!(holds(&format!("all = [{negative}, {second}]"), &cells), [false; 5]);
    assert_eq!(holds(&format!("not = {negative}"), &cells), [true, true, false, true, true]);
    let nested = format!(
        "all = [{{ not = {{ any = [{negative}, {marked}] }} }}, {{ column = \"x\", present = true }}]"
    );
    assert_eq!(holds(&nested, &cells), [false, true, false, false, true]);
}

#[test]
fn conditions_of_filters_and_targets() {
    let filter = "[[file.filter]]\nall = [{ column = \"x\", below = 0 }, { not = { column = \"id\", starts_with = \"C\" } }]\nreason = \"adjustment\"\n[[file.filter]]\ncolumn = \"x\"\nequals = [\"0\", \"00\"]\nnot_equals = \"00\"\nreason = \"nothing\"\n";
    let text = events("").replacen("[[file.target]]", &format!("{filter}[[file.target]]"), 1).replacen(
        "table = \"order_events\"",
        "table = \"order_events\"\nwhen = { any = [{ column = \"x\", above = 5 }, { column = \"x\", below = 0 }] }",
        1,
    );
    let result = ingest_mapped(
        &text,
        "id,at,x\n1,2016-02-16 10:00,-3\nC2,2016-02-16 10:00,-3\n3,2016-02-16 10:00,0\n4,2016-02-16 10:00,00\n5,2016-02-16 10:00,6\n",
    );
    assert_eq!(counts(&result), (5, 2, 0, 0, 3));
    let by: Vec<(&str, u64)> =
        result.filtered_by.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    assert_eq!(by, [("adjustment", 1), ("nothing", 1), ("no_target", 1)]);
}

#[test]
fn missing_condition_columns() {
    let text = events("").replacen(
        "table = \"order_events\"",
        "table = \"order_events\"\nwhen = { all = [{ column = \"y\", above = 5 }, { column = \"z\", present = true }] }",
        1,
    );
    let mapping = crate::Mapping::parse(&text, "m.toml").unwrap();
    let refused =
        super::TestFile::new("rows.csv", "id,at,x\n").ingest(&mapping, &super::settings()).unwrap_err();
    assert!(refused.to_string().contains("lacks `y`, `z` for table `order_events`"), "{refused}");
}
