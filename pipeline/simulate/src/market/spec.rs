//! The settings of a simulated market.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Settings of a simulated market. `PROCESS.md` gives the formulas, [`MarketSpec::preset`] complete sets of values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketSpec {
    /// Size, calendar and currency.
    pub market: MarketSize,
    /// Mean of demand.
    pub demand: DemandSpec,
    /// Thresholds and capacities.
    pub terms: TermsSpec,
    /// Prices and unit costs.
    pub prices: PriceSpec,
    /// Times of orders within a window.
    pub arrivals: ArrivalSpec,
    /// Social signals.
    pub signals: SignalsSpec,
    /// Page views.
    pub views: ViewSpec,
    /// The merchandiser's selection.
    pub selection: SelectionSpec,
    /// Rates of errors and unusual events. An anomaly with rate 0 never occurs.
    pub anomalies: Anomalies,
}

/// Size, calendar and currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketSize {
    /// Local date on which the first slot opens.
    pub first_slot: NaiveDate,
    /// IANA name of the time zone.
    pub zone: String,
    /// Number of slots with campaigns. Two more slots have candidates.
    pub slots: u32,
    /// Campaigns per slot.
    pub seats: u32,
    /// Candidates per seat.
    pub pool: f64,
    /// Threshold unit: `units` or `amount`.
    pub threshold_basis: String,
    /// ISO code of the currency.
    pub currency: String,
    /// `events` for all events of every order, `snapshots` for daily totals per campaign.
    pub order_data: String,
    /// Decimal digits of the currency.
    pub currency_digits: u8,
    /// Shortest and longest window in days. All campaigns share the slot's window if both are 7.
    pub window_days: [u32; 2],
    /// Number of makers.
    pub makers: u32,
    /// Number of potential customers.
    pub customers: u32,
    /// Slots for which a product is not offered again.
    pub rest_slots: u32,
}

/// Mean of demand. Effects are on its logarithm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemandSpec {
    /// Mean orders of an offer without effects.
    pub median: f64,
    /// `k` of the negative-binomial distribution: the variance is `mean + mean^2 / k`.
    pub dispersion: f64,
    /// Standard deviation of category effects.
    pub category_sd: f64,
    /// Standard deviation of maker effects.
    pub maker_sd: f64,
    /// Standard deviation of artist effects.
    pub artist_sd: f64,
    /// Standard deviation of product effects.
    pub product_sd: f64,
    /// Standard deviation of offer effects.
    pub offer_sd: f64,
    /// Standard deviation of the shock shared by all campaigns of a slot.
    pub shock_sd: f64,
    /// Amplitude of the yearly cosine. Each category has its own phase.
    pub season: f64,
    /// Factor of a public holiday on the orders of its day.
    pub holiday: f64,
    /// Factor of the first working day after a holiday.
    pub after_holiday: f64,
    /// Effect of a competitor of the same category in the slot. It is 1.5 times as large at a similar price.
    pub cannibalization: f64,
    /// Effect of `x`, the logarithm of the price over the category's median price.
    pub price_linear: f64,
    /// Effect of `x` squared. A negative value gives an optimal price.
    pub price_square: f64,
    /// Effect of a rerun.
    pub rerun: f64,
}

/// Thresholds and capacities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsSpec {
    /// Median threshold in units, multiplied by the price if thresholds are amounts.
    pub median: f64,
    /// Standard deviation of its logarithm.
    pub sd: f64,
    /// Effect of the maker's reach on its logarithm.
    pub reach: f64,
    /// Thresholds are multiples of this.
    pub step: u32,
    /// Smallest threshold.
    pub min: u32,
    /// Share of offers with a capacity.
    pub capacity: f64,
    /// Smallest and largest capacity as multiples of the threshold.
    pub capacity_range: [f64; 2],
}

/// Prices and unit costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSpec {
    /// Median price over all categories, in the currency.
    pub median: f64,
    /// Standard deviation of the logarithm of a category's median price.
    pub category_sd: f64,
    /// Standard deviation of the logarithm of a product's price within its category.
    pub product_sd: f64,
    /// Smallest and largest unit cost as a share of the price.
    pub cost: [f64; 2],
    /// Share of offers with a known unit cost.
    pub cost_known: f64,
}

/// Times of orders within a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrivalSpec {
    /// Additional weight of the opening. It decays exponentially.
    pub rush: f64,
    /// Days in which the rush decays to 1/e.
    pub rush_days: f64,
    /// Additional weight of the last 24 hours.
    pub deadline: f64,
    /// Amplitude of the daily cosine, 0 to 1. It peaks in the evening.
    pub rhythm: f64,
    /// Ratio of the order rate after the threshold is reached to the rate before.
    pub tipping_ratio: f64,
}

/// Social signals of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalSpec {
    /// Median number of signals per offer.
    pub median: f64,
    /// Effect of the intent on the logarithm of the mean.
    pub slope: f64,
    /// Standard deviation of the noise on the logarithm of the mean.
    pub noise: f64,
}

/// Social signals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalsSpec {
    /// Requests for an opening alert.
    pub alert: SignalSpec,
    /// Additions to a wish list.
    pub wish: SignalSpec,
    /// Shared links.
    pub share: SignalSpec,
    /// Likes.
    pub like: SignalSpec,
    /// Days before the opening on which signals begin.
    pub lead_days: u32,
    /// Share of signals after the opening.
    pub after_opening: f64,
}

/// Page views.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewSpec {
    /// Median of the categories' orders per visitor.
    pub conversion: f64,
    /// Standard deviation of its logarithm.
    pub conversion_sd: f64,
    /// Page views per visitor and hour.
    pub per_visitor: f64,
    /// Days before the opening on which the page becomes visible.
    pub lead_days: u32,
    /// Visitors per hour before the opening, as a ratio to the mean hour of the window.
    pub before_opening: f64,
}

/// The merchandiser's selection. The highest scores get the seats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectionSpec {
    /// Weight of the logarithm of alerts and wishes over the threshold. Both are observable.
    pub signals: f64,
    /// Weight of the logarithm of the true mean over the threshold. Only the merchandiser observes it.
    pub private: f64,
    /// Standard deviation of the noise of a score.
    pub noise: f64,
}

/// Rates of errors and unusual events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anomalies {
    /// Orders cancelled before the close.
    pub cancelled: f64,
    /// Orders of a produced campaign refunded after the close.
    pub refunded: f64,
    /// Orders of many units.
    pub bulk_orders: f64,
    /// Campaigns with a bot attack: a burst of orders, all cancelled within the hour.
    pub bots: f64,
    /// Orders that are gifts.
    pub gifts: f64,
    /// Fact rows recorded up to 14 days late.
    pub late_rows: f64,
    /// Fact rows that are repeated.
    pub repeated_rows: f64,
    /// Order events first recorded with ten times their units, then corrected.
    pub corrections: f64,
    /// Hits with a product that is offered again.
    pub reruns: f64,
    /// Campaigns withdrawn before their close.
    pub withdrawn: f64,
    /// Candidates without a seat that are withdrawn.
    pub withdrawn_candidates: f64,
    /// Offers with a threshold or price that changes before the cutoff.
    pub changed_terms: f64,
    /// Campaigns with an outcome declared by the source.
    pub declared: f64,
}
