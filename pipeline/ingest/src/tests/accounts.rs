//! Nothing is lost and nothing is loaded twice.

use proptest::prelude::*;

use super::{Given, Known, Settings, account, batch, column, contract, mapped, settings, taken};

const MAKERS: &str = "maker_id,name,kind,updated_at\n";

#[test]
fn a_repeat_is_found_in_the_file_the_batch_and_the_lake() {
    let row = "m,n,artist,2016-02-01 09:00\n";
    // The same instant in other words is the same fact.
    let same = "m , n,artist,2016-02-01T00:00:00Z\n";
    let first = Given::file("makers/a.csv", format!("{MAKERS}{row}{same}k,n,artist,2016-02-01 09:00\n"));
    let second = Given::file("makers/b.csv", format!("{MAKERS}{row}m,other,artist,2016-02-01 09:00\n"));
    let files = [first.file.clone(), second.file.clone()];
    for room in [0, 1] {
        let known = Known::nothing();
        let settings = Settings { room, ..settings() };
        let taken = known.take_all(&files, &contract(), &settings);
        assert_eq!(account(taken[0].as_ref().unwrap()), (3, 2, 0, 1, 0));
        assert_eq!(account(taken[1].as_ref().unwrap()), (2, 1, 0, 1, 0));
        assert_eq!(column(batch(taken[0].as_ref().unwrap(), "makers"), "name"), ["n", "n", "other"]);
        let again = first.take_knowing(&known);
        assert_eq!(account(&again), (3, 0, 0, 3, 0));
        assert!(again.facts.is_empty());
    }
}

#[test]
fn a_refused_file_leaves_no_trace_in_the_batch() {
    let good = "m,n,artist,2016-02-01 09:00\n";
    let bad = Given::file("makers/a.csv", format!("{MAKERS}{good}{}", "x\n".repeat(30)));
    let other = Given::file("makers/b.csv", format!("{MAKERS}{good}"));
    let files = [bad.file.clone(), other.file.clone()];
    let taken = Known::nothing().take_all(&files, &contract(), &settings());
    assert!(taken[0].is_err());
    assert_eq!(account(taken[1].as_ref().unwrap()), (1, 1, 0, 0, 0));
}

#[test]
fn signals_without_an_id_are_added_up() {
    let header = "signal_id,product_id,occurred_at,kind,channel,count,recorded_at\n";
    let rows = "\
        ,p,2016-02-16 10:00,wish,app,2,\n\
        s1,p,2016-02-16 10:00,wish,app,5,\n\
        ,p,2016-02-16T01:00:00Z,wish,app,3,2016-04-01T00:00:00Z\n\
        ,p,2016-02-16 10:00,wish,web,1,\n\
        ,p,2016-02-16 10:00,wish,app,-1,\n\
        s1,p,2016-02-16 10:00,wish,app,5,\n";
    let file = Given::file("social_signals/a.csv", format!("{header}{rows}"));
    let taken = file.take(&contract(), &settings()).unwrap();
    assert_eq!(account(&taken), (6, 4, 1, 1, 0));
    let facts = batch(&taken, "social_signals");
    assert_eq!(column(facts, "count"), ["5", "5", "1"]);
    assert_eq!(column(facts, "signal_id"), ["", "s1", ""]);
    assert_eq!(column(facts, "line"), ["2", "3", "5"]);
    assert_eq!(column(facts, "known_at")[0], "2016-04-01T00:00:00Z");
    // The sum is the fact: the same file again brings nothing.
    let lake = Known::nothing();
    file.take_knowing(&lake);
    assert_eq!(account(&file.take_knowing(&lake)), (6, 0, 1, 5, 0));
}

