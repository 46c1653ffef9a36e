//! Conversion of written expressions to checked column rules.

use std::collections::BTreeMap;

use crate::{
    mapping::{
        check_time::{parse_zone, timestamp_format},
        column_rule::ColumnRule,
        expression::{Expression, LengthUnit},
        raw_expression::{RawExpression, StringOrExpression},
        raw_text::ColumnSelection,
        source_ref::{CellType, SourceCell, SourceRef},
        violation::{RuleViolation, violation},
    },
    values::time_rule::{TimeRule, TimestampFormat},
};

impl StringOrExpression {
    /// Rule of a target column. A plain text is the name of a source column.
    pub(super) fn into_rule(self) -> Result<ColumnRule, RuleViolation> {
        match self {
            Self::String(column) => Ok(ColumnRule::column(&column)),
            Self::Expression(raw) => raw.into_rule(),
        }
    }

    /// Operand of another expression. A plain text is a constant.
    fn into_operand(self) -> Result<Expression, RuleViolation> {
        let rule = match self {
            Self::String(text) => return Ok(Expression::Value(text)),
            Self::Expression(raw) => raw.into_rule()?,
        };
        if rule.has_column_keys() {
            return violation(
                "`format`, `unix`, `excel_date`, `zone`, `shift_days`, `end_of_day`, `round` and `kind` apply to a whole column",
                "write them in the outermost expression of the column",
            );
        }
        if rule.expression.is_partial_map() {
            return violation(
                "a `map` inside an expression has no `else`",
                "add `else = \"...\"` to the map",
            );
        }
        Ok(rule.expression)
    }
}

impl RawExpression {
    fn into_rule(mut self) -> Result<ColumnRule, RuleViolation> {
        if self.round.is_some_and(|decimals| decimals != 2) {
            return violation("money has two decimals", "write `round = 2`");
        }
        if self.present == Some(false) {
            return violation("`present = false` is no expression", "write `present = true`, or use `when`");
        }
        let format = timestamp_format(self.format.take(), self.unix, self.excel_date == Some(true))?;
        let time = TimeRule {
            format,
            zone: self.zone.take().map(|name| parse_zone(&name)).transpose()?,
            shift_days: self.shift_days.unwrap_or(0),
            end_of_day: self.end_of_day.unwrap_or(false),
        };
        // The timestamp of a slot is a cell; the result is not parsed again.
        let (slot_time, time) = match self.slot {
            Some(_) => {
                let TimeRule { format, zone, .. } = time.clone();
                let slot = TimeRule { format, zone, ..TimeRule::default() };
                (slot, TimeRule { format: TimestampFormat::Iso, zone: None, ..time })
            }
            None => (TimeRule::default(), time),
        };
        let (round, kind) = (self.round.is_some(), self.kind);
        let default = self.default.take();
        let mut expression = self.into_expression(slot_time)?;
        match default {
            None => {}
            Some(StringOrExpression::String(value)) => {
                expression = Expression::Default { of: Box::new(expression), value };
            }
            Some(StringOrExpression::Expression(_)) => {
                return violation(
                    "`default` is a text",
                    "write `default = \"...\"`, or use `when` for another column",
                );
            }
        }
        let kind = kind.or(expression.implied_kind());
        Ok(ColumnRule { expression, time, round, kind })
    }

    fn into_expression(mut self, slot_time: TimeRule) -> Result<Expression, RuleViolation> {
        self.check_keys()?;
        let steps = self.take_steps();
        if let Some(value) = self.value {
            return value.into_operand();
        }
        if let Some(parts) = self.concat {
            let parts = parts.into_iter().map(StringOrExpression::into_operand);
            return Ok(Expression::Concat(parts.collect::<Result<_, _>>()?));
        }
        if let Some(raw) = self.when {
            let Some(then) = self.then else { return violation("`when` has no `then`", "add `then = ...`") };
            let otherwise = self.otherwise.map(StringOrExpression::into_operand).transpose()?.map(Box::new);
            return Ok(Expression::When {
                condition: raw.check()?,
                then: Box::new(then.into_operand()?),
                otherwise,
            });
        }
        let abs = self.abs == Some(true);
        if let Some(column) = self.column {
            if let Some(field) = self.slot {
                return Ok(Expression::Source(SourceRef::Slot { of: column, field, time: slot_time }));
            }
            let otherwise = match &self.otherwise {
                Some(StringOrExpression::String(text)) => Some(text.as_str()),
                _ => None,
            };
            let mut cell = steps.into_cell(column, otherwise)?;
            if self.sign == Some(true) {
                cell.cell_type = CellType::Sign;
            }
            return cell_expression(cell, abs, self.length, self.present.is_some(), self.map, self.otherwise);
        }
        let source = match (self.multiply, self.line_ordinal, self.running_total) {
            (Some(columns), ..) if columns.len() < 2 => {
                return violation("`multiply` needs two columns or more", "list the columns to multiply");
            }
            (Some(columns), ..) => SourceRef::Product(columns),
            (_, Some(columns), _) => SourceRef::LineOrdinal(selected_columns(columns)?),
            (.., of) => {
                let Some(over) = self.over.filter(|over| !over.is_empty()) else {
                    return violation(
                        "`running_total` needs `over`",
                        "add `over = [...]`: the total covers rows with equal cells in these columns",
                    );
                };
                SourceRef::RunningTotal { of: of.unwrap_or_default(), over }
            }
        };
        Ok(if abs { Expression::Abs(source) } else { Expression::Source(source) })
    }

