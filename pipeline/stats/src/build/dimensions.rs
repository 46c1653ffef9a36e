//! Dimensions: makers, products, campaigns, candidates and the calendar, which every step may read.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Range, RangeInclusive},
    sync::Arc,
};

use arrow::{
    array::{Array, AsArray, BooleanArray, Int64Array, RecordBatch},
    compute::{cast, filter_record_batch},
    datatypes::{DataType, Date32Type, Field, Int64Type, Schema, TimestampMicrosecondType},
};
use chrono::{DateTime, TimeDelta, Utc};
use slotcast_core::Slot;
use slotcast_lake::{
    Snapshot,
    contract::{ContractTable, TABLES},
};

use super::{
    context::BuildContext,
    fingerprint::{row_fingerprints, rows_fingerprint},
    known_files::KnownFiles,
};
use crate::{
    calendar::{self, DayIndex, day_number},
    engine::{MemoryLimit, QueryResult, Session, empty_table, memory_table, parquet_table, required_column},
    error::StatsError,
    registry::BuildStep,
    staging::{Retractions, stage_entities, with_opening_slots},
};

const CALENDAR_TABLES: [&str; 3] = ["slots", "zone_offsets", "settings"];

/// Time in microseconds by which facts may precede the first slot of the market. Earlier ones have implausible times:
/// the calendar does not cover the years between.
pub(super) const PLAUSIBLE_LEAD: i64 = 366 * 86_400_000_000;

/// Terms of a campaign, as far as they decide what is rebuilt.
#[derive(Clone, Debug)]
pub(super) struct CampaignTerms {
    /// Slot of the current version, else of the version that held last, as a day number.
    pub(super) slot: i32,
    /// Time until which that version held.
    held_until: i64,
    /// Fingerprint of all versions.
    pub(super) fingerprint: u128,
    /// Times at which the campaign opens, closes and settles, in microseconds.
    pub(super) transitions: BTreeSet<i64>,
    /// Days from the announcement to the close, with a margin.
    pub(super) days: (i32, i32),
}

/// The small tables, with the campaigns and slots found in them.
pub(super) struct Dimensions {
    tables: Vec<(&'static str, QueryResult)>,
    pub(super) campaigns: BTreeMap<String, CampaignTerms>,
    /// Slots of the market, after those of facts that lie far before it.
    pub(super) slots: Vec<Slot>,
    /// Number of slots far before the market.
    pub(super) isolated_slots: usize,
    /// Dates of the slots as day numbers.
    pub(super) slot_days: Vec<i32>,
    /// Day after the last day of each slot.
    slot_ends: Vec<i32>,
    /// First opening of a campaign or date of a candidate, in microseconds.
    pub(super) market_first: Option<i64>,
    pub(super) days: DayIndex,
    /// Fingerprint of all entities.
    pub(super) fingerprint: String,
}

impl Dimensions {
    pub(super) async fn open(
        facts: &[Snapshot],
        files: &KnownFiles,
        retractions: &Retractions,
        context: &BuildContext,
        memory: &MemoryLimit,
    ) -> Result<Self, StatsError> {
        let session = Session::new(context.as_of, memory, 1)?;
        for table in &TABLES {
            let provider = match facts.iter().find(|snapshot| snapshot.table.name == table.name) {
                Some(snapshot) => parquet_table(snapshot)?,
                None => empty_table(table.fact_schema(&[]))?,
            };
            session.put_into("facts", table.name, provider)?;
        }
        let MarketBounds { first, last, market_first } = bounds(&session, files, context).await?;
        let calendar = &context.calendar;
        // A candidate's slot opens some hours after midnight of its date; features look back 60 days before T.
        let (first, last) = (first - TimeDelta::days(100), last + TimeDelta::days(8));
        let market = calendar.slots_between(first, last);
        let mut slots = isolated_slots(files, context, &market);
        let isolated_slots = slots.len();
        slots.extend(market);
        let days = DayIndex::covering(calendar, first, last);
        let opening_time = calendar.opening_time() - chrono::NaiveTime::MIN;
        let mut tables = vec![
            ("slots", calendar::slots(&slots)?.into()),
            ("zone_offsets", calendar::zone_offsets(calendar.zone(), first, last)?.into()),
            (
                "settings",
                calendar::settings(context.refund_window, opening_time, context.currency.as_deref())?.into(),
            ),
        ];
        for (name, rows) in &tables {
            session.put_rows(name, rows)?;
        }
        for table in TABLES.iter().filter(|table| table.event_time.is_none()) {
            let known = format!("SELECT * FROM facts.{} WHERE known_at <= $as_of", table.name);
            let known = session.plan(&known).await?;
            let schema = Arc::clone(known.schema().inner());
            let key = table.columns.iter().find(|column| column.key).expect("every table has a key");
            let mut staged = stage_entities(&schema, &known.collect().await?, key.name, retractions)?;
            if table.name == "campaigns" {
                staged = with_opening_slots(&staged, &slots)?;
            }
            session.put_into("staged", table.name, memory_table(&staged.into())?)?;
        }
        for relation in BuildStep::Dimensions.relations() {
            let rows = session.rows(relation.sql).await.map_err(StatsError::relation(relation.name))?;
            session.put_rows(relation.name, &rows)?;
            tables.push((relation.name, rows));
        }
        let slot_days = slots.iter().map(|slot| day_number(slot.date)).collect();
        let slot_ends = slots.iter().map(|slot| day_number(calendar.following(slot).date)).collect();
        // The calendar grows with as_of; that alone changes no result.
        let entities = tables.iter().filter(|(name, _)| !CALENDAR_TABLES.contains(name));
        let fingerprint = rows_fingerprint(entities.flat_map(|(_, rows)| &rows.batches))?;
        let mut dimensions = Self {
            tables,
            campaigns: BTreeMap::new(),
            slots,
            isolated_slots,
            slot_days,
            slot_ends,
            market_first,
            days,
            fingerprint,
        };
        dimensions.read_campaigns(context)?;
        Ok(dimensions)
    }

