//! The only module that reads the clock, the system's random bytes, and the memory of the process.

use std::time::Instant;

use slotcast_core::{DateTime, Utc};

/// Current time in microseconds, the resolution of the lake.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(chrono::Utc::now().timestamp_micros()).expect("a valid time")
}

/// Random salt of a new lake.
pub(crate) fn fresh_salt() -> anyhow::Result<[u8; 32]> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt)
        .map_err(|error| anyhow::anyhow!("the system has no random bytes for the lake's salt: {error}"))?;
    Ok(salt)
}

/// A running stopwatch.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// Peak memory of this process in bytes; 0 if the system does not report it.
pub(crate) fn peak_memory_bytes() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<i64>().ok());
    kibibytes.unwrap_or(0) * 1024
}
