//! Ranking as CSV, for Excel and for scripts.

use std::io::Write;

use slotcast_core::{Audience, RunId};

use crate::{
    columns::{COLUMNS, Column, OfferRow},
    error::PublishError,
    export::{ExportFile, Exporter},
    i18n::Lang,
    view::{CellValue, OfferView, PageView},
};

/// Korean Excel reads UTF-8 as CP949 unless the file has a byte order mark.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Separator of flag names. No name contains it, and no spreadsheet splits a quoted cell at it.
const FLAG_SEPARATOR: &str = ";";

/// Exporter of `ranking.csv`, and of `ranking-preliminary.csv` for a preliminary list.
pub(crate) struct CsvExporter;

impl Exporter for CsvExporter {
    fn files(&self, view: &PageView, _lang: Lang) -> Result<Vec<ExportFile>, PublishError> {
        let lists = view.lists.iter().map(|list| {
            let stem = if list.is_preliminary { "ranking-preliminary" } else { "ranking" };
            let mut bytes = Vec::new();
            write_ranking_csv(&mut bytes, &view.run_id, &list.offers, view.audience)?;
            Ok(ExportFile::new(view, stem, "csv", bytes))
        });
        lists.collect()
    }
}

/// Writes a list as CSV: UTF-8 with a byte order mark, lines ended by CR LF.
///
/// Probabilities and rates have six decimals, demand and amounts at most two; other values are unrounded.
pub(crate) fn write_ranking_csv(
    out: &mut dyn Write,
    run_id: &RunId,
    offers: &[OfferView],
    audience: Audience,
) -> Result<(), PublishError> {
    out.write_all(BYTE_ORDER_MARK)?;
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    let columns = || COLUMNS.iter().filter(|column| column.is_exported_to(audience));
    writer.write_record(columns().map(|column| column.name))?;
    for offer in offers {
        let row = OfferRow { run_id, offer, audience };
        writer.write_record(columns().map(|column| cell(column, &row)))?;
    }
    writer.flush()?;
    Ok(())
}

fn cell(column: &Column, row: &OfferRow<'_>) -> String {
    match column.value(row) {
        CellValue::Text(text) => escape_formula(&text),
        CellValue::Number(number) => column.kind.text(number),
        CellValue::Count(count) => count.to_string(),
        CellValue::Date(date) => date.to_string(),
        CellValue::Bool(value) => value.to_string(),
        CellValue::Flags(flags) => {
            flags.iter().map(|flag| flag.as_str()).collect::<Vec<_>>().join(FLAG_SEPARATOR)
        }
        CellValue::Basis(basis) => basis.to_string(),
        CellValue::Missing => String::new(),
    }
}

/// The text with an apostrophe in front if a spreadsheet would run it as a formula. Excel with an East Asian
/// locale accepts full-width signs, too.
fn escape_formula(text: &str) -> String {
    let is_formula = text
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{tests::sample, view::OfferFlag};

    fn csv_of(offers: &[OfferView], audience: Audience) -> String {
        let mut bytes = Vec::new();
        write_ranking_csv(&mut bytes, &sample::run_id(), offers, audience).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn records(text: &str) -> Vec<Vec<String>> {
        let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|one| one.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn promised_columns_come_first() {
        let promised = "\u{feff}run_id,slot_date,candidate_id,product_id,title,category,maker_name,threshold,\
            threshold_basis,price,rank,ranked_by,p_hit,p_low,p_high,demand_p10,demand_p50,demand_p90,\
            expected_amount,expected_value,thin_data,reasons_ko,reasons_en,model,capacity,currency,alerts,";
        let everyone = csv_of(&[], Audience::Everyone);
        assert!(everyone.starts_with(promised) && everyone.ends_with(",url,image_url\r\n"), "{everyone}");
        assert!(csv_of(&[], Audience::Internal).ends_with(",unit_cost,fixed_cost\r\n"));
    }

    #[test]
    fn figures_have_a_fixed_format() {
        let offers = sample::offers();
        let rows = records(&csv_of(&offers, Audience::Everyone));
        assert_eq!(rows.len(), offers.len() + 1);
        let at = |row: usize, name: &str| {
            let column = rows[0].iter().position(|one| one == name).unwrap();
            rows[row][column].as_str()
        };
        assert_eq!(
            (at(1, "threshold"), at(1, "p_hit"), at(1, "alert_rate")),
            ("300", "0.934100", "0.210000")
        );
        let amount =
            offers[0].ranked.scored.expected_amount().expect("the first offer has a curve and a price");
        assert_eq!(at(1, "expected_amount"), crate::number_format::rounded(amount, 2));
        assert_eq!((at(1, "expected_value"), at(4, "near_duplicate_slot")), ("", "2016-02-16"));
        assert_eq!(at(4, "flags"), "thin_data;holiday;near_duplicate");
        assert!(OfferFlag::ALL.iter().all(|flag| !flag.as_str().contains(FLAG_SEPARATOR)));
    }

    #[test]
    fn internal_readers_see_cost_and_value() {
        let offers = sample::offers();
        let rows = records(&csv_of(&offers[..1], Audience::Internal));
        let value = offers[0].ranked.scored.expected_value().unwrap();
        assert_eq!(rows[1][19], crate::number_format::rounded(value, 2));
        assert!(rows[1].ends_with(&["7777".to_owned(), "123456".to_owned()]));
    }

    #[test]
    fn no_text_is_a_formula() {
        let mut offer = sample::offers().remove(0);
        for hostile in ["=1+1", "+82", "-x", "@sum", "\tx", "\rx", "\u{ff1d}1"] {
            offer.ranked.scored.offer.title = Some(hostile.to_owned());
            offer.cells.set("url", CellValue::Text(hostile.into()));
            let rows = records(&csv_of(&[offer.clone()], Audience::Everyone));
            assert_eq!(rows[1].iter().filter(|cell| **cell == format!("'{hostile}")).count(), 2);
        }
        offer.ranked.scored.offer.title = Some("a=b, \"c\"".to_owned());
        assert_eq!(records(&csv_of(&[offer], Audience::Everyone))[1][4], "a=b, \"c\"");
    }

    #[test]
    fn equal_lists_have_equal_bytes() {
        let text = || csv_of(&sample::offers(), Audience::Internal);
        assert_eq!(text(), text());
    }
}
