//! What is to be measured, from the words after `--`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

pub(crate) const USAGE: &str = "\
cargo bench --bench ingest -- [--rows N] [--weeks N] [--repeat N] [--keep DIR] [--peer SCRIPT] [--python PYTHON]

  --rows N        rows of facts in the inbox [3000000]
  --weeks N       slots they are spread over [104]
  --repeat N      rounds; medians are shown [3]
  --keep DIR      the inbox is made there and kept, and one of the same size that is there is taken
  --peer SCRIPT   what is measured beside: SCRIPT INBOX OUT ingest
  --python PYTHON runs the peer [python3]";

#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) rows: u64,
    pub(crate) weeks: u32,
    pub(crate) repeat: u32,
    pub(crate) keep: Option<PathBuf>,
    pub(crate) peer: Option<PathBuf>,
    pub(crate) python: String,
}

#[derive(Debug)]
pub(crate) enum Wanted {
    Help,
    /// `cargo test --benches` starts a bench too, but without the word `--bench`.
    Nothing,
    Bench(Arguments),
}

pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Wanted> {
    let mut words = words.peekable();
    let mut is_bench = words.peek().is_some();
    let mut arguments = Arguments {
        rows: 3_000_000,
        weeks: 104,
        repeat: 3,
        keep: None,
        peer: None,
        python: "python3".to_owned(),
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("`{word}` lacks its value"));
        match word.as_str() {
            "--bench" => is_bench = true,
            "--rows" => arguments.rows = count(&word, &value()?)?,
            "--weeks" => arguments.weeks = u32::try_from(count(&word, &value()?)?)?,
            "--repeat" => arguments.repeat = u32::try_from(count(&word, &value()?)?)?,
            "--keep" => arguments.keep = Some(absolute(&value()?)?),
            "--peer" => arguments.peer = Some(absolute(&value()?)?),
            "--python" => arguments.python = value()?,
            "--help" | "-h" => return Ok(Wanted::Help),
            _ => bail!("`{word}` is not known\n\n{USAGE}"),
        }
    }
    Ok(if is_bench { Wanted::Bench(arguments) } else { Wanted::Nothing })
}

fn count(name: &str, text: &str) -> Result<u64> {
    let number =
        text.replace('_', "").parse().with_context(|| format!("`{name}` is a number, not `{text}`"))?;
    ensure!(number > 0, "`{name}` is above zero");
    Ok(number)
}

/// Commands run in another folder than this one.
fn absolute(path: &str) -> Result<PathBuf> {
    std::path::absolute(Path::new(path)).with_context(|| format!("`{path}` is no path"))
}