#[test]
fn signals_without_the_column_of_ids_are_added_up() {
    let rows = "product_id,occurred_at,kind,channel,count\n\
        p,2016-02-16 10:00,wish,app,2\np,2016-02-16 10:00,wish,app,3\n";
    let taken = taken("social_signals/a.csv", rows);
    assert_eq!(account(&taken), (2, 2, 0, 0, 0));
    assert_eq!(column(batch(&taken, "social_signals"), "count"), ["5"]);
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
fn one_row_gives_two_versions_or_none() {
    let rows = "id,start,end,goal,end_state,note,more\n\
        a,2015-01-15 10:00,2015-02-15 10:00,100,won,,\n\
        b,2015-01-15 10:00,2015-02-15 10:00,100,,,\n\
        c,2015-01-15 10:00,2015-01-14 10:00,100,lost,,\n\
        test,broken,,,,,\n\
        a,2015-01-15 10:00,2015-02-15 10:00,100,lost,,\n";
    let taken = mapped(TWO_VERSIONS, rows);
    assert_eq!(account(&taken), (5, 3, 1, 0, 1));
    assert_eq!(taken.filtered_by, [("rehearsal".to_owned(), 1)]);
    assert_eq!(taken.extra_columns, ["more"]);
    assert_eq!(taken.rejects[0].line, 4);
    let facts = batch(&taken, "campaigns");
    let terms = "2015-01-01T10:00:00Z";
    let result = "2015-02-15T10:00:00Z";
    assert_eq!(column(facts, "campaign_id"), ["a", "a", "b", "a"]);
    assert_eq!(column(facts, "updated_at"), [terms, result, terms, result]);
    assert_eq!(column(facts, "declared_outcome"), ["", "reached", "", "missed"]);
    assert_eq!(column(facts, "line"), ["2", "2", "3", "6"]);
}

#[test]
fn a_row_without_any_target_is_filtered() {
    let mapping = TWO_VERSIONS.replacen(
        "table = \"campaigns\"",
        "table = \"campaigns\"\nwhen = { column = \"end_state\", equals = \"won\" }",
        1,
    );
    let taken = mapped(&mapping, "id,start,end,goal,end_state\na,2015-01-15 10:00,2015-02-15 10:00,100,\n");
    assert_eq!(account(&taken), (1, 0, 0, 0, 1));
    assert_eq!(taken.filtered_by, [("no_target".to_owned(), 1)]);
}

#[test]
fn a_header_alone_is_an_empty_table() {
    let taken = taken("makers/a.csv", MAKERS);
    assert_eq!(account(&taken), (0, 0, 0, 0, 0));
}

#[test]
fn chunks_do_not_show() {
    let rows: String =
        (0..140_000).map(|row| format!("m{},n,artist,2016-02-01 09:00\n", row % 139_000)).collect();
    let taken = taken("makers/a.csv", &format!("{MAKERS}{rows}"));
    assert_eq!(account(&taken), (140_000, 139_000, 0, 1_000, 0));
    assert_eq!(taken.facts.iter().map(|(_, batch)| batch.num_rows()).sum::<usize>(), 139_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_row_is_in_exactly_one_account(
        rows in proptest::collection::vec(("[ab ]?", "[a-c\u{ac00}]{0,2}", "(artist|brand|artist|robot)?", "(2016-02-0[1-3] 09:00|never)", "(,more)?"), 0..20),
        crlf in any::<bool>(),
    ) {
        let line_break = if crlf { "\r\n" } else { "\n" };
        let mut text = MAKERS.trim_end().to_owned() + line_break;
        for (id, name, kind, at, more) in &rows {
            text += &format!("{id},\"{name}\n\",{kind},{at}{more}{line_break}");
        }
        // Fewer than 20 bad rows never refuse a file.
        let taken = Given::file("makers/a.csv", &text).take(&contract(), &settings()).unwrap();
        let (read, accepted, ..) = account(&taken);
        prop_assert_eq!(read, rows.len() as u64);
        let mut lines: Vec<u64> = taken.rejects.iter().map(|reject| reject.line).collect();
        for (_, batch) in &taken.facts {
            lines.extend(column(batch, "line").iter().map(|line| line.parse::<u64>().unwrap()));
        }
        // Each row takes two lines, the first starts on the second; no line is in two accounts.
        prop_assert!(lines.iter().all(|line| line % 2 == 0 && *line <= 2 * read));
        lines.sort_unstable();
        lines.dedup();
        prop_assert_eq!(lines.len() as u64, accepted + taken.account.rejected);
    }
}
