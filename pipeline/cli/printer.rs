//! stdout is data, stderr is talk.
#![expect(clippy::print_stderr, reason = "the one place that talks")]

use std::io::{self, Write};

/// What may be said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    is_quiet: bool,
    is_verbose: bool,
}

impl Printer {
    pub(crate) fn new(is_quiet: bool, is_verbose: bool) -> Self {
        Self { is_quiet, is_verbose }
    }

    /// Talk that `-q` silences.
    pub(crate) fn say(&self, text: impl AsRef<str>) {
        if !self.is_quiet {
            eprintln!("{}", text.as_ref());
        }
    }

    /// Talk that only `-v` asks for.
    pub(crate) fn detail(&self, text: impl AsRef<str>) {
        if self.is_verbose {
            eprintln!("{}", text.as_ref());
        }
    }

    /// Something the user should know of and can act on.
    pub(crate) fn warn(&self, text: impl AsRef<str>) {
        eprintln!("warning: {}", text.as_ref());
    }

    /// An error, and what to do about it.
    pub(crate) fn error(&self, text: &str, hints: &[String]) {
        eprintln!("error: {text}");
        if !hints.is_empty() {
            eprintln!();
        }
        for hint in hints {
            eprintln!("hint: {hint}");
        }
    }

    /// Data. A reader that went away (`| head`) is no error.
    pub(crate) fn data(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}
