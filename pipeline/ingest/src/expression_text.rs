//! The text of an expression, as serde reads it, and what it means.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::{
    attributes::AttributeKind,
    condition::{OneOrMore, RawCondition},
    derived::{Cell, SlotPart, Source, View},
    expression::{ColumnRule, Expression, LengthUnit},
    mapping_text::{Broken, broken},
    time_form::{TimeForm, UnixUnit, is_format},
};

/// A plain text, or an expression. Numbers and flags count as their text.
#[derive(Clone, Debug)]
pub(crate) enum Loose {
    Text(String),
    Table(Box<RawExpression>),
}

/// All columns, or some.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected `true` or a list of columns")]
enum AllOrSome {
    All(bool),
    Some(Vec<String>),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawExpression {
    // Where the text comes from: one of these.
    column: Option<String>,
    value: Option<Loose>,
    concat: Option<Vec<Loose>>,
    when: Option<RawCondition>,
    multiply: Option<Vec<String>>,
    line_ordinal: Option<AllOrSome>,
    running_total: Option<String>,
    // What goes with it.
    then: Option<Loose>,
    #[serde(rename = "else")]
    otherwise: Option<Loose>,
    over: Option<Vec<String>>,
    json: Option<String>,
    strip_suffix: Option<OneOrMore>,
    slot: Option<SlotPart>,
    abs: Option<bool>,
    sign: Option<bool>,
    length: Option<LengthUnit>,
    present: Option<bool>,
    map: Option<BTreeMap<String, String>>,
    // How the whole column is read.
    format: Option<OneOrMore>,
    unix: Option<UnixUnit>,
    shift_days: Option<i64>,
    end_of_day: Option<bool>,
    round: Option<u32>,
    kind: Option<AttributeKind>,
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
        if rule.says_how_to_read() {
            return broken(
                "`format`, `unix`, `shift_days`, `end_of_day`, `round` and `kind` say how a whole column is read",
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
    fn into_rule(mut self) -> Result<ColumnRule, Broken> {
        if self.round.is_some_and(|places| places != 2) {
            return broken("money has two decimals", "write `round = 2`");
        }
        if self.present == Some(false) {
            return broken("`present = false` is no expression", "write `present = true`, or use `when`");
        }
        let mut rule = ColumnRule::plain("");
        let form = time_form(self.format.take(), self.unix)?;
        let of_slot = if self.slot.is_some() {
            form
        } else {
            rule.form = form;
            TimeForm::Usual
        };
        rule.shift_days = self.shift_days.unwrap_or(0);
        rule.end_of_day = self.end_of_day.unwrap_or(false);
        rule.round = self.round.is_some();
        rule.kind = self.kind;
        rule.expression = self.into_expression(of_slot)?;
        rule.kind = rule.kind.or(rule.expression.implied_kind());
        Ok(rule)
    }

    fn into_expression(self, of_slot: TimeForm) -> Result<Expression, Broken> {
        self.must_fit_together()?;
        if let Some(value) = self.value {
            return value.into_part();
        }
        if let Some(parts) = self.concat {
            return Ok(Expression::Concat(
                parts.into_iter().map(Loose::into_part).collect::<Result<_, _>>()?,
            ));
        }
        if let Some(raw) = self.when {
            let Some(then) = self.then else { return broken("`when` has no `then`", "add `then = ...`") };
            let otherwise = self.otherwise.map(Loose::into_part).transpose()?.map(Box::new);
            return Ok(Expression::When {
                condition: raw.check()?,
                then: Box::new(then.into_part()?),
                otherwise,
            });
        }
        let abs = self.abs == Some(true);
        if let Some(column) = self.column {
            if let Some(part) = self.slot {
                return Ok(Expression::Source(Source::Slot { of: column, part, form: of_slot }));
            }
            let cell = Cell {
                column,
                json: self.json,
                strip_suffix: self.strip_suffix.map(OneOrMore::texts).unwrap_or_default(),
                view: if self.sign == Some(true) { View::Sign } else { View::Text },
            };
            return on_cell(cell, abs, self.length, self.present.is_some(), self.map, self.otherwise);
        }
        let source = match (self.multiply, self.line_ordinal, self.running_total) {
            (Some(columns), ..) if columns.len() < 2 => {
                return broken(
                    "`multiply` needs two columns or more",
                    "name the columns whose product it is",
                );
            }
            (Some(columns), ..) => Source::Product(columns),
            (_, Some(columns), _) => Source::LineOrdinal(over_columns(columns)?),
            (.., of) => {
                let Some(over) = self.over.filter(|over| !over.is_empty()) else {
                    return broken(
                        "`running_total` does not say over which rows it runs",
                        "add `over = [...]`: rows with equal cells in these columns are added up",
                    );
                };
                Source::RunningTotal { of: of.unwrap_or_default(), over }
            }
        };
        Ok(if abs { Expression::Abs(source) } else { Expression::Source(source) })
    }

    /// Refuses keys that have nothing to go with.
    fn must_fit_together(&self) -> Result<(), Broken> {
        let counts = self.multiply.is_some() || self.running_total.is_some();
        let heads = [
            self.column.is_some(),
            self.value.is_some(),
            self.concat.is_some(),
            self.when.is_some(),
            self.multiply.is_some(),
            self.line_ordinal.is_some(),
            self.running_total.is_some(),
        ];
        if heads.iter().filter(|given| **given).count() != 1 {
            return broken(
                "an expression needs exactly one of `column`, `value`, `concat`, `when`, `multiply`, \
                 `line_ordinal` and `running_total`",
                "see data/sources/README.md for the forms of an expression",
            );
        }
        let of_column = [
            self.json.is_some(),
            self.strip_suffix.is_some(),
            self.slot.is_some(),
            self.sign.is_some(),
            self.length.is_some(),
            self.present.is_some(),
            self.map.is_some(),
            self.abs.is_some() && !counts,
        ];
        if self.column.is_none() && of_column.contains(&true) {
            return broken(
                "`json`, `strip_suffix`, `slot`, `abs`, `sign`, `length`, `present` and `map` belong to a `column`",
                "name the column that they read",
            );
        }
        if self.slot.is_some() && of_column.iter().filter(|given| **given).count() > 1 {
            return broken(
                "the column of a `slot` is read by `format` or `unix` only",
                "remove the other keys",
            );
        }
        if self.over.is_some() && self.running_total.is_none() {
            return broken("`over` belongs to `running_total`", "remove it, or name what is added up");
        }
        if self.when.is_none() && (self.then.is_some() || (self.otherwise.is_some() && self.map.is_none())) {
            return broken("`then` belongs to `when`, and `else` to `when` or `map`", "add the missing key");
        }
        Ok(())
    }
}

fn time_form(format: Option<OneOrMore>, unix: Option<UnixUnit>) -> Result<TimeForm, Broken> {
    let formats = match (format.map(OneOrMore::texts), unix) {
        (None, None) => return Ok(TimeForm::Usual),
        (None, Some(unit)) => return Ok(TimeForm::Unix(unit)),
        (Some(_), Some(_)) => return broken("`format` and `unix` exclude each other", "keep one of them"),
        (Some(formats), None) => formats,
    };
    if formats.is_empty() {
        return broken("`format` is empty", "name at least one format, such as `%d.%m.%Y %H:%M`");
    }
    match formats.iter().find(|format| !is_format(format)) {
        None => Ok(TimeForm::Formats(formats)),
        Some(format) => broken(
            &format!("`{format}` is no format"),
            "write it as chrono's `strftime` does, such as `%d.%m.%Y %H:%M`",
        ),
    }
}

fn over_columns(columns: AllOrSome) -> Result<Option<Vec<String>>, Broken> {
    match columns {
        AllOrSome::All(true) => Ok(None),
        AllOrSome::Some(columns) if !columns.is_empty() => Ok(Some(columns)),
        _ => broken(
            "`line_ordinal` does not say which lines are equal",
            "name the columns in which they are, or write `line_ordinal = true` for all of them",
        ),
    }
}

fn on_cell(
    cell: Cell,
    abs: bool,
    length: Option<LengthUnit>,
    present: bool,
    map: Option<BTreeMap<String, String>>,
    otherwise: Option<Loose>,
) -> Result<Expression, Broken> {
    let is_sign = cell.view == View::Sign;
    let source = Source::Cell(cell);
    let of = match (abs, length, present) {
        (false, None, false) => Expression::Source(source),
        (true, None, false) if !is_sign => Expression::Abs(source),
        (false, Some(unit), false) if !is_sign => Expression::Length(source, unit),
        (false, None, true) if !is_sign => Expression::Present(source),
        _ => return broken("`abs`, `sign`, `length` and `present` exclude each other", "keep one of them"),
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
