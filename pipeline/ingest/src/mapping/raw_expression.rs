//! Expressions as written in a mapping file.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::{
    mapping::{
        attributes::AttributeKind,
        expression::LengthUnit,
        raw_condition::RawCondition,
        raw_steps::{FillDown, OrderedPairs, RawSteps},
        raw_text::{ColumnSelection, OneOrMany},
        source_ref::SlotField,
    },
    values::time_rule::UnixUnit,
};

/// A plain text, or an expression. Numbers and flags are accepted as their text.
#[derive(Clone, Debug)]
pub(super) enum StringOrExpression {
    String(String),
    Expression(Box<RawExpression>),
}

/// An expression as written in a mapping file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawExpression {
    // The form of the expression: one of these.
    pub(super) column: Option<String>,
    pub(super) value: Option<StringOrExpression>,
    pub(super) concat: Option<Vec<StringOrExpression>>,
    pub(super) when: Option<RawCondition>,
    pub(super) multiply: Option<Vec<String>>,
    pub(super) line_ordinal: Option<ColumnSelection>,
    pub(super) running_total: Option<String>,
    // Keys of the form.
    pub(super) then: Option<StringOrExpression>,
    #[serde(rename = "else")]
    pub(super) otherwise: Option<StringOrExpression>,
    pub(super) over: Option<Vec<String>>,
    pub(super) default: Option<StringOrExpression>,
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
    pub(super) slot: Option<SlotField>,
    pub(super) abs: Option<bool>,
    pub(super) sign: Option<bool>,
    pub(super) length: Option<LengthUnit>,
    pub(super) present: Option<bool>,
    pub(super) map: Option<BTreeMap<String, String>>,
    // Keys of the whole column.
    pub(super) format: Option<OneOrMany>,
    pub(super) unix: Option<UnixUnit>,
    pub(super) excel_date: Option<bool>,
    pub(super) zone: Option<String>,
    pub(super) shift_days: Option<i64>,
    pub(super) end_of_day: Option<bool>,
    pub(super) round: Option<u32>,
    pub(super) kind: Option<AttributeKind>,
}

impl RawExpression {
    /// Takes the keys that turn a cell into a text.
    pub(super) fn take_steps(&mut self) -> RawSteps {
        RawSteps {
            fill_down: self.fill_down.take(),
            json: self.json.take(),
            split: self.split.take(),
            part: self.part.take(),
            regex: self.regex.take(),
            strip_prefix: self.strip_prefix.take(),
            strip_suffix: self.strip_suffix.take(),
            replace: self.replace.take(),
            upper: self.upper.take(),
            lower: self.lower.take(),
        }
    }
}

impl<'de> Deserialize<'de> for StringOrExpression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StringOrExpressionVisitor)
    }
}

struct StringOrExpressionVisitor;

impl<'de> Visitor<'de> for StringOrExpressionVisitor {
    type Value = StringOrExpression;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or an expression such as `{ column = \"...\" }`")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(StringOrExpression::String(text.to_owned()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(StringOrExpression::String(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(StringOrExpression::String(number.to_string()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(StringOrExpression::String(flag.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        RawExpression::deserialize(MapAccessDeserializer::new(map))
            .map(|raw| StringOrExpression::Expression(Box::new(raw)))
    }
}
