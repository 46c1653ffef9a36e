//! Functions of single cells: steps, numbers, slots, maps.

use std::{borrow::Cow, sync::Mutex};

use hashbrown::HashMap;
use polars::prelude::Expr;
use slotcast_core::{DateTime, SlotCalendar, Tz};

use super::apply::{map_rows, map_text, test_text};
use crate::{
    mapping::{source_ref::SlotField, text_step::TextStep},
    report::reject_reason::RejectReason,
    transform::error_mark::{ERROR_MARK, lock, mark_error},
    values::{
        cell_cleaner::CellCleaner,
        decimal::Decimal,
        json_path::{JsonPath, json_text},
        number_format::NumberFormat,
        time_rule::TimeRule,
        timestamp::TimestampReader,
    },
};

/// Column of the value at a path of JSON texts.
pub(in crate::transform) fn value_at_path(json: Expr, path: JsonPath, cleaner: CellCleaner) -> Expr {
    map_text(json, move |json| clean(path.text(json)?, &cleaner))
}

/// Column of the elements of a list as text.
pub(in crate::transform) fn element_text(json: Expr, cleaner: CellCleaner) -> Expr {
    map_text(json, move |json| clean(json_text(json)?, &cleaner))
}

fn clean<'t>(text: Cow<'t, str>, cleaner: &CellCleaner) -> Option<Cow<'t, str>> {
    let mut is_normalized = false;
    match text {
        Cow::Borrowed(text) => cleaner.clean(text, &mut is_normalized),
        Cow::Owned(text) => {
            cleaner.clean(&text, &mut is_normalized).map(|text| Cow::Owned(text.into_owned()))
        }
    }
}

/// Column of cells after the steps of a mapping.
pub(in crate::transform) fn text_steps(column: Expr, steps: Vec<TextStep>) -> Expr {
    map_text(column, move |text| {
        let mut text = Cow::Borrowed(text);
        for step in &steps {
            if let TextStep::Regex { pattern, otherwise } = step {
                match pattern
                    .capture(&text)
                    .map(|found| found.trim().to_owned())
                    .filter(|own| !own.is_empty())
                {
                    Some(found) => text = Cow::Owned(found),
                    None => return otherwise.clone().map(Cow::Owned),
                }
                continue;
            }
            let changed = apply_step(step, &text)?;
            text = match changed {
                None => text,
                Some(changed) => {
                    let trimmed = changed.trim();
                    if trimmed.is_empty() {
                        return None;
                    }
                    Cow::Owned(if trimmed.len() == changed.len() { changed } else { trimmed.to_owned() })
                }
            };
        }
        Some(text)
    })
}

/// Text after a step. The outer none is an empty text, the inner none an unchanged one.
fn apply_step(step: &TextStep, text: &str) -> Option<Option<String>> {
    let without = |rest: Option<&str>| Some(rest.map(str::to_owned));
    match step {
        TextStep::Json(path) => Some(Some(path.text(text)?.into_owned())),
        TextStep::Split { separator, part } => {
            let parts: Vec<&str> = text.split(separator.as_str()).collect();
            let index = match *part {
                part @ 1.. => usize::try_from(part - 1).ok()?,
                part => parts.len().checked_sub(usize::try_from(part.unsigned_abs()).ok()?)?,
            };
            Some(Some((*parts.get(index)?).to_owned()))
        }
        TextStep::Regex { .. } => Some(None),
        TextStep::StripPrefix(texts) => without(texts.iter().find_map(|own| text.strip_prefix(own.as_str()))),
        TextStep::StripSuffix(texts) => without(texts.iter().find_map(|own| text.strip_suffix(own.as_str()))),
        TextStep::Replace(pairs) => {
            Some(Some(pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from.as_str(), to))))
        }
        TextStep::Upper => Some(Some(text.to_uppercase())),
        TextStep::Lower => Some(Some(text.to_lowercase())),
    }
}

/// Column of numbers in plain notation.
pub(in crate::transform) fn plain_number(column: Expr, numbers: NumberFormat) -> Expr {
    map_text(column, move |text| {
        Some(match numbers.to_plain(text) {
            Some(plain) => plain,
            None => invalid(RejectReason::BadNumber, text),
        })
    })
}

