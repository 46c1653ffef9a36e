//! What is to be measured, from the words after `--`: those that every bench knows, and a bench's own.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};

/// The part of the help that is the same for all.
const SHARED: &str = "  \
  --weeks N       slots they are spread over [104]
  --repeat N      rounds; medians are shown [3]
  --keep DIR      inboxes are made there and kept, and one of the same size that is there is taken
  --peer SCRIPT   what is measured beside: SCRIPT INBOX OUT STAGES [AS_OF]
  --python PYTHON runs the peer [python3]";

#[derive(Debug)]
pub(crate) struct Arguments<O> {
    pub(crate) weeks: u32,
    pub(crate) repeat: u32,
    pub(crate) keep: Option<PathBuf>,
    pub(crate) peer: Option<PathBuf>,
    pub(crate) python: String,
    pub(crate) own: O,
}

/// What one bench lets be set.
pub(crate) trait Own: Default {
    /// The bench's name.
    const NAME: &str;
    /// The head of its help: its words.
    const USAGE: &str;

    /// Takes a word and, if it needs one, its value; false if the word is not known.
    fn take(&mut self, word: &str, value: &mut dyn FnMut() -> Result<String>) -> Result<bool>;
}

/// What a bench does, from the words it was given to its exit code.
pub(crate) fn run<O: Own, R: Display>(bench: fn(&Arguments<O>) -> Result<R>) -> ExitCode {
    let answer = || {
        match parse::<O>(std::env::args().skip(1))? {
            Wanted::Help => println!("{}", usage::<O>()),
            Wanted::Nothing => {
                eprintln!("nothing is measured by `cargo test`: `cargo bench --bench {}`", O::NAME);
            }
            Wanted::Bench(arguments) => println!("{}", bench(&arguments)?),
        }
        Ok(())
    };
    match answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let error: anyhow::Error = error;
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Debug)]
enum Wanted<O> {
    Help,
    /// `cargo test --benches` starts a bench too, but without the word `--bench`.
    Nothing,
    Bench(Arguments<O>),
}

fn parse<O: Own>(words: impl Iterator<Item = String>) -> Result<Wanted<O>> {
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
        let mut value = || words.next().with_context(|| format!("`{word}` lacks its value"));
        match word.as_str() {
            "--bench" => is_bench = true,
            "--weeks" => arguments.weeks = u32::try_from(count(&word, &value()?)?)?,
            "--repeat" => arguments.repeat = u32::try_from(count(&word, &value()?)?)?,
            "--keep" => arguments.keep = Some(absolute(&value()?)?),
            "--peer" => arguments.peer = Some(absolute(&value()?)?),
            "--python" => arguments.python = value()?,
            "--help" | "-h" => return Ok(Wanted::Help),
            _ if arguments.own.take(&word, &mut value)? => {}
            _ => bail!("`{word}` is not known\n\n{}", usage::<O>()),
        }
    }
    Ok(if is_bench { Wanted::Bench(arguments) } else { Wanted::Nothing })
}

fn usage<O: Own>() -> String {
    format!("{}\n{SHARED}", O::USAGE)
}

pub(crate) fn count(name: &str, text: &str) -> Result<u64> {
    let number =
        text.replace('_', "").parse().with_context(|| format!("`{name}` is a number, not `{text}`"))?;
    ensure!(number > 0, "`{name}` is above zero");
    Ok(number)
}

/// Commands run in another folder than this one.
fn absolute(path: &str) -> Result<PathBuf> {
    std::path::absolute(Path::new(path)).with_context(|| format!("`{path}` is no path"))
}
