//! Money and demand as text.

use slotcast_core::ThresholdBasis;

use super::bilingual::Bilingual;
use crate::number_format::{grouped, money};

/// Money in the market's currency. Won have no decimals.
pub(crate) fn priced(value: f64, currency: Option<&str>) -> Bilingual {
    let text = if currency == Some("KRW") { grouped(value, 0) } else { money(value) };
    match currency {
        Some("KRW") => Bilingual::new(format!("{text}원"), format!("KRW {text}")),
        Some(code) => Bilingual::same(format!("{code} {text}")),
        None => Bilingual::same(text),
    }
}

/// Demand or a threshold without its unit: whole units, or money.
pub(crate) fn demand_text(value: f64, basis: ThresholdBasis) -> String {
    match basis {
        ThresholdBasis::Units => grouped(value, 0),
        ThresholdBasis::Amount => money(value),
    }
}
