//! Row counts: no row is lost, and no fact is loaded twice.

use proptest::prelude::*;

use super::{
    Settings, TestFile, TestLake, batch, column, contract, counts, ingest_contract, ingest_mapped, settings,
};

const MAKERS: &str = "maker_id,name,kind,updated_at\n";

#[test]
fn repeats_in_file_batch_and_lake() {
    let row = "m,n,artist,2016-02-01 09:00\n";
    // The same instant in another format is the same fact.
    let same = "m , n,artist,2016-02-01T00:00:00Z\n";
    let first = TestFile::new("makers/a.csv", format!("{MAKERS}{row}{same}k,n,artist,2016-02-01 09:00\n"));
    let second = TestFile::new("makers/b.csv", format!("{MAKERS}{row}m,other,artist,2016-02-01 09:00\n"));
    let files = [first.file.clone(), second.file.clone()];
    for memory_budget in [0, 1] {
        let known = TestLake::empty();
        let settings = Settings { memory_budget, ..settings() };
        let results = known.ingest_all(&files, &contract(), &settings);
        assert_eq!(counts(results[0].as_ref().unwrap()), (3, 2, 0, 1, 0));
        assert_eq!(counts(results[1].as_ref().unwrap()), (2, 1, 0, 1, 0));
        assert_eq!(column(batch(results[0].as_ref().unwrap(), "makers"), "name"), ["n", "n", "other"]);
        let again = first.ingest_into(&known);
        assert_eq!(counts(&again), (3, 0, 0, 3, 0));
        assert!(again.facts.is_empty());
    }
}

#[test]
fn refused_files_add_nothing() {
    let good = "m,n,artist,2016-02-01 09:00\n";
    let bad = TestFile::new("makers/a.csv", format!("{MAKERS}{good}{}", "x\n".repeat(30)));
    let other = TestFile::new("makers/b.csv", format!("{MAKERS}{good}"));
    let files = [bad.file.clone(), other.file.clone()];
    let results = TestLake::empty().ingest_all(&files, &contract(), &settings());
    assert!(results[0].is_err());
    assert_eq!(counts(results[1].as_ref().unwrap()), (1, 1, 0, 0, 0));
}

#[test]
fn signals_without_id_are_summed() {
    let header = "signal_id,product_id,occurred_at,kind,channel,count,recorded_at\n";
    let rows = "\
        ,p,2016-02-16 10:00,wish,app,2,\n\
        s1,p,2016-02-16 10:00,wish,app,5,\n\
        ,p,2016-02-16T01:00:00Z,wish,app,3,2016-04-01T00:00:00Z\n\
        ,p,2016-02-16 10:00,wish,web,1,\n\
        ,p,2016-02-16 10:00,wish,app,-1,\n\
        s1,p,2016-02-16 10:00,wish,app,5,\n";
    let file = TestFile::new("social_signals/a.csv", format!("{header}{rows}"));
    let result = file.ingest(&contract(), &settings()).unwrap();
    assert_eq!(counts(&result), (6, 4, 1, 1, 0));
    let facts = batch(&result, "social_signals");
    assert_eq!(column(facts, "count"), ["5", "5", "1"]);
    assert_eq!(column(facts, "signal_id"), ["", "s1", ""]);
    assert_eq!(column(facts, "line"), ["2", "3", "5"]);
    assert_eq!(column(facts, "known_at")[0], "2016-04-01T00:00:00Z");
    // The sum is the fact: the same file adds nothing.
    let lake = TestLake::empty();
    file.ingest_into(&lake);
    assert_eq!(counts(&file.ingest_into(&lake)), (6, 0, 1, 5, 0));
}

#[test]
fn signals_without_id_column_are_summed() {
    let rows = "product_id,occurred_at,kind,channel,count\n\
        p,2016-02-16 10:00,wish,app,2\np,2016-02-16 10:00,wish,app,3\n";
    let result = ingest_contract("social_signals/a.csv", rows);
    assert_eq!(counts(&result), (2, 2, 0, 0, 0));
    assert_eq!(column(batch(&result, "social_signals"), "count"), ["5"]);
}

