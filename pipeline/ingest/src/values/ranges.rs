//! Valid ranges of counts, money, days and timestamps.

use std::ops::Range;

use crate::report::reject_reason::RejectReason;

/// Largest valid count, so that sums of counts cannot overflow.
const MAX_COUNT: i64 = 1_000_000_000_000_000;

/// Days from the epoch to 1900 and to 2200.
const DAYS: Range<i32> = -25_567..84_006;

/// First microsecond of 1900 to first microsecond of 2200.
const TIMESTAMPS: Range<i64> = -2_208_988_800_000_000..7_258_118_400_000_000;

/// Checks the range of a count.
pub(crate) fn check_count(value: i64, positive: bool) -> Result<i64, RejectReason> {
    match value {
        ..=0 if positive => Err(RejectReason::NotPositive),
        ..0 => Err(RejectReason::Negative),
        _ if value > MAX_COUNT => Err(RejectReason::OutOfRange),
        _ => Ok(value),
    }
}

/// Checks the range of money.
pub(crate) fn check_money(value: i128, positive: bool) -> Result<i128, RejectReason> {
    match value {
        ..=0 if positive => Err(RejectReason::NotPositive),
        ..0 => Err(RejectReason::Negative),
        _ => Ok(value),
    }
}

/// Checks the range of a day, in days since the epoch.
pub(crate) fn check_day(value: i32) -> Result<i32, RejectReason> {
    if DAYS.contains(&value) { Ok(value) } else { Err(RejectReason::OutOfRange) }
}

/// Checks the range of a timestamp, in microseconds since the epoch.
pub(crate) fn check_timestamp(micros: i64) -> Result<i64, RejectReason> {
    if TIMESTAMPS.contains(&micros) { Ok(micros) } else { Err(RejectReason::OutOfRange) }
}
