//! Configuration of a market, fixed when its lake is made.

use serde::{Deserialize, Serialize};
use slotcast_core::{CalendarError, NaiveDate, NaiveTime, SlotCalendar, Tz, Weekday};

/// Opening times of slots, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotRule {
    /// Three letters, `Mon` to `Sun`.
    pub weekday: String,
    /// `HH:MM`, local.
    pub time: String,
    /// Name of the time zone.
    pub zone: String,
    /// Length in weeks.
    pub weeks: u32,
}

/// The settings that belong to the data rather than to a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketConfig {
    /// Name of the source, or `contract` for an inbox whose files have the contract's columns.
    pub name: String,
    /// Opening times of slots.
    pub slots: SlotRule,
    /// Days after the close of a campaign from which its outcome may train a model.
    pub label_lag_days: u32,
    /// Offers before this date train no model.
    pub train_from: Option<NaiveDate>,
    /// Currency of the market, if it has only one.
    pub currency: Option<String>,
}

impl Default for MarketConfig {
    /// Tuesday 10:00 in Seoul, one week, labels after the refund window of 14 days.
    fn default() -> Self {
        Self {
            name: "contract".to_owned(),
            slots: SlotRule {
                weekday: "Tue".to_owned(),
                time: "10:00".to_owned(),
                zone: "Asia/Seoul".to_owned(),
                weeks: 1,
            },
            label_lag_days: 14,
            train_from: None,
            currency: None,
        }
    }
}

impl SlotRule {
    /// The calendar with these opening times.
    ///
    /// # Errors
    /// A sentence that names the invalid value.
    pub fn calendar(&self) -> Result<SlotCalendar, String> {
        let weekday: Weekday =
            self.weekday.parse().map_err(|_| format!("`{}` is not a weekday", self.weekday))?;
        let time = NaiveTime::parse_from_str(&self.time, "%H:%M")
            .map_err(|_| format!("`{}` is not a time of day", self.time))?;
        let zone: Tz = self.zone.parse().map_err(|_| format!("`{}` is not a time zone", self.zone))?;
        SlotCalendar::new(weekday, time, zone, self.weeks).map_err(|error: CalendarError| error.to_string())
    }
}

impl MarketConfig {
    /// The slot calendar.
    pub fn calendar(&self) -> SlotCalendar {
        self.slots.calendar().expect("a configuration is checked when it is read or made")
    }

    /// The configuration as one line of text.
    pub(crate) fn describe(&self) -> String {
        let SlotRule { weekday, time, zone, weeks } = &self.slots;
        let from = self.train_from.map_or_else(|| "the start".to_owned(), |date| date.to_string());
        format!(
            "source `{}`, slots {weekday} {time} {zone} of {weeks} week(s), labels after {} day(s), training from {from}",
            self.name, self.label_lag_days
        )
    }
}
