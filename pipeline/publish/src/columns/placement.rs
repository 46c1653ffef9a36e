//! Placement of columns in the workbook and on the page.

use serde::Serialize;

/// Adjacent columns of the workbook's list under one heading. The order is that of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Band {
    Rank,
    Offer,
    Probability,
    Demand,
    Money,
    Flags,
    Reasons,
    Terms,
    Signals,
    Records,
    Change,
    NearDuplicate,
    DataQuality,
    Origin,
    Links,
}

impl Band {
    /// The last band that is printed: more would not be readable on paper.
    pub(crate) const LAST_PRINTED: Self = Self::Reasons;

    /// Key of the heading in the catalog. Adjacent bands may share one.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Rank | Self::Offer => "band_offer",
            Self::Probability => "band_probability",
            Self::Demand => "band_demand",
            Self::Money => "band_money",
            Self::Flags | Self::Reasons => "band_reasons",
            Self::Terms => "band_terms",
            Self::Signals => "band_signals",
            Self::Records => "band_records",
            Self::Change => "band_change",
            Self::NearDuplicate => "band_near_duplicate",
            Self::DataQuality | Self::Origin => "band_origin",
            Self::Links => "band_links",
        }
    }
}

/// Column of the workbook's list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SheetColumn {
    pub(crate) band: Band,
    /// Width in digits.
    pub(crate) width: f64,
}

/// Column of the page's table.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct PageCell {
    /// Name on the page: the column's own, or that of a cell that combines several columns.
    pub(crate) key: &'static str,
    /// Sort key among the columns of the table.
    #[serde(skip)]
    pub(crate) position: u8,
    /// Width in pixels.
    pub(crate) width: u16,
    /// Whether the column takes the width that others leave.
    pub(crate) grows: bool,
    /// Sort order on the first click: 1 ascending, -1 descending.
    pub(crate) first: i8,
    /// Width of the window in pixels from which the column is shown by default.
    pub(crate) min_window: u16,
}

/// Use of a column on the page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OnPage {
    /// Not on the page.
    Omitted,
    /// In the packed details of the offer.
    Detail,
    /// In the rows, as a part of another column's cell.
    Part,
    /// In the rows, and listed in the detail panel.
    Fact,
    /// A column of the table; signals and records are also listed in the detail panel.
    Cell(PageCell),
}
