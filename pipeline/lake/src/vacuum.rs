//! Removing what no kept run needs.
//!
//! Kept are the newest runs that ended well, as many as the caller says; the newest of each verb;
//! and the run to which `published/latest` leads. Of each verb, because a run carries on what it did
//! not build: the run that built it tells for which moment. Erasures do not count: they build nothing.
//!
//! ```text
//! runs that go are marked in the ledger --> their files are removed
//! ```
//!
//! In this order a kill in between leaves runs that say they are gone, and files that the next
//! vacuum removes; never a run that is listed and cannot be read. Only who is reading one of those
//! runs at that very moment is interrupted.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use slotcast_core::RunId;

use crate::{
    error::LakeError,
    file_names::parquet_files,
    layout::{Room, TableId},
    ledger::{RunRow, RunStatus, Runs, runs_table},
    published::{Published, is_begun, run_of},
    steps::step,
    store::Lake,
    symlinks::{is_real_folder, refuse_symlinks},
};

/// A file, or a folder of `published/`, that nobody needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unneeded {
    /// Where it lies.
    pub path: PathBuf,
    /// Its size, with everything in it.
    pub bytes: u64,
}

/// What a vacuum is about to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VacuumPlan {
    /// Runs that will no longer be readable, oldest first.
    pub runs: Vec<String>,
    /// What will be removed.
    pub unneeded: Vec<Unneeded>,
    /// How much space that frees; a plain copy that shares its bytes with the lake counts once.
    pub freed_bytes: u64,
}

impl Runs {
    /// The runs that stay readable when the newest so many are kept, and always `latest`.
    fn kept(&self, newest: usize, latest: Option<&RunId>) -> Vec<&RunRow> {
        let mut counted = 0;
        let mut verbs = BTreeSet::new();
        let done = self.0.iter().rev().filter(|run| run.status == RunStatus::Done && !run.is_vacuumed());
        done.filter(|run| {
            let is_newest = counted < newest;
            counted += usize::from(run.verb != "forget");
            let is_newest_of_verb = verbs.insert(run.verb.clone());
            is_newest || is_newest_of_verb || latest.is_some_and(|latest| latest.as_str() == run.run_id)
        })
        .collect()
    }
}

impl Lake {
    /// What can go when the newest so many runs are kept. The caller holds the lock: else what a
    /// run is writing would be among it.
    ///
    /// # Errors
    /// When a table cannot be read; then nothing of it can be told to be unneeded.
    pub async fn plan_vacuum(&self, keep_runs: usize) -> Result<VacuumPlan, LakeError> {
        let published = Published::of(self);
        let latest = published.latest_run();
        let runs = self.runs().await?;
        let kept = runs.kept(keep_runs, latest.as_ref());
        let is_kept = |run_id: &str| kept.iter().any(|run| run.run_id == run_id);
        let goes =
            |run: &&RunRow| run.status == RunStatus::Done && !run.is_vacuumed() && !is_kept(&run.run_id);
        let mut plan = VacuumPlan {
            runs: runs.0.iter().filter(goes).map(|run| run.run_id.clone()).collect(),
            ..VacuumPlan::default()
        };
        let mut versions: BTreeMap<TableId, BTreeSet<u64>> = BTreeMap::new();
        for (name, version) in kept.iter().flat_map(|run| &run.tables) {
            let table = TableId::parse(name).ok_or_else(|| LakeError::NoTable(name.clone()))?;
            versions.entry(table).or_default().insert(*version);
        }
        let mut paths = Vec::new();
        for table in self.tables() {
            let mut needed = self.needed_files(&table, versions.get(&table)).await?;
            if table == runs_table() && !plan.runs.is_empty() {
                // Marking the runs writes their ledger anew.
                needed.clear();
            }
            let folder = self.layout().table(&table);
            refuse_symlinks(self.layout(), &folder.join("_delta_log"))?;
            let unneeded = parquet_files(&folder).into_iter().filter(|name| !needed.contains(name));
            paths.extend(unneeded.map(|name| folder.join(name)));
            paths.extend(under_construction(&folder));
            paths.extend(under_construction(&folder.join("_delta_log")));
        }
        paths.extend(under_construction(self.layout().root()));
        let folder = self.layout().published();
        refuse_symlinks(self.layout(), &folder)?;
        let stays = |run_id: &RunId| is_kept(run_id.as_str()) || latest.as_ref() == Some(run_id);
        // A link that is named like a publication was made by somebody else.
        let goes = |name: &str, path: &Path| {
            is_begun(name) || (is_real_folder(path) && run_of(name).is_some_and(|run_id| !stays(&run_id)))
        };
        let published = entries(&folder).into_iter().filter(|(name, path)| goes(name, path));
        paths.extend(published.map(|(_, path)| path));
        paths.sort();
        plan.weigh(paths)?;
        Ok(plan)
    }

