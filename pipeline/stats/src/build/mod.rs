//! Builds what new facts touch, and nothing else.
//!
//! Facts are staged and counted cell by cell: the campaigns of a slot, the days from one
//! opening to the next. What comes out is kept in files of a few cells each, with a note of
//! what it was built from ([`state`]). A night compares these notes with what the lake holds
//! now, builds the cells that differ, and takes the others as they are; a full build has no
//! notes to compare with. Both run the same text over the same rows.

mod cells;
mod counted;
mod dimensions;
mod market;
mod offers;
mod shelf;
mod state;
mod workers;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Instant,
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use slotcast_lake::{Lake, Part, Snapshot, contract};

pub(crate) use market::NEXT;
pub use shelf::Shelf;
pub(crate) use state::{CELLS, PARTS};

use crate::{
    audit::Finding,
    error::StatsError,
    registry::{RELATIONS, Relation, Step},
    session::{Memory, Question, Rows, Session, empty},
};
use cells::Due;
use dimensions::Dimensions;
use shelf::survey;
use state::{Cell, Held, KnownPart, State, stamp};

/// What is asked of a build beside the question.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Takes nothing from earlier builds.
    pub full: bool,
    /// The memory that the engine may hold.
    pub memory: Memory,
}

/// A relation after a build.
#[derive(Debug)]
pub struct BuiltRelation {
    /// Its name.
    pub name: &'static str,
    /// Its columns, the run's id first.
    pub schema: SchemaRef,
    /// The files that hold it now, by name.
    pub files: BTreeSet<String>,
    /// Those of them that this build wrote.
    pub written: Vec<Part>,
}

/// A cell that was built, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// What was built.
    pub step: Step,
    /// The slot date.
    pub slot: chrono::NaiveDate,
    /// Why.
    pub reason: &'static str,
}

