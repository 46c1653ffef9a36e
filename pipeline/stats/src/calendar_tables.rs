//! Small tables that the calendar gives to SQL: slots with their T, and the offsets of the market's zone.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, Date32Array, DurationMicrosecondArray, RecordBatch, TimestampMicrosecondArray},
    datatypes::{DataType, Field, Schema, TimeUnit},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use slotcast_core::{Knowledge, SlotCalendar, Tz, utc_to_local};

use crate::error::StatsError;

fn instant(name: &str) -> Field {
    Field::new(name, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true)
}

fn instants(values: impl Iterator<Item = Option<DateTime<Utc>>>) -> ArrayRef {
    let micros = values.map(|value| value.map(|instant| instant.timestamp_micros()));
    Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}

/// Every slot from `first` to `last`. Slots after the one that is scored have no T: nothing is asked of them.
pub(crate) fn slots(
    calendar: &SlotCalendar,
    scored: &Knowledge,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
) -> Result<RecordBatch, StatsError> {
    let slots = calendar.slots_between(first, last);
    let knowledge_at = slots.iter().map(|slot| {
        if slot.date == scored.slot.date {
            Some(scored.knowledge_at)
        } else if slot.date < scored.slot.date {
            Some(calendar.days_before(slot, scored.days_before_open))
        } else {
            None
        }
    });
    let epoch = NaiveDate::default();
    let days = slots
        .iter()
        .map(|slot| i32::try_from((slot.date - epoch).num_days()).expect("a slot lies within the calendar"));
    let schema = Schema::new(vec![
        Field::new("slot_date", DataType::Date32, true),
        instant("opens_at"),
        instant("closes_at"),
        instant("knowledge_at"),
    ]);
    Ok(RecordBatch::try_new(
        Arc::new(schema),
        vec![
            Arc::new(Date32Array::from_iter_values(days)),
            instants(slots.iter().map(|slot| Some(slot.opens_at))),
            instants(slots.iter().map(|slot| Some(slot.closes_at))),
            instants(knowledge_at),
        ],
    )?)
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

/// One row of settings that SQL needs.
pub(crate) fn settings(refund_window: TimeDelta) -> Result<RecordBatch, StatsError> {
    let schema =
        Schema::new(vec![Field::new("refund_window", DataType::Duration(TimeUnit::Microsecond), true)]);
    let window = DurationMicrosecondArray::from(vec![refund_window.num_microseconds()]);
    Ok(RecordBatch::try_new(Arc::new(schema), vec![Arc::new(window)])?)
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

    #[test]
    fn only_slots_up_to_the_scored_one_have_a_t() {
        let calendar = SlotCalendar::default();
        let slot = calendar.slot_on("2016-03-01".parse().unwrap()).unwrap();
        let as_of = "2016-02-24T18:00:00Z".parse().unwrap();
        let scored = Knowledge::of(&calendar, slot, as_of, 4);
        let later = calendar.following(&slot);
        let batch = slots(&calendar, &scored, slot.opens_at - TimeDelta::days(7), later.opens_at).unwrap();
        let known = batch.column(3).as_primitive::<arrow::datatypes::TimestampMicrosecondType>();
        let known: Vec<_> =
            known.iter().map(|micros| micros.and_then(DateTime::from_timestamp_micros)).collect();
        let earlier = "2016-02-17T01:00:00Z".parse().unwrap();
        assert_eq!(known, [Some(earlier), Some(as_of), None], "six whole days before its opening");
    }
}
