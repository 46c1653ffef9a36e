//! Builds the relations in order: views stay views, the rest is computed once.

use arrow::{array::RecordBatch, compute::concat_batches, datatypes::SchemaRef};
use datafusion::physical_plan::collect;
use slotcast_lake::{Snapshot, text_columns};

use crate::{
    audit::{Finding, run_audits},
    error::StatsError,
    priors::moq_priors,
    registry::{Kind, Layer, RELATIONS, Relation, needed_for},
    session::{Question, Session},
};

/// A relation that was built, to be kept.
#[derive(Clone, Debug)]
pub struct Built {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub schema: SchemaRef,
    /// Its rows, ordered by its key, in one batch.
    pub rows: RecordBatch,
}

/// What a build gives.
#[derive(Clone, Debug)]
pub struct Build {
    /// Every kept relation.
    pub relations: Vec<Built>,
    /// What audits found that does not stop a run.
    pub findings: Vec<Finding>,
}

impl Build {
    /// The rows of a kept relation.
    pub fn rows(&self, name: &str) -> Option<&RecordBatch> {
        self.relations.iter().find(|built| built.name == name).map(|built| &built.rows)
    }
}

/// Builds every relation over these facts and audits them.
///
/// # Errors
/// When a relation cannot be computed, or an audit that is not a mere finding returns a row.
pub async fn build(facts: &[Snapshot], question: &Question) -> Result<Build, StatsError> {
    let session = Session::open(facts, question).await?;
    let relations = session.build(RELATIONS.iter()).await?;
    let findings = run_audits(&session).await?;
    Ok(Build { relations, findings })
}

/// The features of another slot's offers over the same facts: the same text, with that slot's T.
///
/// # Errors
/// When a relation cannot be computed.
pub async fn product_slots_for(facts: &[Snapshot], question: &Question) -> Result<RecordBatch, StatsError> {
    let session = Session::open(facts, question).await?;
    let relations = session.build(needed_for("product_slots").into_iter()).await?;
    let slots = relations.into_iter().find(|built| built.name == "product_slots");
    Ok(slots.expect("the registry names it").rows)
}

impl Session {
    async fn build(
        &self,
        relations: impl Iterator<Item = &'static Relation>,
    ) -> Result<Vec<Built>, StatsError> {
        let mut kept = Vec::new();
        for relation in relations {
            let failed = StatsError::relation(relation.name);
            match relation.kind {
                Kind::View => {
                    let view = self.plan(relation.sql).await.map_err(failed)?.into_view();
                    self.context.register_table(relation.name, view)?;
                }
                Kind::Memory => {
                    let rows = self.compute(relation, &[]).await.map_err(failed)?;
                    if relation.name == "moq_counts" {
                        self.register("moq_priors", vec![moq_priors(std::slice::from_ref(&rows))?])?;
                    }
                    self.register(relation.name, vec![rows])?;
                }
                Kind::Kept(order) => {
                    let rows = self.compute(relation, order).await.map_err(failed)?;
                    let rows = text_columns(&rows)?;
                    self.register(relation.name, vec![rows.clone()])?;
                    kept.push(Built { name: relation.name, schema: rows.schema(), rows });
                }
            }
        }
        Ok(kept)
    }

    async fn compute(&self, relation: &Relation, order: &[&str]) -> datafusion::error::Result<RecordBatch> {
        let mut frame = self.plan(relation.sql).await?;
        if !order.is_empty() {
            let keys = order.iter().map(|name| datafusion::prelude::col(*name).sort(true, false));
            frame = frame.sort(keys.collect())?;
        }
        // The schema of the plan as written may still change when types are brought together.
        let plan = frame.create_physical_plan().await?;
        let schema = plan.schema();
        let batches = collect(plan, self.context.task_ctx()).await?;
        Ok(concat_batches(&schema, &batches)?)
    }

    /// Plans every relation without running any; what the facts hold does not matter.
    ///
    /// # Errors
    /// Names the relation that cannot be planned.
    pub async fn plan_all(&self) -> Result<Vec<(&'static str, Layer)>, StatsError> {
        let mut planned = Vec::new();
        for relation in RELATIONS {
            let view = self.plan(relation.sql).await.map_err(StatsError::relation(relation.name))?;
            self.context.register_table(relation.name, view.into_view())?;
            if relation.name == "moq_counts" {
                self.register("moq_priors", vec![moq_priors(&[])?])?;
            }
            planned.push((relation.name, relation.layer));
        }
        Ok(planned)
    }

    /// Answers a question about the built relations; for tests.
    ///
    /// # Errors
    /// When the query cannot be planned or run.
    pub async fn ask(&self, sql: &str) -> Result<Vec<RecordBatch>, StatsError> {
        Ok(self.plan(sql).await?.collect().await?)
    }

    /// Opens a session with every relation built and registered; for tests that ask about views too.
    ///
    /// # Errors
    /// When a relation cannot be computed.
    pub async fn open_built(facts: &[Snapshot], question: &Question) -> Result<Self, StatsError> {
        let session = Self::open(facts, question).await?;
        session.build(RELATIONS.iter()).await?;
        Ok(session)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use slotcast_core::{Knowledge, SlotCalendar};

    use super::*;

    fn question() -> Question {
        let calendar = SlotCalendar::default();
        let as_of = "2016-02-24T18:00:00Z".parse().unwrap();
        let scored = Knowledge::of(&calendar, calendar.next_after(as_of), as_of, 4);
        Question { as_of, calendar, scored, refund_window: TimeDelta::days(14) }
    }

    #[tokio::test]
    async fn every_relation_plans_over_empty_tables() {
        let session = Session::open(&[], &question()).await.unwrap();
        assert_eq!(session.plan_all().await.unwrap().len(), RELATIONS.len());
    }

    #[tokio::test]
    async fn a_market_without_facts_gives_empty_relations() {
        let build = build(&[], &question()).await.unwrap();
        assert!(build.relations.iter().all(|built| built.rows.num_rows() == 0));
        assert!(build.findings.is_empty());
    }
}
