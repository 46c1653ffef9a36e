//! Keys by which files of an inbox are recognized.

use std::{fmt, io, sync::Arc};

use rayon::prelude::*;
use slotcast_ingest::{FileError, InboxFile, IngestError, Mapping};

/// Key of a file: its content, and the part of the mapping that reads it with the files in which it looks cells up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileKey {
    pub(crate) content_hash: String,
    pub(crate) mapping_hash: String,
}

impl fmt::Display for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.content_hash, self.mapping_hash)
    }
}

/// Keys of files in their order, each or the reason why the file cannot be read.
///
/// `lookups` are the files in which rows look cells up: if one of them changes, the files that use it are read again.
pub(crate) fn file_keys(
    files: &[InboxFile],
    lookups: &[InboxFile],
    mapping: &Mapping,
) -> Vec<Result<FileKey, Arc<FileError>>> {
    let contents: Vec<Result<String, Arc<FileError>>> = lookups.par_iter().map(content_hash).collect();
    let key = |file: &InboxFile| -> Result<FileKey, Arc<FileError>> {
        let content_hash = content_hash(file)?;
        let mut mapping_hash = mapping.mapping_hash(&file.name);
        let mut used =
            lookups.iter().zip(&contents).filter(|(own, _)| mapping.looks_up(&file.name, &own.name));
        if let Some(first) = used.next() {
            let mut parts = mapping_hash;
            for (_, content) in [first].into_iter().chain(used) {
                parts.push_str(content.as_ref().map_err(Arc::clone)?);
            }
            mapping_hash = blake3::hash(parts.as_bytes()).to_hex()[..16].to_owned();
        }
        Ok(FileKey { content_hash, mapping_hash })
    };
    files.par_iter().map(key).collect()
}

/// Hash of a file's content. Only regular files are opened, because a pipe would block the run.
fn content_hash(file: &InboxFile) -> Result<String, Arc<FileError>> {
    let unreadable = |source| Arc::new(FileError::Unreadable { file: file.name.clone(), source });
    if !std::fs::metadata(&file.path).map_err(unreadable)?.is_file() {
        return Err(Arc::new(FileError::NotRegular { file: file.name.clone() }));
    }
    file.content_hash().map_err(|error| match error {
        IngestError::Unreadable { source, .. } => unreadable(source),
        other => unreadable(io::Error::other(other)),
    })
}
