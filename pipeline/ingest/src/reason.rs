//! Why a row was not taken in. The codes are a promise to readers of `rejects`.

use std::fmt;

/// The first thing that is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A required column is empty.
    MissingValue,
    /// Not a number, or not a whole number where one is needed.
    BadNumber,
    /// Not a timestamp.
    BadTimestamp,
    /// Not a calendar day.
    BadDate,
    /// Neither yes nor no.
    BadFlag,
    /// Not one of the words that the column may hold.
    UnknownWord,
    /// Zero or less where more is needed.
    NotPositive,
    /// Below zero.
    Negative,
    /// Money with more than two decimals that are not zero.
    TooManyDecimals,
    /// A value too large to keep, or a time outside the years 1900 to 2199.
    OutOfRange,
    /// More or fewer cells than the header.
    RaggedRow,
    /// Bytes that are no text in the encoding of the file.
    BadEncoding,
    /// A byte that no text has.
    NulByte,
    /// A line that is no JSON object.
    BadJson,
    /// A campaign that closes when it opens, or before.
    ClosesBeforeOpens,
    /// An outcome that was known before the campaign closed.
    OutcomeBeforeClose,
    /// An order or a snapshot that says how much of nothing.
    NoQuantity,
}

impl Reason {
    /// Every reason.
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

    /// The code in `rejects.reason`.
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

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
