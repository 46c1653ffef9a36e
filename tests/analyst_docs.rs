//! What analysts are told: `pipeline/stats/RELATIONS.md` is what the code says, and every question runs.
//!
//! `SLOTCAST_BLESS=1 cargo test analyst_docs` writes the page anew; look at the difference before you
//! commit it.

use std::{collections::BTreeSet, path::Path};

use slotcast_lake::{Lake, Room, Snapshot, TableId};
use slotcast_stats::{
    Described, Kind, Limits, RELATIONS, UserSession, described, examples, header, is_working, page,
    user_relations,
};

use crate::support::{root, words, write_bytes};

/// What a run of this lake made visible, and the newest ledger.
async fn visible(lake: &Lake) -> Vec<Snapshot> {
    let runs = lake.runs().await.unwrap();
    let mut tables = Vec::new();
    for (name, version) in &runs.latest_done().expect("a run").tables {
        let table = TableId::parse(name).unwrap();
        if table.room != Room::Facts && !is_working(&table.name) {
            tables.push(lake.at(&table, *version).await.unwrap());
        }
    }
    for name in ["runs", "run_stages"] {
        tables.extend(lake.head(&TableId::ledger(name)).await.unwrap());
    }
    tables
}

/// The demo's lake after some more nights, with a short backtest, so that every relation has rows: the first tells of a slot that
/// has closed by the last two.
fn demo(folder: &Path) -> Vec<Snapshot> {
    words(folder, "demo --quiet").ok();
    for as_of in ["2017-03-30T12:30:00Z", "2017-04-13T11:30:00Z", "2017-04-13T12:31:00Z"] {
        let night = "nightly --quiet --lake demo/lake --inbox demo/inbox --history --as-of";
        words(folder, &format!("{night} {as_of}")).ok();
    }
    words(
        folder,
        "backtest --quiet --lake demo/lake --from 2017-02-14 --to 2017-02-21 --as-of 2017-04-13T12:31:00Z",
    )
    .ok();
    let lake = Lake::open(&folder.join("demo/lake")).unwrap();
    runtime().block_on(visible(&lake))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

#[test]
fn the_page_says_what_the_relations_are() {
    let folder = tempfile::tempdir().unwrap();
    let tables = demo(folder.path());
    let schema = |name: &str| {
        let table = tables.iter().find(|snapshot| snapshot.table.name == name);
        &table.unwrap_or_else(|| panic!("the demo has no relation `{name}`")).schema
    };
    let relations: Vec<Described> = user_relations().map(|name| described(name, schema(name))).collect();
    every_relation_is_told(&tables);
    for name in user_relations() {
        for (column, _) in &header(name).columns {
            let is_there = schema(name).column_with_name(column).is_some();
            assert!(is_there, "the head of `{name}` describes a column `{column}`, which is not there");
        }
    }
    every_question_is_answered(&tables);
    let (path, text) = (root().join("pipeline/stats/RELATIONS.md"), page(&relations));
    if std::env::var_os("SLOTCAST_BLESS").is_some() {
        write_bytes(&path, text.as_bytes());
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = kept.lines().zip(text.lines()).find(|(kept, told)| kept != told);
    assert!(
        kept == text,
        "RELATIONS.md is not what the code says; `SLOTCAST_BLESS=1 cargo test analyst_docs` writes it anew: {differing:?}"
    );
}

/// What the demo shows to users is what they are told of, and the other way round.
fn every_relation_is_told(tables: &[Snapshot]) {
    let told: BTreeSet<&str> = user_relations().collect();
    let there: BTreeSet<&str> = tables.iter().map(|snapshot| snapshot.table.name.as_str()).collect();
    assert_eq!(told, there);
    for relation in RELATIONS.iter().filter(|relation| matches!(relation.kind, Kind::Kept(_))) {
        assert!(told.contains(relation.name), "`{}` is not among the relations of users", relation.name);
    }
    for name in told {
        assert!(!header(name).grain.is_empty(), "`{name}` has no grain");
        assert_eq!(examples(name).len(), 3, "`{name}` has three questions");
    }
}

fn every_question_is_answered(tables: &[Snapshot]) {
    let session = UserSession::open(tables, Limits::none(), Default::default()).unwrap();
    runtime().block_on(async {
        for name in user_relations() {
            for example in examples(name) {
                let question = &example.question;
                assert!(
                    example
                        .sql
                        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                        .any(|word| word == name),
                    "`{question}` does not ask `{name}`"
                );
                let answer = match session.ask(&example.sql, None).await {
                    Ok(answer) => answer.all().await,
                    Err(error) => Err(error),
                };
                let (_, batches) = answer.unwrap_or_else(|error| panic!("`{question}` of `{name}`: {error}"));
                assert!(
                    batches.iter().any(|batch| batch.num_rows() > 0),
                    "`{question}` of `{name}` has no row"
                );
            }
        }
    });
}
