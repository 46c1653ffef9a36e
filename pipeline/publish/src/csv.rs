//! The ranking as CSV for Excel and for people who script. It writes to what it is given and opens nothing.

use std::{collections::BTreeMap, io::Write};

use slotcast_core::{Probability, RankedOffer, RunId};

use crate::{
    error::PublishError,
    figures::{plain, rounded, six},
    words::{Lang, reasons_text},
};

/// Korean Excel reads UTF-8 as CP949 unless the file says otherwise.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

const COLUMNS: [&str; 23] = [
    "run_id",
    "slot_date",
    "candidate_id",
    "product_id",
    "title",
    "category",
    "maker_name",
    "threshold",
    "threshold_basis",
    "price",
    "rank",
    "ranked_by",
    "p_hit",
    "p_low",
    "p_high",
    "demand_p10",
    "demand_p50",
    "demand_p90",
    "expected_amount",
    "thin_data",
    "reasons_ko",
    "reasons_en",
    "model",
];

/// Writes a list as CSV: UTF-8 with a byte order mark, lines ended by CR LF, the promised columns of `rankings`.
///
/// `expected_amounts` holds amounts by the id of an offer; without them the column stays empty.
///
/// # Errors
/// When `out` refuses the bytes.
pub fn write_ranking_csv(
    out: &mut dyn Write,
    run_id: &RunId,
    offers: &[RankedOffer],
    expected_amounts: Option<&BTreeMap<String, f64>>,
) -> Result<(), PublishError> {
    out.write_all(BYTE_ORDER_MARK)?;
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    writer.write_record(COLUMNS)?;
    for ranked in offers {
        let amount = expected_amounts.and_then(|amounts| amounts.get(&ranked.scored.offer.id)).copied();
        writer.write_record(row(run_id, ranked, amount))?;
    }
    writer.flush()?;
    Ok(())
}

fn row(run_id: &RunId, ranked: &RankedOffer, expected_amount: Option<f64>) -> [String; COLUMNS.len()] {
    let scored = &ranked.scored;
    let offer = &scored.offer;
    let chance = |p: Option<Probability>| p.map_or(String::new(), |p| six(p.get()));
    let demand = |pick: fn(&slotcast_core::DemandQuantiles) -> f64| {
        scored.demand.as_ref().map_or(String::new(), |quantiles| rounded(pick(quantiles), 2))
    };
    [
        run_id.to_string(),
        offer.slot_date.to_string(),
        harmless(&offer.id),
        harmless(&offer.product_id),
        harmless(offer.title.as_deref().unwrap_or_default()),
        harmless(offer.category.as_deref().unwrap_or_default()),
        harmless(offer.maker_name.as_deref().unwrap_or_default()),
        plain(offer.threshold),
        offer.threshold_basis.to_string(),
        offer.price.map_or(String::new(), plain),
        ranked.rank.to_string(),
        ranked.ranked_by.to_owned(),
        chance(Some(scored.p_hit)),
        chance(scored.p_low),
        chance(scored.p_high),
        demand(|quantiles| quantiles.p10),
        demand(|quantiles| quantiles.p50),
        demand(|quantiles| quantiles.p90),
        expected_amount.map_or(String::new(), |amount| rounded(amount, 2)),
        scored.thin_data.to_string(),
        harmless(&reasons_text(Lang::Ko, &ranked.reasons)),
        harmless(&reasons_text(Lang::En, &ranked.reasons)),
        harmless(&scored.model),
    ]
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
    use crate::sample;

    fn csv_of(offers: &[RankedOffer], amounts: Option<&BTreeMap<String, f64>>) -> String {
        let mut bytes = Vec::new();
        write_ranking_csv(&mut bytes, &sample::run_id(), offers, amounts).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn records(text: &str) -> Vec<Vec<String>> {
        let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|one| one.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn excel_is_told_the_encoding_and_the_columns_are_the_promised_ones() {
        let text = csv_of(&[], None);
        let header = "\u{feff}run_id,slot_date,candidate_id,product_id,title,category,maker_name,threshold,\
            threshold_basis,price,rank,ranked_by,p_hit,p_low,p_high,demand_p10,demand_p50,demand_p90,\
            expected_amount,thin_data,reasons_ko,reasons_en,model\r\n";
        assert_eq!(text, header);
    }

    #[test]
    fn figures_have_a_fixed_shape() {
        let offers = sample::offers();
        let rows = records(&csv_of(&offers, None));
        assert_eq!(rows.len(), offers.len() + 1);
        let column = |name: &str| COLUMNS.iter().position(|one| *one == name).unwrap();
        assert_eq!(rows[1][column("threshold")], "300");
        assert_eq!(rows[1][column("p_hit")], "0.934100");
        assert_eq!(rows[1][column("expected_amount")], "");
        let amounts = BTreeMap::from([(offers[0].scored.offer.id.clone(), 1_250_000.5)]);
        assert_eq!(records(&csv_of(&offers, Some(&amounts)))[1][column("expected_amount")], "1250000.5");
    }

    #[test]
    fn no_cell_of_text_is_a_formula() {
        let mut offer = sample::offers().remove(0);
        for hostile in ["=1+1", "+82", "-x", "@sum", "\tx", "\rx", "\u{ff1d}1"] {
            offer.scored.offer.title = Some(hostile.to_owned());
            assert_eq!(records(&csv_of(&[offer.clone()], None))[1][4], format!("'{hostile}"));
        }
        offer.scored.offer.title = Some("a=b, \"c\"".to_owned());
        assert_eq!(records(&csv_of(&[offer], None))[1][4], "a=b, \"c\"");
    }

    #[test]
    fn the_same_list_has_the_same_bytes() {
        assert_eq!(csv_of(&sample::offers(), None), csv_of(&sample::offers(), None));
    }
}
