//! A mapping file as serde reads it, and parsers for its scalar values.
//!
//! serde rejects unknown keys; `check_mapping` checks the values.

use std::collections::BTreeMap;

use serde::Deserialize;
use slotcast_core::NaiveDate;
use toml::Spanned;

use crate::{
    mapping::{
        check_lookups::RawLookup,
        raw_condition::RawCondition,
        raw_expression::StringOrExpression,
        violation::{RuleViolation, violation},
    },
    source::encoding::TextEncoding,
    values::number_format::NumberFormat,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMapping {
    pub(super) name: String,
    pub(super) zone: Option<Spanned<String>>,
    pub(super) label_lag_days: Option<u32>,
    pub(super) currency: Option<String>,
    pub(super) slots: Option<Spanned<RawSlots>>,
    pub(super) train: Option<RawTrain>,
    #[serde(default)]
    pub(super) file: Vec<Spanned<RawFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSlots {
    pub(super) weekday: String,
    pub(super) time: String,
    pub(super) zone: Option<String>,
    pub(super) weeks: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTrain {
    pub(super) from: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub(super) pattern: String,
    #[serde(default)]
    pub(super) ignore: bool,
    pub(super) reason: Option<Spanned<String>>,
    pub(super) delimiter: Option<Spanned<String>>,
    pub(super) quote: Option<Spanned<String>>,
    pub(super) encoding: Option<Spanned<String>>,
    pub(super) skip_lines: Option<Spanned<u64>>,
    pub(super) header_row: Option<Spanned<u64>>,
    pub(super) sheet: Option<String>,
    pub(super) records: Option<String>,
    pub(super) decimal: Option<Spanned<String>>,
    pub(super) thousands: Option<Spanned<String>>,
    pub(super) exact_duplicates: Option<ExactDuplicates>,
    pub(super) table: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) unused: Vec<String>,
    pub(super) nulls: Option<Vec<String>>,
    pub(super) explode: Option<Spanned<RawExplode>>,
    #[serde(default)]
    pub(super) lookup: BTreeMap<String, Spanned<RawLookup>>,
    #[serde(default)]
    pub(super) filter: Vec<Spanned<RawCondition>>,
    #[serde(default)]
    pub(super) target: Vec<RawTarget>,
}

/// List whose elements are rows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExplode {
    pub(super) column: String,
}

/// Handling of a row with the same facts as an earlier row of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExactDuplicates {
    /// The row is a separate fact.
    Keep,
    /// The row is a repeat.
    Drop,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTarget {
    pub(super) table: Spanned<String>,
    pub(super) when: Option<Spanned<RawCondition>>,
    pub(super) columns: BTreeMap<String, Spanned<StringOrExpression>>,
}

/// Parses a date such as `2013-01-01`.
pub(super) fn parse_date(text: &str) -> Result<NaiveDate, RuleViolation> {
    let invalid = |_| violation(format!("`{text}` is no date"), "write it as `2013-01-01`, in quotes");
    text.parse().or_else(invalid)
}

/// Parses the delimiter between cells.
pub(super) fn parse_delimiter(text: &str) -> Result<u8, RuleViolation> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ => violation(format!("`{text}` is no delimiter"), "write one character such as `;`"),
    }
}

/// Parses the quote character; an empty text is none.
pub(super) fn parse_quote(text: &str) -> Result<Option<u8>, RuleViolation> {
    match text.as_bytes() {
        [] => Ok(None),
        [byte] if byte.is_ascii_punctuation() => Ok(Some(*byte)),
        _ => violation(
            format!("`{text}` is no quote character"),
            "write one character such as `'`, or an empty text if quotes are text",
        ),
    }
}

/// Parses the name of an encoding.
pub(super) fn parse_encoding(text: &str) -> Result<TextEncoding, RuleViolation> {
    match TextEncoding::from_name(text) {
        Some(encoding) => Ok(encoding),
        None => violation(
            format!("`{text}` is no encoding"),
            "write for example `utf-8`, `cp949`, `windows-1252`, `shift_jis`, `gb18030`, `macintosh` or `utf-16le`",
        ),
    }
}

/// Parses the decimal separator.
pub(super) fn parse_decimal(text: &str) -> Result<char, RuleViolation> {
    match text {
        "." => Ok('.'),
        "," => Ok(','),
        _ => violation(format!("`{text}` is no decimal sign"), "write `.` or `,`"),
    }
}

/// Parses the thousands separator of a number format with this decimal separator.
pub(super) fn parse_thousands(text: &str, decimal: char) -> Result<NumberFormat, RuleViolation> {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter == decimal => violation(
            format!("`{text}` is both the thousands and the decimal separator"),
            "write for example `decimal = \",\"` and `thousands = \".\"`",
        ),
        (Some(letter @ ('.' | ',' | ' ' | '\'' | '_')), None) => {
            Ok(NumberFormat { decimal, thousands: Some(letter), ..NumberFormat::default() })
        }
        _ => violation(
            format!("`{text}` is no thousands separator"),
            "write one of `.`, `,`, ` `, `'` and `_`",
        ),
    }
}
