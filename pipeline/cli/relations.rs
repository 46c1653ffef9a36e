//! Relations that Rust fills: models, rankings, backtests; as record batches.

use std::sync::Arc;

use anyhow::Result;
use arrow::{
    array::{
        ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
        TimestampMicrosecondArray,
    },
    datatypes::{DataType, Field, Schema},
};
use slotcast_core::{Audience, DateTime, NaiveDate, RankedOffer, ScoredOffer, ThresholdBasis, Utc};
use slotcast_lake::contract::instant_type;
use slotcast_publish::{Lang, reasons_text};

/// Columns under construction, in order.
#[derive(Default)]
pub(crate) struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn push(mut self, name: &str, kind: DataType, array: ArrayRef) -> Self {
        self.fields.push(Field::new(name, kind, true));
        self.arrays.push(array);
        self
    }

    pub(crate) fn text<T: Into<Option<String>>>(self, name: &str, values: impl Iterator<Item = T>) -> Self {
        let array = values.map(Into::into).collect::<StringArray>();
        self.push(name, DataType::Utf8, Arc::new(array))
    }

    pub(crate) fn number<T: Into<Option<f64>>>(self, name: &str, values: impl Iterator<Item = T>) -> Self {
        let array = values.map(Into::into).collect::<Float64Array>();
        self.push(name, DataType::Float64, Arc::new(array))
    }

    pub(crate) fn count(self, name: &str, values: impl Iterator<Item = usize>) -> Self {
        let array = values.map(|value| i64::try_from(value).ok()).collect::<Int64Array>();
        self.push(name, DataType::Int64, Arc::new(array))
    }

    pub(crate) fn flag<T: Into<Option<bool>>>(self, name: &str, values: impl Iterator<Item = T>) -> Self {
        let array = values.map(Into::into).collect::<BooleanArray>();
        self.push(name, DataType::Boolean, Arc::new(array))
    }

    pub(crate) fn day(self, name: &str, values: impl Iterator<Item = NaiveDate>) -> Self {
        self.maybe_day(name, values.map(Some))
    }

    pub(crate) fn maybe_day(self, name: &str, values: impl Iterator<Item = Option<NaiveDate>>) -> Self {
        let days = values.map(|date| i32::try_from((date? - NaiveDate::default()).num_days()).ok());
        self.push(name, DataType::Date32, Arc::new(Date32Array::from_iter(days)))
    }

    pub(crate) fn instant(self, name: &str, values: impl Iterator<Item = DateTime<Utc>>) -> Self {
        let micros = values.map(|instant| Some(instant.timestamp_micros()));
        let array = micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC");
        self.push(name, instant_type(), Arc::new(array))
    }

    pub(crate) fn batch(self) -> Result<RecordBatch> {
        Ok(RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)?)
    }
}

/// The same rows without the id of the run that made them.
pub(crate) fn without_run_id(batch: &RecordBatch) -> Result<RecordBatch> {
    let schema = batch.schema();
    let others = schema.fields().iter().enumerate().filter(|(_, field)| field.name() != "run_id");
    Ok(batch.project(&others.map(|(place, _)| place).collect::<Vec<_>>())?)
}

/// The relation `rankings`, without its run id. `preliminary` lists are of slots after the next.
pub(crate) fn rankings(lists: &[(&[RankedOffer], bool)]) -> Result<RecordBatch> {
    let rows: Vec<(&RankedOffer, bool)> =
        lists.iter().flat_map(|(list, preliminary)| list.iter().map(|row| (row, *preliminary))).collect();
    let each = || rows.iter().map(|(ranked, _)| *ranked);
    let offer = || each().map(|ranked| &ranked.scored.offer);
    let scored = || each().map(|ranked| &ranked.scored);
    Columns::default()
        .day("slot_date", offer().map(|offer| offer.slot_date))
        .text("candidate_id", offer().map(|offer| offer.id.clone()))
        .text("product_id", offer().map(|offer| offer.product_id.clone()))
        .text("title", offer().map(|offer| offer.title.clone()))
        .text("category", offer().map(|offer| offer.category.clone()))
        .text("maker_name", offer().map(|offer| offer.maker_name.clone()))
        .number("threshold", offer().map(|offer| offer.threshold))
        .text("threshold_basis", offer().map(|offer| offer.threshold_basis.to_string()))
        .number("price", offer().map(|offer| offer.price))
        .count("rank", each().map(|ranked| ranked.rank as usize))
        .text("ranked_by", each().map(|ranked| ranked.ranked_by.clone()))
        .number("p_hit", scored().map(|scored| scored.p_hit.get()))
        .number("p_low", scored().map(|scored| scored.p_low.map(|p| p.get())))
        .number("p_high", scored().map(|scored| scored.p_high.map(|p| p.get())))
        .number("demand_p10", scored().map(|scored| scored.demand.map(|demand| demand.p10)))
        .number("demand_p50", scored().map(|scored| scored.demand.map(|demand| demand.p50)))
        .number("demand_p90", scored().map(|scored| scored.demand.map(|demand| demand.p90)))
        .number("expected_amount", scored().map(ScoredOffer::expected_amount))
        .number("expected_value", scored().map(ScoredOffer::expected_value))
        .number("threshold_50", scored().map(|scored| Some(scored.curve?.threshold_at(0.5))))
        .number("threshold_70", scored().map(|scored| Some(scored.curve?.threshold_at(0.7))))
        .number("threshold_90", scored().map(|scored| Some(scored.curve?.threshold_at(0.9))))
        .flag("thin_data", scored().map(|scored| scored.thin_data))
        .text("reasons_ko", each().map(|ranked| reasons_text(Lang::Ko, &ranked.reasons, Audience::Everyone)))
        .text("reasons_en", each().map(|ranked| reasons_text(Lang::En, &ranked.reasons, Audience::Everyone)))
        .text("model", scored().map(|scored| scored.model.clone()))
        .flag("preliminary", rows.iter().map(|(_, preliminary)| *preliminary))
        .batch()
}

/// Multiples of the proposed threshold at which the curve is told.
const MULTIPLES: [f64; 17] =
    [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0];

/// The relation `moq_curve`: thresholds in whole units where units are counted, each once.
pub(crate) fn moq_curve<'a>(ranked: impl Iterator<Item = &'a RankedOffer>) -> Result<RecordBatch> {
    let mut rows: Vec<(&RankedOffer, f64, f64)> = Vec::new();
    for one in ranked {
        let (offer, Some(curve)) = (&one.scored.offer, one.scored.curve) else { continue };
        let mut last = 0.0;
        for multiple in MULTIPLES {
            let threshold = match offer.threshold_basis {
                ThresholdBasis::Units => (multiple * offer.threshold).round(),
                ThresholdBasis::Amount => (multiple * offer.threshold * 100.0).round() / 100.0,
            };
            if threshold > last {
                rows.push((one, threshold, curve.p_at_least(threshold)));
                last = threshold;
            }
        }
    }
    Columns::default()
        .day("slot_date", rows.iter().map(|(one, ..)| one.scored.offer.slot_date))
        .text("candidate_id", rows.iter().map(|(one, ..)| one.scored.offer.id.clone()))
        .number("threshold", rows.iter().map(|(_, threshold, _)| *threshold))
        .number("p_reach", rows.iter().map(|(.., p)| *p))
        .batch()
}
