//! A mapping held against the contract: which rule it breaks, on which line, and the remedy.

use std::ops::Range;

use slotcast_core::{SlotCalendar, Tz};
use slotcast_lake::{
    SlotRule,
    contract::{ATTRIBUTE_PREFIX, ColumnKind, ContractTable, TABLES},
};
use toml::Spanned;

use crate::{
    condition::RawCondition,
    decimal::NumberForm,
    derived::Source,
    error::IngestError,
    expression::ColumnRule,
    mapping::{FileRule, TargetRule},
    mapping_text::{
        Broken, ExactDuplicates, RawFile, RawSlots, RawTarget, broken, decimal, delimiter, thousands,
    },
    time_form::TimeForm,
};

/// The text of a mapping, to say where a rule is broken.
pub(crate) struct Place<'a> {
    pub(crate) text: &'a str,
    pub(crate) name: &'a str,
}

impl Place<'_> {
    pub(crate) fn error(&self, span: Range<usize>, key: Option<&str>, (rule, remedy): Broken) -> IngestError {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let found = self.text.lines().nth(line - 1).unwrap_or_default();
        let key = key.unwrap_or_else(|| found.split('=').next().unwrap_or_default().trim()).to_owned();
        // serde speaks in several lines where it lists what it expected.
        let rule = rule.lines().collect::<Vec<_>>().join(" ");
        IngestError::Mapping { name: self.name.to_owned(), line, key, rule, remedy }
    }

    pub(crate) fn slots(&self, raw: Spanned<RawSlots>, zone: Tz) -> Result<SlotRule, IngestError> {
        let span = raw.span();
        let raw = raw.into_inner();
        let rule = SlotRule {
            weekday: raw.weekday,
            time: raw.time,
            zone: raw.zone.unwrap_or_else(|| zone.name().to_owned()),
            weeks: raw.weeks.unwrap_or(1),
        };
        let remedy = "write for example `weekday = \"Tue\"`, `time = \"10:00\"`, `weeks = 1`".to_owned();
        rule.calendar().map_err(|broken| self.error(span, Some("slots"), (broken, remedy)))?;
        Ok(rule)
    }

    /// The rule of files; `calendar` is there if the mapping says when slots open.
    pub(crate) fn file(
        &self,
        raw: Spanned<RawFile>,
        calendar: Option<SlotCalendar>,
    ) -> Result<FileRule, IngestError> {
        let span = raw.span();
        let raw = raw.into_inner();
        let delimiter = raw.delimiter.map(|text| self.value(&text, "delimiter", delimiter)).transpose()?;
        let decimal =
            raw.decimal.map(|text| self.value(&text, "decimal", decimal)).transpose()?.unwrap_or('.');
        let plain = NumberForm { decimal, thousands: None };
        let numbers =
            raw.thousands.map(|text| self.value(&text, "thousands", |text| thousands(text, decimal)));
        let identity = raw.table.map(|table| self.table(&table)).transpose()?;
        match (identity, raw.target.is_empty()) {
            (None, true) => {
                let rule = format!("files `{}` become nothing", raw.pattern);
                let remedy =
                    "add a `[[file.target]]` with a `table`, or name the `table` whose columns they have";
                return Err(self.error(span, Some("target"), (rule, remedy.to_owned())));
            }
            (Some(table), false) => {
                let rule = format!("files `{}` are table `{}` and have targets too", raw.pattern, table.name);
                let remedy = "remove `table`, or every `[[file.target]]`".to_owned();
                return Err(self.error(span, Some("table"), (rule, remedy)));
            }
            _ => {}
        }
        let filter = |filter: Spanned<RawCondition>| {
            let at = filter.span();
            filter.into_inner().check_filter().map_err(|broken| self.error(at, Some("filter"), broken))
        };
        Ok(FileRule {
            pattern: raw.pattern,
            delimiter: delimiter.unwrap_or(b','),
            encoding: raw.encoding,
            numbers: numbers.transpose()?.unwrap_or(plain),
            calendar: calendar.unwrap_or_default(),
            keeps_repeats: raw.exact_duplicates == Some(ExactDuplicates::Keep),
            unused: raw.unused,
            filters: raw.filter.into_iter().map(filter).collect::<Result<_, _>>()?,
            identity,
            targets: raw
                .target
                .into_iter()
                .map(|target| self.target(target, calendar.is_some()))
                .collect::<Result<_, _>>()?,
        })
    }

    fn value<T>(
        &self,
        text: &Spanned<String>,
        key: &str,
        read: impl Fn(&str) -> Result<T, Broken>,
    ) -> Result<T, IngestError> {
        read(text.get_ref()).map_err(|broken| self.error(text.span(), Some(key), broken))
    }

    fn table(&self, name: &Spanned<String>) -> Result<&'static ContractTable, IngestError> {
        self.value(name, "table", |name| {
            ContractTable::named(name).ok_or_else(|| {
                let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
                (format!("there is no table `{name}`"), format!("use one of: {}", names.join(", ")))
            })
        })
    }

    fn target(&self, raw: RawTarget, has_slots: bool) -> Result<TargetRule, IngestError> {
        let at = raw.table.span();
        let table = self.table(&raw.table)?;
        let name = table.name;
        let when = match raw.when {
            Some(when) => {
                let span = when.span();
                Some(when.into_inner().check().map_err(|broken| self.error(span, Some("when"), broken))?)
            }
            None => None,
        };
        let mut given = raw.columns;
        let mut columns = Vec::new();
        for column in table.columns {
            let Some(raw) = given.remove(column.name) else {
                if column.required {
                    let rule = format!("table `{name}` needs column `{}`", column.name);
                    return Err(self.error(
                        at,
                        Some(column.name),
                        (rule, "add it to `[file.target.columns]`".to_owned()),
                    ));
                }
                continue;
            };
            let span = raw.span();
            let rule = raw.into_inner().into_rule().and_then(|rule| fits(column.kind, rule, has_slots));
            columns.push((
                column.name.to_owned(),
                rule.map_err(|broken| self.error(span, Some(column.name), broken))?,
            ));
        }
        for (column, raw) in given {
            let span = raw.span();
            let known = table.attributes
                && column.len() > ATTRIBUTE_PREFIX.len()
                && column.starts_with(ATTRIBUTE_PREFIX);
            if !known {
                let broken = (format!("table `{name}` has no column `{column}`"), remedy_for_column(table));
                return Err(self.error(span, Some(&column), broken));
            }
            let rule = raw.into_inner().into_rule().and_then(|rule| attribute(rule, has_slots));
            let rule = rule.map_err(|broken| self.error(span, Some(&column), broken))?;
            columns.push((column, rule));
        }
        Ok(TargetRule { table, when, columns })
    }
}

