//! Validation of timestamp formats and zones.

use slotcast_core::Tz;

use crate::{
    mapping::{
        raw_text::OneOrMany,
        violation::{RuleViolation, violation},
    },
    values::{
        strftime::{FormatError, StrftimeFormat},
        time_rule::{TimestampFormat, UnixUnit},
    },
};

/// Format of a column from its keys, at most one of which may be given.
pub(super) fn timestamp_format(
    format: Option<OneOrMany>,
    unix: Option<UnixUnit>,
    is_excel_date: bool,
) -> Result<TimestampFormat, RuleViolation> {
    let formats = match (format.map(OneOrMany::into_texts), unix, is_excel_date) {
        (None, None, false) => return Ok(TimestampFormat::Iso),
        (None, Some(unit), false) => return Ok(TimestampFormat::Unix(unit)),
        (None, None, true) => return Ok(TimestampFormat::ExcelDate),
        (Some(formats), None, false) => formats,
        _ => return violation("`format`, `unix` and `excel_date` exclude each other", "keep one of them"),
    };
    if formats.is_empty() {
        return violation("`format` is empty", "list at least one format, such as `%d.%m.%Y %H:%M`");
    }
    let formats = formats.iter().map(|format| {
        StrftimeFormat::parse(format).or_else(|error| {
            let (rule, remedy) = match error {
                FormatError::Unknown => {
                    ("is no format", "use chrono's `strftime` syntax, such as `%d.%m.%Y %H:%M`")
                }
                FormatError::NoHalfDay => (
                    "has an hour from 1 to 12 without AM or PM",
                    "use `%H` for hours from 0 to 23, or add `%p` for AM, PM, 오전 and 오후",
                ),
                FormatError::NoHour => ("has minutes or seconds without an hour", "add `%H`"),
                FormatError::NoDay => ("has no day", "add `%d`, or `concat` the column with a day"),
            };
            violation(format!("`{format}` {rule}"), remedy)
        })
    });
    Ok(TimestampFormat::Strftime(formats.collect::<Result<_, _>>()?))
}

/// Zone of a column.
pub(super) fn parse_zone(name: &str) -> Result<Tz, RuleViolation> {
    name.parse().or_else(|_| {
        violation(format!("`{name}` is not a time zone"), "write an IANA name such as `Asia/Seoul` or `UTC`")
    })
}
