//! Validation of column rules against the types of target columns.

use slotcast_lake::contract::ColumnKind;

use crate::{
    mapping::{
        column_rule::ColumnRule,
        source_ref::SourceRef,
        violation::{RuleViolation, violation},
    },
    values::time_rule::{TimeRule, TimestampFormat},
};

/// Rejects keys that do not apply to the type of a contract column.
pub(super) fn check_contract_column(
    kind: ColumnKind,
    rule: ColumnRule,
    has_slots: bool,
) -> Result<ColumnRule, RuleViolation> {
    check_slots(&rule, has_slots)?;
    let instant = kind == ColumnKind::Instant;
    let day = kind == ColumnKind::Date;
    let money = matches!(kind, ColumnKind::Money | ColumnKind::PositiveMoney);
    let format = matches!(rule.time.format, TimestampFormat::Strftime(_));
    let unix = matches!(rule.time.format, TimestampFormat::Unix(_));
    let excel_date = rule.time.format == TimestampFormat::ExcelDate;
    let keys = [
        ("end_of_day", rule.time.end_of_day && !instant, "a timestamp"),
        ("shift_days", rule.time.shift_days != 0 && !instant, "a timestamp"),
        ("format", format && !(instant || day), "a timestamp or a day"),
        ("unix", unix && !instant, "a timestamp"),
        ("excel_date", excel_date && !(instant || day), "a timestamp or a day"),
        ("zone", rule.time.zone.is_some() && !instant, "a timestamp"),
        ("round", rule.round && !money, "money"),
        ("kind", rule.kind != rule.expression.implied_kind(), "an attribute"),
    ];
    match keys.into_iter().find(|(_, is_misplaced, _)| *is_misplaced) {
        Some((key, _, valid_for)) => {
            violation(format!("`{key}` is for {valid_for}"), format!("remove `{key}`"))
        }
        None => Ok(rule),
    }
}

/// Rejects keys that do not apply to attributes.
pub(super) fn check_attribute(rule: ColumnRule, has_slots: bool) -> Result<ColumnRule, RuleViolation> {
    check_slots(&rule, has_slots)?;
    if rule.time != TimeRule::default() || rule.round {
        return violation(
            "an attribute is a number, a flag or a text",
            "remove `end_of_day`, `shift_days`, `format`, `unix`, `excel_date`, `zone` or `round`",
        );
    }
    Ok(rule)
}

/// Rejects slot references without `[slots]`: the default slots are those of another market.
fn check_slots(rule: &ColumnRule, has_slots: bool) -> Result<(), RuleViolation> {
    let mut sources = Vec::new();
    rule.expression.collect_sources(&mut sources);
    if !has_slots && sources.iter().any(|source| matches!(source, SourceRef::Slot { .. })) {
        return violation(
            "`slot` needs to know when slots open",
            "add `[slots]` with `weekday` and `time` to the mapping",
        );
    }
    Ok(())
}
