//! Text of a cell by its reference: JSON field, suffix, number, sign; and products of cells.

use std::borrow::Cow;

use crate::{
    mapping::source_ref::{CellType, SourceCell},
    report::reject_reason::RejectReason,
    transform::error_mark::mark_error,
    values::{decimal::Decimal, number_format::NumberFormat},
};

/// Text of a cell; none if it is empty.
pub(crate) fn read_cell<'r>(
    cell: &SourceCell<usize>,
    text: &'r str,
    numbers: NumberFormat,
) -> Option<Cow<'r, str>> {
    let mut text = match &cell.json {
        None => Cow::Borrowed(text),
        Some(key) => Cow::Owned(json_field(text, key)?),
    };
    if let Some(rest) = cell.strip_suffix.iter().find_map(|suffix| text.strip_suffix(suffix.as_str())) {
        let length = rest.trim_end().len();
        text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[..length]),
            Cow::Owned(mut text) => {
                text.truncate(length);
                Cow::Owned(text)
            }
        };
        if length == 0 {
            return None;
        }
    }
    Some(match cell.cell_type {
        CellType::Text => text,
        CellType::Number => match numbers.to_plain(&text) {
            // Most numbers are plain already.
            Some(plain) if *plain == *text => text,
            Some(plain) => Cow::Owned(plain.into_owned()),
            None => Cow::Owned(mark_error(RejectReason::BadNumber, &text)),
        },
        CellType::Sign => Cow::Owned(match parse_decimal(&text, numbers) {
            Some(number) => number.signum().to_string(),
            None => mark_error(RejectReason::BadNumber, &text),
        }),
    })
}

/// Product of cells; none if one of them is empty.
pub(crate) fn multiply_cells<'r>(
    columns: &[usize],
    cell: impl Fn(usize) -> Option<&'r str>,
    numbers: NumberFormat,
) -> Option<String> {
    let mut texts = Vec::with_capacity(columns.len());
    for column in columns {
        texts.push(cell(*column)?);
    }
    let mut product = None;
    for text in texts {
        let Some(factor) = parse_decimal(text, numbers) else {
            return Some(mark_error(RejectReason::BadNumber, text));
        };
        product = match product {
            None => Some(factor),
            Some(so_far) => match factor.checked_mul(so_far) {
                Some(product) => Some(product),
                None => return Some(mark_error(RejectReason::OutOfRange, text)),
            },
        };
    }
    product.map(|product| product.to_string())
}

/// Parses a number in the number format of the file.
pub(crate) fn parse_decimal(text: &str, numbers: NumberFormat) -> Option<Decimal> {
    Decimal::parse(&numbers.to_plain(text)?)
}

/// Field of a JSON object as text; none if the text is not an object or lacks the field.
fn json_field(text: &str, key: &str) -> Option<String> {
    match serde_json::from_str::<serde_json::Value>(text).ok()?.get(key)? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}
