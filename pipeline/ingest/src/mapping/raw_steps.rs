//! Keys of a cell as written in a mapping file, and their order of application.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

use crate::{
    mapping::{
        raw_text::{ColumnSelection, OneOrMany},
        source_ref::{CellType, SourceCell},
        text_step::{CapturePattern, TextStep},
        violation::{RuleViolation, violation},
    },
    values::json_path::JsonPath,
};

/// Keys that turn a cell into a text.
#[derive(Clone, Debug, Default)]
pub(super) struct RawSteps {
    pub(super) fill_down: Option<FillDown>,
    pub(super) json: Option<String>,
    pub(super) split: Option<String>,
    pub(super) part: Option<i64>,
    pub(super) regex: Option<String>,
    pub(super) strip_prefix: Option<OneOrMany>,
    pub(super) strip_suffix: Option<OneOrMany>,
    pub(super) replace: Option<OrderedPairs>,
    pub(super) upper: Option<bool>,
    pub(super) lower: Option<bool>,
}

/// Columns whose cells stay equal while a cell is filled down; `true` for none.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected `true`, a column or a list of columns")]
pub(super) enum FillDown {
    One(String),
    Columns(ColumnSelection),
}

/// Pairs of texts in the order of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderedPairs(Vec<(String, String)>);

impl RawSteps {
    pub(super) fn is_empty(&self) -> bool {
        let is_given = [
            self.fill_down.is_some(),
            self.json.is_some(),
            self.split.is_some(),
            self.part.is_some(),
            self.regex.is_some(),
            self.strip_prefix.is_some(),
            self.strip_suffix.is_some(),
            self.replace.is_some(),
            self.upper.is_some(),
            self.lower.is_some(),
        ];
        !is_given.contains(&true)
    }

    /// Checks the keys. `otherwise` is the text for a cell that the pattern does not match.
    pub(super) fn into_cell(
        self,
        column: String,
        otherwise: Option<&str>,
    ) -> Result<SourceCell, RuleViolation> {
        let fill_down = self.fill_down.map(FillDown::into_columns).transpose()?;
        let mut steps = Vec::new();
        if let Some(path) = self.json {
            match JsonPath::parse(&path) {
                Some(path) => steps.push(TextStep::Json(path)),
                None => {
                    return violation(
                        format!("`{path}` is no path into JSON"),
                        "write keys with points and indices in brackets, such as `address.city` or `items[0].sku`",
                    );
                }
            }
        }
        match (self.split, self.part) {
            (None, None) => {}
            (Some(separator), Some(part)) if part != 0 && !separator.is_empty() => {
                steps.push(TextStep::Split { separator, part });
            }
            _ => {
                return violation(
                    "`split` needs a separator and a `part`",
                    "write for example `split = \",\", part = 1`; `part = -1` is the last one",
                );
            }
        }
        if let Some(pattern) = self.regex {
            match CapturePattern::parse(&pattern) {
                Ok(pattern) => {
                    steps.push(TextStep::Regex { pattern, otherwise: otherwise.map(str::to_owned) });
                }
                Err(error) => {
                    let error = error.to_string();
                    let reason = error.lines().last().unwrap_or_default().trim();
                    return violation(
                        format!("`{pattern}` is no regular expression: {reason}"),
                        "use the syntax of Rust's `regex`, such as `([0-9]+)`, in single quotes",
                    );
                }
            }
        }
        steps.extend(self.strip_prefix.map(|texts| TextStep::StripPrefix(texts.into_texts())));
        steps.extend(self.strip_suffix.map(|texts| TextStep::StripSuffix(texts.into_texts())));
        if let Some(OrderedPairs(pairs)) = self.replace {
            if pairs.iter().any(|(from, _)| from.is_empty()) {
                return violation("`replace` replaces an empty text", "write the text to replace");
            }
            steps.push(TextStep::Replace(pairs));
        }
        match (self.upper == Some(true), self.lower == Some(true)) {
            (true, true) => {
                return violation("`upper` and `lower` exclude each other", "keep one of them");
            }
            (true, false) => steps.push(TextStep::Upper),
            (false, true) => steps.push(TextStep::Lower),
            (false, false) => {}
        }
        Ok(SourceCell { column, fill_down, steps, cell_type: CellType::Text })
    }
}

impl FillDown {
    fn into_columns(self) -> Result<Vec<String>, RuleViolation> {
        match self {
            Self::One(column) => Ok(vec![column]),
            Self::Columns(ColumnSelection::All(true)) => Ok(Vec::new()),
            Self::Columns(ColumnSelection::Some(columns)) if !columns.is_empty() => Ok(columns),
            Self::Columns(_) => violation(
                "`fill_down` needs the columns whose cells stay equal",
                "write for example `fill_down = \"Name\"`, or `fill_down = true` to fill every row",
            ),
        }
    }
}

impl<'de> Deserialize<'de> for OrderedPairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = OrderedPairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("texts and their replacements, such as `{ \"a\" = \"b\" }`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OrderedPairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(OrderedPairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
}
