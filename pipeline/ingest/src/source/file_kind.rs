//! Kinds of files that are not read, by the extension of the name.

use crate::source::file::{Compression, FileFormat};

/// Kind of a file, and the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileKind {
    pub(crate) name: &'static str,
    pub(crate) remedy: &'static str,
}

/// Extensions of tables that are not read, with their kind and the remedy.
const KINDS: [(&[&str], &str, &str); 7] = [
    (
        &["txt", "text", "dat"],
        "plain text",
        "use a mapping with a `[[file]]` whose `pattern` ends in `.txt` and that sets the `delimiter`, or export it \
         as `.csv` or `.tsv`",
    ),
    (
        &["bz2", "xz", "lzma", "lz4", "br", "z"],
        "packed by a program that is not supported",
        "unpack it, or pack it as `.gz`, `.zst` or `.zip`",
    ),
    (&["7z", "rar", "tar", "tgz"], "an archive", "unpack it; a `.zip` with one file is read"),
    (
        &["xlsb", "ods", "numbers", "slk"],
        "a spreadsheet of another format",
        "save it as `.xlsx`, or as `CSV UTF-8`",
    ),
    (
        &["avro", "orc", "feather", "arrow", "sqlite", "db", "sas7bdat", "dta", "sav", "rds", "pkl", "mdb"],
        "a database or columnar file of another format",
        "export it as Parquet or CSV",
    ),
    (
        &["xml", "html", "htm", "pdf", "doc", "docx", "hwp"],
        "a document, not a table",
        "export the table as CSV, NDJSON, Parquet or `.xlsx`",
    ),
    (&["log", "sql", "dump"], "a log or a script, not a table", "export the table as CSV or NDJSON"),
];

impl FileKind {
    /// Kind by the name of a file that is not read.
    pub(crate) fn from_name(name: &str) -> Self {
        let base = base_name(name);
        if name.contains("_delta_log/") {
            return Self {
                name: "part of the log of a Delta table",
                remedy: "export the table as Parquet: its files alone contain removed rows too",
            };
        }
        let extension = base.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        let own = |(extensions, _, _): &&(&[&str], &str, &str)| {
            extension.as_deref().is_some_and(|own| extensions.contains(&own))
        };
        match KINDS.iter().find(own) {
            Some((_, name, remedy)) => Self { name, remedy },
            None => Self {
                name: "a file of unknown kind",
                remedy: "export it as CSV, NDJSON, Parquet or `.xlsx`, move it out of the inbox, or list it in a \
                         mapping with `ignore = true`",
            },
        }
    }

    /// Returns whether the name is one of a table in any format, also an unsupported one.
    pub(crate) fn is_table(name: &str) -> bool {
        let extension = base_name(name).rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        let is_known = |extension: &str| {
            KINDS[1..5].iter().any(|(own, _, _)| own.contains(&extension)) || extension == "zip"
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
