//! Small tables that the calendar gives to SQL: slots, decisions with their T, the offsets of the market's zone.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, Date32Array, DurationMicrosecondArray, Int64Array, RecordBatch, TimestampMicrosecondArray,
    },
    datatypes::{DataType, Field, Schema, TimeUnit},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use slotcast_core::{Slot, Tz, utc_to_local};

use crate::{
    error::StatsError,
    staging::{MarketDays, day_number},
};

fn instant(name: &str) -> Field {
    Field::new(name, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true)
}

fn instants(values: impl Iterator<Item = Option<DateTime<Utc>>>) -> ArrayRef {
    let micros = values.map(|value| value.map(|instant| instant.timestamp_micros()));
    Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}

/// Every slot, in order.
pub(crate) fn slots(slots: &[Slot]) -> Result<RecordBatch, StatsError> {
    let schema = Schema::new(vec![
        Field::new("slot_date", DataType::Date32, true),
        instant("opens_at"),
        instant("closes_at"),
    ]);
    Ok(RecordBatch::try_new(
        Arc::new(schema),
        vec![
            Arc::new(Date32Array::from_iter_values(slots.iter().map(|slot| day_number(slot.date)))),
            instants(slots.iter().map(|slot| Some(slot.opens_at))),
            instants(slots.iter().map(|slot| Some(slot.closes_at))),
        ],
    )?)
}

/// A slot and a T at which its offers are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decision {
    pub(crate) slot_date: NaiveDate,
    pub(crate) days_before: u32,
    pub(crate) knowledge_at: DateTime<Utc>,
}

/// The slots whose offers are looked at, each with its T and the day of that T.
pub(crate) fn decisions(decisions: &[Decision], days: &MarketDays) -> Result<RecordBatch, StatsError> {
    let schema = Schema::new(vec![
        Field::new("slot_date", DataType::Date32, true),
        Field::new("days_before", DataType::Int64, true),
        instant("knowledge_at"),
        Field::new("knowledge_on", DataType::Date32, true),
        Field::new("before_week", DataType::Date32, true),
        Field::new("before_lookback", DataType::Date32, true),
    ]);
    let each = || decisions.iter();
    // Seven and sixty whole days, and the day under way.
    let whole = || each().map(|decision| days.seen_on(decision.knowledge_at.timestamp_micros()) - 1);
    let known_on = each().map(|decision| days.known_on(decision.knowledge_at.timestamp_micros()));
    Ok(RecordBatch::try_new(
        Arc::new(schema),
        vec![
            Arc::new(Date32Array::from_iter_values(each().map(|decision| day_number(decision.slot_date)))),
            Arc::new(Int64Array::from_iter_values(each().map(|decision| i64::from(decision.days_before)))),
            instants(each().map(|decision| Some(decision.knowledge_at))),
            Arc::new(Date32Array::from_iter_values(known_on)),
            Arc::new(Date32Array::from_iter_values(whole().map(|day| day - 7))),
            Arc::new(Date32Array::from_iter_values(whole().map(|day| day - 60))),
        ],
    )?)
}

/// When the first signal and the first view were known; null where there is none.
pub(crate) fn known_from(
    signals: Option<DateTime<Utc>>,
    views: Option<DateTime<Utc>>,
) -> Result<RecordBatch, StatsError> {
    let schema = Schema::new(vec![instant("signals_known_from"), instant("views_known_from")]);
    let columns = vec![instants(std::iter::once(signals)), instants(std::iter::once(views))];
    Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
}

/// The offset of local time from UTC, in rows `[starts_at, ends_at)` that cover `first` to `last`.
pub(crate) fn zone_offsets(
    zone: Tz,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
) -> Result<RecordBatch, StatsError> {
    let offset_at = |at: DateTime<Utc>| utc_to_local(zone, at) - at.naive_utc();
    let day = TimeDelta::days(1);
    let mut rows = Vec::new();
    let mut starts_at = first - day;
    let mut at = starts_at;
    while at < last + day {
        let next = at + day;
        if offset_at(next) != offset_at(at) {
            // The change lies within this day: halve it down to the second.
            let (mut before, mut after) = (at, next);
            while after - before > TimeDelta::seconds(1) {
                let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
                if offset_at(middle) == offset_at(at) { before = middle } else { after = middle }
            }
            rows.push((starts_at, after, offset_at(at)));
            starts_at = after;
        }
        at = next;
    }
    rows.push((starts_at, at + day, offset_at(starts_at)));
    let schema = Schema::new(vec![
        instant("starts_at"),
        instant("ends_at"),
        Field::new("utc_offset", DataType::Duration(TimeUnit::Microsecond), true),
    ]);
    let offsets = rows.iter().map(|(_, _, offset)| offset.num_microseconds());
    Ok(RecordBatch::try_new(
        Arc::new(schema),
        vec![
            instants(rows.iter().map(|(starts_at, _, _)| Some(*starts_at))),
            instants(rows.iter().map(|(_, ends_at, _)| Some(*ends_at))),
            Arc::new(offsets.collect::<DurationMicrosecondArray>()),
        ],
    )?)
}

/// One row of settings that SQL needs: how long refunds may come, and at which time of day slots open.
pub(crate) fn settings(refund_window: TimeDelta, opening_time: TimeDelta) -> Result<RecordBatch, StatsError> {
    let duration = |name: &str| Field::new(name, DataType::Duration(TimeUnit::Microsecond), true);
    let schema = Schema::new(vec![duration("refund_window"), duration("opening_time")]);
    let column = |value: TimeDelta| {
        Arc::new(DurationMicrosecondArray::from(vec![value.num_microseconds()])) as ArrayRef
    };
    Ok(RecordBatch::try_new(Arc::new(schema), vec![column(refund_window), column(opening_time)])?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::{array::AsArray, datatypes::DurationMicrosecondType};

    #[test]
    fn summer_time_changes_the_offset_at_the_right_second() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let batch =
            zone_offsets(Tz::America__Sao_Paulo, at("2014-09-01T12:34:56Z"), at("2015-04-01T00:00:00Z"))
                .unwrap();
        let hours: Vec<_> = batch
            .column(2)
            .as_primitive::<DurationMicrosecondType>()
            .values()
            .iter()
            .map(|micros| micros / 3_600_000_000)
            .collect();
        assert_eq!(hours, [-3, -2, -3]);
        let ends = batch.column(1).as_primitive::<arrow::datatypes::TimestampMicrosecondType>();
        assert_eq!(ends.value(0), at("2014-10-19T03:00:00Z").timestamp_micros());
    }
}
