//! Session table `market_days`: weekday, holiday and slot of each local day.

use std::sync::Arc;

use arrow::{
    array::{BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray},
    datatypes::DataType,
};
use chrono::{Datelike, NaiveDate, NaiveTime};
use slotcast_core::{Holiday, KOREAN_HOLIDAY_YEARS, SlotCalendar, Tz, korean_holiday, local_to_utc};

use super::day_index::day_number;
use crate::{engine::schema_of, error::StatsError};

/// Holiday of a day: unknown, none, or one.
fn holiday_of(zone: Tz, day: NaiveDate) -> Option<Option<Holiday>> {
    let korean = matches!(zone, Tz::Asia__Seoul | Tz::ROK);
    (korean && KOREAN_HOLIDAY_YEARS.contains(&day.year())).then(|| korean_holiday(day))
}

/// Every local day of the market from `first` to `last`.
///
/// Holidays are those of South Korea. `is_holiday` is null if holidays are unknown: in a zone other than Seoul's and in
/// years outside the holiday table. `is_day_off` is then true on a weekend and null on other days. `slot_date` is the
/// slot that runs at local noon.
///
/// Temporary holidays (`holiday_kind`) were often announced only weeks ahead, so features of an earlier T ignore them.
pub(crate) fn market_days(
    calendar: &SlotCalendar,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<RecordBatch, StatsError> {
    let zone = calendar.zone();
    let days: Vec<NaiveDate> = first.iter_days().take_while(|day| *day <= last).collect();
    let known: Vec<Option<Option<Holiday>>> = days.iter().map(|day| holiday_of(zone, *day)).collect();

    let weekday = |day: &NaiveDate| i64::from(day.weekday().number_from_monday());
    let is_holiday = |known: &Option<Option<Holiday>>| known.map(|holiday| holiday.is_some());
    let days_off = days.iter().zip(&known).map(|(day, known)| {
        // As in SQL, true or unknown is true.
        if weekday(day) >= 6 { Some(true) } else { is_holiday(known) }
    });
    let slot_dates = days.iter().map(|day| {
        let noon = NaiveTime::from_hms_opt(12, 0, 0).expect("12:00 is a time of day");
        day_number(calendar.slot_of(local_to_utc(zone, day.and_time(noon))).date)
    });
    let holidays = || known.iter().map(|known| known.flatten());

    let schema = schema_of([
        ("day", DataType::Date32),
        ("weekday", DataType::Int64),
        ("is_holiday", DataType::Boolean),
        ("holiday_ko", DataType::Utf8),
        ("holiday_en", DataType::Utf8),
        ("holiday_kind", DataType::Utf8),
        ("is_day_off", DataType::Boolean),
        ("slot_date", DataType::Date32),
    ]);
    Ok(RecordBatch::try_new(
        schema,
        vec![
            Arc::new(Date32Array::from_iter_values(days.iter().map(|day| day_number(*day)))),
            Arc::new(Int64Array::from_iter_values(days.iter().map(weekday))),
            Arc::new(known.iter().map(is_holiday).collect::<BooleanArray>()),
            Arc::new(holidays().map(|holiday| holiday.map(|found| found.name_ko)).collect::<StringArray>()),
            Arc::new(holidays().map(|holiday| holiday.map(|found| found.name_en)).collect::<StringArray>()),
            Arc::new(
                holidays()
                    .map(|holiday| holiday.map(|found| found.kind.to_string()))
                    .collect::<StringArray>(),
            ),
            Arc::new(days_off.collect::<BooleanArray>()),
            Arc::new(Date32Array::from_iter_values(slot_dates)),
        ],
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::{
        array::{Array, AsArray},
        datatypes::{Date32Type, Int64Type},
    };
    use chrono::Weekday;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn date(text: &str) -> i32 {
        day_number(text.parse().unwrap())
    }

    fn booleans(batch: &RecordBatch, name: &str) -> Vec<Option<bool>> {
        batch.column_by_name(name).unwrap().as_boolean().iter().collect()
    }

    fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Vec<Option<&'a str>> {
        batch.column_by_name(name).unwrap().as_string::<i32>().iter().collect()
    }

    fn dates(batch: &RecordBatch, name: &str) -> Vec<i32> {
        batch.column_by_name(name).unwrap().as_primitive::<Date32Type>().values().to_vec()
    }

    #[test]
    fn a_week_of_seoul() {
        // From Saturday 00:00 to Tuesday 23:59 of Seoul.
        let batch = market_days(&SlotCalendar::default(), day("2025-05-03"), day("2025-05-06")).unwrap();
        assert_eq!(dates(&batch, "day"), (date("2025-05-03")..=date("2025-05-06")).collect::<Vec<_>>());
        assert_eq!(batch["weekday"].as_primitive::<Int64Type>().values(), &[6, 7, 1, 2]);
        assert_eq!(booleans(&batch, "is_holiday"), [Some(false), Some(false), Some(true), Some(true)]);
        assert_eq!(booleans(&batch, "is_day_off"), [Some(true); 4]);
        assert_eq!(
            texts(&batch, "holiday_ko"),
            [None, None, Some("부처님 오신 날"), Some("대체공휴일(부처님 오신 날)")]
        );
        assert_eq!(texts(&batch, "holiday_en")[2], Some("Buddha's Birthday"));
        assert_eq!(texts(&batch, "holiday_kind"), [None, None, Some("traditional"), Some("substitute")]);
    }

    #[test]
    fn a_working_day_is_not_off() {
        let batch = market_days(&SlotCalendar::default(), day("2026-11-25"), day("2026-11-25")).unwrap();
        assert_eq!(booleans(&batch, "is_holiday"), [Some(false)]);
        assert_eq!(booleans(&batch, "is_day_off"), [Some(false)]);
    }

    #[test]
    fn a_day_belongs_to_the_slot_at_noon() {
        // Slots open on Tuesday at 10:00, so Monday belongs to the previous slot and Tuesday to the next.
        let calendar = SlotCalendar::default();
        let batch = market_days(&calendar, day("2026-11-23"), day("2026-11-24")).unwrap();
        assert_eq!(dates(&batch, "slot_date"), [date("2026-11-17"), date("2026-11-24")]);
        let evening = NaiveTime::from_hms_opt(18, 0, 0).unwrap();
        let calendar = SlotCalendar::new(Weekday::Tue, evening, Tz::Asia__Seoul, 1).unwrap();
        let batch = market_days(&calendar, day("2026-11-23"), day("2026-11-24")).unwrap();
        assert_eq!(dates(&batch, "slot_date"), [date("2026-11-17"), date("2026-11-17")]);
    }

    #[test]
    fn holidays_of_other_zones_are_unknown() {
        let time = NaiveTime::from_hms_opt(10, 0, 0).unwrap();
        let calendar = SlotCalendar::new(Weekday::Tue, time, Tz::America__Sao_Paulo, 1).unwrap();
        // Friday to Sunday, over the midnight that summer time skipped.
        let batch = market_days(&calendar, day("2014-10-17"), day("2014-10-19")).unwrap();
        assert_eq!(dates(&batch, "day"), (date("2014-10-17")..=date("2014-10-19")).collect::<Vec<_>>());
        assert_eq!(booleans(&batch, "is_holiday"), [None; 3]);
        assert_eq!(booleans(&batch, "is_day_off"), [None, Some(true), Some(true)]);
        assert_eq!(texts(&batch, "holiday_kind"), [None; 3]);
        assert_eq!(batch["holiday_ko"].null_count(), 3);
    }

    #[test]
    fn holidays_of_distant_years_are_unknown() {
        let batch = market_days(&SlotCalendar::default(), day("2050-12-30"), day("2051-01-02")).unwrap();
        assert_eq!(booleans(&batch, "is_holiday"), [Some(false), Some(false), None, None]);
    }

    #[test]
    fn an_inverted_range_has_no_days() {
        let batch = market_days(&SlotCalendar::default(), day("2026-11-25"), day("2026-11-20")).unwrap();
        assert_eq!((batch.num_rows(), batch.num_columns()), (0, 8));
    }
}
