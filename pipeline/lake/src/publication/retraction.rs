//! Retraction of publications, which are identified by the ledger of runs.
//!
//! A publication is a folder `published/<run_id>` of a run with status `done` whose stage `publish`
//! succeeded. No other folder is retracted, and nothing behind a symbolic link.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use slotcast_core::{DateTime, RunId, Utc};

use super::{
    names::{INTERNAL, RETRACTED},
    publications::Publications,
};
use crate::{
    error::LakeError,
    log::{Lake, RunRow, RunStatus},
    storage::{is_real_folder, refuse_symlinks, sync_folder, write_atomically},
};

/// File in a retracted publication with the time of its retraction.
const RETRACTED_AT: &str = "retracted-at";
/// The stage that publishes.
const STAGE: &str = "publish";

/// The publication of a run, found in the ledger and in its folder.
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

    /// Its folder after a retraction.
    fn retracted_folder(&self) -> PathBuf {
        self.folder.with_file_name(format!("{}{RETRACTED}", self.run_id))
    }
}

impl Lake {
    /// The publication of a run, for its retraction.
    ///
    /// # Errors
    /// If the run has published nothing, its publication was retracted already, or a link or another folder
    /// is in the way.
    pub async fn publication(&self, run_id: &RunId) -> Result<Publication, LakeError> {
        let unpublished = |reason: String| LakeError::Unpublished { run_id: run_id.to_string(), reason };
        let runs = self.runs().await?;
        let row = runs.0.iter().find(|row| row.run_id == run_id.as_str());
        let row = row.ok_or_else(|| unpublished("the ledger has no such run".to_owned()))?;
        match row.status {
            RunStatus::Failed => return Err(unpublished("it failed".to_owned())),
            RunStatus::Running => return Err(unpublished("it has not ended".to_owned())),
            RunStatus::Done if row.is_vacuumed() => return Err(LakeError::Vacuumed(run_id.to_string())),
            RunStatus::Done => {}
        }
        if !self.publishing_runs().await?.contains(&row.run_id) {
            return Err(unpublished(format!("it is a run of `{}`", row.verb)));
        }
        let folder = Publications::new(self).run(run_id);
        let publication = Publication { run_id: run_id.clone(), folder };
        refuse_symlinks(self.layout(), &publication.folder)?;
        let retracted = publication.retracted_folder();
        match (is_real_folder(&publication.folder), fs::symlink_metadata(&retracted).is_ok()) {
            (true, false) => Ok(publication),
            (true, true) => Err(LakeError::TargetExists(retracted)),
            (false, true) => Err(LakeError::AlreadyRetracted(run_id.to_string())),
            (false, false) if is_real_folder(&internal_folder(&publication.folder)) => {
                let reason = format!("`{run_id}{INTERNAL}` is internal, and `latest` never points to it");
                Err(unpublished(reason))
            }
            (false, false) => {
                Err(unpublished(format!("there is no folder `{}`", publication.folder.display())))
            }
        }
    }

    /// The newest publication with an earlier as_of.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn previous_publication(&self, run_id: &RunId) -> Result<Option<RunId>, LakeError> {
        let (runs, publishing) = (self.runs().await?, self.publishing_runs().await?);
        let is_done = |row: &&RunRow| row.status == RunStatus::Done && !row.is_vacuumed();
        let ids = runs.0.iter().filter(is_done).filter(|row| publishing.contains(&row.run_id));
        let ids = ids.filter_map(|row| row.run_id.parse::<RunId>().ok());
        let publications = Publications::new(self);
        Ok(ids.filter(|id| id < run_id && is_real_folder(&publications.run(id))).max())
    }

    async fn publishing_runs(&self) -> Result<BTreeSet<String>, LakeError> {
        let stages = self.stages().await?.into_iter();
        let stages = stages.filter(|row| row.stage == STAGE && row.status == RunStatus::Done.as_str());
        Ok(stages.map(|row| row.run_id).collect())
    }
}

impl Publications {
    /// Renames a publication to a name that nothing reads. Returns its new folder.
    ///
    /// # Errors
    /// If it cannot be renamed.
    pub fn retract(&self, publication: &Publication, at: DateTime<Utc>) -> Result<PathBuf, LakeError> {
        let (folder, retracted) = (&publication.folder, publication.retracted_folder());
        write_atomically(&folder.join(RETRACTED_AT), at.to_rfc3339().as_bytes())?;
        fs::rename(folder, &retracted).map_err(LakeError::io("rename", folder))?;
        sync_folder(self.folder())?;
        Ok(retracted)
    }

    /// The retracted publications after the run to which `latest` points, with the times of retraction.
    pub fn retractions(&self) -> Vec<(RunId, DateTime<Utc>)> {
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

/// The folder of the internal publication of the same run.
fn internal_folder(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(INTERNAL);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests;
