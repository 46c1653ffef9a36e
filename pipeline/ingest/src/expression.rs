//! Expressions of a mapping: how a target column comes from source columns.
//!
//! Here they become polars expressions over text. What polars cannot do simply
//! (zones, exact numbers, fields of JSON, places in the file) is done elsewhere, row by row.

use polars::prelude::{DataType, Expr, LiteralValue, lit, when};

use crate::{
    attributes::AttributeKind,
    condition::Condition,
    derived::{Cell, Source, View, mark_of_faults},
    time_form::TimeForm,
};

/// How the text of a target column comes about.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    /// A source column, or something computed from source columns.
    Source(Source),
    /// A constant.
    Value(String),
    /// Its number without its sign.
    Abs(Source),
    /// Characters or words of a text; an absent text has none.
    Length(Source, LengthUnit),
    /// Whether the cell holds anything.
    Present(Source),
    /// Words for words.
    Map { of: Box<Expression>, words: Vec<(String, String)>, otherwise: Option<String> },
    /// Texts one after another; null if one of them is.
    Concat(Vec<Expression>),
    /// One of two.
    When { condition: Condition, then: Box<Expression>, otherwise: Option<Box<Expression>> },
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
    /// How days and timestamps are laid out.
    pub(crate) form: TimeForm,
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
        Self {
            expression: Expression::Source(Source::column(column)),
            form: TimeForm::Usual,
            shift_days: 0,
            end_of_day: false,
            round: false,
            kind: None,
        }
    }

    /// Whether the mapping says how the whole column is read.
    pub(crate) fn says_how_to_read(&self) -> bool {
        self.form != TimeForm::Usual
            || self.shift_days != 0
            || self.end_of_day
            || self.round
            || self.kind != self.expression.implied_kind()
    }
}

fn no_text() -> Expr {
    lit(LiteralValue::untyped_null()).cast(DataType::String)
}

impl Expression {
    /// Every source that the expression reads.
    pub(crate) fn sources(&self, found: &mut Vec<Source>) {
        match self {
            Self::Source(source) | Self::Abs(source) | Self::Length(source, _) | Self::Present(source) => {
                found.push(source.clone());
            }
            Self::Value(_) => {}
            Self::Map { of, .. } => of.sources(found),
            Self::Concat(parts) => parts.iter().for_each(|part| part.sources(found)),
            Self::When { condition, then, otherwise } => {
                condition.sources(found);
                then.sources(found);
                otherwise.iter().for_each(|part| part.sources(found));
            }
        }
    }

    /// The expression with its cells read as numbers, for files that do not write them plainly.
    /// What is looked up in a map, counted or only asked for stays text.
    pub(crate) fn over_numbers(self) -> Self {
        let number = |source| match source {
            Source::Cell(cell @ Cell { view: View::Text, json: None, .. }) => {
                Source::Cell(Cell { view: View::Number, ..cell })
            }
            other => other,
        };
        match self {
            Self::Source(source) => Self::Source(number(source)),
            Self::Abs(source) => Self::Abs(number(source)),
            Self::Concat(parts) => Self::Concat(parts.into_iter().map(Self::over_numbers).collect()),
            Self::When { condition, then, otherwise } => Self::When {
                condition,
                then: Box::new(then.over_numbers()),
                otherwise: otherwise.map(|part| Box::new(part.over_numbers())),
            },
            Self::Value(_) | Self::Length(..) | Self::Present(_) | Self::Map { .. } => self,
        }
    }

    /// The expression over text; `name` gives the name by which polars knows a source.
    pub(crate) fn to_polars(&self, name: &dyn Fn(&Source) -> String) -> Expr {
        let of = |source: &Source| polars::prelude::col(name(source));
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
            Self::Map { of, words, otherwise } => mapped(of, words, otherwise.as_deref(), name),
            Self::Concat(parts) => {
                let parts = parts.iter().map(|part| part.to_polars(name));
                parts.reduce(|text, part| text + part).unwrap_or_else(|| lit(""))
            }
            Self::When { condition, then, otherwise } => {
                let other = otherwise.as_ref().map_or_else(no_text, |part| part.to_polars(name));
                when(condition.to_polars(name)).then(then.to_polars(name)).otherwise(other)
            }
        }
    }

    /// The kind of an attribute that comes about so, where that is plain.
    pub(crate) fn implied_kind(&self) -> Option<AttributeKind> {
        match self {
            Self::Present(_) => Some(AttributeKind::Flag),
            Self::Length(..) => Some(AttributeKind::Number),
            Self::Source(Source::Cell(Cell { view: View::Sign, .. })) => Some(AttributeKind::Number),
            Self::Source(Source::Product(_) | Source::LineOrdinal(_) | Source::RunningTotal { .. }) => {
                Some(AttributeKind::Number)
            }
            _ => None,
        }
    }

    /// Whether the source gave a value, even if the map knows no word for it.
    pub(crate) fn given(&self, name: &dyn Fn(&Source) -> String) -> Expr {
        match self {
            Self::Map { of, otherwise: None, .. } => of.to_polars(name).is_not_null(),
            _ => self.to_polars(name).is_not_null(),
        }
    }

    /// Whether a value of the source may find no word.
    pub(crate) fn may_forget(&self) -> bool {
        matches!(self, Self::Map { otherwise: None, .. })
    }

    fn may_be_faulty(&self) -> bool {
        matches!(self, Self::Source(source) | Self::Abs(source) if source.may_be_faulty())
    }
}

fn mapped(
    of: &Expression,
    words: &[(String, String)],
    otherwise: Option<&str>,
    name: &dyn Fn(&Source) -> String,
) -> Expr {
    let text = of.to_polars(name);
    // A missing cell stays missing: it is not a word that the map forgot.
    let last = otherwise
        .map_or_else(no_text, |word| when(text.clone().is_not_null()).then(lit(word)).otherwise(no_text()));
    // What could not be computed is not just another word: it goes on, to reject its row.
    let last = if of.may_be_faulty() {
        let is_faulty = text.clone().str().starts_with(lit(mark_of_faults()));
        when(is_faulty).then(text.clone()).otherwise(last)
    } else {
        last
    };
    words.iter().rev().fold(last, |rest, (from, to)| {
        when(text.clone().eq(lit(from.as_str()))).then(lit(to.as_str())).otherwise(rest)
    })
}
