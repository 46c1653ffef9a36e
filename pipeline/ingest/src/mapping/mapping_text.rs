//! Text of a mapping, for errors with line and key.

use std::ops::Range;

use toml::Spanned;

use crate::{mapping::violation::RuleViolation, report::error::IngestError};

/// Text and name of a mapping.
pub(super) struct MappingText<'a> {
    pub(super) text: &'a str,
    pub(super) name: &'a str,
}

impl MappingText<'_> {
    /// Error at a span of the text. Without `key`, the key is read from the line.
    pub(super) fn error(
        &self,
        span: Range<usize>,
        key: Option<&str>,
        violation: RuleViolation,
    ) -> IngestError {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let found = self.text.lines().nth(line - 1).unwrap_or_default();
        let key = key.unwrap_or_else(|| found.split('=').next().unwrap_or_default().trim()).to_owned();
        // serde lists expected values over several lines.
        let rule = violation.rule.lines().collect::<Vec<_>>().join(" ");
        IngestError::Mapping { name: self.name.to_owned(), line, key, rule, remedy: violation.remedy }
    }

    /// Parses a value, with an error at its span.
    pub(super) fn parse_value<T>(
        &self,
        text: &Spanned<String>,
        key: &str,
        parse: impl Fn(&str) -> Result<T, RuleViolation>,
    ) -> Result<T, IngestError> {
        parse(text.get_ref()).map_err(|violation| self.error(text.span(), Some(key), violation))
    }
}
