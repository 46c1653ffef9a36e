//! Plain copies of a run for tools that do not read Delta: `published/<run_id>/`, and `published/latest`.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use slotcast_core::{Audience, DateTime, RunId, Utc};

use crate::{
    error::LakeError, layout::Layout, market::write_whole, masked::write_masked, parquet_file::sync_folder,
    snapshot::Snapshot, store::Lake,
};

/// What follows the run in the name of a folder for the house alone.
const INTERNAL: &str = "-internal";
/// What follows the run in the name of a publication that was taken back.
const TAKEN_BACK: &str = ".taken-back";

/// Says when a publication was taken back.
const TAKEN_AT: &str = "taken-back-at";

/// The run whose publication a folder of this name is.
pub(crate) fn run_of(name: &str) -> Option<RunId> {
    let name = name.strip_suffix(TAKEN_BACK).unwrap_or(name);
    name.strip_suffix(INTERNAL).unwrap_or(name).parse().ok()
}

/// The folder of plain copies.
#[derive(Clone, Debug)]
pub struct Published {
    folder: PathBuf,
}

impl Published {
    /// The plain copies of a lake.
    pub fn of(lake: &Lake) -> Self {
        Self::at(lake.layout())
    }

    fn at(layout: &Layout) -> Self {
        Self { folder: layout.published() }
    }

    /// The folder of one run.
    pub fn run(&self, run_id: &str) -> PathBuf {
        self.folder.join(run_id)
    }

    /// The folder of the latest run, through a link that is swapped in one step.
    pub fn latest(&self) -> PathBuf {
        self.folder.join("latest")
    }

    /// The run that `latest` leads to.
    pub fn latest_run(&self) -> Option<String> {
        let target = fs::read_link(self.latest()).ok()?;
        Some(target.file_name()?.to_str()?.to_owned())
    }

    /// Lays out a run: `<relation>/part-*.parquet` as hard links to the lake's own files (copies where
    /// the disk has no hard links) and these further files. It appears whole, by one rename. A file that says
    /// something in a column which these readers may not see is written anew with nulls there; what
    /// is for the house alone has a folder of its own, `<run_id>-internal`.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn lay_out(
        &self,
        run_id: &str,
        relations: &[Snapshot],
        files: &[(String, Vec<u8>)],
        audience: Audience,
    ) -> Result<PathBuf, LakeError> {
        let name = match audience {
            Audience::Everyone => run_id.to_owned(),
            Audience::House => format!("{run_id}{INTERNAL}"),
        };
        let beside = self.folder.join(format!(".{name}.tmp"));
        let target = self.run(&name);
        remove_folder(&beside)?;
        make_folder(&beside)?;
        for relation in relations {
            let folder = beside.join(&relation.table.name);
            make_folder(&folder)?;
            for (index, file) in relation.files.iter().enumerate() {
                let name = format!("part-{index:05}.parquet");
                if write_masked(&file.path, &folder, &name, |column| !audience.may_see(column))? {
                    continue;
                }
                let link = folder.join(name);
                fs::hard_link(&file.path, &link)
                    .or_else(|_| fs::copy(&file.path, &link).map(|_| ()))
                    .map_err(LakeError::io("link", &link))?;
            }
            sync_folder(&folder)?;
        }
        for (name, bytes) in files {
            write_whole(&beside.join(name), bytes)?;
        }
        sync_folder(&beside)?;
        // What stood here was left by a run that did not end, or is published again on purpose.
        remove_folder(&target)?;
        fs::rename(&beside, &target).map_err(LakeError::io("rename", &beside))?;
        sync_folder(&self.folder)?;
        Ok(target)
    }

    /// The newest publication before that of a run.
    pub fn before(&self, run_id: &str) -> Option<String> {
        self.names().filter(|name| name.parse::<RunId>().is_ok() && name.as_str() < run_id).max()
    }

    /// Writes a file of a run anew, in one step.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn rewrite(&self, run_id: &str, name: &str, bytes: &[u8]) -> Result<(), LakeError> {
        write_whole(&self.run(run_id).join(name), bytes)
    }

    /// Puts a publication out of the way, under a name that nothing reads. Its place may already be taken by an
    /// earlier one of the same run: that one goes.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub fn take_back(&self, run_id: &str, at: DateTime<Utc>) -> Result<PathBuf, LakeError> {
        write_whole(&self.run(run_id).join(TAKEN_AT), at.to_rfc3339().as_bytes())?;
        let (folder, aside) = (self.run(run_id), self.folder.join(format!("{run_id}{TAKEN_BACK}")));
        remove_folder(&aside)?;
        fs::rename(&folder, &aside).map_err(LakeError::io("rename", &folder))?;
        sync_folder(&self.folder)?;
        Ok(aside)
    }

    /// The runs after the one to which `latest` leads whose publication was taken back, and when.
    pub fn taken_back(&self) -> Vec<(String, DateTime<Utc>)> {
        let latest = self.latest_run();
        let taken = |name: String| {
            let run_id = name.strip_suffix(TAKEN_BACK).filter(|run_id| latest.as_deref() < Some(*run_id))?;
            let at = fs::read_to_string(self.folder.join(&name).join(TAKEN_AT)).ok()?;
            Some((run_id.to_owned(), DateTime::parse_from_rfc3339(&at).ok()?.to_utc()))
        };
        let mut all: Vec<_> = self.names().filter_map(taken).collect();
        all.sort();
        all
    }

    fn names(&self) -> impl Iterator<Item = String> {
        let folders = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        folders.filter_map(|entry| entry.file_name().into_string().ok())
    }

    /// Lets `latest` lead to a run, in one step.
    ///
    /// # Errors
    /// When the link cannot be written.
    pub fn point_latest_at(&self, run_id: &str) -> Result<(), LakeError> {
        let beside = self.folder.join(".latest.tmp");
        let latest = self.latest();
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(LakeError::io("remove", &beside)(error));
            }
            _ => {}
        }
        std::os::unix::fs::symlink(run_id, &beside).map_err(LakeError::io("link", &beside))?;
        fs::rename(&beside, &latest).map_err(LakeError::io("rename", &beside))?;
        sync_folder(&self.folder)
    }
}

fn make_folder(folder: &Path) -> Result<(), LakeError> {
    fs::create_dir_all(folder).map_err(LakeError::io("make folder", folder))
}

fn remove_folder(folder: &Path) -> Result<(), LakeError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(LakeError::io("remove", folder)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latest_moves_from_run_to_run() {
        let folder = tempfile::tempdir().unwrap();
        let published = Published::at(&Layout::new(folder.path()));
        for run in ["a", "b"] {
            published
                .lay_out(run, &[], &[("ranking.csv".to_owned(), run.into())], Audience::Everyone)
                .unwrap();
            published.point_latest_at(run).unwrap();
            assert_eq!(published.latest_run().as_deref(), Some(run));
            assert_eq!(fs::read_to_string(published.latest().join("ranking.csv")).unwrap(), run);
        }
        published.lay_out("b", &[], &[], Audience::Everyone).unwrap();
        assert!(!published.latest().join("ranking.csv").exists());
    }
}
