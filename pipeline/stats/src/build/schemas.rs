//! Schemas of stored relations, and the fingerprint of what defines them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use arrow::{
    array::RecordBatch,
    datatypes::{Schema, SchemaRef},
};
use slotcast_lake::{cast_to_lake_types, contract};

use super::{
    build_state::BuildState,
    context::{BuildContext, PreviousBuild},
    dimensions::Dimensions,
    fingerprint::fingerprint,
    priors::put_priors,
    session_tables::{put_decisions, put_empty_staged, put_market_days},
};
use crate::{
    engine::{MemoryLimit, Session, empty_table},
    error::StatsError,
    registry::{BuildStep, RELATIONS},
};

/// Schemas by the name of the relation.
pub(super) type Schemas = BTreeMap<&'static str, SchemaRef>;

/// Fingerprints of the definitions of each step.
pub(super) type Definitions = BTreeMap<BuildStep, String>;

/// Fingerprint of everything that defines the result of each step, apart from facts and as_of.
pub(super) fn definitions(context: &BuildContext) -> Definitions {
    let definition = |step: BuildStep| {
        let texts = step.relations().map(|relation| format!("{} {}", relation.name, relation.sql));
        let settings = format!(
            "{:?} {:?} {:?} {}",
            context.calendar,
            context.refund_window,
            context.currency,
            env!("CARGO_PKG_VERSION")
        );
        (step, fingerprint(texts.chain([settings])))
    };
    BuildStep::ALL.into_iter().map(definition).collect()
}

/// Schemas of every stored relation, without run ids.
pub(super) async fn schemas(
    previous: &PreviousBuild,
    state: &BuildState,
    definitions: &Definitions,
    dimensions: &Dimensions,
    context: &BuildContext,
    memory: &MemoryLimit,
) -> Result<Schemas, StatsError> {
    match stored_schemas(previous, state, definitions, dimensions) {
        Some(schemas) => Ok(schemas),
        None => planned_once(dimensions, context, memory).await,
    }
}

/// Schemas in the lake, if the same definitions made every partition and no attribute is new.
fn stored_schemas(
    previous: &PreviousBuild,
    state: &BuildState,
    definitions: &Definitions,
    dimensions: &Dimensions,
) -> Option<Schemas> {
    let mut schemas = BTreeMap::new();
    for step in BuildStep::ALL.into_iter().filter(|step| *step != BuildStep::Dimensions) {
        let mut stored = state.of_step(step).map(|(_, cached)| &cached.inputs.definition);
        let first = stored.next()?;
        if *first != definitions[&step] || stored.any(|definition| definition != first) {
            return None;
        }
        for relation in step.stored() {
            let fields = previous.get(relation.name)?.schema.fields();
            let fields: Vec<_> = fields.iter().filter(|field| field.name() != "run_id").cloned().collect();
            schemas.insert(relation.name, Arc::new(Schema::new(fields)) as SchemaRef);
        }
    }
    let features: &SchemaRef = &schemas["offer_feature_values"];
    let is_new =
        |name: &str| name.starts_with(contract::ATTRIBUTE_PREFIX) && features.index_of(name).is_err();
    let tables = ["stg_candidates", "stg_campaign_slots"].map(|name| &dimensions.table(name).schema);
    let has_new = tables.iter().any(|schema| schema.fields().iter().any(|field| is_new(field.name())));
    (!has_new).then_some(schemas)
}

/// Schemas planned once per process and set of attributes.
async fn planned_once(
    dimensions: &Dimensions,
    context: &BuildContext,
    memory: &MemoryLimit,
) -> Result<Schemas, StatsError> {
    static PLANNED: Mutex<BTreeMap<String, Schemas>> = Mutex::new(BTreeMap::new());
    let key = format!("{:?}", dimensions.schemas());
    let found = PLANNED.lock().expect("no holder panics").get(&key).cloned();
    if let Some(schemas) = found {
        return Ok(schemas);
    }
    let schemas = planned_schemas(dimensions, context, memory).await?;
    PLANNED.lock().expect("no holder panics").insert(key, schemas.clone());
    Ok(schemas)
}

/// Schemas found by planning every relation over empty tables.
async fn planned_schemas(
    dimensions: &Dimensions,
    context: &BuildContext,
    memory: &MemoryLimit,
) -> Result<Schemas, StatsError> {
    let session = Session::new(context.as_of, memory, 1)?;
    dimensions.put_all(&session)?;
    put_decisions(&session, dimensions, &[], (None, None))?;
    put_empty_staged(&session, dimensions)?;
    put_market_days(&session, dimensions, context)?;
    let mut schemas = BTreeMap::new();
    for relation in RELATIONS.iter().filter(|relation| relation.step != BuildStep::Dimensions) {
        // Only orders have surrogate keys of campaigns.
        match relation.step {
            BuildStep::Orders => dimensions.put_campaigns(&session, &BTreeMap::new())?,
            _ => dimensions.put_all(&session)?,
        }
        let failed = StatsError::relation(relation.name);
        let frame = session.plan(relation.sql).await.map_err(failed)?;
        let plan = frame.create_physical_plan().await?;
        if relation.kind.is_stored() {
            schemas
                .insert(relation.name, cast_to_lake_types(&RecordBatch::new_empty(plan.schema()))?.schema());
        }
        session.put(relation.name, empty_table(plan.schema())?)?;
        put_priors(&session, relation, &[])?;
    }
    Ok(schemas)
}
