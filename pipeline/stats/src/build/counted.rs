//! Cells that are built from what is counted already: conversion by day, funnel by campaign.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Builder,
    cells::Due,
    dimensions::Dimensions,
    state::{Cell, Held, Inputs, stamp},
    workers,
};
use crate::{
    audit::hold_to_audits,
    error::StatsError,
    registry::{Step, read_by},
    session::Session,
    staging::date_of,
};

/// The cells of each relation that a job reads.
type Reads = Vec<(&'static str, BTreeSet<Cell>)>;

impl Builder<'_> {
    /// What stands for a relation in these cells.
    fn stamps(&self, step: Step, relation: &str, cells: impl Iterator<Item = Cell>) -> String {
        stamp(cells.filter_map(|cell| {
            let output = self.new.cells.get(&(step, cell))?.outputs.get(relation)?;
            (output.rows > 0).then(|| format!("{relation} {cell:?} {}", output.stamp))
        }))
    }

    /// Orders beside views, for every cell of days in which either changed.
    pub(crate) fn build_conversion(&mut self) -> Result<(), StatsError> {
        // Orders may lie outside the days of their slot: long windows, and orders out of the window.
        let mut orders_in: BTreeMap<i32, BTreeSet<Cell>> = BTreeMap::new();
        for (cell, held) in self.new.of(Step::Orders) {
            let Some((first, last)) = held.days else { continue };
            for day_cell in self.dimensions.cells_of(self.dimensions.slot_of_day(first)..=last) {
                orders_in.entry(day_cell).or_default().insert(cell);
            }
        }
        let mut slots: BTreeSet<i32> = self.new.of(Step::Views).map(|(cell, _)| cell.slot).collect();
        slots.extend(orders_in.keys());
        let mut asked = Vec::new();
        for slot in slots {
            let cell = Cell::of_slot(slot);
            let orders = orders_in.get(&slot).cloned().unwrap_or_default();
            let facts = [
                self.stamps(Step::Views, "view_days", std::iter::once(cell)),
                self.stamps(Step::Orders, "order_days", orders.into_iter()),
            ];
            let recipe = self.recipes[&Step::Conversion].clone();
            let inputs = Inputs { recipe, terms: String::new(), facts: stamp(facts) };
            asked.push((cell, inputs, 100_000));
        }
        let dues = self.sort_out(Step::Conversion, asked);
        let reads = |job: &[Due]| -> Reads {
            let cells: BTreeSet<Cell> = job.iter().map(|due| due.cell).collect();
            let orders =
                job.iter().filter_map(|due| orders_in.get(&due.cell.slot)).flatten().copied().collect();
            vec![("view_days", cells), ("order_days", orders)]
        };
        let jobs = self.jobs(Step::Conversion, dues).into_iter().map(|job| (reads(&job), job)).collect();
        self.run_jobs(Step::Conversion, jobs)
    }

    /// Campaigns beside the signals and views around them, for every slot in which either changed.
    pub(crate) fn build_funnel(&mut self) -> Result<(), StatsError> {
        let mut days_of: BTreeMap<i32, (i32, i32)> = BTreeMap::new();
        for terms in self.dimensions.campaigns.values() {
            let (first, last) = days_of.entry(terms.slot).or_insert(terms.days);
            (*first, *last) = ((*first).min(terms.days.0), (*last).max(terms.days.1));
        }
        let around = |dimensions: &Dimensions, slot: i32| -> BTreeSet<Cell> {
            let (first, last) = days_of.get(&slot).copied().unwrap_or((slot, slot));
            let cells = dimensions.cells_of(dimensions.slot_of_day(first)..=last);
            cells.map(Cell::of_slot).collect()
        };
        let mut asked = Vec::new();
        for (cell, _) in self.new.of(Step::Orders) {
            let cells = around(&self.dimensions, cell.slot);
            let facts = [
                self.stamps(Step::Orders, "campaign_orders", std::iter::once(cell)),
                self.stamps(Step::Orders, "campaign_outcomes", std::iter::once(cell)),
                self.stamps(Step::Signals, "signal_days", cells.iter().copied()),
                self.stamps(Step::Views, "view_days", cells.iter().copied()),
            ];
            let recipe = self.recipes[&Step::Funnel].clone();
            let inputs = Inputs { recipe, terms: String::new(), facts: stamp(facts) };
            asked.push((cell, inputs, 80_000));
        }
        let dues = self.sort_out(Step::Funnel, asked);
        let reads = |job: &[Due]| -> Reads {
            let own: BTreeSet<Cell> = job.iter().map(|due| due.cell).collect();
            let cells: BTreeSet<Cell> =
                job.iter().flat_map(|due| around(&self.dimensions, due.cell.slot)).collect();
            vec![
                ("campaign_orders", own.clone()),
                ("campaign_outcomes", own),
                ("signal_days", cells.clone()),
                ("view_days", cells),
            ]
        };
        let jobs = self.jobs(Step::Funnel, dues).into_iter().map(|job| (reads(&job), job)).collect();
        self.run_jobs(Step::Funnel, jobs)
    }

    fn run_jobs(&mut self, step: Step, jobs: Vec<(Reads, Vec<Due>)>) -> Result<(), StatsError> {
        let this: &Self = self;
        let done = workers::each(jobs, async |(reads, dues)| {
            let session = Session::new(this.question.as_of, &this.memory, 1)?;
            for relation in read_by(step) {
                let cells = reads.iter().find(|(name, _)| *name == relation.name);
                this.put_kept(&session, relation, cells.map(|(_, cells)| cells))?;
            }
            this.narrow(&session, step, &dues).await?;
            let rows = session.build(step.relations()).await?;
            hold_to_audits(&session, step).await?;
            let outputs = this.keep(step, &dues, rows, false)?;
            Ok((dues, outputs))
        })?;
        for (dues, outputs) in done {
            self.take(step, &dues, outputs, |_, due| Held::always(due.inputs.clone()));
        }
        Ok(())
    }

    /// Files hold more cells than are built: leaves of what drives the step only the rows of those cells.
    async fn narrow(&self, session: &Session, step: Step, dues: &[Due]) -> Result<(), StatsError> {
        let mut days = Vec::new();
        for due in dues {
            let next = self.dimensions.cells_of(due.cell.slot + 1..=i32::MAX).next().unwrap_or(i32::MAX);
            days.push((date_of(due.cell.slot), date_of(next.min(due.cell.slot + 400))));
        }
        let within = |column: &str| {
            let each = days
                .iter()
                .map(|(from, until)| format!("({column} >= DATE '{from}' AND {column} < DATE '{until}')"));
            each.collect::<Vec<_>>().join(" OR ")
        };
        let driving: &[(&str, &str)] = match step {
            Step::Funnel => &[("campaign_orders", "slot_date")],
            _ => &[("view_days", "day"), ("order_days", "day")],
        };
        for (relation, column) in driving {
            let all = format!("all_{relation}");
            let table = session.context.table_provider(*relation).await?;
            session.put(&all, table)?;
            let view =
                session.plan(&format!("SELECT * FROM {all} WHERE {}", within(column))).await?.into_view();
            session.put(relation, view)?;
        }
        Ok(())
    }
}
