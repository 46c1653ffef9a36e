//! Errors of whole files: the message names file, rule and value, the hint the remedy.

use slotcast_core::Hint;

use super::{TestFile, contract, settings};
use crate::FileError;

fn file_error(name: &str, content: impl AsRef<[u8]>) -> FileError {
    let error = TestFile::new(name, content).ingest(&contract(), &settings()).unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with(&format!("`{name}`")) && !message.ends_with('.'), "{message}");
    assert!(error.hint().is_some_and(|hint| !hint.ends_with('.')), "{message}");
    error
}

#[test]
fn other_formats() {
    let page = "\u{feff}\n<!DOCTYPE html>\n<html><body>Please log in</body></html>";
    assert!(file_error("makers/a.csv", page).to_string().contains("is an HTML or XML page, not CSV"));
    assert!(file_error("makers/a.csv", b"PK\x03\x04rest").to_string().contains("Excel"));
    assert!(file_error("makers/a.csv", b"\x1f\x8b\x08").to_string().contains("gzip"));
    assert!(file_error("makers/a.csv", "").to_string().contains("is empty"));
    assert!(file_error("makers/a.csv", "\n\n").to_string().contains("is empty"));
}

#[test]
fn other_encodings() {
    let rows = b"maker_id,name,kind,updated_at\nm,\xff\xff,artist,2016-02-01 09:00\n";
    let found = file_error("makers/a.csv", rows);
    let message = "`makers/a.csv` is not UTF-8, and line 2 does not decide its encoding: ";
    assert!(found.to_string().starts_with(message), "{found}");
    assert!(found.hint().unwrap().contains("set `encoding` in a mapping"), "{found}");
    // A coin toss shows how the line reads in each encoding; a page and a ledger do not.
    let (korean, _, _) =
        encoding_rs::EUC_KR.encode("maker_id,name,kind,updated_at\nm,김,artist,2016-02-01 09:00\n");
    let found = file_error("makers/a.csv", &*korean);
    assert!(found.hint().unwrap().contains("`m,김,artist,2016-02-01 09:00` in CP949"), "{found:?}");
    assert!(!found.redacted_message().contains('김') && found.to_string().contains("CP949"), "{found}");
    assert!(file_error("makers/a.csv", b"m\0a\0k\0e\0r\0\n\0").to_string().contains("UTF-16"));
}

#[test]
fn header_errors() {
    let found = file_error("makers/a.csv", "maker_id,title\nm,t\n").to_string();
    assert_eq!(
        found,
        "`makers/a.csv` lacks `name`, `kind`, `updated_at` for table `makers`; it has `maker_id`, `title`"
    );
    let joined = file_error("makers/a.csv", "maker_id;name;kind;updated_at\n");
    assert!(joined.hint().unwrap().contains("delimiter"));
    let twice = file_error("makers/a.csv", "maker_id,name,name,kind,updated_at\n");
    assert!(twice.to_string().contains("`name` twice"));
    // A column that nothing reads may have any name.
    let unused = super::ingest_contract(
        "makers/a.csv",
        "maker_id,name,kind,updated_at,note,note\nm,n,artist,2016-02-01 09:00,a,b\n",
    );
    assert_eq!(unused.extra_columns, ["note", "note"]);
}

#[test]
fn truncated_files() {
    let json = "[\n{\"maker_id\": \"m\"},\n{\"maker_id\": \"k\"}\n";
    let found = file_error("makers/a.json", json);
    assert!(matches!(found, FileError::TruncatedJson { line: 4, .. }), "{found}");
    let found = file_error("makers/a.json", "[{\"maker_id\": \"m\"}]\n[1]\n");
    assert!(matches!(found, FileError::TextBehindArray { line: 2, .. }), "{found}");
    let text = "maker_id,name,kind,updated_at\na,n,artist,2016-02-01 09:00\nb,\"n,artist,2016-02";
    let found = file_error("makers/a.csv", text);
    assert!(matches!(found, FileError::Truncated { line: 3, .. }), "{found}");
}

#[test]
fn absent_and_unmatched_files() {
    let given = TestFile::new("makers/a.csv", "");
    std::fs::remove_file(&given.file.path).unwrap();
    assert!(matches!(given.ingest(&contract(), &settings()), Err(FileError::Unreadable { .. })));
    assert!(file_error("robots/a.csv", "a\n").to_string().contains("matches no table of mapping `contract`"));
}
