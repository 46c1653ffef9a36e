//! Steps that turn the text of a cell into another text.

use regex::Regex;

use crate::values::json_path::JsonPath;

/// A step, applied to a text that is not empty. Steps follow each other in the order of this list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TextStep {
    /// The value at a path of a JSON text.
    Json(JsonPath),
    /// One of the parts between separators, counted from 1, or from -1 at the end.
    Split { separator: String, part: i64 },
    /// The capture of a pattern. A text that does not match becomes `otherwise`, without further steps.
    Regex { pattern: CapturePattern, otherwise: Option<String> },
    /// The text without the first of these prefixes that matches.
    StripPrefix(Vec<String>),
    /// The text without the first of these suffixes that matches.
    StripSuffix(Vec<String>),
    /// Literal replacements, one after the other.
    Replace(Vec<(String, String)>),
    /// Capital letters.
    Upper,
    /// Small letters.
    Lower,
}

/// A regular expression with the group that it captures: a named one, else the first, else all.
#[derive(Clone, Debug)]
pub(crate) struct CapturePattern {
    regex: Regex,
    group: usize,
}

impl PartialEq for CapturePattern {
    fn eq(&self, other: &Self) -> bool {
        self.regex.as_str() == other.regex.as_str()
    }
}

impl CapturePattern {
    pub(crate) fn parse(text: &str) -> Result<Self, regex::Error> {
        let regex = Regex::new(text)?;
        let named = regex.capture_names().position(|name| name.is_some());
        let group = named.unwrap_or(usize::from(regex.captures_len() > 1));
        Ok(Self { regex, group })
    }

    /// Captured text; none if the pattern does not match, or the group takes no part in the match.
    pub(crate) fn capture<'t>(&self, text: &'t str) -> Option<&'t str> {
        if self.group == 0 {
            return self.regex.find(text).map(|found| found.as_str());
        }
        Some(self.regex.captures(text)?.get(self.group)?.as_str())
    }
}
