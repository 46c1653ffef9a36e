//! Holds the models against the truth of made markets, over several seeds.
//!
//! ```sh
//! cargo bench --bench regret -- --preset 2019 --seeds 5
//! ```
//!
//! For each seed: `simulate`, `nightly`, `backtest` over the last settled slots, `evaluate`. Figures are means over
//! seeds with their standard errors; differences are paired, seed by seed. Markets go to the system's temporary
//! folder (`TMPDIR`) and are removed.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures are data, progress is talk")]

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
  --slots N       slots that are judged in each [40]
  --refit N       slots that a fit serves [4]
  --peers         LightGBM and scikit-learn's logistic regression on the same signals and slots
                  (`SLOTCAST_PYTHON`, with duckdb, lightgbm, pandas, scikit-learn)
  --set P=V       a number of the market, as `slotcast simulate --set` takes it";

/// The figures of one voice, one a seed.
type Figures = BTreeMap<String, BTreeMap<&'static str, Vec<f64>>>;

const FIGURES: [&str; 5] = ["log_loss", "log_loss_share", "brier", "hits", "regret"];
/// The model whose figures the others are held against.
const CHAMPION: &str = "champion";

struct Asked {
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
    let mut asked =
        Asked { preset: "2016".to_owned(), seeds: 5, slots: 40, refit: 4, has_peers: false, set: Vec::new() };
    let mut is_bench = false;
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("`{word}` lacks its value"));
        match word.as_str() {
            "--bench" => is_bench = true,
            "--preset" => (is_bench, asked.preset) = (true, value()?),
            "--seeds" => asked.seeds = value()?.parse().context("`--seeds` is a number")?,
            "--slots" => asked.slots = value()?.parse().context("`--slots` is a number")?,
            "--refit" => asked.refit = value()?.parse().context("`--refit` is a number")?,
            "--peers" => asked.has_peers = true,
            "--set" => asked.set.push(value()?),
            "--help" | "-h" => {
                println!("{USAGE}");
                return Ok(());
            }
            _ => bail!("`{word}` is not known\n\n{USAGE}"),
        }
    }
    if !is_bench {
        eprintln!("nothing is measured by `cargo test`: `cargo bench --bench regret`");
        return Ok(());
    }
    ensure!(asked.seeds > 0 && asked.slots > 0 && asked.refit > 0, "numbers are above zero");
    let mut figures = Figures::new();
    let mut voices = Vec::new();
    for seed in 1..=asked.seeds {
        eprintln!("seed {seed} of {}", asked.seeds);
        for row in evaluated(&asked, seed)? {
            let by = row["scored_by"].as_str().context("a voice has a name")?.to_owned();
            if !voices.contains(&by) {
                voices.push(by.clone());
            }
            for name in FIGURES {
                let own = figures.entry(by.clone()).or_default().entry(name).or_default();
                own.extend(row[name].as_f64());
            }
        }
    }
    print(&voices, &figures);
    Ok(())
}

/// What `evaluate` says of one market.
fn evaluated(asked: &Asked, seed: u64) -> Result<Vec<Value>> {
    let folder =
        tempfile::Builder::new().prefix("slotcast-regret-").tempdir().context("a temporary folder")?;
    let here = folder.path();
    let seed = seed.to_string();
    let mut simulate =
        vec!["simulate", "--preset", &asked.preset, "--seed", &seed, "--out", "made", "--form", "parquet"];
    asked.set.iter().for_each(|number| simulate.extend(["--set", number]));
    let said = slotcast(here, &simulate)?.1;
    let as_of = said
        .split_whitespace()
        .skip_while(|word| *word != "--as-of")
        .nth(1)
        .context("a moment comes next")?;
    let config = ["--config", "made/slotcast.toml"];
    slotcast(
        here,
        &[&["nightly", "-q", "--inbox", "made/inbox", "--history", "--as-of", as_of][..], &config].concat(),
    )?;
    let last = "SELECT max(slot_date) AS last FROM slot_summary WHERE settled";
    let last = slotcast(here, &[&["sql", "--format", "csv", last][..], &config].concat())?.0;
    let last: NaiveDate = last.lines().nth(1).context("a slot is settled")?.trim().parse()?;
    let first = (last - Days::new(7 * (asked.slots - 1))).to_string();
    let (last, refit) = (last.to_string(), asked.refit.to_string());
    let range =
        ["backtest", "-q", "--from", &first, "--to", &last, "--refit-every", &refit, "--as-of", as_of];
    slotcast(here, &[&range[..], &config].concat())?;
    let evaluate = ["evaluate", "-q", "--truth", "made/truth.parquet", "--format", "json"];
    let found = slotcast(here, &[&evaluate[..], &config].concat())?.0;
    let mut rows: Vec<Value> = serde_json::from_str(&found).context("what `evaluate` prints is JSON")?;
    let covered = "SELECT 'coverage' AS scored_by, coverage_80 AS log_loss FROM backtest_metrics WHERE model = 'champion'";
    let covered = slotcast(here, &[&["sql", "--format", "json", covered][..], &config].concat())?.0;
    rows.extend(serde_json::from_str::<Vec<Value>>(&covered).context("what `sql` prints is JSON")?);
    if asked.has_peers {
        rows.extend(peers(here, &first, &last, &refit)?);
    }
    Ok(rows)
}

/// What others would rank with, on the same signals and slots.
fn peers(here: &Path, first: &str, last: &str, refit: &str) -> Result<Vec<Value>> {
    let python = std::env::var("SLOTCAST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peer/ranking.py");
    let output = Command::new(&python)
        .current_dir(here)
        .args([script, "lake/published/latest", "made/truth.parquet", first, last, refit])
        .output()
        .with_context(|| format!("`{python}` starts"))?;
    ensure!(output.status.success(), "the peers failed:\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("what the peers print is JSON")
}

/// What the command printed, as data and as talk.
fn slotcast(here: &Path, words: &[&str]) -> Result<(String, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slotcast"));
    command.current_dir(here).env_remove("SLOTCAST_LAKE").env_remove("SLOTCAST_CONFIG").args(words);
    let output = command.output().context("the binary starts")?;
    let [data, talk] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    ensure!(output.status.success(), "`slotcast {}` failed:\n{talk}", words.join(" "));
    Ok((data, talk))
}

fn print(voices: &[String], figures: &Figures) {
    println!(
        "{:<28}{:>18}{:>10}{:>18}{:>18}{:>18}",
        "", "log loss", "share", "Brier", "hits a slot", "regret a slot"
    );
    for by in voices {
        let own = &figures[by];
        let told =
            |name: &str| own.get(name).filter(|values| !values.is_empty()).map(|values| Estimate::of(values));
        let cell = |name: &str| told(name).map_or(String::new(), written);
        let share = told("log_loss_share").map_or(String::new(), |found| format!("{:.3}", found.mean));
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
            let of = |by: &str| figures.get(by).map(|own| &own[figure]).filter(|own| !own.is_empty());
            let (Some(champion), Some(other_figures)) = (of(CHAMPION), of(other)) else { continue };
            let pairs: Vec<f64> =
                champion.iter().zip(other_figures).map(|(own, other)| own - other).collect();
            println!("{name} of the champion less that of {other:<28}{}", written(Estimate::of(&pairs)));
        }
    }
}

fn written(estimate: Estimate) -> String {
    format!("{:.4} +- {:.4}", estimate.mean, estimate.se.unwrap_or(0.0))
}
