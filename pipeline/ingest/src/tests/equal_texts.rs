//! Texts that look equal, and ids that a spreadsheet has changed.

use slotcast_core::Hint;

use super::{TestFile, batch, column, contract, counts, ingest_contract, ingest_mapped, settings};
use crate::{FileError, RejectReason};

const HEADER: &str = "event_id,order_id,campaign_id,event,occurred_at,units\n";

fn orders(ids: &[&str]) -> String {
    let row = |(row, id): (usize, &&str)| format!("e{row},{id},c,placed,2026-03-04 12:00,1\n");
    format!("{HEADER}{}", ids.iter().enumerate().map(row).collect::<String>())
}

// ethereum/staking-deposit-cli#172: a Mac writes 가격 as U+1100 U+1161 U+1100 U+1167 U+11A8.
// LuteOrg/lute-v3#612: `Amerika\u{200b} \u{200b}Kusini` in an export.
#[test]
fn ids_and_names_are_normalized() {
    let ids = [
        "가격",
        "\u{1100}\u{1161}\u{1100}\u{1167}\u{11a8}",
        "Amerika\u{200b} \u{200b}Kusini",
        "Amerika\u{a0}Kusini",
        "\u{a0}C1\u{feff}",
    ];
    let result = ingest_contract("order_events/a.csv", &orders(&ids));
    assert_eq!((counts(&result).1, result.normalized), (5, 4));
    let found = column(batch(&result, "order_events"), "order_id");
    assert_eq!(found, ["가격", "가격", "Amerika Kusini", "Amerika Kusini", "C1"]);
}

// opengovsg/postmangovsg#88 and gocarina/gocsv#242: column names with U+FEFF or other invisible marks.
#[test]
fn headers_and_constants_are_normalized() {
    let nfd = "\u{1107}\u{1169}\u{11b7}";
    let mapping = format!(
        "name = \"m\"\n[[file]]\npattern = \"*.csv\"\n[[file.filter]]\ncolumn = \"{nfd}\"\nequals = \"{nfd}2\"\n\
         reason = \"other\"\n[[file.target]]\ntable = \"order_events\"\n[file.target.columns]\nevent_id = \"id\"\n\
         order_id = \"id\"\ncampaign_id = {{ column = \"봄\", map = {{ \"{nfd}1\" = \"c\" }} }}\n\
         event = {{ value = \"placed\" }}\noccurred_at = \"at\"\nunits = {{ value = 1 }}\n"
    );
    let rows = format!(
        "\u{feff}id\u{200b},at,{nfd}\n1,2026-03-04 12:00,봄1\n2,2026-03-04 12:00,{nfd}1\n3,2026-03-04 12:00,봄2\n"
    );
    let result = ingest_mapped(&mapping, &rows);
    assert_eq!(counts(&result), (3, 2, 0, 0, 1));
    assert_eq!(column(batch(&result, "order_events"), "campaign_id"), ["c", "c"]);
}

// hhurz/tableExport.jquery.plugin#103: U+001F before numbers with leading zeros.
// PHPOffice/PhpSpreadsheet#2230 and javiertelioz/angular2-csv#36: `="0001"` or an apostrophe for the same purpose.
#[test]
fn guarded_texts() {
    let result = ingest_contract(
        "order_events/a.csv",
        &orders(&["\u{1f}030611", "\"=\"\"0001\"\"\"", "'0000025", "'s"]),
    );
    let found = column(batch(&result, "order_events"), "order_id");
    assert_eq!(found, ["030611", "0001", "0000025", "'s"]);
}

// ExcelDataReader/ExcelDataReader#39: 100025440003960000 becomes 1.00E+17.
// react-csv/react-csv#136: 468768768833943384 becomes 4,687E+11 in other languages.
#[test]
fn numbers_of_a_spreadsheet_are_no_ids() {
    let result = ingest_contract("order_events/a.csv", &orders(&["1.00E+17", "\"4,687E+11\"", "12E15"]));
    assert_eq!(counts(&result), (3, 1, 2, 0, 0));
    assert!(result.rejects.iter().all(|reject| reject.reason == RejectReason::ExcelNumber));
    assert_eq!(result.rejects[0].column_name.as_deref(), Some("order_id"));
    assert!(RejectReason::ExcelNumber.remedy().contains("as text"));
}

// huanz/tableExport#4: the last digits of long numbers become 0.
#[test]
fn rounded_ids_refuse_the_file() {
    let rounded =
        ["2026030412345670", "2026030412345680", "2026030412345690", "2026030412345700", "20260304123457000"];
    let refused =
        TestFile::new("order_events/a.csv", orders(&rounded)).ingest(&contract(), &settings()).unwrap_err();
    let FileError::RuinedIds { column, id, .. } = &refused else { panic!("{refused}") };
    assert_eq!((column.as_str(), id.as_str()), ("order_id", rounded[0]));
    assert!(refused.hint().unwrap().contains("as text"));
    // One exact id shows that the file was not rounded.
    let exact = [&rounded[..], &["2026030412345671"]].concat();
    assert_eq!(counts(&ingest_contract("order_events/a.csv", &orders(&exact))).1, 6);
}
