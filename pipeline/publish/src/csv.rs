//! The ranking as CSV for Excel and for people who script. It writes to what it is given and opens nothing.

use std::io::Write;

use slotcast_core::{Audience, RunId};

use crate::{
    columns::{COLUMNS, Column, Row, Value},
    error::PublishError,
    view::OfferView,
};

/// Korean Excel reads UTF-8 as CP949 unless the file says otherwise.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Between the names of flags: no name holds it, and no spreadsheet splits a quoted cell at it.
const BETWEEN_FLAGS: &str = ";";

/// Writes a list as CSV: UTF-8 with a byte order mark, lines ended by CR LF; the promised columns of `rankings`,
/// then what is known of an offer beside its score.
///
/// Probabilities and rates have six decimals, demand and amounts at most two, everything else is as it is.
/// `expected_value` is promised, so its column is there and empty for those who may not see it; other internal
/// columns are not there.
///
/// # Errors
/// When `out` refuses the bytes.
pub fn write_ranking_csv(
    out: &mut dyn Write,
    run_id: &RunId,
    offers: &[OfferView],
    audience: Audience,
) -> Result<(), PublishError> {
    out.write_all(BYTE_ORDER_MARK)?;
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    writer.write_record(columns(audience).map(|column| column.name))?;
    for offer in offers {
        let row = Row { run_id, offer, audience };
        writer.write_record(columns(audience).map(|column| cell(column, &row)))?;
    }
    writer.flush()?;
    Ok(())
}

fn columns(audience: Audience) -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().filter(move |column| column.name == "expected_value" || column.is_for(audience))
}

fn cell(column: &Column, row: &Row<'_>) -> String {
    match column.value(row) {
        Value::Text(text) => harmless(&text),
        Value::Number(number) => column.kind.text(number),
        Value::Count(count) => count.to_string(),
        Value::Date(date) => date.to_string(),
        Value::YesNo(is_so) => is_so.to_string(),
        Value::Flags(flags) => flags.iter().map(|flag| flag.as_str()).collect::<Vec<_>>().join(BETWEEN_FLAGS),
        Value::Basis(basis) => basis.to_string(),
        Value::Missing => String::new(),
    }
}

/// A spreadsheet runs a cell that looks like a formula, whoever wrote it. An
/// apostrophe in front keeps it a text. The wide signs count as well: Excel
/// with an East Asian locale takes them for the narrow ones.
fn harmless(text: &str) -> String {
    let is_formula = text
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sample, view::Flag};

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
    fn excel_is_told_the_encoding_and_the_columns_are_the_promised_ones() {
        let header = "\u{feff}run_id,slot_date,candidate_id,product_id,title,category,maker_name,threshold,\
            threshold_basis,price,rank,ranked_by,p_hit,p_low,p_high,demand_p10,demand_p50,demand_p90,\
            expected_amount,expected_value,thin_data,reasons_ko,reasons_en,model,capacity,alerts,alerts_7d,\
            alerts_previous_7d,wishes,wishes_7d,wishes_previous_7d,visitors,alert_rate,order_rate,\
            orders_per_alert,maker_hits,maker_n,maker_rate_shrunk,category_hits,category_n,\
            category_rate_shrunk,flags,near_duplicate_id,near_duplicate_title,near_duplicate_slot,\
            previous_rank,previous_p_hit,change_reason_ko,change_reason_en,threshold_50,threshold_70,threshold_90,url,image_url";
        assert_eq!(csv_of(&[], Audience::Everyone), format!("{header}\r\n"));
        assert_eq!(csv_of(&[], Audience::Internal), format!("{header},unit_cost,fixed_cost\r\n"));
    }

    #[test]
    fn figures_have_a_fixed_shape() {
        let offers = sample::offers();
        let rows = records(&csv_of(&offers, Audience::Everyone));
        assert_eq!(rows.len(), offers.len() + 1);
        let at = |row: usize, name: &str| {
            let place = rows[0].iter().position(|one| one == name).unwrap();
            rows[row][place].as_str()
        };
        assert_eq!(
            (at(1, "threshold"), at(1, "p_hit"), at(1, "alert_rate")),
            ("300", "0.934100", "0.210000")
        );
        let amount =
            offers[0].ranked.scored.expected_amount().expect("the first offer has a curve and a price");
        assert_eq!(at(1, "expected_amount"), crate::figures::rounded(amount, 2));
        assert_eq!((at(1, "expected_value"), at(4, "near_duplicate_slot")), ("", "2016-02-16"));
        assert_eq!(at(4, "flags"), "thin_data;holiday;near_duplicate");
        assert!(Flag::ALL.iter().all(|flag| !flag.as_str().contains(BETWEEN_FLAGS)));
    }

    #[test]
    fn the_house_reads_cost_and_value() {
        let offers = sample::offers();
        let rows = records(&csv_of(&offers[..1], Audience::Internal));
        let value = offers[0].ranked.scored.expected_value().unwrap();
        assert_eq!(rows[1][19], crate::figures::rounded(value, 2));
        assert!(rows[1].ends_with(&["7777".to_owned(), "123456".to_owned()]));
    }

    #[test]
    fn no_cell_of_text_is_a_formula() {
        let mut offer = sample::offers().remove(0);
        for hostile in ["=1+1", "+82", "-x", "@sum", "\tx", "\rx", "\u{ff1d}1"] {
            offer.ranked.scored.offer.title = Some(hostile.to_owned());
            offer.sheet.url = Some(hostile.to_owned());
            let rows = records(&csv_of(&[offer.clone()], Audience::Everyone));
            assert_eq!(rows[1].iter().filter(|cell| **cell == format!("'{hostile}")).count(), 2);
        }
        offer.ranked.scored.offer.title = Some("a=b, \"c\"".to_owned());
        assert_eq!(records(&csv_of(&[offer], Audience::Everyone))[1][4], "a=b, \"c\"");
    }

    #[test]
    fn the_same_list_has_the_same_bytes() {
        let text = || csv_of(&sample::offers(), Audience::Internal);
        assert_eq!(text(), text());
    }
}
