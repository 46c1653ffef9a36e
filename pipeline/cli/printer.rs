//! Messages on stderr. Standard output is for data only.
#![expect(clippy::print_stderr, reason = "messages go to stderr")]

use crate::progress::{IngestProgress, StepProgress};

/// Printer of messages, at the verbosity of `-q` and `-v`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    is_quiet: bool,
    is_verbose: bool,
}

impl Printer {
    pub(crate) fn new(is_quiet: bool, is_verbose: bool) -> Self {
        Self { is_quiet, is_verbose }
    }

    /// Progress of an ingest of this many bytes.
    pub(crate) fn ingest_progress(&self, bytes: u64) -> IngestProgress {
        IngestProgress::new(bytes, self.is_quiet)
    }

    /// Progress in steps of one kind, such as slots.
    pub(crate) fn step_progress(&self, count: usize, kind: &'static str) -> StepProgress {
        StepProgress::new(count, kind, self.is_quiet)
    }

    /// Prints a message, unless `-q` is set.
    pub(crate) fn info(&self, text: impl AsRef<str>) {
        if !self.is_quiet {
            eprintln!("{}", text.as_ref());
        }
    }

    /// Prints a message if `-v` is set.
    pub(crate) fn detail(&self, text: impl AsRef<str>) {
        if self.is_verbose {
            eprintln!("{}", text.as_ref());
        }
    }

    /// Prints a warning that the user can act on.
    pub(crate) fn warn(&self, text: impl AsRef<str>) {
        eprintln!("warning: {}", text.as_ref());
    }

    /// Prints an error and its hints.
    pub(crate) fn error(&self, text: &str, hints: &[String]) {
        eprintln!("error: {text}");
        if !hints.is_empty() {
            eprintln!();
        }
        for hint in hints {
            eprintln!("hint: {hint}");
        }
    }
}
