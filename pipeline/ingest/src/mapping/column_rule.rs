//! Rules of target columns.

use crate::{
    mapping::{attributes::AttributeKind, expression::Expression, source_ref::SourceRef},
    values::time_rule::TimeRule,
};

/// Expression of a target column, and the parsing rule of its text.
#[derive(Clone, Debug)]
pub(crate) struct ColumnRule {
    pub(crate) expression: Expression,
    pub(crate) time: TimeRule,
    /// Rounds money to two decimals instead of rejecting more decimals.
    pub(crate) round: bool,
    /// Kind of an attribute, if it is stated or implied.
    pub(crate) kind: Option<AttributeKind>,
}

impl ColumnRule {
    pub(crate) fn new(expression: Expression) -> Self {
        Self { expression, time: TimeRule::default(), round: false, kind: None }
    }

    /// An unmodified source column.
    pub(crate) fn column(name: &str) -> Self {
        Self::new(Expression::Source(SourceRef::column(name)))
    }

    /// Returns whether the rule has keys that apply to whole columns only.
    pub(crate) fn has_column_keys(&self) -> bool {
        self.time != TimeRule::default() || self.round || self.kind != self.expression.implied_kind()
    }
}
