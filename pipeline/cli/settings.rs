//! Settings: flags before environment before `slotcast.toml` before defaults, checked once.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use slotcast_core::{DateTime, NaiveDate, NaiveDateTime, SlotCalendar, Utc, local_to_utc};
use slotcast_lake::{
    Market, SlotRule,
    contract::{ContractTable, TABLES},
};
use slotcast_models::{ModelParams, ValidModelParams};
use slotcast_publish::Lang;
use slotcast_rank::RankBy;

use crate::{
    args::{Common, Language},
    failure::UserError,
};

const DEFAULT_FILE: &str = "slotcast.toml";
/// The lake that is meant where nobody names one.
pub(crate) const DEFAULT_LAKE: &str = "lake";

/// `slotcast.toml` as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SettingsFile {
    lake: LakeFile,
    lang: Option<String>,
    lead_days: Option<u32>,
    refund_window_days: Option<u32>,
    label_lag_days: Option<u32>,
    required_tables: Vec<String>,
    slots: Option<SlotsFile>,
    train: TrainFile,
    rank: RankFile,
    backtest: BacktestFile,
    stats: StatsFile,
    sql: SqlFile,
}

/// `lake = "DIR"`, or a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "`lake` is a folder, or a table with `path` and `keep_runs`")]
enum LakeFile {
    Path(PathBuf),
    Table(LakeTable),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LakeTable {
    path: Option<PathBuf>,
    keep_runs: Option<u32>,
}

impl Default for LakeFile {
    fn default() -> Self {
        Self::Table(LakeTable::default())
    }
}

impl LakeFile {
    fn into_table(self) -> LakeTable {
        match self {
            Self::Path(path) => LakeTable { path: Some(path), keep_runs: None },
            Self::Table(table) => table,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlotsFile {
    weekday: String,
    time: String,
    zone: String,
    #[serde(default = "one_week")]
    weeks: u32,
}

fn one_week() -> u32 {
    1
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TrainFile {
    from: Option<NaiveDate>,
    window_days: Option<u32>,
    ridge: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RankFile {
    by: Option<String>,
    seats: Option<u32>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct BacktestFile {
    refit_slots: Option<u32>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StatsFile {
    memory_mib: Option<u32>,
}

/// What a question in SQL may use; 0 rows or seconds: no limit.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SqlFile {
    /// Rows of a table that is printed.
    pub(crate) rows: Option<usize>,
    pub(crate) seconds: Option<u64>,
    pub(crate) memory_mib: Option<u32>,
}

/// Settings, resolved.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) lake: PathBuf,
    /// How many of the newest runs `vacuum` leaves readable.
    pub(crate) keep_runs: u32,
    pub(crate) language: Language,
    /// How many days before the opening a slot's line-up is decided.
    pub(crate) lead_days: u32,
    pub(crate) refund_window_days: u32,
    /// Tables without which a night does not rank.
    pub(crate) required_tables: Vec<String>,
    /// The market of an inbox in the contract's own shape.
    pub(crate) market: Market,
    /// How far back training rows reach.
    pub(crate) train_window_days: u32,
    pub(crate) model_params: ValidModelParams,
    pub(crate) rank_by: RankBy,
    /// How many offers a slot takes; for precision at seats.
    pub(crate) seats: u32,
    /// A backtest fits anew every so many slots.
    pub(crate) refit_slots: u32,
    /// The most memory that the engine may hold while it builds; it decides nothing.
    pub(crate) memory_mib: Option<u32>,
    pub(crate) sql: SqlFile,
}

/// What of the settings decides about results; part of a run's id.
#[derive(Serialize)]
struct Deciding<'a> {
    lead_days: u32,
    refund_window_days: u32,
    train_window_days: u32,
    ridge: f64,
    rank_by: &'a str,
    seats: u32,
}

impl Settings {
    pub(crate) fn resolve(common: &Common) -> Result<Self> {
        let file = read_file(common.config.as_deref())?;
        let language = match (common.lang, file.lang.as_deref()) {
            (Some(language), _) => language,
            (None, None | Some("en")) => Language::En,
            (None, Some("ko")) => Language::Ko,
            (None, Some(other)) => {
                return Err(UserError::new(
                    format!("setting `lang` is `ko` or `en`, not `{other}`"),
                    "correct it in the settings file, or give `--lang ko`",
                )
                .into());
            }
        };
        let slots = file.slots.map_or_else(
            || Market::default().slots,
            |slots| SlotRule {
                weekday: slots.weekday,
                time: slots.time,
                zone: slots.zone,
                weeks: slots.weeks,
            },
        );
        slots.calendar().map_err(|reason| {
            UserError::new(
                format!("setting `slots` cannot be: {reason}"),
                "such as weekday = \"Tue\", time = \"10:00\", zone = \"Asia/Seoul\"",
            )
        })?;
        let refund_window_days = file.refund_window_days.unwrap_or(14);
        let params = ModelParams {
            ridge_alpha: file.train.ridge.unwrap_or(ModelParams::default().ridge_alpha),
            ..ModelParams::default()
        };
        let rank_by = match file.rank.by {
            Some(word) => word.parse().map_err(|error: slotcast_rank::UnknownRankBy| {
                UserError::new(error.to_string(), "correct it under `[rank]` in the settings file")
            })?,
            None => RankBy::default(),
        };
        if let Some(table) = file.required_tables.iter().find(|name| ContractTable::named(name).is_none()) {
            let known: Vec<_> = TABLES.iter().map(|table| table.name).collect();
            return Err(UserError::new(
                format!("setting `required_tables` names `{table}`, which is no table"),
                format!("tables are {}", known.join(", ")),
            )
            .into());
        }
        let lead_days = file.lead_days.unwrap_or(4);
        if lead_days > 60 {
            let message = format!("setting `lead_days` is 0 to 60, not {lead_days}");
            return Err(UserError::new(message, "the default is 4: Friday for a Tuesday").into());
        }
        let lake = file.lake.into_table();
        if lake.keep_runs == Some(0) {
            return Err(UserError::new(
                "setting `keep_runs` is 1 or more, not 0",
                "the default is 30; the newest run is always kept",
            )
            .into());
        }
        Ok(Self {
            lake: common.lake.clone().or(lake.path).unwrap_or_else(|| PathBuf::from(DEFAULT_LAKE)),
            keep_runs: lake.keep_runs.unwrap_or(30),
            language,
            lead_days,
            refund_window_days,
            required_tables: file.required_tables,
            market: Market {
                slots,
                label_lag_days: file.label_lag_days.unwrap_or(refund_window_days),
                train_from: file.train.from,
                ..Market::default()
            },
            train_window_days: file.train.window_days.unwrap_or(1_461),
            model_params: params.check()?,
            rank_by,
            seats: file.rank.seats.unwrap_or(10).max(1),
            refit_slots: file.backtest.refit_slots.unwrap_or(4).clamp(1, 520),
            memory_mib: file.stats.memory_mib,
            sql: file.sql,
        })
    }

    /// The language of texts.
    pub(crate) fn lang(&self) -> Lang {
        match self.language {
            Language::Ko => Lang::Ko,
            Language::En => Lang::En,
        }
    }

    /// The settings that decide about results, in one stable text.
    pub(crate) fn deciding(&self) -> String {
        serde_json::to_string(&Deciding {
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

fn read_file(given: Option<&Path>) -> Result<SettingsFile> {
    let path = given.unwrap_or(Path::new(DEFAULT_FILE));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && given.is_none() => {
            return Ok(SettingsFile::default());
        }
        Err(error) => {
            return Err(UserError::new(
                format!("cannot read settings file `{}`: {error}", path.display()),
                "name an existing file with `--config FILE`, or leave the flag out",
            )
            .into());
        }
    };
    toml::from_str(&text).map_err(|error| {
        UserError::new(
            format!("settings file `{}` is not understood: {}", path.display(), error.to_string().trim_end()),
            "keys are lake (a folder, or [lake] with path and keep_runs), lang, lead_days, refund_window_days, label_lag_days, required_tables, \
             [slots], [train], [rank], [backtest], [stats], [sql]",
        )
        .into()
    })
}

/// Reads `--as-of`: RFC 3339, or a local time or date of the market.
pub(crate) fn parse_as_of(text: &str, calendar: &SlotCalendar) -> Result<DateTime<Utc>> {
    if let Ok(instant) = text.parse::<DateTime<Utc>>() {
        return Ok(instant);
    }
    let local = |local: NaiveDateTime| local_to_utc(calendar.zone(), local);
    for format in ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"] {
        if let Ok(naive) = NaiveDateTime::parse_from_str(text, format) {
            return Ok(local(naive));
        }
    }
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(local(date.into()));
    }
    Err(UserError::new(
        format!("`--as-of` is a moment, not `{text}`"),
        format!(
            "write it with an offset, such as 2016-02-19T10:00:00+09:00, or as local time of {}: 2016-02-19T10:00",
            calendar.zone()
        ),
    ))
    .context("wrong argument")
}
