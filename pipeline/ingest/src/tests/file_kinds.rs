//! Files of all kinds: JSON arrays, zip archives, workbooks, hive folders, Parquet timestamps.

use std::{
    io::{Cursor, Write},
    sync::Arc,
};

use arrow::array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::{
    arrow::ArrowWriter,
    data_type::{ByteArray, ByteArrayType, Int96, Int96Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use slotcast_core::Hint;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{IngestResult, TestFile, batch, column, contract, counts, settings};
use crate::{FileError, Mapping};

const ORDERS: &str = "event_id,order_id,campaign_id,event,occurred_at,units\n";

fn ingest(name: &str, content: impl AsRef<[u8]>) -> Result<IngestResult, FileError> {
    TestFile::new(name, content).ingest(&contract(), &settings())
}

fn ingest_by(keys: &str, name: &str, content: impl AsRef<[u8]>) -> Result<IngestResult, FileError> {
    let text = format!("name = \"m\"\n[[file]]\npattern = \"*\"\ntable = \"order_events\"\n{keys}\n");
    let mapping = Mapping::parse(&text, "m.toml").unwrap_or_else(|error| panic!("{error}"));
    TestFile::new(name, content).ingest(&mapping, &settings())
}

fn events(result: &IngestResult, name: &str) -> Vec<String> {
    column(batch(result, "order_events"), name)
}

fn order(id: &str) -> String {
    format!(
        "{{\"event_id\": \"{id}\", \"order_id\": \"o\",\n\"campaign_id\": \"c\", \"event\": \"placed\", \"occurred_at\": \"2016-02-16 10:00\", \"units\": 2}}"
    )
}

#[test]
fn json_arrays() {
    let array = format!("[\n{},\n{},\n7\n]\n", order("e1"), order("e2"));
    for name in ["order_events/a.json", "order_events/a.ndjson"] {
        let result = ingest(name, &array).unwrap();
        assert_eq!(counts(&result), (3, 2, 1, 0, 0));
        assert_eq!(events(&result, "line"), ["2", "4"]);
        assert_eq!((result.rejects[0].line, result.rejects[0].reason.code()), (6, "bad_json"));
    }
    // One object, and objects over several lines.
    assert_eq!(counts(&ingest("order_events/a.json", order("e1")).unwrap()), (1, 1, 0, 0, 0));
    let objects = format!("{}\n{}", order("e1"), order("e2"));
    assert_eq!(events(&ingest("order_events/a.ndjson", objects).unwrap(), "line"), ["1", "3"]);
    let large = format!("[{}]", vec![order("e"); 20_000].join(","));
    assert_eq!(counts(&ingest("order_events/a.json", large).unwrap()), (20_000, 1, 0, 19_999, 0));
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(array.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(counts(&ingest("order_events/a.json", utf16).unwrap()).1, 2);
}

#[test]
fn arrays_inside_of_an_object() {
    // Pages of an API, as WooCommerce and Shopify answer.
    let page = |id: &str| {
        format!("{{\"page\": [1, {{\"orders\": []}}], \"orders\": [{}], \"next\": \"x\"}}\n", order(id))
    };
    let text = page("e1") + &page("e2");
    let result = ingest_by("records = \"orders\"", "a.json", &text).unwrap();
    assert_eq!(events(&result, "event_id"), ["e1", "e2"]);
    assert_eq!(events(&result, "line"), ["1", "3"]);
    let found = ingest_by("records = \"items\"", "a.json", &text).unwrap_err();
    assert_eq!(found.to_string(), "`a.json` has no array `items`; its object has `page`, `orders`, `next`");
    let cut = text.trim_end().trim_end_matches('}');
    assert!(matches!(ingest_by("records = \"orders\"", "a.json", cut), Err(FileError::TruncatedJson { .. })));
    let hint = ingest("order_events/a.json", page("e1")).unwrap_err().hint().unwrap();
    assert!(hint.contains("`records`"), "{hint}");
}

fn zip(members: &[(&str, &[u8])], method: zip::CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn archives_of_one_file() {
    let deflate = zip::CompressionMethod::Deflated;
    let text = format!("{ORDERS}e1,o,c,placed,2016-02-16 10:00,2\n");
    for method in [deflate, zip::CompressionMethod::Stored] {
        // Finder adds files of its own.
        let archive = zip(&[("export/orders.csv", text.as_bytes()), ("__MACOSX/._orders.csv", b"x")], method);
        for name in ["order_events/orders.csv.zip", "order_events/orders.zip"] {
            assert_eq!(counts(&ingest(name, &archive).unwrap()), (1, 1, 0, 0, 0), "{name}");
        }
    }
    let array = zip(&[("orders.json", order("e1").as_bytes())], deflate);
    assert_eq!(counts(&ingest("order_events/orders.zip", array).unwrap()).1, 1);
    let several = zip(&[("a.csv", b"x"), ("b.csv", b"x")], deflate);
    let found = ingest("order_events/a.zip", several).unwrap_err();
    let expected =
        "`order_events/a.zip` contains 2 files: `a.csv`, `b.csv`; an archive of exactly one file is read";
    assert_eq!(found.to_string(), expected);
    assert_eq!(found.hint().unwrap(), "unpack it, or pack each file alone");
    let unread = zip(&[("a.txt", text.as_bytes())], deflate);
    assert!(matches!(ingest("order_events/a.zip", unread), Err(FileError::NotRead { .. })));
    let mut damaged = zip(&[("a.csv", text.repeat(50).as_bytes())], deflate);
    damaged[60] ^= 0x55;
    assert!(ingest("order_events/a.zip", damaged).is_err());
    assert!(matches!(ingest("order_events/a.zip", &text), Err(FileError::CorruptArchive { .. })));
}

/// A workbook with a title, a second sheet and a hidden one.
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("meta").unwrap().set_hidden(true);
    let sheet = book.add_worksheet().set_name("orders").unwrap().set_active(true);
    sheet.write(0, 0, "주문 내역").unwrap();
    let header =
        ["event_id", "order_id", "campaign_id", "event", "occurred_at", "units", "amount", "day", "gift"];
    for (column, name) in header.into_iter().enumerate() {
        sheet.write(3, column as u16, name).unwrap();
    }
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    for (row, hour) in [(4, 0), (6, 10)] {
        sheet.write(row, 0, 8_801_234_567_890_i64 + i64::from(row)).unwrap();
        sheet.write(row, 1, "o1").unwrap();
        sheet.write(row, 2, "c1").unwrap();
        sheet.write(row, 3, "placed").unwrap();
        let moment = ExcelDateTime::from_ymd(2016, 2, 16).unwrap().and_hms(hour, 0, 0).unwrap();
        sheet.write_with_format(row, 4, &moment, &time).unwrap();
        sheet.write(row, 5, 2).unwrap();
        // Excel stores 0.58 in binary: orbeon/orbeon-forms#4452.
        sheet.write(row, 6, 0.58).unwrap();
        sheet.write_with_format(row, 7, ExcelDateTime::from_ymd(2016, 2, 16).unwrap(), &date).unwrap();
        sheet.write(row, 8, true).unwrap();
    }
    // exceljs/exceljs#2182: Excel shows 124600.
    sheet.write(6, 6, 124_599.999_999_999_99).unwrap();
    sheet.write_formula(6, 8, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A")).unwrap();
    book.add_worksheet().set_name("more").unwrap().write(0, 0, "x").unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn workbooks() {
    let result = ingest_by("header_row = 4", "orders.xlsx", workbook()).unwrap();
    assert_eq!(counts(&result), (2, 2, 0, 0, 0), "{:?}", result.rejects);
    assert_eq!(events(&result, "event_id"), ["8801234567894", "8801234567896"]);
    assert_eq!(events(&result, "occurred_at"), ["2016-02-15T15:00:00Z", "2016-02-16T01:00:00Z"]);
    assert_eq!(events(&result, "amount"), ["0.58", "124600.00"]);
    assert_eq!(events(&result, "gift"), ["true", ""]);
    assert_eq!(events(&result, "line"), ["5", "7"]);
    assert_eq!(result.notes, ["sheet `orders` of 3", "error cells such as #N/A, read as empty: 1"]);
    let found = ingest_by("sheet = \"Orders\"", "orders.xlsx", workbook()).unwrap_err();
    assert_eq!(found.to_string(), "`orders.xlsx` has no sheet `Orders`; it has `meta`, `orders`, `more`");
    let found = ingest_by("skip_lines = 90", "orders.xlsx", workbook()).unwrap_err();
    assert!(matches!(found, FileError::NoHeader { skipped: 90, .. }), "{found}");
    assert!(matches!(
        ingest_by("sheet = \"more\"", "a.xlsx", workbook()),
        Err(FileError::MissingColumns { .. })
    ));
}

#[test]
fn files_under_the_name_of_a_workbook() {
    for (name, content, found) in [
        ("order_events/a.xls", &b"<html><table><tr><td>x"[..], "an HTML or XML page"),
        ("order_events/a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file"),
        ("order_events/a.xls", b"event_id\torder_id\n", "text"),
        ("order_events/a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file"),
    ] {
        let error = ingest(name, content).unwrap_err();
        assert_eq!(error.to_string(), format!("`{name}` is {found}, not an Excel workbook"));
        assert!(error.hint().is_some());
    }
    assert!(matches!(ingest("order_events/a.xlsx", b"PK\x03\x04"), Err(FileError::InvalidWorkbook { .. })));
    // The content decides, and a workbook may have the old extension.
    assert!(matches!(ingest("order_events/a.xls", workbook()), Err(FileError::MissingColumns { .. })));
}

#[test]
fn columns_of_folders() {
    let rows = "event_id,order_id,event,occurred_at,units\ne1,o,placed,2016-02-16 10:00,2\n";
    // Spark writes an empty value so, mozilla/telemetry-airflow#404.
    let name = "order_events/year=2016/campaign_id=C%201/channel=__HIVE_DEFAULT_PARTITION__/part-0.csv";
    let result = ingest(name, rows).unwrap();
    assert_eq!(events(&result, "campaign_id"), ["C 1"]);
    assert_eq!(events(&result, "channel"), [""]);
    assert_eq!(result.extra_columns, Vec::<String>::new());
    // The column inside of the file is more exact.
    let own = format!("{ORDERS}e1,o,c2,placed,2016-02-16 10:00,2\n");
    assert_eq!(events(&ingest(name, own).unwrap(), "campaign_id"), ["c2"]);
    // The same bytes in another folder are other rows.
    let hash = |name: &str| contract().mapping_hash(name);
    assert_ne!(hash("order_events/campaign_id=1/a.csv"), hash("order_events/campaign_id=2/a.csv"));
    assert_eq!(hash("order_events/a.csv"), hash("order_events/b.csv"));
    // A workbook that is also there as `.csv` is refused under that name, not skipped as a duplicate.
    assert_ne!(hash("order_events/a.csv"), hash("order_events/a.xlsx"));
    let text = "[{\"event_id\": \"e1\", \"order_id\": \"o\", \"event\": \"placed\", \"occurred_at\": \"2016-02-16 10:00\", \"units\": 1}]";
    assert_eq!(events(&ingest("order_events/campaign_id=C1/a.json", text).unwrap(), "campaign_id"), ["C1"]);
}

/// A file with an INT96 timestamp, as Spark and Hive write it: day and nanosecond in UTC.
fn int96_file() -> Vec<u8> {
    let names = ["event_id", "order_id", "campaign_id", "event"];
    let texts: String = names.iter().map(|name| format!("required binary {name} (UTF8); ")).collect();
    let schema = format!("message m {{ {texts} required int96 occurred_at; required binary units (UTF8); }}");
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let mut bytes = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for text in ["e1", "o", "c", "placed", "", "2"] {
        let mut column = group.next_column().unwrap().unwrap();
        if text.is_empty() {
            // 2016-02-16 01:00 UTC: Julian day 2457435.
            let mut moment = Int96::new();
            let nanos = 3_600_000_000_000_u64;
            moment.set_data(nanos as u32, (nanos >> 32) as u32, 2_457_435);
            column.typed::<Int96Type>().write_batch(&[moment], None, None).unwrap();
        } else {
            column.typed::<ByteArrayType>().write_batch(&[ByteArray::from(text)], None, None).unwrap();
        }
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn parquet_timestamps_without_a_zone() {
    // apache/datafusion#9981: Spark writes instants in UTC.
    let result = ingest("order_events/a.parquet", int96_file()).unwrap();
    assert_eq!(events(&result, "occurred_at"), ["2016-02-16T01:00:00Z"]);
    assert_eq!(result.notes, ["INT96 timestamps: read as UTC: occurred_at"]);
    let text = |value: &str| Arc::new(StringArray::from(vec![value])) as ArrayRef;
    let moment = || Arc::new(TimestampMicrosecondArray::from(vec![1_455_616_800_000_000])) as ArrayRef;
    let columns = [
        ("event_id", text("e1")),
        ("order_id", text("o")),
        ("campaign_id", text("c")),
        ("event", text("placed")),
        ("occurred_at", moment()),
        ("units", text("2")),
        ("exported_at", moment()),
    ];
    let rows = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema(), None).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
    let result = ingest("order_events/a.parquet", bytes).unwrap();
    assert_eq!(events(&result, "occurred_at"), ["2016-02-16T01:00:00Z"]);
    assert_eq!(result.notes, ["timestamps without zone: read as Asia/Seoul: occurred_at"]);
}

#[test]
fn duplicate_names_of_columns_that_nobody_reads() {
    let text = "event_id,order_id,campaign_id,event,occurred_at,units,note,note\ne1,o,c,placed,2016-02-16 10:00,2,a,b\n";
    assert_eq!(counts(&ingest("order_events/a.csv", text).unwrap()), (1, 1, 0, 0, 0));
    let found = ingest("order_events/a.csv", text.replace("note,note", "units,note")).unwrap_err();
    assert_eq!(found.to_string(), "`order_events/a.csv` has column `units` twice");
}

#[test]
fn titles_above_the_header() {
    let text = format!(
        "주문 내역,,,,,\n기간: 2016-02,,,,,\n,,,,,\n{ORDERS}e1,o,c,placed,2016-02-16 10:00,2\n합계,,,,,2\n"
    );
    for keys in ["skip_lines = 3", "header_row = 4"] {
        let result = ingest_by(keys, "orders.csv", &text).unwrap();
        assert_eq!(counts(&result), (2, 1, 1, 0, 0));
        assert_eq!((events(&result, "line"), result.rejects[0].line), (vec!["5".to_owned()], 6));
    }
    let hint = ingest_by("", "orders.csv", &text).unwrap_err().hint().unwrap();
    assert!(hint.contains("`header_row`"), "{hint}");
}
