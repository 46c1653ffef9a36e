//! Knowledge about the offers of a slot, at each distance before its opening that is scored.
//!
//! Knowledge at T does not change when more becomes known later. So a slot is built once per distance, and again only
//! if facts were added that were known by its T.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow::{
    array::{AsArray, BooleanArray},
    compute::{filter_record_batch, not},
    datatypes::Date32Type,
};
use chrono::{DateTime, NaiveDate};
use slotcast_core::{Knowledge, Slot};

use super::{
    builder::Builder,
    materialize::materialize,
    partition::{CachedPartition, Partition, PartitionInputs, PartitionOutputs},
    session_tables::{FirstKnown, put_decisions},
    stale::StalePartition,
    workers,
};
use crate::{
    calendar::{Decision, day_number},
    engine::{QueryResult, Session, required_column},
    error::StatsError,
    registry::{BuildStep, inputs_of_step, relation},
};

/// Slots per job.
const MAX_JOB_SLOTS: usize = 52;
/// Lookback of features, with the days of a slot.
const LOOKBACK_DAYS: i32 = 60 + 7;

impl Builder<'_> {
    /// The slot to score, with its T.
    pub(super) fn scored(&self) -> Decision {
        Self::decision_of(&self.context.scored)
    }

    pub(super) fn decision_of(scored: &Knowledge) -> Decision {
        Decision {
            slot_date: scored.slot.date,
            days_before_open: scored.days_before_open,
            knowledge_at: scored.knowledge_at,
        }
    }

    /// Every slot with offers before the scored one, at the same distance.
    fn training_decisions(&self, scored: &Decision) -> Result<Vec<Decision>, StatsError> {
        let mut dates: BTreeSet<i32> = BTreeSet::new();
        for name in ["stg_candidates", "stg_campaign_slots"] {
            for batch in &self.dimensions.table(name).batches {
                let column = required_column(batch, "slot_date")?;
                dates.extend(column.as_primitive::<Date32Type>().iter().flatten());
            }
        }
        let decision = |slot: &Slot| Decision {
            slot_date: slot.date,
            days_before_open: scored.days_before_open,
            knowledge_at: self.context.calendar.days_before(slot, scored.days_before_open),
        };
        let slots = self.dimensions.slots.iter().filter(|slot| slot.date < scored.slot_date);
        Ok(slots.filter(|slot| dates.contains(&day_number(slot.date))).map(decision).collect())
    }

    fn first_known(&self) -> FirstKnown {
        let first = |step| {
            let known = self.new.of_step(step).map(|(_, cached)| cached.known_from).min()?;
            DateTime::from_timestamp_micros(known).filter(|_| known != i64::MAX)
        };
        (first(BuildStep::Signals), first(BuildStep::Views))
    }

    /// Whether the features of a partition of the last build are still what was known at its T.
    fn is_current(&self, partition: Partition) -> bool {
        let cached = &self.old.partitions[&(BuildStep::Features, partition)];
        let knowledge_at = || {
            let index = self.dimensions.slot_days.binary_search(&partition.slot).ok()?;
            let slot = &self.dimensions.slots[index];
            let at = self.context.calendar.days_before(slot, partition.days_before_open);
            Some(at.timestamp_micros())
        };
        cached.inputs.definition == self.definitions[&BuildStep::Features]
            && knowledge_at().is_some_and(|at| at < self.changed_from)
    }

    /// Stores the features of past slots at the distance of the scored slot; returns those of the scored slot.
    pub(super) fn build_features(&mut self, scored: &Decision) -> Result<QueryResult, StatsError> {
        let old: Vec<Partition> = self.old.of_step(BuildStep::Features).map(|(own, _)| own).collect();
        // Partitions at other distances are not rebuilt now: outdated ones are dropped.
        let current: Vec<Partition> = old.into_iter().filter(|own| self.is_current(*own)).collect();
        let (mut stale, mut decisions) = (Vec::new(), BTreeMap::new());
        for decision in self.training_decisions(scored)? {
            let slot = day_number(decision.slot_date);
            let partition = Partition { slot, days_before_open: decision.days_before_open };
            let is_built = self.new.partitions.contains_key(&(BuildStep::Features, partition));
            if current.contains(&partition) || is_built {
                continue;
            }
            let definition = self.definitions[&BuildStep::Features].clone();
            let inputs = PartitionInputs { definition, ..PartitionInputs::default() };
            let reason = self.staleness(BuildStep::Features, partition, &inputs);
            let reason = reason.unwrap_or("new facts known by its T");
            decisions.insert(partition, decision);
            stale.push(StalePartition { partition, inputs, reason, visible_until: String::new(), rows: 1 });
        }
        current.into_iter().for_each(|partition| self.reuse(BuildStep::Features, partition));
        let jobs = feature_jobs(stale);
        let last = jobs.len() - 1;
        let this: &Self = self;
        let built = workers::run_all(jobs.into_iter().enumerate().collect(), async |(index, stale)| {
            let own = stale.iter().map(|stale: &StalePartition| decisions[&stale.partition]);
            let own: Vec<Decision> = own.chain((index == last).then_some(*scored)).collect();
            let mut rows = this.features_of(&own).await?;
            let scored_rows = (index == last).then(|| take_slot(&mut rows, scored.slot_date)).transpose()?;
            let outputs = match stale.is_empty() {
                true => PartitionOutputs::new(),
                false => {
                    let rows = vec![(relation("offer_feature_values"), rows)];
                    this.write_partitions(BuildStep::Features, &stale, rows, true)?
                }
            };
            Ok((stale, outputs, scored_rows))
        })?;
        let mut scored_rows = None;
        for (stale, outputs, rows) in built {
            scored_rows = rows.or(scored_rows);
            let timeless = |_: &Self, own: &StalePartition| CachedPartition::timeless(own.inputs.clone());
            self.record(BuildStep::Features, &stale, outputs, timeless);
        }
        scored_rows.ok_or_else(|| StatsError::Internal("the scored slot was not built".to_owned()))
    }

    /// Features of these slots, each at its T.
    async fn features_of(&self, decisions: &[Decision]) -> Result<QueryResult, StatsError> {
        let session = Session::new(self.context.as_of, &self.memory, 1)?;
        self.dimensions.put_all(&session)?;
        put_decisions(&session, &self.dimensions, decisions, self.first_known())?;
        let days = &self.dimensions.days;
        let lookback = |own: &Decision| {
            let day = days.known_on(own.knowledge_at.timestamp_micros());
            let first = self.dimensions.slot_of_day(day.saturating_sub(LOOKBACK_DAYS));
            self.dimensions.slots_in(first..=day)
        };
        let daily: BTreeSet<Partition> =
            decisions.iter().flat_map(lookback).map(Partition::of_slot).collect();
        for relation in inputs_of_step(BuildStep::Features) {
            let is_daily = matches!(relation.step, BuildStep::Signals | BuildStep::Views);
            self.register_stored(&session, relation, is_daily.then_some(&daily))?;
        }
        let stored = materialize(&session, BuildStep::Features.relations()).await?;
        let rows = stored.into_iter().find(|(relation, _)| relation.name == "offer_feature_values");
        Ok(rows.expect("the step builds it").1)
    }

    /// Registers the features of all slots at the distance of the scored slot.
    pub(super) async fn put_features(
        &self,
        session: &Session,
        scored: &Decision,
        rows: &QueryResult,
    ) -> Result<(), StatsError> {
        let mut decisions = self.training_decisions(scored)?;
        decisions.push(*scored);
        put_decisions(session, &self.dimensions, &decisions, self.first_known())?;
        let partitions = self.new.of_step(BuildStep::Features).map(|(partition, _)| partition);
        let partitions: BTreeSet<Partition> =
            partitions.filter(|own| own.days_before_open == scored.days_before_open).collect();
        self.register_stored(session, relation("offer_feature_values"), Some(&partitions))?;
        let stored = session.context.table_provider("offer_feature_values").await?;
        session.put("past_features", stored)?;
        session.put_rows("scored_features", rows)?;
        let date = scored.slot_date;
        let both = format!(
            "SELECT * FROM past_features WHERE slot_date < DATE '{date}' \
             UNION ALL BY NAME SELECT * FROM scored_features"
        );
        let view = session.plan(&both).await?.into_view();
        session.put("offer_feature_values", view)
    }
}

