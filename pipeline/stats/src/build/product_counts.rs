//! Social signals and page views, per days from one opening to the next.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use super::{
    builder::Builder,
    fingerprint::fingerprint,
    materialize::materialize,
    partition::{Partition, PartitionInputs},
    session_tables::{put_dictionary, put_staged},
    stale::{BuiltPartitions, StalePartition, jobs},
    workers,
};
use crate::{
    engine::Session,
    error::StatsError,
    registry::BuildStep,
    staging::{IdDictionary, ProductFact, stage_product_facts},
};

/// Facts of a slot's days.
#[derive(Default)]
struct SlotFacts {
    /// Names of the files that contain them.
    files: BTreeSet<String>,
    /// Retractions of the source files that contain them.
    retracted: BTreeSet<(i64, i64)>,
    /// Approximate number.
    rows: u64,
}

/// Facts by slot.
type SlotsFacts = BTreeMap<i32, SlotFacts>;

impl Builder<'_> {
    /// Rebuilds the signals or views of every slot's days that new facts touch.
    pub(super) fn build_product_counts(&mut self, step: BuildStep) -> Result<(), StatsError> {
        let (fact, table) = match step {
            BuildStep::Signals => (ProductFact::Signals, "social_signals"),
            _ => (ProductFact::Views, "page_views"),
        };
        let facts_of = self.facts_by_slot(table);
        let days = &self.dimensions.days;
        let moved = self.moved_fingerprints(table, |version| {
            Some(self.dimensions.slot_of_day(days.day(version.occurred_at)))
        });
        let mut partitions = Vec::new();
        for (slot, own) in &facts_of {
            let retracted = own.retracted.iter().map(|retracted| format!("retracted {retracted:?}"));
            let moved = moved.get(slot).map(|sum| format!("moved {sum:x}"));
            let inputs = PartitionInputs {
                definition: self.definitions[&step].clone(),
                terms: String::new(),
                facts: fingerprint(own.files.iter().cloned().chain(retracted).chain(moved)),
            };
            partitions.push((Partition::of_slot(*slot), inputs, own.rows));
        }
        let stale = self.split_stale(step, partitions);
        let this: &Self = self;
        let jobs = jobs(step, stale, this.max_staged_rows());
        let built = workers::run_all(jobs, async |job| {
            this.product_counts_job(step, fact, table, job, &facts_of).await
        })?;
        self.record_all(step, built, |_, _, validity| validity);
        Ok(())
    }

    /// Facts of a table by slot. Facts after as_of are invisible, so their slots are left out.
    fn facts_by_slot(&self, table: &str) -> SlotsFacts {
        let mut facts = SlotsFacts::new();
        for ((_, name), file) in self.new.files.iter().filter(|((own, _), _)| own == table) {
            for own in file.sources.iter().filter(|own| own.first_at <= self.as_of()) {
                let last = own.last_at.min(self.as_of());
                let slots: Vec<i32> = self.dimensions.slots_between(own.first_at, last).collect();
                for slot in &slots {
                    let entry = facts.entry(*slot).or_default();
                    if !entry.files.contains(name) {
                        entry.files.insert(name.clone());
                    }
                    let retracted = file.retracted.iter().filter(|(id, _)| *id == own.source_file);
                    entry.retracted.extend(retracted);
                    entry.rows += own.rows / slots.len() as u64;
                }
            }
        }
        facts
    }

    async fn product_counts_job(
        &self,
        step: BuildStep,
        fact: ProductFact,
        table: &str,
        mut stale: Vec<StalePartition>,
        facts_of: &SlotsFacts,
    ) -> Result<BuiltPartitions, StatsError> {
        let names: BTreeSet<&String> =
            stale.iter().flat_map(|stale| &facts_of[&stale.partition.slot].files).collect();
        let snapshot = self.snapshot(table).expect("the table has files");
        let files = snapshot.files.iter().filter(|file| names.contains(&file.name));
        let files: Vec<PathBuf> = files.map(|file| file.path.clone()).collect();
        let spans: Vec<_> =
            stale.iter().map(|stale| self.dimensions.span_of_slot(stale.partition.slot)).collect();
        let mut dictionary = IdDictionary::default();
        let request = self.staging_request(table, &files);
        let staged = stage_product_facts(fact, &request, &spans, &mut dictionary)?;
        let validity = staged.validity;
        for stale in &mut stale {
            stale.visible_until = validity.from.to_string();
        }
        let session = Session::new(self.context.as_of, &self.memory, 1)?;
        put_staged(&session, table, staged)?;
        put_dictionary(&session, &dictionary)?;
        let rows = materialize(&session, step.relations()).await?;
        drop(session);
        let outputs = self.write_partitions(step, &stale, rows, true)?;
        Ok(BuiltPartitions { partitions: stale, outputs, validity, slots_of_days: BTreeMap::new() })
    }
}
