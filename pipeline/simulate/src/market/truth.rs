//! The ground truth: the hit probability of every offer before its slot opens.

use std::{collections::BTreeMap, sync::Arc};

use arrow::array::{ArrayRef, BooleanArray, Float64Array, RecordBatch};

use super::{
    columns::TableBuilder,
    compound_demand::NORMAL_QUADRATURE,
    generator::MarketGenerator,
    plan::{PlannedOffer, SlotPlan},
};
use crate::error::SimulateError;
use crate::rng::{RngStream, standard_normal};

/// Number of alternative line-ups over which `p_hit_knowable` is averaged.
const ALTERNATIVE_LINEUPS: usize = 16;

/// The ground truth of an offer.
struct TruthRow<'a> {
    offer: &'a PlannedOffer,
    has_run: bool,
    p_hit_oracle: f64,
    p_hit_knowable: f64,
    /// In the threshold's basis, as is `demand`.
    mean_demand: f64,
    demand: Option<f64>,
}

impl MarketGenerator<'_> {
    /// Hit probability of an offer with this logarithm of mean orders.
    fn hit_probability(&self, offer: &PlannedOffer, log_mean: f64) -> f64 {
        let kept = 1.0 - self.spec.anomalies.cancelled;
        self.sizes.survival(log_mean.exp() * kept, self.spec.demand.dispersion, offer.required_units)
    }

    /// Ground truth of a slot's offers, ordered by id.
    pub(crate) fn truth(&self, index: usize, plan: &SlotPlan) -> Result<RecordBatch, SimulateError> {
        let lineups = self.alternative_lineups(index, plan);
        let mut rows = Vec::with_capacity(plan.offers.len());
        for (number, offer) in plan.offers.iter().enumerate() {
            rows.push(self.truth_row((index, number), plan, offer, &lineups));
        }
        let float = |values: &dyn Fn(&TruthRow<'_>) -> Option<f64>| -> ArrayRef {
            Arc::new(rows.iter().map(values).collect::<Float64Array>())
        };
        let threshold_unit = if self.spec.is_money() { self.spec.in_smallest_unit(1.0) } else { 1.0 };
        let selected = rows.iter().map(|row| Some(row.has_run)).collect::<BooleanArray>();
        let hit =
            |row: &TruthRow<'_>| (row.has_run && row.offer.withdrawn_at.is_none()).then_some(row.offer.hit);
        TableBuilder::default()
            .text("id", rows.iter().map(|row| row.offer.candidate_id()))
            .text("campaign_id", rows.iter().map(|row| row.has_run.then(|| row.offer.campaign_id())))
            .date("slot_date", rows.iter().map(|_| plan.slot.date))
            .column("threshold", float(&|row| Some(row.offer.terms.threshold as f64 / threshold_unit)))
            .column("selected", Arc::new(selected))
            .column("p_hit_oracle", float(&|row| Some(row.p_hit_oracle)))
            .column("p_hit_knowable", float(&|row| Some(row.p_hit_knowable)))
            .column("mean_demand", float(&|row| Some(row.mean_demand)))
            .column("mean_alerts", float(&|row| Some(row.offer.signals[0])))
            .column("mean_wishes", float(&|row| Some(row.offer.signals[1])))
            .column("mean_shares", float(&|row| Some(row.offer.signals[2])))
            .column("mean_likes", float(&|row| Some(row.offer.signals[3])))
            .column("dispersion", float(&|_| Some(self.spec.demand.dispersion)))
            .column("demand", float(&|row| row.demand))
            .column("hit", Arc::new(rows.iter().map(hit).collect::<BooleanArray>()))
            .finish()
    }

    fn truth_row<'a>(
        &self,
        (index, number): (usize, usize),
        plan: &SlotPlan,
        offer: &'a PlannedOffer,
        lineups: &[Vec<usize>],
    ) -> TruthRow<'a> {
        let kept = 1.0 - self.spec.anomalies.cancelled;
        let price = offer.terms.price as f64 / self.spec.in_smallest_unit(1.0);
        let unit = if self.spec.is_money() { price } else { 1.0 };
        let has_run = plan.runs(offer);
        let demand = || {
            let curve = self.arrival_curve(plan, offer);
            self.sell(index, number, plan, &curve).units as f64 * unit
        };
        TruthRow {
            offer,
            has_run,
            p_hit_oracle: self.hit_probability(offer, offer.log_mean + plan.shock - offer.competition),
            p_hit_knowable: self.knowable_probability(number, plan, offer, lineups),
            mean_demand: offer.mean_orders(plan.shock) * kept * self.sizes.mean() * unit,
            demand: has_run.then(demand),
        }
    }

    /// Hit probability averaged over the shock and over alternative line-ups.
    fn knowable_probability(
        &self,
        number: usize,
        plan: &SlotPlan,
        offer: &PlannedOffer,
        lineups: &[Vec<usize>],
    ) -> f64 {
        let shock_sd = self.spec.demand.shock_sd;
        // Equal competition is evaluated once. Equal values have equal bits, as they are the same sums.
        let mut weights: BTreeMap<u64, f64> = BTreeMap::new();
        for lineup in lineups {
            let competition = self.competition(&plan.offers, number, lineup);
            *weights.entry(competition.to_bits()).or_default() += 1.0 / ALTERNATIVE_LINEUPS as f64;
        }
        let mut probability = 0.0;
        for (competition, weight) in weights {
            let log_mean = offer.log_mean - f64::from_bits(competition);
            let mean_over_shocks: f64 = match shock_sd > 0.0 {
                true => NORMAL_QUADRATURE
                    .iter()
                    .map(|(z, w)| w * self.hit_probability(offer, log_mean + shock_sd * z))
                    .sum(),
                false => self.hit_probability(offer, log_mean),
            };
            probability += weight * mean_over_shocks;
        }
        probability
    }

    /// Line-ups with other noise in the merchandiser's scores.
    fn alternative_lineups(&self, index: usize, plan: &SlotPlan) -> Vec<Vec<usize>> {
        let rng = &mut RngStream::Lineups(index).rng(self.seed);
        let mut draw = || {
            let noise: Vec<f64> =
                plan.offers.iter().map(|_| self.spec.selection.noise * standard_normal(rng)).collect();
            self.select_lineup(&plan.offers, &noise)
        };
        (0..ALTERNATIVE_LINEUPS).map(|_| draw()).collect()
    }
}
