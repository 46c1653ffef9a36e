//! Errors of an inbox or a mapping, as opposed to errors of one data file.

use std::path::PathBuf;

use slotcast_core::Hint;
use thiserror::Error;

/// An inbox or a mapping that cannot be used.
#[derive(Debug, Error)]
pub enum IngestError {
    /// The inbox does not exist.
    #[error("inbox `{}` does not exist", .0.display())]
    InboxNotFound(PathBuf),
    /// The inbox is not a folder.
    #[error("inbox `{}` is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// A folder or file cannot be read.
    #[error("cannot read `{}`", .path.display())]
    Unreadable {
        /// Path of the folder or file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// A mapping breaks a rule.
    #[error("mapping `{name}`, line {line}, key `{key}`: {rule}")]
    Mapping {
        /// Name of the mapping.
        name: String,
        /// Line in the mapping file, from 1.
        line: usize,
        /// Invalid key.
        key: String,
        /// Rule, and the value that breaks it.
        rule: String,
        /// Advice for the user.
        remedy: String,
    },
}

impl Hint for IngestError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::InboxNotFound(path) => {
                Some(format!("create the folder `{}`, or give the path of another inbox", path.display()))
            }
            Self::NotAFolder(path) => Some(format!("give the folder that contains `{}`", path.display())),
            Self::Unreadable { .. } => Some("check that you have permission to read it".to_owned()),
            Self::Mapping { remedy, .. } => Some(remedy.clone()),
        }
    }
}
