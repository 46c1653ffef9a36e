//! Plan of an ingest: the files of an inbox to read, and the earlier loads that they replace.

use std::collections::BTreeSet;

use slotcast_ingest::InboxFile;
use slotcast_lake::IngestRow;

use crate::{file_key::FileKey, file_ledger::FileLedger};

/// A file to read.
pub(super) struct PlannedFile<'a> {
    pub(super) file: &'a InboxFile,
    pub(super) key: &'a FileKey,
    /// Loads that it replaces.
    pub(super) replaces: Vec<&'a IngestRow>,
    /// Reason for reading a file that was loaded before under the same mapping.
    pub(super) read_again: Option<ReadAgain>,
}

/// Reason for reading a file again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadAgain {
    /// Its load was retracted.
    Retracted,
    /// It repeated rows of files that were retracted later.
    RepeatedRetracted,
}

/// Files of an inbox: those to read, those loaded before, and copies.
#[derive(Default)]
pub(super) struct IngestPlan<'a> {
    pub(super) files: Vec<PlannedFile<'a>>,
    pub(super) loaded_before: Vec<&'a str>,
    pub(super) duplicates: Vec<&'a str>,
    /// Files whose load was withdrawn.
    pub(super) withdrawn: Vec<&'a str>,
}

impl<'a> IngestPlan<'a> {
    /// Plan for the readable files of an inbox, without the files in `refused`. Withdrawn files are read only if
    /// `reload` names them.
    pub(super) fn new(
        inbox: &[(&'a InboxFile, &'a FileKey)],
        ledger: &'a FileLedger,
        refused: &BTreeSet<String>,
        reload: &[String],
    ) -> Self {
        let loaded = ledger.loaded_keys(&BTreeSet::new());
        let is_withdrawn = |file: &InboxFile, key: &FileKey| {
            !reload.contains(&file.name) && !loaded.contains(key) && ledger.withdrawn(key).is_some()
        };
        let (withdrawn, wanted): (Vec<_>, Vec<_>) = inbox
            .iter()
            .filter(|(file, _)| !refused.contains(&file.name))
            .partition(|(file, key)| is_withdrawn(file, key));
        let wanted = wanted.into_iter();
        let replacing = wanted.clone().filter(|(_, key)| !loaded.contains(key));
        let replaced = replacing.flat_map(|(file, key)| ledger.replaced_by(&file.name, key));
        let replaced: BTreeSet<i64> = replaced.map(|row| row.source_file_id).collect();
        let loaded = ledger.loaded_keys(&replaced);
        let withdrawn = withdrawn.into_iter().map(|(file, _)| file.name.as_str());
        let mut plan = Self { withdrawn: withdrawn.collect(), ..Self::default() };
        for (file, key) in wanted {
            let replaces = ledger.replaced_by(&file.name, key);
            let earlier = plan.files.iter_mut().find(|planned| planned.key == key);
            match earlier {
                _ if loaded.contains(key) => plan.loaded_before.push(&file.name),
                Some(earlier) => {
                    // The copy replaces its loads too: its rows are those of the earlier file.
                    earlier.replaces.extend(replaces);
                    plan.duplicates.push(&file.name);
                }
                None => {
                    let replaces = replaces.collect();
                    plan.files.push(PlannedFile { file, key, replaces, read_again: read_again(ledger, key) });
                }
            }
        }
        plan
    }

    /// Ids of the loads that are replaced.
    pub(super) fn replaced_files(&self) -> BTreeSet<i64> {
        let replaced = self.files.iter().flat_map(|planned| &planned.replaces);
        replaced.map(|row| row.source_file_id).collect()
    }
}

fn read_again(ledger: &FileLedger, key: &FileKey) -> Option<ReadAgain> {
    let mut earlier = ledger.loads_of(key).peekable();
    earlier.peek()?;
    let is_retracted = earlier.all(|row| row.retraction.is_some());
    Some(if is_retracted { ReadAgain::Retracted } else { ReadAgain::RepeatedRetracted })
}
