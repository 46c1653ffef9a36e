//! File operations that survive a kill and a power loss.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use crate::error::LakeError;

/// Writes a file so that readers see all of it or none.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), LakeError> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let write = || {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(|error| {
        // A full disk keeps no partial file. The original error is more useful than one of the removal.
        let _ = fs::remove_file(&temporary);
        LakeError::io("write", path)(error)
    })?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Flushes a data file, before a log entry names it.
pub(crate) fn flush_file(folder: &Path, name: &str) -> Result<(), LakeError> {
    let path = folder.join(name);
    let flush = || File::open(&path)?.sync_all();
    flush().map_err(LakeError::io("flush", &path))
}

/// Flushes a folder, so that new names in it survive a power loss.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), LakeError> {
    let flush = || File::open(folder)?.sync_all();
    flush().map_err(LakeError::io("flush folder", folder))
}

/// Removes a file that exists.
pub(crate) fn remove_file(path: &Path) -> Result<(), LakeError> {
    fs::remove_file(path).map_err(LakeError::io("remove", path))
}
