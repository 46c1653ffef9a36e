//! Codes of refused files, and the values of their texts in other languages.

use std::io::ErrorKind;

use crate::report::{
    file_error::FileError,
    invisible::escape_invisible,
    quoted_names::{first_quoted, join_quoted},
};

impl FileError {
    /// Code of rule and remedy. Errors of one variant with different remedies have different codes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { source, .. } => match source.kind() {
                ErrorKind::NotFound => "file_gone",
                ErrorKind::PermissionDenied => "permission_denied",
                _ => "unreadable",
            },
            Self::NotRegular { .. } => "not_regular",
            Self::Unmatched { .. } => "unmatched",
            Self::NotRead { code, .. } => code,
            Self::NearPattern { .. } => "near_pattern",
            Self::NoPattern { .. } => "no_pattern",
            Self::WrongFolder { .. } => "wrong_folder",
            Self::Empty { .. } => "empty",
            Self::NotUtf8 { rows: None, .. } => "not_utf8_header",
            Self::NotUtf8 { rows: Some(_), .. } => "not_utf8_rows",
            Self::UnclearEncoding { candidates, .. } if candidates.is_empty() => "unknown_encoding",
            Self::UnclearEncoding { .. } => "unclear_encoding",
            Self::NoHeader { .. } => "no_header",
            Self::WrongFormat { found, expected, .. } => wrong_format(found, expected),
            Self::CorruptArchive { .. } => "corrupt_archive",
            Self::ArchiveMembers { members, .. } if members.is_empty() => "archive_without_files",
            Self::ArchiveMembers { .. } => "archive_of_several",
            Self::UnreadMember { problem: "is protected by a password", .. } => "member_with_password",
            Self::UnreadMember { .. } => "member_not_deflated",
            Self::InvalidWorkbook { .. } => "invalid_workbook",
            Self::MissingSheet { .. } => "missing_sheet",
            Self::MissingRecords { .. } => "missing_records",
            Self::TruncatedJson { .. } => "truncated_json",
            Self::TextBehindArray { .. } => "text_behind_array",
            Self::InvalidParquet { .. } => "invalid_parquet",
            Self::ArchiveTooLarge { .. } => "archive_too_large",
            Self::Damaged { .. } => "damaged",
            Self::RowTooLong { .. } => "row_too_long",
            Self::Truncated { .. } => "truncated",
            Self::StrayQuote { .. } => "stray_quote",
            Self::MissingColumns { found, .. } if is_unsplit_header(found) => "unsplit_header",
            Self::MissingColumns { missing, .. } if lacks_list(missing) => "missing_list",
            Self::MissingColumns { file, .. } if file.ends_with(".json") => "missing_json_keys",
            Self::MissingColumns { .. } => "missing_columns",
            Self::LookupNotFound { .. } => "lookup_not_found",
            Self::LookupFailed { .. } => "lookup_failed",
            Self::RuinedIds { .. } => "ruined_ids",
            Self::DuplicateColumn { .. } => "duplicate_column",
            Self::AttributeNameTaken { .. } => "attribute_name_taken",
            Self::AttributeKindConflict { .. } => "attribute_kind_conflict",
            Self::TooManyBadRows { limit: "none (strict)", .. } => "bad_rows_strict",
            Self::TooManyBadRows { .. } => "too_many_bad_rows",
            Self::Internal { .. } => "internal",
        }
    }

    /// Values by placeholder, without text of rows. Kinds of files and cells, and reasons, are codes.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        let (file, mut values) = self.own_values();
        values.insert(0, ("file", file.clone()));
        values.into_iter().map(|(name, value)| (name, escape_invisible(&value).into_owned())).collect()
    }

    /// File name, and the other values.
    fn own_values(&self) -> (&String, Vec<(&'static str, String)>) {
        match self {
            Self::Unreadable { file, source } => (file, vec![("message", source.to_string())]),
            Self::NotRegular { file }
            | Self::NotRead { file, .. }
            | Self::Empty { file }
            | Self::ArchiveTooLarge { file } => (file, vec![]),
            Self::Unmatched { file, mapping } => (file, vec![("mapping", mapping.clone())]),
            Self::NearPattern { file, mapping, pattern } => {
                (file, vec![("mapping", mapping.clone()), ("pattern", pattern.clone())])
            }
            Self::NoPattern { file, mapping, table } => {
                (file, vec![("mapping", mapping.clone()), ("table", table.clone())])
            }
            Self::WrongFolder { file, table } => (file, vec![("table", table.clone())]),
            Self::NotUtf8 { file, line, rows } => {
                let (bad, read) = rows.unwrap_or_default();
                let line = ("line", line.to_string());
                (file, vec![line, ("bad", bad.to_string()), ("read", read.to_string())])
            }
            Self::UnclearEncoding { file, line, candidates } => {
                let names: Vec<&str> = candidates.iter().map(|(name, _)| *name).collect();
                (file, vec![("line", line.to_string()), ("encodings", names.join(", "))])
            }
            Self::NoHeader { file, skipped } => (file, vec![("n", skipped.to_string())]),
            Self::WrongFormat { file, found, expected } => {
                (file, vec![("found", kind(found)), ("expected", kind(expected))])
            }
            Self::CorruptArchive { file, compression, message } => {
                (file, vec![("format", kind(compression)), ("message", message.clone())])
            }
            Self::ArchiveMembers { file, members } => {
                (file, vec![("n", members.len().to_string()), ("members", first_quoted(members))])
            }
            Self::UnreadMember { file, member, .. } => (file, vec![("member", member.clone())]),
            Self::InvalidWorkbook { file, message }
            | Self::InvalidParquet { file, message }
            | Self::Internal { file, message } => (file, vec![("message", message.clone())]),
            Self::MissingSheet { file, sheet, found } => {
                (file, vec![("sheet", sheet.clone()), ("sheets", first_quoted(found))])
            }
            Self::MissingRecords { file, key, found } => {
                (file, vec![("key", key.clone()), ("keys", first_quoted(found))])
            }
            Self::TruncatedJson { file, line }
            | Self::TextBehindArray { file, line }
            | Self::RowTooLong { file, line }
            | Self::Truncated { file, line }
            | Self::StrayQuote { file, line } => (file, vec![("line", line.to_string())]),
            Self::Damaged { file, format, message } => {
                (file, vec![("format", kind(format)), ("message", message.clone())])
            }
            Self::MissingColumns { file, table, missing, found } => {
                let table = ("table", table.clone());
                (file, vec![table, ("missing", join_quoted(missing)), ("columns", first_quoted(found))])
            }
            Self::LookupNotFound { file, lookup, pattern } => {
                (file, vec![("lookup", lookup.clone()), ("pattern", pattern.clone())])
            }
            Self::LookupFailed { file, lookup, message } => {
                (file, vec![("lookup", lookup.clone()), ("message", message.clone())])
            }
            // The id may be that of a customer.
            Self::RuinedIds { file, column, .. } | Self::DuplicateColumn { file, column } => {
                (file, vec![("column", column.clone())])
            }
            Self::AttributeNameTaken { file, column, table, other } => {
                let (column, table) = (("column", column.clone()), ("table", table.clone()));
                (file, vec![column, table, ("other", other.clone())])
            }
            Self::AttributeKindConflict { file, column, declared, stored } => {
                let column = ("column", column.clone());
                (file, vec![column, ("declared", kind(declared)), ("stored", kind(stored))])
            }
            Self::TooManyBadRows { file, bad, read, line, column, reason, .. } => {
                let column = column.as_ref().map(|name| format!(" (`{name}`)")).unwrap_or_default();
                let values = vec![
                    ("bad", bad.to_string()),
                    ("read", read.to_string()),
                    ("place", format!("{line}{column}")),
                    ("reason", reason.code().to_owned()),
                    ("remedy", format!("rejected_{}", reason.code())),
                ];
                (file, values)
            }
        }
    }
}

