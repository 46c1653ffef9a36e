//! Entry points: the build of a run, a build for an earlier time, and a build in memory for tests.

use std::{collections::BTreeMap, path::PathBuf};

use arrow::array::RecordBatch;
use slotcast_lake::{Lake, Snapshot};

use super::{
    builder::Builder,
    context::{BuildContext, BuildOptions, PreviousBuild},
    materialize::materialize,
    partition_store::PartitionStore,
    report::{BuildReport, PhaseTimer},
    session_tables::{put_dictionary, put_staged},
};
use crate::{
    engine::{MemoryLimit, Session},
    error::StatsError,
    registry::BuildStep,
    staging::{IdDictionary, ProductFact, stage_orders, stage_product_facts, stage_snapshots},
};

/// Rebuilds what is stale over these facts, and audits it.
///
/// # Errors
/// Fails if a relation cannot be computed, or an audit that is not a finding returns a row.
pub async fn build(
    facts: &[Snapshot],
    previous: &PreviousBuild,
    context: &BuildContext,
    options: &BuildOptions,
    store: PartitionStore,
) -> Result<BuildReport, StatsError> {
    let mut timer = PhaseTimer::start();
    let mut builder = Builder::open(facts, previous, context, options, store).await?;
    timer.end_phase("open");
    let session = build_all(&mut builder, &mut timer).await?;
    builder.build_next().await?;
    timer.end_phase("next slot");
    let findings = builder.audit_market(&session).await?;
    timer.end_phase("audits");
    Ok(BuildReport { findings, seconds: timer.seconds, ..builder.finish()? })
}

/// Rows of `offer_features` and `outcome_versions` for another context than that of the last build. Nothing that is
/// rebuilt for it is kept.
///
/// # Errors
/// Fails if a relation cannot be computed.
pub async fn build_as_of(
    facts: &[Snapshot],
    previous: &PreviousBuild,
    context: &BuildContext,
    store: PartitionStore,
) -> Result<[Vec<RecordBatch>; 2], StatsError> {
    let options = BuildOptions { full: false, memory: MemoryLimit::new(None) };
    let mut builder = Builder::open(facts, previous, context, &options, store).await?;
    let session = build_all(&mut builder, &mut PhaseTimer::start()).await?;
    let features = session.query("SELECT * FROM offer_features").await?;
    let outcomes = session.query("SELECT * FROM outcome_versions").await?;
    builder.store.discard()?;
    Ok([features, outcomes])
}

/// A session with every relation over these facts, including those that are not stored; for tests. The lake is
/// unchanged.
///
/// # Errors
/// Fails if a relation cannot be computed.
pub async fn build_in_memory(
    facts: &[Snapshot],
    context: &BuildContext,
    lake: &Lake,
) -> Result<Session, StatsError> {
    let options = BuildOptions { full: true, memory: MemoryLimit::new(None) };
    let store = PartitionStore::new(lake, "test", 0);
    let previous = PreviousBuild::new();
    let mut builder = Builder::open(facts, &previous, context, &options, store).await?;
    let session = build_all(&mut builder, &mut PhaseTimer::start()).await?;
    register_unstored(&builder, &session).await?;
    Ok(session)
}

/// Builds every step; returns a session with the relations of the market.
async fn build_all(builder: &mut Builder<'_>, timer: &mut PhaseTimer) -> Result<Session, StatsError> {
    builder.build_orders()?;
    timer.end_phase("orders");
    builder.build_product_counts(BuildStep::Signals)?;
    timer.end_phase("signals");
    builder.build_product_counts(BuildStep::Views)?;
    timer.end_phase("views");
    builder.build_conversion()?;
    builder.build_funnel()?;
    timer.end_phase("conversion and funnel");
    let scored = builder.build_features(&builder.scored())?;
    timer.end_phase("features");
    let session = builder.build_market(&scored).await?;
    timer.end_phase("market");
    Ok(session)
}

/// Registers all staged facts and the relations that are not stored.
async fn register_unstored(builder: &Builder<'_>, session: &Session) -> Result<(), StatsError> {
    let mut dictionary = IdDictionary::default();
    let campaigns = builder.dimensions.campaigns.keys().map(String::as_str);
    let keys: BTreeMap<&str, i64> = campaigns.map(|id| (id, dictionary.insert(id))).collect();
    builder.dimensions.put_campaigns(session, &keys)?;
    let everything = std::slice::from_ref(&(i64::MIN..i64::MAX));
    for name in ["order_events", "order_snapshots", "social_signals", "page_views"] {
        let files = builder.snapshot(name).map_or(&[][..], |snapshot| &snapshot.files);
        let files: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let request = builder.staging_request(name, &files);
        let staged = match name {
            "order_events" => stage_orders(&request, &mut dictionary)?,
            "order_snapshots" => stage_snapshots(&request, &dictionary)?,
            "social_signals" => {
                stage_product_facts(ProductFact::Signals, &request, everything, &mut dictionary)?
            }
            _ => stage_product_facts(ProductFact::Views, &request, everything, &mut dictionary)?,
        };
        put_staged(session, name, staged)?;
    }
    put_dictionary(session, &dictionary)?;
    let steps = [BuildStep::Orders, BuildStep::Signals, BuildStep::Views, BuildStep::Features];
    let unstored = steps.into_iter().flat_map(BuildStep::relations);
    materialize(session, unstored.filter(|relation| !relation.kind.is_stored())).await?;
    Ok(())
}
