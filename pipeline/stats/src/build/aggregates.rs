//! Partitions computed from counts that are stored already: conversion by day, funnel by campaign.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    audits::run_step_audits,
    builder::Builder,
    fingerprint::fingerprint,
    materialize::materialize,
    partition::{CachedPartition, Partition, PartitionInputs},
    stale::{StalePartition, jobs},
    workers,
};
use crate::{
    calendar::date_of,
    engine::Session,
    error::StatsError,
    registry::{BuildStep, inputs_of_step},
};

/// Approximate numbers of rows of a partition, by which jobs are cut.
const CONVERSION_ROWS: u64 = 100_000;
const FUNNEL_ROWS: u64 = 80_000;

/// Partitions of each relation that a job reads.
type Reads = Vec<(&'static str, BTreeSet<Partition>)>;

impl Builder<'_> {
    /// Rebuilds the conversion of every slot's days in which views or orders changed.
    pub(super) fn build_conversion(&mut self) -> Result<(), StatsError> {
        // Orders may be outside the days of their slot: long windows, and orders outside the window.
        let mut orders_in: BTreeMap<i32, BTreeSet<Partition>> = BTreeMap::new();
        for (partition, cached) in self.new.of_step(BuildStep::Orders) {
            for slot in &cached.slots_of_days {
                orders_in.entry(*slot).or_default().insert(partition);
            }
        }
        let views = self.new.of_step(BuildStep::Views).map(|(partition, _)| partition.slot);
        let slots: BTreeSet<i32> = views.chain(orders_in.keys().copied()).collect();
        let reads = |slot: i32| -> Reads {
            let orders = orders_in.get(&slot).cloned().unwrap_or_default();
            vec![("view_days", BTreeSet::from([Partition::of_slot(slot)])), ("order_days", orders)]
        };
        self.build_aggregate(BuildStep::Conversion, slots, reads, CONVERSION_ROWS)
    }

    /// Rebuilds the funnel of every slot in which orders, signals or views changed.
    pub(super) fn build_funnel(&mut self) -> Result<(), StatsError> {
        let mut days_of: BTreeMap<i32, (i32, i32)> = BTreeMap::new();
        for terms in self.dimensions.campaigns.values() {
            let (first, last) = days_of.entry(terms.slot).or_insert(terms.days);
            (*first, *last) = ((*first).min(terms.days.0), (*last).max(terms.days.1));
        }
        let slots: BTreeSet<i32> =
            self.new.of_step(BuildStep::Orders).map(|(partition, _)| partition.slot).collect();
        let mut daily: BTreeMap<i32, BTreeSet<Partition>> = BTreeMap::new();
        for slot in &slots {
            let (first, last) = days_of.get(slot).copied().unwrap_or((*slot, *slot));
            let slots = self.dimensions.slots_in(self.dimensions.slot_of_day(first)..=last);
            daily.insert(*slot, slots.map(Partition::of_slot).collect());
        }
        let reads = |slot: i32| -> Reads {
            let own = BTreeSet::from([Partition::of_slot(slot)]);
            vec![
                ("campaign_orders", own.clone()),
                ("campaign_outcomes", own),
                ("signal_days", daily[&slot].clone()),
                ("view_days", daily[&slot].clone()),
            ]
        };
        self.build_aggregate(BuildStep::Funnel, slots, reads, FUNNEL_ROWS)
    }

    /// Rebuilds the partitions of a step whose reads changed.
    fn build_aggregate(
        &mut self,
        step: BuildStep,
        slots: BTreeSet<i32>,
        reads: impl Fn(i32) -> Reads,
        rows: u64,
    ) -> Result<(), StatsError> {
        let steps: BTreeMap<&str, BuildStep> =
            inputs_of_step(step).into_iter().map(|relation| (relation.name, relation.step)).collect();
        let mut partitions = Vec::new();
        for slot in slots {
            let facts = reads(slot)
                .into_iter()
                .map(|(name, read)| self.new.fingerprint(steps[name], name, read.into_iter()));
            let inputs = PartitionInputs {
                definition: self.definitions[&step].clone(),
                terms: String::new(),
                facts: fingerprint(facts),
            };
            partitions.push((Partition::of_slot(slot), inputs, rows));
        }
        let stale = self.split_stale(step, partitions);
        let jobs = jobs(step, stale, self.max_staged_rows()).into_iter().map(|job| {
            let mut all: BTreeMap<&str, BTreeSet<Partition>> = BTreeMap::new();
            for (name, mut read) in job.iter().flat_map(|stale| reads(stale.partition.slot)) {
                all.entry(name).or_default().append(&mut read);
            }
            (all, job)
        });
        let jobs: Vec<_> = jobs.collect();
        let this: &Self = self;
        let built = workers::run_all(jobs, async |(reads, stale)| {
            let session = Session::new(this.context.as_of, &this.memory, 1)?;
            for relation in inputs_of_step(step) {
                this.register_stored(&session, relation, reads.get(relation.name))?;
            }
            this.restrict_to_partitions(&session, step, &stale).await?;
            let rows = materialize(&session, step.relations()).await?;
            run_step_audits(&session, step).await?;
            let outputs = this.write_partitions(step, &stale, rows, false)?;
            Ok((stale, outputs))
        })?;
        for (stale, outputs) in built {
            self.record(step, &stale, outputs, |_, own| CachedPartition::timeless(own.inputs.clone()));
        }
        Ok(())
    }

    /// Restricts the driving relations of a step to the rows of these partitions: files contain more.
    async fn restrict_to_partitions(
        &self,
        session: &Session,
        step: BuildStep,
        stale: &[StalePartition],
    ) -> Result<(), StatsError> {
        let mut days = Vec::new();
        for slot in stale.iter().map(|stale| stale.partition.slot) {
            days.push((date_of(slot), date_of(self.dimensions.day_after_slot(slot))));
        }
        let within = |column: &str| {
            let ranges = days
                .iter()
                .map(|(from, until)| format!("({column} >= DATE '{from}' AND {column} < DATE '{until}')"));
            ranges.collect::<Vec<_>>().join(" OR ")
        };
        let driving: &[(&str, &str)] = match step {
            BuildStep::Funnel => &[("campaign_orders", "slot_date")],
            _ => &[("view_days", "day"), ("order_days", "day")],
        };
        for (relation, column) in driving {
            let all = format!("all_{relation}");
            let table = session.context.table_provider(*relation).await?;
            session.put(&all, table)?;
            let query = format!("SELECT * FROM {all} WHERE {}", within(column));
            session.put(relation, session.plan(&query).await?.into_view())?;
        }
        Ok(())
    }
}
