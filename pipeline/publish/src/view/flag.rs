//! Flags: short warnings about an offer.

use super::relation_row::RelationRow;

/// Warning about an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfferFlag {
    /// Fewer than 30 comparable campaigns support the score.
    ThinData,
    /// The threshold lies above the 90th percentile of expected demand.
    ThresholdHigh,
    /// The slot contains a public holiday.
    Holiday,
    /// A recent offer has nearly the same title.
    NearDuplicate,
    /// The maker has no campaign with an outcome.
    NewMaker,
}

impl OfferFlag {
    /// Every flag, in display order.
    pub const ALL: [Self; 5] =
        [Self::ThinData, Self::ThresholdHigh, Self::Holiday, Self::NearDuplicate, Self::NewMaker];

    /// Name in exports, and key in the catalog of texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ThinData => "thin_data",
            Self::ThresholdHigh => "threshold_high",
            Self::Holiday => "holiday",
            Self::NearDuplicate => "near_duplicate",
            Self::NewMaker => "new_maker",
        }
    }

    /// The flags that a row of `offer_details` sets. The score sets [`Self::ThinData`].
    pub(crate) fn read(row: &dyn RelationRow) -> Vec<Self> {
        let is_set = |flag: &Self| match flag {
            Self::ThinData => false,
            Self::ThresholdHigh => row.flag("threshold_high") == Some(true),
            Self::Holiday => row.text("holidays_ko").is_some(),
            Self::NearDuplicate => row.text("near_duplicate_id").is_some(),
            Self::NewMaker => row.flag("new_maker") == Some(true),
        };
        Self::ALL.into_iter().filter(is_set).collect()
    }
}
