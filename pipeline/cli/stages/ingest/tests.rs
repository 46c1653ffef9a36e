//! Tests of the texts of refused files.

use std::{collections::BTreeMap, io};

use slotcast_ingest::{FileClass, RejectReason};

use super::*;

fn text(name: &str) -> String {
    name.to_owned()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().copied().map(text).collect()
}

/// An error of each variant and of each code.
fn errors() -> Vec<FileError> {
    let file = || text("a.csv");
    let mapping = || text("shop");
    let table = || text("makers");
    let message = || text("no end");
    let unreadable = |kind: io::ErrorKind| FileError::Unreadable { file: file(), source: kind.into() };
    let encoding = |candidates| FileError::UnclearEncoding { file: file(), line: 7, candidates };
    let format = |found, expected| FileError::WrongFormat { file: file(), found, expected };
    let columns = |name: &str, missing: &str, found: &str| FileError::MissingColumns {
        file: text(name),
        table: table(),
        missing: names(&[missing]),
        found: names(&[found]),
    };
    let member = |problem| FileError::UnreadMember { file: file(), member: text("b.csv"), problem };
    let bad_rows = |limit, reason| FileError::TooManyBadRows {
        file: file(),
        bad: 21,
        read: 30,
        limit,
        line: 7,
        column: Some(text("name")),
        reason,
        raw: text("kim-1"),
    };
    let mut errors = vec![
        unreadable(io::ErrorKind::NotFound),
        unreadable(io::ErrorKind::PermissionDenied),
        unreadable(io::ErrorKind::Other),
        FileError::NotRegular { file: file() },
        FileError::Unmatched { file: file(), mapping: mapping() },
        FileError::NearPattern { file: file(), mapping: mapping(), pattern: text("a-*.csv") },
        FileError::NoPattern { file: file(), mapping: mapping(), table: table() },
        FileError::WrongFolder { file: file(), table: table() },
        FileError::Empty { file: file() },
        FileError::NotUtf8 { file: file(), line: 7, rows: None },
        FileError::NotUtf8 { file: file(), line: 7, rows: Some((20, 30)) },
        encoding(vec![]),
        encoding(vec![("CP949", text("kim-1"))]),
        FileError::NoHeader { file: file(), skipped: 3 },
        FileError::CorruptArchive { file: file(), compression: "gzip", message: message() },
        FileError::ArchiveMembers { file: file(), members: vec![] },
        FileError::ArchiveMembers { file: file(), members: names(&["b.csv", "c.csv"]) },
        member("is protected by a password"),
        member("is not packed by deflate"),
        FileError::InvalidWorkbook { file: file(), message: message() },
        FileError::MissingSheet { file: file(), sheet: text("orders"), found: names(&["Sheet1"]) },
        FileError::MissingRecords { file: file(), key: text("rows"), found: names(&["data"]) },
        FileError::TruncatedJson { file: file(), line: 7 },
        FileError::TextBehindArray { file: file(), line: 7 },
        FileError::InvalidParquet { file: file(), message: message() },
        FileError::ArchiveTooLarge { file: file() },
        FileError::Damaged { file: file(), format: "an Excel workbook", message: message() },
        FileError::RowTooLong { file: file(), line: 7 },
        FileError::Truncated { file: file(), line: 7 },
        FileError::StrayQuote { file: file(), line: 7 },
        columns("a.csv", "name", "title"),
        columns("a.csv", "name", "name;title"),
        columns("a.csv", "items[].id", "items"),
        columns("a.json", "name", "title"),
        FileError::LookupNotFound { file: file(), lookup: text("stores"), pattern: text("s.csv") },
        FileError::LookupFailed { file: file(), lookup: text("stores"), message: message() },
        FileError::RuinedIds { file: file(), column: text("order_id"), id: text("kim-1") },
        FileError::DuplicateColumn { file: file(), column: text("name") },
        FileError::AttributeNameTaken {
            file: file(),
            column: text("x"),
            table: table(),
            other: text("offers"),
        },
        FileError::AttributeKindConflict {
            file: file(),
            column: text("x"),
            declared: "number",
            stored: "text",
        },
        bad_rows("none (strict)", RejectReason::BadNumber),
        FileError::Internal { file: file(), message: message() },
    ];
    errors.extend(RejectReason::ALL.map(|reason| bad_rows("5 % and at least 20", reason)));
    for (found, expected) in [
        ("a gzip file", "CSV"),
        ("a zstd file", "JSON"),
        ("a Parquet file", "CSV"),
        ("an HTML or XML page", "an Excel workbook"),
        ("an HTML or XML page", "CSV"),
        ("UTF-16 text without a byte order mark", "CSV"),
        ("an old Excel file", "an Excel workbook"),
        ("a zip or Excel file", "CSV"),
        ("text", "an Excel workbook"),
        ("text without a single JSON object", "JSON"),
        ("a bzip2 file", "CSV"),
        ("a 7-Zip archive", "CSV"),
        ("a RAR archive", "CSV"),
        ("an xz file", "CSV"),
        ("a PDF file", "CSV"),
        ("a binary file", "CSV"),
    ] {
        errors.push(format(found, expected));
    }
    let kinds = ["txt", "bz2", "7z", "ods", "db", "pdf", "log", "unheard"];
    let files = kinds.map(|extension| format!("makers/a.{extension}"));
    for name in files.into_iter().chain([text("makers/_delta_log/0.json")]) {
        let contract = Mapping::contract("Asia/Seoul".parse().unwrap());
        match contract.classify(&name) {
            FileClass::Refused(_, error) => errors.push(error),
            other => panic!("{name}: {other:?}"),
        }
    }
    errors
}

