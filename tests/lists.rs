//! Lists over several nights: what moved, what became of them, what is retracted, what stays in the house.

use std::{
    fs,
    path::{Path, PathBuf},
};

use arrow::array::Array;
use calamine::{Data, Reader, open_workbook_auto};
use slotcast_core::is_internal;
use slotcast_lake::read_parts;

use crate::support::{Ran, Row, ask, in_browser, run, slotcast, small_market, words, write_bytes};

/// Twenty slots, of which that of 2017-02-28 is the last but one.
fn market(folder: &Path) {
    let until = "2017-03-10T00:00:00+09:00".parse().unwrap();
    for file in small_market(20, 8, "2016-10-25".parse().unwrap(), until) {
        write_bytes(&folder.join("inbox").join(&file.path), &file.bytes);
    }
}

fn night(folder: &Path, as_of: &str) -> Ran {
    words(folder, &format!("nightly --quiet --inbox inbox --history --as-of {as_of}"))
}

#[test]
fn lists_are_remembered_compared_reviewed_and_retracted() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    market(here);
    night(here, "2017-02-22T03:00:00+09:00").ok();
    night(here, "2017-02-23T03:00:00+09:00").ok();
    every_listed_offer_is_compared(here);
    exports_show_the_relations(here);
    night(here, "2017-03-08T03:00:00+09:00").ok();
    the_slot_that_closed_is_reviewed(here);
    a_backfill_leaves_decided_lists_alone(here);
    a_publication_is_retracted(here);
}

fn every_listed_offer_is_compared(here: &Path) {
    let both = "SELECT count(*) FROM rankings AS r INNER JOIN ranking_changes AS c \
        ON r.candidate_id = c.candidate_id AND r.slot_date = c.slot_date";
    let listed = ask(here, "lake", "SELECT count(*) FROM rankings");
    assert_eq!(ask(here, "lake", both), listed);
    let first = ask(here, "lake", "SELECT min(run_id) FROM runs WHERE verb = 'nightly'");
    let before = format!("SELECT count(*) FROM ranking_changes WHERE previous_run_id = '{first}'");
    assert_eq!(ask(here, "lake", &before), listed);
    let question = "SELECT candidate_id, rank, round(p_hit, 9) FROM rankings ORDER BY candidate_id";
    let older = run(slotcast(here).args(["sql", "--format", "csv", "--run", &first, question])).ok().stdout;
    let told = "SELECT candidate_id, previous_rank, round(previous_p_hit, 9) FROM ranking_changes ORDER BY candidate_id";
    assert_eq!(older.split_once('\n').unwrap().1.trim_end(), ask(here, "lake", told));
    // The pushes of each offer add up to its chance.
    let sums = "SELECT max(abs(gap)) < 0.000000001 FROM (SELECT r.p_hit - 1.0 / (1.0 + exp(-sum(c.log_odds))) AS gap \
        FROM rankings AS r INNER JOIN contributions AS c \
        ON r.candidate_id = c.candidate_id AND r.slot_date = c.slot_date GROUP BY r.candidate_id, r.p_hit)";
    assert_eq!(ask(here, "lake", sums), "true");
}