fn remedy_for_column(table: &ContractTable) -> String {
    let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    let more = if table.attributes { ", or `attr_<name>` for an attribute" } else { "" };
    format!("use one of: {}{more}", names.join(", "))
}

/// Refuses ways of reading that the kind of the column does not have.
fn fits(kind: ColumnKind, rule: ColumnRule, has_slots: bool) -> Result<ColumnRule, Broken> {
    must_have_slots(&rule, has_slots)?;
    let instant = kind == ColumnKind::Instant;
    let day = kind == ColumnKind::Day;
    let money = matches!(kind, ColumnKind::Money | ColumnKind::PositiveMoney);
    let format = matches!(rule.form, TimeForm::Formats(_));
    let unix = matches!(rule.form, TimeForm::Unix(_));
    let wrong = [
        ("end_of_day", rule.end_of_day && !instant, "a timestamp"),
        ("shift_days", rule.shift_days != 0 && !instant, "a timestamp"),
        ("format", format && !(instant || day), "a timestamp or a day"),
        ("unix", unix && !instant, "a timestamp"),
        ("round", rule.round && !money, "money"),
        ("kind", rule.kind != rule.expression.implied_kind(), "an attribute"),
    ];
    match wrong.into_iter().find(|(_, wrong, _)| *wrong) {
        Some((key, _, wanted)) => Err((format!("`{key}` is for {wanted}"), format!("remove `{key}`"))),
        None => Ok(rule),
    }
}

fn attribute(rule: ColumnRule, has_slots: bool) -> Result<ColumnRule, Broken> {
    must_have_slots(&rule, has_slots)?;
    if rule.end_of_day || rule.shift_days != 0 || rule.form != TimeForm::Usual || rule.round {
        return broken(
            "an attribute is a number, a flag or a text",
            "remove `end_of_day`, `shift_days`, `format`, `unix` or `round`",
        );
    }
    Ok(rule)
}

/// Slots that nobody stated would be those of another market.
fn must_have_slots(rule: &ColumnRule, has_slots: bool) -> Result<(), Broken> {
    let mut sources = Vec::new();
    rule.expression.sources(&mut sources);
    if !has_slots && sources.iter().any(|source| matches!(source, Source::Slot { .. })) {
        return broken(
            "`slot` needs to know when slots open",
            "add `[slots]` with `weekday` and `time` to the mapping",
        );
    }
    Ok(())
}
