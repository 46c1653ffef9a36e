//! One offer with everything that a merchandiser would ask about it. Figures are those of the relations.

use slotcast_core::{NaiveDate, RankedOffer};

/// An offer in its place, and what the run knows of it beside its score.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferView {
    /// Its place, score and reasons: a row of `rankings`.
    pub ranked: RankedOffer,
    /// A row of `offer_details`; empty where the offer has none.
    pub sheet: OfferSheet,
    /// Against the list of the run before, if that had this offer: a row of `ranking_changes`.
    pub change: Option<Change>,
    /// Rows of `moq_curve`, by threshold.
    pub curve: Vec<CurvePoint>,
    /// Rows of `similar_campaigns`, the nearest first.
    pub similar: Vec<SimilarCampaign>,
    /// Rows of `offer_days`, by day.
    pub days: Vec<OfferDay>,
}

/// A row of `offer_details`: counts up to `as_of`, records up to T.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OfferSheet {
    /// The page of the product, where the source gives one.
    pub url: Option<String>,
    /// Its picture, where the source gives one.
    pub image_url: Option<String>,
    /// Alerts.
    pub alerts: Option<Counted>,
    /// Wishes.
    pub wishes: Option<Counted>,
    /// Visitors, summed over hours, since the announcement.
    pub visitors: Option<u64>,
    /// Alerts a visitor.
    pub alert_rate: Option<f64>,
    /// Orders to expect for each alert: of earlier campaigns of the category.
    pub orders_per_alert: Option<f64>,
    /// Orders a visitor: of earlier campaigns of the product, if there are any.
    pub order_rate: Option<f64>,
    /// The maker's campaigns with an outcome.
    pub maker: Option<Record>,
    /// Those of the category.
    pub category: Option<Record>,
    /// What to mind.
    pub flags: Vec<Flag>,
    /// A recent offer with nearly the same title.
    pub near_duplicate: Option<NearDuplicate>,
}

/// Something that was counted, and how it moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// In all.
    pub total: u64,
    /// In the last seven days.
    pub last_week: u64,
    /// In the seven days before those.
    pub week_before: u64,
}

/// Hits out of n, and their rate drawn towards that of all campaigns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// Campaigns that reached their threshold.
    pub hits: f64,
    /// Campaigns with an outcome.
    pub n: f64,
    /// The shrunken rate, if defined.
    pub rate_shrunk: Option<f64>,
}

/// What to mind about an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Fewer than 30 comparable campaigns stand behind the score.
    ThinData,
    /// The threshold lies above the 90 % point of the demand expected.
    ThresholdHigh,
    /// A public holiday falls into the slot.
    Holiday,
    /// A recent offer has nearly the same title.
    NearDuplicate,
    /// The maker has no campaign with an outcome.
    NewMaker,
}

impl Flag {
    /// Every flag, in the order in which they are shown.
    pub const ALL: [Self; 5] =
        [Self::ThinData, Self::ThresholdHigh, Self::Holiday, Self::NearDuplicate, Self::NewMaker];

    /// Its name in exports, and its key in the catalogue of texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ThinData => "thin_data",
            Self::ThresholdHigh => "threshold_high",
            Self::Holiday => "holiday",
            Self::NearDuplicate => "near_duplicate",
            Self::NewMaker => "new_maker",
        }
    }
}

/// A recent offer with nearly the same title.
#[derive(Clone, Debug, PartialEq)]
pub struct NearDuplicate {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The slot in which it was, or is, offered.
    pub slot_date: NaiveDate,
}

/// An offer against the list of the run before.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its place there.
    pub previous_rank: u32,
    /// Its chance there.
    pub previous_p_hit: f64,
    /// What moved the chance most, in words.
    pub change_reason_ko: String,
    /// The same in English.
    pub change_reason_en: String,
}

/// A row of `moq_curve`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// A threshold that the maker might accept.
    pub threshold: f64,
    /// The chance to reach it.
    pub p_reach: f64,
}

/// A row of `similar_campaigns`.
#[derive(Clone, Debug, PartialEq)]
pub struct SimilarCampaign {
    /// Its id, if it is known by one.
    pub campaign_id: Option<String>,
    /// The slot in which it ran.
    pub ran_in: NaiveDate,
    /// Its title, if known.
    pub title: Option<String>,
    /// Its threshold.
    pub threshold: f64,
    /// Its demand, where it was counted.
    pub demand: Option<f64>,
    /// Whether demand reached the threshold.
    pub hit: bool,
}

/// A local day of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferDay {
    /// The day.
    pub day: NaiveDate,
    /// Visitors, summed over hours.
    pub visitors: u64,
    /// Alerts.
    pub alerts: u64,
    /// Wishes.
    pub wishes: u64,
}