    /// Schemas of every small table.
    pub(super) fn schemas(&self) -> Vec<&Schema> {
        self.tables.iter().map(|(_, rows)| rows.schema.as_ref()).collect()
    }

    /// Registers every small table.
    pub(super) fn put_all(&self, session: &Session) -> Result<(), StatsError> {
        self.tables.iter().try_for_each(|(name, rows)| session.put_rows(name, rows))
    }

    /// Registers the tables that orders need, restricted to campaigns with a surrogate key.
    pub(super) fn put_campaigns(
        &self,
        session: &Session,
        keys: &BTreeMap<&str, i64>,
    ) -> Result<(), StatsError> {
        session.put_rows("settings", self.table("settings"))?;
        for name in ["stg_campaigns", "stg_campaign_slots"] {
            session.put_rows(name, &with_campaign_keys(self.table(name), keys)?)?;
        }
        Ok(())
    }

    /// A small table by name.
    pub(super) fn table(&self, name: &str) -> &QueryResult {
        let found = self.tables.iter().find(|(own, _)| *own == name);
        &found.expect("every dimension is registered").1
    }

    fn read_campaigns(&mut self, context: &BuildContext) -> Result<(), StatsError> {
        let rows = self.table("stg_campaign_slots").clone();
        let window = context.refund_window.num_microseconds().unwrap_or(i64::MAX);
        for batch in &rows.batches {
            let ids = cast(required_column(batch, "campaign_id")?, &DataType::Utf8)?;
            let instants = |name: &str| {
                Ok::<_, StatsError>(
                    required_column(batch, name)?.as_primitive::<TimestampMicrosecondType>().clone(),
                )
            };
            let (opens, closes, superseded) =
                (instants("opens_at")?, instants("closes_at")?, instants("superseded_at")?);
            let slots = required_column(batch, "slot_date")?.as_primitive::<Date32Type>().clone();
            for (row, version) in row_fingerprints(batch)?.into_iter().enumerate() {
                let id = ids.as_string::<i32>().value(row).to_owned();
                let (opens, closes) = (opens.value(row), closes.value(row));
                let own = self.campaigns.entry(id).or_insert_with(|| CampaignTerms {
                    slot: slots.value(row),
                    held_until: i64::MIN,
                    fingerprint: 0,
                    transitions: BTreeSet::new(),
                    days: (i32::MAX, i32::MIN),
                });
                own.fingerprint = own.fingerprint.wrapping_add(version);
                own.transitions.extend([opens + 1, closes, closes.saturating_add(window)]);
                let held_until = if superseded.is_null(row) { i64::MAX } else { superseded.value(row) };
                if held_until > own.held_until {
                    (own.slot, own.held_until) = (slots.value(row), held_until);
                }
                if superseded.is_null(row) {
                    own.days = (self.days.day(opens) - 30, self.days.day(closes) + 1);
                }
            }
        }
        Ok(())
    }

    /// Slot of a local day: the last slot date at or before it.
    pub(super) fn slot_of_day(&self, day: i32) -> i32 {
        let index = self.slot_days.partition_point(|slot| *slot <= day);
        self.slot_days[index.saturating_sub(1)]
    }

    /// Instants of the local days from one slot date to the next, in microseconds.
    pub(super) fn span_of_slot(&self, slot_day: i32) -> Range<i64> {
        self.days.midnight(slot_day)..self.days.midnight(self.day_after_slot(slot_day))
    }

    /// Day after the last day of a slot.
    pub(super) fn day_after_slot(&self, slot_day: i32) -> i32 {
        let index = self.slot_days.binary_search(&slot_day);
        index.map_or(slot_day + 7, |index| self.slot_ends[index])
    }

