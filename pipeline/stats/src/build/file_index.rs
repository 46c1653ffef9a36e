//! Index of the files of facts: what each contains, what has changed, and the facts that have moved.

use std::collections::{BTreeMap, HashSet};

use slotcast_lake::{DataFile, Snapshot, contract::ContractTable};

use super::{
    build_state::BuildState,
    fact_reader::{FactKey, MOVABLE_TABLES, summarize},
    key_search::{FileKeys, KeySearch, pass_of},
    known_files::{FactChanges, KnownFiles, fact_changes},
    moved_facts::MovedFacts,
    workers,
};
use crate::{error::StatsError, staging::Retractions};

/// Files of facts in the lake.
pub(super) struct FileIndex {
    pub(super) files: KnownFiles,
    pub(super) moved: MovedFacts,
    /// First time at which the facts, as they were known then, differ from those of the last build.
    pub(super) changed_from: i64,
}

/// A file that the last build did not know.
struct NewFile<'a> {
    table: &'static ContractTable,
    file: &'a DataFile,
    /// Position in the snapshot.
    position: usize,
}

/// Summarizes the files that the last build did not know, and finds the facts that they move. `max_keys` bounds the
/// keys in memory.
pub(super) fn index_files(
    facts: &[Snapshot],
    old: &BuildState,
    retractions: &Retractions,
    max_keys: u64,
) -> Result<FileIndex, StatsError> {
    let (mut files, mut new) = (KnownFiles::new(), Vec::new());
    let mut new_rows: BTreeMap<&str, u64> = BTreeMap::new();
    for snapshot in facts {
        let Some(table) = ContractTable::find(&snapshot.table.name) else { continue };
        for (position, file) in snapshot.files.iter().enumerate() {
            let key = (table.name.to_owned(), file.name.clone());
            match old.files.get(&key) {
                Some(summary) => drop(files.insert(key, summary.clone())),
                None => {
                    *new_rows.entry(table.name).or_default() += file.rows.unwrap_or(0);
                    new.push(NewFile { table, file, position });
                }
            }
        }
    }
    let passes = |table: &str| new_rows.get(table).map_or(1, |rows| rows.div_ceil(max_keys).max(1));
    let known_sources: HashSet<(&str, i64)> = old
        .files
        .iter()
        .flat_map(|((table, _), file)| file.sources.iter().map(|own| (table.as_str(), own.source_file)))
        .collect();
    let summaries = workers::run_all(new, async |NewFile { table, file, position }| {
        let (passes, mut keys) = (passes(table.name), FileKeys::new(position));
        let summary = summarize(&file.path, table, |own| {
            if !known_sources.contains(&(table.name, own.source_file)) {
                keys.include(own.id);
                if pass_of(own.key.id, passes) == 0 {
                    keys.push(own.key);
                }
            }
        })?;
        keys.sort();
        Ok(((table.name, file.name.clone()), summary, keys))
    })?;
    let mut new_keys: BTreeMap<&str, Vec<FileKeys>> = BTreeMap::new();
    for ((table, file), summary, keys) in summaries {
        files.insert((table.to_owned(), file), summary);
        new_keys.entry(table).or_default().push(keys);
    }
    files.values_mut().for_each(|file| file.retract(retractions));
    let FactChanges { changed_from, reduced } = fact_changes(&old.files, &files);
    let mut moved = old.moved.clone();
    let is_movable = |snapshot: &&Snapshot| MOVABLE_TABLES.contains(&snapshot.table.name.as_str());
    for snapshot in facts.iter().filter(is_movable) {
        let name = snapshot.table.name.as_str();
        let Some(table) = ContractTable::find(name) else { continue };
        let search = |is_known: &(dyn Fn(i64) -> bool + Sync), passes, keys| {
            KeySearch { table, snapshot, files: &files, is_known, passes }.find(keys)
        };
        let found = if reduced.contains(name) {
            // A fact may have lost the versions that moved it.
            moved.retain(|(table, _), _| table != name);
            let rows: u64 = snapshot.files.iter().filter_map(|file| file.rows).sum();
            search(&|_| false, rows.div_ceil(max_keys).max(1), None)?
        } else {
            let keys = new_keys.remove(name).unwrap_or_default();
            search(&|source_file| known_sources.contains(&(name, source_file)), passes(name), Some(keys))?
        };
        moved.extend(found.into_iter().map(|(id, versions)| ((name.to_owned(), id), versions)));
    }
    Ok(FileIndex { files, moved, changed_from: changed_from.unwrap_or(i64::MAX) })
}

/// Number of keys that may be in memory at once.
pub(super) fn max_keys(memory: Option<usize>) -> u64 {
    const DEFAULT: u64 = 8_000_000;
    let bytes = memory.map_or(u64::MAX, |bytes| bytes as u64 / 8);
    (bytes / size_of::<FactKey>() as u64).clamp(100_000, DEFAULT)
}