    /// Rejects keys without the key that they belong to.
    fn check_keys(&self) -> Result<(), RuleViolation> {
        let is_given = |flags: &[bool]| flags.iter().filter(|flag| **flag).count();
        let is_numeric_form = self.multiply.is_some() || self.running_total.is_some();
        let forms = [
            self.column.is_some(),
            self.value.is_some(),
            self.concat.is_some(),
            self.when.is_some(),
            self.multiply.is_some(),
            self.line_ordinal.is_some(),
            self.running_total.is_some(),
        ];
        if is_given(&forms) != 1 {
            return violation(
                "an expression needs exactly one of `column`, `value`, `concat`, `when`, `multiply`, \
                 `line_ordinal` and `running_total`",
                "see data/sources/README.md for the forms of an expression",
            );
        }
        let cell_keys = [
            !self.clone().take_steps().is_empty(),
            self.slot.is_some(),
            self.sign.is_some(),
            self.length.is_some(),
            self.present.is_some(),
            self.map.is_some(),
            self.abs.is_some() && !is_numeric_form,
        ];
        if self.column.is_none() && is_given(&cell_keys) > 0 {
            return violation(
                "`fill_down`, `json`, `split`, `regex`, `strip_prefix`, `strip_suffix`, `replace`, `upper`, \
                 `lower`, `slot`, `abs`, `sign`, `length`, `present` and `map` belong to a `column`",
                "add the `column` that they read",
            );
        }
        if self.slot.is_some() && is_given(&cell_keys) > 1 {
            return violation(
                "a `slot` allows no other key than `format`, `unix`, `excel_date` and `zone`",
                "remove the other keys",
            );
        }
        if self.over.is_some() && self.running_total.is_none() {
            return violation("`over` belongs to `running_total`", "remove it, or add `running_total`");
        }
        let may_have_else = self.when.is_some() || self.map.is_some() || self.regex.is_some();
        if (self.when.is_none() && self.then.is_some()) || (self.otherwise.is_some() && !may_have_else) {
            return violation(
                "`then` belongs to `when`, and `else` to `when`, `map` or `regex`",
                "add the missing key",
            );
        }
        Ok(())
    }
}

fn selected_columns(columns: ColumnSelection) -> Result<Option<Vec<String>>, RuleViolation> {
    match columns {
        ColumnSelection::All(true) => Ok(None),
        ColumnSelection::Some(columns) if !columns.is_empty() => Ok(Some(columns)),
        _ => violation(
            "`line_ordinal` needs the columns to compare",
            "list the columns, or write `line_ordinal = true` for all of them",
        ),
    }
}

fn cell_expression(
    cell: SourceCell,
    abs: bool,
    length: Option<LengthUnit>,
    present: bool,
    map: Option<BTreeMap<String, String>>,
    otherwise: Option<StringOrExpression>,
) -> Result<Expression, RuleViolation> {
    let is_sign = cell.cell_type == CellType::Sign;
    let source = SourceRef::Cell(cell);
    let of = match (abs, length, present) {
        (false, None, false) => Expression::Source(source),
        (true, None, false) if !is_sign => Expression::Abs(source),
        (false, Some(unit), false) if !is_sign => Expression::Length(source, unit),
        (false, None, true) if !is_sign => Expression::Present(source),
        _ => {
            return violation("`abs`, `sign`, `length` and `present` exclude each other", "keep one of them");
        }
    };
    let otherwise = match otherwise {
        None => None,
        Some(StringOrExpression::String(value)) => Some(value),
        Some(StringOrExpression::Expression(_)) => {
            return violation("the `else` of a `map` or `regex` is a text", "write `else = \"...\"`");
        }
    };
    let Some(map) = map else { return Ok(of) };
    Ok(Expression::Map { of: Box::new(of), values: map.into_iter().collect(), otherwise })
}
