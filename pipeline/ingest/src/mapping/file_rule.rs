//! Rules for files and their target tables.

use slotcast_core::SlotCalendar;
use slotcast_lake::contract::{ATTRIBUTE_PREFIX, ContractTable};

use crate::{
    mapping::{column_rule::ColumnRule, condition::Condition, header::column_index, lookup_rule::LookupRule},
    source::file_layout::FileLayout,
    values::number_format::NumberFormat,
};

/// Rule for the files that match a pattern.
#[derive(Clone, Debug)]
pub(crate) struct FileRule {
    pub(crate) pattern: String,
    /// Files that match are excluded, for the reason.
    pub(crate) ignored: Option<Option<String>>,
    pub(crate) layout: FileLayout,
    pub(crate) numbers: NumberFormat,
    /// Slot calendar for `slot` expressions.
    pub(crate) calendar: SlotCalendar,
    /// Treats an exact repeat of a row as a separate fact.
    pub(crate) keeps_repeats: bool,
    pub(crate) unused: Vec<String>,
    /// Words for empty cells; none for the default in ids, channels, kinds and currencies.
    pub(crate) nulls: Option<Vec<String>>,
    /// Column with a list whose elements are rows.
    pub(crate) explode: Option<String>,
    pub(crate) lookups: Vec<LookupRule>,
    pub(crate) filters: Vec<(Condition, String)>,
    /// Table with the column names of the file. The header determines its target.
    pub(crate) identity: Option<&'static ContractTable>,
    pub(crate) targets: Vec<TargetRule>,
}

/// Rule for one table row from each source row.
#[derive(Clone, Debug)]
pub(crate) struct TargetRule {
    pub(crate) table: &'static ContractTable,
    pub(crate) when: Option<Condition>,
    /// Contract columns in their order, then attributes by name.
    pub(crate) columns: Vec<(String, ColumnRule)>,
}

impl FileRule {
    /// Rule for a file in the shape of the contract.
    pub(crate) fn identity(table: &'static ContractTable, header: &[String]) -> Self {
        Self {
            pattern: format!("{}/*", table.name),
            ignored: None,
            layout: FileLayout::default(),
            numbers: NumberFormat::default(),
            calendar: SlotCalendar::default(),
            keeps_repeats: false,
            unused: Vec::new(),
            nulls: None,
            explode: None,
            lookups: Vec::new(),
            filters: Vec::new(),
            identity: Some(table),
            targets: vec![TargetRule::identity(table, header)],
        }
    }
}

impl TargetRule {
    /// Rule for columns with the names of the contract.
    ///
    /// Required columns are always included, so that a file without them gets an error with their names.
    pub(crate) fn identity(table: &'static ContractTable, header: &[String]) -> Self {
        let is_present = |name: &str| column_index(header, name).is_some();
        let own = table.columns.iter().filter(|own| own.required || is_present(own.name));
        let mut columns: Vec<_> =
            own.map(|own| (own.name.to_owned(), ColumnRule::column(own.name))).collect();
        if table.has_attributes {
            let attributes = header.iter().filter_map(|found| Some((attribute_name(found)?, found)));
            columns.extend(attributes.map(|(name, found)| (name, ColumnRule::column(found))));
        }
        Self { table, when: None, columns }
    }
}

/// Name of the attribute in a file column, if the column is one.
fn attribute_name(column: &str) -> Option<String> {
    if column.starts_with(ATTRIBUTE_PREFIX) {
        return Some(column.to_owned());
    }
    // Some databases export names in upper case.
    let lower = column.to_ascii_lowercase();
    lower.starts_with(ATTRIBUTE_PREFIX).then_some(lower)
}
