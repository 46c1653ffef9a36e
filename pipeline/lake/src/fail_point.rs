//! Named points of a write at which a test can kill the process.
//!
//! In a release build a fail point does nothing. In a debug build two environment variables control it.
//! `SLOTCAST_FAIL_TRACE` names a file to which each fail point is appended before it is passed.
//! `SLOTCAST_FAIL_AT` names a fail point, or its nth occurrence as `name:n`. The process kills itself
//! there, as `kill -9` would.

/// Marks the step that comes next.
#[cfg(not(debug_assertions))]
pub fn fail_point(_name: &str) {}

/// Marks the step that comes next.
#[cfg(debug_assertions)]
pub fn fail_point(name: &str) {
    use std::{
        io::Write,
        sync::atomic::{AtomicU64, Ordering},
    };
    static OCCURRENCES: AtomicU64 = AtomicU64::new(0);
    if let Some(path) = std::env::var_os("SLOTCAST_FAIL_TRACE") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        // A test that finds no trace fails by itself.
        let _ = file.and_then(|mut file| writeln!(file, "{name}"));
    }
    let Ok(target) = std::env::var("SLOTCAST_FAIL_AT") else { return };
    let (target, nth) = match target.split_once(':') {
        Some((target, nth)) => (target.to_owned(), nth.parse().unwrap_or(1)),
        None => (target, 1),
    };
    if target == name && OCCURRENCES.fetch_add(1, Ordering::SeqCst) + 1 == nth {
        let own = std::process::id().to_string();
        let _ = std::process::Command::new("kill").args(["-9", &own]).status();
        // The signal arrives while this thread waits for it.
        loop {
            std::thread::park();
        }
    }
}
