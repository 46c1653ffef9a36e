//! Errors that refuse a whole file. The other files of the inbox still load.

use thiserror::Error;

use crate::report::{
    invisible::escape_invisible,
    quoted_names::{first_quoted, join_quoted},
    reject_reason::RejectReason,
};

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
    /// A folder, a pipe or a device.
    #[error("`{file}` is not a regular file")]
    NotRegular {
        /// File name.
        file: String,
    },
    /// Neither a table nor a pattern of the mapping matches the file name.
    #[error("`{file}` matches no table of mapping `{mapping}`")]
    Unmatched {
        /// File name.
        file: String,
        /// Mapping name.
        mapping: String,
    },
    /// A file of a table in a format that is not read.
    #[error("`{file}` is {kind}, which is not read")]
    NotRead {
        /// File name.
        file: String,
        /// Code of the kind.
        code: &'static str,
        /// Kind of the file.
        kind: &'static str,
        /// Advice for the user.
        remedy: &'static str,
    },
    /// A file name that is nearly that of a pattern.
    #[error("`{file}` matches no pattern of mapping `{mapping}`, but is near `{pattern}`")]
    NearPattern {
        /// File name.
        file: String,
        /// Mapping name.
        mapping: String,
        /// Pattern that nearly matches.
        pattern: String,
    },
    /// A file in the folder of a table that no pattern matches.
    #[error("`{file}` is in the folder of table `{table}`, but matches no pattern of mapping `{mapping}`")]
    NoPattern {
        /// File name.
        file: String,
        /// Mapping name.
        mapping: String,
        /// Table of the folder.
        table: String,
    },
    /// A file that has the name of a table, but is not in the folder of the table.
    #[error("`{file}` has the name of table `{table}`, but is not in the folder `{table}/`")]
    WrongFolder {
        /// File name.
        file: String,
        /// Table name.
        table: String,
    },
    /// A file without a header.
    #[error("`{file}` is empty: a table needs at least a header")]
    Empty {
        /// File name.
        file: String,
    },
    /// Text in another encoding.
    #[error("`{file}` is not UTF-8: {}", invalid_bytes(*.line, *.rows))]
    NotUtf8 {
        /// File name.
        file: String,
        /// First line with invalid bytes.
        line: u64,
        /// Number of invalid rows, and of rows read; `None` for a header.
        rows: Option<(u64, u64)>,
    },
    /// Text in one of several encodings.
    #[error("`{file}` is not UTF-8, and line {line} does not decide its encoding{}", encodings(.candidates))]
    UnclearEncoding {
        /// File name.
        file: String,
        /// First line that is not ASCII.
        line: u64,
        /// Encodings, each with its reading of a line.
        candidates: Vec<(&'static str, String)>,
    },
    /// Fewer lines than those above the header.
    #[error("`{file}` has no header below the first {skipped} lines")]
    NoHeader {
        /// File name.
        file: String,
        /// Number of lines above the header.
        skipped: u64,
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
    /// An archive of no file or of several files.
    #[error("`{file}` contains {} files{}; an archive of exactly one file is read", .members.len(), listed(.members))]
    ArchiveMembers {
        /// File name.
        file: String,
        /// Names inside of the archive.
        members: Vec<String>,
    },
    /// A file inside of an archive that cannot be unpacked.
    #[error("`{file}` contains `{member}`, which {problem}")]
    UnreadMember {
        /// File name.
        file: String,
        /// Name inside of the archive.
        member: String,
        /// Property that prevents unpacking.
        problem: &'static str,
    },
    /// A workbook that cannot be read.
    #[error("`{file}` cannot be read as an Excel workbook: {message}")]
    InvalidWorkbook {
        /// File name.
        file: String,
        /// Message of the reader.
        message: String,
    },
    /// A sheet that the workbook does not have.
    #[error("`{file}` has no sheet `{sheet}`; it has {}", join_quoted(.found))]
    MissingSheet {
        /// File name.
        file: String,
        /// Sheet of the mapping.
        sheet: String,
        /// Sheets of the workbook.
        found: Vec<String>,
    },
    /// A JSON object without the array that contains the records.
    #[error("`{file}` has no array `{key}`; its object has {}", join_quoted(.found))]
    MissingRecords {
        /// File name.
        file: String,
        /// Key of the mapping.
        key: String,
        /// Keys of the object.
        found: Vec<String>,
    },
    /// A JSON array or object without its end.
    #[error("`{file}` ends, or is damaged, inside of the JSON value of line {line}")]
    TruncatedJson {
        /// File name.
        file: String,
        /// Line of the value.
        line: u64,
    },
    /// Text after the end of a JSON array.
    #[error("`{file}` has text on line {line}, behind the end of its JSON array")]
    TextBehindArray {
        /// File name.
        file: String,
        /// Line of the text.
        line: u64,
    },
    /// A Parquet file that cannot be read.
    #[error("`{file}` cannot be read as Parquet: {message}")]
    InvalidParquet {
        /// File name.
        file: String,
        /// Message of the reader.
        message: String,
    },
    /// A file that is too large to hold in memory.
    #[error("`{file}` unpacks to more than 1 GiB, the limit of workbooks and compressed Parquet files")]
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
    /// A header with a quote that is neither text nor one of a pair.
    #[error("`{file}` has text behind a closing quote in its header on line {line}")]
    StrayQuote {
        /// File name.
        file: String,
        /// Line of the header.
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
    /// Two columns of one name, which an expression reads.
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
        let message = match self {
            Self::TooManyBadRows { raw, .. } => self.to_string().replace(&format!(" in `{raw}`"), ""),
            Self::RuinedIds { id, .. } => self.to_string().replace(&format!(", such as `{id}`"), ""),
            other => other.to_string(),
        };
        escape_invisible(&message).into_owned()
    }
}

/// The first names of a list.
fn listed(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(": {}", first_quoted(names)) }
}

/// Position of invalid bytes.
fn invalid_bytes(line: u64, rows: Option<(u64, u64)>) -> String {
    match rows {
        None => format!("the header on line {line} has invalid bytes"),
        Some((bad, read)) => format!("{bad} of {read} rows have invalid bytes, the first on line {line}"),
    }
}

fn encodings(candidates: &[(&'static str, String)]) -> String {
    let names: Vec<&str> = candidates.iter().map(|(name, _)| *name).collect();
    match names.as_slice() {
        [] => ": it is valid and plausible in no known one".to_owned(),
        names => format!(": it may be {}", names.join(" or ")),
    }
}