/// What a build did.
#[derive(Debug)]
pub struct Build {
    /// Every relation.
    pub relations: Vec<BuiltRelation>,
    /// What audits found that does not stop a run.
    pub findings: Vec<Finding>,
    /// The cells that were built.
    pub rebuilt: Vec<Rebuilt>,
    /// How many cells were taken as they were.
    pub held: usize,
    /// Seconds of each phase, in order.
    pub seconds: Vec<(&'static str, f64)>,
}

/// The relations that earlier builds left, by name.
pub type Base = BTreeMap<String, Snapshot>;

/// Builds what is due over these facts, and audits it.
///
/// # Errors
/// When a relation cannot be computed, or an audit that is not a mere finding returns a row.
pub async fn build(
    facts: &[Snapshot],
    base: &Base,
    question: &Question,
    manner: &Manner,
    shelf: Shelf,
) -> Result<Build, StatsError> {
    let mut watch = Watch::start();
    let mut builder = Builder::open(facts, base, question, manner, shelf).await?;
    watch.note("open");
    builder.build_orders()?;
    watch.note("orders");
    builder.build_timed(Step::Signals)?;
    watch.note("signals");
    builder.build_timed(Step::Views)?;
    watch.note("views");
    builder.build_conversion()?;
    builder.build_funnel()?;
    watch.note("conversion and funnel");
    let scored = builder.build_offers(&builder.scored())?;
    watch.note("features");
    builder.build_market(&scored).await?;
    builder.build_next().await?;
    watch.note("market");
    let (findings, _) = builder.audit().await?;
    watch.note("audits");
    let seconds = watch.0;
    Ok(Build { findings, seconds, ..builder.finish()? })
}

/// The rows of `product_slots` and `outcome_versions` for another question than the last build's. What
/// had to be built for it is thrown away.
///
/// # Errors
/// When a relation cannot be computed.
pub async fn look_back(
    facts: &[Snapshot],
    base: &Base,
    question: &Question,
    shelf: Shelf,
) -> Result<[Vec<RecordBatch>; 2], StatsError> {
    let manner = Manner { full: false, memory: Memory::limited(None) };
    let mut builder = Builder::open(facts, base, question, &manner, shelf).await?;
    let session = builder.build_all().await?;
    let features = session.ask("SELECT * FROM product_slots").await?;
    let outcomes = session.ask("SELECT * FROM outcome_versions").await?;
    builder.shelf.discard()?;
    Ok([features, outcomes])
}

/// Builds everything over these facts and gives a session in which all of it stands; for tests that ask
/// about relations that are not kept, too. The lake keeps nothing of it.
///
/// # Errors
/// When a relation cannot be computed.
pub async fn open_built(facts: &[Snapshot], question: &Question, lake: &Lake) -> Result<Session, StatsError> {
    let manner = Manner { full: true, memory: Memory::limited(None) };
    let shelf = Shelf::new(lake, "test", 0);
    let base = Base::new();
    let mut builder = Builder::open(facts, &base, question, &manner, shelf).await?;
    let session = builder.build_all().await?;
    builder.stage_everything(&session).await?;
    Ok(session)
}

/// Seconds are told to people, and decide nothing.
struct Watch(Vec<(&'static str, f64)>, Instant);

impl Watch {
    fn start() -> Self {
        Self(Vec::new(), Instant::now())
    }

    fn note(&mut self, phase: &'static str) {
        self.0.push((phase, self.1.elapsed().as_secs_f64()));
        self.1 = Instant::now();
    }
}

/// A build under way.
pub(crate) struct Builder<'a> {
    facts: &'a [Snapshot],
    base: &'a Base,
    question: &'a Question,
    memory: Memory,
    shelf: Shelf,
    dimensions: Dimensions,
    /// What earlier builds left.
    old: State,
    /// What this one leaves.
    new: State,
    /// What was known from this moment on may differ from what an earlier build saw.
    changed_from: i64,
    recipes: BTreeMap<Step, String>,
    schemas: Schemas,
    rebuilt: Vec<Rebuilt>,
    /// In which the whole market stands, from when it is built to when it is audited.
    session: Option<Session>,
    /// Files of relations that are built as one.
    whole: BTreeMap<&'static str, BTreeSet<String>>,
}

impl<'a> Builder<'a> {
    async fn open(
        facts: &'a [Snapshot],
        base: &'a Base,
        question: &'a Question,
        manner: &Manner,
        shelf: Shelf,
    ) -> Result<Self, StatsError> {
        let dimensions = Dimensions::open(facts, question, &manner.memory).await?;
        let old = match manner.full {
            true => State::default(),
            false => State::read(base.get(state::CELLS), base.get(state::PARTS))?,
        };
        let recipes: BTreeMap<Step, String> =
            Step::ALL.into_iter().map(|step| (step, recipe(step, question))).collect();
        let schemas = match held_schemas(base, &old, &recipes, &dimensions) {
            Some(schemas) => schemas,
            None => schemas_of(&dimensions, question, &manner.memory).await?,
        };
        let mut builder = Self {
            facts,
            base,
            question,
            memory: manner.memory.clone(),
            shelf,
            dimensions,
            old,
            new: State::default(),
            changed_from: i64::MAX,
            recipes,
            schemas,
            rebuilt: Vec::new(),
            session: None,
            whole: BTreeMap::new(),
        };
        builder.meet_parts()?;
        Ok(builder)
    }

    /// Every step; a session in which the whole market stands.
    async fn build_all(&mut self) -> Result<Session, StatsError> {
        self.build_orders()?;
        self.build_timed(Step::Signals)?;
        self.build_timed(Step::Views)?;
        self.build_conversion()?;
        self.build_funnel()?;
        let scored = self.build_offers(&self.scored())?;
        self.build_market(&scored).await?;
        Ok(self.session.take().expect("the market was built"))
    }

    fn as_of(&self) -> i64 {
        self.question.as_of.timestamp_micros()
    }

    /// Looks into the files of facts that no earlier build has seen.
    fn meet_parts(&mut self) -> Result<(), StatsError> {
        let mut unseen = Vec::new();
        for snapshot in self.facts {
            let table = &snapshot.table.name;
            for file in &snapshot.files {
                let key = (table.clone(), file.name.clone());
                match self.old.parts.get(&key) {
                    Some(known) => {
                        self.new.parts.insert(key, known.clone());
                    }
                    None => unseen.push((key, file.clone())),
                }
            }
        }
        let met = workers::each(unseen, async |(key, file): ((String, String), slotcast_lake::DataFile)| {
            let has_campaigns = key.0.starts_with("order_");
            let (campaigns, known_from) = survey(&file.path, has_campaigns)?;
            let week = file.span.map_or(0, |span| contract::week_of(span.first));
            Ok((key, KnownPart { rows: file.rows.unwrap_or(0), known_from, week, campaigns }))
        })?;
        let gone = self.old.parts.iter().filter(|(key, _)| !self.new.parts.contains_key(*key));
        let mut laid_anew: BTreeMap<(&str, i64), i128> = BTreeMap::new();
        for ((table, _), part) in gone {
            *laid_anew.entry((table.as_str(), part.week)).or_default() -= i128::from(part.rows);
        }
        for ((table, _), part) in &met {
            if let Some(rows) = laid_anew.get_mut(&(table.as_str(), part.week)) {
                *rows += i128::from(part.rows);
            }
        }
        for ((table, _), part) in &met {
            // The same rows in other files bring nothing new.
            if laid_anew.get(&(table.as_str(), part.week)) != Some(&0) {
                self.changed_from = self.changed_from.min(part.known_from);
            }
        }
        self.new.parts.extend(met);
        Ok(())
    }

    /// What is due of a cell with these inputs, if anything: the reason.
    fn due(&self, step: Step, cell: Cell, inputs: &state::Inputs) -> Option<&'static str> {
        let Some(held) = self.old.cells.get(&(step, cell)) else { return Some("it is new") };
        let as_of = self.as_of();
        if held.inputs.recipe != inputs.recipe {
            Some("it is computed otherwise than it was")
        } else if held.inputs.terms != inputs.terms {
            Some("terms of its campaigns changed")
        } else if held.inputs.facts != inputs.facts {
            Some("facts came in")
        } else if as_of < held.from || as_of >= held.until {
            Some("time passed: something opened, closed, settled or came into view")
        } else {
            None
        }
    }

    /// Notes that a cell is built.
    fn note(&mut self, due: &Due) {
        let slot = crate::staging::date_of(due.cell.slot);
        self.rebuilt.push(Rebuilt { step: due.step, slot, reason: due.reason });
    }

    fn schema(&self, relation: &str) -> Result<SchemaRef, StatsError> {
        let planned = self.schemas.get(relation).cloned();
        planned.ok_or_else(|| StatsError::Internal(format!("relation `{relation}` has no schema")))
    }

    /// Registers a kept relation: those of its files that hold these cells, or all of them.
    fn put_kept(
        &self,
        session: &Session,
        relation: &'static Relation,
        wanted: Option<&BTreeSet<Cell>>,
    ) -> Result<(), StatsError> {
        let files: BTreeSet<String> = match wanted {
            None => self.new.files(relation.step, relation.name),
            Some(cells) => self
                .new
                .of(relation.step)
                .filter(|(cell, _)| cells.contains(cell))
                .filter_map(|(_, held)| held.outputs.get(relation.name)?.file.clone())
                .collect(),
        };
        let table = self.shelf.table(relation.name, &files, &self.schema(relation.name)?)?;
        session.put(relation.name, table)
    }

    /// Keeps what came out of a step for these cells, with the other cells of their groups.
    fn keep(
        &self,
        step: Step,
        dues: &[Due],
        rows: Vec<(&'static Relation, Rows)>,
        is_stamped_by_inputs: bool,
    ) -> Result<BTreeMap<Cell, BTreeMap<String, state::Output>>, StatsError> {
        let built: BTreeSet<Cell> = dues.iter().map(|due| due.cell).collect();
        let by_inputs = |cell: Cell| {
            let due = dues.iter().find(|due| due.cell == cell);
            stamp(due.iter().flat_map(|due| {
                [
                    due.inputs.recipe.clone(),
                    due.inputs.terms.clone(),
                    due.inputs.facts.clone(),
                    due.reach.clone(),
                ]
            }))
        };
        let by_inputs: &dyn Fn(Cell) -> String = &by_inputs;
        let mut outputs: BTreeMap<Cell, BTreeMap<String, state::Output>> = BTreeMap::new();
        for (relation, rows) in rows {
            let held: BTreeMap<Cell, state::Output> = self
                .new
                .of(step)
                .filter_map(|(cell, held)| Some((cell, held.outputs.get(relation.name)?.clone())))
                .collect();
            let stamps = is_stamped_by_inputs.then_some(by_inputs);
            let kept = self.shelf.keep(relation, &built, &rows, &held, &self.dimensions, stamps)?;
            for (cell, output) in kept {
                outputs.entry(cell).or_default().insert(relation.name.to_owned(), output);
            }
        }
        Ok(outputs)
    }

    /// Takes over what came out for cells, built ones and others of their groups.
    fn take(
        &mut self,
        step: Step,
        outputs: BTreeMap<Cell, BTreeMap<String, state::Output>>,
        held: impl Fn(Cell) -> Option<Held>,
    ) {
        for (cell, outputs) in outputs {
            let entry = self.new.cells.entry((step, cell));
            match held(cell) {
                Some(fresh) => {
                    entry.insert_entry(Held { outputs, ..fresh });
                }
                None => {
                    entry.and_modify(|held| held.outputs.extend(outputs));
                }
            }
        }
    }

    /// The relations, with the state as two more.
    fn finish(mut self) -> Result<Build, StatsError> {
        let tables = self.new.tables()?;
        for (name, rows) in tables {
            let file = self.shelf.write(name, "all", &Rows::of(rows))?;
            self.whole.insert(name, file.into_iter().collect());
        }
        let built = self.rebuilt.len();
        let held = self.new.cells.len().saturating_sub(built);
        let mut files: BTreeMap<&'static str, BTreeSet<String>> = self.whole;
        for relation in RELATIONS.iter().filter(|relation| relation.kind.order().is_some()) {
            if relation.step != Step::Market {
                files.insert(relation.name, self.new.files(relation.step, relation.name));
            }
        }
        let mut written = self.shelf.into_written();
        let mut relations = Vec::new();
        for (name, files) in files {
            let (schema, parts) = match written.remove(name) {
                Some(found) => found,
                None => match self.base.get(name) {
                    Some(base) => (base.schema.clone(), Vec::new()),
                    None => (with_run_id(&self.schemas[name]), Vec::new()),
                },
            };
            // A file that was written and then written again with more cells is in no use.
            let written = parts.into_iter().filter(|part| files.contains(&part.name)).collect();
            relations.push(BuiltRelation { name, schema, files, written });
        }
        Ok(Build { relations, findings: Vec::new(), rebuilt: self.rebuilt, held, seconds: Vec::new() })
    }
}

fn with_run_id(schema: &SchemaRef) -> SchemaRef {
    let mut fields = vec![std::sync::Arc::new(arrow::datatypes::Field::new(
        "run_id",
        arrow::datatypes::DataType::Utf8,
        true,
    ))];
    fields.extend(schema.fields().iter().cloned());
    std::sync::Arc::new(arrow::datatypes::Schema::new(fields))
}

/// Everything but facts and as_of that decides what comes out of a step.
fn recipe(step: Step, question: &Question) -> String {
    let texts = step.relations().map(|relation| format!("{} {}", relation.name, relation.sql));
    let settings =
        format!("{:?} {:?} {}", question.calendar, question.refund_window, env!("CARGO_PKG_VERSION"));
    stamp(texts.chain([settings]))
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
            schemas.insert(
                relation.name,
                std::sync::Arc::new(arrow::datatypes::Schema::new(fields)) as SchemaRef,
            );
        }
    }
    let features: &SchemaRef = &schemas["offer_features"];
    let is_new =
        |name: &str| name.starts_with(contract::ATTRIBUTE_PREFIX) && features.index_of(name).is_err();
    let tables = ["stg_candidates", "stg_campaign_slots"].map(|name| &dimensions.table(name).schema);
    let has_new = tables.iter().any(|schema| schema.fields().iter().any(|field| is_new(field.name())));
    (!has_new).then_some(schemas)
}

type Schemas = BTreeMap<&'static str, SchemaRef>;

/// The columns of every kept relation, planned once in a process for each set of attributes.
async fn schemas_of(
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
        let plan = frame.clone().create_physical_plan().await?;
        let empty_rows = Rows { schema: plan.schema(), batches: vec![RecordBatch::new_empty(plan.schema())] };
        if relation.kind.order().is_some() {
            let plain = slotcast_lake::text_columns(&empty_rows.batches[0])?;
            schemas.insert(relation.name, plain.schema());
        }
        session.put(relation.name, empty(plan.schema())?)?;
        crate::priors::put_priors(&session, relation, &[])?;
    }
    Ok(schemas)
}
