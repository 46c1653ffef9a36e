//! Charts of the pages. They compute positions; the templates draw.

mod axis;

mod demand_interval;
mod history;
mod reliability;
mod slot_scores;

pub(crate) use demand_interval::DemandInterval;
pub(crate) use history::HistoryChart;
pub(crate) use reliability::ReliabilityChart;
pub(crate) use slot_scores::SlotScoresChart;
