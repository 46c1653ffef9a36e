//! Publications by the rows of the ledger, and the way back from one.
//!
//! A publication is a folder `published/<run_id>` of a run that the ledger calls done and whose stage
//! `publish` ended well. No other folder is retracted, and nothing behind a symbolic link.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use slotcast_core::{DateTime, RunId, Utc};

use crate::{
    error::LakeError,
    ledger::{RunRow, RunStatus},
    market::write_whole,
    parquet_file::sync_folder,
    published::{INTERNAL, Published},
    store::Lake,
    symlinks::{is_real_folder, refuse_symlinks},
};

/// Ending of the folder of a retracted publication.
pub(crate) const RETRACTED: &str = ".retracted";
/// File in it that says when.
const RETRACTED_AT: &str = "retracted-at";
/// The stage of a run that publishes.
const STAGE: &str = "publish";

/// The publication of a run, found in the ledger and in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    run_id: RunId,
    folder: PathBuf,
}

impl Publication {
    /// The run.
    pub fn run_id(&self) -> &RunId {
        &self.run_id
    }

    /// Its name once it is retracted.
    fn aside(&self) -> PathBuf {
        self.folder.with_file_name(format!("{}{RETRACTED}", self.run_id))
    }
}

impl Lake {
    /// The publication of a run that may be retracted.
    ///
    /// # Errors
    /// When the ledger has none of this run, it is retracted already, or something else is in its place.
    pub async fn publication(&self, run_id: &RunId) -> Result<Publication, LakeError> {
        let nothing = |reason: String| LakeError::Unpublished { run_id: run_id.to_string(), reason };
        let runs = self.runs().await?;
        let row = runs.0.iter().find(|row| row.run_id == run_id.as_str());
        let row = row.ok_or_else(|| nothing("the ledger has no such run".to_owned()))?;
        match row.status {
            RunStatus::Failed => return Err(nothing("it failed".to_owned())),
            RunStatus::Running => return Err(nothing("it has not ended".to_owned())),
            RunStatus::Done if row.is_vacuumed() => return Err(LakeError::Vacuumed(run_id.to_string())),
            RunStatus::Done => {}
        }
        if !self.runs_that_published().await?.contains(&row.run_id) {
            return Err(nothing(format!("it is a run of `{}`", row.verb)));
        }
        let folder = Published::of(self).run(run_id);
        let publication = Publication { run_id: run_id.clone(), folder };
        refuse_symlinks(self.layout(), &publication.folder)?;
        let (is_there, is_aside) = (is_real_folder(&publication.folder), exists(&publication.aside()));
        match (is_there, is_aside) {
            (true, false) => Ok(publication),
            (true, true) => Err(LakeError::InTheWay(publication.aside())),
            (false, true) => Err(LakeError::Retracted(run_id.to_string())),
            (false, false) if is_real_folder(&internal(&publication.folder)) => Err(nothing(format!(
                "`{run_id}{INTERNAL}` is for people of the house, and `latest` never leads there"
            ))),
            (false, false) => Err(nothing(format!("there is no folder `{}`", publication.folder.display()))),
        }
    }

    /// The newest publication that speaks for an earlier moment.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn publication_before(&self, run_id: &RunId) -> Result<Option<RunId>, LakeError> {
        let (runs, published) = (self.runs().await?, self.runs_that_published().await?);
        let is_done = |row: &&RunRow| row.status == RunStatus::Done && !row.is_vacuumed();
        let ids = runs.0.iter().filter(is_done).filter(|row| published.contains(&row.run_id));
        let ids = ids.filter_map(|row| row.run_id.parse::<RunId>().ok());
        let folder = Published::of(self);
        Ok(ids.filter(|id| id < run_id && is_real_folder(&folder.run(id))).max())
    }

    async fn runs_that_published(&self) -> Result<BTreeSet<String>, LakeError> {
        let stages = self.stages().await?.into_iter();
        let stages = stages.filter(|row| row.stage == STAGE && row.status == RunStatus::Done.as_str());
        Ok(stages.map(|row| row.run_id).collect())
    }
}

impl Published {
    /// Puts a publication out of the way, under a name that nothing reads.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub fn retract(&self, publication: &Publication, at: DateTime<Utc>) -> Result<PathBuf, LakeError> {
        let (folder, aside) = (&publication.folder, publication.aside());
        write_whole(&folder.join(RETRACTED_AT), at.to_rfc3339().as_bytes())?;
        fs::rename(folder, &aside).map_err(LakeError::io("rename", folder))?;
        sync_folder(self.folder())?;
        Ok(aside)
    }

    /// The runs after the one to which `latest` leads whose publication was retracted, and when.
    pub fn retracted(&self) -> Vec<(RunId, DateTime<Utc>)> {
        let latest = self.latest_run();
        let retraction = |name: String| {
            let run_id: RunId = name.strip_suffix(RETRACTED)?.parse().ok()?;
            let at = fs::read_to_string(self.folder().join(&name).join(RETRACTED_AT)).ok()?;
            let is_later = latest.as_ref().is_none_or(|latest| *latest < run_id);
            is_later.then_some((run_id, DateTime::parse_from_rfc3339(&at).ok()?.to_utc()))
        };
        let mut all: Vec<_> = self.names().filter_map(retraction).collect();
        all.sort();
        all
    }
}

/// Where the same run publishes for people of the house.
fn internal(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(INTERNAL);
    PathBuf::from(name)
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

#[cfg(test)]
mod tests;
