//! Errors that refuse a whole file. The other files of the inbox still load.

use slotcast_core::Hint;
use thiserror::Error;

use crate::report::reject_reason::RejectReason;

/// A file from which no row was loaded.
#[derive(Debug, Error)]
pub enum FileError {
    /// The operating system cannot read the file.
    #[error("`{file}` cannot be read: {source}")]
    Unreadable {
        /// File name.
        file: String,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// Neither a table nor a pattern of the mapping matches the file name.
    #[error("`{file}` matches no table of mapping `{mapping}`")]
    Unmatched {
        /// File name.
        file: String,
        /// Mapping name.
        mapping: String,
    },
    /// A file without a header.
    #[error("`{file}` is empty: a table needs at least a header")]
    Empty {
        /// File name.
        file: String,
    },
    /// Text in another encoding.
    #[error("`{file}` is not UTF-8: {found}")]
    NotUtf8 {
        /// File name.
        file: String,
        /// Position of the invalid bytes.
        found: String,
    },
    /// Content of another format than the file name states.
    #[error("`{file}` is {found}, not {expected}")]
    WrongFormat {
        /// File name.
        file: String,
        /// Format of the content.
        found: &'static str,
        /// Format of the file name.
        expected: &'static str,
    },
    /// A compressed file that cannot be decompressed to its end.
    #[error("`{file}` cannot be unpacked as {compression}: {message}")]
    CorruptArchive {
        /// File name.
        file: String,
        /// Compression of the file name.
        compression: &'static str,
        /// Message of the decompressor.
        message: String,
    },
    /// A Parquet file that cannot be read.
    #[error("`{file}` cannot be read as Parquet: {message}")]
    InvalidParquet {
        /// File name.
        file: String,
        /// Message of the reader.
        message: String,
    },
    /// A compressed Parquet file that is too large to hold in memory.
    #[error("`{file}` unpacks to more than 1 GiB, the limit of a compressed Parquet file")]
    ArchiveTooLarge {
        /// File name.
        file: String,
    },
    /// Bytes that make a decoder panic.
    #[error("`{file}` cannot be read as {format}: the file is damaged ({message})")]
    Damaged {
        /// File name.
        file: String,
        /// Format of the decoder.
        format: &'static str,
        /// Message of the decoder.
        message: String,
    },
    /// A row that does not end within the limit.
    #[error("`{file}` has a row of more than 16 MiB that starts on line {line}")]
    RowTooLong {
        /// File name.
        file: String,
        /// First line of the row.
        line: u64,
    },
    /// A quote that never closes: the rest of the file would be one cell.
    #[error("`{file}` ends inside a quoted cell that starts in the row of line {line}")]
    Truncated {
        /// File name.
        file: String,
        /// First line of the last row.
        line: u64,
    },
    /// Columns that the table or the mapping requires are absent.
    #[error("`{file}` lacks {} for table `{table}`; it has {}", join_quoted(.missing), join_quoted(.found))]
    MissingColumns {
        /// File name.
        file: String,
        /// Table name.
        table: String,
        /// Required columns that are absent.
        missing: Vec<String>,
        /// Columns of the file.
        found: Vec<String>,
    },
    /// A lookup without files.
    #[error("`{file}` needs lookup `{lookup}`, but no file of the inbox matches `{pattern}`")]
    LookupNotFound {
        /// File name.
        file: String,
        /// Name of the lookup.
        lookup: String,
        /// Pattern of its files.
        pattern: String,
    },
    /// A lookup whose files cannot be used.
    #[error("`{file}` needs lookup `{lookup}`, which cannot be read: {message}")]
    LookupFailed {
        /// File name.
        file: String,
        /// Name of the lookup.
        lookup: String,
        /// Reason, with the name of the other file.
        message: String,
    },
    /// Ids that a spreadsheet has rounded to 15 digits.
    #[error(
        "`{file}` has only ids in `{column}` that end in zeros after 15 digits, such as `{id}`: a spreadsheet rounded them"
    )]
    RuinedIds {
        /// File name.
        file: String,
        /// Target column of the ids.
        column: String,
        /// First of them.
        id: String,
    },
    /// Two columns of one name.
    #[error("`{file}` has column `{column}` twice")]
    DuplicateColumn {
        /// File name.
        file: String,
        /// Column name.
        column: String,
    },
    /// An attribute name that both products and offers use.
    #[error("`{file}` has attribute `{column}` for `{table}`, but `{other}` already has one of that name")]
    AttributeNameTaken {
        /// File name.
        file: String,
        /// Column of the attribute.
        column: String,
        /// Table of this file.
        table: String,
        /// Table that already has the attribute.
        other: String,
    },
    /// An attribute kind that differs from the kind in the lake.
    #[error("`{file}` declares attribute `{column}` as {declared}, but the lake stores it as {stored}")]
    AttributeKindConflict {
        /// File name.
        file: String,
        /// Column of the attribute.
        column: String,
        /// Declared kind.
        declared: &'static str,
        /// Kind in the lake.
        stored: &'static str,
    },
    /// More bad rows than the limit.
    #[error(
        "`{file}` has {bad} bad rows of {read}, above the limit of {limit}; the first is line {line}{}: {reason} in `{raw}`",
        .column.as_deref().map(|name| format!(", column `{name}`")).unwrap_or_default()
    )]
    TooManyBadRows {
        /// File name.
        file: String,
        /// Number of bad rows.
        bad: u64,
        /// Number of rows read.
        read: u64,
        /// Description of the limit.
        limit: &'static str,
        /// Line of the first bad row.
        line: u64,
        /// Invalid column of that row.
        column: Option<String>,
        /// Reason for its rejection.
        reason: RejectReason,
        /// Start of its text.
        raw: String,
    },
    /// An engine failed on valid input: a bug of this program.
    #[error("`{file}` could not be converted to facts: {message}")]
    Internal {
        /// File name.
        file: String,
        /// Message of the engine.
        message: String,
    },
}

