//! Slots, data and rules of a backtest.

use slotcast_core::{NaiveDate, SlotCalendar};
use slotcast_features::{FeatureTable, Labels};
use slotcast_models::ValidModelParams;

use crate::training_set::TrainingRules;

/// Name of the model that was champion at the time, whichever it was.
pub const CHAMPION: &str = "champion";
/// Horizon of all predictions: before the launch.
pub const HORIZON: &str = "prelaunch";

/// Requested slots and models of a backtest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BacktestRange {
    /// First slot date.
    pub from: NaiveDate,
    /// Last slot date.
    pub to: NaiveDate,
    /// Number of slots per fit.
    pub refit_every: u32,
    /// Whether benchmark models are scored too.
    pub with_benchmarks: bool,
}

/// Data and rules of a backtest.
#[derive(Clone, Copy, Debug)]
pub struct BacktestInput<'a> {
    /// Feature rows, each as known at the cutoff of its slot.
    pub table: &'a FeatureTable,
    /// All versions of all outcomes.
    pub labels: &'a Labels,
    /// Calendar of the market.
    pub calendar: SlotCalendar,
    /// Rules of training sets.
    pub rules: TrainingRules,
    /// Settings of the models.
    pub params: &'a ValidModelParams,
    /// Days from the cutoff to the opening of a slot.
    pub lead_days: u32,
}
