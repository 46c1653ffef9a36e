//! What can be wrong with an inbox or a mapping, as opposed to one file of data.

use std::path::PathBuf;

use slotcast_core::Hint;
use thiserror::Error;

/// An inbox or a mapping that cannot be used.
#[derive(Debug, Error)]
pub enum IngestError {
    /// The inbox does not exist.
    #[error("inbox `{}` does not exist", .0.display())]
    NoInbox(PathBuf),
    /// The inbox is not a folder.
    #[error("inbox `{}` is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// A folder or file cannot be read.
    #[error("cannot read `{}`", .path.display())]
    Unreadable {
        /// What was read.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A mapping breaks a rule.
    #[error("mapping `{name}`, line {line}, key `{key}`: {rule}")]
    Mapping {
        /// The mapping.
        name: String,
        /// Line of its text, from 1.
        line: usize,
        /// The key at fault.
        key: String,
        /// The rule and the value that breaks it.
        rule: String,
        /// What to do.
        remedy: String,
    },
}

impl Hint for IngestError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoInbox(path) => {
                Some(format!("make the folder `{}`, or name the inbox that you mean", path.display()))
            }
            Self::NotAFolder(path) => Some(format!("name the folder that holds `{}`", path.display())),
            Self::Unreadable { .. } => Some("check that you may read it".to_owned()),
            Self::Mapping { remedy, .. } => Some(remedy.clone()),
        }
    }
}
