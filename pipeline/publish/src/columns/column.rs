//! Definition of a column.

use slotcast_core::{Audience, RunId};

use super::{
    kind::ColumnKind,
    placement::{Band, OnPage, PageCell, SheetColumn},
};
use crate::{
    i18n::Lang,
    view::{CellValue, OfferView},
};

/// Offer of a list, as one audience sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfferRow<'a> {
    /// The run.
    pub(crate) run_id: &'a RunId,
    /// The offer.
    pub(crate) offer: &'a OfferView,
    /// The readers.
    pub(crate) audience: Audience,
}

/// Object of the JSON that holds a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// The list: equal for all its offers.
    List,
    /// The offer: its terms and its score.
    Offer,
    /// `details` of the offer.
    Details,
    /// `change` of the offer since the previous run.
    Change,
}

/// Function that computes the value of a column.
pub(crate) type ValueFn = for<'a> fn(&OfferRow<'a>) -> CellValue<'a>;

/// Origin of a column's values.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// The column of the same name in the relation.
    Relation,
    /// The ranked offer.
    Computed(ValueFn),
}

/// Column of the offer schema.
#[derive(Debug)]
pub(crate) struct Column {
    /// Name in SQL, CSV and JSON, and key in the catalog of texts.
    pub(crate) name: &'static str,
    /// Relation that contains the column, if it is one.
    pub(crate) relation: Option<&'static str>,
    /// Object of the JSON that holds the column.
    pub(crate) section: Section,
    /// Kind of the values.
    pub(crate) kind: ColumnKind,
    /// Whether every offer has a value.
    pub(crate) is_required: bool,
    /// Placement in the workbook's list.
    pub(crate) sheet: Option<SheetColumn>,
    /// Use on the page.
    pub(crate) page: OnPage,
    source: Source,
}

impl Column {
    /// A column that is read from `relation`.
    pub(crate) const fn stored(
        name: &'static str,
        relation: &'static str,
        section: Section,
        kind: ColumnKind,
    ) -> Self {
        let (relation, page) = (Some(relation), OnPage::Omitted);
        Self {
            name,
            relation,
            section,
            kind,
            is_required: false,
            sheet: None,
            page,
            source: Source::Relation,
        }
    }

    /// A column that `value` computes from the ranked offer. `relation` contains it, too.
    pub(crate) const fn computed(
        name: &'static str,
        relation: Option<&'static str>,
        section: Section,
        kind: ColumnKind,
        value: ValueFn,
    ) -> Self {
        let (page, source) = (OnPage::Omitted, Source::Computed(value));
        Self { name, relation, section, kind, is_required: false, sheet: None, page, source }
    }

    /// Declares that every offer has a value.
    pub(crate) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// Places the column in a band of the workbook.
    pub(crate) const fn sheet(mut self, band: Band, width: f64) -> Self {
        self.sheet = Some(SheetColumn { band, width });
        self
    }

    /// Sets the use on the page.
    pub(crate) const fn page(mut self, page: OnPage) -> Self {
        self.page = page;
        self
    }

    /// Makes the column one of the page's table, in a cell of its own name.
    pub(crate) const fn cell(self, position: u8, width: u16) -> Self {
        let key = self.name;
        self.cell_as(key, position, width)
    }

    /// Makes the column one of the page's table, in a cell that the script fills under the name `key`.
    pub(crate) const fn cell_as(self, key: &'static str, position: u8, width: u16) -> Self {
        self.page(OnPage::Cell(PageCell { key, position, width, grows: false, first: 1, min_window: 0 }))
    }

    /// Sorts the largest values first.
    pub(crate) const fn descending(self) -> Self {
        match self.page {
            OnPage::Cell(cell) => self.page(OnPage::Cell(PageCell { first: -1, ..cell })),
            _ => self,
        }
    }

    /// Gives the column the width that others leave.
    pub(crate) const fn grows(self) -> Self {
        match self.page {
            OnPage::Cell(cell) => self.page(OnPage::Cell(PageCell { grows: true, ..cell })),
            _ => self,
        }
    }

    /// Hides the column by default in windows narrower than `pixels`.
    pub(crate) const fn min_window(self, pixels: u16) -> Self {
        match self.page {
            OnPage::Cell(cell) => self.page(OnPage::Cell(PageCell { min_window: pixels, ..cell })),
            _ => self,
        }
    }

    /// Whether `audience` may see the column.
    pub(crate) fn is_for(&self, audience: Audience) -> bool {
        audience.may_see(self.name)
    }

    /// Whether CSV and JSON for `audience` contain the column. `expected_value` is promised, so it is always
    /// there, without values for readers who may not see them.
    pub(crate) fn is_exported_to(&self, audience: Audience) -> bool {
        self.name == "expected_value" || self.is_for(audience)
    }

    /// Whether the column is in `lang` or in no particular language.
    pub(crate) fn is_in(&self, lang: Lang) -> bool {
        let other = if lang == Lang::Ko { "_en" } else { "_ko" };
        self.kind != ColumnKind::Prose || !self.name.ends_with(other)
    }

    /// Whether a row of the relation holds the values.
    pub(crate) fn is_stored(&self) -> bool {
        matches!(self.source, Source::Relation)
    }

    /// Value for the row's audience, unrounded.
    pub(crate) fn unrounded<'a>(&self, row: &OfferRow<'a>) -> CellValue<'a> {
        if !self.is_for(row.audience) {
            return CellValue::Missing;
        }
        match self.source {
            Source::Relation => row.offer.cells.get(self.name),
            Source::Computed(value) => value(row),
        }
    }

    /// Value for the row's audience, rounded.
    pub(crate) fn value<'a>(&self, row: &OfferRow<'a>) -> CellValue<'a> {
        match self.unrounded(row) {
            CellValue::Number(number) => CellValue::number_or_missing(self.kind.rounded(number)),
            value => value,
        }
    }
}
