//! Conditions of a mapping: when a row is filtered, when a target is made, which branch is taken.

use std::fmt;

use polars::prelude::{DataType, Expr, NamedFrom, Series, col, lit};
use serde::{Deserialize, Deserializer, de::Visitor};

use crate::{
    derived::{Cell, Source, View},
    mapping_text::{Broken, broken},
};

/// One or several texts.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub(crate) enum OneOrMore {
    /// One.
    One(Word),
    /// Any of these.
    More(Vec<Word>),
}

/// A text; whole numbers and flags count as their text.
#[derive(Clone, Debug)]
pub(crate) struct Word(String);

/// As written in a mapping; a filter is one with a reason.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawCondition {
    column: Option<String>,
    equals: Option<OneOrMore>,
    not_equals: Option<OneOrMore>,
    starts_with: Option<OneOrMore>,
    present: Option<bool>,
    below: Option<f64>,
    above: Option<f64>,
    all: Option<Vec<RawCondition>>,
    any: Option<Vec<RawCondition>>,
    not: Option<Box<RawCondition>>,
    reason: Option<String>,
}

/// Something that holds for a source row or does not.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// Each of these holds.
    All(Vec<Condition>),
    /// At least one of these holds.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// A test of one cell.
    Test(Source, Test),
}

/// What is tested of a cell. An empty cell passes none of these.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Present,
    Equals(Vec<String>),
    StartsWith(Vec<String>),
    Below(f64),
    Above(f64),
}

impl RawCondition {
    /// The condition; the error is a rule and a remedy.
    pub(crate) fn check(self) -> Result<Condition, Broken> {
        if self.reason.is_some() {
            return broken("`reason` belongs to a filter", "remove `reason`");
        }
        let heads = [self.column.is_some(), self.all.is_some(), self.any.is_some(), self.not.is_some()];
        if heads.iter().filter(|given| **given).count() != 1 {
            return broken(
                "a condition needs exactly one of `column`, `all`, `any` and `not`",
                "test one `column`, or put conditions together with `all = [...]`, `any = [...]` or `not = ...`",
            );
        }
        let (column, mut tests) = match self.column.clone() {
            Some(column) => (column, self.tests()?),
            None if self.has_tests() => return broken("a test has no column", "put it beside a `column`"),
            None => return self.of_conditions(),
        };
        match tests.len() {
            0 => Err((
                format!("a condition on `{column}` has no test"),
                "give it `equals`, `not_equals`, `starts_with`, `present`, `below` or `above`".to_owned(),
            )),
            1 => Ok(tests.remove(0)),
            _ => Ok(Condition::All(tests)),
        }
    }

    /// The condition of a filter, and why its rows are left out.
    pub(crate) fn check_filter(mut self) -> Result<(Condition, String), Broken> {
        match self.reason.take() {
            Some(reason) if !reason.trim().is_empty() => Ok((self.check()?, reason)),
            _ => broken("a filter has no reason", "add `reason = \"...\"`: its rows are counted under it"),
        }
    }

    fn of_conditions(self) -> Result<Condition, Broken> {
        if let Some(not) = self.not {
            return Ok(Condition::Not(Box::new(not.check()?)));
        }
        let is_all = self.all.is_some();
        let parts = self.all.or(self.any).unwrap_or_default();
        if parts.is_empty() {
            return broken("`all` and `any` need conditions", "list at least one");
        }
        let parts = parts.into_iter().map(Self::check).collect::<Result<_, _>>()?;
        Ok(if is_all { Condition::All(parts) } else { Condition::Any(parts) })
    }

    fn has_tests(&self) -> bool {
        let words = [&self.equals, &self.not_equals, &self.starts_with].iter().any(|test| test.is_some());
        words || self.present.is_some() || self.below.is_some() || self.above.is_some()
    }

    /// Every test given; all of them have to hold.
    fn tests(self) -> Result<Vec<Condition>, Broken> {
        if self.below.or(self.above).is_some_and(|bound| !bound.is_finite()) {
            return broken("`below` and `above` need a number", "write for example `below = 0`");
        }
        let column = self.column.unwrap_or_default();
        let cell = |view| Source::Cell(Cell { view, ..Cell::plain(column.clone()) });
        let text = |test| Condition::Test(cell(View::Text), test);
        let number = |test| Condition::Test(cell(View::Number), test);
        let mut tests = Vec::new();
        tests.extend(self.equals.map(|words| text(Test::Equals(words.texts()))));
        tests.extend(self.not_equals.map(|words| text(Test::Equals(words.texts())).negated()));
        tests.extend(self.starts_with.map(|words| text(Test::StartsWith(words.texts()))));
        tests.extend(
            self.present.map(
                |present| {
                    if present { text(Test::Present) } else { text(Test::Present).negated() }
                },
            ),
        );
        tests.extend(self.below.map(|bound| number(Test::Below(bound))));
        tests.extend(self.above.map(|bound| number(Test::Above(bound))));
        Ok(tests)
    }
}

impl OneOrMore {
    /// The texts.
    pub(crate) fn texts(self) -> Vec<String> {
        match self {
            Self::One(word) => vec![word.0],
            Self::More(words) => words.into_iter().map(|word| word.0).collect(),
        }
    }
}

impl Condition {
    fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Every source that the condition reads.
    pub(crate) fn sources(&self, found: &mut Vec<Source>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.sources(found)),
            Self::Not(part) => part.sources(found),
            Self::Test(source, _) => found.push(source.clone()),
        }
    }

    /// The condition over text; never null. `name` gives the name by which polars knows a source.
    pub(crate) fn to_polars(&self, name: &dyn Fn(&Source) -> String) -> Expr {
        let each = |parts: &[Self]| parts.iter().map(|part| part.to_polars(name)).collect::<Vec<_>>();
        match self {
            Self::All(parts) => each(parts).into_iter().reduce(Expr::and).unwrap_or_else(|| lit(true)),
            Self::Any(parts) => each(parts).into_iter().reduce(Expr::or).unwrap_or_else(|| lit(false)),
            Self::Not(part) => part.to_polars(name).not(),
            Self::Test(source, test) => test.to_polars(&col(name(source))),
        }
    }
}

impl Test {
    fn to_polars(&self, text: &Expr) -> Expr {
        let text = text.clone();
        // Only plain decimals reach this: what is no number is marked as faulty, and no cast takes it.
        let number = || text.clone().cast(DataType::Float64);
        let holds = match self {
            Self::Present => return text.is_not_null(),
            Self::Equals(words) => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                text.is_in(lit(Series::new("words".into(), words)).implode(true), false)
            }
            Self::StartsWith(words) => {
                let starts = words.iter().map(|word| text.clone().str().starts_with(lit(word.as_str())));
                starts.reduce(Expr::or).unwrap_or_else(|| lit(false))
            }
            Self::Below(bound) => number().lt(lit(*bound)),
            Self::Above(bound) => number().gt(lit(*bound)),
        };
        holds.fill_null(lit(false))
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordVisitor;
        impl Visitor<'_> for WordVisitor {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Word, E> {
                Ok(Word(text.to_owned()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Word, E> {
                Ok(Word(flag.to_string()))
            }
        }
        deserializer.deserialize_any(WordVisitor)
    }
}
