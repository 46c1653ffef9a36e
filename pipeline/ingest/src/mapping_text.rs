//! The text of a mapping, as serde reads it. Keys that are not known are refused
//! here; whether the values make sense is decided in `mapping_check`.

use std::collections::BTreeMap;

use serde::Deserialize;
use slotcast_core::NaiveDate;
use toml::Spanned;

use crate::{
    condition::RawCondition, decimal::NumberForm, expression_text::Loose, rows::encoding::TextEncoding,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawMapping {
    pub(crate) name: String,
    pub(crate) zone: Option<Spanned<String>>,
    pub(crate) label_lag_days: Option<u32>,
    pub(crate) currency: Option<String>,
    pub(crate) slots: Option<Spanned<RawSlots>>,
    pub(crate) train: Option<RawTrain>,
    #[serde(default)]
    pub(crate) file: Vec<Spanned<RawFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSlots {
    pub(crate) weekday: String,
    pub(crate) time: String,
    pub(crate) zone: Option<String>,
    pub(crate) weeks: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTrain {
    pub(crate) from: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFile {
    pub(crate) pattern: String,
    pub(crate) delimiter: Option<Spanned<String>>,
    pub(crate) encoding: Option<TextEncoding>,
    pub(crate) decimal: Option<Spanned<String>>,
    pub(crate) thousands: Option<Spanned<String>>,
    pub(crate) exact_duplicates: Option<ExactDuplicates>,
    pub(crate) table: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) unused: Vec<String>,
    #[serde(default)]
    pub(crate) filter: Vec<Spanned<RawCondition>>,
    #[serde(default)]
    pub(crate) target: Vec<RawTarget>,
}

/// What a line is that brings the same facts as a line before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExactDuplicates {
    /// A genuine line.
    Keep,
    /// A repeat.
    Drop,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTarget {
    pub(crate) table: Spanned<String>,
    pub(crate) when: Option<Spanned<RawCondition>>,
    pub(crate) columns: BTreeMap<String, Spanned<Loose>>,
}

/// A rule that a mapping breaks, and the remedy.
pub(crate) type Broken = (String, String);

pub(crate) fn broken<T>(rule: &str, remedy: &str) -> Result<T, Broken> {
    Err((rule.to_owned(), remedy.to_owned()))
}

/// A date such as `2013-01-01`.
pub(crate) fn date(text: &str) -> Result<NaiveDate, Broken> {
    text.parse().or_else(|_| broken(&format!("`{text}` is no date"), "write it as `2013-01-01`, in quotes"))
}

/// The byte between cells.
pub(crate) fn delimiter(text: &str) -> Result<u8, Broken> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ => broken(&format!("`{text}` is no delimiter"), "write one character such as `;`"),
    }
}

/// What stands before the decimals.
pub(crate) fn decimal(text: &str) -> Result<char, Broken> {
    match text {
        "." => Ok('.'),
        "," => Ok(','),
        _ => broken(&format!("`{text}` is no decimal sign"), "write `.` or `,`"),
    }
}

/// What stands between groups of three digits.
pub(crate) fn thousands(text: &str, decimal: char) -> Result<NumberForm, Broken> {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter == decimal => broken(
            &format!("`{text}` stands for thousands and for decimals"),
            "write for example `decimal = \",\"` and `thousands = \".\"`",
        ),
        (Some(letter @ ('.' | ',' | ' ' | '\'' | '_')), None) => {
            Ok(NumberForm { decimal, thousands: Some(letter) })
        }
        _ => broken(
            &format!("`{text}` does not stand between thousands"),
            "write one of `.`, `,`, ` `, `'` and `_`",
        ),
    }
}
