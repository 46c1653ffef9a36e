//! Plain copies of a run for tools that do not read Delta: `published/<run_id>/`, and `published/latest`.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use crate::{
    error::LakeError, layout::Layout, market::write_whole, parquet_file::sync_folder, snapshot::Snapshot,
    store::Lake,
};

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
    /// the disk has no hard links) and these further files. It appears whole, by one rename.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn lay_out(
        &self,
        run_id: &str,
        relations: &[Snapshot],
        files: &[(String, Vec<u8>)],
    ) -> Result<PathBuf, LakeError> {
        let beside = self.folder.join(format!(".{run_id}.tmp"));
        let target = self.run(run_id);
        remove_folder(&beside)?;
        make_folder(&beside)?;
        for relation in relations {
            let folder = beside.join(&relation.table.name);
            make_folder(&folder)?;
            for (index, file) in relation.files.iter().enumerate() {
                let link = folder.join(format!("part-{index:05}.parquet"));
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
            published.lay_out(run, &[], &[("ranking.csv".to_owned(), run.into())]).unwrap();
            published.point_latest_at(run).unwrap();
            assert_eq!(published.latest_run().as_deref(), Some(run));
            assert_eq!(fs::read_to_string(published.latest().join("ranking.csv")).unwrap(), run);
        }
        published.lay_out("b", &[], &[]).unwrap();
        assert!(!published.latest().join("ranking.csv").exists());
    }
}
