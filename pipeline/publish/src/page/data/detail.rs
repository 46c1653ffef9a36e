//! Details of one offer, which the page unpacks when the offer is opened.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    columns::PageValue,
    json_number::{JsonNumber, drawn, probability},
};
use crate::{
    columns::{COLUMNS, OfferRow, OnPage},
    view::{CurvePoint, OfferDay, OrderCurvePoint, SimilarCampaign},
};

/// Probabilities that are marked on the what-if curve.
const MARKED: [f64; 3] = [0.9, 0.7, 0.5];

/// Details of one offer.
pub(super) struct OfferDetail<'a>(pub(super) OfferRow<'a>);

impl Serialize for OfferDetail<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let OfferRow { offer, audience, .. } = self.0;
        let mut map = serializer.serialize_map(None)?;
        let columns = COLUMNS.iter().filter(|column| matches!(column.page, OnPage::Detail));
        for column in columns.filter(|column| column.is_for(audience)) {
            map.serialize_entry(column.name, &PageValue(column.unrounded(&self.0)))?;
        }
        map.serialize_entry("curve", &offer.curve.iter().map(curve_point).collect::<Vec<_>>())?;
        let marked = offer
            .ranked
            .scored
            .curve
            .map(|curve| MARKED.map(|p| (JsonNumber(p), JsonNumber(curve.threshold_at(p)))).to_vec());
        map.serialize_entry("marked", &marked.unwrap_or_default())?;
        map.serialize_entry("days", &days(&offer.days))?;
        map.serialize_entry("similar", &offer.similar.iter().map(similar).collect::<Vec<_>>())?;
        map.end()
    }
}

/// Threshold and probability of a point of the what-if curve.
fn curve_point(point: &CurvePoint) -> (JsonNumber, JsonNumber) {
    (JsonNumber(point.threshold), probability(point.p_reach))
}

/// Daily signals.
#[derive(Clone, Debug, Serialize)]
struct Days {
    first: String,
    /// Days after the first.
    after: Vec<i64>,
    visitors: Vec<u64>,
    alerts: Vec<u64>,
    wishes: Vec<u64>,
}

#[derive(Clone, Debug, Serialize)]
struct Similar<'a> {
    id: Option<&'a str>,
    title: Option<&'a str>,
    ran_in: String,
    threshold: JsonNumber,
    demand: Option<JsonNumber>,
    hit: bool,
}

fn days(days: &[OfferDay]) -> Option<Days> {
    let first = days.iter().map(|day| day.day).min()?;
    Some(Days {
        first: first.to_string(),
        after: days.iter().map(|day| (day.day - first).num_days()).collect(),
        visitors: days.iter().map(|day| day.visitors).collect(),
        alerts: days.iter().map(|day| day.alerts).collect(),
        wishes: days.iter().map(|day| day.wishes).collect(),
    })
}

fn similar(campaign: &SimilarCampaign) -> Similar<'_> {
    Similar {
        id: campaign.campaign_id.as_deref(),
        title: campaign.title.as_deref(),
        ran_in: campaign.ran_in.to_string(),
        threshold: JsonNumber(campaign.threshold),
        demand: campaign.demand.map(JsonNumber),
        hit: campaign.hit,
    }
}

/// Order curve of a category: cumulative shares by hour since the opening.
#[derive(Clone, Debug, Serialize)]
pub(super) struct OrderCurve {
    hours: Vec<u32>,
    mean: Vec<JsonNumber>,
    p10: Vec<JsonNumber>,
    p90: Vec<JsonNumber>,
}

impl OrderCurve {
    /// The curve through `points`.
    pub(super) fn new(points: &[OrderCurvePoint]) -> Self {
        let shares =
            |pick: fn(&OrderCurvePoint) -> f64| points.iter().map(|point| drawn(pick(point))).collect();
        Self {
            hours: points.iter().map(|point| point.hour).collect(),
            mean: shares(|point| point.share_mean),
            p10: shares(|point| point.share_p10),
            p90: shares(|point| point.share_p90),
        }
    }
}
