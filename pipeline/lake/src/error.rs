//! What can go wrong with a lake.

use std::path::{Path, PathBuf};

use slotcast_core::Hint;
use thiserror::Error;

/// A lake that cannot be read or written.
#[derive(Debug, Error)]
pub enum LakeError {
    /// There is no lake here.
    #[error("there is no lake at `{}`", .0.display())]
    Missing(PathBuf),
    /// Another process writes.
    #[error("the lake at `{}` is being written by another process ({holder})", .root.display())]
    Locked {
        /// Root of the lake.
        root: PathBuf,
        /// What the lock file says of its holder.
        holder: String,
    },
    /// A folder that holds something else.
    #[error("`{}` is no lake and not empty: it holds `{file}`", .root.display())]
    Foreign {
        /// The folder.
        root: PathBuf,
        /// A file in it.
        file: String,
    },
    /// A table has no version that a run could have named.
    #[error("the lake has no table `{0}`")]
    NoTable(String),
    /// A run that nobody made.
    #[error("the lake has no finished run `{0}`")]
    NoRun(String),
    /// A run whose tables were taken away.
    #[error("run `{0}` was vacuumed: what it saw is no longer kept")]
    Vacuumed(String),
    /// A run without a publication.
    #[error("run `{run_id}` has published nothing: {reason}")]
    Unpublished {
        /// The run.
        run_id: String,
        /// Why it has none.
        reason: String,
    },
    /// A publication that cannot be retracted twice.
    #[error("the publication of run `{0}` was retracted already")]
    Retracted(String),
    /// The name to which something would be moved is taken.
    #[error("`{}` exists already, and nothing takes its place", .0.display())]
    InTheWay(PathBuf),
    /// A symbolic link where the lake has a folder or a file.
    #[error("`{}` is a symbolic link, and nothing behind one is changed", .0.display())]
    SymbolicLink(PathBuf),
    /// The market that the lake holds is another.
    #[error("this lake holds a market with {held}, but {source_name} says {given}")]
    OtherMarket {
        /// What the lake holds.
        held: String,
        /// Who says otherwise.
        source_name: String,
        /// What it says.
        given: String,
    },
    /// A file operation failed.
    #[error("cannot {action} `{}`: {source}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A file of the lake does not hold what it should.
    #[error("`{}` is damaged: {reason}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Parquet refused.
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Arrow refused.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// The Delta log refused.
    #[error("the log of table `{table}` refused: {source}")]
    Delta {
        /// The table.
        table: String,
        /// Why.
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
}

impl LakeError {
    /// Delta and its store wrap the error of the disk in several of their own.
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
        Some(match self {
            Self::Missing(_) => {
                "name it with `--lake DIR`, or make one with `slotcast nightly --inbox INBOX`".to_owned()
            }
            Self::Foreign { .. } => "name an empty or a new folder with `--lake DIR`".to_owned(),
            Self::Locked { .. } => {
                "run the same command again when it has ended, or let it wait its turn: `--wait SECONDS`"
                    .to_owned()
            }
            Self::Vacuumed(_) => {
                "`slotcast runs` lists the runs; `keep_runs` under `[lake]` in the settings keeps more of them"
                    .to_owned()
            }
            Self::NoRun(_) | Self::Unpublished { .. } | Self::Retracted(_) => {
                "`slotcast runs` lists the runs of this lake".to_owned()
            }
            Self::InTheWay(_) => "move it away, then run the same command again".to_owned(),
            Self::SymbolicLink(_) => "put the folder or the file itself in the place of the link".to_owned(),
            Self::NoTable(_) => "`slotcast stats` builds the relations".to_owned(),
            Self::OtherMarket { .. } => "use another lake for another market: `--lake DIR`".to_owned(),
            _ if self.is_full_disk() => {
                "free some space and run the same command again: nothing was half written".to_owned()
            }
            Self::Damaged { .. } => {
                "restore the file from a copy; older runs are still readable with `--run`".to_owned()
            }
            _ => return None,
        })
    }
}
