//! Four markets that have been, as far as sources tell; see `PROCESS.md` for which numbers are choices.

use std::{fmt, str::FromStr};

use super::spec::MarketSpec;
use crate::error::SimulateError;

/// A market that has been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// The first year: ten seats, about half of the campaigns hit.
    Y2016,
    /// Thirty seats, three quarters hit.
    Y2019,
    /// Four hundred and fifty seats, 99 % hit.
    Y2020,
    /// Goals in money, windows of 30 to 60 days, heavy failures.
    Kickstarter,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 4] = [Self::Y2016, Self::Y2019, Self::Y2020, Self::Kickstarter];

    /// Its name.
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
        found.ok_or_else(|| SimulateError::NoSuchPreset { name: text.to_owned() })
    }
}

impl MarketSpec {
    /// The numbers of a preset.
    pub fn preset(preset: Preset) -> Self {
        let text = match preset {
            Preset::Y2016 => include_str!("presets/2016.toml"),
            Preset::Y2019 => include_str!("presets/2019.toml"),
            Preset::Y2020 => include_str!("presets/2020.toml"),
            Preset::Kickstarter => include_str!("presets/kickstarter.toml"),
        };
        Self::from_toml(text).expect("a test reads every preset")
    }
}
