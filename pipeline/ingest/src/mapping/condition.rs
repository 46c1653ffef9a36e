//! Conditions of filters, targets and `when` expressions.

use crate::mapping::source_ref::SourceRef;

/// A condition on a source row.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// All of these hold.
    All(Vec<Condition>),
    /// At least one of these holds.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// A test of one cell.
    Test(SourceRef, CellTest),
}

/// A test of one cell. An empty cell passes none of them.
#[derive(Clone, Debug)]
pub(crate) enum CellTest {
    Present,
    Equals(Vec<String>),
    StartsWith(Vec<String>),
    Below(f64),
    Above(f64),
}

impl Condition {
    pub(crate) fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Appends the references that the condition reads to `found`.
    pub(crate) fn collect_sources(&self, found: &mut Vec<SourceRef>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.collect_sources(found)),
            Self::Not(part) => part.collect_sources(found),
            Self::Test(source, _) => found.push(source.clone()),
        }
    }
}
