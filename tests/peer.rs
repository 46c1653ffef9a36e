//! What slotcast counts is what others count: the same market through the shared peer (DuckDB), row by row.
//!
//! `peer/compare.py` holds the relations against the peer's tables and says where both differ on purpose.
//! Needs `../shared/peers`, and a Python with duckdb and numpy: `SLOTCAST_PYTHON`, else `python3`.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use slotcast_simulate::BulkMarket;

use crate::support::{root, run, slotcast, words, write, write_bytes};

/// The end of the market, when its last slot has just closed.
const BEFORE: &str = "2022-03-29T10:30:00+09:00";
/// The evening of that day: half of what `write_day` tells of is known.
const AS_OF: &str = "2022-03-29T22:30:00+09:00";
/// What is built anew needs a moment of its own.
const LATER: &str = "2022-03-29T22:30:01+09:00";

/// The relations that the peer has too.
const RELATIONS: [&str; 6] =
    ["campaign_outcomes", "conversion_daily", "order_curve", "moq_rates", "refund_lag", "slot_summary"];

#[test]
fn statistics_are_those_of_the_peer() {
    let Some(peer) = Peer::found() else { return };
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let market = BulkMarket { weeks: 12, ..BulkMarket::of_rows(60_000) };
    let inbox = here.join("inbox");

    market.write(&mut |path| create(&inbox.join(path))).unwrap();
    words(here, "ingest inbox --history").ok();
    words(here, &format!("stats --as-of {BEFORE}")).ok();

    // One more day, and rows of weeks that have been built.
    market.write_day(&mut |path| create(&inbox.join(path))).unwrap();
    write_odd_rows(&inbox);
    words(here, "ingest inbox --history").ok();
    words(here, &format!("stats --as-of {AS_OF}")).ok();
    peer.compare(here, AS_OF);

    words(here, &format!("stats --full --as-of {LATER}")).ok();
    peer.compare(here, LATER);
}

#[expect(clippy::disallowed_methods, reason = "tests make their own inboxes")]
fn create(path: &Path) -> std::io::Result<Box<dyn Write>> {
    fs::create_dir_all(path.parent().expect("a parent"))?;
    Ok(Box::new(File::create(path)?))
}

/// What a made market does not have.
fn write_odd_rows(inbox: &Path) {
    let odd = fs::read_to_string(root().join("tests/peer/odd.txt")).unwrap();
    for file in odd.split("\n== ").skip(1) {
        let (path, rows) = file.split_once('\n').unwrap();
        let rows = rows.lines().filter(|row| !row.is_empty() && !row.starts_with('#'));
        write(&inbox.join(path), &rows.map(|row| format!("{row}\n")).collect::<String>());
    }
}

struct Peer {
    python: String,
    script: PathBuf,
}

impl Peer {
    /// Says why there is nothing to compare with, past the runner that keeps what passing tests print.
    fn found() -> Option<Self> {
        let script = root().parent()?.join("shared/peers/peer_duckdb.py");
        let python = std::env::var("SLOTCAST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let imports = Command::new(&python).args(["-c", "import duckdb, numpy"]).output();
        let reason = if !script.is_file() {
            format!("`{}` is not here", script.display())
        } else if !imports.is_ok_and(|imports| imports.status.success()) {
            format!("`{python}` lacks duckdb or numpy; hint: SLOTCAST_PYTHON names a Python that has them")
        } else {
            return Some(Self { python, script });
        };
        writeln!(std::io::stderr(), "skipped: statistics_are_those_of_the_peer: {reason}").ok();
        None
    }

    /// Holds the relations of the last run against what the peer makes of the inbox.
    #[track_caller]
    fn compare(&self, here: &Path, as_of: &str) {
        let [inbox, ours, theirs] = ["inbox", "ours", "theirs"].map(|name| here.join(name));
        for relation in RELATIONS {
            let query = format!("select * from {relation}");
            let asked = slotcast(here).args(["sql", &query, "--format", "parquet"]).output().unwrap();
            assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
            write_bytes(&ours.join(format!("{relation}.parquet")), &asked.stdout);
        }
        let python = || Command::new(&self.python);
        run(python().arg(&self.script).args([&inbox, &theirs]).args(["ingest,stats", as_of])).ok();
        let script = root().join("tests/peer/compare.py");
        let compared = run(python().arg(script).args([&inbox, &ours, &theirs]).arg(as_of));
        assert_eq!(compared.code, Some(0), "as of {as_of}:\n{}{}", compared.stdout, compared.stderr);
    }
}
