//! The plan of a vacuum: files that no kept run needs.
//!
//! A vacuum keeps the newest successful runs, as many as the caller wants. It also keeps the newest run of
//! each verb, the newest up to the time of the run that readers see, that run, and the run to which `published/latest` points. A run may contain tables of earlier runs, and
//! the run that built a table determines its as_of: hence one run per verb. Erasures do not count, because
//! they build nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use slotcast_core::RunId;

use crate::{
    error::LakeError,
    log::{Lake, RunRow, RunStatus, Runs, is_timeless, runs_table},
    publication::{Publications, is_temporary_publication, run_of},
    storage::{DataFile, Namespace, TableId, is_real_folder, parquet_files, refuse_symlinks},
};

/// A file, or a folder of `published/`, that no kept run needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreferenced {
    /// Its path.
    pub path: PathBuf,
    /// Its size, including the content of a folder.
    pub bytes: u64,
}

/// The effects of a vacuum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VacuumPlan {
    /// Runs that will no longer be readable, oldest first.
    pub runs: Vec<String>,
    /// Files and folders to remove.
    pub unreferenced: Vec<Unreferenced>,
    /// Disk space that this frees. Hard links to the same bytes count once.
    pub freed_bytes: u64,
}

impl Runs {
    /// The runs that stay readable if the `newest` ones are kept, and always `latest`.
    fn kept(&self, newest: usize, latest: Option<&RunId>) -> Vec<&RunRow> {
        let mut counted = 0;
        let (mut verbs, mut verbs_seen) = (BTreeSet::new(), BTreeSet::new());
        let visible = self.visible();
        let readable = self.0.iter().rev().filter(|run| is_readable(run));
        readable
            .filter(|run| {
                let is_newest = counted < newest;
                counted += usize::from(run.verb != "forget");
                let is_newest_of_verb = verbs.insert(run.verb.clone());
                let is_latest = latest.is_some_and(|latest| latest.as_str() == run.run_id);
                // A run for an earlier time may have ended after those that built what readers see.
                let is_seen = visible.is_some_and(|visible| {
                    let is_visible = run.run_id == visible.run_id;
                    let is_of_its_time = is_visible || is_timeless(&run.verb) || run.as_of == visible.as_of;
                    let is_newest_of_verb = is_of_its_time && verbs_seen.insert(run.verb.clone());
                    is_visible || is_newest_of_verb
                });
                is_newest || is_newest_of_verb || is_latest || is_seen
            })
            .collect()
    }
}

fn is_readable(run: &RunRow) -> bool {
    run.status == RunStatus::Done && !run.is_vacuumed()
}

impl Lake {
    /// Plans a vacuum that keeps the newest `keep_runs` runs. The caller holds the lock: otherwise the plan
    /// would include files of a running command.
    ///
    /// # Errors
    /// If a table cannot be read: then its unreferenced files are unknown.
    pub async fn plan_vacuum(&self, keep_runs: usize) -> Result<VacuumPlan, LakeError> {
        let latest = Publications::new(self).latest_run();
        let runs = self.runs().await?;
        let kept = runs.kept(keep_runs, latest.as_ref());
        let is_kept = |run_id: &str| kept.iter().any(|run| run.run_id == run_id);
        let removed = runs.0.iter().filter(|run| is_readable(run) && !is_kept(&run.run_id));
        let removed: Vec<String> = removed.map(|run| run.run_id.clone()).collect();
        let mut paths = self.unreferenced_files(&kept, !removed.is_empty()).await?;
        paths.extend(temporary_files(self.layout().root()));
        let stays = |run_id: &RunId| is_kept(run_id.as_str()) || latest.as_ref() == Some(run_id);
        paths.extend(self.unreferenced_publications(stays)?);
        paths.sort();
        let (unreferenced, freed_bytes) = measure(paths)?;
        Ok(VacuumPlan { runs: removed, unreferenced, freed_bytes })
    }

