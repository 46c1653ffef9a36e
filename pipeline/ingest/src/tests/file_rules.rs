//! Rules for whole files: encoding, numbers, repeats, tables with contract names.

use slotcast_core::Hint;

use super::{
    IngestResult, TestFile, batch, column, counts,
    expressions::{events, values_of},
    ingest_mapped, settings,
};
use crate::{FileError, Mapping};

fn with(keys: &str, mapping: &str) -> String {
    mapping.replacen("pattern", &format!("{keys}\npattern"), 1)
}

fn ingest_bytes(mapping: &str, content: &[u8]) -> Result<IngestResult, FileError> {
    let mapping = Mapping::parse(mapping, "m.toml").unwrap_or_else(|error| panic!("{error}"));
    TestFile::new("rows.csv", content).ingest(&mapping, &settings())
}

#[test]
fn declared_encoding() {
    let text = with("encoding = \"cp949\"", &events("channel = \"x\""));
    // One CP949 character, and also one Latin letter in UTF-8.
    let row = b"id,at,x\n1,2016-02-16 10:00,\xc3\xa9\n";
    assert_eq!(column(batch(&ingest_bytes(&text, row).unwrap(), "order_events"), "channel"), ["챕"]);
    let text = with("encoding = \"utf-8\"", &events("channel = \"x\""));
    assert_eq!(column(batch(&ingest_bytes(&text, row).unwrap(), "order_events"), "channel"), ["é"]);
    let cp949 = b"id,at,x\n1,2016-02-16 10:00,\xb0\xa1\n";
    assert!(matches!(ingest_bytes(&text, cp949), Err(FileError::NotUtf8 { .. })));
}

#[test]
fn tab_delimiter() {
    let text = with("delimiter = \"\\t\"", &events("channel = \"x\""));
    let result = ingest_mapped(&text, "id\tat\tx\n1\t2016-02-16 10:00\ta,b\n");
    assert_eq!(column(batch(&result, "order_events"), "channel"), ["a,b"]);
}

#[test]
fn number_formats() {
    let text = |line: &str| with("delimiter = \";\"\ndecimal = \",\"\nthousands = \".\"", &events(line));
    let give = |line: &str, cells: &[&str]| {
        let rows: String = cells
            .iter()
            .enumerate()
            .map(|(row, cell)| format!("{row};2016-02-16 10:00;{cell};2\n"))
            .collect();
        let result = ingest_mapped(&text(line), &format!("id;at;x;y\n{rows}"));
        assert_eq!(counts(&result).1, cells.len() as u64, "{:?}", result.rejects);
        column(batch(&result, "order_events"), line.split(' ').next().unwrap())
    };
    assert_eq!(give("amount = \"x\"", &["1.234,50", "12,5", "", "3"]), ["1234.50", "12.50", "", "3.00"]);
    assert_eq!(give("units = \"x\"", &["1.234", "12,0"]), ["1234", "12"]);
    assert_eq!(give("units = { column = \"x\", abs = true }", &["-1.234"]), ["1234"]);
    assert_eq!(give("amount = { column = \"x\", strip_suffix = \"€\" }", &["1.234,50 €"]), ["1234.50"]);
    assert_eq!(give("amount = { multiply = [\"x\", \"y\"] }", &["1.234,50"]), ["2469.00"]);
    // Constants are always in plain notation.
    assert_eq!(
        give(
            "amount = { when = { column = \"x\", above = 1000 }, then = { column = \"x\" }, else = 0.25 }",
            &["1.000,5", "999,9"]
        ),
        ["1000.50", "0.25"]
    );
    // Text stays text.
    assert_eq!(give("channel = \"x\"", &["1.234,50"]), ["1.234,50"]);
    for wrong in ["12.50", "1234.567", "1,2,3"] {
        let result =
            ingest_mapped(&text("amount = \"x\""), &format!("id;at;x\n1;2016-02-16 10:00;{wrong}\n"));
        assert_eq!(counts(&result), (1, 0, 1, 0, 0), "{wrong}");
        assert_eq!(result.rejects[0].reason.code(), "bad_number", "{wrong}");
    }
}

#[test]
fn number_format_of_attributes() {
    let text = "name = \"m\"\nzone = \"UTC\"\n[[file]]\npattern = \"*.csv\"\ndelimiter = \";\"\ndecimal = \",\"\ntable = \"products\"\n";
    let row = |size: &str, weight: &str| format!("p;t;c;m;2016-02-01 09:00;{size};{weight}\n");
    let header = "product_id;title;category;maker_id;updated_at;attr_size;ATTR_WEIGHT\n";
    let result = ingest_mapped(text, &format!("{header}{}{}", row("1,5", "1.5"), row("2", "1")));
    let facts = batch(&result, "products");
    assert_eq!(column(facts, "attr_size"), ["1.5", "2.0"]);
    assert_eq!(column(facts, "attr_weight"), ["1.5", "1"]);
}

#[test]
fn contract_column_names() {
    let text = "name = \"m\"\nzone = \"UTC\"\n[[file]]\npattern = \"makers-*.csv\"\ndelimiter = \";\"\ntable = \"makers\"\nunused = [\"note\"]\n[[file.filter]]\ncolumn = \"test\"\nequals = \"1\"\nreason = \"rehearsal\"\n";
    let mapping = Mapping::parse(text, "m.toml").unwrap();
    let rows = "MAKER_ID;Name;kind;updated_at;note;test;more\nm;n;artist;2016-02-01 09:00;;;\nk;n;artist;2016-02-01 09:00;;1;\n";
    let result = TestFile::new("makers-1.csv", rows).ingest(&mapping, &settings()).unwrap();
    assert_eq!(counts(&result), (2, 1, 0, 0, 1));
    assert_eq!(result.extra_columns, ["more"]);
    assert_eq!(column(batch(&result, "makers"), "updated_at"), ["2016-02-01T09:00:00Z"]);
    let refused =
        TestFile::new("makers-1.csv", "maker_id;name;test\n").ingest(&mapping, &settings()).unwrap_err();
    assert!(refused.to_string().contains("lacks `kind`, `updated_at` for table `makers`"), "{refused}");
}

