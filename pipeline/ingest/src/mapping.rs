//! A source mapping: how the files of a foreign shape become the contract's tables.
//!
//! The format is described in `data/sources/README.md`. Everything that can be
//! known without data is checked here, so that a mapping fails before a file does.

use std::{borrow::Cow, ops::Range};

use slotcast_core::{NaiveDate, Tz};
use slotcast_lake::{
    SlotRule,
    contract::{ATTRIBUTE_PREFIX, ColumnKind, ContractTable},
};
use toml::Spanned;

use crate::{
    condition::Condition,
    error::IngestError,
    expression::ColumnRule,
    inbox::glob_fits,
    mapping_text::{Broken, RawFile, RawMapping, RawTarget, date},
};

/// How the files of one source become the contract's tables.
#[derive(Clone, Debug)]
pub struct Mapping {
    name: String,
    zone: Tz,
    label_lag_days: Option<u32>,
    currency: Option<String>,
    slots: Option<SlotRule>,
    train_from: Option<NaiveDate>,
    /// None: the inbox has the contract's own shape, one folder a table.
    files: Option<Vec<FileRule>>,
}

/// What becomes of the files that fit a pattern.
#[derive(Clone, Debug)]
pub(crate) struct FileRule {
    pub(crate) pattern: String,
    pub(crate) delimiter: u8,
    pub(crate) unused: Vec<String>,
    pub(crate) filters: Vec<(Condition, String)>,
    pub(crate) targets: Vec<TargetRule>,
}

/// One row of one table from a source row.
#[derive(Clone, Debug)]
pub(crate) struct TargetRule {
    pub(crate) table: &'static ContractTable,
    pub(crate) when: Option<Condition>,
    /// Columns of the contract in its order, then attributes by name.
    pub(crate) columns: Vec<(String, ColumnRule)>,
}

impl Mapping {
    /// Reads and checks the text of a mapping; `name` is used in messages.
    ///
    /// # Errors
    /// The first rule that is broken, with its line, key and remedy.
    pub fn parse(text: &str, name: &str) -> Result<Self, IngestError> {
        let place = Place { text, name };
        let raw: RawMapping = toml::from_str(text).map_err(|error| {
            let remedy = "see data/sources/README.md for the keys of a mapping".to_owned();
            place.error(error.span().unwrap_or(0..0), None, (error.message().to_owned(), remedy))
        })?;
        let zone = match &raw.zone {
            None => Tz::Asia__Seoul,
            Some(zone) => zone.get_ref().parse().map_err(|_| {
                let rule = format!("`{}` is no time zone", zone.get_ref());
                place.error(
                    zone.span(),
                    Some("zone"),
                    (rule, "write an IANA name such as `Asia/Seoul`".to_owned()),
                )
            })?,
        };
        let slots = raw.slots.map(|slots| place.slots(slots, zone)).transpose()?;
        let train_from = match raw.train.and_then(|train| train.from) {
            Some(from) => {
                Some(date(from.get_ref()).map_err(|broken| place.error(from.span(), Some("from"), broken))?)
            }
            None => None,
        };
        if raw.file.is_empty() {
            let broken = ("no file is mapped".to_owned(), "add a `[[file]]` with a `pattern`".to_owned());
            return Err(place.error(0..0, Some("file"), broken));
        }
        let files = raw.file.into_iter().map(|file| place.file(file)).collect::<Result<_, _>>()?;
        Ok(Self {
            name: raw.name,
            zone,
            label_lag_days: raw.label_lag_days,
            currency: raw.currency,
            slots,
            train_from,
            files: Some(files),
        })
    }

    /// The mapping of an inbox in the contract's own shape: folder `<table>/` is the table,
    /// columns have the contract's names, naive timestamps are local to `zone`.
    pub fn contract(zone: Tz) -> Self {
        Self {
            name: "contract".to_owned(),
            zone,
            label_lag_days: None,
            currency: None,
            slots: None,
            train_from: None,
            files: None,
        }
    }

    /// Name of the source.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Zone of naive timestamps.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// When slots open, if the source says so.
    pub fn slots(&self) -> Option<&SlotRule> {
        self.slots.as_ref()
    }

    /// How many days after the close an outcome may train a model, if the source says so.
    pub fn label_lag_days(&self) -> Option<u32> {
        self.label_lag_days
    }

    /// Currency of the source, if it says so.
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// The first day whose offers may train a model, if the source says so.
    pub fn train_from(&self) -> Option<NaiveDate> {
        self.train_from
    }

    /// Whether a file of this name is taken in.
    pub(crate) fn wants(&self, file: &str) -> bool {
        match &self.files {
            Some(_) => self.rule(file).is_some(),
            None => table_of(file).is_some(),
        }
    }

    /// What separates the cells of a file.
    pub(crate) fn delimiter(&self, file: &str) -> u8 {
        self.rule(file).map_or(b',', |rule| rule.delimiter)
    }

    /// What becomes of a file with this header.
    pub(crate) fn rule_for(&self, file: &str, header: &[String]) -> Option<Cow<'_, FileRule>> {
        match &self.files {
            Some(_) => self.rule(file).map(Cow::Borrowed),
            None => table_of(file).map(|table| Cow::Owned(FileRule::identity(table, header))),
        }
    }

    fn rule(&self, file: &str) -> Option<&FileRule> {
        self.files.as_ref()?.iter().find(|rule| glob_fits(&rule.pattern, file))
    }
}

