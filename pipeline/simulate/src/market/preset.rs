//! Presets: settings fitted to published figures of four markets. `PROCESS.md` lists the assumptions.

use std::{fmt, str::FromStr};

use super::spec::MarketSpec;
use crate::error::SimulateError;

/// A market with published figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// First year: 10 seats, a hit rate of about 50 %.
    Y2016,
    /// 30 seats, a hit rate of about 75 %.
    Y2019,
    /// 450 seats, a hit rate of about 99 %.
    Y2020,
    /// Goals in money, windows of 30 to 60 days, most failures far below the goal.
    Kickstarter,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 4] = [Self::Y2016, Self::Y2019, Self::Y2020, Self::Kickstarter];

    /// Name of the preset.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Y2016 => "2016",
            Self::Y2019 => "2019",
            Self::Y2020 => "2020",
            Self::Kickstarter => "kickstarter",
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Preset {
    type Err = SimulateError;

    fn from_str(text: &str) -> Result<Self, SimulateError> {
        let found = Self::ALL.into_iter().find(|preset| preset.as_str() == text);
        found.ok_or_else(|| SimulateError::UnknownPreset {
            name: text.to_owned(),
            known: Self::ALL.map(|preset| preset.to_string()).to_vec(),
        })
    }
}

impl MarketSpec {
    /// The settings of a preset.
    pub fn preset(preset: Preset) -> Self {
        let text = match preset {
            Preset::Y2016 => include_str!("presets/2016.toml"),
            Preset::Y2019 => include_str!("presets/2019.toml"),
            Preset::Y2020 => include_str!("presets/2020.toml"),
            Preset::Kickstarter => include_str!("presets/kickstarter.toml"),
        };
        Self::from_toml(text).expect("every preset is tested")
    }
}
