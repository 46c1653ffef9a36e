//! Relations of the whole market, each rebuilt if something that it reads has changed; and their audits.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{
    audits::{Finding, run_audit},
    builder::Builder,
    fingerprint::fingerprint,
    materialize::materialize,
    partition::{CachedPartition, Partition, PartitionInputs, PartitionOutput},
    session_tables::{calendar_span, put_market_days},
};
use crate::{
    engine::{QueryResult, Session},
    error::StatsError,
    registry::{AUDITS, BuildStep, OFFER_FEATURES_NEXT, RELATIONS, Relation, identifiers, relation},
};

/// A relation of the market, after the relations it reads that are not stored.
fn with_unstored_inputs(relation: &'static Relation) -> Vec<&'static Relation> {
    let words = identifiers(relation.sql);
    let mut relations: Vec<&'static Relation> = BuildStep::Market
        .relations()
        .filter(|other| !other.kind.is_stored() && words.contains(other.name))
        .collect();
    relations.push(relation);
    relations
}

/// Each relation of the market is a partition of its own, and so is each audit.
fn market_partition(index: usize) -> Partition {
    Partition { slot: 0, days_before_open: u32::try_from(index).unwrap_or(u32::MAX) }
}

fn audit_partition(index: usize) -> Partition {
    Partition { slot: 1, ..market_partition(index) }
}

impl Builder<'_> {
    /// Fingerprints of everything that these queries read.
    fn market_inputs(&self, queries: &[&'static str]) -> PartitionInputs {
        let mut facts = Vec::new();
        let mut terms = String::new();
        let words: HashSet<&str> = queries.iter().flat_map(|sql| identifiers(sql)).collect();
        for other in RELATIONS.iter().filter(|other| words.contains(other.name)) {
            match other.step {
                BuildStep::Dimensions => self.dimensions.fingerprint.clone_into(&mut terms),
                BuildStep::Market => {
                    // Stored relations are built in order, so its inputs are recorded.
                    let index = BuildStep::Market.stored().position(|stored| stored.name == other.name);
                    let cached = index.and_then(|index| {
                        self.new.partitions.get(&(BuildStep::Market, market_partition(index)))
                    });
                    let inputs =
                        cached.map(|cached| [cached.inputs.terms.clone(), cached.inputs.facts.clone()]);
                    facts.extend(inputs.map(fingerprint));
                }
                step if other.kind.is_stored() => {
                    let partitions = self.new.of_step(step).map(|(partition, _)| partition);
                    facts.push(self.new.fingerprint(step, other.name, partitions));
                }
                _ => {}
            }
        }
        if words.contains("as_of") {
            // Of as_of itself, only the slots that have closed count.
            let mut closed = self.dimensions.slots.iter().filter(|slot| slot.closes_at <= self.context.as_of);
            facts.push(closed.next_back().map(|slot| slot.date.to_string()).unwrap_or_default());
        }
        if words.contains("market_days") {
            let [first, last] = calendar_span(&self.dimensions, self.context);
            facts.push(format!("{first} {last}"));
        }
        PartitionInputs {
            definition: self.definitions[&BuildStep::Market].clone(),
            terms,
            facts: fingerprint(facts),
        }
    }

    /// Number of campaigns' openings, closes and settlements in the past.
    fn past_transitions(&self) -> usize {
        let transitions = self.dimensions.campaigns.values().flat_map(|campaign| &campaign.transitions);
        transitions.filter(|at| **at <= self.as_of()).count()
    }

    /// Runs the audits of the market whose inputs changed since they last found nothing.
    pub(super) async fn audit_market(&mut self, session: &Session) -> Result<Vec<Finding>, StatsError> {
        let mut findings = Vec::new();
        let audits = AUDITS.iter().filter(|audit| audit.step == BuildStep::Market);
        for (index, audit) in audits.enumerate() {
            let partition = audit_partition(index);
            let mut inputs = self.market_inputs(&[audit.sql]);
            let mut facts = vec![inputs.facts, audit.sql.to_owned()];
            let words = identifiers(audit.sql);
            if words.contains("as_of") {
                facts.push(self.past_transitions().to_string());
            }
            inputs.facts = fingerprint(facts);
            // These tables are rebuilt for every as_of.
            let reads_current =
                words.iter().any(|word| word.starts_with("fact_") || *word == "offer_features");
            if !reads_current && self.staleness(BuildStep::Market, partition, &inputs).is_none() {
                self.reuse(BuildStep::Market, partition);
                continue;
            }
            match run_audit(session, audit).await? {
                Some(finding) => findings.push(finding),
                None => {
                    let cached = CachedPartition::timeless(inputs);
                    self.new.partitions.insert((BuildStep::Market, partition), cached);
                }
            }
        }
        Ok(findings)
    }

    /// Rebuilds the stale relations of the market; returns a session with every relation.
    pub(super) async fn build_market(&mut self, scored: &QueryResult) -> Result<Session, StatsError> {
        let session = self.market_session(scored).await?;
        for (index, relation) in BuildStep::Market.stored().enumerate() {
            let partition = market_partition(index);
            let relations = with_unstored_inputs(relation);
            let queries: Vec<&str> = relations.iter().map(|relation| relation.sql).collect();
            let inputs = self.market_inputs(&queries);
            let is_stale = relation.name == "offer_features"
                || self.staleness(BuildStep::Market, partition, &inputs).is_some();
            let previous = self.previous.get(relation.name).filter(|_| !is_stale);
            if let Some(previous) = previous {
                self.reuse(BuildStep::Market, partition);
                let files: BTreeSet<String> = previous.files.iter().map(|file| file.name.clone()).collect();
                let table = self.store.table(relation.name, &files, &self.schema(relation.name)?)?;
                session.put(relation.name, table)?;
                self.whole.insert(relation.name, files);
                continue;
            }
            let stored = materialize(&session, relations.into_iter()).await?;
            let rows = stored.into_iter().find(|(own, _)| own.name == relation.name);
            let rows = rows.expect("the relation is stored").1;
            let file = self.store.write_file(relation.name, "all", &rows)?;
            self.whole.insert(relation.name, file.iter().cloned().collect());
            let fingerprint = inputs.facts.clone();
            let output = PartitionOutput { fingerprint, rows: rows.row_count() as u64, file };
            let outputs = BTreeMap::from([(relation.name.to_owned(), output)]);
            let cached = CachedPartition { outputs, ..CachedPartition::timeless(inputs) };
            self.new.partitions.insert((BuildStep::Market, partition), cached);
        }
        Ok(session)
    }

    /// Features of the slot after the scored one, with those of the slots before it.
    pub(super) async fn build_next(&mut self) -> Result<(), StatsError> {
        let rows = match self.context.next {
            None => QueryResult { schema: self.schema("offer_features")?, batches: Vec::new() },
            Some(next) => {
                let next = Self::decision_of(&next);
                let scored = self.build_features(&next)?;
                let session = Session::new(self.context.as_of, &self.memory, 2)?;
                self.dimensions.put_all(&session)?;
                self.put_features(&session, &next, &scored).await?;
                let features = std::iter::once(relation("offer_features"));
                materialize(&session, features).await?.pop().expect("the relation is stored").1
            }
        };
        let file = self.store.write_file(OFFER_FEATURES_NEXT, "all", &rows)?;
        self.whole.insert(OFFER_FEATURES_NEXT, file.into_iter().collect());
        Ok(())
    }

    /// A session with every stored relation of the other steps.
    async fn market_session(&self, scored: &QueryResult) -> Result<Session, StatsError> {
        let session = Session::new(self.context.as_of, &self.memory, 2)?;
        self.dimensions.put_all(&session)?;
        let is_input = |relation: &&Relation| {
            relation.kind.is_stored() && !matches!(relation.step, BuildStep::Market | BuildStep::Features)
        };
        for relation in RELATIONS.iter().filter(is_input) {
            self.register_stored(&session, relation, None)?;
        }
        self.put_features(&session, &self.scored(), scored).await?;
        put_market_days(&session, &self.dimensions, self.context)?;
        session.put_rows("fact_tables", &self.fact_tables()?.into())?;
        session.put_rows("fact_campaigns", &self.fact_campaigns()?.into())?;
        session.put_rows("fact_sources", &self.fact_sources()?.into())?;
        Ok(session)
    }
}
