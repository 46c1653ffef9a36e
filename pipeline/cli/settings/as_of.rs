//! Timestamps from the command line.

use anyhow::{Context as _, Result};
use slotcast_core::{DateTime, NaiveDate, NaiveDateTime, SlotCalendar, Utc, local_to_utc};

use crate::failure::UserError;

/// Parses `--as-of`: RFC 3339, or a local time or date of the market.
pub(crate) fn parse_as_of(text: &str, calendar: &SlotCalendar) -> Result<DateTime<Utc>> {
    if let Ok(instant) = text.parse::<DateTime<Utc>>() {
        return Ok(instant);
    }
    let local = |local: NaiveDateTime| local_to_utc(calendar.zone(), local);
    for format in ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"] {
        if let Ok(naive) = NaiveDateTime::parse_from_str(text, format) {
            return Ok(local(naive));
        }
    }
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(local(date.into()));
    }
    Err(UserError::new(
        format!("`--as-of` must be a timestamp, not `{text}`"),
        format!(
            "write it with an offset, such as 2016-02-19T10:00:00+09:00, or as local time of {}: 2016-02-19T10:00",
            calendar.zone()
        ),
    ))
    .context("invalid argument")
}
