//! Input of the stages that work on one slot.

use anyhow::Result;
use slotcast_core::{Knowledge, Slot};

use crate::{
    active_run::{ActiveRun, RowCounts},
    clock::Stopwatch,
    context::Context,
    failure::catch_panic,
    printer::Printer,
    settings::Settings,
};

/// A run for the line-up of one slot.
pub(crate) struct Night<'a> {
    pub(crate) run: Box<ActiveRun>,
    pub(crate) settings: &'a Settings,
    pub(crate) printer: &'a Printer,
    /// Slot to rank.
    pub(crate) slot: Slot,
    /// Facts that may be used to score its offers.
    pub(crate) knowledge: Knowledge,
}

impl<'a> Night<'a> {
    pub(crate) fn new(context: Context<'a>, run: Box<ActiveRun>, slot: Slot) -> Self {
        let Context { settings, printer, .. } = context;
        let calendar = run.lake.market().calendar();
        let knowledge = Knowledge::new(&calendar, slot, run.as_of, settings.lead_days);
        Self { run, settings, printer, slot, knowledge }
    }

    /// Runs and records a stage, as [`ActiveRun::stage`].
    pub(crate) async fn stage<T>(
        &mut self,
        stage: &'static str,
        work: impl AsyncFnOnce(&mut Self) -> Result<(T, RowCounts)>,
    ) -> Result<T> {
        let stopwatch = Stopwatch::start();
        let result = catch_panic(work(self)).await;
        self.run.end_stage(self.printer, stage, stopwatch.seconds(), result).await
    }
}
