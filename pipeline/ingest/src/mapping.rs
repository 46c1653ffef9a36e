//! A source mapping: how the files of a foreign shape become the contract's tables.
//!
//! The format is described in `data/sources/README.md`. Everything that can be
//! known without data is checked here, so that a mapping fails before a file does.

use std::borrow::Cow;

use slotcast_core::{NaiveDate, SlotCalendar, Tz};
use slotcast_lake::{
    SlotRule,
    contract::{ATTRIBUTE_PREFIX, ContractTable},
};

use crate::{
    condition::Condition,
    decimal::NumberForm,
    error::IngestError,
    expression::ColumnRule,
    inbox::glob_fits,
    mapping_check::Place,
    mapping_text::{RawMapping, date},
    plan::place_of,
    rows::{TextForm, encoding::TextEncoding},
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
    /// None: found by looking.
    pub(crate) encoding: Option<TextEncoding>,
    pub(crate) numbers: NumberForm,
    /// When slots open, for expressions that ask for the slot of a moment.
    pub(crate) calendar: SlotCalendar,
    /// Whether a line that repeats another exactly is a fact of its own.
    pub(crate) keeps_repeats: bool,
    pub(crate) unused: Vec<String>,
    pub(crate) filters: Vec<(Condition, String)>,
    /// The table whose own column names the file has; its target is made when the header is known.
    pub(crate) identity: Option<&'static ContractTable>,
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
        let calendar = slots.as_ref().and_then(|rule: &SlotRule| rule.calendar().ok());
        let files = raw.file.into_iter().map(|file| place.file(file, calendar)).collect::<Result<_, _>>()?;
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

    /// A hash of the way in which a file is read: the same bytes read in another way are not the same file.
    pub fn way_of_reading(&self, file: &str) -> String {
        let way = match self.rule(file) {
            Some(rule) => format!("{} {rule:?}", self.zone),
            None => format!("{} {:?}", self.zone, table_of(file).map(|table| table.name)),
        };
        blake3::hash(way.as_bytes()).to_hex()[..16].to_owned()
    }

    /// How the text of a file is laid out; none if nothing wants the file.
    pub(crate) fn form(&self, file: &str) -> Option<TextForm> {
        if !self.wants(file) {
            return None;
        }
        let rule = self.rule(file);
        Some(TextForm {
            delimiter: rule.map_or(b',', |rule| rule.delimiter),
            encoding: rule.and_then(|rule| rule.encoding),
        })
    }

    /// What becomes of a file with this header.
    pub(crate) fn rule_for(&self, file: &str, header: &[String]) -> Option<Cow<'_, FileRule>> {
        if self.files.is_none() {
            return table_of(file).map(|table| Cow::Owned(FileRule::identity(table, header)));
        }
        self.rule(file).map(|rule| match rule.identity {
            None => Cow::Borrowed(rule),
            Some(table) => {
                Cow::Owned(FileRule { targets: vec![TargetRule::identity(table, header)], ..rule.clone() })
            }
        })
    }

    fn rule(&self, file: &str) -> Option<&FileRule> {
        self.files.as_ref()?.iter().find(|rule| glob_fits(&rule.pattern, file))
    }
}

fn table_of(file: &str) -> Option<&'static ContractTable> {
    ContractTable::named(file.split_once('/')?.0)
}

impl FileRule {
    fn identity(table: &'static ContractTable, header: &[String]) -> Self {
        Self {
            pattern: format!("{}/*", table.name),
            delimiter: b',',
            encoding: None,
            numbers: NumberForm::default(),
            calendar: SlotCalendar::default(),
            keeps_repeats: false,
            unused: Vec::new(),
            filters: Vec::new(),
            identity: Some(table),
            targets: vec![TargetRule::identity(table, header)],
        }
    }
}

impl TargetRule {
    /// Columns under the contract's own names. Those that the table needs are always asked for,
    /// so that a file without them is refused by name.
    fn identity(table: &'static ContractTable, header: &[String]) -> Self {
        let own = table.columns.iter().filter(|own| own.required || place_of(header, own.name).is_some());
        let mut columns: Vec<_> = own.map(|own| (own.name.to_owned(), ColumnRule::plain(own.name))).collect();
        if table.attributes {
            let attributes = header.iter().filter_map(|found| Some((attribute(found)?, found)));
            columns.extend(attributes.map(|(name, found)| (name, ColumnRule::plain(found))));
        }
        Self { table, when: None, columns }
    }
}

/// The attribute that a column of a file brings, if it brings one.
fn attribute(column: &str) -> Option<String> {
    if column.starts_with(ATTRIBUTE_PREFIX) {
        return Some(column.to_owned());
    }
    // A database that exports in capitals means the same.
    let lower = column.to_ascii_lowercase();
    lower.starts_with(ATTRIBUTE_PREFIX).then_some(lower)
}
