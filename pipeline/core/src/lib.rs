//! Types of the field: slots and their calendar, T, thresholds, rates, scored and ranked offers.
//!
//! No files, clock, engine or random numbers, so that every other crate can depend on it.

// Modules in reading order.

mod hint;

mod zone;

mod calendar;
mod knowledge;

mod holidays;

mod rate;
mod threshold;

mod demand;

mod internal;

mod offer;

mod run;

pub use calendar::{CalendarError, Slot, SlotCalendar};
pub use demand::{Breakpoint, DemandCurve, DemandQuantiles};
pub use hint::Hint;
pub use holidays::{HOLIDAY_TABLE_VERSION, Holiday, HolidayKind, KOREAN_HOLIDAY_YEARS, korean_holiday};
pub use internal::{Audience, is_internal};
pub use knowledge::Knowledge;
pub use offer::{
    Contribution, FeatureValue, INTERCEPT, INTERNAL_SUM, Offer, OrderValue, Probability, RankedOffer,
    ScoredOffer,
};
pub use rate::{BetaPrior, RatePrior, wilson_interval};
pub use run::{RunId, RunIdError};
pub use threshold::{ThresholdBasis, UnknownBasis};
pub use zone::{local_to_utc, utc_to_local};

/// Chrono's types in this crate's interface, so that callers use the same version.
pub use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
/// A time zone of the IANA database.
pub use chrono_tz::Tz;
