//! Messages of `ingest` for every kind of input, one inbox per case, compared with golden files.
//!
//! `bad_input/<case>.txt` contains the expected messages. `SLOTCAST_BLESS=1 cargo test bad_input` rewrites the files;
//! review the difference before you commit it.

use std::{io::Write, path::Path, sync::Arc};

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};

use crate::support::{root, run, slotcast, write_bytes};

const MAKERS: &str = "maker_id,name,kind,updated_at\n";
const GOOD: &str = "m1,해담,artist,2016-01-01 09:00\n";
const ORDERS: &str = "event_id,order_id,campaign_id,event,occurred_at,units,amount\n";

/// Files of an inbox, with a mapping and further arguments.
struct Case {
    name: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
    mapping: Option<&'static str>,
    arguments: &'static [&'static str],
}

fn case(name: &'static str, file: &'static str, content: impl AsRef<[u8]>) -> Case {
    Case { name, files: vec![(file, content.as_ref().to_vec())], mapping: None, arguments: &[] }
}

impl Case {
    fn mapped(mut self, mapping: &'static str) -> Self {
        self.mapping = Some(mapping);
        self
    }

    fn and(mut self, file: &'static str, content: impl AsRef<[u8]>) -> Self {
        self.files.push((file, content.as_ref().to_vec()));
        self
    }

    fn with(mut self, arguments: &'static [&'static str]) -> Self {
        self.arguments = arguments;
        self
    }
}