/// Number of codes of a variant. A new variant needs a number here, texts in the catalogs and errors above.
fn codes(error: &FileError) -> usize {
    match error {
        FileError::NotRead { .. } => 9,
        FileError::WrongFormat { .. } => 11,
        FileError::MissingColumns { .. } => 4,
        FileError::Unreadable { .. } => 3,
        FileError::NotUtf8 { .. }
        | FileError::UnclearEncoding { .. }
        | FileError::ArchiveMembers { .. }
        | FileError::UnreadMember { .. }
        | FileError::TooManyBadRows { .. } => 2,
        FileError::NotRegular { .. }
        | FileError::Unmatched { .. }
        | FileError::NearPattern { .. }
        | FileError::NoPattern { .. }
        | FileError::WrongFolder { .. }
        | FileError::Empty { .. }
        | FileError::NoHeader { .. }
        | FileError::CorruptArchive { .. }
        | FileError::InvalidWorkbook { .. }
        | FileError::MissingSheet { .. }
        | FileError::MissingRecords { .. }
        | FileError::TruncatedJson { .. }
        | FileError::TextBehindArray { .. }
        | FileError::InvalidParquet { .. }
        | FileError::ArchiveTooLarge { .. }
        | FileError::Damaged { .. }
        | FileError::RowTooLong { .. }
        | FileError::Truncated { .. }
        | FileError::StrayQuote { .. }
        | FileError::LookupNotFound { .. }
        | FileError::LookupFailed { .. }
        | FileError::RuinedIds { .. }
        | FileError::DuplicateColumn { .. }
        | FileError::AttributeNameTaken { .. }
        | FileError::AttributeKindConflict { .. }
        | FileError::Internal { .. } => 1,
    }
}

#[test]
fn every_refusal_has_rule_and_remedy_in_both_languages() {
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let errors = errors();
    for error in &errors {
        let refused = RefusedFile::new(Vec::new(), error);
        let text = refused.warning();
        let code = error.code();
        assert!(!text.contains(['{', '}']), "{code}: a placeholder is left in {text}");
        assert!(!text.contains("kim-1"), "{code}: text of a row in {text}");
        let (korean, english) = text.split_once(" · ").unwrap();
        for own in [korean, english] {
            assert!(own.contains("a.") || own.contains("_delta_log"), "{code}: no file in {own}");
            assert!(own.ends_with('.') && !own.contains(".."), "{code}: {own}");
        }
        assert!(korean.contains("받지 못했습니다") && korean.ends_with("요."), "{code}: {korean}");
        found.entry(format!("{:?}", std::mem::discriminant(error))).or_default().insert(code);
    }
    for error in &errors {
        let own = &found[&format!("{:?}", std::mem::discriminant(error))];
        assert_eq!(own.len(), codes(error), "{own:?}");
    }
}

#[test]
fn kinds_and_reasons_are_in_korean() {
    let korean = |error: &FileError| {
        let text = RefusedFile::new(Vec::new(), error).warning();
        text.split_once(" · ").unwrap().0.to_owned()
    };
    for error in errors() {
        let text = korean(&error);
        for word in ["workbook", "archive", "binary", "number", "bad_number", "missing_value", "text "] {
            assert!(!text.contains(word), "`{word}` in {text}");
        }
    }
    let refused =
        FileError::WrongFormat { file: text("p/a.csv"), found: "an HTML or XML page", expected: "CSV" };
    let shown = korean(&refused);
    assert!(shown.starts_with("p/a.csv: 파일을 받지 못했습니다.") && shown.contains("웹 페이지"), "{shown}");
}
