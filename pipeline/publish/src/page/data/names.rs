//! Names that many rows share: each once, in order, and rows say the place.

use serde::Serialize;

/// The names in order.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Names<'a>(Vec<&'a str>);

impl<'a> Names<'a> {
    /// All of `names`.
    pub(crate) fn of(names: impl Iterator<Item = &'a str>) -> Self {
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        names.dedup();
        Self(names)
    }

    /// Where `name` stands.
    pub(crate) fn place(&self, name: Option<&str>) -> Option<usize> {
        self.0.binary_search(&name?).ok()
    }

    /// Whether `name` is one of them.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.place(Some(name)).is_some()
    }
}
