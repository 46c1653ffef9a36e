//! Time at which a fact could have been known.

use super::{Settings, TestFile, batch, column, contract, settings};

fn known_at(history: bool, name: &str, content: &str) -> Vec<String> {
    let settings = Settings { history, ..settings() };
    let result = TestFile::new(name, content).ingest(&contract(), &settings).unwrap();
    let table = name.split('/').next().unwrap();
    column(batch(&result, table), "known_at")
}

const MAKERS: &str = "maker_id,name,kind,updated_at,recorded_at\n\
    a,n,artist,2016-01-01T00:00:00Z,\n\
    b,n,artist,2016-01-01T00:00:00Z,2016-01-02T00:00:00Z\n\
    c,n,artist,2016-01-01T00:00:00Z,2016-05-01T00:00:00Z\n";

const VIEWS: &str = "product_id,hour,channel,views,visitors,recorded_at\n\
    p,2016-01-01T00:00:00Z,app,2,1,\n\
    p,2016-01-01T01:00:00Z,app,2,1,2016-01-02T00:00:00Z\n";

#[test]
fn ingest_time_or_later() {
    let now = "2016-03-01T00:00:00Z";
    assert_eq!(known_at(false, "makers/a.csv", MAKERS), [now, now, "2016-05-01T00:00:00Z"]);
    assert_eq!(known_at(false, "page_views/a.csv", VIEWS), [now, now]);
}

#[test]
fn history_uses_source_times() {
    let makers = ["2016-01-01T00:00:00Z", "2016-01-02T00:00:00Z", "2016-05-01T00:00:00Z"];
    assert_eq!(known_at(true, "makers/a.csv", MAKERS), makers);
    assert_eq!(known_at(true, "page_views/a.csv", VIEWS), ["2016-01-01T00:00:00Z", "2016-01-02T00:00:00Z"]);
}
