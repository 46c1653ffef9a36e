//! Files that are refused whole: the message names file, rule and value, the hint the remedy.

use slotcast_core::Hint;

use super::{Given, contract, settings};
use crate::FileRefused;

fn refused(name: &str, content: impl AsRef<[u8]>) -> FileRefused {
    let refused = Given::file(name, content).take(&contract(), &settings()).unwrap_err();
    let message = refused.to_string();
    assert!(message.starts_with(&format!("`{name}`")) && !message.ends_with('.'), "{message}");
    assert!(refused.hint().is_some_and(|hint| !hint.ends_with('.')), "{message}");
    refused
}

#[test]
fn something_else_under_the_name_of_a_table() {
    let page = "\u{feff}\n<!DOCTYPE html>\n<html><body>Please log in</body></html>";
    assert!(refused("makers/a.csv", page).to_string().contains("is an HTML or XML page, not CSV"));
    assert!(refused("makers/a.csv", b"PK\x03\x04rest").to_string().contains("Excel"));
    assert!(refused("makers/a.csv", b"\x1f\x8b\x08").to_string().contains("gzip"));
    assert!(refused("makers/a.csv", "").to_string().contains("is empty"));
    assert!(refused("makers/a.csv", "\n\n").to_string().contains("is empty"));
}

#[test]
fn other_encodings() {
    let header = b"maker_id,\xff\xcc\n";
    assert!(matches!(refused("makers/a.csv", header), FileRefused::NotUtf8 { .. }));
    let rows = b"maker_id,name,kind,updated_at\nm,\xff\xff,artist,2016-02-01 09:00\n";
    let found = refused("makers/a.csv", rows);
    assert!(found.to_string().contains("1 of 1 rows have other bytes, the first on line 2"), "{found}");
    assert!(found.hint().unwrap().contains("CP949"));
    assert!(refused("makers/a.csv", b"\xff\xfem\0a\0").to_string().contains("UTF-16"));
}

#[test]
fn columns() {
    let found = refused("makers/a.csv", "maker_id,title\nm,t\n").to_string();
    assert_eq!(
        found,
        "`makers/a.csv` lacks `name`, `kind`, `updated_at` for table `makers`; it has `maker_id`, `title`"
    );
    let joined = refused("makers/a.csv", "maker_id;name;kind;updated_at\n");
    assert!(joined.hint().unwrap().contains("delimiter"));
    assert!(refused("makers/a.csv", "maker_id,name,name\n").to_string().contains("`name` twice"));
}

#[test]
fn an_end_that_is_missing() {
    let text = "maker_id,name,kind,updated_at\na,n,artist,2016-02-01 09:00\nb,\"n,artist,2016-02-01 09:00\nc,n,artist,2016-02-01 09:00\n";
    let found = refused("makers/a.csv", text);
    assert!(matches!(found, FileRefused::Truncated { line: 3, .. }), "{found}");
}

#[test]
fn a_file_that_is_gone_or_unwanted() {
    let given = Given::file("makers/a.csv", "");
    std::fs::remove_file(&given.file.path).unwrap();
    assert!(matches!(given.take(&contract(), &settings()), Err(FileRefused::Unreadable { .. })));
    assert!(refused("robots/a.csv", "a\n").to_string().contains("matches no table of mapping `contract`"));
}
