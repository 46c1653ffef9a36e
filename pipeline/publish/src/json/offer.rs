//! One offer as JSON: its columns, then the rows of the relations about it.

use serde::{Serialize, Serializer, ser::SerializeMap};
use slotcast_core::{Contribution, FeatureValue};

use crate::{
    columns::{COLUMNS, ColumnKind, OfferRow, Section},
    i18n::visible_reasons,
    view::{CellValue, CurvePoint, OfferDay, SimilarCampaign},
};

/// Offer of a list.
pub(super) struct WireOffer<'a>(pub(super) OfferRow<'a>);

/// Columns of one section as an object.
struct WireColumns<'a>(OfferRow<'a>, Section);

#[derive(Serialize)]
pub(super) struct WireReason<'a> {
    feature: &'a str,
    value: WireValue<'a>,
    log_odds: Option<f64>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum WireValue<'a> {
    Number(f64),
    Text(&'a str),
    Record { hits: f64, n: f64 },
    Missing,
}

#[derive(Serialize)]
struct WirePoint {
    threshold: f64,
    p_reach: Option<f64>,
}

#[derive(Serialize)]
struct WireSimilar<'a> {
    campaign_id: Option<&'a str>,
    ran_in: String,
    title: Option<&'a str>,
    threshold: f64,
    demand: Option<f64>,
    hit: bool,
}

#[derive(Serialize)]
struct WireDay {
    day: String,
    visitors: u64,
    alerts: u64,
    wishes: u64,
}

impl<'a> WireReason<'a> {
    /// The summed contribution of several features.
    pub(super) fn sum(feature: &'a str, log_odds: f64) -> Self {
        Self { feature, value: WireValue::Missing, log_odds: Some(log_odds) }
    }
}

impl Serialize for WireOffer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(row) = self;
        let offer = row.offer;
        let mut map = serializer.serialize_map(None)?;
        entries(&mut map, row, Section::Offer)?;
        let reasons: Vec<_> = visible_reasons(&offer.ranked.reasons, row.audience).map(wire_reason).collect();
        map.serialize_entry("reasons", &reasons)?;
        map.serialize_entry("details", &WireColumns(*row, Section::Details))?;
        let is_listed_before = offer.cells.number("previous_rank").is_some();
        map.serialize_entry("change", &is_listed_before.then_some(WireColumns(*row, Section::Change)))?;
        map.serialize_entry("curve", &offer.curve.iter().map(wire_point).collect::<Vec<_>>())?;
        map.serialize_entry("similar", &offer.similar.iter().map(wire_similar).collect::<Vec<_>>())?;
        map.serialize_entry("days", &offer.days.iter().map(wire_day).collect::<Vec<_>>())?;
        map.end()
    }
}

impl Serialize for WireColumns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        entries(&mut map, &self.0, self.1)?;
        map.end()
    }
}

fn entries<M: SerializeMap>(map: &mut M, row: &OfferRow<'_>, section: Section) -> Result<(), M::Error> {
    let columns = COLUMNS.iter().filter(|column| column.section == section);
    for column in columns.filter(|column| column.is_exported_to(row.audience)) {
        map.serialize_entry(column.name, &column.value(row))?;
    }
    Ok(())
}

impl Serialize for CellValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Date(date) => serializer.collect_str(date),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Flags(flags) => serializer.collect_seq(flags.iter().map(|flag| flag.as_str())),
            Self::Basis(basis) => serializer.collect_str(basis),
            Self::Missing => serializer.serialize_none(),
        }
    }
}

pub(super) fn wire_reason(reason: &Contribution) -> WireReason<'_> {
    let value = match &reason.value {
        FeatureValue::Number(value) => WireValue::Number(*value),
        FeatureValue::Text(text) => WireValue::Text(text),
        FeatureValue::Record { hits, n } => WireValue::Record { hits: *hits, n: *n },
        FeatureValue::Missing => WireValue::Missing,
    };
    WireReason { feature: &reason.feature, value, log_odds: ColumnKind::Probability.rounded(reason.log_odds) }
}

fn wire_point(point: &CurvePoint) -> WirePoint {
    WirePoint { threshold: point.threshold, p_reach: ColumnKind::Probability.rounded(point.p_reach) }
}

fn wire_similar(similar: &SimilarCampaign) -> WireSimilar<'_> {
    WireSimilar {
        campaign_id: similar.campaign_id.as_deref(),
        ran_in: similar.ran_in.to_string(),
        title: similar.title.as_deref(),
        threshold: similar.threshold,
        demand: similar.demand,
        hit: similar.hit,
    }
}

fn wire_day(day: &OfferDay) -> WireDay {
    let OfferDay { day, visitors, alerts, wishes } = *day;
    WireDay { day: day.to_string(), visitors, alerts, wishes }
}
