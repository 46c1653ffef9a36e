//! Conversion of a mapping file to checked rules.

use slotcast_core::{SlotCalendar, Tz};
use slotcast_lake::{
    SlotRule,
    contract::{ATTRIBUTE_PREFIX, ContractTable, TABLES},
};
use toml::Spanned;

use crate::{
    mapping::{
        check_column::{check_attribute, check_contract_column},
        check_lookups::read_columns,
        file_rule::{FileRule, TargetRule},
        mapping_text::MappingText,
        raw_condition::RawCondition,
        raw_mapping::{
            ExactDuplicates, RawExplode, RawFile, RawSlots, RawTarget, parse_decimal, parse_thousands,
        },
        violation::{RuleViolation, violation},
    },
    report::error::IngestError,
    source::inbox::nfc,
    values::{money_text::CurrencyCode, number_format::NumberFormat},
};

impl MappingText<'_> {
    pub(super) fn check_slots(&self, raw: Spanned<RawSlots>, zone: Tz) -> Result<SlotRule, IngestError> {
        let span = raw.span();
        let raw = raw.into_inner();
        let rule = SlotRule {
            weekday: raw.weekday,
            time: raw.time,
            zone: raw.zone.unwrap_or_else(|| zone.name().to_owned()),
            weeks: raw.weeks.unwrap_or(1),
        };
        let remedy = "write for example `weekday = \"Tue\"`, `time = \"10:00\"`, `weeks = 1`".to_owned();
        rule.calendar().map_err(|rule| self.error(span, Some("slots"), RuleViolation { rule, remedy }))?;
        Ok(rule)
    }

    /// Checks a file rule. `calendar` is present if the mapping defines slots.
    pub(super) fn check_file(
        &self,
        raw: Spanned<RawFile>,
        calendar: Option<SlotCalendar>,
        currency: Option<CurrencyCode>,
    ) -> Result<FileRule, IngestError> {
        let span = raw.span();
        let raw = raw.into_inner();
        if let Some(rule) = self.check_ignored(&raw)? {
            return Ok(rule);
        }
        let layout = self.check_layout(&raw)?;
        let decimal =
            raw.decimal.map(|text| self.parse_value(&text, "decimal", parse_decimal)).transpose()?;
        let decimal = decimal.unwrap_or('.');
        let numbers = raw
            .thousands
            .map(|text| self.parse_value(&text, "thousands", |text| parse_thousands(text, decimal)));
        let identity = raw.table.map(|table| self.table(&table)).transpose()?;
        match (identity, raw.target.is_empty()) {
            (None, true) => {
                let rule = format!("files `{}` become nothing", raw.pattern);
                let remedy =
                    "add a `[[file.target]]` with a `table`, or set `table` if the columns have its names";
                let violation = RuleViolation { rule, remedy: remedy.to_owned() };
                return Err(self.error(span, Some("target"), violation));
            }
            (Some(table), false) => {
                let rule = format!("files `{}` are table `{}` and have targets too", raw.pattern, table.name);
                let remedy = "remove `table`, or every `[[file.target]]`".to_owned();
                return Err(self.error(span, Some("table"), RuleViolation { rule, remedy }));
            }
            _ => {}
        }
        let check_filter = |filter: Spanned<RawCondition>| {
            let span = filter.span();
            filter.into_inner().check_filter().map_err(|found| self.error(span, Some("filter"), found))
        };
        let explode = raw.explode.map(|explode| self.check_explode(explode)).transpose()?;
        let filters: Vec<_> = raw.filter.into_iter().map(check_filter).collect::<Result<_, _>>()?;
        let targets: Vec<_> = raw
            .target
            .into_iter()
            .map(|target| self.check_target(target, calendar.is_some()))
            .collect::<Result<_, _>>()?;
        let numbers = numbers.transpose()?.unwrap_or(NumberFormat { decimal, ..NumberFormat::default() });
        Ok(FileRule {
            pattern: nfc(&raw.pattern),
            ignored: None,
            layout,
            numbers: NumberFormat { currency, ..numbers },
            calendar: calendar.unwrap_or_default(),
            keeps_repeats: raw.exact_duplicates == Some(ExactDuplicates::Keep),
            unused: raw.unused,
            nulls: raw.nulls,
            explode,
            lookups: self.check_lookups(raw.lookup, &read_columns(&targets, &filters))?,
            filters,
            identity,
            targets,
        })
    }

    fn check_explode(&self, explode: Spanned<RawExplode>) -> Result<String, IngestError> {
        let span = explode.span();
        let column = explode.into_inner().column;
        if column.is_empty() || column.ends_with("[]") {
            let rule = format!("`{column}` is no column with a list");
            let remedy = "write its name or path without brackets, such as `line_items`".to_owned();
            return Err(self.error(span, Some("explode"), RuleViolation { rule, remedy }));
        }
        Ok(column)
    }

    fn table(&self, name: &Spanned<String>) -> Result<&'static ContractTable, IngestError> {
        self.parse_value(name, "table", |name| match ContractTable::find(name) {
            Some(table) => Ok(table),
            None => {
                let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
                violation(format!("there is no table `{name}`"), format!("use one of: {}", names.join(", ")))
            }
        })
    }

    fn check_target(&self, raw: RawTarget, has_slots: bool) -> Result<TargetRule, IngestError> {
        let table_span = raw.table.span();
        let table = self.table(&raw.table)?;
        let name = table.name;
        let when = match raw.when {
            Some(when) => {
                let span = when.span();
                Some(when.into_inner().check().map_err(|found| self.error(span, Some("when"), found))?)
            }
            None => None,
        };
        let mut given = raw.columns;
        let mut columns = Vec::new();
        for column in table.columns {
            let Some(raw) = given.remove(column.name) else {
                if column.required {
                    let rule = format!("table `{name}` needs column `{}`", column.name);
                    let remedy = "add it to `[file.target.columns]`".to_owned();
                    let violation = RuleViolation { rule, remedy };
                    return Err(self.error(table_span, Some(column.name), violation));
                }
                continue;
            };
            let span = raw.span();
            let rule = raw.into_inner().into_rule();
            let rule = rule.and_then(|rule| check_contract_column(column.kind, rule, has_slots));
            let rule = rule.map_err(|found| self.error(span, Some(column.name), found))?;
            columns.push((column.name.to_owned(), rule));
        }
        for (column, raw) in given {
            let span = raw.span();
            let is_attribute = table.has_attributes
                && column.len() > ATTRIBUTE_PREFIX.len()
                && column.starts_with(ATTRIBUTE_PREFIX);
            if !is_attribute {
                let rule = format!("table `{name}` has no column `{column}`");
                let violation = RuleViolation { rule, remedy: column_remedy(table) };
                return Err(self.error(span, Some(&column), violation));
            }
            let rule = raw.into_inner().into_rule().and_then(|rule| check_attribute(rule, has_slots));
            let rule = rule.map_err(|found| self.error(span, Some(&column), found))?;
            columns.push((column, rule));
        }
        Ok(TargetRule { table, when, columns })
    }
}

fn column_remedy(table: &ContractTable) -> String {
    let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    let attribute = if table.has_attributes { ", or `attr_<name>` for an attribute" } else { "" };
    format!("use one of: {}{attribute}", names.join(", "))
}
