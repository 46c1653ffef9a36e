//! Checks of the keys that describe a file as a whole.

use slotcast_core::SlotCalendar;

use crate::{
    mapping::{
        file_rule::FileRule,
        mapping_text::MappingText,
        raw_mapping::{RawFile, parse_delimiter, parse_encoding, parse_quote},
        violation::RuleViolation,
    },
    report::error::IngestError,
    source::{file_layout::FileLayout, inbox::nfc},
    values::number_format::NumberFormat,
};

impl MappingText<'_> {
    /// Rule of a `[[file]]` with `ignore = true`; none for any other.
    pub(super) fn check_ignored(&self, raw: &RawFile) -> Result<Option<FileRule>, IngestError> {
        if !raw.ignore {
            return match &raw.reason {
                None => Ok(None),
                Some(reason) => {
                    let rule = "`reason` is the reason of `ignore = true`, which is absent".to_owned();
                    let remedy = "add `ignore = true`, or write the reason as a comment".to_owned();
                    Err(self.error(reason.span(), Some("reason"), RuleViolation { rule, remedy }))
                }
            };
        }
        if let Some(table) = &raw.table {
            let rule = format!("files `{}` are ignored and have a table", raw.pattern);
            let remedy = "remove `ignore`, or `table`".to_owned();
            return Err(self.error(table.span(), Some("table"), RuleViolation { rule, remedy }));
        }
        if let Some(target) = raw.target.first() {
            let rule = format!("files `{}` are ignored and have targets", raw.pattern);
            let remedy = "remove `ignore`, or every `[[file.target]]`".to_owned();
            return Err(self.error(target.table.span(), Some("target"), RuleViolation { rule, remedy }));
        }
        Ok(Some(FileRule {
            pattern: nfc(&raw.pattern),
            ignored: Some(raw.reason.as_ref().map(|reason| reason.get_ref().clone())),
            layout: FileLayout::default(),
            numbers: NumberFormat::default(),
            calendar: SlotCalendar::default(),
            keeps_repeats: false,
            unused: Vec::new(),
            nulls: None,
            explode: None,
            lookups: Vec::new(),
            filters: Vec::new(),
            identity: None,
            targets: Vec::new(),
        }))
    }

    pub(super) fn check_layout(&self, raw: &RawFile) -> Result<FileLayout, IngestError> {
        let default = FileLayout::default();
        let delimiter = raw.delimiter.as_ref();
        let delimiter =
            delimiter.map(|text| self.parse_value(text, "delimiter", parse_delimiter)).transpose()?;
        let delimiter = delimiter.unwrap_or(default.delimiter);
        let quote =
            raw.quote.as_ref().map(|text| self.parse_value(text, "quote", parse_quote)).transpose()?;
        let encoding = raw.encoding.as_ref();
        let encoding = encoding.map(|text| self.parse_value(text, "encoding", parse_encoding)).transpose()?;
        let quote = quote.unwrap_or(default.quote);
        if let (Some(text), true) = (&raw.quote, quote == Some(delimiter)) {
            let rule = "one character is both the quote and the delimiter".to_owned();
            let remedy = "write different characters for `quote` and `delimiter`".to_owned();
            return Err(self.error(text.span(), Some("quote"), RuleViolation { rule, remedy }));
        }
        let skip_lines = match (&raw.skip_lines, &raw.header_row) {
            (Some(_), Some(row)) => {
                let rule = "`skip_lines` and `header_row` both place the header".to_owned();
                let remedy = "remove one of them: `header_row = 4` is `skip_lines = 3`".to_owned();
                return Err(self.error(row.span(), Some("header_row"), RuleViolation { rule, remedy }));
            }
            (None, Some(row)) => row.get_ref().checked_sub(1).ok_or_else(|| {
                let rule = "rows count from 1".to_owned();
                let remedy =
                    "write the number of the line, or of the sheet row, with the column names".to_owned();
                self.error(row.span(), Some("header_row"), RuleViolation { rule, remedy })
            })?,
            (skipped, None) => skipped.as_ref().map_or(0, |skipped| *skipped.get_ref()),
        };
        Ok(FileLayout {
            delimiter,
            quote,
            encoding,
            skip_lines,
            sheet: raw.sheet.clone(),
            records: raw.records.clone(),
        })
    }
}
