//! Documentation for analysts: `pipeline/stats/RELATIONS.md` matches the code, and every example query returns rows.
//!
//! `SLOTCAST_BLESS=1 cargo test analyst_docs` rewrites the page; review the difference before you commit it.

use std::{collections::BTreeSet, path::Path};

use slotcast_lake::{Lake, Namespace, Snapshot, TableId};
use slotcast_stats::{
    QueryLimits, RELATIONS, RelationDoc, RelationKind, UserSession, examples, header, is_intermediate,
    relation_doc, relations_page, user_relations,
};

use crate::support::{cli, root, write_bytes};

/// Tables that the newest run made visible, and the newest ledgers.
async fn visible(lake: &Lake) -> Vec<Snapshot> {
    let runs = lake.runs().await.unwrap();
    let mut tables = Vec::new();
    for (name, version) in &runs.visible().expect("a run").tables {
        let table = TableId::parse(name).unwrap();
        if table.namespace != Namespace::Facts && !is_intermediate(&table.name) {
            tables.push(lake.at(&table, *version).await.unwrap());
        }
    }
    for name in ["runs", "run_stages"] {
        tables.extend(lake.head(&TableId::ledger(name)).await.unwrap());
    }
    tables
}

/// Tables of the demo's lake after three more nights and a short backtest, so that every relation has rows. The first
/// night ranks a slot that has closed by the other two.
fn demo(folder: &Path) -> Vec<Snapshot> {
    cli(folder, "demo --quiet").ok();
    // A finding: an order of a campaign that does not exist.
    let stray = "event_id,order_id,campaign_id,event,occurred_at,units,amount\n\
        e-stray,o-stray,cp-nowhere,placed,2017-04-01T10:00:00+09:00,1,100\n";
    write_bytes(&folder.join("demo/inbox/order_events/stray.csv"), stray.as_bytes());
    for as_of in ["2017-03-30T12:30:00Z", "2017-04-13T11:30:00Z", "2017-04-13T12:31:00Z"] {
        let night = "nightly --quiet --lake demo/lake --inbox demo/inbox --history --as-of";
        cli(folder, &format!("{night} {as_of}")).ok();
    }
    cli(
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
fn the_page_matches_the_relations() {
    let folder = tempfile::tempdir().unwrap();
    let tables = demo(folder.path());
    let schema = |name: &str| {
        let table = tables.iter().find(|snapshot| snapshot.table.name == name);
        &table.unwrap_or_else(|| panic!("the demo has no relation `{name}`")).schema
    };
    let relations: Vec<RelationDoc> = user_relations().map(|name| relation_doc(name, schema(name))).collect();
    check_user_relations(&tables);
    for name in user_relations() {
        for (column, _) in &header(name).columns {
            let is_there = schema(name).column_with_name(column).is_some();
            assert!(is_there, "the head of `{name}` documents a column `{column}`, which it does not have");
        }
    }
    check_examples(&tables);
    let (path, text) = (root().join("pipeline/stats/RELATIONS.md"), relations_page(&relations));
    if std::env::var_os("SLOTCAST_BLESS").is_some() {
        write_bytes(&path, text.as_bytes());
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = kept.lines().zip(text.lines()).find(|(kept, text)| kept != text);
    assert!(
        kept == text,
        "RELATIONS.md is outdated; `SLOTCAST_BLESS=1 cargo test analyst_docs` rewrites it: {differing:?}"
    );
}

/// Documented relations and visible tables of the demo are the same.
fn check_user_relations(tables: &[Snapshot]) {
    let documented: BTreeSet<&str> = user_relations().collect();
    let visible: BTreeSet<&str> = tables.iter().map(|snapshot| snapshot.table.name.as_str()).collect();
    assert_eq!(documented, visible);
    for relation in RELATIONS.iter().filter(|relation| matches!(relation.kind, RelationKind::Kept(_))) {
        assert!(documented.contains(relation.name), "`{}` has no examples", relation.name);
    }
    for name in documented {
        assert!(!header(name).grain.is_empty(), "`{name}` has no grain");
        assert_eq!(examples(name).len(), 3, "`{name}` has three examples");
    }
}

/// Every example names its relation and returns rows.
fn check_examples(tables: &[Snapshot]) {
    let session = UserSession::open(tables, QueryLimits::none(), Default::default()).unwrap();
    runtime().block_on(async {
        for name in user_relations() {
            for example in examples(name) {
                let question = &example.question;
                assert!(
                    example
                        .sql
                        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                        .any(|word| word == name),
                    "`{question}` does not read `{name}`"
                );
                let result = match session.query(&example.sql, None).await {
                    Ok(stream) => stream.all().await,
                    Err(error) => Err(error),
                };
                let (_, batches) = result.unwrap_or_else(|error| panic!("`{question}` of `{name}`: {error}"));
                assert!(
                    batches.iter().any(|batch| batch.num_rows() > 0),
                    "`{question}` of `{name}` has no rows"
                );
            }
        }
    });
}