/// Returns whether the header looks like one cell because of another delimiter.
pub(super) fn is_unsplit_header(found: &[String]) -> bool {
    found.len() == 1 && found[0].contains([';', '\t', '|'])
}

/// Returns whether a missing name reads the elements of a list.
pub(super) fn lacks_list(missing: &[String]) -> bool {
    missing.iter().any(|name| name.contains("[]"))
}

/// Code of a file whose content differs from its name.
fn wrong_format(found: &str, expected: &str) -> &'static str {
    match (found, expected) {
        ("a gzip file", _) => "wrong_format_gzip",
        ("a zstd file", _) => "wrong_format_zstd",
        ("a Parquet file", _) => "wrong_format_parquet",
        ("an HTML or XML page", "an Excel workbook") => "wrong_format_web_table",
        ("an HTML or XML page", _) => "wrong_format_page",
        ("UTF-16 text without a byte order mark", _) => "wrong_format_utf16",
        ("an old Excel file", _) => "wrong_format_old_excel",
        ("a zip or Excel file", _) => "wrong_format_zip",
        ("text", _) => "wrong_format_text",
        ("text without a single JSON object", _) => "wrong_format_no_object",
        _ => "wrong_format",
    }
}

/// Code of a kind: its name in lower case, without article and `file` or `archive`.
fn kind(name: &str) -> String {
    let words = name.split_whitespace().filter(|word| !["a", "an", "file", "archive"].contains(word));
    words.collect::<Vec<_>>().join("_").replace('-', "_").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::reject_reason::RejectReason;

    fn value(error: &FileError, name: &str) -> String {
        error.values().into_iter().find(|(own, _)| *own == name).map(|(_, value)| value).unwrap_or_default()
    }

    #[test]
    fn errors_of_other_remedies_have_other_codes() {
        let missing = |file: &str, missing: &str, found: &[&str]| FileError::MissingColumns {
            file: file.to_owned(),
            table: "makers".to_owned(),
            missing: vec![missing.to_owned()],
            found: found.iter().map(|name| (*name).to_owned()).collect(),
        };
        for (error, code) in [
            (missing("a.csv", "maker_id", &["x"]), "missing_columns"),
            (missing("a.csv", "maker_id", &["x;y"]), "unsplit_header"),
            (missing("a.json", "items[].id", &["items"]), "missing_list"),
            (missing("a.json", "id", &["items"]), "missing_json_keys"),
        ] {
            assert_eq!(error.code(), code, "{error}");
            assert!(value(&error, "missing").starts_with('`') && value(&error, "file").starts_with("a."));
        }
        for (name, code) in
            [("an Excel workbook", "excel_workbook"), ("a 7-Zip archive", "7_zip"), ("JSON", "json")]
        {
            assert_eq!(kind(name), code);
        }
    }

    /// Long lists are cut, invisible characters are visible, and the text of a row is absent.
    #[test]
    fn values_are_safe_to_publish() {
        let members: Vec<String> = (0..20).map(|number| format!("{number}\u{200b}.csv")).collect();
        let several = FileError::ArchiveMembers { file: "a.zip".to_owned(), members };
        assert_eq!(value(&several, "n"), "20");
        let shown = value(&several, "members");
        assert!(shown.contains("7\\u{200b}.csv") && shown.ends_with(", …"), "{shown}");
        let rows = FileError::TooManyBadRows {
            file: "a.csv".to_owned(),
            bad: 21,
            read: 30,
            limit: "5 % and at least 20",
            line: 2,
            column: Some("units".to_owned()),
            reason: RejectReason::BadNumber,
            raw: "kim-1".to_owned(),
        };
        let ids = FileError::RuinedIds {
            file: "a.csv".to_owned(),
            column: "id".to_owned(),
            id: "kim-1".to_owned(),
        };
        for error in [rows, ids] {
            assert!(error.values().iter().all(|(_, value)| !value.contains("kim")), "{error}");
            assert!(!error.redacted_message().contains("kim"), "{error}");
        }
    }
}
