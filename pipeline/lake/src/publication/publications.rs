//! The folder `published/`: one folder per run, and the link `latest`.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use slotcast_core::{Audience, RunId};

use super::names::{INTERNAL, TEMPORARY_LATEST};
use crate::{
    error::LakeError,
    log::Lake,
    storage::{Layout, Snapshot, sync_folder, write_atomically, write_redacted},
};

/// The publications of a lake.
#[derive(Clone, Debug)]
pub struct Publications {
    folder: PathBuf,
}

impl Publications {
    /// The publications of a lake.
    pub fn new(lake: &Lake) -> Self {
        Self::at(lake.layout())
    }

    pub(crate) fn at(layout: &Layout) -> Self {
        Self { folder: layout.publications() }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of one run.
    pub fn run(&self, run_id: &RunId) -> PathBuf {
        self.folder.join(run_id.as_str())
    }

    /// The link to the folder of the latest run. It is swapped in one step.
    pub fn latest(&self) -> PathBuf {
        self.folder.join("latest")
    }

    /// The run to which `latest` points. `None` if it points out of this folder.
    pub fn latest_run(&self) -> Option<RunId> {
        fs::read_link(self.latest()).ok()?.to_str()?.parse().ok()
    }

    /// Publishes a run: `<relation>/part-*.parquet` as hard links to data files (copies on disks without
    /// hard links), and additional files. One rename makes all of it visible.
    ///
    /// A file with values in a column that the audience may not see is copied with nulls in that column.
    /// The publication for internal readers has its own folder, `<run_id>-internal`.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn write_publication(
        &self,
        run_id: &RunId,
        relations: &[Snapshot],
        files: &[(String, Vec<u8>)],
        audience: Audience,
    ) -> Result<PathBuf, LakeError> {
        let name = match audience {
            Audience::Everyone => run_id.to_string(),
            Audience::Internal => format!("{run_id}{INTERNAL}"),
        };
        let temporary = self.folder.join(format!(".{name}.tmp"));
        let target = self.folder.join(&name);
        if target.is_symlink() {
            return Err(LakeError::SymbolicLink(target));
        }
        remove_folder(&temporary)?;
        make_folder(&temporary)?;
        for relation in relations {
            write_relation(relation, &temporary.join(&relation.table.name), audience)?;
        }
        for (name, bytes) in files {
            write_atomically(&temporary.join(name), bytes)?;
        }
        sync_folder(&temporary)?;
        // The target exists after an unfinished run, or if the run is published again.
        remove_folder(&target)?;
        fs::rename(&temporary, &target).map_err(LakeError::io("rename", &temporary))?;
        sync_folder(&self.folder)?;
        Ok(target)
    }

    /// Changes a text file of a publication in one step.
    ///
    /// # Errors
    /// If it is a symbolic link, or cannot be read or written.
    pub fn update_text(
        &self,
        run_id: &RunId,
        name: &str,
        update: impl FnOnce(&str) -> String,
    ) -> Result<(), LakeError> {
        let path = self.run(run_id).join(name);
        if path.is_symlink() {
            return Err(LakeError::SymbolicLink(path));
        }
        let text = fs::read_to_string(&path).map_err(LakeError::io("read", &path))?;
        write_atomically(&path, update(&text).as_bytes())
    }

    /// Points `latest` to a run, in one step.
    ///
    /// # Errors
    /// If the link cannot be written.
    pub fn set_latest(&self, run_id: &RunId) -> Result<(), LakeError> {
        let temporary = self.folder.join(TEMPORARY_LATEST);
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(LakeError::io("remove", &temporary)(error));
            }
            _ => {}
        }
        std::os::unix::fs::symlink(run_id.as_str(), &temporary).map_err(LakeError::io("link", &temporary))?;
        fs::rename(&temporary, self.latest()).map_err(LakeError::io("rename", &temporary))?;
        sync_folder(&self.folder)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok())
    }
}

fn write_relation(relation: &Snapshot, folder: &Path, audience: Audience) -> Result<(), LakeError> {
    make_folder(folder)?;
    for (index, file) in relation.files.iter().enumerate() {
        let name = format!("part-{index:05}.parquet");
        if write_redacted(&file.path, folder, &name, |column| !audience.may_see(column))? {
            continue;
        }
        let link = folder.join(name);
        fs::hard_link(&file.path, &link)
            .or_else(|_| fs::copy(&file.path, &link).map(|_| ()))
            .map_err(LakeError::io("link", &link))?;
    }
    sync_folder(folder)
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
    fn latest_points_to_the_last_run() {
        let folder = tempfile::tempdir().unwrap();
        let publications = Publications::at(&Layout::new(folder.path()));
        let runs: [RunId; 2] =
            ["20150306T130000Z-00000001", "20150306T130000Z-00000002"].map(|id| id.parse().unwrap());
        for run in &runs {
            let files = [("ranking.csv".to_owned(), run.as_str().into())];
            publications.write_publication(run, &[], &files, Audience::Everyone).unwrap();
            publications.set_latest(run).unwrap();
            assert_eq!(publications.latest_run().as_ref(), Some(run));
            let text = fs::read_to_string(publications.latest().join("ranking.csv")).unwrap();
            assert_eq!(text, run.as_str());
        }
        publications.write_publication(&runs[1], &[], &[], Audience::Everyone).unwrap();
        assert!(!publications.latest().join("ranking.csv").exists());
    }

    #[test]
    fn a_link_is_no_publication() {
        let folder = tempfile::tempdir().unwrap();
        let publications = Publications::at(&Layout::new(folder.path()));
        let run: RunId = "20150306T130000Z-00000001".parse().unwrap();
        fs::create_dir_all(folder.path().join("published")).unwrap();
        let elsewhere = folder.path().join("elsewhere").join(run.as_str());
        fs::create_dir_all(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, publications.latest()).unwrap();
        assert_eq!(publications.latest_run(), None, "it points out of the folder");
        std::os::unix::fs::symlink(&elsewhere, publications.run(&run)).unwrap();
        let refused = publications.write_publication(&run, &[], &[], Audience::Everyone);
        assert!(matches!(refused, Err(LakeError::SymbolicLink(link)) if link == publications.run(&run)));
    }
}
