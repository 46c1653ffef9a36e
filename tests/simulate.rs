//! Simulated markets: from simulation to evaluation, the oracle, and the committed seed market.

use std::{fs, path::Path};

use arrow::{
    array::{Array, AsArray},
    datatypes::{Date32Type, Float64Type},
};
use chrono::NaiveDate;
use serde_json::Value;
use slotcast_models::{ece, ece_noise_floor};
use slotcast_simulate::{Market, MarketSpec, Preset};

use crate::support::{assert_refused, cli, files_below, query, root, run, slotcast};

/// Settings of a small market.
const SMALL: [&str; 9] = [
    "market.slots=14",
    "market.seats=4",
    "market.pool=2",
    "market.makers=8",
    "signals.alert.median=20",
    "signals.wish.median=14",
    "signals.share.median=5",
    "signals.like.median=10",
    "views.conversion=0.6",
];

/// Simulates a small market into `made` and returns the messages.
fn simulate(folder: &Path, preset: &str, more: &[&str]) -> String {
    let mut command = slotcast(folder);
    command.args(["simulate", "--preset", preset, "--seed", "2", "--out", "made", "--form", "parquet"]);
    for setting in SMALL {
        command.args(["--set", setting]);
    }
    run(command.args(more)).ok().stderr
}

#[test]
fn presets_run_from_simulation_to_evaluation() {
    for preset in ["2016", "2019", "2020", "kickstarter"] {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let output = simulate(here, preset, &[]);
        // The next two commands are those that the first one prints.
        let next: Vec<&str> =
            output.lines().filter_map(|line| line.trim().strip_prefix("slotcast ")).collect();
        let [nightly, evaluate] = next[..] else { panic!("two commands come next:\n{output}") };
        cli(here, nightly).ok();
        let found = cli(here, &format!("{evaluate} --format json")).ok();
        assert!(found.stderr.contains("no standard error"), "{}", found.stderr);
        let rows: Vec<Value> = serde_json::from_str(&found.stdout).unwrap();
        let row = |by: &str| {
            rows.iter().find(|row| row["scored_by"] == by).unwrap_or_else(|| panic!("{preset}: no {by}"))
        };
        for habit in ["most_alerts", "last_winners", "random"] {
            assert!(row(habit)["regret"].as_f64().unwrap() >= 0.0, "{preset}");
            assert!(row(habit)["log_loss"].is_null());
        }
        let model = &rows[0];
        assert!(model["log_loss"].as_f64().unwrap() > row("p_hit_knowable")["log_loss"].as_f64().unwrap());
        assert_eq!(row("p_hit_oracle")["regret"], 0.0);
        assert!((row("p_hit_knowable")["log_loss_share"].as_f64().unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(row("best_constant")["log_loss_share"], 0.0);
        assert_eq!(model["seats"], 4);
    }
}

#[test]
fn backtest_has_error_bars() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let messages = simulate(here, "2016", &[]);
    let nightly = messages.lines().find_map(|line| line.trim().strip_prefix("slotcast nightly")).unwrap();
    cli(here, &format!("nightly{nightly}")).ok();
    let as_of = nightly.rsplit(' ').next().unwrap();
    let config = "--config made/slotcast.toml";
    cli(here, &format!("backtest {config} --from 2016-04-05 --to 2016-05-10 --as-of {as_of}")).ok();
    let found = cli(here, &format!("evaluate {config} --truth made/truth.parquet --format json")).ok();
    let rows: Vec<Value> = serde_json::from_str(&found.stdout).unwrap();
    let row = |by: &str| rows.iter().find(|row| row["scored_by"] == by).unwrap();
    assert_eq!(row("base_rate")["n"], 6 * 8, "every candidate of six slots");
    assert!(row("base_rate")["regret_se"].as_f64().is_some());
    // The next day is added to the same inbox as new files.
    let files = || fs::read_dir(here.join("made/inbox/social_signals")).unwrap().count();
    let before = files();
    let next_day = "2016-05-27T20:00:00+09:00";
    simulate(here, "2016", &["--since", as_of, "--until", next_day]);
    assert!(files() > before, "{before}");
    let night = cli(here, &format!("nightly {config} --inbox made/inbox --history --as-of {next_day}")).ok();
    assert!(night.stderr.contains("ingest"), "{}", night.stderr);
}

/// A market with snapshots instead of events has the same outcomes.
#[test]
fn snapshots_give_the_same_outcomes() {
    let outcomes = |data: &str| {
        let folder = tempfile::tempdir().unwrap();
        let setting = format!("market.order_data={data}");
        let more = ["--set", &setting, "--set", "anomalies.corrections=0", "--set", "anomalies.late_rows=0"];
        simulate(folder.path(), "2016", &more);
        let at = "2016-05-20T12:00:00+09:00";
        let lake = "--config made/slotcast.toml --history --as-of";
        cli(folder.path(), &format!("nightly --inbox made/inbox {lake} {at}")).ok();
        let question = "select campaign_id, demand, hit from campaign_outcomes where hit is not null order by campaign_id";
        query(folder.path(), "made/lake", question)
    };
    let (events, snapshots) = (outcomes("events"), outcomes("snapshots"));
    assert!(events.lines().count() > 40, "{events}");
    assert_eq!(events, snapshots);
}

#[test]
fn user_errors_have_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    assert_refused(&cli(here, "simulate --preset 2017 --out made"), &["`2017`", "`2016`", "`kickstarter`"]);
    assert_refused(
        &cli(here, "simulate --set dispersion=2 --out made"),
        &["`dispersion`", "`demand.dispersion`"],
    );
    assert_refused(&cli(here, "simulate --set demand.dispersion --out made"), &["`=`"]);
    let wrong = cli(here, "simulate --set anomalies.cancelled=2 --out made");
    assert!(
        wrong.stderr.contains("`anomalies.cancelled` must be between 0 and 0.9, not 2"),
        "{}",
        wrong.stderr
    );
    fs::create_dir_all(here.join("photos/cats")).unwrap();
    assert_refused(&cli(here, "simulate --out photos"), &["photos", "--out"]);
    assert!(!here.join("made").exists(), "a user error leaves no files");
    let shown = cli(here, "simulate --preset 2020 --set demand.dispersion=5 --show").ok();
    assert!(shown.stdout.contains("seats = 450") && shown.stdout.contains("dispersion = 5.0"));
}

