//! The text of a mapping, as serde reads it. Keys that are not known are refused
//! here; whether the values make sense is decided in `mapping`.

use std::{collections::BTreeMap, fmt};

use chrono::format::{Item, StrftimeItems};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use slotcast_core::NaiveDate;
use toml::Spanned;

use crate::{
    attributes::AttributeKind,
    condition::{Condition, OneOrMore, RawCondition, condition},
    expression::{ColumnRule, Expression, LengthUnit, SourceRef},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawMapping {
    pub(crate) name: String,
    pub(crate) zone: Option<Spanned<String>>,
    pub(crate) label_lag_days: Option<u32>,
    pub(crate) currency: Option<String>,
    pub(crate) slots: Option<Spanned<RawSlots>>,
    pub(crate) train: Option<RawTrain>,
    #[serde(default)]
    pub(crate) file: Vec<Spanned<RawFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSlots {
    pub(crate) weekday: String,
    pub(crate) time: String,
    pub(crate) zone: Option<String>,
    pub(crate) weeks: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTrain {
    pub(crate) from: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFile {
    pub(crate) pattern: String,
    pub(crate) delimiter: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) unused: Vec<String>,
    #[serde(default)]
    pub(crate) filter: Vec<Spanned<RawFilter>>,
    #[serde(default)]
    pub(crate) target: Vec<RawTarget>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFilter {
    column: String,
    equals: Option<OneOrMore>,
    present: Option<bool>,
    pub(crate) reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTarget {
    pub(crate) table: Spanned<String>,
    pub(crate) when: Option<Spanned<RawCondition>>,
    pub(crate) columns: BTreeMap<String, Spanned<Loose>>,
}

/// A plain text, or an expression. Numbers and flags count as their text.
#[derive(Clone, Debug)]
pub(crate) enum Loose {
    Text(String),
    Table(Box<RawExpression>),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawExpression {
    column: Option<String>,
    value: Option<Loose>,
    concat: Option<Vec<Loose>>,
    when: Option<RawCondition>,
    then: Option<Loose>,
    #[serde(rename = "else")]
    otherwise: Option<Loose>,
    map: Option<BTreeMap<String, String>>,
    length: Option<LengthUnit>,
    present: Option<bool>,
    json: Option<String>,
    abs: Option<bool>,
    format: Option<String>,
    shift_days: Option<i64>,
    end_of_day: Option<bool>,
    round: Option<u32>,
    kind: Option<AttributeKind>,
}

/// A rule that an expression breaks, and the remedy.
pub(crate) type Broken = (String, String);

fn broken<T>(rule: &str, remedy: &str) -> Result<T, Broken> {
    Err((rule.to_owned(), remedy.to_owned()))
}

impl RawFilter {
    pub(crate) fn check(self) -> Result<(Condition, String), Broken> {
        Ok((condition(self.column, self.equals, self.present)?, self.reason))
    }
}

impl Loose {
    /// Directly under the name of a target column a plain text names a source column.
    pub(crate) fn into_rule(self) -> Result<ColumnRule, Broken> {
        match self {
            Self::Text(column) => Ok(ColumnRule::plain(&column)),
            Self::Table(raw) => raw.into_rule(),
        }
    }

    /// Inside an expression a plain text is that text.
    fn into_part(self) -> Result<Expression, Broken> {
        let rule = match self {
            Self::Text(text) => return Ok(Expression::Value(text)),
            Self::Table(raw) => raw.into_rule()?,
        };
        let whole = rule.format.is_some()
            || rule.shift_days != 0
            || rule.end_of_day
            || rule.round
            || rule.kind.is_some();
        if whole {
            return broken(
                "`format`, `shift_days`, `end_of_day`, `round` and `kind` say how a whole column is read",
                "put them beside the outermost expression of the column",
            );
        }
        if rule.expression.may_forget() {
            return broken("a `map` inside an expression has no `else`", "add `else = \"...\"` to the map");
        }
        Ok(rule.expression)
    }
}

impl RawExpression {
    fn into_rule(self) -> Result<ColumnRule, Broken> {
        let implied = if self.length.is_some() {
            Some(AttributeKind::Number)
        } else {
            self.present.is_some().then_some(AttributeKind::Flag)
        };
        if self.round.is_some_and(|places| places != 2) {
            return broken("money has two decimals", "write `round = 2`");
        }
        if let Some(format) =
            self.format.as_ref().filter(|format| StrftimeItems::new(format).any(|item| item == Item::Error))
        {
            return broken(
                &format!("`{format}` is no format"),
                "write it as chrono's `strftime` does, such as `%d.%m.%Y %H:%M`",
            );
        }
        if self.present == Some(false) {
            return broken("`present = false` is no expression", "write `present = true`, or use `when`");
        }
        let mut rule = ColumnRule::plain("");
        rule.format = self.format.clone();
        rule.shift_days = self.shift_days.unwrap_or(0);
        rule.end_of_day = self.end_of_day.unwrap_or(false);
        rule.round = self.round.is_some();
        rule.kind = self.kind.or(implied);
        rule.expression = self.into_expression()?;
        Ok(rule)
    }

    fn into_expression(self) -> Result<Expression, Broken> {
        let heads = [self.column.is_some(), self.value.is_some(), self.concat.is_some(), self.when.is_some()];
        if heads.iter().filter(|given| **given).count() != 1 {
            return broken(
                "an expression needs exactly one of `column`, `value`, `concat` and `when`",
                "see data/sources/README.md for the forms of an expression",
            );
        }
        if self.column.is_none()
            && (self.length.is_some()
                || self.present.is_some()
                || self.json.is_some()
                || self.map.is_some()
                || self.abs.is_some())
        {
            return broken(
                "`length`, `present`, `json`, `map` and `abs` belong to a `column`",
                "name the column that they read",
            );
        }
        if self.when.is_none() && (self.then.is_some() || (self.otherwise.is_some() && self.map.is_none())) {
            return broken("`then` belongs to `when`, and `else` to `when` or `map`", "add the missing key");
        }
        if let Some(column) = self.column {
            return on_column(
                SourceRef { column, json: self.json },
                self.abs == Some(true),
                self.length,
                self.present.is_some(),
                self.map,
                self.otherwise,
            );
        }
        if let Some(value) = self.value {
            return value.into_part();
        }
        if let Some(parts) = self.concat {
            return Ok(Expression::Concat(
                parts.into_iter().map(Loose::into_part).collect::<Result<_, _>>()?,
            ));
        }
        let Some((raw, then)) = self.when.zip(self.then) else {
            return broken("`when` has no `then`", "add `then = ...`");
        };
        let otherwise = self.otherwise.map(Loose::into_part).transpose()?.map(Box::new);
        Ok(Expression::When { condition: raw.check()?, then: Box::new(then.into_part()?), otherwise })
    }
}

fn on_column(
    source: SourceRef,
    abs: bool,
    length: Option<LengthUnit>,
    present: bool,
    map: Option<BTreeMap<String, String>>,
    otherwise: Option<Loose>,
) -> Result<Expression, Broken> {
    let of = match (abs, length, present) {
        (false, None, false) => Expression::Source(source),
        (true, None, false) => Expression::Abs(source),
        (false, Some(unit), false) => Expression::Length(source, unit),
        (false, None, true) => Expression::Present(source),
        _ => return broken("`abs`, `length` and `present` exclude each other", "keep one of them"),
    };
    let Some(map) = map else { return Ok(of) };
    let otherwise = match otherwise {
        None => None,
        Some(Loose::Text(word)) => Some(word),
        Some(Loose::Table(_)) => return broken("the `else` of a `map` is a word", "write `else = \"...\"`"),
    };
    Ok(Expression::Map { of: Box::new(of), words: map.into_iter().collect(), otherwise })
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or an expression such as `{ column = \"...\" }`")
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::Text(text.to_owned()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Loose, E> {
        Ok(Loose::Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Loose, E> {
        Ok(Loose::Text(number.to_string()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Loose, E> {
        Ok(Loose::Text(flag.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Loose, A::Error> {
        RawExpression::deserialize(MapAccessDeserializer::new(map)).map(|raw| Loose::Table(Box::new(raw)))
    }
}

/// A date such as `2013-01-01`.
pub(crate) fn date(text: &str) -> Result<NaiveDate, Broken> {
    text.parse().or_else(|_| broken(&format!("`{text}` is no date"), "write it as `2013-01-01`, in quotes"))
}
