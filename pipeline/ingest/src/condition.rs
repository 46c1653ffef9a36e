//! Conditions of a mapping: when a row is filtered, when a target is made, which branch is taken.

use polars::prelude::{Expr, NamedFrom, Series, col, lit};
use serde::Deserialize;

/// One or several texts.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMore {
    /// One.
    One(String),
    /// Any of these.
    More(Vec<String>),
}

/// As written in a mapping.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCondition {
    column: String,
    equals: Option<OneOrMore>,
    present: Option<bool>,
}

/// Something that holds for a source row or does not.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    /// The source column looked at.
    pub(crate) column: String,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Equals(Vec<String>),
    Present(bool),
}

impl RawCondition {
    /// Checks that exactly one test is given; the error is a rule and a remedy.
    pub(crate) fn check(self) -> Result<Condition, (String, String)> {
        condition(self.column, self.equals, self.present)
    }
}

/// A condition from its keys.
pub(crate) fn condition(
    column: String,
    equals: Option<OneOrMore>,
    present: Option<bool>,
) -> Result<Condition, (String, String)> {
    let test = match (equals, present) {
        (Some(OneOrMore::One(word)), None) => Test::Equals(vec![word]),
        (Some(OneOrMore::More(words)), None) => Test::Equals(words),
        (None, Some(present)) => Test::Present(present),
        _ => {
            return Err((
                format!("a condition on `{column}` needs exactly one test"),
                "give either `equals` or `present`".to_owned(),
            ));
        }
    };
    Ok(Condition { column, test })
}

impl Condition {
    /// The condition over the column that polars knows as `source`; never null.
    pub(crate) fn to_polars(&self, source: &str) -> Expr {
        match &self.test {
            Test::Present(true) => col(source).is_not_null(),
            Test::Present(false) => col(source).is_null(),
            Test::Equals(words) => one_of(&col(source), words),
        }
    }
}

/// Whether a text is one of `words`; an empty cell is none of them.
pub(crate) fn one_of<S: AsRef<str>>(text: &Expr, words: &[S]) -> Expr {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let list = lit(Series::new("words".into(), words)).implode(true);
    text.clone().is_in(list, false).fill_null(lit(false))
}
