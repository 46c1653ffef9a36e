//! Statistics of a market compared, row by row, with an independent implementation in DuckDB.
//!
//! `peer/compare.py` compares the relations with the tables of the peer and lists the intended differences. The test
//! needs `SLOTCAST_PEERS` and `SLOTCAST_PYTHON`, as `support/requirements.rs` describes.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use slotcast_simulate::LoadMarket;

use crate::support::{cli, external, required, root, run, slotcast, write_bytes, write_text};

/// Just after the close of the last slot.
const BEFORE: &str = "2022-03-29T10:30:00+09:00";
/// The evening of the same day: half of the facts of `write_day` are known.
const AS_OF: &str = "2022-03-29T22:30:00+09:00";
/// A full build needs another time.
const LATER: &str = "2022-03-29T22:30:01+09:00";

/// Relations that the peer also computes.
const RELATIONS: [&str; 6] =
    ["campaign_outcomes", "conversion_daily", "order_curve", "moq_rates", "refund_lag", "slot_summary"];

#[test]
fn statistics_match_the_peer() {
    let Some(peer) = required(Peer::find()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let market = LoadMarket { weeks: 12, ..LoadMarket::with_rows(60_000) };
    let inbox = here.join("inbox");

    market.write(&mut |path| create(&inbox.join(path))).unwrap();
    cli(here, "ingest inbox --history").ok();
    cli(here, &format!("stats --as-of {BEFORE}")).ok();

    // One more day, and rows of weeks that are already built.
    market.write_day(&mut |path| create(&inbox.join(path))).unwrap();
    write_odd_rows(&inbox);
    cli(here, "ingest inbox --history").ok();
    cli(here, &format!("stats --as-of {AS_OF}")).ok();
    peer.compare(here, AS_OF);

    cli(here, &format!("stats --full --as-of {LATER}")).ok();
    peer.compare(here, LATER);
}

#[expect(clippy::disallowed_methods, reason = "tests make their own inboxes")]
fn create(path: &Path) -> std::io::Result<Box<dyn Write>> {
    fs::create_dir_all(path.parent().expect("a parent"))?;
    Ok(Box::new(File::create(path)?))
}

/// Writes rows of cases that the simulated market does not contain.
fn write_odd_rows(inbox: &Path) {
    let odd = fs::read_to_string(root().join("tests/peer/odd.txt")).unwrap();
    for file in odd.split("\n== ").skip(1) {
        let (path, rows) = file.split_once('\n').unwrap();
        let rows = rows.lines().filter(|row| !row.is_empty() && !row.starts_with('#'));
        write_text(&inbox.join(path), &rows.map(|row| format!("{row}\n")).collect::<String>());
    }
}

struct Peer {
    python: String,
    script: PathBuf,
}

impl Peer {
    /// The peer, or a description of what is missing.
    fn find() -> Result<Self, String> {
        let script = external("SLOTCAST_PEERS", "shared/peers").join("peer_duckdb.py");
        let python = std::env::var("SLOTCAST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let imports = Command::new(&python).args(["-c", "import duckdb, numpy"]).output();
        if !script.is_file() {
            Err(format!("there is no `{}`; hint: SLOTCAST_PEERS names the folder", script.display()))
        } else if !imports.is_ok_and(|imports| imports.status.success()) {
            Err(format!(
                "`{python}` lacks duckdb or numpy; hint: SLOTCAST_PYTHON names a Python that has them"
            ))
        } else {
            Ok(Self { python, script })
        }
    }

    /// Compares the relations of the last run with the peer's tables of the same inbox.
    #[track_caller]
    fn compare(&self, here: &Path, as_of: &str) {
        let [inbox, ours, theirs] = ["inbox", "ours", "theirs"].map(|name| here.join(name));
        for relation in RELATIONS {
            let query = format!("select * from {relation}");
            let output = slotcast(here).args(["sql", &query, "--format", "parquet"]).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            write_bytes(&ours.join(format!("{relation}.parquet")), &output.stdout);
        }
        let python = || Command::new(&self.python);
        run(python().arg(&self.script).args([&inbox, &theirs]).args(["ingest,stats", as_of])).ok();
        let script = root().join("tests/peer/compare.py");
        let compared = run(python().arg(script).args([&inbox, &ours, &theirs]).arg(as_of));
        assert_eq!(compared.code, Some(0), "as of {as_of}:\n{}{}", compared.stdout, compared.stderr);
    }
}
