//! Comparison of the what-if and review sheets with the view and the JSON.

use std::collections::BTreeMap;

use calamine::{Data, DataType, Range};
use serde_json::Value as Json;
use slotcast_core::NaiveDate;

use super::rounding::is_rounded;
use crate::{
    i18n::{Catalog, Lang},
    view::PageView,
};

/// The rows below the header, by column name; every row has a number in the column `known`.
pub(super) fn table_rows(sheet: &Range<Data>, lang: Lang, known: &str) -> Vec<BTreeMap<&'static str, Data>> {
    let labels: BTreeMap<&str, &str> = Catalog::of(lang)
        .table("column")
        .filter(|(name, _)| !name.ends_with("_about"))
        .map(|(name, label)| (label, name))
        .collect();
    let names = |row: &[Data]| -> Vec<Option<&'static str>> {
        row.iter().map(|cell| cell.get_string().and_then(|label| labels.get(label).copied())).collect()
    };
    let is_header = |row: &[Data]| names(row).contains(&Some(known));
    let header = sheet.rows().position(is_header).expect("a header");
    let names = names(sheet.rows().nth(header).unwrap());
    let under = sheet.rows().skip(header + 1).map(|row| {
        names
            .iter()
            .zip(row)
            .filter_map(|(name, cell)| Some(((*name)?, cell.clone())))
            .collect::<BTreeMap<_, _>>()
    });
    under.filter(|row| row[known].is_float()).collect()
}

/// The day of Excel's serial number.
pub(super) fn day_of(serial: f64) -> NaiveDate {
    "1899-12-30".parse::<NaiveDate>().unwrap() + chrono::Days::new(serial as u64)
}

pub(super) fn text_of(cell: &Data) -> String {
    cell.get_string().unwrap_or_default().to_owned()
}

pub(super) fn what_if_agrees(view: &PageView, rows: &[BTreeMap<&str, Data>], lang: Lang) {
    let mut rows = rows.iter();
    let proposed = Catalog::of(lang).text("book.mark_proposed");
    for offer in view.lists.iter().flat_map(|list| &list.offers) {
        let scored = &offer.ranked.scored;
        let at_probabilities =
            scored.curve.map(|curve| [0.5, 0.7, 0.9].map(|p| (curve.threshold_at(p), p, Some(2))));
        let stored = offer.curve.iter().map(|point| (point.threshold, point.p_reach, None));
        let mut wanted: Vec<_> = stored.chain(at_probabilities.into_iter().flatten()).collect();
        while !wanted.is_empty() {
            let row = rows.next().expect("a row for each point");
            let (threshold, p) = (row["threshold"].get_float().unwrap(), row["p_reach"].get_float().unwrap());
            let found = wanted.iter().position(|(of_view, p_view, decimals)| {
                is_rounded(threshold, *of_view, *decimals) && is_rounded(p, *p_view, Some(6))
            });
            wanted.remove(found.unwrap_or_else(|| panic!("{threshold} {p} among {wanted:?}")));
            assert_eq!(text_of(&row["candidate_id"]), as_cell(&scored.offer.id));
            if text_of(&row["mark"]) == proposed {
                assert_eq!(threshold, scored.offer.threshold);
            }
        }
    }
    assert!(rows.next().is_none(), "no further row");
}

pub(super) fn review_agrees(view: &PageView, rows: &[BTreeMap<&str, Data>], json: &Json) {
    let offers = view.reviews.iter().flat_map(|review| &review.offers);
    let wire = json["reviews"].as_array().unwrap().iter().flat_map(|one| one["offers"].as_array().unwrap());
    let all: Vec<_> = offers.zip(wire).collect();
    assert_eq!(rows.len(), all.len());
    for ((offer, wire), row) in all.into_iter().zip(rows) {
        for (name, expected, decimals) in [
            ("p_hit", Some(offer.p_hit), Some(6)),
            ("threshold", Some(offer.threshold), None),
            ("demand", offer.demand, None),
            ("demand_p10", offer.demand_p10, Some(2)),
            ("demand_p50", offer.demand_p50, Some(2)),
            ("demand_p90", offer.demand_p90, Some(2)),
        ] {
            let (from_book, from_json) = (row[name].get_float(), wire[name].as_f64());
            assert!(from_book == from_json && from_book.is_some() == expected.is_some(), "{name}");
            assert!(
                from_book.zip(expected).is_none_or(|(number, value)| is_rounded(number, value, decimals)),
                "{name}"
            );
        }
        assert_eq!(
            (wire["hit"].as_bool(), wire["rank"].as_u64()),
            (Some(offer.hit), Some(offer.rank.into()))
        );
        assert_eq!(text_of(&row["title"]), as_cell(offer.title.as_deref().unwrap_or_default()));
    }
}

/// A text as a cell contains it: forbidden characters are replaced, and lines end as in Excel.
pub(super) fn as_cell(text: &str) -> String {
    let mut cell = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' => {
                letters.next_if_eq(&'\n');
                cell.push('\n');
            }
            '\t' | '\n' => cell.push(letter),
            '\u{fffe}' | '\u{ffff}' => cell.push('\u{fffd}'),
            control if (control as u32) < 32 => cell.push('\u{fffd}'),
            other => cell.push(other),
        }
    }
    cell
}
