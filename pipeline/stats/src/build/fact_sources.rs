//! Session table `fact_sources`: source files of timed facts, with the rows whose times are implausible.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
    datatypes::DataType,
};
use chrono::{DateTime, SecondsFormat, Utc};
use slotcast_lake::contract::{ContractTable, instant_type};

use super::{builder::Builder, dimensions::PLAUSIBLE_LEAD, workers};
use crate::{
    engine::schema_of,
    error::StatsError,
    staging::{counts, instants, read_columns},
};

const DAY_MICROS: i64 = 86_400_000_000;

/// Rows of one source file in one table.
#[derive(Clone, Debug)]
struct FactSource {
    rows: i64,
    first_at: i64,
    last_at: i64,
    before_market: i64,
    after_known: i64,
    /// Line and time of the first implausible row.
    first_example: Option<(i64, i64)>,
}

/// Fact sources by table and source file.
type FactSources = BTreeMap<(&'static str, i64), FactSource>;

/// Rows with implausible times by table and source file: before the market, after they were known, line and time of
/// the first.
type ImplausibleRows = BTreeMap<(&'static str, i64), (i64, i64, (i64, i64))>;

impl Builder<'_> {
    /// Times outside of which no fact is plausible: a year before the market, and a day after as_of.
    fn plausible_times(&self) -> (i64, i64) {
        let first = self.dimensions.market_first.map_or(i64::MIN, |first| first - PLAUSIBLE_LEAD);
        (first, self.as_of().saturating_add(DAY_MICROS))
    }

    /// Table `fact_sources`. Retracted files are left out.
    pub(super) fn fact_sources(&self) -> Result<RecordBatch, StatsError> {
        let (plausible_from, plausible_until) = self.plausible_times();
        let mut sources = FactSources::new();
        let mut suspicious = Vec::new();
        for ((table, name), file) in &self.new.files {
            let Some(table) = ContractTable::find(table).filter(|table| table.event_time.is_some()) else {
                continue;
            };
            let counted = file.sources.iter().filter(|own| self.retractions.known(own.source_file).is_none());
            let mut is_suspicious = false;
            for own in counted {
                let source = sources.entry((table.name, own.source_file)).or_insert(FactSource {
                    rows: 0,
                    first_at: i64::MAX,
                    last_at: i64::MIN,
                    before_market: 0,
                    after_known: 0,
                    first_example: None,
                });
                source.rows += i64::try_from(own.rows).unwrap_or(i64::MAX);
                source.first_at = source.first_at.min(own.first_at);
                source.last_at = source.last_at.max(own.last_at);
                is_suspicious |=
                    own.first_at < plausible_from || own.last_at > plausible_until || own.ahead > 0;
            }
            if is_suspicious {
                suspicious.push((table, name));
            }
        }
        for implausible in workers::run_all(suspicious, async |(table, name)| self.implausible(table, name))?
        {
            for (key, (before_market, after_known, example)) in implausible {
                let Some(source) = sources.get_mut(&key) else { continue };
                source.before_market += before_market;
                source.after_known += after_known;
                source.first_example = [source.first_example, Some(example)].into_iter().flatten().min();
            }
        }
        self.fact_sources_table(&sources)
    }

    /// Rows of a file with implausible times, by source file: before the market, after they were known, the first.
    fn implausible(&self, table: &'static ContractTable, name: &str) -> Result<ImplausibleRows, StatsError> {
        let (plausible_from, plausible_until) = self.plausible_times();
        let mut found = BTreeMap::new();
        let files = self.snapshot(table.name).map_or(&[][..], |snapshot| &snapshot.files);
        let Some(file) = files.iter().find(|file| file.name == name) else { return Ok(found) };
        let columns = [table.time_column(), "known_at", "source_file_id", "line"];
        read_columns(&file.path, &columns, |batch| {
            let (times, known) = (instants(&batch, columns[0])?, instants(&batch, columns[1])?);
            let (source_files, lines) = (counts(&batch, columns[2])?, counts(&batch, columns[3])?);
            for row in 0..batch.num_rows() {
                let (at, known_at) = (times.value(row), known.value(row));
                let is_before = at < plausible_from;
                let is_after = at > plausible_until.min(known_at.saturating_add(DAY_MICROS));
                if is_before || is_after {
                    let example = (lines.value(row), at);
                    let key = (table.name, source_files.value(row));
                    let own = found.entry(key).or_insert((0, 0, example));
                    *own = (own.0 + i64::from(is_before), own.1 + i64::from(is_after), own.2.min(example));
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn fact_sources_table(&self, sources: &FactSources) -> Result<RecordBatch, StatsError> {
        let name = |id: i64| {
            let name = self.context.source_files.name(id);
            name.map_or_else(|| format!("source file {id}"), str::to_owned)
        };
        let example = |source: &FactSource| {
            let (line, at) = source.first_example?;
            let at: DateTime<Utc> = DateTime::from_timestamp_micros(at)?;
            Some(format!("line {line}: {}", at.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
        };
        let number = |value: fn(&FactSource) -> i64| -> ArrayRef {
            Arc::new(Int64Array::from_iter_values(sources.values().map(value)))
        };
        let instant = |value: fn(&FactSource) -> i64| -> ArrayRef {
            let values: Vec<i64> = sources.values().map(value).collect();
            Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC"))
        };
        let schema = schema_of([
            ("table_name", DataType::Utf8),
            ("source_file_id", DataType::Int64),
            ("file", DataType::Utf8),
            ("rows", DataType::Int64),
            ("first_at", instant_type()),
            ("last_at", instant_type()),
            ("rows_before_market", DataType::Int64),
            ("rows_after_known", DataType::Int64),
            ("first_example", DataType::Utf8),
        ]);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(sources.keys().map(|(table, _)| *table))),
            Arc::new(Int64Array::from_iter_values(sources.keys().map(|(_, id)| *id))),
            Arc::new(StringArray::from_iter_values(sources.keys().map(|(_, id)| name(*id)))),
            number(|source| source.rows),
            instant(|source| source.first_at),
            instant(|source| source.last_at),
            number(|source| source.before_market),
            number(|source| source.after_known),
            Arc::new(sources.values().map(example).collect::<StringArray>()),
        ];
        Ok(RecordBatch::try_new(schema, columns)?)
    }
}
