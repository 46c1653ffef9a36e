//! Lists over several nights: changes, exports, slot results, backfills and retraction.

use std::{fs, path::Path};

use crate::support::{
    CommandOutput, CsvRow, Fixture, check_pages, cli, copy_folder, query, run, slotcast, small_market,
    write_bytes,
};

/// Two nights before the cutoff of the slot of 2017-02-28, the last but one of twenty.
static TWO_NIGHTS: Fixture = Fixture::new("two-nights", |folder| {
    let until = "2017-03-10T00:00:00+09:00".parse().unwrap();
    for file in small_market(20, 8, "2016-10-25".parse().unwrap(), until) {
        write_bytes(&folder.join("inbox").join(&file.path), &file.bytes);
    }
    night(folder, "2017-02-22T03:00:00+09:00").ok();
    night(folder, "2017-02-23T03:00:00+09:00").ok();
});

/// The same, with a night after the close of that slot.
pub(crate) static THREE_NIGHTS: Fixture = Fixture::new("three-nights", |folder| {
    copy_folder(TWO_NIGHTS.shared(), folder);
    night(folder, "2017-03-08T03:00:00+09:00").ok();
});

fn night(folder: &Path, as_of: &str) -> CommandOutput {
    cli(folder, &format!("nightly --quiet --inbox inbox --history --as-of {as_of}"))
}

#[test]
fn changes_name_the_previous_list() {
    let here = TWO_NIGHTS.shared();
    let joined = "SELECT count(*) FROM rankings AS r INNER JOIN ranking_changes AS c \
        ON r.candidate_id = c.candidate_id AND r.slot_date = c.slot_date";
    let listed = query(here, "lake", "SELECT count(*) FROM rankings");
    assert_eq!(query(here, "lake", joined), listed);
    let first = query(here, "lake", "SELECT min(run_id) FROM runs WHERE verb = 'nightly'");
    let compared = format!("SELECT count(*) FROM ranking_changes WHERE previous_run_id = '{first}'");
    assert_eq!(query(here, "lake", &compared), listed);
    let older = "SELECT candidate_id, rank, round(p_hit, 9) FROM rankings ORDER BY candidate_id";
    let older = run(slotcast(here).args(["sql", "--format", "csv", "--run", &first, older])).ok().stdout;
    let previous = "SELECT candidate_id, previous_rank, round(previous_p_hit, 9) FROM ranking_changes \
        ORDER BY candidate_id";
    assert_eq!(older.split_once('\n').unwrap().1.trim_end(), query(here, "lake", previous));
}

#[test]
fn contributions_sum_to_the_logit() {
    let sums = "SELECT max(abs(gap)) < 0.000000001 FROM (SELECT r.p_hit - 1.0 / (1.0 + exp(-sum(c.log_odds))) AS gap \
        FROM rankings AS r INNER JOIN contributions AS c \
        ON r.candidate_id = c.candidate_id AND r.slot_date = c.slot_date GROUP BY r.candidate_id, r.p_hit)";
    assert_eq!(query(TWO_NIGHTS.shared(), "lake", sums), "true");
}

/// Columns of the exports, and the same values in SQL.
const EXPORTED: [(&str, &str); 21] = [
    ("p_hit", "round(r.p_hit, 6)"),
    ("p_low", "round(r.p_low, 6)"),
    ("p_high", "round(r.p_high, 6)"),
    ("demand_p10", "round(r.demand_p10, 2)"),
    ("demand_p50", "round(r.demand_p50, 2)"),
    ("demand_p90", "round(r.demand_p90, 2)"),
    ("expected_amount", "round(r.expected_amount, 2)"),
    ("threshold", "r.threshold"),
    ("price", "r.price"),
    ("rank", "r.rank"),
    ("alerts", "s.alerts"),
    ("alerts_7d", "s.alerts_7d"),
    ("wishes", "s.wishes"),
    ("visitors", "s.visitors"),
    ("alert_rate", "round(s.alert_rate, 6)"),
    ("orders_per_alert", "round(s.orders_per_alert, 6)"),
    ("maker_hits", "s.maker_hits"),
    ("maker_n", "s.maker_n"),
    ("category_rate_shrunk", "round(s.category_rate_shrunk, 6)"),
    ("previous_rank", "c.previous_rank"),
    ("previous_p_hit", "round(c.previous_p_hit, 6)"),
];

