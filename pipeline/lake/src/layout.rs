//! The only place where a path inside the lake is spelled.

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// The three kinds of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Room {
    /// What sources told us.
    Facts,
    /// What follows from the facts.
    Relations,
    /// What was done: runs, stages, files taken in, rejects.
    Ledger,
}

impl Room {
    fn folder(self) -> &'static str {
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
    /// Its kind.
    pub room: Room,
    /// Its name.
    pub name: String,
}

impl TableId {
    /// The table of facts called `name`.
    pub fn facts(name: &str) -> Self {
        Self { room: Room::Facts, name: name.to_owned() }
    }

    /// The relation called `name`.
    pub fn relation(name: &str) -> Self {
        Self { room: Room::Relations, name: name.to_owned() }
    }

    /// The ledger called `name`.
    pub fn ledger(name: &str) -> Self {
        Self { room: Room::Ledger, name: name.to_owned() }
    }

    /// Reads back what `Display` wrote. A name becomes a folder, so nothing but letters, digits and `_` is one.
    pub fn parse(text: &str) -> Option<Self> {
        let (room, name) = text.split_once('/')?;
        let room = [Room::Facts, Room::Relations, Room::Ledger]
            .into_iter()
            .find(|candidate| candidate.folder() == room)?;
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_name.then(|| Self { room, name: name.to_owned() })
    }
}

impl fmt::Display for TableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.room.folder(), self.name)
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

    /// The lake itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a Delta table.
    pub fn table(&self, table: &TableId) -> PathBuf {
        self.tables().join(table.room.folder()).join(&table.name)
    }

    /// What kind of market the lake holds; its presence makes a folder a lake.
    pub fn market(&self) -> PathBuf {
        self.root.join("market.json")
    }

    /// The secret by which customers get their pseudonyms.
    pub fn salt(&self) -> PathBuf {
        self.root.join("salt")
    }

    /// The folder of all tables.
    pub fn tables(&self) -> PathBuf {
        self.root.join("tables")
    }

    /// The file that a writer locks.
    pub fn lock(&self) -> PathBuf {
        self.root.join("writer.lock")
    }

    /// The plain exports of all runs.
    pub fn published(&self) -> PathBuf {
        self.root.join("published")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_names_read_back() {
        for table in [TableId::facts("makers"), TableId::relation("rankings"), TableId::ledger("runs")] {
            assert_eq!(TableId::parse(&table.to_string()), Some(table));
        }
        for text in ["makers", "facts/", "facts/..", "relations/../../salt", "ledger//etc", "facts/a/b"] {
            assert_eq!(TableId::parse(text), None, "{text}");
        }
    }
}