impl FileError {
    /// Message without row text, which may name a customer: for pages and ledgers.
    pub fn redacted_message(&self) -> String {
        match self {
            Self::TooManyBadRows { raw, .. } => self.to_string().replace(&format!(" in `{raw}`"), ""),
            other => other.to_string(),
        }
    }
}

fn join_quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Hint for FileError {
    fn hint(&self) -> Option<String> {
        let advice = match self {
            Self::Unreadable { .. } => "check that the file exists and that you have permission to read it",
            Self::Unmatched { .. } => {
                "move it to the folder of its table, or add a `[[file]]` with a matching pattern"
            }
            Self::Empty { .. } => "fetch the file again, or remove it; a header alone is a valid empty table",
            Self::NotUtf8 { .. } => {
                "save it as UTF-8 (in Excel: `CSV UTF-8`); CP949 is supported too, UTF-16 is not"
            }
            Self::WrongFormat { found: "a gzip file", .. } => "end its name in `.gz`",
            Self::WrongFormat { found: "a zstd file", .. } => "end its name in `.zst`",
            Self::WrongFormat { found: "a Parquet file", .. } => "end its name in `.parquet`",
            Self::WrongFormat { .. } => {
                "fetch it again: a download often saves an error page, or export it as CSV"
            }
            Self::CorruptArchive { .. } | Self::InvalidParquet { .. } => {
                "fetch the file again, or export it again: it was cut off, is damaged, or has another format than \
                 its name"
            }
            Self::ArchiveTooLarge { .. } => "unpack it: Parquet compresses its pages itself",
            Self::Damaged { .. } => "export the file again: its bytes differ from those written",
            Self::RowTooLong { .. } => "look at that line: a quote was opened and never closed",
            Self::Truncated { .. } => "fetch the file again: its end is missing, or a quote is not doubled",
            Self::MissingColumns { found, .. } if is_unsplit_header(found) => {
                "the header is a single column: use a source mapping whose `[[file]]` sets `delimiter`, and \
                 `table` if the columns have the contract's names"
            }
            Self::MissingColumns { missing, .. } if missing.iter().any(|name| name.contains("[]")) => {
                "`[]` reads the elements of a list: add `[file.explode]` with the `column` of the list"
            }
            Self::LookupNotFound { .. } => {
                "deliver the other file to the same inbox, or correct the `pattern` of the lookup"
            }
            Self::LookupFailed { .. } => "correct the other file, or the `key` and the columns of the lookup",
            Self::RuinedIds { .. } => {
                "export the file again with the column as text: in a spreadsheet, format the column as text \
                 before its cells are filled"
            }
            Self::MissingColumns { .. } => "add the columns, or give a source mapping with `--source`",
            Self::DuplicateColumn { .. } => "rename or remove one of the two",
            Self::AttributeNameTaken { .. } => {
                "rename the attribute in one of the two tables: features share one namespace"
            }
            Self::AttributeKindConflict { .. } => {
                "set `kind` in the mapping to the kind in the lake, or rename the attribute"
            }
            Self::TooManyBadRows { limit: "none (strict)", .. } => "correct the row, or remove `--strict`",
            Self::TooManyBadRows { reason, .. } => {
                let remedy = reason.remedy();
                return Some(format!("{remedy}; then ingest it again: no row of it was loaded"));
            }
            Self::Internal { .. } => "this is a bug of slotcast: please report it with the file",
        };
        Some(advice.to_owned())
    }
}

/// Returns whether the header looks like one cell because of another delimiter.
fn is_unsplit_header(found: &[String]) -> bool {
    found.len() == 1 && found[0].contains([';', '\t', '|'])
}