/// CSV and JSON contain the values of SQL. The tests of `publish` compare page and workbook with the same rows.
#[test]
fn exports_match_sql() {
    let here = TWO_NIGHTS.shared();
    let columns: Vec<&str> = EXPORTED.iter().map(|(_, sql)| *sql).collect();
    let joined = "ON r.candidate_id = {}.candidate_id AND r.slot_date = {}.slot_date";
    let sql = format!(
        "SELECT r.candidate_id, {} FROM rankings AS r INNER JOIN offer_details AS s {} \
         LEFT JOIN ranking_changes AS c {} WHERE NOT r.preliminary ORDER BY r.rank",
        columns.join(", "),
        joined.replace("{}", "s"),
        joined.replace("{}", "c"),
    );
    let found = query(here, "lake", &sql);
    let found: Vec<Vec<&str>> = found.lines().map(|line| line.split(',').collect()).collect();
    let published = here.join("lake/published/latest");
    let csv = fs::read_to_string(published.join("ranking.csv")).unwrap();
    let mut csv = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<CsvRow> = csv.deserialize().map(Result::unwrap).collect();
    let json = fs::read_to_string(published.join("ranking.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let offers = json["lists"][0]["offers"].as_array().unwrap();
    assert_eq!((rows.len(), offers.len()), (found.len(), found.len()));
    for ((found, row), offer) in found.iter().zip(&rows).zip(offers) {
        assert_eq!(
            (found[0], offer["candidate_id"].as_str()),
            (row["candidate_id"].as_str(), Some(found[0]))
        );
        for ((name, _), expected) in EXPORTED.iter().zip(&found[1..]) {
            let expected: Option<f64> = expected.parse().ok();
            let in_csv: Option<f64> = row[*name].parse().ok();
            let sections = [&offer[*name], &offer["details"][*name], &offer["change"][*name]];
            let in_json = sections.into_iter().find_map(serde_json::Value::as_f64);
            let is_same = |exported: Option<f64>| match (exported, expected) {
                (Some(exported), Some(expected)) => {
                    (exported - expected).abs() <= 1e-9 * expected.abs().max(1.0)
                }
                (exported, expected) => exported.is_none() && expected.is_none(),
            };
            assert!(
                is_same(in_csv) && is_same(in_json),
                "{name} of {}: {in_csv:?} {in_json:?} {expected:?}",
                found[0]
            );
        }
    }
}

#[test]
fn closed_slot_is_reviewed() {
    let here = THREE_NIGHTS.shared();
    // The list of the second night was the last one before the slot opened.
    let list = "SELECT DISTINCT r.list_run_id = (SELECT max(run_id) FROM runs WHERE run_id < '20170301') \
        FROM slot_results AS r WHERE r.slot_date = DATE '2017-02-28'";
    assert_eq!(query(here, "lake", list), "true");
    let ran =
        "SELECT count(*) FROM campaign_outcomes WHERE slot_date = DATE '2017-02-28' AND hit IS NOT NULL";
    let reviewed = "SELECT count(*) FROM slot_results WHERE slot_date = DATE '2017-02-28'";
    let (ran, reviewed) = (query(here, "lake", ran), query(here, "lake", reviewed));
    assert_eq!(ran, reviewed);
    assert_ne!(ran, "0");
    let page = here.join("lake/published/latest/review-2017-02-28.html");
    let review = fs::read_to_string(&page).expect("a review page");
    let list = page.with_file_name("index.html");
    assert!(fs::read_to_string(&list).unwrap().contains("review-2017-02-28.html"));
    let title = "SELECT title FROM slot_results WHERE slot_date = DATE '2017-02-28' ORDER BY rank LIMIT 1";
    assert!(review.contains(&query(here, "lake", title)));
    check_pages(&[list, page]);
}

/// A run for an earlier time takes nothing back: neither final rankings, nor `latest`, nor queries. Backfills that replaced
/// newer data: https://github.com/MobilityData/mobility-feed-api/issues/1848,
/// https://github.com/mozilla/bigquery-etl/pull/3726.
#[test]
fn backfill_stays_behind() {
    let folder = THREE_NIGHTS.copy();
    let here = folder.path();
    let latest = || fs::read_link(here.join("lake/published/latest")).unwrap().display().to_string();
    let ranked_by = || query(here, "lake", "SELECT DISTINCT run_id FROM rankings");
    let compared_with = |run_id: &str| {
        let sql = "SELECT DISTINCT previous_run_id FROM ranking_changes";
        let output = run(slotcast(here).args(["sql", "--format", "csv", "--run", run_id, sql])).ok();
        output.stdout.lines().nth(1).unwrap_or_default().to_owned()
    };
    let night_of = |utc: &str| {
        query(
            here,
            "lake",
            &format!("SELECT run_id FROM runs WHERE run_id LIKE '{utc}%' AND verb = 'nightly'"),
        )
    };
    let newest = latest();
    assert_eq!(ranked_by(), newest);
    let sql = "SELECT slot_date, max(list_run_id), count(*), round(sum(p_hit), 6) FROM final_rankings \
        GROUP BY slot_date ORDER BY slot_date";
    let before = query(here, "lake", sql);
    let backfill = night(here, "2017-02-22T05:00:00+09:00").ok();
    assert!(backfill.stderr.contains(&format!("stay with {newest}")), "{}", backfill.stderr);
    assert_eq!((query(here, "lake", sql), latest(), ranked_by()), (before, newest.clone(), newest.clone()));
    // It is compared with the night before its own time, although others ended later.
    let behind = night_of("20170221T2000");
    assert_eq!(compared_with(&behind), night_of("20170221T1800"));
    // The next night follows the newest one, and not the run that ended last.
    night(here, "2017-03-09T03:00:00+09:00").ok();
    let next = latest();
    assert_eq!((ranked_by(), compared_with(&next)), (next.clone(), newest));
    // The same command, which has nothing to do, can still make it the latest.
    let asked = "nightly --quiet --inbox inbox --history --as-of 2017-02-22T05:00:00+09:00 --make-latest";
    cli(here, asked).ok();
    assert_eq!((latest(), ranked_by()), (behind.clone(), behind));
}

#[test]
fn publication_is_retracted() {
    let folder = THREE_NIGHTS.copy();
    let here = folder.path();
    let published = here.join("lake/published");
    let latest = || fs::read_link(published.join("latest")).unwrap().to_str().unwrap().to_owned();
    cli(here, "publish --quiet --as-of 2017-03-08T03:00:00+09:00").ok();
    let retracted = latest();
    cli(here, &format!("publish --retract {retracted}")).ok();
    assert_ne!(latest(), retracted);
    assert!(!published.join(&retracted).exists(), "the retracted publication is removed");
    let page = fs::read_to_string(published.join("latest/index.html")).unwrap();
    assert!(page.contains(&retracted), "the previous page names the retracted publication");
    let again = cli(here, &format!("publish --retract {retracted}"));
    assert!(again.code == Some(1) && again.stderr.contains("was retracted already"), "{}", again.stderr);
}
