//! Columns of the page's table, and facts of its detail panel, for the page's script.

use serde::Serialize;
use slotcast_core::Audience;

use crate::{
    columns::{Band, COLUMNS, Column, ColumnKind, OnPage, PageCell},
    i18n::{Catalog, Lang},
};

/// Text in both languages.
#[derive(Clone, Copy, Debug, Serialize)]
struct LabelPair {
    ko: &'static str,
    en: &'static str,
}

/// Column as the script needs it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct ColumnInfo {
    /// Key of the cell.
    key: &'static str,
    /// Key of the values in the rows.
    name: &'static str,
    kind: ColumnKind,
    label: LabelPair,
    hint: LabelPair,
    /// Layout in the table, if the column is one of it.
    cell: Option<PageCell>,
}

impl ColumnInfo {
    /// The column under the short heading of the table.
    fn new(column: &'static Column) -> Self {
        let cell = match column.page {
            OnPage::Cell(cell) => Some(cell),
            _ => None,
        };
        let (name, key) = (column.name, cell.map_or(column.name, |cell| cell.key));
        Self {
            key,
            name,
            kind: column.kind,
            label: label_pair(&format!("page.col_{key}"), &format!("column.{name}")),
            hint: label_pair(&format!("page.hint_{key}"), &format!("column.{name}_about")),
            cell,
        }
    }

    /// The column under its full label, unless its cell combines several columns.
    fn fact(column: &'static Column) -> Self {
        let info = Self::new(column);
        let label = format!("column.{}", info.name);
        if info.key == info.name { Self { label: label_pair(&label, &label), ..info } } else { info }
    }
}

/// The text of the page, or else that of the column.
fn label_pair(on_page: &str, of_column: &str) -> LabelPair {
    let text = |lang| {
        let texts = Catalog::of(lang);
        texts.find(on_page).unwrap_or_else(|| texts.text(of_column))
    };
    LabelPair { ko: text(Lang::Ko), en: text(Lang::En) }
}

/// Columns of the table, from left to right.
pub(super) fn table_columns(audience: Audience) -> Vec<ColumnInfo> {
    let mut columns: Vec<ColumnInfo> =
        visible(audience).map(ColumnInfo::new).filter(|column| column.cell.is_some()).collect();
    columns.sort_by_key(|column| column.cell.map(|cell| cell.position));
    columns
}

/// Signals and records that the detail panel lists.
pub(super) fn detail_facts(audience: Audience) -> Vec<ColumnInfo> {
    let is_fact = |column: &&'static Column| match column.page {
        OnPage::Fact => true,
        OnPage::Cell(_) => {
            column.sheet.is_some_and(|sheet| matches!(sheet.band, Band::Signals | Band::Records))
        }
        _ => false,
    };
    visible(audience).filter(is_fact).map(ColumnInfo::fact).collect()
}

fn visible(audience: Audience) -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().filter(move |column| column.is_for(audience))
}