const TWO_VERSIONS: &str = r#"
name = "two"
zone = "UTC"
[[file]]
pattern = "*.csv"
unused = ["note"]
[[file.filter]]
column = "id"
equals = ["test", "probe"]
reason = "rehearsal"
[[file.target]]
table = "campaigns"
[file.target.columns]
campaign_id = "id"
product_id = "id"
opens_at = "start"
closes_at = "end"
threshold = "goal"
threshold_basis = { value = "amount" }
status = { value = "scheduled" }
updated_at = { column = "start", shift_days = -14 }
[[file.target]]
table = "campaigns"
when = { column = "end_state", present = true }
[file.target.columns]
campaign_id = "id"
product_id = "id"
opens_at = "start"
closes_at = "end"
threshold = "goal"
threshold_basis = { value = "amount" }
status = { value = "closed" }
declared_outcome = { column = "end_state", map = { won = "reached" }, else = "missed" }
updated_at = "end"
"#;

#[test]
fn one_row_to_two_versions() {
    let rows = "id,start,end,goal,end_state,note,more\n\
        a,2015-01-15 10:00,2015-02-15 10:00,100,won,,\n\
        b,2015-01-15 10:00,2015-02-15 10:00,100,,,\n\
        c,2015-01-15 10:00,2015-01-14 10:00,100,lost,,\n\
        test,broken,,,,,\n\
        a,2015-01-15 10:00,2015-02-15 10:00,100,lost,,\n";
    let result = ingest_mapped(TWO_VERSIONS, rows);
    assert_eq!(counts(&result), (5, 3, 1, 0, 1));
    assert_eq!(result.filtered_by, [("rehearsal".to_owned(), 1)]);
    assert_eq!(result.extra_columns, ["more"]);
    assert_eq!(result.rejects[0].line, 4);
    let facts = batch(&result, "campaigns");
    let terms = "2015-01-01T10:00:00Z";
    let result = "2015-02-15T10:00:00Z";
    assert_eq!(column(facts, "campaign_id"), ["a", "a", "b", "a"]);
    assert_eq!(column(facts, "updated_at"), [terms, result, terms, result]);
    assert_eq!(column(facts, "declared_outcome"), ["", "reached", "", "missed"]);
    assert_eq!(column(facts, "line"), ["2", "2", "3", "6"]);
}

#[test]
fn rows_without_target_are_filtered() {
    let mapping = TWO_VERSIONS.replacen(
        "table = \"campaigns\"",
        "table = \"campaigns\"\nwhen = { column = \"end_state\", equals = \"won\" }",
        1,
    );
    let result =
        ingest_mapped(&mapping, "id,start,end,goal,end_state\na,2015-01-15 10:00,2015-02-15 10:00,100,\n");
    assert_eq!(counts(&result), (1, 0, 0, 0, 1));
    assert_eq!(result.filtered_by, [("no_target".to_owned(), 1)]);
}

#[test]
fn header_only() {
    let result = ingest_contract("makers/a.csv", MAKERS);
    assert_eq!(counts(&result), (0, 0, 0, 0, 0));
}

#[test]
fn rows_span_chunks() {
    let rows: String =
        (0..140_000).map(|row| format!("m{},n,artist,2016-02-01 09:00\n", row % 139_000)).collect();
    let result = ingest_contract("makers/a.csv", &format!("{MAKERS}{rows}"));
    assert_eq!(counts(&result), (140_000, 139_000, 0, 1_000, 0));
    assert_eq!(result.facts.iter().map(|(_, batch)| batch.num_rows()).sum::<usize>(), 139_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_row_has_one_outcome(
        rows in proptest::collection::vec(("[ab ]?", "[a-c\u{ac00}]{0,2}", "(artist|brand|artist|robot)?", "(2016-02-0[1-3] 09:00|never)", "(,more)?"), 0..20),
        crlf in any::<bool>(),
    ) {
        let line_break = if crlf { "\r\n" } else { "\n" };
        let mut text = MAKERS.trim_end().to_owned() + line_break;
        for (id, name, kind, at, more) in &rows {
            text += &format!("{id},\"{name}\n\",{kind},{at}{more}{line_break}");
        }
        // Fewer than 20 bad rows are always accepted.
        let result = TestFile::new("makers/a.csv", &text).ingest(&contract(), &settings()).unwrap();
        let (read, accepted, ..) = counts(&result);
        prop_assert_eq!(read, rows.len() as u64);
        let mut lines: Vec<u64> = result.rejects.iter().map(|reject| reject.line).collect();
        for (_, batch) in &result.facts {
            lines.extend(column(batch, "line").iter().map(|line| line.parse::<u64>().unwrap()));
        }
        // Each row has two lines, from line 2 on; no line has two outcomes.
        prop_assert!(lines.iter().all(|line| line % 2 == 0 && *line <= 2 * read));
        lines.sort_unstable();
        lines.dedup();
        prop_assert_eq!(lines.len() as u64, accepted + result.counts.rejected);
    }
}
