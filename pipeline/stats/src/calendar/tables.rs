//! Session tables of the calendar: slots, decisions with their T, offsets of the market's zone, settings.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, Date32Array, DurationMicrosecondArray, Int64Array, RecordBatch, StringArray,
        TimestampMicrosecondArray,
    },
    datatypes::{DataType, TimeUnit},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use slotcast_core::{Slot, Tz, utc_to_local};
use slotcast_lake::contract::instant_type;

use super::day_index::{DayIndex, day_number};
use crate::{engine::schema_of, error::StatsError};

fn instants(values: impl Iterator<Item = Option<DateTime<Utc>>>) -> ArrayRef {
    let micros = values.map(|value| value.map(|instant| instant.timestamp_micros()));
    Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}

/// Table `slots`: every slot in order.
pub(crate) fn slots(slots: &[Slot]) -> Result<RecordBatch, StatsError> {
    let schema = schema_of([
        ("slot_date", DataType::Date32),
        ("opens_at", instant_type()),
        ("closes_at", instant_type()),
    ]);
    Ok(RecordBatch::try_new(
        schema,
        vec![
            Arc::new(Date32Array::from_iter_values(slots.iter().map(|slot| day_number(slot.date)))),
            instants(slots.iter().map(|slot| Some(slot.opens_at))),
            instants(slots.iter().map(|slot| Some(slot.closes_at))),
        ],
    )?)
}

/// A slot and the T of its offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decision {
    pub(crate) slot_date: NaiveDate,
    pub(crate) days_before_open: u32,
    pub(crate) knowledge_at: DateTime<Utc>,
}

/// Table `decisions`: slots with their T, its decision day, and the days before the last week and the lookback.
pub(crate) fn decisions(decisions: &[Decision], days: &DayIndex) -> Result<RecordBatch, StatsError> {
    let schema = schema_of([
        ("slot_date", DataType::Date32),
        ("days_before_open", DataType::Int64),
        ("knowledge_at", instant_type()),
        ("knowledge_on", DataType::Date32),
        ("before_week", DataType::Date32),
        ("before_lookback", DataType::Date32),
    ]);
    let each = || decisions.iter();
    // Seven and sixty whole days, and the current day.
    let whole = || each().map(|decision| days.occurred_on(decision.knowledge_at.timestamp_micros()) - 1);
    let known_on = each().map(|decision| days.known_on(decision.knowledge_at.timestamp_micros()));
    Ok(RecordBatch::try_new(
        schema,
        vec![
            Arc::new(Date32Array::from_iter_values(each().map(|decision| day_number(decision.slot_date)))),
            Arc::new(Int64Array::from_iter_values(
                each().map(|decision| i64::from(decision.days_before_open)),
            )),
            instants(each().map(|decision| Some(decision.knowledge_at))),
            Arc::new(Date32Array::from_iter_values(known_on)),
            Arc::new(Date32Array::from_iter_values(whole().map(|day| day - 7))),
            Arc::new(Date32Array::from_iter_values(whole().map(|day| day - 60))),
        ],
    )?)
}

/// Table `first_known`: time at which the first signal and the first view were known; null without any.
pub(crate) fn first_known(
    signals: Option<DateTime<Utc>>,
    views: Option<DateTime<Utc>>,
) -> Result<RecordBatch, StatsError> {
    let schema =
        schema_of([("signals_first_known_at", instant_type()), ("views_first_known_at", instant_type())]);
    let columns = vec![instants(std::iter::once(signals)), instants(std::iter::once(views))];
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// Table `zone_offsets`: offset of local time from UTC, in rows `[starts_at, ends_at)` that cover `first` to `last`.
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
            // Bisect the day of the change down to the second.
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
    let schema = schema_of([
        ("starts_at", instant_type()),
        ("ends_at", instant_type()),
        ("utc_offset", DataType::Duration(TimeUnit::Microsecond)),
    ]);
    let offsets = rows.iter().map(|(_, _, offset)| offset.num_microseconds());
    Ok(RecordBatch::try_new(
        schema,
        vec![
            instants(rows.iter().map(|(starts_at, _, _)| Some(*starts_at))),
            instants(rows.iter().map(|(_, ends_at, _)| Some(*ends_at))),
            Arc::new(offsets.collect::<DurationMicrosecondArray>()),
        ],
    )?)
}

/// Table `settings`: one row with the refund window, the time of day at which slots open, and the market's currency.
pub(crate) fn settings(
    refund_window: TimeDelta,
    opening_time: TimeDelta,
    currency: Option<&str>,
) -> Result<RecordBatch, StatsError> {
    let duration = DataType::Duration(TimeUnit::Microsecond);
    let schema = schema_of([
        ("refund_window", duration.clone()),
        ("opening_time", duration),
        ("currency", DataType::Utf8),
    ]);
    let column = |value: TimeDelta| {
        Arc::new(DurationMicrosecondArray::from(vec![value.num_microseconds()])) as ArrayRef
    };
    let currency = Arc::new(StringArray::from(vec![currency])) as ArrayRef;
    Ok(RecordBatch::try_new(schema, vec![column(refund_window), column(opening_time), currency])?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::{array::AsArray, datatypes::DurationMicrosecondType};

    #[test]
    fn offsets_change_at_the_second_of_summer_time() {
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
