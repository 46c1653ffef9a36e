//! Cells that are built from facts: orders by slot, signals and views by the days of a slot.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use arrow::{array::AsArray, datatypes::Date32Type};
use slotcast_lake::Snapshot;

use super::{
    Builder, Outputs,
    dimensions::{Dimensions, named},
    state::{Cell, Held, Inputs, stamp},
    workers,
};
use crate::{
    audit::hold_to_audits,
    error::StatsError,
    registry::{Relation, Step},
    session::{Rows, Session, empty, memory_table},
    staging::{Horizon, Staged, Timed, Wanted, Words, stage_orders, stage_snapshots, stage_timed},
};

/// Facts that are staged at once, unless a limit of memory asks for fewer.
const ROWS_AT_ONCE: u64 = 1_000_000;
/// As many cells as a group has; a job takes a group whole.
const GROUP_CELLS: u64 = 4;
/// What a staged fact and what is made of it may take, with some to spare.
const BYTES_OF_ROW: u64 = 400;

/// A cell that is to be built.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) cell: Cell,
    pub(crate) inputs: Inputs,
    pub(crate) reason: &'static str,
    /// How far as_of reached into its facts.
    pub(crate) reach: String,
    /// How many facts it has, roughly.
    rows: u64,
}

impl Due {
    pub(crate) fn new(cell: Cell, inputs: Inputs, reason: &'static str, rows: u64) -> Self {
        Self { cell, inputs, reason, reach: String::new(), rows }
    }
}

/// What came out of a job.
struct Done {
    dues: Vec<Due>,
    outputs: Outputs,
    horizon: Horizon,
    days: BTreeMap<Cell, (i32, i32)>,
}

