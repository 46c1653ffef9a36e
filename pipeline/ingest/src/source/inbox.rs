//! Scan of an inbox: files to ingest, unmatched files, ignored files.
//!
//! Only names are read; no file is opened.

use std::{fs, io, path::Path};

use crate::{
    report::error::IngestError,
    source::file::{FileFormat, InboxFile},
};

/// Levels of folders below the inbox that are scanned.
const MAX_DEPTH: usize = 2;

/// The files of an inbox, each list sorted.
#[derive(Debug, Default)]
pub struct Inbox {
    /// Files that match the mapping.
    pub files: Vec<InboxFile>,
    /// Files that match nothing, and folders below the depth limit.
    pub unmatched: Vec<String>,
    /// Dotfiles and incomplete files.
    pub ignored: Vec<String>,
}

/// Lists `dir` and two levels of folders below it. `is_wanted` selects files by name.
///
/// # Errors
/// If the inbox is absent, or a folder in it cannot be read.
pub fn scan_inbox(dir: &Path, is_wanted: &dyn Fn(&str) -> bool) -> Result<Inbox, IngestError> {
    match fs::metadata(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(IngestError::InboxNotFound(dir.to_owned()));
        }
        Err(source) => return Err(IngestError::Unreadable { path: dir.to_owned(), source }),
        Ok(found) if !found.is_dir() => return Err(IngestError::NotAFolder(dir.to_owned())),
        Ok(_) => {}
    }
    let mut inbox = Inbox::default();
    scan_folder(dir, "", MAX_DEPTH, is_wanted, &mut inbox)?;
    inbox.files.sort_by(|a, b| a.name.cmp(&b.name));
    inbox.unmatched.sort();
    inbox.ignored.sort();
    Ok(inbox)
}

fn scan_folder(
    dir: &Path,
    prefix: &str,
    depth: usize,
    is_wanted: &dyn Fn(&str) -> bool,
    inbox: &mut Inbox,
) -> Result<(), IngestError> {
    let unreadable = |source| IngestError::Unreadable { path: dir.to_owned(), source };
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let base_name = entry.file_name().to_string_lossy().into_owned();
        let name = format!("{prefix}{base_name}");
        let path = entry.path();
        // A dangling link is an unmatched file, not an error.
        let is_dir = fs::metadata(&path).is_ok_and(|found| found.is_dir());
        if base_name.starts_with('.') || base_name.ends_with(".tmp") || base_name.ends_with(".part") {
            inbox.ignored.push(name);
        } else if is_dir && depth > 0 {
            scan_folder(&path, &format!("{name}/"), depth - 1, is_wanted, inbox)?;
        } else if is_dir {
            inbox.unmatched.push(format!("{name}/"));
        } else if FileFormat::from_name(&base_name).is_some() && is_wanted(&name) {
            inbox.files.push(InboxFile { path, name });
        } else {
            inbox.unmatched.push(name);
        }
    }
    Ok(())
}
