//! Search for facts that have moved: one id with versions in two places.
//!
//! Hashes of ids and places are compared first. Only the files of ids with two places are read again, and their rows
//! are compared as text. Ids that are new tonight are compared with each other, and with older files whose range of
//! ids overlaps theirs.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::Path,
};

use slotcast_lake::{Snapshot, contract::ContractTable};

use super::{
    fact_reader::{FactKey, KeyedRow, read_keys},
    known_files::KnownFiles,
    workers,
};
use crate::{
    error::StatsError,
    staging::{MovedVersion, VersionColumns},
};

/// Low bits of a place that number the file.
const FILE_BITS: u32 = 16;
/// Number of files from which on they share a number.
const LAST_FILE: usize = (1 << FILE_BITS) - 1;

/// Keys of the new facts of a file.
#[derive(Default)]
pub(super) struct FileKeys {
    file: u64,
    ids: Option<(String, String)>,
    keys: Vec<FactKey>,
}

impl FileKeys {
    pub(super) fn new(position: usize) -> Self {
        Self { file: position.min(LAST_FILE) as u64, ..Self::default() }
    }

    /// Extends the range of ids.
    pub(super) fn include(&mut self, id: &str) {
        match &mut self.ids {
            None => self.ids = Some((id.to_owned(), id.to_owned())),
            Some((first, _)) if id < first.as_str() => id.clone_into(first),
            Some((_, last)) if id > last.as_str() => id.clone_into(last),
            Some(_) => {}
        }
    }

    pub(super) fn push(&mut self, key: FactKey) {
        self.keys.push(FactKey { place: key.place >> FILE_BITS << FILE_BITS | self.file, ..key });
    }

    pub(super) fn sort(&mut self) {
        self.keys.sort_unstable();
    }
}

/// Pass in which an id is compared: each covers an equal range of hashes.
pub(super) fn pass_of(hash: u64, passes: u64) -> u64 {
    ((u128::from(hash) * u128::from(passes)) >> 64) as u64
}

/// Search in one table.
pub(super) struct KeySearch<'a> {
    pub(super) table: &'static ContractTable,
    pub(super) snapshot: &'a Snapshot,
    pub(super) files: &'a KnownFiles,
    /// Whether the facts of a source file were known to the last build.
    pub(super) is_known: &'a (dyn Fn(i64) -> bool + Sync),
    pub(super) passes: u64,
}

