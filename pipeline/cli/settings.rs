//! Settings: flags before environment before `slotcast.toml` before defaults, validated once.

mod as_of;
mod file;
mod stated_market;

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use slotcast_lake::{
    MarketConfig, SlotRule,
    contract::{ContractTable, TABLES},
};
use slotcast_models::{ModelParams, ValidModelParams};
use slotcast_publish::Lang;
use slotcast_rank::RankBy;

use crate::{
    args::{CommonArgs, Language},
    failure::UserError,
};
use file::{SettingsFile, SlotsFile};

pub(crate) use as_of::parse_as_of;
pub(crate) use file::SqlSettings;
pub(crate) use stated_market::StatedMarket;

/// Lake of a command without `--lake`.
pub(crate) const DEFAULT_LAKE: &str = "lake";

/// Largest value of `lead_days`.
const MAX_LEAD_DAYS: u32 = 60;

/// Resolved settings.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) lake: PathBuf,
    /// Number of newest runs that `vacuum` keeps readable.
    pub(crate) keep_runs: u32,
    pub(crate) language: Language,
    /// Days from the decision on a slot's line-up to its opening.
    pub(crate) lead_days: u32,
    pub(crate) refund_window_days: u32,
    /// Tables that a night needs in order to rank.
    pub(crate) required_tables: Vec<String>,
    /// The market of an inbox without a mapping.
    pub(crate) market: MarketConfig,
    /// Statements of the settings file about the market. They may not contradict the lake.
    pub(crate) stated_market: StatedMarket,
    /// Age limit of training rows.
    pub(crate) train_window_days: u32,
    pub(crate) model_params: ValidModelParams,
    pub(crate) rank_by: RankBy,
    /// Number of offers per slot, for precision at seats.
    pub(crate) seats: u32,
    /// Slots between two fits of a backtest.
    pub(crate) refit_slots: u32,
    /// Memory limit of a build in MiB. It does not change results.
    pub(crate) memory_mib: Option<u32>,
    pub(crate) sql: SqlSettings,
}

/// Settings that change results; part of a run's id.
#[derive(Serialize)]
struct RunIdSettings<'a> {
    lead_days: u32,
    refund_window_days: u32,
    train_window_days: u32,
    ridge: f64,
    rank_by: &'a str,
    seats: u32,
}

impl Settings {
    pub(crate) fn resolve(common: &CommonArgs) -> Result<Self> {
        let file = SettingsFile::read(common.config.as_deref())?;
        check_required_tables(&file.required_tables)?;
        let refund_window_days = file.refund_window_days.unwrap_or(14);
        let params = ModelParams {
            ridge_alpha: file.train.ridge.unwrap_or(ModelParams::default().ridge_alpha),
            ..ModelParams::default()
        };
        let lake = file.lake.into_table();
        let has_slots = file.slots.is_some();
        let slots = slot_rule(file.slots)?;
        Ok(Self {
            lake: common.lake.clone().or(lake.path).unwrap_or_else(|| PathBuf::from(DEFAULT_LAKE)),
            keep_runs: keep_runs(lake.keep_runs)?,
            language: language(common.lang, file.lang.as_deref())?,
            lead_days: lead_days(file.lead_days)?,
            refund_window_days,
            required_tables: file.required_tables,
            market: MarketConfig {
                slots: slots.clone(),
                label_lag_days: file.label_lag_days.unwrap_or(refund_window_days),
                train_from: file.train.from,
                ..MarketConfig::default()
            },
            stated_market: StatedMarket {
                slots: has_slots.then_some(slots),
                label_lag_days: file.label_lag_days,
                train_from: file.train.from,
            },
            train_window_days: file.train.window_days.unwrap_or(1_461),
            model_params: params.check()?,
            rank_by: rank_by(file.rank.by.as_deref())?,
            seats: file.rank.seats.unwrap_or(10).max(1),
            refit_slots: file.backtest.refit_slots.unwrap_or(4).clamp(1, 520),
            memory_mib: file.stats.memory_mib,
            sql: file.sql,
        })
    }

    /// Language of texts.
    pub(crate) fn lang(&self) -> Lang {
        match self.language {
            Language::Ko => Lang::Ko,
            Language::En => Lang::En,
        }
    }

    /// The settings that change results, as stable text.
    pub(crate) fn run_id_settings(&self) -> String {
        serde_json::to_string(&RunIdSettings {
            lead_days: self.lead_days,
            refund_window_days: self.refund_window_days,
            train_window_days: self.train_window_days,
            ridge: self.model_params.get().ridge_alpha,
            rank_by: self.rank_by.as_str(),
            seats: self.seats,
        })
        .expect("settings are plain data")
    }
}

fn check_required_tables(names: &[String]) -> Result<()> {
    let Some(unknown) = names.iter().find(|name| ContractTable::find(name).is_none()) else { return Ok(()) };
    let tables: Vec<_> = TABLES.iter().map(|table| table.name).collect();
    Err(UserError::new(
        format!("setting `required_tables` contains unknown table `{unknown}`"),
        format!("tables are {}", tables.join(", ")),
    )
    .into())
}

fn keep_runs(runs: Option<u32>) -> Result<u32> {
    if runs == Some(0) {
        return Err(UserError::new(
            "setting `keep_runs` must be at least 1, not 0",
            "the default is 30; the newest run is always kept",
        )
        .into());
    }
    Ok(runs.unwrap_or(30))
}

fn language(flag: Option<Language>, setting: Option<&str>) -> Result<Language> {
    match (flag, setting) {
        (Some(language), _) => Ok(language),
        (None, None | Some("en")) => Ok(Language::En),
        (None, Some("ko")) => Ok(Language::Ko),
        (None, Some(other)) => Err(UserError::new(
            format!("setting `lang` must be `ko` or `en`, not `{other}`"),
            "correct it in the settings file, or pass `--lang ko`",
        )
        .into()),
    }
}

fn lead_days(days: Option<u32>) -> Result<u32> {
    match days.unwrap_or(4) {
        days if days <= MAX_LEAD_DAYS => Ok(days),
        days => Err(UserError::new(
            format!("setting `lead_days` must be between 0 and {MAX_LEAD_DAYS}, not {days}"),
            "the default is 4: Friday for a slot that opens on Tuesday",
        )
        .into()),
    }
}

fn slot_rule(slots: Option<SlotsFile>) -> Result<SlotRule> {
    let rule = slots.map_or_else(
        || MarketConfig::default().slots,
        |slots| SlotRule { weekday: slots.weekday, time: slots.time, zone: slots.zone, weeks: slots.weeks },
    );
    rule.calendar().map_err(|reason| {
        UserError::new(
            format!("setting `slots` is invalid: {reason}"),
            "an example is weekday = \"Tue\", time = \"10:00\", zone = \"Asia/Seoul\"",
        )
    })?;
    Ok(rule)
}

fn rank_by(name: Option<&str>) -> Result<RankBy> {
    let Some(name) = name else { return Ok(RankBy::default()) };
    name.parse().map_err(|error: slotcast_rank::UnknownRankBy| {
        UserError::new(error.to_string(), "correct it under `[rank]` in the settings file").into()
    })
}
