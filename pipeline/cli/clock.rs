//! The one place that asks what day it is, and asks the system for chance.

use std::time::Instant;

use slotcast_core::{DateTime, Utc};

/// Now, to the microsecond that the lake keeps.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(chrono::Utc::now().timestamp_micros()).expect("now is a time")
}

/// Thirty-two random bytes for the salt of a lake.
pub(crate) fn fresh_salt() -> anyhow::Result<[u8; 32]> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt)
        .map_err(|error| anyhow::anyhow!("the system gives no random bytes for the lake's salt: {error}"))?;
    Ok(salt)
}

/// A watch that runs from here on.
pub(crate) struct Watch(Instant);

impl Watch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// The most memory this process has held so far, in bytes, where the system tells.
pub(crate) fn peak_memory_bytes() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<i64>().ok());
    kibibytes.unwrap_or(0) * 1024
}
