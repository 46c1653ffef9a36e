//! The file `market.json`, which contains the configuration of a lake's market.

use std::io::ErrorKind;

use super::{atomic_write::write_atomically, layout::Layout};
use crate::{error::LakeError, schema::MarketConfig};

/// Reads the configuration. `None` if there is no file: the folder is not a lake.
pub(crate) fn read_config(layout: &Layout) -> Result<Option<MarketConfig>, LakeError> {
    let path = layout.config();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(LakeError::io("read", &path)(error)),
    };
    let config: MarketConfig = serde_json::from_str(&text)
        .map_err(|error| LakeError::Damaged { path: path.clone(), reason: error.to_string() })?;
    config.slots.calendar().map_err(|reason| LakeError::Damaged { path, reason })?;
    Ok(Some(config))
}

/// Writes the configuration of a new lake.
pub(crate) fn write_config(layout: &Layout, config: &MarketConfig) -> Result<(), LakeError> {
    let text = serde_json::to_string_pretty(config).expect("a configuration is plain data") + "\n";
    write_atomically(&layout.config(), text.as_bytes())
}
