//! What kind of market a lake holds, fixed when the lake is made.

use std::{io::Write, path::Path};

use serde::{Deserialize, Serialize};
use slotcast_core::{CalendarError, NaiveDate, NaiveTime, SlotCalendar, Tz, Weekday};

use crate::{error::LakeError, layout::Layout, parquet_file::sync_folder};

/// When slots open, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotRule {
    /// Three letters, `Mon` to `Sun`.
    pub weekday: String,
    /// `HH:MM`, local.
    pub time: String,
    /// Name of the zone.
    pub zone: String,
    /// Length in weeks.
    pub weeks: u32,
}

/// The settings that belong to the data rather than to a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Market {
    /// Name of the source, or `contract` for an inbox in the contract's own shape.
    pub name: String,
    /// When slots open.
    pub slots: SlotRule,
    /// How many days after the close an outcome may train a model.
    pub label_lag_days: u32,
    /// Offers before this date train no model.
    pub train_from: Option<NaiveDate>,
    /// Currency of the market where it has one.
    pub currency: Option<String>,
}

impl Default for Market {
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
    /// The calendar that follows from the rule.
    ///
    /// # Errors
    /// A sentence that names the part that cannot be.
    pub fn calendar(&self) -> Result<SlotCalendar, String> {
        let weekday: Weekday =
            self.weekday.parse().map_err(|_| format!("`{}` is no weekday", self.weekday))?;
        let time = NaiveTime::parse_from_str(&self.time, "%H:%M")
            .map_err(|_| format!("`{}` is no time of day", self.time))?;
        let zone: Tz = self.zone.parse().map_err(|_| format!("`{}` is no time zone", self.zone))?;
        SlotCalendar::new(weekday, time, zone, self.weeks).map_err(|error: CalendarError| error.to_string())
    }
}

impl Market {
    pub(crate) fn read(layout: &Layout) -> Result<Option<Self>, LakeError> {
        let path = layout.market();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(LakeError::io("read", &path)(error)),
        };
        let market: Self = serde_json::from_str(&text)
            .map_err(|error| LakeError::Damaged { path: path.clone(), reason: error.to_string() })?;
        market.slots.calendar().map_err(|reason| LakeError::Damaged { path, reason })?;
        Ok(Some(market))
    }

    pub(crate) fn write(&self, layout: &Layout) -> Result<(), LakeError> {
        let text = serde_json::to_string_pretty(self).expect("a market is plain data") + "\n";
        write_whole(&layout.market(), text.as_bytes())
    }

    pub(crate) fn must_equal(&self, other: &Self, source: &str) -> Result<(), LakeError> {
        if self == other {
            return Ok(());
        }
        Err(LakeError::OtherMarket {
            held: self.in_words(),
            source_name: source.to_owned(),
            given: other.in_words(),
        })
    }

    /// The calendar of its slots.
    pub fn calendar(&self) -> SlotCalendar {
        self.slots.calendar().expect("a market is checked when it is read or made")
    }

    fn in_words(&self) -> String {
        let SlotRule { weekday, time, zone, weeks } = &self.slots;
        let from = self.train_from.map_or_else(|| "the start".to_owned(), |date| date.to_string());
        format!(
            "source `{}`, slots {weekday} {time} {zone} of {weeks} week(s), labels after {} day(s), training from {from}",
            self.name, self.label_lag_days
        )
    }
}

/// Writes a file so that a reader sees it whole or not at all.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), LakeError> {
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    let write = || {
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|error| {
        // A full disk should not stay full of us.
        let _ = std::fs::remove_file(&beside);
        LakeError::io("write", path)(error)
    })?;
    path.parent().map_or(Ok(()), sync_folder)
}
