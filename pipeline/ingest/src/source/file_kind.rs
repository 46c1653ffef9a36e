//! Kinds of files that are not read, by the extension of the name.

use crate::{
    report::file_error::FileError,
    source::file::{Compression, FileFormat},
};

/// Kind of a file, and the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileKind {
    code: &'static str,
    name: &'static str,
    remedy: &'static str,
}

/// Extensions of tables that are not read, with their kind and the remedy.
const KINDS: [(&[&str], FileKind); 7] = [
    (
        &["txt", "text", "dat"],
        FileKind {
            code: "plain_text",
            name: "plain text",
            remedy: "use a mapping with a `[[file]]` whose `pattern` ends in `.txt` and that sets the `delimiter`, or \
                     export it as `.csv` or `.tsv`",
        },
    ),
    (
        &["bz2", "xz", "lzma", "lz4", "br", "z"],
        FileKind {
            code: "other_compression",
            name: "packed by a program that is not supported",
            remedy: "unpack it, or pack it as `.gz`, `.zst` or `.zip`",
        },
    ),
    (
        &["7z", "rar", "tar", "tgz"],
        FileKind {
            code: "other_archive",
            name: "an archive",
            remedy: "unpack it; a `.zip` with one file is read",
        },
    ),
    (
        &["xlsb", "ods", "numbers", "slk"],
        FileKind {
            code: "other_spreadsheet",
            name: "a spreadsheet of another format",
            remedy: "save it as `.xlsx`, or as `CSV UTF-8`",
        },
    ),
    (
        &["avro", "orc", "feather", "arrow", "sqlite", "db", "sas7bdat", "dta", "sav", "rds", "pkl", "mdb"],
        FileKind {
            code: "other_database",
            name: "a database or columnar file of another format",
            remedy: "export it as Parquet or CSV",
        },
    ),
    (
        &["xml", "html", "htm", "pdf", "doc", "docx", "hwp"],
        FileKind {
            code: "document",
            name: "a document, not a table",
            remedy: "export the table as CSV, NDJSON, Parquet or `.xlsx`",
        },
    ),
    (
        &["log", "sql", "dump"],
        FileKind {
            code: "log_or_script",
            name: "a log or a script, not a table",
            remedy: "export the table as CSV or NDJSON",
        },
    ),
];

/// Part of the log of a Delta table.
const DELTA_LOG: FileKind = FileKind {
    code: "delta_log",
    name: "part of the log of a Delta table",
    remedy: "export the table as Parquet: its files alone contain removed rows too",
};

/// A file of any other extension.
const UNKNOWN: FileKind = FileKind {
    code: "unknown_kind",
    name: "a file of unknown kind",
    remedy: "export it as CSV, NDJSON, Parquet or `.xlsx`, move it out of the inbox, or list it in a mapping with \
             `ignore = true`",
};

impl FileKind {
    /// Kind by the name of a file that is not read.
    pub(crate) fn from_name(name: &str) -> Self {
        let base = base_name(name);
        if name.contains("_delta_log/") {
            return DELTA_LOG;
        }
        let extension = base.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        let own = |(extensions, _): &&(&[&str], Self)| {
            extension.as_deref().is_some_and(|own| extensions.contains(&own))
        };
        KINDS.iter().find(own).map_or(UNKNOWN, |(_, kind)| *kind)
    }

    /// Error of a file of this kind.
    pub(crate) fn not_read(self, file: &str) -> FileError {
        let Self { code, name, remedy } = self;
        FileError::NotRead { file: file.to_owned(), code, kind: name, remedy }
    }

    /// Returns whether the name is one of a table in any format, also an unsupported one.
    pub(crate) fn is_table(name: &str) -> bool {
        let extension = base_name(name).rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        let is_known = |extension: &str| {
            KINDS[1..5].iter().any(|(own, _)| own.contains(&extension)) || extension == "zip"
        };
        let is_read = FileFormat::from_name(name).is_some_and(|format| format != FileFormat::Text);
        is_read || extension.as_deref().is_some_and(is_known)
    }
}

/// Name without folders.
pub(crate) fn base_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Path without the extensions of compression and format, in lower case.
pub(crate) fn stem(name: &str) -> String {
    let (_, rest) = Compression::from_name(name);
    let lower = rest.to_lowercase();
    let unpacked = KINDS[1].0.iter().chain(KINDS[2].0).find_map(|own| {
        let rest = lower.strip_suffix(own)?.strip_suffix('.')?;
        Some(rest.to_owned())
    });
    let unpacked = unpacked.unwrap_or(lower);
    let start = unpacked.rfind('/').map_or(0, |at| at + 1);
    match unpacked[start..].rfind('.') {
        Some(at) if at > 0 => unpacked[..start + at].to_owned(),
        _ => unpacked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems() {
        for (name, expected) in [
            ("Orders.CSV", "orders"),
            ("orders.csv.zip", "orders"),
            ("a.b/orders.csv.bz2", "a.b/orders"),
            ("orders", "orders"),
            ("orders*.csv", "orders*"),
            ("orders.v2.xlsx", "orders.v2"),
        ] {
            assert_eq!(stem(name), expected, "{name}");
        }
    }

    #[test]
    fn kinds() {
        assert_eq!(FileKind::from_name("t/a.TXT").name, "plain text");
        assert_eq!(FileKind::from_name("t/a.csv.bz2").name, "packed by a program that is not supported");
        assert_eq!(FileKind::from_name("t/README").name, "a file of unknown kind");
        assert_eq!(FileKind::from_name("t/_delta_log/00.json").name, "part of the log of a Delta table");
        assert!(FileKind::is_table("a.rar") && FileKind::is_table("a.json") && !FileKind::is_table("a.txt"));
    }
}