impl KeySearch<'_> {
    /// Moved facts that have new versions, with every version. `first` contains the new keys of the first pass.
    pub(super) fn find(
        &self,
        first: Option<Vec<FileKeys>>,
    ) -> Result<BTreeMap<String, Vec<MovedVersion>>, StatsError> {
        let mut first = first;
        let new_files: Option<Vec<usize>> =
            first.as_ref().map(|keys| keys.iter().map(|own| own.file as usize).collect());
        let mut ids: HashSet<u64> = HashSet::new();
        let mut files: BTreeSet<usize> = BTreeSet::new();
        for pass in 0..self.passes {
            let mut keys = match first.take() {
                Some(keys) => keys,
                None => self.new_keys(pass, new_files.as_deref())?,
            };
            keys.extend(self.known_keys(&keys)?);
            candidates(keys, &mut ids, &mut files);
        }
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.verified(&ids, &files)
    }

    fn path(&self, position: usize) -> &Path {
        &self.snapshot.files[position].path
    }

    /// New keys of a pass.
    fn new_keys(&self, pass: u64, files: Option<&[usize]>) -> Result<Vec<FileKeys>, StatsError> {
        let all = 0..self.snapshot.files.len();
        let wanted = |position: &usize| files.is_none_or(|files| files.contains(&(*position).min(LAST_FILE)));
        workers::run_all(all.filter(wanted).collect(), async |position| {
            let mut keys = FileKeys::new(position);
            read_keys(self.path(position), self.table, &[], |own| {
                if !(self.is_known)(own.source_file) && pass_of(own.key.id, self.passes) == pass {
                    keys.include(own.id);
                    keys.push(own.key);
                }
                Ok(())
            })?;
            keys.sort();
            Ok(keys)
        })
    }

    /// Keys of known facts whose ids are among the new ones.
    fn known_keys(&self, new: &[FileKeys]) -> Result<Vec<FileKeys>, StatsError> {
        let ranges: Vec<&(String, String)> = new.iter().filter_map(|own| own.ids.as_ref()).collect();
        let overlaps = |(first, last): &(String, String)| {
            ranges.iter().any(|(own_first, own_last)| own_first <= last && first <= own_last)
        };
        let may_match = |position: &usize| {
            let key = (self.table.name.to_owned(), self.snapshot.files[*position].name.clone());
            self.files.get(&key).is_some_and(|file| {
                file.sources.iter().any(|own| (self.is_known)(own.source_file))
                    && file.ids.as_ref().is_some_and(overlaps)
            })
        };
        let files: Vec<usize> = (0..self.snapshot.files.len()).filter(may_match).collect();
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let ids: HashSet<u64> = new.iter().flat_map(|own| &own.keys).map(|key| key.id).collect();
        workers::run_all(files, async |position| {
            let mut keys = FileKeys::new(position);
            read_keys(self.path(position), self.table, &[], |own| {
                if (self.is_known)(own.source_file) && ids.contains(&own.key.id) {
                    keys.push(own.key);
                }
                Ok(())
            })?;
            keys.sort();
            Ok(keys)
        })
    }

    /// Versions of these ids in these files, if they lie in two places.
    fn verified(
        &self,
        ids: &HashSet<u64>,
        files: &BTreeSet<usize>,
    ) -> Result<BTreeMap<String, Vec<MovedVersion>>, StatsError> {
        let all = 0..self.snapshot.files.len();
        let files = all.filter(|position| files.contains(&(*position).min(LAST_FILE))).collect();
        let found = workers::run_all(files, async |position| {
            let mut versions = Vec::new();
            let further = ["recorded_at", "known_at", "line"];
            read_keys(self.path(position), self.table, &further, |own: KeyedRow<'_>| {
                if ids.contains(&own.key.id) {
                    let order = VersionColumns::new(own.batch)?.order(own.row);
                    let (entity, occurred_at) = (own.entity.to_owned(), own.time);
                    versions.push((own.id.to_owned(), MovedVersion { order, entity, occurred_at }));
                }
                Ok(())
            })?;
            Ok(versions)
        })?;
        let mut versions: BTreeMap<String, Vec<MovedVersion>> = BTreeMap::new();
        for (id, version) in found.into_iter().flatten() {
            versions.entry(id).or_default().push(version);
        }
        let has_time = self.table.name != "order_events";
        let place = |own: &MovedVersion| (own.entity.clone(), has_time.then_some(own.occurred_at));
        versions.retain(|_, own| own.iter().map(place).collect::<BTreeSet<_>>().len() > 1);
        versions.values_mut().for_each(|own| own.sort());
        Ok(versions)
    }
}

/// Adds the ids that have two places, and the files of their rows.
fn candidates(keys: Vec<FileKeys>, ids: &mut HashSet<u64>, files: &mut BTreeSet<usize>) {
    let mut all: Vec<FactKey> = Vec::with_capacity(keys.iter().map(|own| own.keys.len()).sum());
    keys.into_iter().for_each(|own| all.extend(own.keys));
    // The keys of each file are sorted already.
    all.sort();
    let place = |key: &FactKey| key.place >> FILE_BITS;
    for versions in all.chunk_by(|a, b| a.id == b.id).filter(|versions| versions.len() > 1) {
        if versions.iter().any(|key| place(key) != place(&versions[0])) {
            ids.insert(versions[0].id);
            files.extend(versions.iter().map(|key| key.place as usize & LAST_FILE));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_with_two_places_are_candidates() {
        let file = |position, keys: &[(u64, u64)]| {
            let mut own = FileKeys::new(position);
            keys.iter().for_each(|(id, place)| own.push(FactKey { id: *id, place: place << FILE_BITS }));
            own.sort();
            own
        };
        // Id 1 moves, id 2 is corrected in its place, id 3 is alone, id 4 moves within one file.
        let keys =
            vec![file(0, &[(3, 7), (1, 7), (2, 7)]), file(5, &[(2, 7), (1, 8)]), file(9, &[(4, 1), (4, 2)])];
        let (mut ids, mut files) = (HashSet::new(), BTreeSet::new());
        candidates(keys, &mut ids, &mut files);
        assert_eq!((ids, files), (HashSet::from([1, 4]), BTreeSet::from([0, 5, 9])));
    }

    #[test]
    fn passes_divide_the_hashes() {
        assert_eq!([0, u64::MAX].map(|hash| pass_of(hash, 1)), [0, 0]);
        assert_eq!([0, u64::MAX / 2, u64::MAX / 2 + 1, u64::MAX].map(|hash| pass_of(hash, 2)), [0, 0, 1, 1]);
    }
}
