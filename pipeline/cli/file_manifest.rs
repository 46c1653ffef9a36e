//! Manifest of a generated folder: a file with the path of every generated file, one per line.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Manifest of the files that one verb generated. Paths are relative, with `/`.
pub(crate) struct FileManifest {
    root: PathBuf,
    name: String,
    listed: BTreeSet<String>,
    exists: bool,
}

impl FileManifest {
    /// The manifest of a folder; empty if there is none. A symbolic link is no manifest.
    pub(crate) fn read(root: &Path, verb: &str) -> io::Result<Self> {
        let name = format!(".slotcast-{verb}");
        let path = root.join(&name);
        let exists = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
        let text = if exists { fs::read_to_string(&path)? } else { String::new() };
        let listed = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        Ok(Self { root: root.to_owned(), name, listed, exists })
    }

    /// Whether the folder had a manifest.
    pub(crate) fn exists(&self) -> bool {
        self.exists
    }

    /// Whether a file is listed, or is the manifest itself.
    pub(crate) fn lists(&self, name: &str) -> bool {
        self.listed.contains(name) || self.is_manifest(name)
    }

    /// Whether a file is the manifest itself.
    pub(crate) fn is_manifest(&self, name: &str) -> bool {
        name.strip_suffix(".tmp").unwrap_or(name) == self.name
    }

    /// Whether a folder contains listed files.
    pub(crate) fn lists_below(&self, folder: &str) -> bool {
        let start = format!("{folder}/");
        self.listed.range(start.clone()..).next().is_some_and(|name| name.starts_with(&start))
    }

    /// Lists a file. Call it before the file is created.
    pub(crate) fn add(&mut self, name: &str) -> io::Result<()> {
        self.append(&format!("{name}\n"))?;
        self.listed.insert(name.to_owned());
        Ok(())
    }

    /// Creates the manifest. A partial line of a killed process is completed.
    pub(crate) fn open(&mut self) -> io::Result<()> {
        let end = if self.listed.is_empty() { "" } else { "\n" };
        self.append(end)
    }

    /// Removes all entries.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.listed.clear();
        self.save()
    }

    /// Writes the entries in order, so that the same files give the same manifest.
    pub(crate) fn save(&self) -> io::Result<()> {
        let temporary = self.root.join(format!("{}.tmp", self.name));
        let text: String = self.listed.iter().flat_map(|name| [name.as_str(), "\n"]).collect();
        File::create(&temporary)?.write_all(text.as_bytes())?;
        fs::rename(&temporary, self.root.join(&self.name))
    }

    fn append(&self, text: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(self.root.join(&self.name))?;
        file.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut manifest = FileManifest::read(folder.path(), "demo").unwrap();
        assert!(!manifest.exists() && manifest.lists(".slotcast-demo") && !manifest.lists(""));
        manifest.open().unwrap();
        for name in ["b", "inbox/a.csv", "a"] {
            manifest.add(name).unwrap();
        }
        manifest.append("inbox/hal").unwrap();
        let mut manifest = FileManifest::read(folder.path(), "demo").unwrap();
        manifest.open().unwrap();
        manifest.add("c").unwrap();
        assert!(manifest.lists("c") && manifest.lists_below("inbox"));
        assert!(!manifest.lists_below("in") && !manifest.lists_below("a"));
        manifest.save().unwrap();
        let text = fs::read_to_string(folder.path().join(".slotcast-demo")).unwrap();
        assert_eq!(text, "a\nb\nc\ninbox/a.csv\ninbox/hal\n");
        manifest.clear().unwrap();
        let manifest = FileManifest::read(folder.path(), "demo").unwrap();
        assert!(manifest.exists() && !manifest.lists("a"));
    }
}
