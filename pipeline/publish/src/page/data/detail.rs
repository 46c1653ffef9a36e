//! What is shown of one offer when it is opened. The row has the rest.

use serde::Serialize;

use super::figure::{Figure, chance, drawn};
use crate::view::{CurveHour, OfferDay, OfferView, SimilarCampaign};

/// The chances whose thresholds are marked on the what-if curve.
const MARKED: [f64; 3] = [0.9, 0.7, 0.5];

/// One offer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Detail<'a> {
    product_id: &'a str,
    model: &'a str,
    /// Threshold and chance of each point of the what-if curve.
    curve: Vec<(Figure, Figure)>,
    /// Chance, and the highest threshold that is reached with it.
    marked: Vec<(Figure, Figure)>,
    days: Option<Days>,
    similar: Vec<Similar<'a>>,
    near_duplicate: Option<Near<'a>>,
    /// Why it changed since the last run, in Korean and English.
    why: Option<[&'a str; 2]>,
}

/// Signals by day: days after the first, and what was counted on each.
#[derive(Clone, Debug, Serialize)]
struct Days {
    first: String,
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
    threshold: Figure,
    demand: Option<Figure>,
    hit: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Near<'a> {
    id: &'a str,
    title: &'a str,
    slot_date: String,
}

impl<'a> Detail<'a> {
    /// What is known of `view` beside its row.
    pub(crate) fn new(view: &'a OfferView) -> Self {
        let scored = &view.ranked.scored;
        let marked = |curve: &slotcast_core::DemandCurve| {
            MARKED.map(|p| (Figure(p), Figure(curve.threshold_at(p)))).to_vec()
        };
        Self {
            product_id: &scored.offer.product_id,
            model: &scored.model,
            curve: view.curve.iter().map(|point| (Figure(point.threshold), chance(point.p_reach))).collect(),
            marked: scored.curve.as_ref().map(marked).unwrap_or_default(),
            days: days(&view.days),
            similar: view.similar.iter().map(similar).collect(),
            near_duplicate: view.sheet.near_duplicate.as_ref().map(|near| Near {
                id: &near.id,
                title: &near.title,
                slot_date: near.slot_date.to_string(),
            }),
            why: view
                .change
                .as_ref()
                .map(|change| [change.change_reason_ko.as_str(), change.change_reason_en.as_str()]),
        }
    }
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
        threshold: Figure(campaign.threshold),
        demand: campaign.demand.map(Figure),
        hit: campaign.hit,
    }
}

/// How orders of a category come in: hours since the opening; shares, one in ten below, one in ten above.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderCurve {
    hours: Vec<u32>,
    mean: Vec<Figure>,
    p10: Vec<Figure>,
    p90: Vec<Figure>,
}

impl OrderCurve {
    /// The curve through `hours`.
    pub(crate) fn new(hours: &[CurveHour]) -> Self {
        let shares = |pick: fn(&CurveHour) -> f64| hours.iter().map(|hour| drawn(pick(hour))).collect();
        Self {
            hours: hours.iter().map(|hour| hour.hour).collect(),
            mean: shares(|hour| hour.share_mean),
            p10: shares(|hour| hour.share_p10),
            p90: shares(|hour| hour.share_p90),
        }
    }
}
