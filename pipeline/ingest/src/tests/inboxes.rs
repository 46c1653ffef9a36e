//! Scans of an inbox.

#![expect(clippy::disallowed_methods, reason = "tests create their own inbox")]

use std::fs;

use slotcast_core::Hint;
use tempfile::TempDir;

use super::contract;
use crate::{FileClass, IngestError, Mapping, scan_inbox};

fn matches_contract(file: &str) -> FileClass {
    contract().classify(file)
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
        "makers/~$a.xlsx",
        ".git/config",
        "robots/a.csv",
        "loose.csv",
        "makers/1/2/3/deep.csv",
        // Spark leaves this file in every folder, bigdatagenomics/adam#520.
        "makers/_SUCCESS",
        "makers/a.txt",
        "makers/a.csv.bz2",
        "makers.csv",
        "Products/a.csv",
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    std::os::unix::fs::symlink("..", folder.path().join("makers/loop")).unwrap();
    let inbox = scan_inbox(folder.path(), &matches_contract).unwrap();
    let names: Vec<_> = inbox.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "makers/1/2/3/deep.csv",
            "makers/2016/02.csv",
            "makers/a.csv",
            "makers/a.csv.gz",
            "makers/a.xlsx",
            "makers/b.csv"
        ]
    );
    let refused: Vec<String> = inbox.refused.iter().map(|own| own.error.to_string()).collect();
    assert_eq!(
        refused,
        [
            "`Products/a.csv` has the name of table `products`, but is not in the folder `products/`",
            "`makers.csv` has the name of table `makers`, but is not in the folder `makers/`",
            "`makers/a.csv.bz2` is packed by a program that is not supported, which is not read",
            "`makers/a.txt` is plain text, which is not read",
        ]
    );
    assert_eq!(inbox.refused[3].tables, ["makers"]);
    assert!(inbox.refused.iter().all(|own| own.error.hint().is_some()));
    assert_eq!(inbox.unmatched, ["loose.csv", "makers/loop/", "robots/a.csv"]);
    let ignored = [
        ".git",
        "makers/.a.csv",
        "makers/_SUCCESS",
        "makers/a.csv.tmp",
        "makers/c.csv.part",
        "makers/~$a.xlsx",
    ];
    assert_eq!(inbox.ignored, ignored);
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
    let delimiter = |name: &str| mapping.layout(name).unwrap().delimiter;
    assert_eq!((delimiter("ab.csv"), delimiter("b.csv")), (b';', b','));
}

const TARGET: &str = "[[file.target]]\ntable = \"makers\"\n[file.target.columns]\nmaker_id = \"a\"\nname = \"a\"\nkind = { value = \"brand\" }\nupdated_at = \"at\"\n";

/// Class of a name by a mapping with one pattern, as a word.
fn class(pattern: &str, name: &str) -> &'static str {
    let text = format!(
        "name = \"m\"\n[[file]]\npattern = \"old/*\"\nignore = true\nreason = \"test\"\n[[file]]\npattern = \"{pattern}\"\n{TARGET}"
    );
    match Mapping::parse(&text, "m.toml").unwrap().classify(name) {
        FileClass::Taken => "taken",
        FileClass::Lookup => "lookup",
        FileClass::Excluded(reason) => {
            assert_eq!(reason.as_deref(), Some("test"));
            "excluded"
        }
        FileClass::Refused(tables, error) => {
            assert_eq!(tables, ["makers"]);
            let hint = error.hint().unwrap_or_default();
            assert!(!hint.is_empty() && error.to_string().contains(name), "{error}");
            "refused"
        }
        FileClass::Unmatched => "unmatched",
    }
}

#[test]
fn names_near_a_pattern_are_refused() {
    for (pattern, name, expected) in [
        ("orders*.csv", "orders-1.csv", "taken"),
        ("orders*.csv", "deep/er/orders.csv", "taken"),
        ("orders*.csv", "Orders.CSV", "refused"),
        ("orders*.csv", "orders.json", "refused"),
        ("orders*.csv", "orders.xls", "refused"),
        ("orders*.csv", "orders.csv.zip", "refused"),
        ("orders*.csv", "orders.txt", "refused"),
        ("orders*.csv", "orders.7z", "refused"),
        ("orders*.csv", "readme.md", "unmatched"),
        ("orders*.csv", "customers.csv", "unmatched"),
        ("orders*.csv", "makers/x.csv", "refused"),
        ("orders*.csv", "old/orders.csv", "excluded"),
        ("orders*", "orders.csv", "taken"),
        ("orders*", "orders.txt", "refused"),
        ("orders*.txt", "orders.txt", "taken"),
        ("orders*.zip", "orders.zip", "taken"),
        ("orders*.csv.zip", "orders.csv.zip", "taken"),
        ("shop/*.csv", "shop/a.csv", "taken"),
        ("shop/*.csv", "export/shop/a.csv", "refused"),
        ("shop/orders.csv", "shop/2026/orders.csv", "refused"),
        ("shop/*.csv", "shop/readme.md", "unmatched"),
        ("shop/*.csv", "Shop/a.xlsx", "refused"),
        ("*.csv", "notes.pdf", "unmatched"),
        ("*.csv", "table.parquet", "refused"),
    ] {
        assert_eq!(class(pattern, name), expected, "{pattern} {name}");
    }
}

/// A Mac writes `주문.csv` in form D. A pattern found no such file and reported success, lidge-jun/aside-codemode#30.
#[test]
fn names_are_normalized() {
    let folder = TempDir::new().unwrap();
    let decomposed = "\u{110c}\u{116e}\u{1106}\u{116e}\u{11ab}-1.csv";
    fs::write(folder.path().join(decomposed), "").unwrap();
    let text = format!("name = \"m\"\n[[file]]\npattern = \"주문*.csv\"\n{TARGET}");
    let mapping = Mapping::parse(&text, "m.toml").unwrap();
    let inbox = scan_inbox(folder.path(), &|file| mapping.classify(file)).unwrap();
    assert_eq!(inbox.files[0].name, "주문-1.csv");
    assert_eq!(mapping.unused_patterns(["주문-1.csv"].into_iter()), Vec::<&str>::new());
    assert_eq!(mapping.unused_patterns(["b.csv"].into_iter()), ["주문*.csv"]);
}