fn table_of(file: &str) -> Option<&'static ContractTable> {
    ContractTable::named(file.split_once('/')?.0)
}

impl FileRule {
    /// Required columns are always asked for, so that a file without them is refused by name.
    fn identity(table: &'static ContractTable, header: &[String]) -> Self {
        let own = table.columns.iter().map(|column| (column.name, column.required));
        let own = own.filter(|(name, required)| *required || header.iter().any(|found| found == name));
        let mut names: Vec<&str> = own.map(|(name, _)| name).collect();
        if table.attributes {
            names.extend(header.iter().map(String::as_str).filter(|name| name.starts_with(ATTRIBUTE_PREFIX)));
        }
        let columns = names.into_iter().map(|name| (name.to_owned(), ColumnRule::plain(name))).collect();
        let target = TargetRule { table, when: None, columns };
        Self {
            pattern: format!("{}/*", table.name),
            delimiter: b',',
            unused: Vec::new(),
            filters: Vec::new(),
            targets: vec![target],
        }
    }
}

/// The text of a mapping, to say where a rule is broken.
struct Place<'a> {
    text: &'a str,
    name: &'a str,
}

impl Place<'_> {
    fn error(&self, span: Range<usize>, key: Option<&str>, (rule, remedy): Broken) -> IngestError {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let found = self.text.lines().nth(line - 1).unwrap_or_default();
        let key = key.unwrap_or_else(|| found.split('=').next().unwrap_or_default().trim()).to_owned();
        // serde speaks in several lines where it lists what it expected.
        let rule = rule.lines().collect::<Vec<_>>().join(" ");
        IngestError::Mapping { name: self.name.to_owned(), line, key, rule, remedy }
    }

    fn slots(&self, raw: Spanned<crate::mapping_text::RawSlots>, zone: Tz) -> Result<SlotRule, IngestError> {
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

    fn file(&self, raw: Spanned<RawFile>) -> Result<FileRule, IngestError> {
        let span = raw.span();
        let raw = raw.into_inner();
        let delimiter = match &raw.delimiter {
            None => b',',
            Some(text) => match text.get_ref().as_bytes() {
                [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => *byte,
                _ => {
                    let rule = format!("`{}` is no delimiter", text.get_ref());
                    let remedy = "write one character such as `;`".to_owned();
                    return Err(self.error(text.span(), Some("delimiter"), (rule, remedy)));
                }
            },
        };
        if raw.target.is_empty() {
            let rule = format!("files `{}` become nothing", raw.pattern);
            return Err(self.error(
                span,
                Some("target"),
                (rule, "add a `[[file.target]]` with a `table`".to_owned()),
            ));
        }
        let mut filters = Vec::new();
        for filter in raw.filter {
            let at = filter.span();
            filters
                .push(filter.into_inner().check().map_err(|broken| self.error(at, Some("filter"), broken))?);
        }
        let targets = raw.target.into_iter().map(|target| self.target(target)).collect::<Result<_, _>>()?;
        Ok(FileRule { pattern: raw.pattern, delimiter, unused: raw.unused, filters, targets })
    }

    fn target(&self, raw: RawTarget) -> Result<TargetRule, IngestError> {
        let at = raw.table.span();
        let name = raw.table.into_inner();
        let Some(table) = ContractTable::named(&name) else {
            let names: Vec<_> = slotcast_lake::contract::TABLES.iter().map(|table| table.name).collect();
            let broken = (format!("there is no table `{name}`"), format!("use one of: {}", names.join(", ")));
            return Err(self.error(at, Some("table"), broken));
        };
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
            let rule = raw.into_inner().into_rule().and_then(|rule| fits(column.kind, rule));
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
            let rule = raw.into_inner().into_rule().and_then(attribute);
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
fn fits(kind: ColumnKind, rule: ColumnRule) -> Result<ColumnRule, Broken> {
    let instant = kind == ColumnKind::Instant;
    let day = kind == ColumnKind::Day;
    let money = matches!(kind, ColumnKind::Money | ColumnKind::PositiveMoney);
    let wrong = [
        ("end_of_day", rule.end_of_day && !instant, "a timestamp"),
        ("shift_days", rule.shift_days != 0 && !instant, "a timestamp"),
        ("format", rule.format.is_some() && !(instant || day), "a timestamp or a day"),
        ("round", rule.round && !money, "money"),
        ("kind", rule.kind.is_some_and(|_| !implied(&rule)), "an attribute"),
    ];
    match wrong.into_iter().find(|(_, wrong, _)| *wrong) {
        Some((key, _, wanted)) => Err((format!("`{key}` is for {wanted}"), format!("remove `{key}`"))),
        None => Ok(rule),
    }
}

fn implied(rule: &ColumnRule) -> bool {
    use crate::expression::Expression::{Length, Present};
    matches!(rule.expression, Length(..) | Present(_))
}

fn attribute(rule: ColumnRule) -> Result<ColumnRule, Broken> {
    if rule.end_of_day || rule.shift_days != 0 || rule.format.is_some() || rule.round {
        return Err((
            "an attribute is a number, a flag or a text".to_owned(),
            "remove `end_of_day`, `shift_days`, `format` or `round`".to_owned(),
        ));
    }
    Ok(rule)
}
