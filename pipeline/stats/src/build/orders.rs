//! Orders and order snapshots, per slot of their campaigns.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use arrow::{array::AsArray, datatypes::Date32Type};

use super::{
    audits::run_step_audits,
    builder::Builder,
    fingerprint::fingerprint,
    known_files::file_input,
    materialize::materialize,
    partition::{Partition, PartitionInputs},
    session_tables::{put_dictionary, put_staged},
    stale::{BuiltPartitions, StalePartition, jobs},
    workers,
};
use crate::{
    engine::{QueryResult, Session, required_column},
    error::StatsError,
    registry::{BuildStep, Relation},
    staging::{IdDictionary, MovedVersion, Validity, stage_orders, stage_snapshots},
};

/// Campaigns of each slot.
type SlotCampaigns = BTreeMap<i32, Vec<String>>;

impl Builder<'_> {
    /// Rebuilds the orders of every slot whose facts or terms changed.
    pub(super) fn build_orders(&mut self) -> Result<(), StatsError> {
        let mut campaigns_of = SlotCampaigns::new();
        for (campaign, terms) in &self.dimensions.campaigns {
            campaigns_of.entry(terms.slot).or_default().push(campaign.clone());
        }
        let partitions = self.order_partitions(&campaigns_of);
        let stale = self.split_stale(BuildStep::Orders, partitions);
        let this: &Self = self;
        let jobs = jobs(BuildStep::Orders, stale, this.max_staged_rows());
        let built = workers::run_all(jobs, async |job| this.orders_job(job, &campaigns_of).await)?;
        self.record_all(BuildStep::Orders, built, |builder, partition, validity| {
            builder.validity_of_campaigns(&campaigns_of[&partition.slot], validity)
        });
        Ok(())
    }

    /// Inputs of the partition of each slot, with its number of facts.
    fn order_partitions(&self, campaigns_of: &SlotCampaigns) -> Vec<(Partition, PartitionInputs, u64)> {
        let mut files_of: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        let mut rows_of: BTreeMap<&str, u64> = BTreeMap::new();
        for (index, known) in self.new.files.values().enumerate() {
            for (campaign, rows) in &known.campaigns {
                files_of.entry(campaign).or_default().insert(index);
                *rows_of.entry(campaign).or_default() += rows;
            }
        }
        let file_inputs: Vec<String> =
            self.new.files.iter().map(|((table, name), file)| file_input(table, name, file)).collect();
        let slot_of = |version: &MovedVersion| Some(self.dimensions.campaigns.get(&version.entity)?.slot);
        let moved = self.moved_fingerprints("order_events", slot_of);
        let mut partitions = Vec::new();
        for (slot, campaigns) in campaigns_of {
            let ids = || campaigns.iter().map(String::as_str);
            let terms = ids().map(|id| format!("{id} {:x}", self.dimensions.campaigns[id].fingerprint));
            let files: BTreeSet<_> = ids().filter_map(|id| files_of.get(id)).flatten().collect();
            let inputs = PartitionInputs {
                definition: self.definitions[&BuildStep::Orders].clone(),
                terms: fingerprint(terms),
                facts: fingerprint(
                    files
                        .iter()
                        .map(|index| file_inputs[**index].clone())
                        .chain(moved.get(slot).map(|sum| format!("moved {sum:x}"))),
                ),
            };
            let rows = ids().filter_map(|id| rows_of.get(id)).sum();
            partitions.push((Partition::of_slot(*slot), inputs, rows));
        }
        partitions
    }

    /// Interval of as_of in which the results for these campaigns are valid.
    fn validity_of_campaigns(&self, campaigns: &[String], facts: Validity) -> Validity {
        let as_of = self.as_of();
        let mut validity = facts;
        for at in campaigns.iter().flat_map(|id| &self.dimensions.campaigns[id].transitions) {
            validity.narrow(*at, as_of);
        }
        validity
    }

    async fn orders_job(
        &self,
        stale: Vec<StalePartition>,
        campaigns_of: &SlotCampaigns,
    ) -> Result<BuiltPartitions, StatsError> {
        let campaigns: BTreeSet<&str> =
            stale.iter().flat_map(|stale| &campaigns_of[&stale.partition.slot]).map(String::as_str).collect();
        let mut dictionary = IdDictionary::default();
        let keys: BTreeMap<&str, i64> = campaigns.iter().map(|id| (*id, dictionary.insert(id))).collect();
        let (events, snapshots) =
            (self.files_of("order_events", &campaigns), self.files_of("order_snapshots", &campaigns));
        let orders = stage_orders(&self.staging_request("order_events", &events), &mut dictionary)?;
        let snapshots = stage_snapshots(&self.staging_request("order_snapshots", &snapshots), &dictionary)?;
        let validity = orders.validity.intersect(snapshots.validity);
        let session = Session::new(self.context.as_of, &self.memory, 1)?;
        self.dimensions.put_campaigns(&session, &keys)?;
        put_staged(&session, "order_events", orders)?;
        put_staged(&session, "order_snapshots", snapshots)?;
        put_dictionary(&session, &dictionary)?;
        let rows = materialize(&session, BuildStep::Orders.relations()).await?;
        run_step_audits(&session, BuildStep::Orders).await?;
        drop(session);
        let slots_of_days = self.slots_of_order_days(&rows)?;
        let outputs = self.write_partitions(BuildStep::Orders, &stale, rows, false)?;
        Ok(BuiltPartitions { partitions: stale, outputs, validity, slots_of_days })
    }

    /// Files of a table that contain facts of these campaigns.
    fn files_of(&self, table: &str, campaigns: &BTreeSet<&str>) -> Vec<PathBuf> {
        let Some(snapshot) = self.snapshot(table) else { return Vec::new() };
        let has_campaign = |name: &str| {
            let file = self.new.files.get(&(table.to_owned(), name.to_owned()));
            file.is_some_and(|file| file.campaigns.keys().any(|id| campaigns.contains(id.as_str())))
        };
        let files = snapshot.files.iter().filter(|file| has_campaign(&file.name));
        files.map(|file| file.path.clone()).collect()
    }

    /// Slots of the days of the orders of each partition.
    fn slots_of_order_days(
        &self,
        rows: &[(&'static Relation, QueryResult)],
    ) -> Result<BTreeMap<Partition, BTreeSet<i32>>, StatsError> {
        let mut slots: BTreeMap<Partition, BTreeSet<i32>> = BTreeMap::new();
        let order_days = rows.iter().filter(|(relation, _)| relation.name == "order_days");
        for batch in order_days.flat_map(|(_, rows)| &rows.batches) {
            let days =
                |name: &str| Ok::<_, StatsError>(required_column(batch, name)?.as_primitive::<Date32Type>());
            let pairs: BTreeSet<(i32, i32)> = days("slot_date")?
                .values()
                .iter()
                .copied()
                .zip(days("day")?.values().iter().copied())
                .collect();
            for (slot, day) in pairs {
                let slots = slots.entry(Partition::of_slot(slot)).or_default();
                slots.insert(self.dimensions.slot_of_day(day));
            }
        }
        Ok(slots)
    }
}