fn gzip(content: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn parquet() -> Vec<u8> {
    let text = |values: [&str; 2]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let moments = TimestampMicrosecondArray::from(vec![1_451_606_400_000_000; 2]).with_timezone("UTC");
    let batch = RecordBatch::try_from_iter([
        ("event_id", text(["e1", "e2"])),
        ("order_id", text(["o1", "o2"])),
        ("campaign_id", text(["c", "c"])),
        ("event", text(["placed", "ordered"])),
        ("occurred_at", Arc::new(moments) as ArrayRef),
        ("units", Arc::new(Float64Array::from(vec![1.0, 2.0])) as ArrayRef),
    ])
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn zstd_with_checksum(content: &str) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(content.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Flips some bits of `count` bytes.
fn flipped(mut bytes: Vec<u8>, from: usize, count: usize) -> Vec<u8> {
    bytes[from..from + count].iter_mut().for_each(|byte| *byte ^= 0x55);
    bytes
}

/// A Parquet file with one changed letter in its embedded schema, on which the decoder panics.
fn parquet_damaged() -> Vec<u8> {
    let (mut bytes, key) = (parquet(), b"ARROW:schema");
    let at = bytes.windows(key.len()).position(|window| window == key).unwrap() + key.len();
    bytes[at + 176] = b'Z';
    bytes
}

/// A Parquet file with a footer that claims two billion row groups.
fn parquet_of_absurd_size() -> Vec<u8> {
    let mut bytes = parquet();
    // The footer: two rows, then a list of one structure.
    let rows_and_groups = [0x16, 0x04, 0x19, 0x1c];
    let at = bytes.windows(4).position(|window| window == rows_and_groups).unwrap() + 3;
    bytes.splice(at..=at, [0xfc, 0xff, 0xff, 0xff, 0xff, 0x07]);
    let end = bytes.len() - 8;
    let length = u32::from_le_bytes(*bytes[end..].first_chunk().unwrap()) + 5;
    bytes[end..end + 4].copy_from_slice(&length.to_le_bytes());
    bytes
}

fn many(rows: usize, row: impl Fn(usize) -> String) -> String {
    (0..rows).map(row).collect()
}

fn cases() -> Vec<Case> {
    let makers = |rows: &str| format!("{MAKERS}{rows}");
    let orders = |rows: &str| format!("{ORDERS}{rows}");
    let (cp949, _, _) =
        encoding_rs::EUC_KR.encode("maker_id,name,kind,updated_at\nm1,해담 공방,artist,2016-01-01 09:00\n");
    let mut cp949_broken = cp949.to_vec();
    cp949_broken.extend_from_slice(b"m2,\xb0\xff,artist,2016-01-01 09:00\n");
    let mut broken_utf8 = makers(GOOD).into_bytes();
    broken_utf8.extend_from_slice(b"m2,\xed\xa0,artist,2016-01-01 09:00\n");
    let many_orders =
        orders(&many(2_000, |n| format!("e{n},o{n},c{},placed,2016-02-16 10:00,1,\n", n * 7919 % 1009)));
    let zipped = gzip(&many_orders);
    let zstd_orders = zstd_with_checksum(&many_orders);
    let zstd = zstd::encode_all(makers(GOOD).as_bytes(), 1).unwrap();
    vec![
        case("byte_order_mark", "makers/a.csv", format!("\u{feff}{}", makers(GOOD))),
        case("crlf_and_empty_lines", "makers/a.csv", makers(GOOD).replace('\n', "\r\n") + "\r\n\r\n"),
        case("quoted_newline", "makers/a.csv", makers("m1,\"해\n담\",artist,2016-01-01 09:00\nm2,x,robot,2016-01-01 09:00\n")),
        case("cp949", "makers/a.csv", &cp949),
        case("cp949_broken_row", "makers/a.csv", &cp949_broken),
        case("utf8_broken_row", "makers/a.csv", &broken_utf8),
        case("utf16", "makers/a.csv", format!("\u{feff}{}", makers(GOOD)).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        case("utf16_without_a_mark", "makers/a.csv", makers(GOOD).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        case("windows_1252", "makers/a.csv", b"maker_id,name,kind,updated_at\nm1,Maker\x92s mugs,artist,2016-01-01 09:00\nm2,World\x92s best bowls,artist,2016-01-01 09:00\n"),
        case("encoding_unclear", "makers/a.csv", b"maker_id,name,kind,updated_at\nm1,\xb1\xe8,artist,2016-01-01 09:00\n"),
        case("stray_quotes", "makers/a.csv", makers(&format!("{GOOD}m2,\"9 inch,artist,2016-01-01 09:00\nm3,x,artist,2016-01-01 09:00\nm4,9\" plate,artist,2016-01-01 09:00\n"))),
        case("quotes_are_text", "shop.csv", makers("m1,\"9 inch,artist,2016-01-01 09:00\nm2,9\" plate,artist,2016-01-01 09:00\n"))
            .mapped("name = \"shop\"\n[[file]]\npattern = \"shop.csv\"\ntable = \"makers\"\nquote = \"\"\n"),
        case("title_above_the_header", "shop.csv", format!("Makers of 2016,,,\n,,,\n{}", makers(GOOD)))
            .mapped("name = \"shop\"\n[[file]]\npattern = \"shop.csv\"\ntable = \"makers\"\nheader_row = 3\n"),
        case("near_a_pattern", "Shop.CSV", makers(GOOD)).and("shop.csv", makers(GOOD)).and("shop-backup.csv", "x").and("readme.md", "x")
            .mapped("name = \"shop\"\n[[file]]\npattern = \"*-backup.csv\"\nignore = true\nreason = \"copies\"\n[[file]]\npattern = \"shop.csv\"\ntable = \"makers\"\n[[file]]\npattern = \"products.csv\"\ntable = \"products\"\n"),
        case("kinds_that_are_not_read", "makers/a.csv", makers(GOOD)).and("makers/b.txt", "x").and("makers/c.csv.bz2", "x").and("makers/d.xls", "<html><table>").and("makers/e\u{200b}.ods", "x").and("makers.csv", "x"),
        case("json_array", "makers/a.json", "[\n{\"maker_id\": 7, \"name\": \"해담\", \"kind\": \"artist\", \"updated_at\": \"2016-01-01 09:00\"},\n[1]\n]\n"),
        case("json_array_cut_off", "makers/a.json", "[\n{\"maker_id\": 7, \"name\": \"해담\"},\n"),
        case("folders_with_columns", "makers/kind=artist/year=2016/a.csv", "maker_id,name,updated_at\nm1,해담,2016-01-01 09:00\n"),
        case("ragged_rows", "makers/a.csv", makers(&format!("{GOOD}m2,x,artist\nm3,x,artist,2016-01-01 09:00,more\n"))),
        case("unclosed_quote", "makers/a.csv", makers(&format!("{GOOD}m2,\"x,artist,2016-01-01 09:00\n{GOOD}"))),
        case("nul_bytes", "makers/a.csv", makers(&format!("{GOOD}m\u{0}2,x,artist,2016-01-01 09:00\n"))),
        case("binary", "makers/a.csv", b"\x00\x01\x02\x03"),
        case("header_twice", "makers/a.csv", "maker_id,name,name,kind,updated_at\n"),
        case("header_padded_and_cased", "makers/a.csv", format!(" Maker_ID , NAME,kind ,Updated_At\n{GOOD}")),
        case("header_twice_but_for_case", "makers/a.csv", "maker_id,name,kind,Kind,updated_at\nm1,x,artist,brand,2016-01-01 09:00\n"),
        case("header_alone", "makers/a.csv", MAKERS),
        case("empty", "makers/a.csv", ""),
        case("columns_missing", "makers/a.csv", "maker_id,title\nm1,x\n"),
        case("columns_beyond_the_contract", "makers/a.csv", "maker_id,name,kind,updated_at,mood\nm1,x,artist,2016-01-01 09:00,good\n"),
        case("semicolons_undeclared", "makers/a.csv", makers(GOOD).replace(',', ";")),
        case("semicolons_declared", "shop.csv", makers(GOOD).replace(',', ";"))
            .mapped("name = \"shop\"\n[[file]]\npattern = \"shop.csv\"\ntable = \"makers\"\ndelimiter = \";\"\n"),
        case("tabs", "makers/a.tsv", makers(GOOD).replace(',', "\t")),
        case("decimal_commas", "shop.csv", "event_id;order_id;campaign_id;event;occurred_at;amount\ne1;o1;c;placed;2016-02-16 10:00;1.234,50\ne2;o2;c;placed;2016-02-16 10:00;1,234.50\n")
            .mapped("name = \"shop\"\n[[file]]\npattern = \"shop.csv\"\ntable = \"order_events\"\ndelimiter = \";\"\ndecimal = \",\"\nthousands = \".\"\n"),
        case("decimal_commas_undeclared", "order_events/a.csv", orders("e1,o1,c,placed,2016-02-16 10:00,1,\"1.234,50\"\ne2,o2,c,placed,2016-02-16 10:00,1,\"1,234\"\n")),
        case("hours_that_a_zone_skips", "shop.csv", orders("e1,o1,c,placed,2014-10-19 00:30,1,\ne2,o2,c,placed,2015-02-21 23:30,1,\ne3,o3,c,placed,2015-02-30 10:00,1,\n"))
            .mapped("name = \"shop\"\nzone = \"America/Sao_Paulo\"\n[[file]]\npattern = \"shop.csv\"\ntable = \"order_events\"\n"),
        case("gzip", "order_events/a.csv.gz", &zipped),
        case("gzip_cut_off", "order_events/a.csv.gz", &zipped[..zipped.len() / 2]),
        case("gzip_damaged", "order_events/a.csv.gz", flipped(zipped.clone(), zipped.len() / 2, 16)).and("makers/good.csv", makers(GOOD)),
        case("gzip_of_one_long_row", "order_events/a.csv.gz", gzip(&orders(&"e".repeat(17 << 20)))).and("makers/good.csv", makers(GOOD)),
        case("gzip_under_another_name", "order_events/a.csv", &zipped),
        case("not_gzip", "order_events/a.csv.gz", orders("")),
        case("zstd", "makers/a.csv.zst", &zstd),
        case("zstd_cut_off", "makers/a.csv.zst", &zstd[..zstd.len() - 5]),
        case("zstd_damaged", "order_events/a.csv.zst", flipped(zstd_orders.clone(), zstd_orders.len() / 2, 16)).and("makers/good.csv", makers(GOOD)),
        case("parquet", "order_events/a.parquet", parquet()),
        case("parquet_cut_off", "order_events/a.parquet", &parquet()[..200]),
        case("parquet_damaged", "order_events/a.parquet", parquet_damaged()).and("makers/good.csv", makers(GOOD)),
        case("parquet_of_absurd_size", "order_events/a.parquet", parquet_of_absurd_size()).and("makers/good.csv", makers(GOOD)),
        case("ndjson_nested_without_end", "makers/a.ndjson", format!("{{\"maker_id\": \"m2\", \"name\": \"x\", \"kind\": \"artist\", \"updated_at\": \"2016-01-01 09:00\"}}\n{{\"maker_id\": {}\n", "[".repeat(200_000))).and("makers/good.csv", makers(GOOD)),
        case("ndjson", "makers/a.ndjson", "{\"maker_id\": 7, \"name\": \"해담\", \"kind\": \"artist\", \"updated_at\": \"2016-01-01 09:00\"}\n\n{\"maker_id\": \"m2\", \"name\": null}\n{\"maker_id\": \n[1, 2]\n"),
        case("ndjson_without_an_object", "makers/a.ndjson", MAKERS),
        case("web_page", "makers/a.csv", "<!DOCTYPE html><html><body>502</body></html>\n"),
        case("excel", "makers/a.csv", b"PK\x03\x04rest"),
        case("too_many_bad_rows", "makers/a.csv", makers(&many(40, |n| format!("m{n},x,{},2016-01-01 09:00\n", if n % 2 == 0 { "robot" } else { "artist" })))),
        case("strict", "makers/a.csv", makers(&format!("{GOOD}m2,x,robot,2016-01-01 09:00\n"))).with(&["--strict"]),
        case("outcome_before_close", "campaigns/a.csv", "campaign_id,product_id,opens_at,closes_at,threshold,threshold_basis,status,declared_outcome,updated_at\nc1,p1,2016-02-16 10:00,2016-02-23 10:00,50,units,closed,reached,2016-02-20 10:00\nc2,p1,2016-02-16 10:00,2016-02-16 10:00,50,units,scheduled,,2016-02-01 10:00\n"),
        case("cells_of_all_kinds", "order_events/a.csv", orders("e1,o1,c,placed,16/02/2016,1,\ne2,o2,c,placed,2016-02-16 10:00,-1,\ne3,o3,c,placed,2016-02-16 10:00,1.5,\ne4,o4,c,placed,2016-02-16 10:00,,0\ne5,o5,c,placed,2016-02-16 10:00,,1.005\ne6,o6,,placed,2016-02-16 10:00,1,\ne7,o7,c,sold,2016-02-16 10:00,1,\ne8,o8,c,placed,2016-02-16 10:00,,\ne9,o9,c,placed,1816-02-16 10:00,1,\ne10,o10,c,cancelled,2016-02-16 10:00,,\n")),
        case("repeats", "makers/a.csv", makers(&format!("{GOOD}{GOOD}"))).and("makers/b.csv", makers(&format!("{GOOD}m2,x,brand,2016-01-01 09:00\n"))),
        case("the_same_bytes", "makers/a.csv", makers(GOOD)).and("makers/b.csv", makers(GOOD)),
        case("left_alone", "makers/a.csv", makers(GOOD)).and("makers/b.csv.tmp", "x").and("makers/.c.csv", "x").and("robots/d.csv", "x").and("makers/e.xlsx", "x"),
    ]
}

/// Exit code and messages of a run, without the duration.
fn messages_of(case: &Case) -> String {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for (name, content) in &case.files {
        write_bytes(&here.join("inbox").join(name), content);
    }
    let mut command = slotcast(here);
    command.args(["ingest", "inbox", "--history", "--lake", "lake"]).args(case.arguments);
    if let Some(mapping) = case.mapping {
        write_bytes(&here.join("shop.toml"), mapping.as_bytes());
        command.args(["--source", "shop.toml"]);
    }
    let ran = run(&mut command);
    assert_eq!(ran.stdout, "", "{}", case.name);
    let seconds = |line: &str| match line.split_once(" rows, ") {
        Some((start, rest)) if rest.ends_with(" s") => format!("{start} rows"),
        _ => line.to_owned(),
    };
    let messages: Vec<String> = ran.stderr.lines().map(seconds).collect();
    format!("exit {}\n{}\n", ran.code.unwrap_or(-1), messages.join("\n"))
}

#[test]
fn messages_match_golden_files() {
    let folder = root().join("tests/bad_input");
    let bless = std::env::var_os("SLOTCAST_BLESS").is_some();
    let mut differing = Vec::new();
    for case in cases() {
        let (messages, path) = (messages_of(&case), folder.join(format!("{}.txt", case.name)));
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if bless {
            write_bytes(&path, messages.as_bytes());
        } else if messages != expected {
            differing.push(format!("{}:\n{messages}\ninstead of:\n{expected}", case.name));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    check_unused_files(&folder);
}

fn check_unused_files(folder: &Path) {
    let names: Vec<&str> = cases().iter().map(|case| case.name).collect();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(names.contains(&name.as_str()), "`{name}.txt` has no case");
    }
}
