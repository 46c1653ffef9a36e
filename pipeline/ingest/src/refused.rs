//! Why a whole file was refused. Other files of the inbox still load.

use slotcast_core::Hint;
use thiserror::Error;

use crate::reason::Reason;

/// A file of which no row was taken in.
#[derive(Debug, Error)]
pub enum FileRefused {
    /// The system would not let us read it.
    #[error("`{file}` cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Neither a table nor a pattern of the mapping fits its name.
    #[error("`{file}` matches no table of mapping `{mapping}`")]
    Unmatched {
        /// The file.
        file: String,
        /// The mapping.
        mapping: String,
    },
    /// Not even a header.
    #[error("`{file}` is empty: a table needs at least a header")]
    Empty {
        /// The file.
        file: String,
    },
    /// Text in another encoding.
    #[error("`{file}` is not UTF-8: {found}")]
    NotUtf8 {
        /// The file.
        file: String,
        /// Where that shows.
        found: String,
    },
    /// Something else under the name of a table.
    #[error("`{file}` is {found}, not {wanted}")]
    NotATable {
        /// The file.
        file: String,
        /// What it is.
        found: &'static str,
        /// What its name says.
        wanted: &'static str,
    },
    /// A compressed file that cannot be unpacked to its end.
    #[error("`{file}` cannot be unpacked as {wrapping}: {message}")]
    BrokenArchive {
        /// The file.
        file: String,
        /// What its name says.
        wrapping: &'static str,
        /// What the unpacker said.
        message: String,
    },
    /// A Parquet file that cannot be read.
    #[error("`{file}` cannot be read as Parquet: {message}")]
    BrokenParquet {
        /// The file.
        file: String,
        /// What the reader said.
        message: String,
    },
    /// A wrapped Parquet file, which has to be held whole, that is too large for that.
    #[error("`{file}` unpacks to more than 1 GiB, the limit of a Parquet file that is packed once more")]
    LargeArchive {
        /// The file.
        file: String,
    },
    /// Bytes that made a decoder panic.
    #[error("`{file}` cannot be read as {format}: the file is damaged ({message})")]
    Damaged {
        /// The file.
        file: String,
        /// What it was read as.
        format: &'static str,
        /// What the decoder said.
        message: String,
    },
    /// A row that does not end.
    #[error("`{file}` has a row of more than 16 MiB that starts on line {line}")]
    LongRow {
        /// The file.
        file: String,
        /// Its line.
        line: u64,
    },
    /// A quote that never closes: the rest of the file would be one cell.
    #[error("`{file}` ends inside a quoted cell that starts in the row of line {line}")]
    Truncated {
        /// The file.
        file: String,
        /// Line of the last row.
        line: u64,
    },
    /// Columns that a table or the mapping needs.
    #[error("`{file}` lacks {} for table `{table}`; it has {}", ticked(.missing), ticked(.found))]
    MissingColumns {
        /// The file.
        file: String,
        /// The table.
        table: String,
        /// The columns asked for.
        missing: Vec<String>,
        /// The columns found.
        found: Vec<String>,
    },
    /// Two columns of one name.
    #[error("`{file}` has column `{column}` twice")]
    ColumnTwice {
        /// The file.
        file: String,
        /// The column.
        column: String,
    },
    /// An attribute that describes products as well as offers.
    #[error("`{file}` brings attribute `{column}` for `{table}`, but `{other}` already has one of that name")]
    AttributeTwice {
        /// The file.
        file: String,
        /// The attribute's column.
        column: String,
        /// The table of this file.
        table: String,
        /// The table that has it already.
        other: String,
    },
    /// An attribute whose kind contradicts what the lake holds.
    #[error("`{file}` declares attribute `{column}` as {given}, but the lake holds it as {known}")]
    AttributeKind {
        /// The file.
        file: String,
        /// The attribute's column.
        column: String,
        /// The kind declared.
        given: &'static str,
        /// The kind held.
        known: &'static str,
    },
    /// More bad rows than a file may have.
    #[error(
        "`{file}` has {bad} bad rows of {read}, above the limit of {limit}; the first is line {line}{}: {reason} in `{raw}`",
        .column.as_deref().map(|name| format!(", column `{name}`")).unwrap_or_default()
    )]
    TooManyBadRows {
        /// The file.
        file: String,
        /// Bad rows.
        bad: u64,
        /// Rows read.
        read: u64,
        /// The limit in words.
        limit: &'static str,
        /// Line of the first bad row.
        line: u64,
        /// Its column at fault.
        column: Option<String>,
        /// What is wrong with it.
        reason: Reason,
        /// The start of its text.
        raw: String,
    },
    /// An engine failed on data that it should have taken: a fault of this program.
    #[error("`{file}` could not be turned into facts: {message}")]
    Engine {
        /// The file.
        file: String,
        /// What the engine said.
        message: String,
    },
}

