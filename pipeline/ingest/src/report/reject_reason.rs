//! Reasons for rejecting a row. Their codes are part of the public relation `rejects`.

use std::fmt;

/// First error of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectReason {
    /// A required column is empty.
    MissingValue,
    /// Not a number, or not a whole number where one is needed.
    BadNumber,
    /// Not a timestamp.
    BadTimestamp,
    /// Not a calendar day.
    BadDate,
    /// Neither true nor false.
    BadFlag,
    /// Not one of the values that the column or the `map` allows.
    UnknownWord,
    /// Zero or less in a column of positive numbers.
    NotPositive,
    /// Below zero.
    Negative,
    /// Money with more than two decimals that are not zero.
    TooManyDecimals,
    /// A value too large to store, or a time outside the years 1900 to 2199.
    OutOfRange,
    /// More or fewer cells than the header.
    RaggedRow,
    /// Bytes that are invalid in the encoding of the file.
    BadEncoding,
    /// A NUL byte.
    NulByte,
    /// A line that is not a JSON object.
    BadJson,
    /// A campaign that closes at or before its opening.
    ClosesBeforeOpens,
    /// An outcome dated before the close of the campaign.
    OutcomeBeforeClose,
    /// An order or a snapshot without any quantity.
    NoQuantity,
}

impl RejectReason {
    /// All reasons.
    pub const ALL: [Self; 17] = [
        Self::MissingValue,
        Self::BadNumber,
        Self::BadTimestamp,
        Self::BadDate,
        Self::BadFlag,
        Self::UnknownWord,
        Self::NotPositive,
        Self::Negative,
        Self::TooManyDecimals,
        Self::OutOfRange,
        Self::RaggedRow,
        Self::BadEncoding,
        Self::NulByte,
        Self::BadJson,
        Self::ClosesBeforeOpens,
        Self::OutcomeBeforeClose,
        Self::NoQuantity,
    ];

    /// Code in `rejects.reason`.
    pub fn code(self) -> &'static str {
        match self {
            Self::MissingValue => "missing_value",
            Self::BadNumber => "bad_number",
            Self::BadTimestamp => "bad_timestamp",
            Self::BadDate => "bad_date",
            Self::BadFlag => "bad_flag",
            Self::UnknownWord => "unknown_word",
            Self::NotPositive => "not_positive",
            Self::Negative => "negative",
            Self::TooManyDecimals => "too_many_decimals",
            Self::OutOfRange => "out_of_range",
            Self::RaggedRow => "ragged_row",
            Self::BadEncoding => "bad_encoding",
            Self::NulByte => "nul_byte",
            Self::BadJson => "bad_json",
            Self::ClosesBeforeOpens => "closes_before_opens",
            Self::OutcomeBeforeClose => "outcome_before_close",
            Self::NoQuantity => "no_quantity",
        }
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
