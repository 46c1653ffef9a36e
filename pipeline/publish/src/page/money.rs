//! Money and counts as each language writes them.

use slotcast_core::ThresholdBasis;

use super::both::Both;
use crate::figures::{grouped, money};

/// Money in the market's currency; won as Koreans write it, and whole, as there is nothing smaller.
pub(crate) fn priced(value: f64, currency: Option<&str>) -> Both {
    let text = if currency == Some("KRW") { grouped(value, 0) } else { money(value) };
    match currency {
        Some("KRW") => Both::new(format!("{text}원"), format!("KRW {text}")),
        Some(code) => Both::same(format!("{code} {text}")),
        None => Both::same(text),
    }
}

/// Demand or a threshold, without a unit: whole units, or money.
pub(crate) fn demanded(value: f64, basis: ThresholdBasis) -> String {
    match basis {
        ThresholdBasis::Units => grouped(value, 0),
        ThresholdBasis::Amount => money(value),
    }
}