    /// Slots whose days contain an instant from `first` to `last`.
    pub(super) fn slots_between(&self, first: i64, last: i64) -> impl Iterator<Item = i32> + '_ {
        self.slots_in(self.slot_of_day(self.days.day(first))..=self.slot_of_day(self.days.day(last)))
    }

    /// Slot dates within a range of days.
    pub(super) fn slots_in(&self, days: RangeInclusive<i32>) -> impl Iterator<Item = i32> + '_ {
        self.slot_days.iter().copied().filter(move |day| days.contains(day))
    }
}

/// First and last instant of the market and its facts.
struct MarketBounds {
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    /// First opening of a campaign or date of a candidate, in microseconds.
    market_first: Option<i64>,
}

async fn bounds(
    session: &Session,
    files: &KnownFiles,
    context: &BuildContext,
) -> Result<MarketBounds, StatsError> {
    let bounds = session
        .query(
            "SELECT CAST(min(opens_at) AS BIGINT) AS first, CAST(max(closes_at) AS BIGINT) AS last FROM facts.campaigns \
             UNION ALL \
             SELECT CAST(CAST(min(slot_date) AS TIMESTAMP) AS BIGINT) / 1000, \
             CAST(CAST(max(slot_date) AS TIMESTAMP) AS BIGINT) / 1000 FROM facts.candidates",
        )
        .await?;
    let edges = |name: &str| -> Result<Vec<i64>, StatsError> {
        let mut all = Vec::new();
        for batch in &bounds {
            all.extend(required_column(batch, name)?.as_primitive::<Int64Type>().iter().flatten());
        }
        Ok(all)
    };
    let market_first = edges("first")?.into_iter().min();
    let scored = context.scored.slot.opens_at;
    let mut first = context.as_of.min(scored).timestamp_micros().min(market_first.unwrap_or(i64::MAX));
    let last = edges("last")?.into_iter().chain([context.as_of.max(scored).timestamp_micros()]).max();
    let plausible_from = first.saturating_sub(PLAUSIBLE_LEAD);
    // Facts after as_of are invisible, so only the start of a file counts.
    for own in files.values().flat_map(|file| &file.sources).filter(|own| own.first_at >= plausible_from) {
        first = first.min(own.first_at);
    }
    let instant = |micros| DateTime::from_timestamp_micros(micros).unwrap_or(context.as_of);
    Ok(MarketBounds { first: instant(first), last: last.map_or(context.as_of, instant), market_first })
}

/// Slots of events that lie far before the market. The slots between belong to no fact.
fn isolated_slots(files: &KnownFiles, context: &BuildContext, market: &[Slot]) -> Vec<Slot> {
    let Some(first_slot) = market.first() else { return Vec::new() };
    let market_from = first_slot.opens_at.timestamp_micros();
    let is_timed = |table: &str| ContractTable::find(table).is_some_and(|own| own.event_time.is_some());
    let timed = files.iter().filter(|((table, _), _)| is_timed(table)).flat_map(|(_, file)| &file.sources);
    let mut slots = BTreeMap::new();
    for own in timed.filter(|own| own.first_at < market_from) {
        let instant = |micros| DateTime::from_timestamp_micros(micros).unwrap_or(context.as_of);
        // The morning of an opening belongs to the days of the slot that opens.
        let last = instant(own.last_at.min(market_from)) + TimeDelta::days(1);
        let own = context.calendar.slots_between(instant(own.first_at), last);
        slots.extend(own.into_iter().map(|slot| (slot.date, slot)));
    }
    slots.into_values().filter(|slot| slot.date < first_slot.date).collect()
}

/// Versions of the campaigns that have a surrogate key, with the column `campaign_key`.
fn with_campaign_keys(rows: &QueryResult, keys: &BTreeMap<&str, i64>) -> Result<QueryResult, StatsError> {
    let mut fields = rows.schema.fields().iter().cloned().collect::<Vec<_>>();
    fields.push(Arc::new(Field::new("campaign_key", DataType::Int64, true)));
    let schema = Arc::new(Schema::new(fields));
    let mut batches = Vec::new();
    for batch in &rows.batches {
        let ids = cast(required_column(batch, "campaign_id")?, &DataType::Utf8)?;
        let row_keys: Vec<Option<i64>> =
            ids.as_string::<i32>().iter().map(|id| id.and_then(|id| keys.get(id).copied())).collect();
        let mask: BooleanArray = row_keys.iter().map(|key| Some(key.is_some())).collect();
        let kept = filter_record_batch(batch, &mask)?;
        let mut columns = kept.columns().to_vec();
        columns.push(Arc::new(Int64Array::from_iter_values(row_keys.into_iter().flatten())));
        batches.push(RecordBatch::try_new(Arc::clone(&schema), columns)?);
    }
    Ok(QueryResult { schema, batches })
}
