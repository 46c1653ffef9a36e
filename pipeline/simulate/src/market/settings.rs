//! Reading and changing the settings of a market by name.

use slotcast_core::{SlotCalendar, Tz, Weekday};

use super::spec::MarketSpec;
use crate::error::SimulateError;

impl MarketSpec {
    /// Parses a specification.
    ///
    /// # Errors
    /// [`SimulateError::Spec`] if the text is not a specification.
    pub fn from_toml(text: &str) -> Result<Self, SimulateError> {
        toml::from_str(text).map_err(|error| SimulateError::Spec { message: error.message().to_owned() })
    }

    /// The specification as TOML for [`MarketSpec::from_toml`].
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a specification is plain data")
    }

    /// Sets one setting by its path, such as `demand.dispersion`, to a TOML value. Strings need no quotes.
    ///
    /// # Errors
    /// [`SimulateError::UnknownSetting`] for an unknown path, [`SimulateError::Spec`] for a value of the wrong type.
    pub fn set(&mut self, path: &str, value: &str) -> Result<(), SimulateError> {
        let mut root = toml::Table::try_from(&*self).expect("a specification is plain data");
        let mut table = &mut root;
        let unknown = || SimulateError::UnknownSetting { path: path.to_owned(), known: self.paths() };
        let (parents, last) = path.rsplit_once('.').ok_or_else(unknown)?;
        for parent in parents.split('.') {
            table = table.get_mut(parent).and_then(toml::Value::as_table_mut).ok_or_else(unknown)?;
        }
        let current = table.get_mut(last).filter(|current| !current.is_table()).ok_or_else(unknown)?;
        let parsed = toml::from_str::<toml::Table>(&format!("v = {value}"))
            .or_else(|_| toml::from_str(&format!("v = {value:?}")))
            .map_err(|error| SimulateError::Spec { message: error.message().to_owned() })?;
        let parsed = parsed["v"].clone();
        *current = match (current.is_float(), parsed.as_integer()) {
            (true, Some(whole)) => toml::Value::Float(whole as f64),
            _ => parsed,
        };
        let spec: Result<Self, _> = root.try_into();
        *self = spec.map_err(|error: toml::de::Error| SimulateError::Spec {
            message: format!("`{path}` cannot be `{value}`: {}", error.message()),
        })?;
        Ok(())
    }

    /// The specification with some settings changed. Paths and values are those of [`MarketSpec::set`].
    ///
    /// # Errors
    /// The error of [`MarketSpec::set`] for the first invalid setting.
    pub fn with(mut self, settings: &[(&str, &str)]) -> Result<Self, SimulateError> {
        settings.iter().try_for_each(|(path, value)| self.set(path, value))?;
        Ok(self)
    }

    /// Paths of all settings.
    pub fn paths(&self) -> Vec<String> {
        fn walk(table: &toml::Table, prefix: &str, paths: &mut Vec<String>) {
            for (name, value) in table {
                match value.as_table() {
                    Some(inner) => walk(inner, &format!("{prefix}{name}."), paths),
                    None => paths.push(format!("{prefix}{name}")),
                }
            }
        }
        let mut paths = Vec::new();
        walk(&toml::Table::try_from(self).expect("a specification is plain data"), "", &mut paths);
        paths
    }

    /// Weekly slots that open on Tuesday at 10:00 in the market's zone.
    ///
    /// # Errors
    /// [`SimulateError::Zone`] for an unknown zone.
    pub fn calendar(&self) -> Result<SlotCalendar, SimulateError> {
        let zone: Tz =
            self.market.zone.parse().map_err(|_| SimulateError::Zone { zone: self.market.zone.clone() })?;
        let ten = chrono::NaiveTime::from_hms_opt(10, 0, 0).expect("10:00 is a time of day");
        Ok(SlotCalendar::new(Weekday::Tue, ten, zone, 1)?)
    }

    /// Whether thresholds are amounts of money.
    pub fn is_money(&self) -> bool {
        self.market.threshold_basis == "amount"
    }

    /// Whether orders are written as snapshots instead of events.
    pub(crate) fn has_snapshots(&self) -> bool {
        self.market.order_data == "snapshots"
    }

    /// An amount of the currency in its smallest unit.
    pub(crate) fn in_smallest_unit(&self, amount: f64) -> f64 {
        amount * 10_f64.powi(i32::from(self.market.currency_digits))
    }
}
