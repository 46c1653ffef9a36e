//! What lies in an inbox: files to take in, files that nothing wants, files to leave alone.
//!
//! Looks at names only; no file is opened but to hash it.

use std::{fs, io, path::Path, path::PathBuf};

use crate::{error::IngestError, mapping::Mapping, rows::Shape};

/// Folders below the inbox that are looked into.
const DEPTH: usize = 2;

/// The files of an inbox, each list sorted.
#[derive(Debug, Default)]
pub struct Inbox {
    /// Files that a table or a mapping wants.
    pub files: Vec<InboxFile>,
    /// Files that nothing wants, and folders too deep to look into.
    pub unmatched: Vec<String>,
    /// Dotfiles and files that are still being written.
    pub left_alone: Vec<String>,
}

/// A file to take in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path inside the inbox, with `/` on every system.
    pub name: String,
}

impl InboxFile {
    /// Its size on the disk; 0 where that cannot be told.
    pub fn bytes(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |found| found.len())
    }

    /// BLAKE3 of its bytes, in hex.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn content_hash(&self) -> Result<String, IngestError> {
        let hash = || {
            let mut hasher = blake3::Hasher::new();
            // The window is large, or the system would be asked too often.
            let mut file = io::BufReader::with_capacity(1 << 20, fs::File::open(&self.path)?);
            io::copy(&mut file, &mut hasher)?;
            Ok(hasher.finalize().to_hex().to_string())
        };
        hash().map_err(|source| IngestError::Unreadable { path: self.path.clone(), source })
    }
}

/// Lists `dir` and two levels of folders below it.
///
/// # Errors
/// When the inbox is absent, or a folder in it cannot be read.
pub fn scan_inbox(dir: &Path, mapping: &Mapping) -> Result<Inbox, IngestError> {
    match fs::metadata(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(IngestError::NoInbox(dir.to_owned()));
        }
        Err(source) => return Err(IngestError::Unreadable { path: dir.to_owned(), source }),
        Ok(found) if !found.is_dir() => return Err(IngestError::NotAFolder(dir.to_owned())),
        Ok(_) => {}
    }
    let mut inbox = Inbox::default();
    look_into(dir, "", DEPTH, mapping, &mut inbox)?;
    inbox.files.sort_by(|a, b| a.name.cmp(&b.name));
    inbox.unmatched.sort();
    inbox.left_alone.sort();
    Ok(inbox)
}

fn look_into(
    dir: &Path,
    prefix: &str,
    depth: usize,
    mapping: &Mapping,
    inbox: &mut Inbox,
) -> Result<(), IngestError> {
    let unreadable = |source| IngestError::Unreadable { path: dir.to_owned(), source };
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let name = format!("{prefix}{own}");
        let path = entry.path();
        // A link to nowhere is a file that nothing wants, not an error of the inbox.
        let is_dir = fs::metadata(&path).is_ok_and(|found| found.is_dir());
        if own.starts_with('.') || own.ends_with(".tmp") || own.ends_with(".part") {
            inbox.left_alone.push(name);
        } else if is_dir && depth > 0 {
            look_into(&path, &format!("{name}/"), depth - 1, mapping, inbox)?;
        } else if is_dir {
            inbox.unmatched.push(format!("{name}/"));
        } else if Shape::of(&own).is_some() && mapping.wants(&name) {
            inbox.files.push(InboxFile { path, name });
        } else {
            inbox.unmatched.push(name);
        }
    }
    Ok(())
}

/// Whether `pattern`, in which `*` stands for any characters, fits `name`.
/// A pattern without `/` is held against the file name alone.
pub(crate) fn glob_fits(pattern: &str, name: &str) -> bool {
    let name = if pattern.contains('/') { name } else { name.rsplit('/').next().unwrap_or(name) };
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some((last, middle)) = parts.clone().next_back().zip(Some(parts)) else { return rest.is_empty() };
    let between = middle.clone().count() - 1;
    for part in middle.take(between) {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
