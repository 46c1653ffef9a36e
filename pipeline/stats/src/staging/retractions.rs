//! Retracted source files, and the time from which their facts no longer hold.

use hashbrown::HashMap;

use super::validity::Validity;

/// Retracted source files, as known at `as_of`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Retractions {
    from: HashMap<i64, i64>,
    as_of: i64,
}

impl Retractions {
    /// Retractions by source file, each with the time in microseconds from which the facts no longer hold.
    pub(crate) fn new(retracted: impl Iterator<Item = (i64, i64)>, as_of: i64) -> Self {
        Self { from: retracted.collect(), as_of }
    }

    /// Whether no file was ever retracted.
    pub(crate) fn is_empty(&self) -> bool {
        self.from.is_empty()
    }

    /// Time from which the facts of a file no longer hold, if `as_of` has reached it.
    pub(crate) fn known(&self, source_file: i64) -> Option<i64> {
        self.from.get(&source_file).copied().filter(|from| *from <= self.as_of)
    }

    /// Whether a fact was valid at any time. Narrows the interval of `as_of` by a retraction of its file.
    pub(crate) fn ever_valid(&self, source_file: i64, known_at: i64, validity: &mut Validity) -> bool {
        let Some(from) = self.from.get(&source_file) else { return true };
        !validity.narrow(*from, self.as_of) || *from > known_at
    }
}
