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
    staging::{IdDictionary, ProductFact, StagingRequest, stage_product_facts},
};

/// Files that contain facts of each slot's days, by slot.
type SlotFiles = BTreeMap<i32, BTreeSet<String>>;

impl Builder<'_> {
    /// Rebuilds the signals or views of every slot's days that new facts touch.
    pub(super) fn build_product_counts(&mut self, step: BuildStep) -> Result<(), StatsError> {
        let (fact, table) = match step {
            BuildStep::Signals => (ProductFact::Signals, "social_signals"),
            _ => (ProductFact::Views, "page_views"),
        };
        let (files_of, rows_of) = self.files_by_slot(table);
        let mut partitions = Vec::new();
        for (slot, files) in &files_of {
            let inputs = PartitionInputs {
                definition: self.definitions[&step].clone(),
                terms: String::new(),
                facts: fingerprint(files.iter().cloned()),
            };
            partitions.push((Partition::of_slot(*slot), inputs, rows_of[slot]));
        }
        let stale = self.split_stale(step, partitions);
        let this: &Self = self;
        let jobs = jobs(step, stale, this.max_staged_rows());
        let built = workers::run_all(jobs, async |job| {
            this.product_counts_job(step, fact, table, job, &files_of).await
        })?;
        self.record_all(step, built, |_, _, validity| validity);
        Ok(())
    }

    /// Files of a table by slot, with the approximate number of facts of each slot's days.
    fn files_by_slot(&self, table: &str) -> (SlotFiles, BTreeMap<i32, u64>) {
        let (mut files_of, mut rows_of) = (SlotFiles::new(), BTreeMap::new());
        for file in self.snapshot(table).map_or(&[][..], |snapshot| &snapshot.files) {
            let Some(span) = file.time_range else { continue };
            let last = span.last.min(self.as_of());
            let slots: Vec<i32> = self.dimensions.slots_between(span.first, last.max(span.first)).collect();
            for slot in &slots {
                files_of.entry(*slot).or_default().insert(file.name.clone());
                *rows_of.entry(*slot).or_default() += file.rows.unwrap_or(0) / slots.len() as u64;
            }
        }
        (files_of, rows_of)
    }

    async fn product_counts_job(
        &self,
        step: BuildStep,
        fact: ProductFact,
        table: &str,
        mut stale: Vec<StalePartition>,
        files_of: &SlotFiles,
    ) -> Result<BuiltPartitions, StatsError> {
        let names: BTreeSet<&String> =
            stale.iter().flat_map(|stale| &files_of[&stale.partition.slot]).collect();
        let snapshot = self.snapshot(table).expect("the table has files");
        let files = snapshot.files.iter().filter(|file| names.contains(&file.name));
        let files: Vec<PathBuf> = files.map(|file| file.path.clone()).collect();
        let spans: Vec<_> =
            stale.iter().map(|stale| self.dimensions.span_of_slot(stale.partition.slot)).collect();
        let request = StagingRequest { files: &files, as_of: self.as_of(), days: &self.dimensions.days };
        let mut dictionary = IdDictionary::default();
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
        Ok(BuiltPartitions { partitions: stale, outputs, validity, days: BTreeMap::new() })
    }
}