/// What CSV and JSON show of an offer is what SQL finds; `publish`'s own tests hold page and workbook to the same rows.
fn exports_show_the_relations(here: &Path) {
    let shown = [
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
    let columns: Vec<&str> = shown.iter().map(|(_, sql)| *sql).collect();
    let joined = "ON r.candidate_id = {}.candidate_id AND r.slot_date = {}.slot_date";
    let question = format!(
        "SELECT r.candidate_id, {} FROM rankings AS r INNER JOIN offer_details AS s {} \
         LEFT JOIN ranking_changes AS c {} WHERE NOT r.preliminary ORDER BY r.rank",
        columns.join(", "),
        joined.replace("{}", "s"),
        joined.replace("{}", "c"),
    );
    let found = ask(here, "lake", &question);
    let found: Vec<Vec<&str>> = found.lines().map(|line| line.split(',').collect()).collect();
    let published = here.join("lake/published/latest");
    let csv = fs::read_to_string(published.join("ranking.csv")).unwrap();
    let mut csv = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<Row> = csv.deserialize().map(Result::unwrap).collect();
    let json = fs::read_to_string(published.join("ranking.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let offers = json["lists"][0]["offers"].as_array().unwrap();
    assert_eq!((rows.len(), offers.len()), (found.len(), found.len()));
    for ((found, row), offer) in found.iter().zip(&rows).zip(offers) {
        assert_eq!(
            (found[0], offer["candidate_id"].as_str()),
            (row["candidate_id"].as_str(), Some(found[0]))
        );
        for ((name, _), expected) in shown.iter().zip(&found[1..]) {
            let expected: Option<f64> = expected.parse().ok();
            let in_csv: Option<f64> = row[*name].parse().ok();
            let places = [&offer[*name], &offer["sheet"][*name], &offer["change"][*name]];
            let in_json = places.into_iter().find_map(serde_json::Value::as_f64);
            let is_same = |shown: Option<f64>| match (shown, expected) {
                (Some(shown), Some(expected)) => (shown - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                (shown, expected) => shown.is_none() && expected.is_none(),
            };
            assert!(
                is_same(in_csv) && is_same(in_json),
                "{name} of {}: {in_csv:?} {in_json:?} {expected:?}",
                found[0]
            );
        }
    }
}

fn the_slot_that_closed_is_reviewed(here: &Path) {
    // The list of the second night was the last before that slot opened.
    let list = "SELECT DISTINCT r.list_run_id = (SELECT max(run_id) FROM runs WHERE run_id < '20170301') \
        FROM slot_results AS r WHERE r.slot_date = DATE '2017-02-28'";
    assert_eq!(ask(here, "lake", list), "true");
    let ran =
        "SELECT count(*) FROM campaign_outcomes WHERE slot_date = DATE '2017-02-28' AND hit IS NOT NULL";
    let reviewed = "SELECT count(*) FROM slot_results WHERE slot_date = DATE '2017-02-28'";
    let (ran, reviewed) = (ask(here, "lake", ran), ask(here, "lake", reviewed));
    assert_eq!(ran, reviewed);
    assert_ne!(ran, "0");
    let page = here.join("lake/published/latest/review-2017-02-28.html");
    let review = fs::read_to_string(&page).expect("the slot that closed has a page");
    let list = page.with_file_name("index.html");
    assert!(fs::read_to_string(&list).unwrap().contains("review-2017-02-28.html"));
    let title = "SELECT title FROM slot_results WHERE slot_date = DATE '2017-02-28' ORDER BY rank LIMIT 1";
    assert!(review.contains(&ask(here, "lake", title)));
    in_browser(&[list, page]);
}

/// A run that speaks for an earlier moment changes nothing of what was said later.
fn a_backfill_leaves_decided_lists_alone(here: &Path) {
    let question = "SELECT slot_date, max(list_run_id), count(*), round(sum(p_hit), 6) FROM final_rankings \
        GROUP BY slot_date ORDER BY slot_date";
    let before = ask(here, "lake", question);
    night(here, "2017-02-22T05:00:00+09:00").ok();
    assert_eq!(ask(here, "lake", question), before);
}

fn a_publication_is_retracted(here: &Path) {
    let published = here.join("lake/published");
    let latest = || fs::read_link(published.join("latest")).unwrap().to_str().unwrap().to_owned();
    words(here, "publish --quiet --as-of 2017-02-22T05:00:00+09:00").ok();
    let retracted = latest();
    words(here, &format!("publish --retract {retracted}")).ok();
    let stands = latest();
    assert_ne!(stands, retracted);
    assert!(!published.join(&retracted).exists(), "nothing reads it any more");
    let page = fs::read_to_string(published.join("latest/index.html")).unwrap();
    assert!(page.contains(&retracted), "the page before it names what was retracted");
    let again = words(here, &format!("publish --retract {retracted}"));
    assert!(again.code == Some(1) && again.stderr.contains("was retracted already"), "{}", again.stderr);
}

#[test]
fn what_is_internal_leaves_the_house_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    market(here);
    night(here, "2017-03-08T03:00:00+09:00").ok();
    let question = "SELECT r.candidate_id, r.expected_value, s.unit_cost FROM rankings AS r \
        INNER JOIN offer_details AS s ON r.candidate_id = s.candidate_id WHERE r.expected_value IS NOT NULL";
    assert_eq!(ask(here, "lake", question), "", "masked in SQL");
    let internal = run(slotcast(here).args(["sql", "--internal", "--format", "csv", question])).ok().stdout;
    let values: Vec<f64> =
        internal.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse().unwrap()).collect();
    assert!(!values.is_empty(), "the market has costs");

    let public = here.join("lake/published/latest");
    assert_eq!(secrets_of(&public, &values), Vec::<String>::new());
    words(here, "publish --quiet --internal").ok();
    assert_eq!(secrets_of(&public, &values), Vec::<String>::new(), "what is for everyone stays as it was");
    let house = files(&here.join("lake/published"))
        .into_iter()
        .find(|path| path.file_name().is_some_and(|name| name == "index-internal.html"));
    let house = house.expect("files for the house say so in their names").parent().unwrap().to_owned();
    assert!(house.to_str().unwrap().ends_with("-internal"));
    let found = secrets_of(&house, &values).join("\n");
    for name in [
        "index-internal.html",
        "ranking-internal.csv",
        "ranking-internal.json",
        "ranking-internal.xlsx",
        "rankings/",
    ] {
        assert!(found.contains(name), "{name} tells the house: {found}");
    }
    explanations_keep_it_too(here, &internal);
}

fn explanations_keep_it_too(here: &Path, internal: &str) {
    let id = internal.lines().nth(1).unwrap().split(',').next().unwrap();
    for format in ["table", "json"] {
        let told =
            |more: &str| words(here, &format!("explain {id} --lang en --format {format}{more}")).ok().stdout;
        assert_ne!(told(""), told(" --internal"), "{format}");
        assert!(!told("").contains("cost"), "{format}");
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true if path.is_symlink() => {}
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

/// Which files below a folder tell a cost, or one of these values.
fn secrets_of(folder: &Path, values: &[f64]) -> Vec<String> {
    let folder = fs::canonicalize(folder).unwrap();
    let mut found = Vec::new();
    for path in files(&folder) {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let tells = match path.extension().and_then(|ending| ending.to_str()) {
            Some("parquet") => columns_tell(&path),
            Some("xlsx") => workbook_tells(&path, values),
            _ => text_tells(&fs::read_to_string(&path).unwrap(), values),
        };
        found.extend(tells.then_some(name));
    }
    found
}

fn columns_tell(path: &Path) -> bool {
    read_parts(&[path.to_owned()]).unwrap().iter().any(|batch| {
        let schema = batch.schema();
        let columns = schema.fields().iter().zip(batch.columns());
        columns
            .filter(|(field, _)| is_internal(field.name()))
            .any(|(_, column)| column.null_count() < column.len())
    })
}

/// Whether a number in the text is one of these values, to the cent or to the unit; a comma may part numbers or
/// thousands. Small values could be anything.
fn text_tells(text: &str, values: &[f64]) -> bool {
    let is_part = |letter: char| letter.is_ascii_digit() || letter == '.';
    let parted = text.split(|letter| !is_part(letter));
    let grouped = text.split(|letter| !is_part(letter) && letter != ',');
    let mut numbers = parted.chain(grouped).filter_map(|word| word.replace(',', "").parse::<f64>().ok());
    numbers.any(|number| {
        let mut large = values.iter().map(|value| value.abs()).filter(|value| *value >= 10_000.0);
        large.any(|value| (number - value).abs() < 0.006 || number == value.round())
    })
}

fn workbook_tells(path: &Path, values: &[f64]) -> bool {
    let mut workbook = open_workbook_auto(path).unwrap();
    workbook.worksheets().iter().any(|(_, sheet)| {
        sheet.used_cells().any(|(_, _, cell)| match cell {
            Data::Float(number) => values.iter().any(|value| (number - value).abs() < 0.006),
            other => text_tells(&other.to_string(), values),
        })
    })
}