    /// Does what was planned. The caller has held the lock since.
    ///
    /// # Errors
    /// When the ledger cannot be written or a file cannot be removed.
    pub async fn vacuum(&self, plan: &VacuumPlan) -> Result<(), LakeError> {
        if !plan.runs.is_empty() {
            self.mark_vacuumed(&plan.runs).await?;
        }
        step("runs marked as vacuumed");
        // The ledger of runs was just written anew, maybe under the name of a file that a killed
        // process had left.
        let runs = self.head(&runs_table()).await?.map(|head| head.files).unwrap_or_default();
        let goes = |path: &Path| !runs.iter().any(|file| file.path == path);
        for Unneeded { path, .. } in plan.unneeded.iter().filter(|unneeded| goes(&unneeded.path)) {
            step("unneeded file removed");
            let is_folder = path.is_dir() && !path.is_symlink();
            let removed = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            match removed {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(LakeError::io("remove", path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Every table that has a folder, also one whose first commit did not come about.
    fn tables(&self) -> Vec<TableId> {
        let rooms = [Room::Facts, Room::Relations, Room::Ledger];
        let of_room = |room: Room| {
            let sample = self.layout().table(&TableId { room, name: "x".to_owned() });
            let folder = sample.parent().map(Path::to_path_buf).unwrap_or_default();
            entries(&folder).into_iter().map(move |(name, _)| TableId { room, name })
        };
        rooms.into_iter().flat_map(of_room).collect()
    }

    /// Files of the newest version, from which writers start, and of these.
    async fn needed_files(
        &self,
        table: &TableId,
        versions: Option<&BTreeSet<u64>>,
    ) -> Result<BTreeSet<String>, LakeError> {
        let mut needed = BTreeSet::new();
        let mut need =
            |files: Vec<crate::snapshot::DataFile>| needed.extend(files.into_iter().map(|file| file.name));
        if let Some(head) = self.head(table).await? {
            need(head.files);
        }
        for version in versions.into_iter().flatten() {
            need(self.at(table, *version).await?.files);
        }
        Ok(needed)
    }
}

impl VacuumPlan {
    /// Bytes are freed when the last name of a file goes.
    fn weigh(&mut self, paths: Vec<PathBuf>) -> Result<(), LakeError> {
        let mut names_left: BTreeMap<(u64, u64), u64> = BTreeMap::new();
        for path in paths {
            let mut bytes = 0;
            let mut todo = vec![path.clone()];
            while let Some(next) = todo.pop() {
                let found = fs::symlink_metadata(&next).map_err(LakeError::io("read", &next))?;
                if found.is_dir() {
                    todo.extend(entries(&next).into_iter().map(|(_, path)| path));
                    continue;
                }
                bytes += found.len();
                let left = names_left.entry((found.dev(), found.ino())).or_insert_with(|| found.nlink());
                *left -= 1;
                self.freed_bytes += if *left == 0 { found.len() } else { 0 };
            }
            self.unneeded.push(Unneeded { path, bytes });
        }
        Ok(())
    }
}

/// Files that a killed process left half written: nobody else writes now.
fn under_construction(folder: &Path) -> Vec<PathBuf> {
    let is_left = |name: &str| {
        let is_temporary =
            name.ends_with(".tmp") && [".", "market.", "salt."].iter().any(|start| name.starts_with(start));
        let is_staged = name.rsplit_once('#').is_some_and(|(_, number)| number.parse::<u32>().is_ok());
        is_temporary || is_staged
    };
    entries(folder)
        .into_iter()
        .filter(|(name, path)| is_left(name) && !path.is_dir())
        .map(|(_, path)| path)
        .collect()
}

fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect()
}

#[cfg(test)]
mod tests;
