//! The mark of a made folder: a file that lists every other file which was made there, one per line.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The mark that one verb leaves.
pub(crate) struct Mark {
    root: PathBuf,
    name: String,
    listed: BTreeSet<String>,
    is_there: bool,
}

impl Mark {
    /// The mark of a folder, as it is there; a link in its place is none.
    pub(crate) fn read(root: &Path, verb: &str) -> io::Result<Self> {
        let name = format!(".slotcast-{verb}");
        let path = root.join(&name);
        let is_there = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
        let text = if is_there { fs::read_to_string(&path)? } else { String::new() };
        let listed = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        Ok(Self { root: root.to_owned(), name, listed, is_there })
    }

    /// Whether the folder was marked before.
    pub(crate) fn is_there(&self) -> bool {
        self.is_there
    }

    /// Whether a file, by its path with `/`, was made here.
    pub(crate) fn lists(&self, name: &str) -> bool {
        self.listed.contains(name) || self.is_own(name)
    }

    /// Whether a name is that of the mark itself.
    pub(crate) fn is_own(&self, name: &str) -> bool {
        name.strip_suffix(".tmp").unwrap_or(name) == self.name
    }

    /// Whether a folder, by its path with `/`, holds files that were made here.
    pub(crate) fn lists_below(&self, folder: &str) -> bool {
        let start = format!("{folder}/");
        self.listed.range(start.clone()..).next().is_some_and(|name| name.starts_with(&start))
    }

    /// Lists a file that is about to be made.
    pub(crate) fn add(&mut self, name: &str) -> io::Result<()> {
        self.append(&format!("{name}\n"))?;
        self.listed.insert(name.to_owned());
        Ok(())
    }

    /// Marks the folder. A killed process may have left half a line, which gets its end.
    pub(crate) fn begin(&mut self) -> io::Result<()> {
        let end = if self.listed.is_empty() { "" } else { "\n" };
        self.append(end)
    }

    /// Lists nothing any more.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.listed.clear();
        self.settle()
    }

    /// Writes the list in order, so that the same files give the same mark.
    pub(crate) fn settle(&self) -> io::Result<()> {
        let beside = self.root.join(format!("{}.tmp", self.name));
        let text: String = self.listed.iter().flat_map(|name| [name.as_str(), "\n"]).collect();
        File::create(&beside)?.write_all(text.as_bytes())?;
        fs::rename(&beside, self.root.join(&self.name))
    }

    fn append(&self, text: &str) -> io::Result<()> {
        let mut mark = OpenOptions::new().create(true).append(true).open(self.root.join(&self.name))?;
        mark.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_lists_what_was_made_in_any_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut mark = Mark::read(folder.path(), "demo").unwrap();
        assert!(!mark.is_there() && mark.lists(".slotcast-demo") && !mark.lists(""));
        mark.begin().unwrap();
        for name in ["b", "inbox/a.csv", "a"] {
            mark.add(name).unwrap();
        }
        mark.append("inbox/hal").unwrap();
        let mut mark = Mark::read(folder.path(), "demo").unwrap();
        mark.begin().unwrap();
        mark.add("c").unwrap();
        assert!(
            mark.lists("c") && mark.lists_below("inbox") && !mark.lists_below("in") && !mark.lists_below("a")
        );
        mark.settle().unwrap();
        let text = fs::read_to_string(folder.path().join(".slotcast-demo")).unwrap();
        assert_eq!(text, "a\nb\nc\ninbox/a.csv\ninbox/hal\n");
        mark.clear().unwrap();
        assert!(Mark::read(folder.path(), "demo").is_ok_and(|mark| mark.is_there() && !mark.lists("a")));
    }
}
