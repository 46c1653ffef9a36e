//! stdout is data, stderr is talk.
#![expect(clippy::print_stderr, reason = "the one place that talks")]

use std::{
    io::{self, IsTerminal, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use slotcast_ingest::Progress;

use crate::clock::Watch;

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

    /// Shows how far something has come: a bar where a person looks on, else a line from time to time.
    pub(crate) fn progress(&self, bytes: u64) -> Bar {
        Bar::new(bytes, self.is_quiet)
    }

    /// The same for so many steps of one kind, such as slots.
    pub(crate) fn steps(&self, count: usize, kind: &'static str) -> Steps {
        let (bar, lines) =
            watched(count as u64, "{bar:30} {pos} of {len} {msg}, {elapsed} ({eta} left)", self.is_quiet);
        bar.set_message(kind);
        Steps { bar, kind, lines }
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
}

/// The way of data to stdout. A reader that went away (`| head`) is no error: the rest goes nowhere.
#[derive(Clone, Default)]
pub(crate) struct Pipe {
    is_closed: Arc<AtomicBool>,
    /// Microseconds that writing took, which is how long a slow reader kept us.
    waited: Arc<AtomicU64>,
}

impl Pipe {
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    /// How long the reader kept us waiting since this was asked last.
    pub(crate) fn waited(&self) -> Duration {
        Duration::from_micros(self.waited.swap(0, Ordering::Relaxed))
    }

    fn attempt(&self, write: impl FnOnce(&mut io::StdoutLock<'_>) -> io::Result<()>) -> io::Result<()> {
        if self.is_closed() {
            return Ok(());
        }
        let watch = Watch::start();
        let written = write(&mut io::stdout().lock());
        self.waited.fetch_add((watch.seconds() * 1e6) as u64, Ordering::Relaxed);
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed.store(true, Ordering::Relaxed);
                Ok(())
            }
            other => other,
        }
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(|stdout| stdout.write_all(bytes)).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt(|stdout| stdout.flush())
    }
}

/// Seconds between two lines where there is no bar.
const LINE_EVERY: u64 = 10;

/// When the next line is due, in seconds since the start.
type Lines = Option<(Watch, AtomicU64)>;

/// A bar that a terminal shows; without one, lines from time to time. `-q` wants neither.
fn watched(length: u64, template: &str, is_quiet: bool) -> (ProgressBar, Lines) {
    let is_seen = io::stderr().is_terminal() && !is_quiet;
    let bar = if is_seen { ProgressBar::new(length) } else { ProgressBar::hidden() };
    bar.set_length(length);
    if is_seen {
        bar.set_style(ProgressStyle::with_template(template).expect("the template is one"));
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    let lines = (!is_seen && !is_quiet).then(|| (Watch::start(), AtomicU64::new(LINE_EVERY)));
    (bar, lines)
}

/// How many steps are done.
pub(crate) struct Steps {
    bar: ProgressBar,
    kind: &'static str,
    lines: Lines,
}

impl Steps {
    pub(crate) fn done(&self, done: usize, of: usize) {
        self.bar.set_position(done as u64);
        let Some((watch, due)) = &self.lines else { return };
        if is_due(watch, due) {
            eprintln!("  {done} of {of} {}, {} s", self.kind, watch.seconds() as u64);
        }
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Whether it is time for the next line; says so once.
fn is_due(watch: &Watch, due: &AtomicU64) -> bool {
    let (now, at) = (watch.seconds() as u64, due.load(Ordering::Relaxed));
    now >= at && due.compare_exchange(at, now + LINE_EVERY, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

/// How far an ingest has come.
pub(crate) struct Bar {
    bar: ProgressBar,
    rows: AtomicU64,
    lines: Lines,
}

impl Bar {
    fn new(bytes: u64, is_quiet: bool) -> Self {
        let template = "{bar:30} {bytes} of {total_bytes}, {msg}, {elapsed} ({eta} left)";
        let (bar, lines) = watched(bytes, template, is_quiet);
        bar.set_message("0 rows");
        Self { bar, rows: AtomicU64::new(0), lines }
    }
}

impl Progress for Bar {
    fn bytes(&self, more: u64) {
        self.bar.inc(more);
    }

    fn rows(&self, more: u64) {
        let rows = self.rows.fetch_add(more, Ordering::Relaxed) + more;
        self.bar.set_message(format!("{} rows", HumanCount(rows)));
        if let Some((watch, due)) = &self.lines
            && is_due(watch, due)
        {
            let (read, of) = (HumanBytes(self.bar.position()), HumanBytes(self.bar.length().unwrap_or(0)));
            eprintln!("  {} rows, {read} of {of}, {} s", HumanCount(rows), watch.seconds() as u64);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