    /// Data files that no kept run needs, and temporary files of killed processes.
    async fn unreferenced_files(
        &self,
        kept: &[&RunRow],
        will_replace_runs: bool,
    ) -> Result<Vec<PathBuf>, LakeError> {
        let mut versions: BTreeMap<TableId, BTreeSet<u64>> = BTreeMap::new();
        for (name, version) in kept.iter().flat_map(|run| &run.tables) {
            let table = TableId::parse(name).ok_or_else(|| LakeError::UnknownTable(name.clone()))?;
            versions.entry(table).or_default().insert(*version);
        }
        let mut paths = Vec::new();
        for table in self.tables() {
            let mut referenced = self.referenced_files(&table, versions.get(&table)).await?;
            if table == runs_table() && will_replace_runs {
                // The vacuum marks runs, which replaces their ledger.
                referenced.clear();
            }
            let folder = self.layout().table(&table);
            refuse_symlinks(self.layout(), &folder.join("_delta_log"))?;
            let unreferenced = parquet_files(&folder).into_iter().filter(|name| !referenced.contains(name));
            paths.extend(unreferenced.map(|name| folder.join(name)));
            paths.extend(temporary_files(&folder));
            paths.extend(temporary_files(&folder.join("_delta_log")));
        }
        Ok(paths)
    }

    /// Publications of runs that do not stay, and incomplete ones.
    fn unreferenced_publications(&self, stays: impl Fn(&RunId) -> bool) -> Result<Vec<PathBuf>, LakeError> {
        let folder = self.layout().publications();
        refuse_symlinks(self.layout(), &folder)?;
        // The lake makes no link with the name of a publication.
        let is_unreferenced = |name: &str, path: &Path| {
            is_temporary_publication(name)
                || (is_real_folder(path) && run_of(name).is_some_and(|run_id| !stays(&run_id)))
        };
        let publications = entries(&folder).into_iter().filter(|(name, path)| is_unreferenced(name, path));
        Ok(publications.map(|(_, path)| path).collect())
    }

    /// All tables with a folder, including those without a first commit.
    fn tables(&self) -> Vec<TableId> {
        let tables = |namespace: Namespace| {
            let entries = entries(&self.layout().namespace(namespace)).into_iter();
            entries.map(move |(name, _)| TableId { namespace, name })
        };
        Namespace::ALL.into_iter().flat_map(tables).collect()
    }

    /// Files of the newest version, from which writers start, and of these versions.
    async fn referenced_files(
        &self,
        table: &TableId,
        versions: Option<&BTreeSet<u64>>,
    ) -> Result<BTreeSet<String>, LakeError> {
        let mut names = BTreeSet::new();
        let mut add = |files: Vec<DataFile>| names.extend(files.into_iter().map(|file| file.name));
        if let Some(head) = self.head(table).await? {
            add(head.files);
        }
        for version in versions.into_iter().flatten() {
            add(self.at(table, *version).await?.files);
        }
        Ok(names)
    }
}

/// Sizes of files and folders, and the space that their removal frees: bytes are freed with their last hard
/// link.
fn measure(paths: Vec<PathBuf>) -> Result<(Vec<Unreferenced>, u64), LakeError> {
    let mut links_left: BTreeMap<(u64, u64), u64> = BTreeMap::new();
    let mut unreferenced = Vec::new();
    let mut freed_bytes = 0;
    for path in paths {
        let mut bytes = 0;
        let mut pending = vec![path.clone()];
        while let Some(next) = pending.pop() {
            let found = fs::symlink_metadata(&next).map_err(LakeError::io("read", &next))?;
            if found.is_dir() {
                pending.extend(entries(&next).into_iter().map(|(_, path)| path));
                continue;
            }
            bytes += found.len();
            let left = links_left.entry((found.dev(), found.ino())).or_insert_with(|| found.nlink());
            *left -= 1;
            freed_bytes += if *left == 0 { found.len() } else { 0 };
        }
        unreferenced.push(Unreferenced { path, bytes });
    }
    Ok((unreferenced, freed_bytes))
}

/// Incomplete files of killed processes. No other process writes now.
fn temporary_files(folder: &Path) -> Vec<PathBuf> {
    let is_temporary = |name: &str| {
        let has_prefix = [".", "market.", "salt."].iter().any(|start| name.starts_with(start));
        let is_staged = name.rsplit_once('#').is_some_and(|(_, number)| number.parse::<u32>().is_ok());
        (name.ends_with(".tmp") && has_prefix) || is_staged
    };
    let files = entries(folder).into_iter().filter(|(name, path)| is_temporary(name) && !path.is_dir());
    files.map(|(_, path)| path).collect()
}

fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect()
}
