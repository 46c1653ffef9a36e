//! Context shared by all sheets.

use slotcast_core::{Audience, ThresholdBasis};

use super::styles::Styles;
use crate::{
    i18n::{Catalog, Lang},
    view::{ListView, OfferFlag, PageView},
};

/// View, language and formats of a workbook.
pub(super) struct WorkbookContext<'a> {
    pub(super) view: &'a PageView,
    pub(super) lang: Lang,
    pub(super) texts: &'static Catalog,
    pub(super) styles: Styles,
}

impl<'a> WorkbookContext<'a> {
    /// The context of a workbook in `lang`.
    pub(super) fn new(view: &'a PageView, lang: Lang) -> Self {
        let texts = Catalog::of(lang);
        Self { view, lang, texts, styles: Styles::new(lang, view.currency.as_deref(), texts) }
    }

    /// Whether the readers are internal.
    pub(super) fn is_internal(&self) -> bool {
        self.view.audience == Audience::Internal
    }

    /// A text of the table `book`.
    pub(super) fn text(&self, key: &str) -> &'static str {
        self.texts.text(&format!("book.{key}"))
    }

    /// A text of the table `book` with its placeholders filled.
    pub(super) fn filled(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.texts.filled(&format!("book.{key}"), values)
    }

    /// Label of a column.
    pub(super) fn label(&self, column: &str) -> &'static str {
        self.texts.text(&format!("column.{column}"))
    }

    /// Name of the sheet of a list.
    pub(super) fn list_name(&self, list: &ListView) -> String {
        let key = if list.is_preliminary { "sheet_preliminary" } else { "sheet_list" };
        self.filled(key, &[("slot", &list.slot.date.to_string())])
    }

    /// Usual unit of the market's thresholds: that of the first offer.
    pub(super) fn basis(&self) -> ThresholdBasis {
        let first = self.view.lists.iter().flat_map(|list| &list.offers).next();
        first.map_or(ThresholdBasis::Units, |offer| offer.ranked.scored.offer.threshold_basis)
    }

    /// Flags as text.
    pub(super) fn flag_text(&self, flags: &[OfferFlag]) -> String {
        let texts: Vec<&str> =
            flags.iter().map(|flag| self.texts.text(&format!("flag.{}", flag.as_str()))).collect();
        texts.join(", ")
    }
}
