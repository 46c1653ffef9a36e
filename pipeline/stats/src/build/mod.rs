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
mod parts;
mod schemas;
mod shelf;
mod state;
mod workers;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use slotcast_lake::{Lake, Part, Snapshot, with_run_id};

pub(crate) use market::NEXT;
pub use shelf::Shelf;
pub(crate) use state::{CELLS, PARTS};

use crate::{
    audit::Finding,
    error::StatsError,
    registry::{RELATIONS, Relation, Step},
    session::{Memory, Question, Rows, Session},
    staging::date_of,
};
use cells::Due;
use dimensions::Dimensions;
use schemas::{Schemas, recipe, schemas};
use state::{Cell, Held, Inputs, Output, State, stamp};

/// What came out of relations, by name, for each cell.
type Outputs = BTreeMap<Cell, BTreeMap<String, Output>>;

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
    let session = builder.build_all(&mut watch).await?;
    builder.build_next().await?;
    watch.note("next slot");
    let findings = builder.audit_market(&session).await?;
    watch.note("audits");
    Ok(Build { findings, seconds: watch.seconds, ..builder.finish()? })
}

/// The rows of `offer_features` and `outcome_versions` for another question than the last build's. What
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
    let session = builder.build_all(&mut Watch::start()).await?;
    let features = session.ask("SELECT * FROM offer_features").await?;
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
    let session = builder.build_all(&mut Watch::start()).await?;
    builder.stage_everything(&session).await?;
    Ok(session)
}

/// Seconds of each phase: they are told to people, and decide nothing.
struct Watch {
    seconds: Vec<(&'static str, f64)>,
    began: Instant,
}

impl Watch {
    fn start() -> Self {
        Self { seconds: Vec::new(), began: Instant::now() }
    }

    fn note(&mut self, phase: &'static str) {
        self.seconds.push((phase, self.began.elapsed().as_secs_f64()));
        self.began = Instant::now();
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
        let schemas = schemas(base, &old, &recipes, &dimensions, question, &manner.memory).await?;
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
            whole: BTreeMap::new(),
        };
        builder.meet_parts()?;
        Ok(builder)
    }

    /// Every step; a session in which the whole market stands.
    async fn build_all(&mut self, watch: &mut Watch) -> Result<Session, StatsError> {
        self.build_orders()?;
        watch.note("orders");
        self.build_timed(Step::Signals)?;
        watch.note("signals");
        self.build_timed(Step::Views)?;
        watch.note("views");
        self.build_conversion()?;
        self.build_funnel()?;
        watch.note("conversion and funnel");
        let scored = self.build_offers(&self.scored())?;
        watch.note("features");
        let session = self.build_market(&scored).await?;
        watch.note("market");
        Ok(session)
    }

    fn as_of(&self) -> i64 {
        self.question.as_of.timestamp_micros()
    }

    /// What is due of a cell with these inputs, if anything: the reason.
    fn due(&self, step: Step, cell: Cell, inputs: &Inputs) -> Option<&'static str> {
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

    /// The cells of a step that are due, of those with these inputs and so many facts, roughly. The
    /// others are taken as they were.
    fn sort_out(&mut self, step: Step, cells: Vec<(Cell, Inputs, u64)>) -> Vec<Due> {
        let mut dues = Vec::new();
        for (cell, inputs, rows) in cells {
            match self.due(step, cell, &inputs) {
                Some(reason) => dues.push(Due::new(cell, inputs, reason, rows)),
                None => self.carry(step, cell),
            }
        }
        dues
    }

    /// Takes a cell as it was.
    fn carry(&mut self, step: Step, cell: Cell) {
        if let Some(held) = self.old.cells.get(&(step, cell)) {
            self.new.cells.insert((step, cell), held.clone());
        }
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
    ) -> Result<Outputs, StatsError> {
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
        let mut outputs = Outputs::new();
        for (relation, rows) in rows {
            let held: BTreeMap<Cell, Output> = self
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

    /// Takes over what came out for cells that were built, and the new files of others of their groups.
    fn take(&mut self, step: Step, dues: &[Due], mut outputs: Outputs, held: impl Fn(&Self, &Due) -> Held) {
        for due in dues {
            self.rebuilt.push(Rebuilt { step, slot: date_of(due.cell.slot), reason: due.reason });
            let outputs = outputs.remove(&due.cell).unwrap_or_default();
            self.new.cells.insert((step, due.cell), Held { outputs, ..held(self, due) });
        }
        for (cell, outputs) in outputs {
            self.new.cells.entry((step, cell)).and_modify(|held| held.outputs.extend(outputs));
        }
    }

    /// The relations, with the state as two more.
    fn finish(mut self) -> Result<Build, StatsError> {
        let tables = self.new.tables()?;
        for (name, rows) in tables {
            let file = self.shelf.write(name, "all", &Rows::of(rows))?;
            self.whole.insert(name, file.into_iter().collect());
        }
        let held = self.new.cells.len().saturating_sub(self.rebuilt.len());
        let mut files: BTreeMap<&'static str, BTreeSet<String>> = self.whole;
        for relation in RELATIONS.iter().filter(|relation| relation.kind.order().is_some()) {
            if relation.step != Step::Market {
                files.insert(relation.name, self.new.files(relation.step, relation.name));
            }
        }
        let mut written = self.shelf.into_written();
        let mut relations = Vec::new();
        for (name, files) in files {
            let (schema, written) = match (written.remove(name), self.base.get(name)) {
                (Some(written), _) => written,
                (None, Some(base)) => (base.schema.clone(), Vec::new()),
                (None, None) => {
                    let nothing = RecordBatch::new_empty(self.schemas[name].clone());
                    (with_run_id(&nothing, "")?.schema(), Vec::new())
                }
            };
            relations.push(BuiltRelation { name, schema, files, written });
        }
        Ok(Build { relations, findings: Vec::new(), rebuilt: self.rebuilt, held, seconds: Vec::new() })
    }
}
