//! Source mappings: conversion of foreign files to the tables of the contract.
//!
//! `data/sources/README.md` describes the format. Parsing checks everything that needs no data,
//! so that an invalid mapping fails before any file is read.

use std::borrow::Cow;

use slotcast_core::{NaiveDate, Tz};
use slotcast_lake::{SlotRule, contract::ContractTable};

use crate::{
    mapping::{
        definitions::Definitions,
        file_rule::{FileRule, TargetRule},
        mapping_text::MappingText,
        pattern::glob_matches,
        raw_mapping::{RawMapping, parse_date},
        violation::RuleViolation,
    },
    report::error::IngestError,
    source::{file::FileFormat, file_layout::FileLayout, hive::hive_columns},
    values::{money_text::CurrencyCode, normalize::normalize_letters},
};

/// Mapping of the files of one source to the tables of the contract.
#[derive(Clone, Debug)]
pub struct Mapping {
    name: String,
    zone: Tz,
    label_lag_days: Option<u32>,
    currency: Option<String>,
    slots: Option<SlotRule>,
    train_from: Option<NaiveDate>,
    /// File rules; none for an inbox in the shape of the contract, with one folder per table.
    pub(super) files: Option<Vec<FileRule>>,
    /// Definition of each file rule, and of what all rules share.
    definitions: Definitions,
}

impl Mapping {
    /// Parses and checks a mapping. Errors contain `name`.
    ///
    /// # Errors
    /// First violated rule, with line, key and remedy.
    pub fn parse(text: &str, name: &str) -> Result<Self, IngestError> {
        // Constants and column names compare with normalized cells and headers.
        let text = &*normalize_letters(text);
        let source = MappingText { text, name };
        let raw: RawMapping = toml::from_str(text).map_err(|error| {
            let remedy = "see data/sources/README.md for the keys of a mapping".to_owned();
            let violation = RuleViolation { rule: error.message().to_owned(), remedy };
            source.error(error.span().unwrap_or(0..0), None, violation)
        })?;
        let zone = match &raw.zone {
            None => Tz::Asia__Seoul,
            Some(zone) => zone.get_ref().parse().map_err(|_| {
                let rule = format!("`{}` is not a time zone", zone.get_ref());
                let remedy = "write an IANA name such as `Asia/Seoul`".to_owned();
                source.error(zone.span(), Some("zone"), RuleViolation { rule, remedy })
            })?,
        };
        let slots = raw.slots.map(|slots| source.check_slots(slots, zone)).transpose()?;
        let train_from = raw.train.and_then(|train| train.from);
        let train_from = train_from.map(|from| source.parse_value(&from, "from", parse_date)).transpose()?;
        if raw.file.is_empty() {
            let rule = "no file is mapped".to_owned();
            let remedy = "add a `[[file]]` with a `pattern`".to_owned();
            return Err(source.error(0..0, Some("file"), RuleViolation { rule, remedy }));
        }
        let calendar = slots.as_ref().and_then(|rule: &SlotRule| rule.calendar().ok());
        let currency = raw.currency.as_deref().and_then(CurrencyCode::parse);
        let files = raw.file.into_iter().map(|file| source.check_file(file, calendar, currency));
        Ok(Self {
            files: Some(files.collect::<Result<_, _>>()?),
            name: raw.name,
            zone,
            label_lag_days: raw.label_lag_days,
            currency: raw.currency,
            slots,
            train_from,
            definitions: Definitions::new(text),
        })
    }

    /// Mapping of an inbox in the shape of the contract.
    ///
    /// Folder `<table>/` contains the files of a table, and columns have the names of the contract.
    /// Naive timestamps are local to `zone`.
    pub fn contract(zone: Tz) -> Self {
        Self {
            name: "contract".to_owned(),
            zone,
            label_lag_days: None,
            currency: None,
            slots: None,
            train_from: None,
            files: None,
            definitions: Definitions::default(),
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

    /// Slot rule of the source, if it has one.
    pub fn slots(&self) -> Option<&SlotRule> {
        self.slots.as_ref()
    }

    /// Days between the close and the use of an outcome for training, if set.
    pub fn label_lag_days(&self) -> Option<u32> {
        self.label_lag_days
    }

    /// Currency of the source, if set.
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// First day of offers for training, if set.
    pub fn train_from(&self) -> Option<NaiveDate> {
        self.train_from
    }

    /// Returns whether rows of other files look cells up in a file.
    pub fn is_lookup_file(&self, file: &str) -> bool {
        let mut lookups = self.files.iter().flatten().flat_map(|rule| &rule.lookups);
        lookups.any(|lookup| glob_matches(&lookup.pattern, file))
    }

    /// Returns whether the rows of a file look cells up in another one, whose content is then a part of the input.
    pub fn looks_up(&self, file: &str, other: &str) -> bool {
        let lookups = self.rule(file).map(|rule| rule.lookups.as_slice()).unwrap_or_default();
        lookups.iter().any(|lookup| glob_matches(&lookup.pattern, other))
    }

    /// Hash of the rule for a file. The same bytes under another rule are another input. The pattern and the list of
    /// unused columns change no fact, so they are not part of the hash.
    pub fn mapping_hash(&self, file: &str) -> String {
        let mut rule = match self.rule_index(file) {
            Some(index) => format!("{} {}", self.zone, self.definitions.of_file(index)),
            None => format!("{} {:?}", self.zone, table_of(file).map(|table| table.name)),
        };
        // The extension decides how the same bytes are read, as a workbook or a packed file.
        if let Some(kind) = FileFormat::from_name(file).filter(|kind| kind.has_own_key()) {
            rule.push_str(&format!(" {kind:?}"));
        }
        // The folders of a file contain columns too.
        let folders = hive_columns(file);
        if !folders.is_empty() {
            rule.push_str(&format!(" {folders:?}"));
        }
        blake3::hash(rule.as_bytes()).to_hex()[..16].to_owned()
    }

    /// Layout of a file; none if no rule matches.
    pub(crate) fn layout(&self, file: &str) -> Option<Cow<'_, FileLayout>> {
        match &self.files {
            Some(_) => {
                self.rule(file).filter(|rule| rule.ignored.is_none()).map(|rule| Cow::Borrowed(&rule.layout))
            }
            None => table_of(file).map(|_| Cow::Owned(FileLayout::default())),
        }
    }

    /// Words for empty cells in a file.
    pub(crate) fn nulls(&self, file: &str) -> &[String] {
        self.rule(file).and_then(|rule| rule.nulls.as_deref()).unwrap_or_default()
    }

    /// Rule for a file with this header.
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

    pub(super) fn rule(&self, file: &str) -> Option<&FileRule> {
        self.files.as_ref()?.get(self.rule_index(file)?)
    }

    fn rule_index(&self, file: &str) -> Option<usize> {
        self.files.as_ref()?.iter().position(|rule| glob_matches(&rule.pattern, file))
    }
}

/// Table of the first folder.
pub(super) fn table_of(file: &str) -> Option<&'static ContractTable> {
    ContractTable::find(file.split_once('/')?.0)
}
