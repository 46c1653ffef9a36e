//! Errors of reading and writing a lake.

use std::path::{Path, PathBuf};

use slotcast_core::Hint;
use thiserror::Error;

/// A lake that cannot be read or written.
#[derive(Debug, Error)]
pub enum LakeError {
    /// The folder is not a lake.
    #[error("there is no lake at `{}`", .0.display())]
    NotFound(PathBuf),
    /// Another process holds the lock.
    #[error("the lake at `{}` is being written by another process ({owner})", .root.display())]
    Locked {
        /// Root of the lake.
        root: PathBuf,
        /// Content of the lock file.
        owner: String,
    },
    /// The folder contains something else.
    #[error("`{}` is not a lake and not empty: it contains `{file}`", .root.display())]
    ForeignFolder {
        /// The folder.
        root: PathBuf,
        /// A file in it.
        file: String,
    },
    /// A table or a version of it does not exist.
    #[error("the lake has no table `{0}`")]
    UnknownTable(String),
    /// No finished run has this id.
    #[error("the lake has no finished run `{0}`")]
    UnknownRun(String),
    /// The tables of a run were removed.
    #[error("run `{0}` was vacuumed: its tables are no longer kept")]
    Vacuumed(String),
    /// A run has no publication.
    #[error("run `{run_id}` has published nothing: {reason}")]
    Unpublished {
        /// The run.
        run_id: String,
        /// Cause.
        reason: String,
    },
    /// A publication cannot be retracted twice.
    #[error("the publication of run `{0}` was retracted already")]
    AlreadyRetracted(String),
    /// The target of a rename exists.
    #[error("`{}` exists already and is not replaced", .0.display())]
    TargetExists(PathBuf),
    /// A symbolic link instead of a folder or a file of the lake.
    #[error("`{}` is a symbolic link, and nothing behind one is changed", .0.display())]
    SymbolicLink(PathBuf),
    /// The lake was made for another market.
    #[error("this lake has {lake}, but {source_name} has {given}")]
    MarketMismatch {
        /// Market of the lake.
        lake: String,
        /// Origin of the other market.
        source_name: String,
        /// The other market.
        given: String,
    },
    /// A file operation failed.
    #[error("cannot {action} `{}`: {source}", .path.display())]
    Io {
        /// The operation.
        action: &'static str,
        /// Its path.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// The content of a file is invalid.
    #[error("`{}` is damaged: {reason}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Cause.
        reason: String,
    },
    /// Parquet failed.
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Arrow failed.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// The Delta log of a table failed.
    #[error("the log of table `{table}` failed: {source}")]
    Delta {
        /// The table.
        table: String,
        /// Cause.
        #[source]
        source: Box<deltalake::DeltaTableError>,
    },
}

impl LakeError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn delta(table: &str) -> impl FnOnce(deltalake::DeltaTableError) -> Self {
        let table = table.to_owned();
        move |source| Self::Delta { table, source: Box::new(source) }
    }

    /// Whether the disk is full. Delta and its store wrap the error of the disk several times.
    fn is_full_disk(&self) -> bool {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = cause {
            let io = error.downcast_ref::<std::io::Error>();
            if io.is_some_and(|io| io.kind() == std::io::ErrorKind::StorageFull) {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl Hint for LakeError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotFound(_) => {
                "name it with `--lake DIR`, or make one with `slotcast nightly --inbox INBOX`"
            }
            Self::ForeignFolder { .. } => "name an empty or a new folder with `--lake DIR`",
            Self::Locked { .. } => {
                "repeat the command when the other process has ended, or wait for it: `--wait SECONDS`"
            }
            Self::Vacuumed(_) => {
                "`slotcast runs` lists the runs; `keep_runs` under `[lake]` in the settings keeps more of them"
            }
            Self::UnknownRun(_) | Self::Unpublished { .. } | Self::AlreadyRetracted(_) => {
                "`slotcast runs` lists the runs of this lake"
            }
            Self::TargetExists(_) => "move it away, then repeat the command",
            Self::SymbolicLink(_) => "replace the link by the folder or the file itself",
            Self::UnknownTable(_) => "`slotcast stats` builds the relations",
            Self::MarketMismatch { .. } => "use another lake for another market: `--lake DIR`",
            _ if self.is_full_disk() => "free some space and repeat the command: no partial data were kept",
            Self::Damaged { .. } => {
                "restore the file from a copy; older runs are still readable with `--run`"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
