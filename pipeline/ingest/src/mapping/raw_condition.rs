//! Conditions as written in a mapping file.

use serde::Deserialize;

use crate::mapping::{
    condition::{CellTest, Condition},
    raw_steps::{FillDown, OrderedPairs, RawSteps},
    raw_text::OneOrMany,
    source_ref::{CellType, SourceCell, SourceRef},
    violation::{RuleViolation, violation},
};

/// A condition as written in a mapping file. A filter also has a reason.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawCondition {
    column: Option<String>,
    fill_down: Option<FillDown>,
    json: Option<String>,
    split: Option<String>,
    part: Option<i64>,
    regex: Option<String>,
    strip_prefix: Option<OneOrMany>,
    strip_suffix: Option<OneOrMany>,
    replace: Option<OrderedPairs>,
    upper: Option<bool>,
    lower: Option<bool>,
    equals: Option<OneOrMany>,
    not_equals: Option<OneOrMany>,
    starts_with: Option<OneOrMany>,
    present: Option<bool>,
    below: Option<f64>,
    above: Option<f64>,
    all: Option<Vec<RawCondition>>,
    any: Option<Vec<RawCondition>>,
    not: Option<Box<RawCondition>>,
    reason: Option<String>,
}

impl RawCondition {
    /// Checks a condition.
    pub(super) fn check(mut self) -> Result<Condition, RuleViolation> {
        if self.reason.is_some() {
            return violation("`reason` belongs to a filter", "remove `reason`");
        }
        let forms = [self.column.is_some(), self.all.is_some(), self.any.is_some(), self.not.is_some()];
        if forms.iter().filter(|is_given| **is_given).count() != 1 {
            return violation(
                "a condition needs exactly one of `column`, `all`, `any` and `not`",
                "test one `column`, or combine conditions with `all = [...]`, `any = [...]` or `not = ...`",
            );
        }
        let steps = self.take_steps();
        let (column, mut tests) = match self.column.clone() {
            Some(column) => (column.clone(), self.into_tests(steps.into_cell(column, None)?)?),
            None if self.has_tests() || !steps.is_empty() => {
                return violation("a test has no column", "write it next to a `column`");
            }
            None => return self.combine(),
        };
        match tests.len() {
            0 => violation(
                format!("a condition on `{column}` has no test"),
                "add `equals`, `not_equals`, `starts_with`, `present`, `below` or `above`",
            ),
            1 => Ok(tests.remove(0)),
            _ => Ok(Condition::All(tests)),
        }
    }

    /// Checks a filter: its condition and its reason.
    pub(super) fn check_filter(mut self) -> Result<(Condition, String), RuleViolation> {
        match self.reason.take() {
            Some(reason) if !reason.trim().is_empty() => Ok((self.check()?, reason)),
            _ => {
                violation("a filter has no reason", "add `reason = \"...\"`: its rows are counted by reason")
            }
        }
    }

    fn combine(self) -> Result<Condition, RuleViolation> {
        if let Some(not) = self.not {
            return Ok(Condition::Not(Box::new(not.check()?)));
        }
        let is_all = self.all.is_some();
        let parts = self.all.or(self.any).unwrap_or_default();
        if parts.is_empty() {
            return violation("`all` and `any` need conditions", "list at least one");
        }
        let parts = parts.into_iter().map(Self::check).collect::<Result<_, _>>()?;
        Ok(if is_all { Condition::All(parts) } else { Condition::Any(parts) })
    }

    fn has_tests(&self) -> bool {
        let texts = [&self.equals, &self.not_equals, &self.starts_with].iter().any(|test| test.is_some());
        texts || self.present.is_some() || self.below.is_some() || self.above.is_some()
    }

    fn take_steps(&mut self) -> RawSteps {
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

    /// All tests of a cell; each of them has to hold.
    fn into_tests(self, own: SourceCell) -> Result<Vec<Condition>, RuleViolation> {
        if self.below.or(self.above).is_some_and(|bound| !bound.is_finite()) {
            return violation("`below` and `above` need a number", "write for example `below = 0`");
        }
        let cell = |cell_type| SourceRef::Cell(SourceCell { cell_type, ..own.clone() });
        let text = |test| Condition::Test(cell(CellType::Text), test);
        let number = |test| Condition::Test(cell(CellType::Number), test);
        let present = |is_present| match is_present {
            true => text(CellTest::Present),
            false => text(CellTest::Present).negated(),
        };
        let mut tests = Vec::new();
        tests.extend(self.equals.map(|texts| text(CellTest::Equals(texts.into_texts()))));
        tests.extend(self.not_equals.map(|texts| text(CellTest::Equals(texts.into_texts())).negated()));
        tests.extend(self.starts_with.map(|texts| text(CellTest::StartsWith(texts.into_texts()))));
        tests.extend(self.present.map(present));
        tests.extend(self.below.map(|bound| number(CellTest::Below(bound))));
        tests.extend(self.above.map(|bound| number(CellTest::Above(bound))));
        Ok(tests)
    }
}
