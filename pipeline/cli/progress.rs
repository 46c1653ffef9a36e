//! Progress on stderr: a bar on a terminal, else a line every few seconds.
#![expect(clippy::print_stderr, reason = "progress goes to stderr")]

use std::{
    io::{self, IsTerminal},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use slotcast_ingest::Progress;

use crate::clock::Stopwatch;

/// Seconds between two lines without a bar.
const SECONDS_PER_LINE: u64 = 10;

/// Timer of progress lines.
struct LineTimer {
    stopwatch: Stopwatch,
    /// Seconds from the start to the next line.
    next_due: AtomicU64,
}

impl LineTimer {
    fn start() -> Self {
        Self { stopwatch: Stopwatch::start(), next_due: AtomicU64::new(SECONDS_PER_LINE) }
    }

    /// Whole seconds since the start if a line is due; only one caller gets them per line.
    fn due_seconds(&self) -> Option<u64> {
        let (now, due) = (self.stopwatch.seconds() as u64, self.next_due.load(Ordering::Relaxed));
        let next = now + SECONDS_PER_LINE;
        let is_due = now >= due
            && self.next_due.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        is_due.then_some(now)
    }
}

/// A bar for terminals, or a timer for lines. `is_quiet` disables both.
fn bar_and_timer(length: u64, template: &str, is_quiet: bool) -> (ProgressBar, Option<LineTimer>) {
    let is_visible = io::stderr().is_terminal() && !is_quiet;
    let bar = if is_visible { ProgressBar::new(length) } else { ProgressBar::hidden() };
    bar.set_length(length);
    if is_visible {
        bar.set_style(ProgressStyle::with_template(template).expect("a valid template"));
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    (bar, (!is_visible && !is_quiet).then(LineTimer::start))
}

/// Progress in steps of one kind, such as slots.
pub(crate) struct StepProgress {
    bar: ProgressBar,
    kind: &'static str,
    timer: Option<LineTimer>,
}

impl StepProgress {
    pub(crate) fn new(count: usize, kind: &'static str, is_quiet: bool) -> Self {
        let template = "{bar:30} {pos} of {len} {msg}, {elapsed} ({eta} left)";
        let (bar, timer) = bar_and_timer(count as u64, template, is_quiet);
        bar.set_message(kind);
        Self { bar, kind, timer }
    }

    pub(crate) fn set(&self, done: usize, total: usize) {
        self.bar.set_position(done as u64);
        if let Some(seconds) = self.timer.as_ref().and_then(LineTimer::due_seconds) {
            eprintln!("  {done} of {total} {}, {seconds} s", self.kind);
        }
    }
}

impl Drop for StepProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Progress of an ingest in bytes and rows.
pub(crate) struct IngestProgress {
    bar: ProgressBar,
    rows: AtomicU64,
    timer: Option<LineTimer>,
}

impl IngestProgress {
    pub(crate) fn new(bytes: u64, is_quiet: bool) -> Self {
        let template = "{bar:30} {bytes} of {total_bytes}, {msg}, {elapsed} ({eta} left)";
        let (bar, timer) = bar_and_timer(bytes, template, is_quiet);
        bar.set_message("0 rows");
        Self { bar, rows: AtomicU64::new(0), timer }
    }
}

impl Progress for IngestProgress {
    fn bytes(&self, more: u64) {
        self.bar.inc(more);
    }

    fn rows(&self, more: u64) {
        let rows = self.rows.fetch_add(more, Ordering::Relaxed) + more;
        self.bar.set_message(format!("{} rows", HumanCount(rows)));
        if let Some(seconds) = self.timer.as_ref().and_then(LineTimer::due_seconds) {
            let (read, total) = (HumanBytes(self.bar.position()), HumanBytes(self.bar.length().unwrap_or(0)));
            eprintln!("  {} rows, {read} of {total}, {seconds} s", HumanCount(rows));
        }
    }
}

impl Drop for IngestProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
