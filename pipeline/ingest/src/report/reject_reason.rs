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
    /// A day without time of day, where a timestamp is needed.
    BareDate,
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
    /// A quote that is neither text nor one of a pair around a cell.
    StrayQuote,
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
    /// An id that a spreadsheet wrote as a rounded number, such as `2.02603E+15`.
    ExcelNumber,
}

impl RejectReason {
    /// All reasons.
    pub const ALL: [Self; 20] = [
        Self::MissingValue,
        Self::BadNumber,
        Self::BadTimestamp,
        Self::BareDate,
        Self::BadDate,
        Self::BadFlag,
        Self::UnknownWord,
        Self::NotPositive,
        Self::Negative,
        Self::TooManyDecimals,
        Self::OutOfRange,
        Self::RaggedRow,
        Self::BadEncoding,
        Self::StrayQuote,
        Self::NulByte,
        Self::BadJson,
        Self::ClosesBeforeOpens,
        Self::OutcomeBeforeClose,
        Self::NoQuantity,
        Self::ExcelNumber,
    ];

    /// Code in `rejects.reason`.
    pub fn code(self) -> &'static str {
        match self {
            Self::MissingValue => "missing_value",
            Self::BadNumber => "bad_number",
            Self::BadTimestamp => "bad_timestamp",
            Self::BareDate => "bare_date",
            Self::BadDate => "bad_date",
            Self::BadFlag => "bad_flag",
            Self::UnknownWord => "unknown_word",
            Self::NotPositive => "not_positive",
            Self::Negative => "negative",
            Self::TooManyDecimals => "too_many_decimals",
            Self::OutOfRange => "out_of_range",
            Self::RaggedRow => "ragged_row",
            Self::BadEncoding => "bad_encoding",
            Self::StrayQuote => "stray_quote",
            Self::NulByte => "nul_byte",
            Self::BadJson => "bad_json",
            Self::ClosesBeforeOpens => "closes_before_opens",
            Self::OutcomeBeforeClose => "outcome_before_close",
            Self::NoQuantity => "no_quantity",
            Self::ExcelNumber => "excel_number",
        }
    }

    /// Remedy: what to change in the file or in its mapping.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::MissingValue => "fill the cell, or map the column to another one or to a constant",
            Self::BadNumber => {
                "write digits with a point, or set `decimal` and `thousands` of the `[[file]]` in the mapping"
            }
            Self::BadTimestamp => {
                "write it as 2016-02-16T10:00:00+09:00, or map the column with `format`, `unix` or `excel_date`"
            }
            Self::BareDate => {
                "map the column with `end_of_day = true` if the row covers the whole day, or with a `format` such as \
                 `%Y-%m-%d` if the day starts it"
            }
            Self::BadDate => "write it as 2016-02-16, or map the column with `format`",
            Self::BadFlag => "write true or false, or map the column with `map`",
            Self::UnknownWord => "use a word of the table, or add this one to the `map` of the column",
            Self::NotPositive => "check the column: the sign of an order comes from `event`",
            Self::Negative => "check the column, or map it with `abs = true` or `when`",
            Self::TooManyDecimals => "round before the export, or map the column with `round = 2`",
            Self::OutOfRange => {
                "check the unit of the column: counts reach 10^15, times the years 1900 to 2199"
            }
            Self::RaggedRow => "check the delimiter, and put quotes around cells that contain it",
            Self::StrayQuote => {
                "double a quote inside of a quoted cell, or set `quote = \"\"` in the mapping if quotes are text"
            }
            Self::ExcelNumber => {
                "format the column as text before the export: a spreadsheet has rounded the id to a number"
            }
            Self::BadEncoding => "save the file in one encoding, as UTF-8",
            Self::NulByte => "remove the NUL byte: the export or the transfer damaged the row",
            Self::BadJson => "write one JSON object per line",
            Self::ClosesBeforeOpens => "check the columns of opening and close: they may be swapped",
            Self::OutcomeBeforeClose => "date the outcome at or after the close of its campaign",
            Self::NoQuantity => "map a column to `units` or `amount`",
        }
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
