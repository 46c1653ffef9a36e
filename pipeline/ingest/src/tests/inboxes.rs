//! Scans of an inbox.

#![expect(clippy::disallowed_methods, reason = "tests create their own inbox")]

use std::fs;

use slotcast_core::Hint;
use tempfile::TempDir;

use super::contract;
use crate::{IngestError, Mapping, scan_inbox};

fn matches_contract(file: &str) -> bool {
    contract().matches(file)
}

#[test]
fn files_unmatched_and_ignored() {
    let folder = TempDir::new().unwrap();
    for name in [
        "makers/b.csv",
        "makers/a.csv",
        "makers/2016/02.csv",
        "makers/a.csv.gz",
        "makers/a.xlsx",
        "makers/a.csv.tmp",
        "makers/c.csv.part",
        "makers/.a.csv",
        ".git/config",
        "robots/a.csv",
        "loose.csv",
        "makers/1/2/3/deep.csv",
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    let inbox = scan_inbox(folder.path(), &matches_contract).unwrap();
    let names: Vec<_> = inbox.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["makers/2016/02.csv", "makers/a.csv", "makers/a.csv.gz", "makers/b.csv"]);
    assert_eq!(inbox.unmatched, ["loose.csv", "makers/1/2/", "makers/a.xlsx", "robots/a.csv"]);
    assert_eq!(inbox.ignored, [".git", "makers/.a.csv", "makers/a.csv.tmp", "makers/c.csv.part"]);
    let hash = inbox.files[0].content_hash().unwrap();
    assert_eq!(hash, blake3::hash(b"").to_hex().as_str());
}

#[test]
fn absent_inbox() {
    let folder = TempDir::new().unwrap();
    let absent = scan_inbox(&folder.path().join("none"), &matches_contract).unwrap_err();
    assert!(matches!(absent, IngestError::InboxNotFound(_)) && absent.hint().is_some());
    fs::write(folder.path().join("file"), "").unwrap();
    assert!(matches!(
        scan_inbox(&folder.path().join("file"), &matches_contract),
        Err(IngestError::NotAFolder(_))
    ));
    assert!(scan_inbox(folder.path(), &matches_contract).unwrap().files.is_empty());
}

#[test]
fn first_matching_pattern_applies() {
    let target = "[[file.target]]\ntable = \"makers\"\n[file.target.columns]\nmaker_id = \"a\"\nname = \"a\"\nkind = { value = \"brand\" }\nupdated_at = \"at\"\n";
    let text = format!(
        "name = \"m\"\n[[file]]\npattern = \"a*.csv\"\ndelimiter = \";\"\n{target}[[file]]\npattern = \"*.csv\"\n{target}"
    );
    let mapping = Mapping::parse(&text, "m.toml").unwrap();
    let delimiter = |name: &str| mapping.dialect(name).unwrap().delimiter;
    assert_eq!((delimiter("ab.csv"), delimiter("b.csv")), (b';', b','));
}
