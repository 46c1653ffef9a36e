//! Paths inside a lake. No other file spells them.

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// The namespace of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Namespace {
    /// Rows of sources.
    Facts,
    /// Tables computed from the facts.
    Relations,
    /// Records of operation: runs, stages, ingested files, rejects, erasures.
    Ledger,
}

impl Namespace {
    pub(crate) const ALL: [Self; 3] = [Self::Facts, Self::Relations, Self::Ledger];

    /// The name of its folder.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Relations => "relations",
            Self::Ledger => "ledger",
        }
    }
}

/// A table of the lake.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId {
    /// Its namespace.
    pub namespace: Namespace,
    /// Its name.
    pub name: String,
}

impl TableId {
    /// The table of facts with this name.
    pub fn facts(name: &str) -> Self {
        Self { namespace: Namespace::Facts, name: name.to_owned() }
    }

    /// The relation with this name.
    pub fn relation(name: &str) -> Self {
        Self { namespace: Namespace::Relations, name: name.to_owned() }
    }

    /// The ledger with this name.
    pub fn ledger(name: &str) -> Self {
        Self { namespace: Namespace::Ledger, name: name.to_owned() }
    }

    /// Parses the output of `Display`. A name becomes a folder, so it may contain only letters, digits
    /// and `_`.
    pub fn parse(text: &str) -> Option<Self> {
        let (folder, name) = text.split_once('/')?;
        let namespace = Namespace::ALL.into_iter().find(|candidate| candidate.folder() == folder)?;
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_name.then(|| Self { namespace, name: name.to_owned() })
    }
}

impl fmt::Display for TableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace.folder(), self.name)
    }
}

/// Paths of one lake.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The paths of the lake at `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    /// The folder of the lake.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the folder is a lake: only a lake has a configuration.
    pub fn is_lake(&self) -> bool {
        self.config().exists()
    }

    /// The folder of a Delta table.
    pub fn table(&self, table: &TableId) -> PathBuf {
        self.namespace(table.namespace).join(&table.name)
    }

    /// The folder of a namespace.
    pub(crate) fn namespace(&self, namespace: Namespace) -> PathBuf {
        self.tables().join(namespace.folder())
    }

    /// The folder of all tables.
    pub(crate) fn tables(&self) -> PathBuf {
        self.root.join("tables")
    }

    /// The file with the configuration of the market.
    pub(crate) fn config(&self) -> PathBuf {
        self.root.join("market.json")
    }

    /// The file with the salt of the pseudonyms.
    pub(crate) fn salt(&self) -> PathBuf {
        self.root.join("salt")
    }

    /// The file that a writer locks.
    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("writer.lock")
    }

    /// The folder of publications.
    pub(crate) fn publications(&self) -> PathBuf {
        self.root.join("published")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_ids_parse_back() {
        for table in [TableId::facts("makers"), TableId::relation("rankings"), TableId::ledger("runs")] {
            assert_eq!(TableId::parse(&table.to_string()), Some(table));
        }
        for text in ["makers", "facts/", "facts/..", "relations/../../salt", "ledger//etc", "facts/a/b"] {
            assert_eq!(TableId::parse(text), None, "{text}");
        }
    }
}
