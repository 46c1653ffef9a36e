//! Input of the exporters: plain values that the caller reads from lists and relations.

mod relation_row;

mod flag;

mod cell;

mod offer;

mod list;

mod review;

mod accuracy;

mod page;

pub(crate) use cell::CellValue;

pub use accuracy::{BacktestSummary, CalibrationBin, HitRateRow, ModelCheck, SlotHistoryRow, SlotScore};
pub use flag::OfferFlag;
pub use list::{ListView, ModelSummary, OrderCurvePoint};
pub use offer::{CurvePoint, OfferCells, OfferDay, OfferView, SimilarCampaign};
pub use page::{PageView, Retraction, local_text};
pub use relation_row::{FromRow, RelationRow};
pub use review::{ReviewedOffer, SlotReview};