/// Column of the signs of numbers: -1, 0 or 1.
pub(in crate::transform) fn number_sign(column: Expr, numbers: NumberFormat) -> Expr {
    map_text(column, move |text| {
        Some(match parse_decimal(text, numbers) {
            Some(number) => Cow::Owned(number.signum().to_string()),
            None => invalid(RejectReason::BadNumber, text),
        })
    })
}

/// Column of numbers without their sign. Other texts lose a leading minus.
pub(in crate::transform) fn absolute(column: Expr, numbers: NumberFormat) -> Expr {
    map_text(column, move |text| {
        Some(match numbers.to_plain(text) {
            Some(Cow::Owned(plain)) => Cow::Owned(plain.trim_start_matches('-').to_owned()),
            _ => Cow::Borrowed(text.strip_prefix('-').unwrap_or(text)),
        })
    })
}

/// Column of the products of numbers; empty if one of them is empty.
pub(in crate::transform) fn multiply(columns: &[Expr], numbers: NumberFormat) -> Expr {
    map_rows(columns, move |cells| {
        let texts = cells.iter().copied().collect::<Option<Vec<&str>>>()?;
        let mut product: Option<Decimal> = None;
        for text in texts {
            let Some(factor) = parse_decimal(text, numbers) else {
                return Some(mark_error(RejectReason::BadNumber, text));
            };
            product = match product.map_or(Some(factor), |so_far| factor.checked_mul(so_far)) {
                Some(product) => Some(product),
                None => return Some(mark_error(RejectReason::OutOfRange, text)),
            };
        }
        product.map(|product| product.to_string())
    })
}

/// Column of a field of the slots that contain timestamps.
pub(in crate::transform) fn slot(
    column: Expr,
    field: SlotField,
    rule: TimeRule,
    calendar: SlotCalendar,
    zone: Tz,
) -> Expr {
    let reader = Mutex::new(TimestampReader::new(&rule, zone));
    map_text(column, move |text| {
        Some(match lock(&reader).parse(text) {
            Ok(micros) => Cow::Owned(slot_text(calendar, micros, field)),
            Err(reason) => invalid(reason, text),
        })
    })
}

fn slot_text(calendar: SlotCalendar, micros: i64, field: SlotField) -> String {
    let at = DateTime::from_timestamp_micros(micros).unwrap_or_default();
    let slot = calendar.slot_of(at);
    let instant = |at: DateTime<_>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    match field {
        SlotField::Date => slot.date.to_string(),
        SlotField::OpensAt => instant(slot.opens_at),
        SlotField::ClosesAt => instant(slot.closes_at),
    }
}

/// Column of the words that a map has for texts. A missing word is `otherwise`, else it is invalid.
pub(in crate::transform) fn map_words(
    column: Expr,
    values: &[(String, String)],
    otherwise: Option<String>,
) -> Expr {
    let words: HashMap<String, String> = values.iter().cloned().collect();
    map_text(column, move |text| {
        // A marked text passes unmapped, so that it rejects its row.
        if text.starts_with(ERROR_MARK) {
            return Some(Cow::Borrowed(text));
        }
        let word = words.get(text).or(otherwise.as_ref());
        Some(word.map_or_else(|| invalid(RejectReason::UnknownWord, text), |word| Cow::Owned(word.clone())))
    })
}

/// Mask of the texts with one of these prefixes.
pub(in crate::transform) fn starts_with(column: Expr, prefixes: Vec<String>) -> Expr {
    test_text(column, move |text| prefixes.iter().any(|prefix| text.starts_with(prefix.as_str())))
}

/// Parses a number in the number format of the file.
pub(super) fn parse_decimal(text: &str, numbers: NumberFormat) -> Option<Decimal> {
    Decimal::parse(&numbers.to_plain(text)?)
}

fn invalid(reason: RejectReason, text: &str) -> Cow<'static, str> {
    Cow::Owned(mark_error(reason, text))
}