/// The calibration error of the oracle is below the noise floor, the 95th percentile of a perfect model.
///
/// A perfect model exceeds it more than once in six seeds with a probability of about 1/30.
#[test]
fn oracle_is_calibrated() {
    for preset in Preset::ALL {
        let mut spec = MarketSpec::preset(preset);
        let slots = if preset == Preset::Y2020 { "6" } else { "60" };
        spec.set("market.slots", slots).unwrap();
        let exceeds = |seed: &u64| {
            let truth = Market::new(spec.clone(), *seed).unwrap().truth(2).unwrap();
            let p = truth["p_hit_oracle"].as_primitive::<Float64Type>().values();
            let dates = truth["slot_date"].as_primitive::<Date32Type>();
            let hit = truth["hit"].as_boolean();
            let ran: Vec<usize> = (0..p.len()).filter(|row| hit.is_valid(*row)).collect();
            let p: Vec<f64> = ran.iter().map(|row| p[*row]).collect();
            let hits: Vec<bool> = ran.iter().map(|row| hit.value(*row)).collect();
            let slots: Vec<NaiveDate> = ran.iter().filter_map(|row| dates.value_as_date(*row)).collect();
            ece(&p, &hits).unwrap() > ece_noise_floor(&p, &hits, &slots).unwrap()
        };
        let above = (1..=6).filter(exceeds).count();
        assert!(above <= 1, "{preset}: {above} of 6 seeds");
    }
}

/// `data/seeds` contains the market that the command in its README simulates.
#[test]
fn committed_market_matches_its_seed() {
    let seeds = root().join("data/seeds");
    let text = fs::read_to_string(seeds.join("README.md")).unwrap();
    let command = text.lines().find_map(|line| line.trim().strip_prefix("slotcast simulate")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    cli(folder.path(), &format!("simulate{command}")).ok();
    let mut compared = 0;
    for path in files_below(&seeds.join("market")) {
        let own = path.strip_prefix(&seeds).unwrap();
        let made = fs::read(folder.path().join(own))
            .unwrap_or_else(|_| panic!("`{}` was not written", own.display()));
        assert!(fs::read(&path).unwrap() == made, "`{}` differs", own.display());
        compared += 1;
    }
    assert!(compared > 10, "{compared}");
}
