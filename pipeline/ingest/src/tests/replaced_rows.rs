//! Rows that replace earlier rows of their file, and rows of retracted files.

use std::collections::BTreeSet;

use super::{Settings, TestFile, TestLake, contract, counts, ingest_contract, settings};

/// Number of replaced rows, and the lines of the first examples.
fn replaced(name: &str, text: &str) -> (u64, Vec<[i64; 2]>) {
    let result = ingest_contract(name, text);
    counts(&result);
    let lines = result.replaced_rows.first().map(|own| own.lines.clone()).unwrap_or_default();
    (result.counts.replaced, lines)
}

#[test]
fn same_key_and_version_time() {
    let views = "product_id,hour,channel,device,views,visitors\n\
        P1,2026-03-04T12:00:00,google,mobile,100,60\nP1,2026-03-04T12:00:00,google,desktop,40,20\n\
        P1,2026-03-04T12:00:00,google,tablet,7,5\nP1,2026-03-04T13:00:00,google,tablet,7,5\n";
    assert_eq!(replaced("page_views/a.csv", views), (2, vec![[2, 3], [2, 4]]));
    // An exact repeat replaces nothing.
    let repeated = "product_id,hour,channel,views,visitors\n\
        P1,2026-03-04T12:00:00,google,7,5\nP1,2026-03-04T12:00:00,google,7,5\n";
    assert_eq!(replaced("page_views/a.csv", repeated), (0, vec![]));
    let recorded = "product_id,hour,channel,views,visitors,recorded_at\n\
        P1,2026-03-04T12:00:00Z,google,7,5,2026-03-05T00:00:00Z\n\
        P1,2026-03-04T12:00:00Z,google,8,5,2026-03-06T00:00:00Z\n\
        P1,2026-03-04T12:00:00Z,google,9,5,2026-03-06T00:00:00Z\n";
    assert_eq!(
        replaced("page_views/a.csv", recorded),
        (1, vec![[3, 4]]),
        "a later recording is a correction"
    );
    let events = "event_id,order_id,campaign_id,event,occurred_at,units\n\
        e1,o1,c,placed,2026-03-04T12:00:00Z,1\ne1,o1,c,placed,2026-03-04T12:00:00Z,2\n\
        e2,o1,c,placed,2026-03-04T12:00:00Z,1\n";
    assert_eq!(replaced("order_events/a.csv", events), (1, vec![[2, 3]]));
    let makers = "maker_id,name,kind,updated_at\nm,a,artist,2026-01-01 00:00\nm,b,artist,2026-01-02 00:00\n\
        m,c,artist,2026-01-02 00:00\n";
    assert_eq!(replaced("makers/a.csv", makers), (1, vec![[3, 4]]));
    let signals = "signal_id,product_id,occurred_at,kind,channel,count\n\
        ,p,2026-02-16 10:00,wish,app,2\n,p,2026-02-16 10:00,wish,app,3\n\
        s1,p,2026-02-16 10:00,wish,app,5\ns1,p,2026-02-16 10:00,wish,app,6\n";
    assert_eq!(
        replaced("social_signals/a.csv", signals),
        (1, vec![[4, 5]]),
        "signals without an id are summed"
    );
}

/// A row with several targets of equal key does not replace itself.
#[test]
fn targets_of_one_row() {
    let mapping = r#"
name = "two"
zone = "UTC"
[[file]]
pattern = "*.csv"
[[file.target]]
table = "makers"
[file.target.columns]
maker_id = "id"
name = { value = "before" }
kind = { value = "artist" }
updated_at = "at"
[[file.target]]
table = "makers"
[file.target.columns]
maker_id = "id"
name = { value = "after" }
kind = { value = "artist" }
updated_at = "at"
"#;
    let rows = "id,at\na,2026-01-01\nb,2026-01-01\n".replace("-01\n", "-01 00:00\n");
    let result = super::ingest_mapped(mapping, &rows);
    assert_eq!((counts(&result), result.counts.replaced), ((2, 2, 0, 0, 0), 0));
}

/// Rounds of writing and chunks change no count.
#[test]
fn replaced_over_rounds() {
    let mut text = String::from("product_id,hour,channel,views,visitors\n");
    for number in 0..140_000 {
        text += &format!("p{},2026-03-04T12:00:00Z,app,{number},1\n", number % 70_000);
    }
    let file = TestFile::new("page_views/a.csv", &text);
    for memory_budget in [0, 1] {
        let result = file.ingest(&contract(), &Settings { memory_budget, ..settings() }).unwrap();
        assert_eq!((counts(&result).1, result.counts.replaced), (140_000, 70_000));
        assert_eq!(result.replaced_rows[0].lines, [[2, 70_002], [3, 70_003], [4, 70_004]]);
        assert_eq!(result.replaced_rows[0].key(), ["product_id", "hour", "channel"]);
    }
}

/// The same rows of two files are versions, not replaced rows.
#[test]
fn files_are_separate() {
    let row = |views: u32| {
        format!("product_id,hour,channel,views,visitors\nP1,2026-03-04T12:00:00Z,app,{views},1\n")
    };
    let (one, two) = (TestFile::new("page_views/a.csv", row(1)), TestFile::new("page_views/b.csv", row(2)));
    let files = [one.file.clone(), two.file.clone()];
    for result in TestLake::empty().ingest_all(&files, &contract(), &settings()) {
        assert_eq!(result.unwrap().counts.replaced, 0);
    }
}

#[test]
fn share_above_which_replaced_rows_are_a_finding() {
    let counts = |accepted, replaced| crate::SourceRowCounts { accepted, replaced, ..Default::default() };
    for (accepted, replaced, expected) in [
        (10, 0, false),
        (10, 1, false),
        (3, 2, true),
        (200, 2, true),
        (201, 2, false),
        (5_000, 19, false),
        (5_000, 20, true),
    ] {
        assert_eq!(counts(accepted, replaced).has_many_replaced(), expected, "{replaced} of {accepted}");
    }
}

#[test]
fn rows_of_retracted_files_are_not_known() {
    let lake = TestLake::empty();
    let makers = |rows: &str| TestFile::new("makers/a.csv", format!("maker_id,name,kind,updated_at\n{rows}"));
    let (a, b) = ("a,n,artist,2026-01-01 00:00\n", "b,n,artist,2026-01-01 00:00\n");
    assert_eq!(counts(&makers(a).ingest_into(&lake)), (1, 1, 0, 0, 0));
    assert_eq!(counts(&makers(b).ingest_into(&lake)), (1, 1, 0, 0, 0));
    let both = makers(&format!("{a}{b}"));
    let settings = Settings { retracted_files: BTreeSet::from([0]), ..settings() };
    let ingest = |settings: &Settings| {
        let result = lake.ingest_all(std::slice::from_ref(&both.file), &contract(), settings).remove(0);
        counts(&result.unwrap())
    };
    assert_eq!(ingest(&settings), (2, 1, 0, 1, 0));
    // The retracted row does not count, the new one is known.
    assert_eq!(ingest(&settings), (2, 0, 0, 2, 0));
}
