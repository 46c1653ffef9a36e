//! Index of the files of facts: the campaigns of each, and the time from which facts have changed.

use std::{collections::BTreeMap, path::Path};

use slotcast_lake::{DataFile, Snapshot, contract};

use super::{
    build_state::{KnownFile, KnownFiles},
    workers,
};
use crate::{
    engine::required_column,
    error::StatsError,
    staging::{IdDictionary, instants, read_columns},
};

/// Files of facts in the lake.
pub(super) struct FileIndex {
    pub(super) files: KnownFiles,
    /// First time at which facts were known that an earlier build did not see.
    pub(super) changed_from: i64,
}

/// Summarizes the files that the last build did not know.
pub(super) fn index_files(facts: &[Snapshot], known: &KnownFiles) -> Result<FileIndex, StatsError> {
    let (mut files, mut new) = (KnownFiles::new(), Vec::new());
    for snapshot in facts {
        let table = &snapshot.table.name;
        for file in &snapshot.files {
            let key = (table.clone(), file.name.clone());
            match known.get(&key) {
                Some(summary) => drop(files.insert(key, summary.clone())),
                None => new.push((key, file.clone())),
            }
        }
    }
    let summaries = workers::run_all(new, async |(key, file): ((String, String), DataFile)| {
        let has_campaigns = key.0.starts_with("order_");
        let (campaigns, known_from) = summarize(&file.path, has_campaigns)?;
        let week = file.time_range.map_or(0, |span| contract::week_of(span.first));
        Ok((key, KnownFile { rows: file.rows.unwrap_or(0), known_from, week, campaigns }))
    })?;
    // Compaction moves rows between files of a week. Rows removed and added then cancel out: nothing has changed.
    let mut row_changes: BTreeMap<(&str, i64), i128> = BTreeMap::new();
    for ((table, _), file) in known.iter().filter(|(key, _)| !files.contains_key(*key)) {
        *row_changes.entry((table.as_str(), file.week)).or_default() -= i128::from(file.rows);
    }
    for ((table, _), file) in &summaries {
        if let Some(rows) = row_changes.get_mut(&(table.as_str(), file.week)) {
            *rows += i128::from(file.rows);
        }
    }
    let is_change = |table: &str, file: &KnownFile| row_changes.get(&(table, file.week)) != Some(&0);
    let changed = summaries.iter().filter(|((table, _), file)| is_change(table, file));
    let changed_from = changed.map(|(_, file)| file.known_from).min().unwrap_or(i64::MAX);
    files.extend(summaries);
    Ok(FileIndex { files, changed_from })
}

/// Campaigns of a file with their row counts, and the time at which its first row was known.
fn summarize(path: &Path, has_campaigns: bool) -> Result<(BTreeMap<String, u64>, i64), StatsError> {
    let columns: &[&str] = if has_campaigns { &["campaign_id", "known_at"] } else { &["known_at"] };
    let mut dictionary = IdDictionary::default();
    let mut counts: Vec<u64> = Vec::new();
    let mut known_from = i64::MAX;
    read_columns(path, columns, |batch| {
        let known = instants(&batch, "known_at")?;
        known_from = known.values().iter().copied().fold(known_from, i64::min);
        if has_campaigns {
            let campaigns = dictionary.encode(required_column(&batch, "campaign_id")?)?;
            for key in (0..batch.num_rows()).filter_map(|row| campaigns.get(row)) {
                let key = key as usize;
                counts.resize(counts.len().max(key + 1), 0);
                counts[key] += 1;
            }
        }
        Ok(())
    })?;
    let campaigns = dictionary.texts().map(str::to_owned).zip(counts);
    Ok((campaigns.filter(|(_, rows)| *rows > 0).collect(), known_from))
}
