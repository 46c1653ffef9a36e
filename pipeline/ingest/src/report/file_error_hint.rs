//! Remedies of refused files.

use slotcast_core::Hint;

use crate::report::{
    file_error::FileError,
    file_error_code::{is_unsplit_header, lacks_list},
};

/// Characters of a sample line in a hint.
const MAX_SAMPLE_CHARS: usize = 60;

impl Hint for FileError {
    fn hint(&self) -> Option<String> {
        let advice = match self {
            Self::Unreadable { .. } => "check that the file exists and that you have permission to read it",
            Self::NotRegular { .. } => "put a plain file in its place, or remove it from the inbox",
            Self::NotRead { remedy, .. } => remedy,
            Self::NearPattern { .. } => {
                "rename the file, or add a `[[file]]` whose `pattern` is its name; `ignore = true` there excludes it"
            }
            Self::NoPattern { .. } => {
                "add a `[[file]]` with a matching `pattern`; `ignore = true` there excludes it on purpose"
            }
            Self::WrongFolder { .. } => "move it into that folder, or map it with `--source MAPPING.toml`",
            Self::UnclearEncoding { candidates, .. } => return Some(encoding_hint(candidates)),
            Self::NoHeader { .. } => {
                "correct `skip_lines` or `header_row` in the mapping, or fetch the file again"
            }
            Self::ArchiveMembers { .. } => "unpack it, or pack each file alone",
            Self::UnreadMember { .. } => "unpack it, or pack it again as a plain `.zip` without a password",
            Self::InvalidWorkbook { .. } => {
                "open it in Excel and save it as `.xlsx` without a password, or as `CSV UTF-8`"
            }
            Self::MissingSheet { .. } => "correct `sheet` in the mapping",
            Self::MissingRecords { .. } => {
                "correct `records` in the mapping: the key whose array contains the rows"
            }
            Self::TruncatedJson { .. } => {
                "fetch the file again: its end is missing, or a bracket is not closed"
            }
            Self::TextBehindArray { .. } => {
                "keep one array per file, or write one object per line as `.ndjson`"
            }
            Self::StrayQuote { .. } => {
                "double the quotes inside of a quoted cell, or set `quote = \"\"` in a mapping if quotes are text"
            }
            Self::Unmatched { .. } => {
                "move it to the folder of its table, or add a `[[file]]` with a matching pattern"
            }
            Self::Empty { .. } => "fetch the file again, or remove it; a header alone is a valid empty table",
            Self::NotUtf8 { .. } => {
                "save it as UTF-8 (in Excel: `CSV UTF-8`), or set `encoding` in the mapping to that of the file"
            }
            Self::WrongFormat { found: "a gzip file", .. } => "end its name in `.gz`",
            Self::WrongFormat { found: "a zstd file", .. } => "end its name in `.zst`",
            Self::WrongFormat { found: "a Parquet file", .. } => "end its name in `.parquet`",
            Self::WrongFormat { found: "an HTML or XML page", expected: "an Excel workbook", .. } => {
                "many shops export web tables as `.xls`: open it in Excel and save it as `.xlsx`"
            }
            Self::WrongFormat { found: "UTF-16 text without a byte order mark", .. } => {
                "save it as UTF-8, or use a mapping with `encoding = \"utf-16le\"`"
            }
            Self::WrongFormat { found: "an old Excel file", .. } => {
                "save it as `.xlsx` without a password, or as `CSV UTF-8`"
            }
            Self::WrongFormat { found: "a zip or Excel file", .. } => "end its name in `.xlsx` or `.zip`",
            Self::WrongFormat { found: "text", .. } => {
                "end its name in `.csv`, or `.tsv` if its cells are separated by tabs"
            }
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
            Self::MissingColumns { missing, .. } if lacks_list(missing) => {
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
            Self::MissingColumns { file, .. } if file.ends_with(".json") => {
                "use a source mapping with these columns; its key `records` names the array with the rows inside \
                 of an object"
            }
            Self::MissingColumns { .. } => {
                "add the columns, correct the mapping, or give one with `--source`; `header_row` names a header \
                 below a title"
            }
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

/// Advice with the reading of a line in each encoding.
fn encoding_hint(candidates: &[(&'static str, String)]) -> String {
    let reading = |(name, text): &(&'static str, String)| {
        let sample: String = text.chars().take(MAX_SAMPLE_CHARS).collect();
        format!("`{sample}` in {name}")
    };
    let readings: Vec<String> = candidates.iter().map(reading).collect();
    let readings =
        if readings.is_empty() { String::new() } else { format!(": the line is {}", readings.join(", ")) };
    format!("save it as UTF-8, or set `encoding` in a mapping{readings}")
}
