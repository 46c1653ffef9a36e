//! Creation of a lake: configuration and salt, in a folder that is empty or new.

use std::path::Path;

use crate::{
    error::LakeError,
    log::Lake,
    privacy::ensure_salt,
    schema::MarketConfig,
    storage::{Layout, read_config, write_config},
};

impl Lake {
    /// Opens the lake at `root`, or makes one for this market. `source_name` names the origin of the market
    /// in errors. `salt` is 32 random bytes for a new lake; an existing lake keeps its own.
    ///
    /// # Errors
    /// If the existing lake has another market or has lost its salt, or the folder cannot be written.
    pub fn open_or_create(
        root: &Path,
        market: &MarketConfig,
        source_name: &str,
        salt: [u8; 32],
    ) -> Result<Self, LakeError> {
        let layout = Layout::new(root);
        match read_config(&layout)? {
            Some(existing) if existing != *market => {
                return Err(LakeError::MarketMismatch {
                    lake: existing.describe(),
                    source_name: source_name.to_owned(),
                    given: market.describe(),
                });
            }
            Some(_) => ensure_salt(&layout, salt)?,
            None => {
                refuse_foreign_folder(root)?;
                std::fs::create_dir_all(root).map_err(LakeError::io("make folder", root))?;
                // The configuration makes the folder a lake, so the salt is written before it.
                ensure_salt(&layout, salt)?;
                write_config(&layout, market)?;
            }
        }
        Ok(Self::new(layout, market.clone()))
    }
}

/// Refuses a folder with other files. Files of a process that was killed during the creation are allowed.
fn refuse_foreign_folder(root: &Path) -> Result<(), LakeError> {
    let Ok(entries) = std::fs::read_dir(root) else { return Ok(()) };
    let is_foreign = |name: &str| !name.ends_with(".tmp") && !["writer.lock", "salt"].contains(&name);
    let mut names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    match names.find(|name| is_foreign(name)) {
        Some(file) => Err(LakeError::ForeignFolder { root: root.to_path_buf(), file }),
        None => Ok(()),
    }
}
