//! What lies in an inbox.

#![expect(clippy::disallowed_methods, reason = "tests make their own inbox")]

use std::fs;

use slotcast_core::Hint;
use tempfile::TempDir;

use super::contract;
use crate::{IngestError, Mapping, inbox::glob_fits, scan_inbox};

#[test]
fn files_are_sorted_into_wanted_unwanted_and_left_alone() {
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
    let inbox = scan_inbox(folder.path(), &contract()).unwrap();
    let names: Vec<_> = inbox.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["makers/2016/02.csv", "makers/a.csv", "makers/a.csv.gz", "makers/b.csv"]);
    assert_eq!(inbox.unmatched, ["loose.csv", "makers/1/2/", "makers/a.xlsx", "robots/a.csv"]);
    assert_eq!(inbox.left_alone, [".git", "makers/.a.csv", "makers/a.csv.tmp", "makers/c.csv.part"]);
    let hash = inbox.files[0].content_hash().unwrap();
    assert_eq!(hash, blake3::hash(b"").to_hex().as_str());
}

#[test]
fn an_inbox_that_is_not_there() {
    let folder = TempDir::new().unwrap();
    let absent = scan_inbox(&folder.path().join("none"), &contract()).unwrap_err();
    assert!(matches!(absent, IngestError::NoInbox(_)) && absent.hint().is_some());
    fs::write(folder.path().join("file"), "").unwrap();
    assert!(matches!(scan_inbox(&folder.path().join("file"), &contract()), Err(IngestError::NotAFolder(_))));
    assert!(scan_inbox(folder.path(), &contract()).unwrap().files.is_empty());
}

#[test]
fn patterns() {
    for (pattern, name, fits) in [
        ("campaigns*.csv", "campaigns.csv", true),
        ("campaigns*.csv", "deep/campaigns-2.csv", true),
        ("campaigns*.csv", "old-campaigns.csv", false),
        ("deep/*.csv", "deep/a.csv", true),
        ("deep/*.csv", "other/a.csv", false),
        ("a.csv", "a.csv", true),
        ("a.csv", "aa.csv", false),
        ("a*a", "a", false),
        ("*", "x/anything", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-c-b", false),
    ] {
        assert_eq!(glob_fits(pattern, name), fits, "{pattern} {name}");
    }
}

#[test]
fn the_first_pattern_wins() {
    let target = "[[file.target]]\ntable = \"makers\"\n[file.target.columns]\nmaker_id = \"a\"\nname = \"a\"\nkind = { value = \"brand\" }\nupdated_at = \"at\"\n";
    let text = format!(
        "name = \"m\"\n[[file]]\npattern = \"a*.csv\"\ndelimiter = \";\"\n{target}[[file]]\npattern = \"*.csv\"\n{target}"
    );
    let mapping = Mapping::parse(&text, "m.toml").unwrap();
    let delimiter = |name: &str| mapping.form(name).unwrap().delimiter;
    assert_eq!((delimiter("ab.csv"), delimiter("b.csv")), (b';', b','));
}
