//! The steps of a write, by name, so that a test can stop a process at any of them.
//!
//! In a release build a step is nothing. In a debug build two variables of the environment are
//! looked at: `SLOTCAST_STEPS` names a file to which every step is appended before it is taken,
//! and `SLOTCAST_DIE_AT` a step, or `step:n` for the nth time it comes, before which the
//! process kills itself the way `kill -9` would.

/// Says that the named step comes next.
#[cfg(not(debug_assertions))]
pub fn step(_name: &str) {}

/// Says that the named step comes next.
#[cfg(debug_assertions)]
pub fn step(name: &str) {
    use std::{
        io::Write,
        sync::atomic::{AtomicU64, Ordering},
    };
    static MET: AtomicU64 = AtomicU64::new(0);
    if let Some(path) = std::env::var_os("SLOTCAST_STEPS") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        // The trace is a courtesy to a test: without it the test says so.
        let _ = file.and_then(|mut file| writeln!(file, "{name}"));
    }
    let Ok(wanted) = std::env::var("SLOTCAST_DIE_AT") else { return };
    let (wanted, nth) = match wanted.split_once(':') {
        Some((wanted, nth)) => (wanted.to_owned(), nth.parse().unwrap_or(1)),
        None => (wanted, 1),
    };
    if wanted == name && MET.fetch_add(1, Ordering::SeqCst) + 1 == nth {
        let own = std::process::id().to_string();
        let _ = std::process::Command::new("kill").args(["-9", &own]).status();
        // The signal arrives while this thread waits for it.
        loop {
            std::thread::park();
        }
    }
}
