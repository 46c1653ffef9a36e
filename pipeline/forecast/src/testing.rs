//! Tables, labels and lists for the tests of this crate.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
    datatypes::{DataType, Field, Schema, TimeUnit},
};
use slotcast_core::{
    Contribution, DateTime, FeatureValue, NaiveDate, Offer, Probability, RankedOffer, ScoredOffer,
    SlotCalendar, ThresholdBasis, Utc,
};
use slotcast_features::{FeatureColumn, FeatureKind, FeatureSpec, FeatureTable, Labels, OfferKey, Outcome};

use crate::ranked_list::RankedList;

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn offer(id: String, slot_date: NaiveDate) -> Offer {
    Offer {
        id,
        product_id: "product".to_owned(),
        slot_date,
        threshold: 100.0,
        threshold_basis: ThresholdBasis::Units,
        price: None,
        capacity: None,
        unit_cost: None,
        fixed_cost: None,
        title: None,
        category: None,
        maker_name: None,
    }
}

/// `slots` weekly slots from 2016-02-16 with `offers` each. The feature `signal` rises within a slot.
pub(crate) fn table(slots: usize, offers: usize) -> FeatureTable {
    let calendar = SlotCalendar::default();
    let mut slot = calendar.slot_on(day("2016-02-16")).unwrap();
    let mut keys = Vec::new();
    for _ in 0..slots {
        for _ in 0..offers {
            let id = format!("offer-{}", keys.len());
            keys.push(OfferKey {
                offer: offer(id, slot.date),
                campaign_id: Some(format!("campaign-{}", keys.len())),
                opens_at: slot.opens_at,
                knowledge_at: calendar.days_before(&slot, 4),
            });
        }
        slot = calendar.following(&slot);
    }
    let signal = (0..keys.len()).map(|row| Some((row % offers) as f64)).collect();
    FeatureTable {
        spec: FeatureSpec::new(vec![("signal".to_owned(), FeatureKind::Number)]),
        keys,
        columns: vec![FeatureColumn::Number(signal)],
    }
}

/// An outcome for every row with a campaign, known when the campaign closes after a week.
pub(crate) fn labels(table: &FeatureTable, hit: impl Fn(usize) -> bool) -> Labels {
    let rows: Vec<usize> = (0..table.len()).filter(|row| table.keys[*row].campaign_id.is_some()).collect();
    let keys = || rows.iter().map(|row| &table.keys[*row]);
    let closings = || {
        let micros = keys().map(|key| Some((key.opens_at + chrono::TimeDelta::days(7)).timestamp_micros()));
        micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC")
    };
    let nulls = TimestampMicrosecondArray::new_null(rows.len()).with_timezone("UTC");
    let hits = || rows.iter().map(|row| hit(*row));
    let columns: [(&str, ArrayRef); 8] = [
        ("campaign_id", Arc::new(keys().map(|key| key.campaign_id.clone()).collect::<StringArray>())),
        ("closes_at", Arc::new(closings())),
        ("known_at", Arc::new(closings())),
        ("superseded_at", Arc::new(nulls)),
        ("hit", Arc::new(hits().map(Some).collect::<BooleanArray>())),
        ("is_sold_out", Arc::new(hits().map(|_| Some(false)).collect::<BooleanArray>())),
        (
            "demand",
            Arc::new(hits().map(|hit| if hit { 150.0 } else { 60.0 }).map(Some).collect::<Float64Array>()),
        ),
        ("threshold", Arc::new(keys().map(|key| Some(key.offer.threshold)).collect::<Float64Array>())),
    ];
    let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let kind = |array: &ArrayRef| match array.data_type() {
        DataType::Timestamp(..) => instant.clone(),
        other => other.clone(),
    };
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, kind(array), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    Labels::from_batches(&[RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()]).unwrap()
}

/// The outcomes of [`labels`], one per row.
pub(crate) fn outcomes(table: &FeatureTable, hit: impl Fn(usize) -> bool) -> Vec<Option<Outcome>> {
    let labels = labels(table, hit);
    table.keys.iter().map(|key| labels.last_known(key)).collect()
}

pub(crate) fn contribution(feature: &str, log_odds: f64) -> Contribution {
    Contribution { feature: feature.to_owned(), value: FeatureValue::Missing, log_odds }
}

/// A list of offers with these contributions, ranked in this order, without a model.
pub(crate) fn list(slot_date: &str, offers: &[(&str, Vec<Contribution>)]) -> RankedList {
    let slot = SlotCalendar::default().slot_on(day(slot_date)).unwrap();
    let ranked = |(index, (id, contributions)): (usize, &(&str, Vec<Contribution>))| RankedOffer {
        rank: index as u32 + 1,
        ranked_by: "p_hit".to_owned(),
        scored: ScoredOffer {
            offer: offer((*id).to_owned(), slot.date),
            p_hit: Probability::new(0.5).unwrap(),
            p_low: None,
            p_high: None,
            p_hit_given_selected: Probability::new(0.5).unwrap(),
            order: None,
            demand: None,
            curve: None,
            thin_data: false,
            contributions: contributions.clone(),
            model: "logistic".to_owned(),
        },
        reasons: Vec::new(),
    };
    RankedList {
        slot,
        is_preliminary: false,
        is_frozen: false,
        model: None,
        reason: String::new(),
        offers: offers.iter().enumerate().map(ranked).collect(),
        similar: Vec::new(),
    }
}
