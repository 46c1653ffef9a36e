//! The salt: 32 random bytes that make pseudonyms of one lake differ from those of every other.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
};

use crate::{
    error::LakeError,
    storage::{Layout, TableId, sync_folder},
};

/// Number of bytes.
pub(crate) const SALT_BYTES: usize = 32;

/// Reads the salt.
///
/// # Errors
/// If it is missing or damaged.
pub(super) fn read_salt(layout: &Layout) -> Result<[u8; SALT_BYTES], LakeError> {
    find_salt(layout)?.ok_or_else(|| missing(layout))
}

/// Writes this salt unless the lake has one.
pub(crate) fn ensure_salt(layout: &Layout, salt: [u8; SALT_BYTES]) -> Result<(), LakeError> {
    if find_salt(layout)?.is_some() {
        return Ok(());
    }
    // With a new salt no customer of earlier orders would be recognized.
    if layout.table(&TableId::facts("order_events")).exists() {
        return Err(missing(layout));
    }
    let path = layout.salt();
    let temporary = layout.root().join(format!("salt.{}.tmp", std::process::id()));
    let write = || {
        let mut file =
            OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&temporary)?;
        file.write_all(&salt)?;
        file.sync_all()?;
        // If two processes make the lake at the same time, the first salt stays.
        match std::fs::hard_link(&temporary, &path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => std::fs::remove_file(&temporary),
        }
    };
    write().map_err(|error| {
        // A full disk keeps no partial file. The original error is more useful than one of the removal.
        let _ = std::fs::remove_file(&temporary);
        LakeError::io("write", &path)(error)
    })?;
    sync_folder(layout.root())
}

fn find_salt(layout: &Layout) -> Result<Option<[u8; SALT_BYTES]>, LakeError> {
    let path = layout.salt();
    match std::fs::read(&path) {
        Ok(bytes) => match bytes.try_into() {
            Ok(salt) => Ok(Some(salt)),
            Err(bytes) => {
                let bytes: Vec<u8> = bytes;
                let reason = format!("a salt has {SALT_BYTES} bytes, this one {}", bytes.len());
                Err(LakeError::Damaged { path, reason })
            }
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LakeError::io("read", &path)(error)),
    }
}

fn missing(layout: &Layout) -> LakeError {
    LakeError::Damaged {
        path: layout.salt(),
        reason: "it is missing; without it no customer of this lake is recognized again".to_owned(),
    }
}
