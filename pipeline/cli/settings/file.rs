//! The settings file `slotcast.toml` as written.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Deserialize;
use slotcast_core::NaiveDate;

use crate::failure::UserError;

const DEFAULT_FILE: &str = "slotcast.toml";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SettingsFile {
    pub(super) lake: LakeFile,
    pub(super) lang: Option<String>,
    pub(super) lead_days: Option<u32>,
    pub(super) refund_window_days: Option<u32>,
    pub(super) label_lag_days: Option<u32>,
    pub(super) required_tables: Vec<String>,
    pub(super) slots: Option<SlotsFile>,
    pub(super) train: TrainFile,
    pub(super) rank: RankFile,
    pub(super) backtest: BacktestFile,
    pub(super) stats: StatsFile,
    pub(super) sql: SqlSettings,
}

/// `lake = "DIR"`, or a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "`lake` is a folder, or a table with `path` and `keep_runs`")]
pub(super) enum LakeFile {
    Path(PathBuf),
    Table(LakeTable),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LakeTable {
    pub(super) path: Option<PathBuf>,
    pub(super) keep_runs: Option<u32>,
}

impl Default for LakeFile {
    fn default() -> Self {
        Self::Table(LakeTable::default())
    }
}

impl LakeFile {
    pub(super) fn into_table(self) -> LakeTable {
        match self {
            Self::Path(path) => LakeTable { path: Some(path), keep_runs: None },
            Self::Table(table) => table,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SlotsFile {
    pub(super) weekday: String,
    pub(super) time: String,
    pub(super) zone: String,
    #[serde(default = "one_week")]
    pub(super) weeks: u32,
}

fn one_week() -> u32 {
    1
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TrainFile {
    pub(super) from: Option<NaiveDate>,
    pub(super) window_days: Option<u32>,
    pub(super) ridge: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RankFile {
    pub(super) by: Option<String>,
    pub(super) seats: Option<u32>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BacktestFile {
    pub(super) refit_slots: Option<u32>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StatsFile {
    pub(super) memory_mib: Option<u32>,
}

/// Limits of a query. 0 rows or seconds: no limit.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SqlSettings {
    /// Maximum number of rows in a printed table.
    pub(crate) rows: Option<usize>,
    pub(crate) seconds: Option<u64>,
    pub(crate) memory_mib: Option<u32>,
}

impl SettingsFile {
    /// The file at `path`, or the default file if it exists.
    pub(super) fn read(path: Option<&Path>) -> Result<Self> {
        let file = path.unwrap_or(Path::new(DEFAULT_FILE));
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && path.is_none() => {
                return Ok(Self::default());
            }
            Err(error) => {
                return Err(UserError::new(
                    format!("cannot read settings file `{}`: {error}", file.display()),
                    "pass an existing file with `--config FILE`, or omit the flag",
                )
                .into());
            }
        };
        toml::from_str(&text).map_err(|error| {
            let reason = error.to_string();
            UserError::new(
                format!("invalid settings file `{}`: {}", file.display(), reason.trim_end()),
                "keys are lake (a folder, or [lake] with path and keep_runs), lang, lead_days, refund_window_days, label_lag_days, required_tables, \
                 [slots], [train], [rank], [backtest], [stats], [sql]",
            )
            .into()
        })
    }
}
