//! The range of every number of a specification.

use super::spec::MarketSpec;
use crate::error::SimulateError;

impl MarketSpec {
    /// Holds every number against its range.
    ///
    /// # Errors
    /// [`SimulateError::Range`] for the first that lies outside of it.
    pub fn check(&self) -> Result<(), SimulateError> {
        let Self { market, demand, terms, prices, arrivals, signals, views, selection, traps } = self;
        let kinds = [&signals.alert, &signals.wish, &signals.share, &signals.like];
        let rates = [
            ("traps.cancelled", traps.cancelled, 0.9),
            ("traps.refunded", traps.refunded, 1.0),
            ("traps.bulk_orders", traps.bulk_orders, 0.5),
            ("traps.bots", traps.bots, 1.0),
            ("traps.gifts", traps.gifts, 1.0),
            ("traps.late_rows", traps.late_rows, 1.0),
            ("traps.repeated_rows", traps.repeated_rows, 1.0),
            ("traps.corrections", traps.corrections, 1.0),
            ("traps.encores", traps.encores, 1.0),
            ("traps.withdrawn", traps.withdrawn, 1.0),
            ("traps.taken_back", traps.taken_back, 1.0),
            ("traps.changed_terms", traps.changed_terms, 1.0),
            ("traps.declared", traps.declared, 1.0),
            ("terms.capacity", terms.capacity, 1.0),
            ("prices.cost_told", prices.cost_told, 1.0),
            ("arrivals.rhythm", arrivals.rhythm, 1.0),
            ("signals.after_opening", signals.after_opening, 1.0),
            ("demand.cannibalisation", demand.cannibalisation, 1.0),
        ];
        let ranges = [
            ("market.slots", f64::from(market.slots), 1.0, 2_000.0),
            ("market.seats", f64::from(market.seats), 1.0, 5_000.0),
            ("market.pool", market.pool, 1.0, 100.0),
            ("market.makers", f64::from(market.makers), 1.0, 1e6),
            ("market.customers", f64::from(market.customers), 1.0, 1e9),
            ("market.rest_slots", f64::from(market.rest_slots), 1.0, 200.0),
            ("market.currency_digits", f64::from(market.currency_digits), 0.0, 4.0),
            ("market.window_days", f64::from(market.window_days[0]), 1.0, f64::from(market.window_days[1])),
            ("market.window_days", f64::from(market.window_days[1]), 1.0, 90.0),
            ("demand.median", demand.median, 0.01, 1e6),
            // Beyond it the law is a Poisson one, and its chance of nought too small to compute with.
            ("demand.dispersion", demand.dispersion, 0.05, 60.0),
            ("demand.shock_sd", demand.shock_sd, 0.0, 3.0),
            ("demand.holiday", demand.holiday, 0.01, 10.0),
            ("demand.after_holiday", demand.after_holiday, 0.01, 10.0),
            ("terms.median", terms.median, 1.0, 1e5),
            ("terms.sd", terms.sd, 0.0, 3.0),
            ("terms.step", f64::from(terms.step), 1.0, 1e5),
            ("terms.least", f64::from(terms.least), 1.0, 1e5),
            ("terms.capacity_range", terms.capacity_range[0], 1.0, terms.capacity_range[1]),
            ("prices.median", prices.median, 0.01, 1e9),
            ("arrivals.rush", arrivals.rush, 0.0, 100.0),
            ("arrivals.rush_days", arrivals.rush_days, 0.05, 60.0),
            ("arrivals.deadline", arrivals.deadline, 0.0, 100.0),
            ("arrivals.tip_hazard", arrivals.tip_hazard, 0.0, 5.0),
            ("signals.lead_days", f64::from(signals.lead_days), 6.0, 60.0),
            ("views.conversion", views.conversion, 1e-4, 1.0),
            ("views.per_visitor", views.per_visitor, 1.0, 20.0),
            ("views.lead_days", f64::from(views.lead_days), 0.0, 60.0),
            ("views.before_opening", views.before_opening, 0.0, 10.0),
            ("selection.noise", selection.noise, 0.0, 100.0),
        ];
        let rates = rates.into_iter().map(|(name, value, most)| (name, value, 0.0, most));
        let medians = kinds.into_iter().map(|kind| ("signals.*.median", kind.median, 0.0, 1e6));
        for (name, value, least, most) in rates.chain(ranges).chain(medians) {
            if !(least..=most).contains(&value) {
                return Err(SimulateError::Range { name, value, least, most });
            }
        }
        let words = [
            ("market.threshold_basis", &market.threshold_basis, ["units", "amount"]),
            ("market.order_data", &market.order_data, ["events", "snapshots"]),
        ];
        for (name, value, [one, other]) in words {
            if ![one, other].contains(&value.as_str()) {
                let message = format!("`{name}` is `{one}` or `{other}`, not `{value}`");
                return Err(SimulateError::Spec { message });
            }
        }
        self.calendar()?.slot_on(market.first_slot)?;
        Ok(())
    }
}
