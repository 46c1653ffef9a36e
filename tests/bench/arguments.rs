//! Command-line arguments of the benchmarks: shared ones, and those of one benchmark.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};

/// Help of the shared arguments.
const SHARED: &str = "  \
  --weeks N       slots of the market [104]
  --repeat N      rounds; the median is printed [3]
  --keep DIR      folder of inboxes; an inbox of the same size is reused
  --peer SCRIPT   another implementation to measure: SCRIPT INBOX OUT STAGES [AS_OF]
  --python PYTHON interpreter of the peer [python3]";

#[derive(Debug)]
pub(crate) struct Arguments<O> {
    pub(crate) weeks: u32,
    pub(crate) repeat: u32,
    pub(crate) keep: Option<PathBuf>,
    pub(crate) peer: Option<PathBuf>,
    pub(crate) python: String,
    pub(crate) own: O,
}

/// Arguments of one benchmark.
pub(crate) trait OwnArguments: Default {
    /// Name of the benchmark.
    const NAME: &str;
    /// Usage and help of its arguments.
    const USAGE: &str;

    /// Parses an argument and its value; false for an unknown argument.
    fn parse(&mut self, word: &str, value: &mut dyn FnMut() -> Result<String>) -> Result<bool>;
}

/// Runs a benchmark with the arguments of the process.
pub(crate) fn run<O: OwnArguments, R: Display>(bench: fn(&Arguments<O>) -> Result<R>) -> ExitCode {
    let outcome = || {
        match parse::<O>(std::env::args().skip(1))? {
            Request::Help => println!("{}", usage::<O>()),
            Request::Nothing => {
                eprintln!("`cargo test` measures nothing; run `cargo bench --bench {}`", O::NAME);
            }
            Request::Bench(arguments) => println!("{}", bench(&arguments)?),
        }
        Ok(())
    };
    match outcome() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let error: anyhow::Error = error;
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Debug)]
enum Request<O> {
    Help,
    /// `cargo test --benches` also starts a benchmark, but without `--bench`.
    Nothing,
    Bench(Arguments<O>),
}

fn parse<O: OwnArguments>(words: impl Iterator<Item = String>) -> Result<Request<O>> {
    let mut words = words.peekable();
    let mut is_bench = words.peek().is_some();
    let mut arguments = Arguments {
        weeks: 104,
        repeat: 3,
        keep: None,
        peer: None,
        python: "python3".to_owned(),
        own: O::default(),
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("`{word}` needs a value"));
        match word.as_str() {
            "--bench" => is_bench = true,
            "--weeks" => arguments.weeks = u32::try_from(count(&word, &value()?)?)?,
            "--repeat" => arguments.repeat = u32::try_from(count(&word, &value()?)?)?,
            "--keep" => arguments.keep = Some(absolute(&value()?)?),
            "--peer" => arguments.peer = Some(absolute(&value()?)?),
            "--python" => arguments.python = value()?,
            "--help" | "-h" => return Ok(Request::Help),
            _ if arguments.own.parse(&word, &mut value)? => {}
            _ => bail!("unknown argument `{word}`\n\n{}", usage::<O>()),
        }
    }
    Ok(if is_bench { Request::Bench(arguments) } else { Request::Nothing })
}

fn usage<O: OwnArguments>() -> String {
    format!("{}\n{SHARED}", O::USAGE)
}

pub(crate) fn count(name: &str, text: &str) -> Result<u64> {
    let number =
        text.replace('_', "").parse().with_context(|| format!("`{name}` must be a number, not `{text}`"))?;
    ensure!(number > 0, "`{name}` must be greater than 0");
    Ok(number)
}

/// Absolute path of an argument, because commands run in another folder.
fn absolute(path: &str) -> Result<PathBuf> {
    std::path::absolute(Path::new(path)).with_context(|| format!("`{path}` is not a path"))
}
