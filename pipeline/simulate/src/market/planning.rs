//! Planning of slots: candidates, line-up and outcomes.

use chrono::TimeDelta;
use rand::{Rng, seq::IndexedRandom};
use slotcast_core::Slot;

use super::{
    arrival_curve::ArrivalCurve,
    draw_offer::Proposal,
    generator::MarketGenerator,
    plan::{CUTOFF_DAYS, PlannedOffer, SlotPlan, UNDECIDED_SLOTS},
};
use crate::{
    error::SimulateError,
    rng::{RngStream, bernoulli, standard_normal},
};

/// A product to be offered again.
struct Rerun {
    slot: usize,
    product: usize,
    parent: String,
}

impl MarketGenerator<'_> {
    /// Plans every slot in turn, because reruns depend on earlier hits.
    pub(crate) fn plan(&self) -> Result<Vec<SlotPlan>, SimulateError> {
        let first = self.calendar.slot_on(self.spec.market.first_slot)?;
        let following = |slot: &Slot| Some(self.calendar.following(slot));
        let count = self.spec.market.slots as usize + UNDECIDED_SLOTS;
        let mut free_from = vec![0; self.population.products.len()];
        let mut reruns: Vec<Rerun> = Vec::new();
        let slots = std::iter::successors(Some(first), following).take(count).enumerate();
        Ok(slots.map(|(index, slot)| self.plan_slot(index, slot, &mut free_from, &mut reruns)).collect())
    }

    fn plan_slot(
        &self,
        index: usize,
        slot: Slot,
        free_from: &mut [usize],
        reruns: &mut Vec<Rerun>,
    ) -> SlotPlan {
        let mut rng = RngStream::Slot(index).rng(self.seed);
        let rest = self.spec.market.rest_slots as usize + 1;
        let proposals = self.proposals(index, free_from, reruns, &mut rng);
        let shock = self.spec.demand.shock_sd * standard_normal(&mut rng);
        let scheduled_at =
            self.calendar.days_before(&slot, CUTOFF_DAYS) + TimeDelta::minutes(rng.random_range(60..480));
        let slot_curve = ArrivalCurve::new(self.spec, self.calendar.zone(), slot.opens_at, slot.closes_at);
        let mut offers: Vec<PlannedOffer> = Vec::new();
        for (number, proposal) in proposals.into_iter().enumerate() {
            free_from[proposal.product] = index + rest;
            offers.push(self.draw_offer(index, number, slot, proposal, slot_curve.holiday_factor));
        }
        let noise: Vec<f64> =
            offers.iter().map(|_| self.spec.selection.noise * standard_normal(&mut rng)).collect();
        let lineup = self.select_lineup(&offers, &noise);
        for offer in &lineup {
            offers[*offer].selected = true;
        }
        let competition: Vec<f64> =
            (0..offers.len()).map(|own| self.competition(&offers, own, &lineup)).collect();
        for (number, competition) in competition.into_iter().enumerate() {
            let offer = &mut offers[number];
            offer.competition = competition;
            offer.hit = self.draw_hit(index, number, offer, shock);
            let is_hit = offer.selected && offer.withdrawn_at.is_none() && offer.hit;
            if is_hit && bernoulli(&mut rng, self.spec.anomalies.reruns) {
                let windows = (offer.closes_at - slot.opens_at).num_days() as usize / 7;
                let due = index + windows + rest + rng.random_range(0..6);
                reruns.push(Rerun { slot: due, product: offer.product, parent: offer.campaign_id() });
            }
        }
        let is_decided = index < self.spec.market.slots as usize;
        SlotPlan { slot, scheduled_at, shock, is_decided, offers }
    }

    /// The pool of a slot: due reruns first, then random products that were not offered recently.
    fn proposals(
        &self,
        index: usize,
        free_from: &[usize],
        reruns: &mut Vec<Rerun>,
        rng: &mut impl Rng,
    ) -> Vec<Proposal> {
        let mut proposals: Vec<Proposal> = Vec::new();
        for rerun in reruns.extract_if(.., |rerun| rerun.slot <= index) {
            if free_from[rerun.product] <= index
                && !proposals.iter().any(|proposal| proposal.product == rerun.product)
            {
                proposals.push(Proposal { product: rerun.product, parent: Some(rerun.parent) });
            }
        }
        let pool = Self::pool(self.spec);
        proposals.truncate(pool);
        let is_free = |product: &usize| {
            free_from[*product] <= index && !proposals.iter().any(|proposal| proposal.product == *product)
        };
        let free: Vec<usize> = (0..free_from.len()).filter(is_free).collect();
        let missing = pool.saturating_sub(proposals.len());
        let new = free.choose_multiple(rng, missing);
        proposals.extend(new.map(|product| Proposal { product: *product, parent: None }));
        proposals
    }

    /// Whether the units of an offer's kept orders reach the threshold, in a slot with this shock.
    fn draw_hit(&self, index: usize, number: usize, offer: &PlannedOffer, shock: f64) -> bool {
        let mut units = 0_u64;
        self.draw_orders(index, number, offer.mean_orders(shock), |size| units += u64::from(size));
        units >= offer.required_units as u64
    }
}
