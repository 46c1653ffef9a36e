//! Session tables about the facts themselves: the last fact of each table, and the campaigns in order facts.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
    datatypes::DataType,
};
use slotcast_lake::{
    Snapshot,
    contract::{ContractTable, instant_type},
};

use super::builder::Builder;
use crate::{engine::schema_of, error::StatsError};

impl Builder<'_> {
    /// Table `fact_tables`: tables of timed facts with the time of their last fact.
    pub(super) fn fact_tables(&self) -> Result<RecordBatch, StatsError> {
        let is_timed = |snapshot: &&Snapshot| {
            let table = ContractTable::find(&snapshot.table.name);
            table.is_some_and(|table| table.event_time.is_some())
        };
        let last = |snapshot: &Snapshot| {
            let spans = snapshot.files.iter().filter_map(|file| file.time_range);
            let last = spans.map(|span| span.last).max();
            last.map(|last| (snapshot.table.name.clone(), last.min(self.as_of())))
        };
        let timed = self.facts.iter().filter(is_timed);
        let (names, lasts): (Vec<String>, Vec<i64>) = timed.filter_map(last).unzip();
        let lasts = TimestampMicrosecondArray::from(lasts).with_timezone("UTC");
        let names = StringArray::from_iter_values(names);
        let schema = schema_of([("table_name", DataType::Utf8), ("last_at", instant_type())]);
        Ok(RecordBatch::try_new(schema, vec![Arc::new(names), Arc::new(lasts)])?)
    }

    /// Table `fact_campaigns`: campaigns of order facts, known or not, with their row counts.
    pub(super) fn fact_campaigns(&self) -> Result<RecordBatch, StatsError> {
        let mut rows: BTreeMap<&str, i64> = BTreeMap::new();
        for (campaign, count) in self.new.files.values().flat_map(|file| &file.campaigns) {
            *rows.entry(campaign).or_default() += i64::try_from(*count).unwrap_or(i64::MAX);
        }
        let ids = StringArray::from_iter_values(rows.keys());
        let counts = Int64Array::from_iter_values(rows.values().copied());
        let schema = schema_of([("campaign_id", DataType::Utf8), ("rows", DataType::Int64)]);
        Ok(RecordBatch::try_new(schema, vec![Arc::new(ids), Arc::new(counts)])?)
    }
}
