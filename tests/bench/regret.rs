//! Compares the models with the ground truth of simulated markets, over several seeds.
//!
//! ```sh
//! cargo bench --bench regret -- --preset 2019 --seeds 5
//! ```
//!
//! Each seed runs `simulate`, `nightly`, `backtest` over the last settled slots and `evaluate`. Results are means over
//! seeds with standard errors; differences are paired by seed. Markets are in the system's temporary folder (`TMPDIR`)
//! and are removed.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "results go to stdout, progress to stderr")]

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, bail, ensure};
use chrono::{Days, NaiveDate};
use serde_json::Value;
use slotcast_models::Estimate;

const USAGE: &str = "\
cargo bench --bench regret -- [--preset NAME] [--seeds N] [--slots N] [--refit N] [--peers] [--set PATH=VALUE]...

  --preset NAME   2016, 2019, 2020 or kickstarter [2016]
  --seeds N       markets [5]
  --slots N       evaluated slots per market [40]
  --refit N       slots per fit [4]
  --peers         LightGBM and scikit-learn's logistic regression on the same signals and slots
                  (`SLOTCAST_PYTHON`, with duckdb, lightgbm, pandas, scikit-learn)
  --set P=V       a setting of the market, as in `slotcast simulate --set`";

/// Values by scorer and metric, one per seed.
type SeedMetrics = BTreeMap<String, BTreeMap<&'static str, Vec<f64>>>;

const METRICS: [&str; 5] = ["log_loss", "log_loss_share", "brier", "hits", "regret"];
/// The model with which the others are compared.
const CHAMPION: &str = "champion";

struct RegretArguments {
    preset: String,
    seeds: u64,
    slots: u64,
    refit: u64,
    has_peers: bool,
    set: Vec<String>,
}

fn main() -> ExitCode {
    match bench() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let mut arguments = RegretArguments {
        preset: "2016".to_owned(),
        seeds: 5,
        slots: 40,
        refit: 4,
        has_peers: false,
        set: Vec::new(),
    };
    let mut is_bench = false;
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("`{word}` needs a value"));
        match word.as_str() {
            "--bench" => is_bench = true,
            "--preset" => (is_bench, arguments.preset) = (true, value()?),
            "--seeds" => arguments.seeds = value()?.parse().context("`--seeds` must be a number")?,
            "--slots" => arguments.slots = value()?.parse().context("`--slots` must be a number")?,
            "--refit" => arguments.refit = value()?.parse().context("`--refit` must be a number")?,
            "--peers" => arguments.has_peers = true,
            "--set" => arguments.set.push(value()?),
            "--help" | "-h" => {
                println!("{USAGE}");
                return Ok(());
            }
            _ => bail!("unknown argument `{word}`\n\n{USAGE}"),
        }
    }
    if !is_bench {
        eprintln!("`cargo test` measures nothing; run `cargo bench --bench regret`");
        return Ok(());
    }
    ensure!(
        arguments.seeds > 0 && arguments.slots > 0 && arguments.refit > 0,
        "numbers must be greater than 0"
    );
    let mut metrics = SeedMetrics::new();
    let mut scorers = Vec::new();
    for seed in 1..=arguments.seeds {
        eprintln!("seed {seed} of {}", arguments.seeds);
        for row in evaluate_market(&arguments, seed)? {
            let by = row["scored_by"].as_str().context("a scorer has a name")?.to_owned();
            if !scorers.contains(&by) {
                scorers.push(by.clone());
            }
            for name in METRICS {
                let own = metrics.entry(by.clone()).or_default().entry(name).or_default();
                own.extend(row[name].as_f64());
            }
        }
    }
    print(&scorers, &metrics);
    Ok(())
}

