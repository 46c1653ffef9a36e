//! Settings about the market, which is fixed when its lake is made.

use anyhow::Result;
use slotcast_core::NaiveDate;
use slotcast_lake::{MarketConfig, SlotRule};

use crate::failure::UserError;

/// The settings file's statements about the market.
#[derive(Clone, Debug, Default)]
pub(crate) struct StatedMarket {
    pub(crate) slots: Option<SlotRule>,
    pub(crate) label_lag_days: Option<u32>,
    pub(crate) train_from: Option<NaiveDate>,
}

impl StatedMarket {
    /// An error if a statement differs from a market. `owner` has that market, such as the lake.
    pub(crate) fn check(&self, market: &MarketConfig, owner: &str) -> Result<()> {
        let slots = self.slots.as_ref().filter(|slots| **slots != market.slots);
        let label_lag = self.label_lag_days.filter(|days| *days != market.label_lag_days);
        let train_from = self.train_from.filter(|date| Some(*date) != market.train_from);
        let contradiction = if let Some(slots) = slots {
            Some(("`[slots]`", describe(slots), describe(&market.slots)))
        } else if let Some(days) = label_lag {
            Some(("`label_lag_days`", days.to_string(), market.label_lag_days.to_string()))
        } else {
            let kept = market.train_from.map_or_else(|| "no date".to_owned(), |date| date.to_string());
            train_from.map(|date| ("`from` of `[train]`", date.to_string(), kept))
        };
        let Some((setting, stated, kept)) = contradiction else { return Ok(()) };
        Err(UserError::new(
            format!("setting {setting} states {stated}, but {owner} has {kept}"),
            format!("correct or remove {setting} in the settings file, or use another lake for another market: `--lake DIR`"),
        )
        .into())
    }
}

fn describe(slots: &SlotRule) -> String {
    let SlotRule { weekday, time, zone, weeks } = slots;
    format!("{weekday} {time} {zone} of {weeks} week(s)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_differ_from_the_market_are_refused() {
        let market = MarketConfig { label_lag_days: 0, ..MarketConfig::default() };
        let check = |stated: StatedMarket| {
            stated.check(&market, "the lake").map_err(|error| error.to_string()).err().unwrap_or_default()
        };
        assert_eq!(check(StatedMarket::default()), "", "an unstated setting follows the lake");
        let slots = |weekday: &str| SlotRule { weekday: weekday.to_owned(), ..market.slots.clone() };
        assert_eq!(check(StatedMarket { slots: Some(slots("Tue")), ..StatedMarket::default() }), "");
        assert_eq!(
            check(StatedMarket { slots: Some(slots("Wed")), ..StatedMarket::default() }),
            "setting `[slots]` states Wed 10:00 Asia/Seoul of 1 week(s), but the lake has Tue 10:00 Asia/Seoul of 1 week(s)"
        );
        assert_eq!(
            check(StatedMarket { label_lag_days: Some(14), ..StatedMarket::default() }),
            "setting `label_lag_days` states 14, but the lake has 0"
        );
        assert_eq!(
            check(StatedMarket {
                train_from: NaiveDate::from_ymd_opt(2020, 1, 1),
                ..StatedMarket::default()
            }),
            "setting `from` of `[train]` states 2020-01-01, but the lake has no date"
        );
    }
}
