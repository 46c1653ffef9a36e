//! One writer at a time.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
};

use crate::{error::LakeError, layout::Layout};

/// The right to write, held until dropped. The operating system takes it back from a killed process.
#[derive(Debug)]
pub struct LakeLock {
    _file: File,
}

impl LakeLock {
    pub(crate) fn take(layout: &Layout) -> Result<Self, LakeError> {
        let path = layout.lock();
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(LakeError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The text is a courtesy: without it the message says less.
                let _ = file.read_to_string(&mut holder);
                let holder = if holder.is_empty() { "unknown".to_owned() } else { holder };
                return Err(LakeError::Locked { root: layout.root().to_path_buf(), holder });
            }
            Err(TryLockError::Error(source)) => {
                return Err(LakeError::Io { action: "lock", path, source });
            }
        }
        let describe = |mut file: &File| -> std::io::Result<()> {
            file.set_len(0)?;
            file.rewind()?;
            write!(file, "process {}", std::process::id())
        };
        describe(&file).map_err(LakeError::io("write", &path))?;
        Ok(Self { _file: file })
    }
}
