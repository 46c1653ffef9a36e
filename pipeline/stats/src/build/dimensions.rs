//! Makers, products, campaigns, candidates and the calendar: small tables that every step may read.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Range, RangeInclusive},
    sync::Arc,
};

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch},
    compute::{cast, filter_record_batch},
    datatypes::{DataType, Date32Type, Field, Int64Type, Schema, TimestampMicrosecondType},
};
use chrono::{DateTime, TimeDelta, Utc};
use slotcast_core::Slot;
use slotcast_lake::{Snapshot, contract::TABLES};

use super::state::{row_stamps, stamp_of_rows};
use crate::{
    calendar_tables,
    error::StatsError,
    registry::Step,
    session::{Memory, Question, Rows, Session, empty, listing, memory_table},
    staging::{MarketDays, day_number, stage_entities, with_opening_slots},
};

/// What a build knows of a campaign before it reads its orders.
#[derive(Clone, Debug)]
pub(crate) struct CampaignTerms {
    /// The slot of the version that holds last, as a day from the epoch.
    pub(crate) slot: i32,
    /// Tells its versions from others.
    pub(crate) terms: u128,
    /// The moments at which time alone changes what is said of it.
    pub(crate) moments: BTreeSet<i64>,
    /// The days from its announcement to its close, with some to spare.
    pub(crate) days: (i32, i32),
}

/// The small tables, and what follows from them.
pub(crate) struct Dimensions {
    tables: Vec<(&'static str, Rows)>,
    pub(crate) campaigns: BTreeMap<String, CampaignTerms>,
    pub(crate) slots: Vec<Slot>,
    /// Their dates, as days from the epoch.
    pub(crate) slot_days: Vec<i32>,
    pub(crate) days: MarketDays,
    /// What stands for all of it together.
    pub(crate) stamp: String,
}

impl Dimensions {
    pub(crate) async fn open(
        facts: &[Snapshot],
        question: &Question,
        memory: &Memory,
    ) -> Result<Self, StatsError> {
        let session = Session::new(question.as_of, memory, 1)?;
        for table in &TABLES {
            let provider = match facts.iter().find(|snapshot| snapshot.table.name == table.name) {
                Some(snapshot) => listing(snapshot)?,
                None => empty(table.fact_schema(&[]))?,
            };
            session.put_into("facts", table.name, provider)?;
        }
        let (first, last) = bounds(&session, facts, question).await?;
        let calendar = &question.calendar;
        // A candidate's slot opens some hours after the midnight of its date; the lookback before a T is 60 days.
        let (first, last) = (first - TimeDelta::days(100), last + TimeDelta::days(8));
        let slots = calendar.slots_between(first, last);
        let days = MarketDays::covering(calendar, first, last);
        let opening_time = calendar.opening_time() - chrono::NaiveTime::MIN;
        let mut tables = vec![
            ("slots", Rows::of(calendar_tables::slots(&slots)?)),
            ("zone_offsets", Rows::of(calendar_tables::zone_offsets(calendar.zone(), first, last)?)),
            ("settings", Rows::of(calendar_tables::settings(question.refund_window, opening_time)?)),
        ];
        for (name, rows) in &tables {
            session.put_rows(name, rows)?;
        }
        for table in TABLES.iter().filter(|table| table.occurred.is_none()) {
            let known = format!("SELECT * FROM facts.{} WHERE known_at <= $as_of", table.name);
            let known = session.plan(&known).await?;
            let schema = Arc::clone(known.schema().inner());
            let key = table.columns.iter().find(|column| column.key).expect("every table has a key");
            let mut staged = stage_entities(&schema, &known.collect().await?, key.name)?;
            if table.name == "campaigns" {
                staged = with_opening_slots(&staged, &slots)?;
            }
            session.put_into("staged", table.name, memory_table(&Rows::of(staged))?)?;
        }
        for relation in Step::Dimensions.relations() {
            let rows = session.compute(relation).await.map_err(StatsError::relation(relation.name))?;
            session.put_rows(relation.name, &rows)?;
            tables.push((relation.name, rows));
        }
        let slot_days = slots.iter().map(|slot| day_number(slot.date)).collect();
        // The calendar grows with as_of; that alone changes nothing.
        let told = tables.iter().filter(|(name, _)| !["slots", "zone_offsets", "settings"].contains(name));
        let stamp = stamp_of_rows(told.flat_map(|(_, rows)| &rows.batches))?;
        let mut dimensions = Self { tables, campaigns: BTreeMap::new(), slots, slot_days, days, stamp };
        dimensions.read_campaigns(question)?;
        Ok(dimensions)
    }

    /// The columns of every small table.
    pub(crate) fn schemas(&self) -> Vec<&Schema> {
        self.tables.iter().map(|(_, rows)| rows.schema.as_ref()).collect()
    }

    /// Registers every small table.
    pub(crate) fn put_all(&self, session: &Session) -> Result<(), StatsError> {
        self.tables.iter().try_for_each(|(name, rows)| session.put_rows(name, rows))
    }

    /// Registers what the orders of some campaigns need, with a number for each campaign.
    pub(crate) fn put_campaigns(
        &self,
        session: &Session,
        numbers: &BTreeMap<&str, i64>,
    ) -> Result<(), StatsError> {
        session.put_rows("settings", self.table("settings"))?;
        for name in ["stg_campaigns", "stg_campaign_slots"] {
            session.put_rows(name, &numbered(self.table(name), numbers)?)?;
        }
        Ok(())
    }

