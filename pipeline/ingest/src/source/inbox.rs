//! Scan of an inbox: files to ingest, refused files, excluded, unmatched and ignored ones.
//!
//! Only names are read; no file is opened.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::{
    report::{error::IngestError, file_error::FileError},
    source::file::InboxFile,
};

/// Levels of folders below the inbox that are scanned.
const MAX_DEPTH: usize = 32;

/// Names of files that operating systems and Spark write next to data.
const BYPRODUCTS: [&str; 6] =
    ["_SUCCESS", "_temporary", "_metadata", "_common_metadata", "Thumbs.db", "desktop.ini"];

/// The files of an inbox, each list sorted.
#[derive(Debug, Default)]
pub struct Inbox {
    /// Files that match the mapping.
    pub files: Vec<InboxFile>,
    /// Files in which other files look cells up, and which become no facts.
    pub lookup_files: Vec<InboxFile>,
    /// Files that belong to a table, but cannot be read.
    pub refused: Vec<RefusedName>,
    /// Files that the mapping excludes, each with the reason.
    pub excluded: Vec<(String, Option<String>)>,
    /// Files that belong to no table.
    pub unmatched: Vec<String>,
    /// Dotfiles, incomplete files and byproducts.
    pub ignored: Vec<String>,
}

/// A file that is refused by its name.
#[derive(Debug)]
pub struct RefusedName {
    /// Path inside the inbox.
    pub file: String,
    /// Tables to which it belongs.
    pub tables: Vec<String>,
    /// Rule and remedy.
    pub error: FileError,
}

/// Class of a file by its name.
#[derive(Debug)]
pub enum FileClass {
    /// Matches the mapping.
    Taken,
    /// Matches only lookups of the mapping.
    Lookup,
    /// Excluded by the mapping, with the reason.
    Excluded(Option<String>),
    /// Belongs to these tables, but cannot be read.
    Refused(Vec<String>, FileError),
    /// Belongs to no table.
    Unmatched,
}

/// Lists `dir` and the folders below it. `classify` decides by the path inside the inbox.
///
/// # Errors
/// If the inbox is absent, or a folder in it cannot be read.
pub fn scan_inbox(dir: &Path, classify: &dyn Fn(&str) -> FileClass) -> Result<Inbox, IngestError> {
    match fs::metadata(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(IngestError::InboxNotFound(dir.to_owned()));
        }
        Err(source) => return Err(IngestError::Unreadable { path: dir.to_owned(), source }),
        Ok(found) if !found.is_dir() => return Err(IngestError::NotAFolder(dir.to_owned())),
        Ok(_) => {}
    }
    let mut inbox = Inbox::default();
    Scan { classify, open: Vec::new(), inbox: &mut inbox }.folder(dir, "")?;
    for files in [&mut inbox.files, &mut inbox.lookup_files] {
        files.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.path.cmp(&b.path)));
    }
    inbox.refused.sort_by(|a, b| a.file.cmp(&b.file));
    inbox.excluded.sort();
    inbox.unmatched.sort();
    inbox.ignored.sort();
    Ok(inbox)
}

struct Scan<'a> {
    classify: &'a dyn Fn(&str) -> FileClass,
    /// Resolved paths of the folders from the inbox to the current one.
    open: Vec<PathBuf>,
    inbox: &'a mut Inbox,
}

impl Scan<'_> {
    fn folder(&mut self, dir: &Path, prefix: &str) -> Result<(), IngestError> {
        let unreadable = |source| IngestError::Unreadable { path: dir.to_owned(), source };
        self.open.push(fs::canonicalize(dir).map_err(unreadable)?);
        for entry in fs::read_dir(dir).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let base_name = nfc(&entry.file_name().to_string_lossy());
            let name = format!("{prefix}{base_name}");
            let path = entry.path();
            // A dangling link is a file, not an error.
            let is_dir = fs::metadata(&path).is_ok_and(|found| found.is_dir());
            if is_ignored(&base_name) {
                self.inbox.ignored.push(name);
            } else if !is_dir {
                self.file(path, name);
            } else if self.open.len() > MAX_DEPTH || self.is_open(&path) {
                self.inbox.unmatched.push(format!("{name}/"));
            } else {
                self.folder(&path, &format!("{name}/"))?;
            }
        }
        self.open.pop();
        Ok(())
    }

    /// Returns whether a folder is a link to one of its parents.
    fn is_open(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|path| self.open.contains(&path))
    }

    fn file(&mut self, path: PathBuf, name: String) {
        match (self.classify)(&name) {
            FileClass::Taken => self.inbox.files.push(InboxFile { path, name }),
            FileClass::Lookup => self.inbox.lookup_files.push(InboxFile { path, name }),
            FileClass::Excluded(reason) => self.inbox.excluded.push((name, reason)),
            FileClass::Refused(tables, error) => {
                self.inbox.refused.push(RefusedName { file: name, tables, error });
            }
            FileClass::Unmatched => self.inbox.unmatched.push(name),
        }
    }
}

fn is_ignored(base_name: &str) -> bool {
    base_name.starts_with('.')
        || base_name.ends_with(".tmp")
        || base_name.ends_with(".part")
        // Excel writes this file next to an open workbook.
        || base_name.starts_with("~$")
        || BYPRODUCTS.contains(&base_name)
        || ["_started_", "_committed_"].iter().any(|prefix| base_name.starts_with(prefix))
}

/// Unicode normalization form C. Macs write names in form D.
pub(crate) fn nfc(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}
