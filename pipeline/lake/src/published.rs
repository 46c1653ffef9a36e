//! Plain copies of a run for tools that do not read Delta: `published/<run_id>/`, and `published/latest`.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use slotcast_core::{Audience, RunId};

use crate::{
    error::LakeError, layout::Layout, market::write_whole, masked::write_masked, parquet_file::sync_folder,
    retracted::RETRACTED, snapshot::Snapshot, store::Lake,
};

/// Ending of a folder for people of the house.
pub(crate) const INTERNAL: &str = "-internal";
/// The link on its way to `latest`.
const NEXT_LATEST: &str = ".latest.tmp";

/// The run whose publication a folder of this name is.
pub(crate) fn run_of(name: &str) -> Option<RunId> {
    let name = name.strip_suffix(RETRACTED).unwrap_or(name);
    name.strip_suffix(INTERNAL).unwrap_or(name).parse().ok()
}

/// Whether a name is that of a publication, or of `latest`, under construction.
pub(crate) fn is_begun(name: &str) -> bool {
    let own = || run_of(name.strip_prefix('.')?.strip_suffix(".tmp")?);
    name == NEXT_LATEST || own().is_some()
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

    pub(crate) fn at(layout: &Layout) -> Self {
        Self { folder: layout.published() }
    }

    /// The folder of one run.
    pub fn run(&self, run_id: &RunId) -> PathBuf {
        self.folder.join(run_id.as_str())
    }

    /// The folder of the latest run, through a link that is swapped in one step.
    pub fn latest(&self) -> PathBuf {
        self.folder.join("latest")
    }

    /// The run that `latest` leads to; none where it leads out of this folder.
    pub fn latest_run(&self) -> Option<RunId> {
        fs::read_link(self.latest()).ok()?.to_str()?.parse().ok()
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
        run_id: &RunId,
        relations: &[Snapshot],
        files: &[(String, Vec<u8>)],
        audience: Audience,
    ) -> Result<PathBuf, LakeError> {
        let name = match audience {
            Audience::Everyone => run_id.to_string(),
            Audience::Internal => format!("{run_id}{INTERNAL}"),
        };
        let beside = self.folder.join(format!(".{name}.tmp"));
        let target = self.folder.join(&name);
        if target.is_symlink() {
            return Err(LakeError::SymbolicLink(target));
        }
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

    /// Writes a text of a run anew, in one step.
    ///
    /// # Errors
    /// When it is a symbolic link, or cannot be read or written.
    pub fn rewrite(
        &self,
        run_id: &RunId,
        name: &str,
        change: impl FnOnce(&str) -> String,
    ) -> Result<(), LakeError> {
        let path = self.run(run_id).join(name);
        if path.is_symlink() {
            return Err(LakeError::SymbolicLink(path));
        }
        let text = fs::read_to_string(&path).map_err(LakeError::io("read", &path))?;
        write_whole(&path, change(&text).as_bytes())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let folders = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        folders.filter_map(|entry| entry.file_name().into_string().ok())
    }

    /// Lets `latest` lead to a run, in one step.
    ///
    /// # Errors
    /// When the link cannot be written.
    pub fn point_latest_at(&self, run_id: &RunId) -> Result<(), LakeError> {
        let beside = self.folder.join(NEXT_LATEST);
        let latest = self.latest();
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(LakeError::io("remove", &beside)(error));
            }
            _ => {}
        }
        std::os::unix::fs::symlink(run_id.as_str(), &beside).map_err(LakeError::io("link", &beside))?;
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
        let runs: [RunId; 2] =
            ["20150306T130000Z-00000001", "20150306T130000Z-00000002"].map(|id| id.parse().unwrap());
        for run in &runs {
            let files = [("ranking.csv".to_owned(), run.as_str().into())];
            published.lay_out(run, &[], &files, Audience::Everyone).unwrap();
            published.point_latest_at(run).unwrap();
            assert_eq!(published.latest_run().as_ref(), Some(run));
            assert_eq!(fs::read_to_string(published.latest().join("ranking.csv")).unwrap(), run.as_str());
        }
        published.lay_out(&runs[1], &[], &[], Audience::Everyone).unwrap();
        assert!(!published.latest().join("ranking.csv").exists());
    }

    #[test]
    fn a_link_is_never_taken_for_a_publication() {
        let folder = tempfile::tempdir().unwrap();
        let published = Published::at(&Layout::new(folder.path()));
        let run: RunId = "20150306T130000Z-00000001".parse().unwrap();
        fs::create_dir_all(folder.path().join("published")).unwrap();
        let elsewhere = folder.path().join("elsewhere").join(run.as_str());
        fs::create_dir_all(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, published.latest()).unwrap();
        assert_eq!(published.latest_run(), None, "it leads out of the folder");
        std::os::unix::fs::symlink(&elsewhere, published.run(&run)).unwrap();
        let refused = published.lay_out(&run, &[], &[], Audience::Everyone);
        assert!(matches!(refused, Err(LakeError::SymbolicLink(link)) if link == published.run(&run)));
        let left =
            [".latest.tmp", ".20150306T130000Z-00000001.tmp", ".20150306T130000Z-00000001-internal.tmp"];
        assert!(left.into_iter().all(is_begun) && !is_begun(".notes.tmp"));
    }
}
