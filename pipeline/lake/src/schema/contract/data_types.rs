//! Arrow types of instants and money, and weeks since the epoch.

use arrow::datatypes::{DataType, TimeUnit};

/// A week in microseconds: the unit of time by which facts are divided into files.
pub const WEEK_MICROS: i64 = 604_800_000_000;

/// The week of an instant in microseconds, counted from the epoch.
pub fn week_of(micros: i64) -> i64 {
    micros.div_euclid(WEEK_MICROS)
}

/// Microseconds since the epoch, UTC.
pub fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// Decimal with two places.
pub fn money_type() -> DataType {
    DataType::Decimal128(18, 2)
}