impl FileRefused {
    /// The message without the text of a row, which may name a customer: for pages and ledgers.
    pub fn without_raw(&self) -> String {
        match self {
            Self::TooManyBadRows { raw, .. } => self.to_string().replace(&format!(" in `{raw}`"), ""),
            other => other.to_string(),
        }
    }
}

fn ticked(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Hint for FileRefused {
    fn hint(&self) -> Option<String> {
        let advice = match self {
            Self::Unreadable { .. } => "check that the file is there and that you may read it",
            Self::Unmatched { .. } => {
                "put it into the folder of its table, or add a `[[file]]` whose pattern fits"
            }
            Self::Empty { .. } => "fetch the file again, or remove it; a header alone is a valid empty table",
            Self::NotUtf8 { .. } => {
                "save it as UTF-8 (in Excel: `CSV UTF-8`); CP949 is read too, UTF-16 is not"
            }
            Self::NotATable { found: "a gzip file", .. } => "end its name in `.gz`",
            Self::NotATable { found: "a zstd file", .. } => "end its name in `.zst`",
            Self::NotATable { found: "a Parquet file", .. } => "end its name in `.parquet`",
            Self::NotATable { .. } => {
                "fetch it again: a download often saves an error page, or export it as CSV"
            }
            Self::BrokenArchive { .. } | Self::BrokenParquet { .. } => {
                "fetch the file again, or export it again: it was cut off, is damaged, or is something else under \
                 this name"
            }
            Self::LargeArchive { .. } => "unpack it: Parquet compresses its pages itself",
            Self::Damaged { .. } => "export the file again: its bytes are not those that were written",
            Self::LongRow { .. } => "look at that line: a quote was opened and never closed",
            Self::Truncated { .. } => "fetch the file again: its end is missing, or a quote is not doubled",
            Self::MissingColumns { found, .. } if looks_joined(found) => {
                "the header reads as one column: give a source mapping whose `[[file]]` sets `delimiter`, and \
                 `table` if the columns have the contract's names"
            }
            Self::MissingColumns { .. } => "add the columns, or name a source mapping with `--source`",
            Self::ColumnTwice { .. } => "rename or remove one of the two",
            Self::AttributeTwice { .. } => {
                "rename the attribute in one of the two tables: features share one namespace"
            }
            Self::AttributeKind { .. } => {
                "set `kind` in the mapping to what the lake holds, or rename the attribute"
            }
            Self::TooManyBadRows { limit: "none (strict)", .. } => "correct the row, or leave out `--strict`",
            Self::TooManyBadRows { .. } => {
                "correct the file or the mapping and take it in again; no row of it was loaded"
            }
            Self::Engine { .. } => "this is a fault of slotcast: please report it with the file",
        };
        Some(advice.to_owned())
    }
}

fn looks_joined(found: &[String]) -> bool {
    found.len() == 1 && found[0].contains([';', '\t', '|'])
}