/// Evaluation of one market.
fn evaluate_market(arguments: &RegretArguments, seed: u64) -> Result<Vec<Value>> {
    let folder =
        tempfile::Builder::new().prefix("slotcast-regret-").tempdir().context("a temporary folder")?;
    let here = folder.path();
    let seed = seed.to_string();
    let mut simulate = vec![
        "simulate",
        "--preset",
        &arguments.preset,
        "--seed",
        &seed,
        "--out",
        "made",
        "--form",
        "parquet",
    ];
    arguments.set.iter().for_each(|number| simulate.extend(["--set", number]));
    let messages = slotcast(here, &simulate)?.1;
    let as_of = messages
        .split_whitespace()
        .skip_while(|word| *word != "--as-of")
        .nth(1)
        .context("a timestamp after `--as-of`")?;
    let config = ["--config", "made/slotcast.toml"];
    slotcast(
        here,
        &[&["nightly", "-q", "--inbox", "made/inbox", "--history", "--as-of", as_of][..], &config].concat(),
    )?;
    let last = "SELECT max(slot_date) AS last FROM slot_summary WHERE settled";
    let last = slotcast(here, &[&["sql", "--format", "csv", last][..], &config].concat())?.0;
    let last: NaiveDate = last.lines().nth(1).context("a settled slot")?.trim().parse()?;
    let first = (last - Days::new(7 * (arguments.slots - 1))).to_string();
    let (last, refit) = (last.to_string(), arguments.refit.to_string());
    let range =
        ["backtest", "-q", "--from", &first, "--to", &last, "--refit-every", &refit, "--as-of", as_of];
    slotcast(here, &[&range[..], &config].concat())?;
    let evaluate = ["evaluate", "-q", "--truth", "made/truth.parquet", "--format", "json"];
    let found = slotcast(here, &[&evaluate[..], &config].concat())?.0;
    let mut rows: Vec<Value> = serde_json::from_str(&found).context("the output of `evaluate` is JSON")?;
    let covered = "SELECT 'coverage' AS scored_by, coverage_80 AS log_loss FROM backtest_metrics WHERE model = 'champion'";
    let covered = slotcast(here, &[&["sql", "--format", "json", covered][..], &config].concat())?.0;
    rows.extend(serde_json::from_str::<Vec<Value>>(&covered).context("the output of `sql` is JSON")?);
    if arguments.has_peers {
        rows.extend(peers(here, &first, &last, &refit)?);
    }
    Ok(rows)
}

/// Results of other models on the same signals and slots.
fn peers(here: &Path, first: &str, last: &str, refit: &str) -> Result<Vec<Value>> {
    let python = std::env::var("SLOTCAST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peer/ranking.py");
    let output = Command::new(&python)
        .current_dir(here)
        .args([script, "lake/published/latest", "made/truth.parquet", first, last, refit])
        .output()
        .with_context(|| format!("`{python}` starts"))?;
    ensure!(output.status.success(), "the peers failed:\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("the output of the peers is JSON")
}

/// Stdout and stderr of a command.
fn slotcast(here: &Path, words: &[&str]) -> Result<(String, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slotcast"));
    command.current_dir(here).env_remove("SLOTCAST_LAKE").env_remove("SLOTCAST_CONFIG").args(words);
    let output = command.output().context("the binary starts")?;
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    ensure!(output.status.success(), "`slotcast {}` failed:\n{stderr}", words.join(" "));
    Ok((stdout, stderr))
}

fn print(scorers: &[String], metrics: &SeedMetrics) {
    println!(
        "{:<28}{:>18}{:>10}{:>18}{:>18}{:>18}",
        "", "log loss", "share", "Brier", "hits per slot", "regret per slot"
    );
    for by in scorers {
        let own = &metrics[by];
        let estimate =
            |name: &str| own.get(name).filter(|values| !values.is_empty()).map(|values| Estimate::of(values));
        let cell = |name: &str| estimate(name).map_or(String::new(), written);
        let share = estimate("log_loss_share").map_or(String::new(), |found| format!("{:.3}", found.mean));
        println!(
            "{by:<28}{:>18}{share:>10}{:>18}{:>18}{:>18}",
            cell("log_loss"),
            cell("brier"),
            cell("hits"),
            cell("regret")
        );
    }
    println!();
    let others =
        ["most_alerts", "most_alerts_per_threshold", "last_winners", "lightgbm", "logistic_regression"];
    for (figure, name) in [("hits", "hits"), ("log_loss", "log loss")] {
        for other in others {
            let of = |by: &str| metrics.get(by).map(|own| &own[figure]).filter(|own| !own.is_empty());
            let (Some(champion), Some(other_figures)) = (of(CHAMPION), of(other)) else { continue };
            let pairs: Vec<f64> =
                champion.iter().zip(other_figures).map(|(own, other)| own - other).collect();
            println!("{name} of the champion minus that of {other:<28}{}", written(Estimate::of(&pairs)));
        }
    }
}

fn written(estimate: Estimate) -> String {
    format!("{:.4} +- {:.4}", estimate.mean, estimate.se.unwrap_or(0.0))
}
