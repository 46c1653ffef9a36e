//! The words of the field, and nothing else: slots and their calendar, what is
//! known at which time, thresholds, rates, scored and ranked offers.
//!
//! This room touches no file, no clock, no engine and no random numbers, so
//! that every other room can depend on it.

mod calendar;
mod demand;
mod hint;
mod holidays;
mod internal;
mod knowledge;
mod offer;
mod rate;
mod run;
mod threshold;
mod zone;

pub use calendar::{CalendarError, Slot, SlotCalendar};
pub use demand::{Bend, DemandCurve, DemandQuantiles};
pub use hint::Hint;
pub use holidays::{HOLIDAY_TABLE_VERSION, Holiday, HolidayKind, KOREAN_HOLIDAY_YEARS, korean_holiday};
pub use internal::{Audience, is_internal};
pub use knowledge::Knowledge;
pub use offer::{Contribution, FeatureValue, Offer, OrderValue, Probability, RankedOffer, ScoredOffer};
pub use rate::{BetaPrior, RatePrior, wilson_interval};
pub use run::{RunId, RunIdError};
pub use threshold::{ThresholdBasis, UnknownBasis};
pub use zone::{local_to_utc, utc_to_local};

/// Chrono's types that appear in this room's interface, so that callers use the same version.
pub use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
/// A time zone of the IANA database.
pub use chrono_tz::Tz;
