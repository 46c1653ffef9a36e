//! Interval of `as_of` in which staged rows are valid.

/// Interval of `as_of`, in microseconds, in which staging the same files gives the same rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    /// Time at which the last visible row became visible.
    pub(crate) from: i64,
    /// Time at which the next row becomes visible.
    pub(crate) until: i64,
    /// Time at which the first row was known.
    pub(crate) known_from: i64,
}

impl Default for Validity {
    fn default() -> Self {
        Self { from: i64::MIN, until: i64::MAX, known_from: i64::MAX }
    }
}

impl Validity {
    /// Narrows the interval by an event; returns whether the event is in the past of `as_of`.
    pub(crate) fn narrow(&mut self, event_at: i64, as_of: i64) -> bool {
        if event_at <= as_of {
            self.from = self.from.max(event_at);
            true
        } else {
            self.until = self.until.min(event_at);
            false
        }
    }

    /// The intersection of two intervals.
    pub(crate) fn intersect(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            until: self.until.min(other.until),
            known_from: self.known_from.min(other.known_from),
        }
    }
}