/// Jobs of whole groups. The last one can take the scored slot and may be empty.
fn feature_jobs(stale: Vec<StalePartition>) -> Vec<Vec<StalePartition>> {
    let mut jobs: Vec<Vec<StalePartition>> = Vec::new();
    for own in stale {
        let group = own.partition.group(BuildStep::Features);
        let is_same_group = |job: &[StalePartition]| {
            job.last().is_some_and(|last| last.partition.group(BuildStep::Features) == group)
        };
        match jobs.last_mut() {
            Some(job) if job.len() < MAX_JOB_SLOTS || is_same_group(job) => job.push(own),
            _ => jobs.push(vec![own]),
        }
    }
    if jobs.last().is_none_or(|job| job.len() >= MAX_JOB_SLOTS) {
        jobs.push(Vec::new());
    }
    jobs
}

/// Removes the rows of a slot and returns them.
fn take_slot(rows: &mut QueryResult, slot: NaiveDate) -> Result<QueryResult, StatsError> {
    let slot = day_number(slot);
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for batch in std::mem::take(&mut rows.batches) {
        let dates = required_column(&batch, "slot_date")?.as_primitive::<Date32Type>();
        let is_own: BooleanArray = dates.iter().map(|date| Some(date == Some(slot))).collect();
        own.push(filter_record_batch(&batch, &is_own)?);
        others.push(filter_record_batch(&batch, &not(&is_own)?)?);
    }
    rows.batches = others;
    Ok(QueryResult { schema: Arc::clone(&rows.schema), batches: own })
}