impl Builder<'_> {
    pub(crate) fn rows_at_once(&self) -> u64 {
        match self.memory.limit() {
            Some(bytes) => (bytes as u64 / BYTES_OF_ROW / 2).clamp(10_000, ROWS_AT_ONCE),
            None => ROWS_AT_ONCE,
        }
    }

    /// Dues in jobs of whole groups, none of them larger than what may be staged at once if that can be.
    pub(crate) fn jobs(&self, step: Step, dues: Vec<Due>) -> Vec<Vec<Due>> {
        let most = self.rows_at_once();
        let mut jobs: Vec<Vec<Due>> = Vec::new();
        let mut rows = 0;
        for due in dues {
            let is_same_group = jobs
                .last()
                .and_then(|job| job.last())
                .is_some_and(|last| last.cell.group(step) == due.cell.group(step));
            if jobs.is_empty() || (!is_same_group && rows + due.rows * GROUP_CELLS > most) {
                jobs.push(Vec::new());
                rows = 0;
            }
            rows += due.rows;
            jobs.last_mut().expect("one was pushed").push(due);
        }
        jobs
    }

    fn snapshot(&self, table: &str) -> Option<&Snapshot> {
        self.facts.iter().find(|snapshot| snapshot.table.name == table)
    }

    /// Orders and snapshots of every slot whose facts or terms changed.
    pub(crate) fn build_orders(&mut self) -> Result<(), StatsError> {
        let mut parts_of: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
        let mut rows_of: BTreeMap<&str, u64> = BTreeMap::new();
        for ((table, part), known) in &self.new.parts {
            for (campaign, rows) in &known.campaigns {
                parts_of.entry(campaign).or_default().insert((table, part));
                *rows_of.entry(campaign).or_default() += rows;
            }
        }
        let mut slots: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
        for (campaign, terms) in &self.dimensions.campaigns {
            slots.entry(terms.slot).or_default().push(campaign);
        }
        let mut cells = Vec::new();
        for (slot, campaigns) in &slots {
            let terms = campaigns.iter().map(|id| format!("{id} {:x}", self.dimensions.campaigns[*id].terms));
            let parts: BTreeSet<_> = campaigns.iter().filter_map(|id| parts_of.get(id)).flatten().collect();
            let inputs = Inputs {
                recipe: self.recipes[&Step::Orders].clone(),
                terms: stamp(terms),
                facts: stamp(parts.iter().map(|(table, part)| format!("{table} {part}"))),
            };
            let rows = campaigns.iter().filter_map(|id| rows_of.get(id)).sum();
            cells.push((Cell::of_slot(*slot), inputs, rows));
        }
        let campaigns_of: BTreeMap<i32, Vec<String>> = slots
            .into_iter()
            .map(|(slot, campaigns)| (slot, campaigns.into_iter().map(str::to_owned).collect()))
            .collect();
        let dues = self.sort_out(Step::Orders, cells);
        let this: &Self = self;
        let done = workers::each(self.jobs(Step::Orders, dues), async |job| {
            this.orders_job(job, &campaigns_of).await
        })?;
        self.take_done(Step::Orders, done, |builder, cell, horizon| {
            builder.horizon_of_slot(&campaigns_of[&cell.slot], horizon)
        });
        Ok(())
    }

    /// The stretch of as_of for which what is said of these campaigns holds.
    fn horizon_of_slot(&self, campaigns: &[String], facts: Horizon) -> Horizon {
        let as_of = self.as_of();
        let mut horizon = facts;
        for moment in campaigns.iter().flat_map(|id| &self.dimensions.campaigns[id].moments) {
            horizon.meet(*moment, as_of);
        }
        horizon
    }

    fn take_done(
        &mut self,
        step: Step,
        done: Vec<Done>,
        horizon_of: impl Fn(&Self, Cell, Horizon) -> Horizon,
    ) {
        for job in done {
            self.take(step, &job.dues, job.outputs, |builder, due| {
                let horizon = horizon_of(builder, due.cell, job.horizon);
                Held {
                    from: horizon.from,
                    until: horizon.until,
                    known_from: horizon.known_from,
                    days: job.days.get(&due.cell).copied(),
                    ..Held::always(due.inputs.clone())
                }
            });
        }
    }

    async fn orders_job(
        &self,
        dues: Vec<Due>,
        campaigns_of: &BTreeMap<i32, Vec<String>>,
    ) -> Result<Done, StatsError> {
        let campaigns: BTreeSet<&str> =
            dues.iter().flat_map(|due| &campaigns_of[&due.cell.slot]).map(String::as_str).collect();
        let mut words = Words::default();
        let numbers: BTreeMap<&str, i64> = campaigns.iter().map(|id| (*id, words.number(id))).collect();
        let parts = |table: &str| -> Vec<PathBuf> {
            let Some(snapshot) = self.snapshot(table) else { return Vec::new() };
            let holds = |name: &str| {
                let part = self.new.parts.get(&(table.to_owned(), name.to_owned()));
                part.is_some_and(|part| part.campaigns.keys().any(|id| campaigns.contains(id.as_str())))
            };
            snapshot.files.iter().filter(|file| holds(&file.name)).map(|file| file.path.clone()).collect()
        };
        let (events, snapshots) = (parts("order_events"), parts("order_snapshots"));
        let wanted = |parts| Wanted { parts, as_of: self.as_of(), days: &self.dimensions.days };
        let orders = stage_orders(&wanted(&events), &mut words)?;
        let snapshots = stage_snapshots(&wanted(&snapshots), &words)?;
        let horizon = orders.horizon.and(snapshots.horizon);
        let session = Session::new(self.question.as_of, &self.memory, 1)?;
        self.dimensions.put_campaigns(&session, &numbers)?;
        put_staged(&session, "order_events", orders)?;
        put_staged(&session, "order_snapshots", snapshots)?;
        session.put_rows("words", &Rows::of(words.table()?))?;
        let rows = session.build(Step::Orders.relations()).await?;
        hold_to_audits(&session, Step::Orders).await?;
        drop(session);
        let days = days_of(&rows)?;
        let outputs = self.keep(Step::Orders, &dues, rows, false)?;
        Ok(Done { dues, outputs, horizon, days })
    }

    /// Registers every fact as it is staged; for tests.
    pub(crate) async fn stage_everything(&self, session: &Session) -> Result<(), StatsError> {
        let mut words = Words::default();
        let campaigns: Vec<&str> = self.dimensions.campaigns.keys().map(String::as_str).collect();
        let numbers: BTreeMap<&str, i64> = campaigns.iter().map(|id| (*id, words.number(id))).collect();
        self.dimensions.put_campaigns(session, &numbers)?;
        let everything = std::slice::from_ref(&(i64::MIN..i64::MAX));
        for name in ["order_events", "order_snapshots", "social_signals", "page_views"] {
            let files = self.snapshot(name).map(|snapshot| snapshot.files.clone()).unwrap_or_default();
            let parts: Vec<PathBuf> = files.into_iter().map(|file| file.path).collect();
            let wanted = Wanted { parts: &parts, as_of: self.as_of(), days: &self.dimensions.days };
            let staged = match name {
                "order_events" => stage_orders(&wanted, &mut words)?,
                "order_snapshots" => stage_snapshots(&wanted, &words)?,
                "social_signals" => stage_timed(Timed::Signals, &wanted, everything, &mut words)?,
                _ => stage_timed(Timed::Views, &wanted, everything, &mut words)?,
            };
            put_staged(session, name, staged)?;
        }
        session.put_rows("words", &Rows::of(words.table()?))?;
        let not_kept =
            [Step::Orders, Step::Signals, Step::Views, Step::Features].into_iter().flat_map(Step::relations);
        session.build(not_kept.filter(|relation| relation.kind.order().is_none())).await?;
        Ok(())
    }

    /// Signals or views of the days of every slot that new facts touch.
    pub(crate) fn build_timed(&mut self, step: Step) -> Result<(), StatsError> {
        let (table, name) = match step {
            Step::Signals => (Timed::Signals, "social_signals"),
            _ => (Timed::Views, "page_views"),
        };
        let mut parts_of: BTreeMap<i32, (BTreeSet<&str>, u64)> = BTreeMap::new();
        let files: Vec<_> = self.snapshot(name).map(|snapshot| snapshot.files.clone()).unwrap_or_default();
        for file in &files {
            let Some(span) = file.span else { continue };
            let last = span.last.min(self.as_of());
            let cells: Vec<i32> = self.dimensions.cells_between(span.first, last.max(span.first)).collect();
            for cell in &cells {
                let entry = parts_of.entry(*cell).or_default();
                entry.0.insert(&file.name);
                entry.1 += file.rows.unwrap_or(0) / cells.len() as u64;
            }
        }
        let mut cells = Vec::new();
        for (slot, (parts, rows)) in &parts_of {
            let inputs = Inputs {
                recipe: self.recipes[&step].clone(),
                terms: String::new(),
                facts: stamp(parts.iter().map(|part| (*part).to_owned())),
            };
            cells.push((Cell::of_slot(*slot), inputs, *rows));
        }
        let parts_of: BTreeMap<i32, BTreeSet<String>> = parts_of
            .into_iter()
            .map(|(slot, (parts, _))| (slot, parts.into_iter().map(str::to_owned).collect()))
            .collect();
        let dues = self.sort_out(step, cells);
        let this: &Self = self;
        let done = workers::each(self.jobs(step, dues), async |job| {
            this.timed_job(step, table, name, job, &parts_of).await
        })?;
        self.take_done(step, done, |_, _, horizon| horizon);
        Ok(())
    }

    async fn timed_job(
        &self,
        step: Step,
        table: Timed,
        name: &str,
        mut dues: Vec<Due>,
        parts_of: &BTreeMap<i32, BTreeSet<String>>,
    ) -> Result<Done, StatsError> {
        let names: BTreeSet<&String> = dues.iter().flat_map(|due| &parts_of[&due.cell.slot]).collect();
        let snapshot = self.snapshot(name).expect("it has parts");
        let parts: Vec<PathBuf> = snapshot
            .files
            .iter()
            .filter(|file| names.contains(&file.name))
            .map(|file| file.path.clone())
            .collect();
        let spans: Vec<_> = dues.iter().map(|due| self.dimensions.span_of_cell(due.cell.slot)).collect();
        let wanted = Wanted { parts: &parts, as_of: self.as_of(), days: &self.dimensions.days };
        let mut words = Words::default();
        let staged = stage_timed(table, &wanted, &spans, &mut words)?;
        let horizon = staged.horizon;
        for due in &mut dues {
            due.reach = horizon.from.to_string();
        }
        let session = Session::new(self.question.as_of, &self.memory, 1)?;
        put_staged(&session, name, staged)?;
        session.put_rows("words", &Rows::of(words.table()?))?;
        let rows = session.build(step.relations()).await?;
        drop(session);
        let outputs = self.keep(step, &dues, rows, true)?;
        Ok(Done { dues, outputs, horizon, days: BTreeMap::new() })
    }
}