#[test]
fn case_insensitive_column_names() {
    let text = with("unused = [\"More\"]", &events("channel = { column = \"x\", present = true }"));
    let result = ingest_mapped(&text, "ID,At,X,x,MORE\n1,2016-02-16 10:00,a,,\n");
    assert_eq!(column(batch(&result, "order_events"), "channel"), ["false"]);
    assert_eq!(result.extra_columns, ["X"]);
    let mapping = Mapping::parse(&events("channel = \"chan\""), "m.toml").unwrap();
    let refused = TestFile::new("rows.csv", "id,at,Chan,CHAN\n").ingest(&mapping, &settings()).unwrap_err();
    assert!(refused.to_string().contains("lacks `chan`"), "{refused}");
}

#[test]
fn exact_duplicates() {
    let rows = "id,at,x\n1,2016-02-16 10:00,a\n1,2016-02-16 10:00,a\n";
    let text = |keys: &str| with(keys, &events("channel = \"x\""));
    assert_eq!(counts(&ingest_mapped(&text("exact_duplicates = \"keep\""), rows)), (2, 2, 0, 0, 0));
    for keys in ["exact_duplicates = \"drop\"", ""] {
        assert_eq!(counts(&ingest_mapped(&text(keys), rows)), (2, 1, 0, 1, 0));
    }
}

#[test]
fn timestamp_formats() {
    let line = "occurred_at = { column = \"x\", format = [\"%m/%d/%Y %H:%M\", \"%Y-%m-%d %H:%M:%S\"] }";
    assert_eq!(values_of(line, &["12/1/2010 8:26", "2010-12-01 08:26:00"]), ["2010-12-01T08:26:00Z"; 2]);
    let line = "occurred_at = { column = \"x\", unix = \"milliseconds\" }";
    assert_eq!(values_of(line, &["1455616800000"]), ["2016-02-16T10:00:00Z"]);
    let line = "occurred_at = { column = \"x\", excel_date = true }";
    assert_eq!(values_of(line, &["42416.4375"]), ["2016-02-16T10:30:00Z"]);
    let line = "occurred_at = { column = \"x\", zone = \"Asia/Seoul\" }";
    let cells = ["2016-02-16 19:00", "2016. 2. 16. 오후 7:00", "2016-02-16 10:00:00 UTC"];
    assert_eq!(values_of(line, &cells), ["2016-02-16T10:00:00Z"; 3]);
}

#[test]
fn slots_of_timestamps_in_another_zone() {
    let slots = "[slots]\nweekday = \"Tue\"\ntime = \"10:00\"\nzone = \"Asia/Seoul\"\n[[file]]";
    let date = |keys: &str, cell: &str| {
        let text = events(&format!("channel = {{ column = \"x\", slot = \"date\"{keys} }}"));
        let result = ingest_mapped(
            &text.replacen("[[file]]", slots, 1),
            &format!("id,at,x\n1,2016-02-16 10:00,{cell}\n"),
        );
        column(batch(&result, "order_events"), "channel").remove(0)
    };
    // 00:59 and 01:00 UTC are 09:59 and 10:00 in Seoul.
    assert_eq!(date(", zone = \"UTC\"", "2026-03-03 00:59"), "2026-02-24");
    assert_eq!(date(", zone = \"UTC\"", "2026-03-03 01:00"), "2026-03-03");
    assert_eq!(date(", zone = \"Asia/Seoul\"", "2026-03-03 10:00"), "2026-03-03");
    assert_eq!(date(", excel_date = true, zone = \"Asia/Seoul\"", "46084.4375"), "2026-03-03");
}

#[test]
fn a_day_for_a_timestamp_names_the_remedy() {
    let rows: String = (0..40).map(|row| format!("{row},2016-02-16,\n")).collect();
    let mapping = Mapping::parse(&events(""), "m.toml").unwrap();
    let refused =
        TestFile::new("rows.csv", format!("id,at,x\n{rows}")).ingest(&mapping, &settings()).unwrap_err();
    let hint = refused.hint().unwrap_or_default();
    assert!(refused.to_string().contains("bare_date"), "{refused}");
    assert!(hint.contains("`end_of_day = true`") && hint.contains("`format`"), "{hint}");
}

#[test]
fn the_key_of_a_rule_ignores_notation() {
    let hash = |text: &str| Mapping::parse(text, "m.toml").unwrap().mapping_hash("rows.csv");
    let text = events("channel = { column = \"x\", present = true }");
    let reordered = events("channel = { present = true, column = \"x\" } # a comment");
    assert_eq!(hash(&text), hash(&reordered));
    assert_ne!(hash(&text), hash(&events("channel = \"x\"")));
    assert_ne!(hash(&text), hash(&text.replacen("UTC", "Asia/Seoul", 1)));
    let other_file = format!("{text}\n[[file]]\npattern = \"more*\"\ntable = \"makers\"\n");
    assert_eq!(hash(&text), hash(&other_file));
}

#[test]
fn unused_columns_make_no_other_rule() {
    let hash = |keys: &str| {
        let text = with(keys, &events("channel = \"x\""));
        Mapping::parse(&text, "m.toml").unwrap().mapping_hash("rows.csv")
    };
    assert_eq!(hash("unused = [\"note\"]"), hash(""));
    assert_ne!(hash("delimiter = \";\""), hash(""));
}
