//! What nobody in the market knows: the chance of every offer, before its slot opens.

use std::{collections::BTreeMap, sync::Arc};

use arrow::array::{ArrayRef, BooleanArray, Float64Array, RecordBatch};

use super::{
    draws::{Part, normal, stream},
    law::NORMAL,
    plan::{Maker, Offer, SlotPlan},
    tables::Table,
};
use crate::error::SimulateError;

/// Line-ups that are drawn anew to see who the rivals might have been.
const LINE_UPS: usize = 16;

/// The truth of one offer.
struct Row<'a> {
    offer: &'a Offer,
    has_run: bool,
    oracle: f64,
    knowable: f64,
    /// Mean demand in the threshold's basis.
    mean: f64,
    demand: Option<f64>,
}

impl Maker<'_> {
    /// P(kept units reach the threshold) at a mean number of orders.
    fn chance(&self, offer: &Offer, log_mean: f64) -> f64 {
        let kept = 1.0 - self.spec.traps.cancelled;
        self.sizes.chance_of(log_mean.exp() * kept, self.spec.demand.dispersion, offer.need)
    }

    /// One row an offer, in the order of ids.
    pub(crate) fn truth(&self, index: usize, plan: &SlotPlan) -> Result<RecordBatch, SimulateError> {
        let line_ups = self.line_ups(index, plan);
        let shock_sd = self.spec.demand.shock_sd;
        let kept = 1.0 - self.spec.traps.cancelled;
        let unit = |offer: &Offer| {
            let price = offer.terms.price as f64 / 10_f64.powi(i32::from(self.spec.market.currency_digits));
            if self.spec.is_money() { price } else { 1.0 }
        };
        let mut rows = Vec::with_capacity(plan.offers.len());
        for (number, offer) in plan.offers.iter().enumerate() {
            // Equal rivalry is computed once; keys are floats that come from the same few sums.
            let mut rivals: BTreeMap<u64, f64> = BTreeMap::new();
            for line_up in &line_ups {
                let rivalry = self.rivalry(&plan.offers, number, line_up);
                *rivals.entry(rivalry.to_bits()).or_default() += 1.0 / LINE_UPS as f64;
            }
            let mut knowable = 0.0;
            for (rivalry, weight) in rivals {
                let log_mean = offer.log_mean - f64::from_bits(rivalry);
                knowable += weight
                    * match shock_sd > 0.0 {
                        true => {
                            NORMAL.iter().map(|(z, w)| w * self.chance(offer, log_mean + shock_sd * z)).sum()
                        }
                        false => self.chance(offer, log_mean),
                    };
            }
            let log_mean = offer.log_mean + plan.shock - offer.rivals;
            let has_run = plan.runs(offer);
            rows.push(Row {
                offer,
                has_run,
                oracle: self.chance(offer, log_mean),
                knowable,
                mean: offer.mean(plan.shock) * kept * self.sizes.mean() * unit(offer),
                demand: has_run.then(|| {
                    self.sell(index, number, plan, &self.curve(plan, offer)).units as f64 * unit(offer)
                }),
            });
        }
        let number = |values: &dyn Fn(&Row<'_>) -> Option<f64>| -> ArrayRef {
            Arc::new(rows.iter().map(values).collect::<Float64Array>())
        };
        let digits = 10_f64.powi(i32::from(self.spec.market.currency_digits));
        let smallest = if self.spec.is_money() { digits } else { 1.0 };
        let hit = |row: &Row<'_>| (row.has_run && row.offer.withdrawn_at.is_none()).then_some(row.offer.hit);
        Table::default()
            .text("id", rows.iter().map(|row| row.offer.candidate_id()))
            .text("campaign_id", rows.iter().map(|row| row.has_run.then(|| row.offer.campaign_id())))
            .day("slot_date", rows.iter().map(|_| plan.slot.date))
            .column("threshold", number(&|row| Some(row.offer.terms.threshold as f64 / smallest)))
            .column("selected", Arc::new(rows.iter().map(|row| Some(row.has_run)).collect::<BooleanArray>()))
            .column("p_hit_oracle", number(&|row| Some(row.oracle)))
            .column("p_hit_knowable", number(&|row| Some(row.knowable)))
            .column("mean_demand", number(&|row| Some(row.mean)))
            .column("mean_alerts", number(&|row| Some(row.offer.signals[0])))
            .column("mean_wishes", number(&|row| Some(row.offer.signals[1])))
            .column("mean_shares", number(&|row| Some(row.offer.signals[2])))
            .column("mean_likes", number(&|row| Some(row.offer.signals[3])))
            .column("dispersion", number(&|_| Some(self.spec.demand.dispersion)))
            .column("demand", number(&|row| row.demand))
            .column("hit", Arc::new(rows.iter().map(hit).collect::<BooleanArray>()))
            .batch()
    }

    /// Line-ups that other moods of the merchandiser would have given.
    fn line_ups(&self, index: usize, plan: &SlotPlan) -> Vec<Vec<usize>> {
        let rng = &mut stream(self.seed, Part::Rivals, index, 0);
        let mut draw = || {
            let moods: Vec<f64> =
                plan.offers.iter().map(|_| self.spec.selection.noise * normal(rng)).collect();
            self.line_up(&plan.offers, &moods)
        };
        (0..LINE_UPS).map(|_| draw()).collect()
    }
}
