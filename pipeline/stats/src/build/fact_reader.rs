//! Reads a file of facts once: its summary, and the keys of the facts that may move.

use std::{collections::BTreeMap, path::Path};

use arrow::{
    array::{Array, AsArray, DictionaryArray, RecordBatch, StringArray, StringViewArray},
    datatypes::Int32Type,
};
use hashbrown::HashMap;
use slotcast_lake::contract::{ContractTable, week_of};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::known_files::{KnownFile, SourceRows};
use crate::{
    engine::required_column,
    error::StatsError,
    staging::{IdDictionary, counts, instants, read_columns},
};

const DAY_MICROS: i64 = 86_400_000_000;

/// Columns that identify a fact, and the place to which it belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyColumns {
    pub(super) id: &'static str,
    /// Campaign or product.
    pub(super) entity: &'static str,
    /// Whether the time belongs to the place as well.
    pub(super) has_time: bool,
}

/// Tables whose facts have an id of their own, so that a correction may move them.
pub(super) const MOVABLE_TABLES: [&str; 2] = ["order_events", "social_signals"];

impl KeyColumns {
    /// Key columns of a table; none if its key contains the place.
    pub(super) fn of(table: &str) -> Option<Self> {
        match table {
            "order_events" => Some(Self { id: "event_id", entity: "campaign_id", has_time: false }),
            "social_signals" => Some(Self { id: "signal_id", entity: "product_id", has_time: true }),
            _ => None,
        }
    }
}

/// Hashes of the id of a fact and of its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FactKey {
    pub(super) id: u64,
    pub(super) place: u64,
}

/// A row of a table whose facts may move.
pub(super) struct KeyedRow<'a> {
    pub(super) batch: &'a RecordBatch,
    pub(super) row: usize,
    pub(super) source_file: i64,
    pub(super) id: &'a str,
    pub(super) entity: &'a str,
    pub(super) time: i64,
    pub(super) key: FactKey,
}

/// Calls `each` for the rows of a batch that have an id.
pub(super) fn for_each_key(
    batch: &RecordBatch,
    columns: KeyColumns,
    time: &str,
    mut each: impl FnMut(KeyedRow<'_>) -> Result<(), StatsError>,
) -> Result<(), StatsError> {
    let ids = required_column(batch, columns.id)?.as_string_view_opt();
    let ids: &StringViewArray = ids.ok_or_else(|| StatsError::Internal("an id is not text".to_owned()))?;
    if ids.null_count() == ids.len() {
        return Ok(());
    }
    let (times, source_files) = (instants(batch, time)?.values(), counts(batch, "source_file_id")?.values());
    let entities: &DictionaryArray<Int32Type> = required_column(batch, columns.entity)?.as_dictionary();
    let texts: &StringArray = entities.values().as_string();
    let hashes: Vec<u64> = (0..texts.len()).map(|row| xxh3_64(texts.value(row).as_bytes())).collect();
    for row in 0..batch.num_rows() {
        let Some(entity) = entities.key(row).filter(|_| ids.is_valid(row)) else { continue };
        let (id, time) = (ids.value(row), times[row]);
        let place = match columns.has_time {
            true => xxh3_64_with_seed(&time.to_le_bytes(), hashes[entity]),
            false => hashes[entity],
        };
        let key = FactKey { id: xxh3_64(id.as_bytes()), place };
        let (source_file, entity) = (source_files[row], texts.value(entity));
        each(KeyedRow { batch, row, source_file, id, entity, time, key })?;
    }
    Ok(())
}

/// Reads the rows of a file that have an id, with these further columns.
pub(super) fn read_keys(
    path: &Path,
    table: &'static ContractTable,
    further: &[&str],
    mut each: impl FnMut(KeyedRow<'_>) -> Result<(), StatsError>,
) -> Result<(), StatsError> {
    let Some(columns) = KeyColumns::of(table.name) else { return Ok(()) };
    let mut names = vec![columns.id, columns.entity, table.time_column(), "source_file_id"];
    names.extend(further);
    read_columns(path, &names, |batch| for_each_key(&batch, columns, table.time_column(), &mut each))
}

/// Reads the summary of a file, and calls `each` for its rows with an id.
pub(super) fn summarize(
    path: &Path,
    table: &'static ContractTable,
    mut each: impl FnMut(KeyedRow<'_>),
) -> Result<KnownFile, StatsError> {
    let (has_campaigns, keys) = (table.name.starts_with("order_"), KeyColumns::of(table.name));
    let mut names = vec![table.time_column(), "known_at", "source_file_id"];
    names.extend(has_campaigns.then_some("campaign_id"));
    names.extend(keys.iter().flat_map(|own| [own.id, own.entity]));
    let mut dictionary = IdDictionary::default();
    let mut rows_of: Vec<u64> = Vec::new();
    let mut sources = SourceCounts::default();
    let mut ids: Option<(String, String)> = None;
    read_columns(path, &names, |batch| {
        sources.add(&batch, table.time_column())?;
        if has_campaigns {
            let campaigns = dictionary.encode(required_column(&batch, "campaign_id")?)?;
            for key in (0..batch.num_rows()).filter_map(|row| campaigns.get(row)) {
                let key = key as usize;
                rows_of.resize(rows_of.len().max(key + 1), 0);
                rows_of[key] += 1;
            }
        }
        let Some(columns) = keys else { return Ok(()) };
        for_each_key(&batch, columns, table.time_column(), |own| {
            match &mut ids {
                None => ids = Some((own.id.to_owned(), own.id.to_owned())),
                Some((first, _)) if own.id < first.as_str() => own.id.clone_into(first),
                Some((_, last)) if own.id > last.as_str() => own.id.clone_into(last),
                Some(_) => {}
            }
            each(own);
            Ok(())
        })
    })?;
    let campaigns = dictionary.texts().map(str::to_owned).zip(rows_of);
    let campaigns: BTreeMap<String, u64> = campaigns.filter(|(_, rows)| *rows > 0).collect();
    Ok(KnownFile { campaigns, sources: sources.rows, ids, ..KnownFile::default() })
}

/// Rows by source file and week.
#[derive(Default)]
struct SourceCounts {
    rows: Vec<SourceRows>,
    positions: HashMap<(i64, i64), usize>,
}

impl SourceCounts {
    fn add(&mut self, batch: &RecordBatch, time: &str) -> Result<(), StatsError> {
        let (times, known) = (instants(batch, time)?.values(), instants(batch, "known_at")?.values());
        let source_files = counts(batch, "source_file_id")?.values();
        let mut last = ((i64::MIN, i64::MIN), 0);
        for ((at, known_at), source_file) in times.iter().zip(known).zip(source_files) {
            let key = (*source_file, week_of(*at));
            if key != last.0 {
                last = (key, *self.positions.entry(key).or_insert(self.rows.len()));
            }
            if last.1 == self.rows.len() {
                let (first_at, last_at, known_from) = (*at, *at, *known_at);
                let source_file = *source_file;
                self.rows.push(SourceRows { source_file, rows: 0, first_at, last_at, known_from, ahead: 0 });
            }
            let own = &mut self.rows[last.1];
            own.rows += 1;
            own.first_at = own.first_at.min(*at);
            own.last_at = own.last_at.max(*at);
            own.known_from = own.known_from.min(*known_at);
            own.ahead += u64::from(*at > known_at.saturating_add(DAY_MICROS));
        }
        Ok(())
    }
}
