//! Files of an inbox: path, name, format, compression.

use std::{fs, io, path::PathBuf};

use crate::report::error::IngestError;

/// A file to ingest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxFile {
    /// Path on disk.
    pub path: PathBuf,
    /// Path inside the inbox, with `/` on every system, in Unicode normalization form C.
    pub name: String,
}

impl InboxFile {
    /// Size on disk; 0 if it is unknown.
    pub fn bytes(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |found| found.len())
    }

    /// BLAKE3 hash of the content, in hex.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn content_hash(&self) -> Result<String, IngestError> {
        let hash = || {
            let mut hasher = blake3::Hasher::new();
            // A large buffer saves system calls.
            let mut file = io::BufReader::with_capacity(1 << 20, fs::File::open(&self.path)?);
            io::copy(&mut file, &mut hasher)?;
            Ok(hasher.finalize().to_hex().to_string())
        };
        hash().map_err(|source| IngestError::Unreadable { path: self.path.clone(), source })
    }
}

/// File format, by the extension of the file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileFormat {
    /// Comma-separated values, or another delimiter set by the mapping.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// Separated values in a `.txt` file, if a pattern names it.
    Text,
    /// JSON: an array of objects, one object, or one object per line.
    Json,
    Parquet,
    /// Workbook of a spreadsheet.
    Workbook,
    /// Workbook of an old format, or another file under its name.
    OldWorkbook,
}

impl FileFormat {
    /// Returns whether the same bytes under another extension may be other rows.
    pub(crate) fn has_own_key(self) -> bool {
        matches!(self, Self::Text | Self::Workbook | Self::OldWorkbook)
    }

    /// Format of a file name, with or without a compression extension.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let (_, extension) = Compression::from_name(name).1.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            "txt" => Some(Self::Text),
            "json" | "ndjson" | "jsonl" => Some(Self::Json),
            "parquet" => Some(Self::Parquet),
            "xlsx" | "xlsm" => Some(Self::Workbook),
            "xls" => Some(Self::OldWorkbook),
            _ => None,
        }
    }
}

/// Compression, by the last extension of the file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
    /// Archive of exactly one file.
    Zip,
}

impl Compression {
    /// Compression of a file name, and the name without its extension.
    pub(crate) fn from_name(name: &str) -> (Self, &str) {
        let strip = |extension: &str| {
            let at = name.len().checked_sub(extension.len())?;
            name.get(at..)?.eq_ignore_ascii_case(extension).then(|| &name[..at])
        };
        if let Some(rest) = strip(".gz").or_else(|| strip(".gzip")) {
            (Self::Gzip, rest)
        } else if let Some(rest) = strip(".zst").or_else(|| strip(".zstd")) {
            (Self::Zstd, rest)
        } else if let Some(rest) = strip(".zip") {
            (Self::Zip, rest)
        } else {
            (Self::None, name)
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Zip => "zip",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_by_name() {
        for (name, format) in [
            ("a.csv", Some(FileFormat::Csv)),
            ("A.CSV.GZ", Some(FileFormat::Csv)),
            ("a.tsv.zst", Some(FileFormat::Tsv)),
            ("a.jsonl", Some(FileFormat::Json)),
            ("a.ndjson.gz", Some(FileFormat::Json)),
            ("a.json", Some(FileFormat::Json)),
            ("a.csv.zip", Some(FileFormat::Csv)),
            ("a.parquet", Some(FileFormat::Parquet)),
            ("a.XLSX", Some(FileFormat::Workbook)),
            ("a.ods", None),
            ("csv", None),
            ("a.gz", None),
        ] {
            assert_eq!(FileFormat::from_name(name), format, "{name}");
        }
    }
}
