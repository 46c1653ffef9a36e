//! What decides what comes out of a step, and which columns come out.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use arrow::{
    array::RecordBatch,
    datatypes::{Schema, SchemaRef},
};
use slotcast_lake::{contract, text_columns};

use super::{
    Base, cells,
    dimensions::Dimensions,
    market, offers,
    state::{State, stamp},
};
use crate::{
    error::StatsError,
    priors::put_priors,
    registry::{RELATIONS, Step},
    session::{Memory, Question, Session, empty},
};

/// Columns by the name of their relation.
pub(crate) type Schemas = BTreeMap<&'static str, SchemaRef>;

/// Everything but facts and as_of that decides what comes out of a step.
pub(crate) fn recipe(step: Step, question: &Question) -> String {
    let texts = step.relations().map(|relation| format!("{} {}", relation.name, relation.sql));
    let settings =
        format!("{:?} {:?} {}", question.calendar, question.refund_window, env!("CARGO_PKG_VERSION"));
    stamp(texts.chain([settings]))
}

/// The columns of every kept relation, without the ids of runs.
pub(crate) async fn schemas(
    base: &Base,
    old: &State,
    recipes: &BTreeMap<Step, String>,
    dimensions: &Dimensions,
    question: &Question,
    memory: &Memory,
) -> Result<Schemas, StatsError> {
    match held_schemas(base, old, recipes, dimensions) {
        Some(schemas) => Ok(schemas),
        None => planned_once(dimensions, question, memory).await,
    }
}

/// The columns of every kept relation as the lake holds them, where the same text made them all.
fn held_schemas(
    base: &Base,
    old: &State,
    recipes: &BTreeMap<Step, String>,
    dimensions: &Dimensions,
) -> Option<Schemas> {
    let mut schemas = BTreeMap::new();
    for step in Step::ALL.into_iter().filter(|step| *step != Step::Dimensions) {
        let mut made = old.of(step).map(|(_, held)| &held.inputs.recipe);
        let first = made.next()?;
        if *first != recipes[&step] || made.any(|recipe| recipe != first) {
            return None;
        }
        for relation in step.kept() {
            let fields = base.get(relation.name)?.schema.fields();
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

/// The columns of every kept relation, planned once in a process for each set of attributes.
async fn planned_once(
    dimensions: &Dimensions,
    question: &Question,
    memory: &Memory,
) -> Result<Schemas, StatsError> {
    static PLANNED: Mutex<BTreeMap<String, Schemas>> = Mutex::new(BTreeMap::new());
    let key = format!("{:?}", dimensions.schemas());
    let found = PLANNED.lock().expect("nobody panics here").get(&key).cloned();
    if let Some(schemas) = found {
        return Ok(schemas);
    }
    let schemas = planned_schemas(dimensions, question, memory).await?;
    PLANNED.lock().expect("nobody panics here").insert(key, schemas.clone());
    Ok(schemas)
}

/// The columns of every kept relation, found by planning all of them over empty tables.
async fn planned_schemas(
    dimensions: &Dimensions,
    question: &Question,
    memory: &Memory,
) -> Result<Schemas, StatsError> {
    let session = Session::new(question.as_of, memory, 1)?;
    dimensions.put_all(&session)?;
    dimensions.put_campaigns(&session, &BTreeMap::new())?;
    offers::put_decisions(&session, dimensions, &[], (None, None))?;
    cells::put_nothing(&session, dimensions)?;
    market::put_days(&session, dimensions, question)?;
    let mut schemas = BTreeMap::new();
    for relation in RELATIONS.iter().filter(|relation| relation.step != Step::Dimensions) {
        let failed = StatsError::relation(relation.name);
        let frame = session.plan(relation.sql).await.map_err(failed)?;
        let plan = frame.create_physical_plan().await?;
        if relation.kind.order().is_some() {
            schemas.insert(relation.name, text_columns(&RecordBatch::new_empty(plan.schema()))?.schema());
        }
        session.put(relation.name, empty(plan.schema())?)?;
        put_priors(&session, relation, &[])?;
    }
    Ok(schemas)
}
