//! Expressions of a mapping: how a target column comes from source columns.
//!
//! Here they become polars expressions over text. What polars cannot do simply
//! (zones, exact money, fields of JSON) is done elsewhere, row by row.

use polars::prelude::{DataType, Expr, LiteralValue, NULL, lit, when};

use crate::{attributes::AttributeKind, condition::Condition};

/// How the text of a target column comes about.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    /// A source column, or the field of the JSON in it.
    Source(SourceRef),
    /// A constant.
    Value(String),
    /// Its number without its sign.
    Abs(SourceRef),
    /// Characters or words of a text; an absent text has none.
    Length(SourceRef, LengthUnit),
    /// Whether the cell holds anything.
    Present(SourceRef),
    /// Words for words.
    Map { of: Box<Expression>, words: Vec<(String, String)>, otherwise: Option<String> },
    /// Texts one after another; null if one of them is.
    Concat(Vec<Expression>),
    /// One of two.
    When { condition: Condition, then: Box<Expression>, otherwise: Option<Box<Expression>> },
}

/// A source column, or a field of the JSON that it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceRef {
    pub(crate) column: String,
    pub(crate) json: Option<String>,
}

/// What a length counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LengthUnit {
    /// Unicode characters.
    Chars,
    /// Runs without white space.
    Words,
}

/// An expression, and how its text is read.
#[derive(Clone, Debug)]
pub(crate) struct ColumnRule {
    pub(crate) expression: Expression,
    /// A format of chrono's `strftime`, for days and timestamps.
    pub(crate) format: Option<String>,
    /// Local calendar days to add.
    pub(crate) shift_days: i64,
    /// Whether a local day means the first instant after it.
    pub(crate) end_of_day: bool,
    /// Whether money is rounded to two decimals instead of rejected.
    pub(crate) round: bool,
    /// The kind of an attribute, where stated or implied.
    pub(crate) kind: Option<AttributeKind>,
}

impl ColumnRule {
    /// A source column as it is.
    pub(crate) fn plain(column: &str) -> Self {
        let source = SourceRef { column: column.to_owned(), json: None };
        Self {
            expression: Expression::Source(source),
            format: None,
            shift_days: 0,
            end_of_day: false,
            round: false,
            kind: None,
        }
    }
}

fn no_text() -> Expr {
    lit(LiteralValue::untyped_null()).cast(DataType::String)
}

impl Expression {
    /// Every source that the expression reads.
    pub(crate) fn sources(&self, found: &mut Vec<SourceRef>) {
        match self {
            Self::Source(source) | Self::Abs(source) | Self::Length(source, _) | Self::Present(source) => {
                found.push(source.clone());
            }
            Self::Value(_) => {}
            Self::Map { of, .. } => of.sources(found),
            Self::Concat(parts) => parts.iter().for_each(|part| part.sources(found)),
            Self::When { condition, then, otherwise } => {
                found.push(SourceRef { column: condition.column.clone(), json: None });
                then.sources(found);
                otherwise.iter().for_each(|part| part.sources(found));
            }
        }
    }

    /// The expression over text; `name` gives the name by which polars knows a source.
    pub(crate) fn to_polars(&self, name: &dyn Fn(&SourceRef) -> String) -> Expr {
        let of = |source: &SourceRef| polars::prelude::col(name(source));
        match self {
            Self::Source(source) => of(source),
            Self::Value(text) => lit(text.as_str()),
            Self::Abs(source) => of(source).str().strip_prefix(lit("-")),
            Self::Length(source, LengthUnit::Chars) => {
                of(source).str().len_chars().fill_null(lit(0)).cast(DataType::String)
            }
            Self::Length(source, LengthUnit::Words) => {
                of(source).str().count_matches(lit(r"\S+"), false).fill_null(lit(0)).cast(DataType::String)
            }
            Self::Present(source) => when(of(source).is_not_null()).then(lit("true")).otherwise(lit("false")),
            Self::Map { of, words, otherwise } => {
                let text = of.to_polars(name);
                let last = match otherwise {
                    // A missing cell stays missing: it is not a word that the map forgot.
                    Some(word) => {
                        when(text.clone().is_not_null()).then(lit(word.as_str())).otherwise(no_text())
                    }
                    None => no_text(),
                };
                words.iter().rev().fold(last, |rest, (from, to)| {
                    when(text.clone().eq(lit(from.as_str()))).then(lit(to.as_str())).otherwise(rest)
                })
            }
            Self::Concat(parts) => {
                let parts = parts.iter().map(|part| part.to_polars(name));
                parts.reduce(|text, part| text + part).unwrap_or_else(|| lit(""))
            }
            Self::When { condition, then, otherwise } => {
                let source = SourceRef { column: condition.column.clone(), json: None };
                let other = otherwise.as_ref().map_or_else(no_text, |part| part.to_polars(name));
                when(condition.to_polars(&name(&source))).then(then.to_polars(name)).otherwise(other)
            }
        }
    }

    /// Whether the source gave a value, even if the map knows no word for it.
    pub(crate) fn given(&self, name: &dyn Fn(&SourceRef) -> String) -> Expr {
        match self {
            Self::Map { of, otherwise: None, .. } => of.to_polars(name).is_not_null(),
            _ => self.to_polars(name).is_not_null(),
        }
    }

    /// Whether a value of the source may find no word.
    pub(crate) fn may_forget(&self) -> bool {
        matches!(self, Self::Map { otherwise: None, .. })
    }
}

/// A null of polars, for flags.
pub(crate) fn no_flag() -> Expr {
    lit(NULL).cast(DataType::Boolean)
}
