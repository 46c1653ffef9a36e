//! Every number of the process, by name: what a preset sets and a user may set otherwise.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use slotcast_core::{SlotCalendar, Tz, Weekday};

use crate::error::SimulateError;

/// A market to be made. `PROCESS.md` says what each number does; [`MarketSpec::preset`] gives whole sets of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketSpec {
    /// Slots, seats and who takes part.
    pub market: Participants,
    /// What drives the mean of demand.
    pub demand: Demand,
    /// Thresholds and capacities that makers ask for.
    pub terms: Terms,
    /// Prices.
    pub prices: Prices,
    /// When orders come within a window.
    pub arrivals: Arrivals,
    /// Social signals by kind.
    pub signals: Signals,
    /// Page views.
    pub views: Views,
    /// How the merchandiser chooses.
    pub selection: Selection,
    /// Rates of what goes wrong or is unusual; at zero a trap never appears.
    pub traps: Traps,
}

/// Slots, seats and who takes part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participants {
    /// The local date on which the first slot opens.
    pub first_slot: NaiveDate,
    /// IANA name of the market's zone.
    pub zone: String,
    /// How many slots run. Candidates are proposed for two more.
    pub slots: u32,
    /// Campaigns a slot.
    pub seats: u32,
    /// Candidates a seat.
    pub pool: f64,
    /// `units` or `amount`: what thresholds count.
    pub threshold_basis: String,
    /// ISO code of the currency.
    pub currency: String,
    /// `events`: every event of every order; `snapshots`: only what each campaign had sold by the end of each day.
    pub order_data: String,
    /// Digits after the point that the currency has.
    pub currency_digits: u8,
    /// Least and greatest length of a window in days; equal to the slot's own length, campaigns share it.
    pub window_days: [u32; 2],
    /// Makers.
    pub makers: u32,
    /// Customers that may order.
    pub customers: u32,
    /// Slots for which a product rests after an offer.
    pub rest_slots: u32,
}

/// What drives the mean of demand; effects are on its logarithm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Orders of an offer all of whose effects are nought.
    pub median: f64,
    /// `k` of the negative-binomial law: variance is `mean + mean^2 / k`.
    pub dispersion: f64,
    /// Standard deviation of category effects.
    pub category_sd: f64,
    /// Standard deviation of maker effects.
    pub maker_sd: f64,
    /// Standard deviation of artist effects.
    pub artist_sd: f64,
    /// Standard deviation of the appeal of products.
    pub product_sd: f64,
    /// Standard deviation of what is special about one offer.
    pub occasion_sd: f64,
    /// Standard deviation of the shock that all campaigns of a slot share.
    pub shock_sd: f64,
    /// Height of the season, a sine over the year with a phase for each category.
    pub season: f64,
    /// Factor of a public holiday on the orders of its day.
    pub holiday: f64,
    /// Factor of the first working day after holidays.
    pub after_holiday: f64,
    /// What a rival of the same category in the slot takes away; half as much again if its price is near.
    pub cannibalisation: f64,
    /// Effect of `x`, the logarithm of price over the category's usual price.
    pub price_linear: f64,
    /// Effect of `x` squared; below zero, there is a best price.
    pub price_square: f64,
    /// Effect of a second run.
    pub encore: f64,
}

/// Thresholds and capacities that makers ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The usual threshold in units (with money as basis: times the price).
    pub median: f64,
    /// Standard deviation of its logarithm.
    pub sd: f64,
    /// How far the threshold follows the maker's own reach: effect of the maker's effect.
    pub reach: f64,
    /// Thresholds are multiples of this.
    pub step: u32,
    /// The least threshold.
    pub least: u32,
    /// Share of offers with a capacity.
    pub capacity: f64,
    /// Least and greatest capacity as multiples of the threshold.
    pub capacity_range: [f64; 2],
}

/// Prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The usual price over all categories, in the currency.
    pub median: f64,
    /// Standard deviation of the logarithm of a category's usual price.
    pub category_sd: f64,
    /// Standard deviation of the logarithm of a product's price within its category.
    pub product_sd: f64,
    /// Least and greatest share of the price that a unit costs the maker.
    pub cost: [f64; 2],
    /// Share of offers whose maker tells the cost.
    pub cost_told: f64,
}

/// When orders come within a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrivals {
    /// Extra weight of the first day, which decays within some days.
    pub rush: f64,
    /// Days in which the rush decays to 1/e.
    pub rush_days: f64,
    /// Extra weight of the last day.
    pub deadline: f64,
    /// Height of the daily rhythm, 0 to 1; evenings are strong and nights are weak.
    pub rhythm: f64,
    /// Orders after the threshold is reached, as a ratio to those that would come otherwise.
    pub tip_hazard: f64,
}

/// The signals of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalKind {
    /// Signals of an offer all of whose effects are nought.
    pub median: f64,
    /// How far they follow the intent that drives demand.
    pub slope: f64,
    /// Standard deviation of noise of their own.
    pub noise: f64,
}

/// Social signals by kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signals {
    /// People who asked to be told of the opening.
    pub alert: SignalKind,
    /// Products put on a list of wishes.
    pub wish: SignalKind,
    /// Links passed on.
    pub share: SignalKind,
    /// Likes.
    pub like: SignalKind,
    /// Days before the opening in which signals begin.
    pub lead_days: u32,
    /// Share of them that comes after the opening.
    pub after_opening: f64,
}

