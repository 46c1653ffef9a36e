//! Valid ranges of the settings.

use super::spec::MarketSpec;
use crate::error::SimulateError;

impl MarketSpec {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`SimulateError::Range`] for the first number outside its range, and the errors of invalid words and dates.
    pub fn check(&self) -> Result<(), SimulateError> {
        let Self { market, demand, terms, prices, arrivals, signals, views, selection, anomalies } = self;
        let kinds = [&signals.alert, &signals.wish, &signals.share, &signals.like];
        let rates = [
            ("anomalies.cancelled", anomalies.cancelled, 0.9),
            ("anomalies.refunded", anomalies.refunded, 1.0),
            ("anomalies.bulk_orders", anomalies.bulk_orders, 0.5),
            ("anomalies.bots", anomalies.bots, 1.0),
            ("anomalies.gifts", anomalies.gifts, 1.0),
            ("anomalies.late_rows", anomalies.late_rows, 1.0),
            ("anomalies.repeated_rows", anomalies.repeated_rows, 1.0),
            ("anomalies.corrections", anomalies.corrections, 1.0),
            ("anomalies.reruns", anomalies.reruns, 1.0),
            ("anomalies.withdrawn", anomalies.withdrawn, 1.0),
            ("anomalies.withdrawn_candidates", anomalies.withdrawn_candidates, 1.0),
            ("anomalies.changed_terms", anomalies.changed_terms, 1.0),
            ("anomalies.declared", anomalies.declared, 1.0),
            ("terms.capacity", terms.capacity, 1.0),
            ("prices.cost_known", prices.cost_known, 1.0),
            ("arrivals.rhythm", arrivals.rhythm, 1.0),
            ("signals.after_opening", signals.after_opening, 1.0),
            ("demand.cannibalization", demand.cannibalization, 1.0),
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
            // Beyond 60 the distribution is close to Poisson, and its probability of 0 underflows.
            ("demand.dispersion", demand.dispersion, 0.05, 60.0),
            ("demand.shock_sd", demand.shock_sd, 0.0, 3.0),
            ("demand.holiday", demand.holiday, 0.01, 10.0),
            ("demand.after_holiday", demand.after_holiday, 0.01, 10.0),
            ("terms.median", terms.median, 1.0, 1e5),
            ("terms.sd", terms.sd, 0.0, 3.0),
            ("terms.step", f64::from(terms.step), 1.0, 1e5),
            ("terms.min", f64::from(terms.min), 1.0, 1e5),
            ("terms.capacity_range", terms.capacity_range[0], 1.0, terms.capacity_range[1]),
            ("prices.median", prices.median, 0.01, 1e9),
            ("arrivals.rush", arrivals.rush, 0.0, 100.0),
            ("arrivals.rush_days", arrivals.rush_days, 0.05, 60.0),
            ("arrivals.deadline", arrivals.deadline, 0.0, 100.0),
            ("arrivals.tipping_ratio", arrivals.tipping_ratio, 0.0, 5.0),
            ("signals.lead_days", f64::from(signals.lead_days), 6.0, 60.0),
            ("views.conversion", views.conversion, 1e-4, 1.0),
            ("views.per_visitor", views.per_visitor, 1.0, 20.0),
            ("views.lead_days", f64::from(views.lead_days), 0.0, 60.0),
            ("views.before_opening", views.before_opening, 0.0, 10.0),
            ("selection.noise", selection.noise, 0.0, 100.0),
        ];
        let rates = rates.into_iter().map(|(name, value, max)| (name, value, 0.0, max));
        let medians = kinds.into_iter().map(|kind| ("signals.*.median", kind.median, 0.0, 1e6));
        for (name, value, min, max) in rates.chain(ranges).chain(medians) {
            if !(min..=max).contains(&value) {
                return Err(SimulateError::Range { name, value, min, max });
            }
        }
        let words = [
            ("market.threshold_basis", &market.threshold_basis, ["units", "amount"]),
            ("market.order_data", &market.order_data, ["events", "snapshots"]),
        ];
        for (name, value, [one, other]) in words {
            if ![one, other].contains(&value.as_str()) {
                let message = format!("`{name}` must be `{one}` or `{other}`, not `{value}`");
                return Err(SimulateError::Spec { message });
            }
        }
        self.calendar()?.slot_on(market.first_slot)?;
        Ok(())
    }
}