    pub(crate) fn table(&self, name: &str) -> &Rows {
        let found = self.tables.iter().find(|(own, _)| *own == name);
        &found.expect("every dimension is built").1
    }

    fn read_campaigns(&mut self, question: &Question) -> Result<(), StatsError> {
        let rows = self.table("stg_campaign_slots").clone();
        let window = question.refund_window.num_microseconds().unwrap_or(i64::MAX);
        for batch in &rows.batches {
            let ids = cast(named(batch, "campaign_id")?, &DataType::Utf8)?;
            let moment = |name: &str| {
                Ok::<_, StatsError>(named(batch, name)?.as_primitive::<TimestampMicrosecondType>().clone())
            };
            let (opens, closes, superseded) =
                (moment("opens_at")?, moment("closes_at")?, moment("superseded_at")?);
            let slots = named(batch, "slot_date")?.as_primitive::<Date32Type>().clone();
            for (row, content) in row_stamps(batch)?.into_iter().enumerate() {
                let id = ids.as_string::<i32>().value(row).to_owned();
                let (opens, closes) = (opens.value(row), closes.value(row));
                let own = self.campaigns.entry(id).or_insert_with(|| CampaignTerms {
                    slot: slots.value(row),
                    terms: 0,
                    moments: BTreeSet::new(),
                    days: (i32::MAX, i32::MIN),
                });
                own.terms = own.terms.wrapping_add(content);
                own.moments.extend([opens + 1, closes, closes.saturating_add(window)]);
                if superseded.is_null(row) {
                    own.slot = slots.value(row);
                    own.days = (self.days.day(opens) - 30, self.days.day(closes) + 1);
                }
            }
        }
        Ok(())
    }

    /// The cell of a local day: the last slot date that is not after it.
    pub(crate) fn slot_of_day(&self, day: i32) -> i32 {
        let place = self.slot_days.partition_point(|slot| *slot <= day);
        self.slot_days[place.saturating_sub(1)]
    }

    /// The instants of the local days of a cell, in microseconds.
    pub(crate) fn span_of_cell(&self, cell: i32) -> Range<i64> {
        let place = self.slot_days.partition_point(|slot| *slot <= cell);
        let next = self.slot_days.get(place).copied().unwrap_or(cell + 7);
        self.days.midnight(cell)..self.days.midnight(next)
    }

    /// The cells that touch these instants, both included.
    pub(crate) fn cells_between(&self, first: i64, last: i64) -> impl Iterator<Item = i32> + '_ {
        let cells = self.slot_of_day(self.days.day(first))..=self.slot_of_day(self.days.day(last));
        self.cells_of(cells)
    }

    /// The slot dates within a range of days.
    pub(crate) fn cells_of(&self, days: RangeInclusive<i32>) -> impl Iterator<Item = i32> + '_ {
        self.slot_days.iter().copied().filter(move |day| days.contains(day))
    }
}

pub(crate) fn named<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, StatsError> {
    batch.column_by_name(name).ok_or_else(|| StatsError::Internal(format!("there is no column `{name}`")))
}

/// First and last moment of which anything is told.
async fn bounds(
    session: &Session,
    facts: &[Snapshot],
    question: &Question,
) -> Result<(DateTime<Utc>, DateTime<Utc>), StatsError> {
    let told = session
        .ask(
            "SELECT CAST(min(opens_at) AS BIGINT) AS first, CAST(max(closes_at) AS BIGINT) AS last FROM facts.campaigns \
             UNION ALL \
             SELECT CAST(CAST(min(slot_date) AS TIMESTAMP) AS BIGINT) / 1000, \
             CAST(CAST(max(slot_date) AS TIMESTAMP) AS BIGINT) / 1000 FROM facts.candidates",
        )
        .await?;
    let mut first = question.as_of.min(question.scored.slot.opens_at).timestamp_micros();
    let mut last = question.as_of.max(question.scored.slot.opens_at).timestamp_micros();
    for batch in &told {
        for column in batch.columns() {
            for micros in column.as_primitive::<Int64Type>().iter().flatten() {
                (first, last) = (first.min(micros), last.max(micros));
            }
        }
    }
    for span in facts.iter().flat_map(|snapshot| &snapshot.files).filter_map(|file| file.span) {
        // What lies after as_of is not seen, however far.
        first = first.min(span.first);
    }
    let moment = |micros| DateTime::from_timestamp_micros(micros).unwrap_or(question.as_of);
    Ok((moment(first), moment(last)))
}

/// The versions of some campaigns, with `campaign_number`.
fn numbered(rows: &Rows, numbers: &BTreeMap<&str, i64>) -> Result<Rows, StatsError> {
    let mut fields = rows.schema.fields().iter().cloned().collect::<Vec<_>>();
    fields.push(Arc::new(Field::new("campaign_number", DataType::Int64, true)));
    let schema = Arc::new(Schema::new(fields));
    let mut batches = Vec::new();
    for batch in &rows.batches {
        let ids = cast(named(batch, "campaign_id")?, &DataType::Utf8)?;
        let of_row: Vec<Option<i64>> =
            ids.as_string::<i32>().iter().map(|id| id.and_then(|id| numbers.get(id).copied())).collect();
        let mask: BooleanArray = of_row.iter().map(|number| Some(number.is_some())).collect();
        let kept = filter_record_batch(batch, &mask)?;
        let mut columns = kept.columns().to_vec();
        columns.push(Arc::new(Int64Array::from_iter_values(of_row.into_iter().flatten())));
        batches.push(RecordBatch::try_new(Arc::clone(&schema), columns)?);
    }
    Ok(Rows { schema, batches })
}