/// First and last day of the orders of each slot.
fn days_of(rows: &[(&'static Relation, Rows)]) -> Result<BTreeMap<Cell, (i32, i32)>, StatsError> {
    let mut days_of: BTreeMap<Cell, (i32, i32)> = BTreeMap::new();
    let order_days = rows.iter().filter(|(relation, _)| relation.name == "order_days");
    for batch in order_days.flat_map(|(_, rows)| &rows.batches) {
        let days = |name: &str| Ok::<_, StatsError>(named(batch, name)?.as_primitive::<Date32Type>());
        for (slot, day) in days("slot_date")?.values().iter().zip(days("day")?.values()) {
            let (first, last) = days_of.entry(Cell::of_slot(*slot)).or_insert((*day, *day));
            (*first, *last) = ((*first).min(*day), (*last).max(*day));
        }
    }
    Ok(days_of)
}

fn put_staged(session: &Session, name: &str, staged: Staged) -> Result<(), StatsError> {
    let rows = Rows { schema: staged.schema, batches: staged.batches };
    session.put_into("staged", name, memory_table(&rows)?)
}

/// Registers every staged table without a row.
pub(crate) fn put_nothing(session: &Session, dimensions: &Dimensions) -> Result<(), StatsError> {
    let wanted = Wanted { parts: &[], as_of: 0, days: &dimensions.days };
    let mut words = Words::default();
    let tables = [
        ("order_events", stage_orders(&wanted, &mut words)?),
        ("order_snapshots", stage_snapshots(&wanted, &words)?),
        ("social_signals", stage_timed(Timed::Signals, &wanted, &[], &mut words)?),
        ("page_views", stage_timed(Timed::Views, &wanted, &[], &mut words)?),
    ];
    for (name, staged) in tables {
        session.put_into("staged", name, empty(staged.schema)?)?;
    }
    session.put_rows("words", &Rows::of(words.table()?))
}