/// Page views.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Views {
    /// Orders a visitor; the category's own rate lies around it.
    pub conversion: f64,
    /// Standard deviation of the logarithm of a category's rate.
    pub conversion_sd: f64,
    /// Views a visitor makes in an hour.
    pub per_visitor: f64,
    /// Days before the opening from which the page can be seen.
    pub lead_days: u32,
    /// Visitors of an hour before the opening, as a ratio to those of an hour of the window.
    pub before_opening: f64,
}

/// How the merchandiser chooses; the best scores get the seats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// Weight of the logarithm of alerts and wishes over the threshold, which anybody can see.
    pub signals: f64,
    /// Weight of the logarithm of the true mean over the threshold, which only the merchandiser feels.
    pub private: f64,
    /// Standard deviation of a mood.
    pub noise: f64,
}

/// Rates of what goes wrong or is unusual.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traps {
    /// Orders that are cancelled before the close.
    pub cancelled: f64,
    /// Orders of a produced campaign that are refunded after the close.
    pub refunded: f64,
    /// Orders of many units at once.
    pub bulk_orders: f64,
    /// Campaigns that bots visit: a burst of orders, all cancelled within the hour.
    pub bots: f64,
    /// Orders that are gifts.
    pub gifts: f64,
    /// Rows of facts that are recorded up to 14 days late.
    pub late_rows: f64,
    /// Rows of facts that come twice.
    pub repeated_rows: f64,
    /// Order events first recorded with ten times their units, then corrected.
    pub corrections: f64,
    /// Hits whose product is offered again.
    pub encores: f64,
    /// Campaigns withdrawn within their window.
    pub withdrawn: f64,
    /// Candidates without a seat that are taken back.
    pub taken_back: f64,
    /// Offers whose threshold or price changes before the cutoff.
    pub changed_terms: f64,
    /// Campaigns whose result the source declares.
    pub declared: f64,
}

impl MarketSpec {
    /// Reads a specification.
    ///
    /// # Errors
    /// [`SimulateError::Spec`] where the text is no specification.
    pub fn from_toml(text: &str) -> Result<Self, SimulateError> {
        toml::from_str(text).map_err(|error| SimulateError::Spec { message: error.message().to_owned() })
    }

    /// The specification as text that [`MarketSpec::from_toml`] reads.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("names and numbers are plain data")
    }

    /// Sets one number by its path, such as `demand.dispersion`, to a value as TOML writes it; words may
    /// stand without quotes.
    ///
    /// # Errors
    /// [`SimulateError::NoSuchSetting`] for a path that there is not, [`SimulateError::Spec`] for a value of another kind.
    pub fn set(&mut self, path: &str, value: &str) -> Result<(), SimulateError> {
        let mut table = toml::Table::try_from(&*self).expect("names and numbers are plain data");
        let mut place = &mut table;
        let missing = || SimulateError::NoSuchSetting { path: path.to_owned(), known: self.paths() };
        let (rooms, last) = path.rsplit_once('.').ok_or_else(missing)?;
        for room in rooms.split('.') {
            place = place.get_mut(room).and_then(toml::Value::as_table_mut).ok_or_else(missing)?;
        }
        let held = place.get_mut(last).filter(|held| !held.is_table()).ok_or_else(missing)?;
        let written = format!("v = {value}");
        let given = toml::from_str::<toml::Table>(&written)
            .or_else(|_| toml::from_str(&format!("v = {value:?}")))
            .map_err(|error| SimulateError::Spec { message: error.message().to_owned() })?;
        let given = given["v"].clone();
        *held = match (held.is_float(), given.as_integer()) {
            (true, Some(whole)) => toml::Value::Float(whole as f64),
            _ => given,
        };
        let read: Result<Self, _> = table.try_into();
        *self = read.map_err(|error: toml::de::Error| SimulateError::Spec {
            message: format!("`{path}` cannot be `{value}`: {}", error.message()),
        })?;
        Ok(())
    }

    /// The same with some numbers set, each by its path as [`MarketSpec::set`] takes it.
    ///
    /// # Errors
    /// As with [`MarketSpec::set`], for the first that cannot be.
    pub fn with(mut self, numbers: &[(&str, &str)]) -> Result<Self, SimulateError> {
        numbers.iter().try_for_each(|(path, value)| self.set(path, value))?;
        Ok(self)
    }

    /// Every path that can be set.
    pub fn paths(&self) -> Vec<String> {
        fn walk(table: &toml::Table, before: &str, found: &mut Vec<String>) {
            for (name, value) in table {
                match value.as_table() {
                    Some(inner) => walk(inner, &format!("{before}{name}."), found),
                    None => found.push(format!("{before}{name}")),
                }
            }
        }
        let mut found = Vec::new();
        walk(&toml::Table::try_from(self).expect("names and numbers are plain data"), "", &mut found);
        found
    }

    /// When slots open: Tuesdays at 10:00 of the zone, every week.
    ///
    /// # Errors
    /// [`SimulateError::Zone`] for a zone that there is not.
    pub fn calendar(&self) -> Result<SlotCalendar, SimulateError> {
        let zone: Tz =
            self.market.zone.parse().map_err(|_| SimulateError::Zone { zone: self.market.zone.clone() })?;
        let ten = chrono::NaiveTime::from_hms_opt(10, 0, 0).expect("10:00 is a time of day");
        Ok(SlotCalendar::new(Weekday::Tue, ten, zone, 1)?)
    }

    /// Whether thresholds count money.
    pub fn is_money(&self) -> bool {
        self.market.threshold_basis == "amount"
    }

    /// Whether orders are told as snapshots.
    pub(crate) fn has_snapshots(&self) -> bool {
        self.market.order_data == "snapshots"
    }
}
