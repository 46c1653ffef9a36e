//! What was known of the offers of a slot, at each distance before its opening that is asked for.
//!
//! What was known at T does not change when more becomes known later. So a slot is looked at
//! once for each distance, and again only where facts came in that were known by then.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow::{
    array::{AsArray, BooleanArray},
    compute::{filter_record_batch, not},
    datatypes::Date32Type,
};
use chrono::{DateTime, NaiveDate, Utc};
use slotcast_core::Knowledge;

use super::{
    Builder, Outputs,
    cells::Due,
    dimensions::{Dimensions, named},
    state::{Cell, Held, Inputs},
    workers,
};
use crate::{
    calendar_tables::{self, Decision},
    error::StatsError,
    registry::{Step, read_by, relation},
    session::{Rows, Session},
    staging::day_number,
};

/// Slots of whose offers features are made at once.
const SLOTS_AT_ONCE: usize = 52;
/// How far features look back, and a slot's own days.
const LOOKBACK_DAYS: i32 = 60 + 7;

/// The moments at which the first signal and the first view were known.
pub(crate) type KnownFrom = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Registers which slots are looked at, and since when signals and views were known.
pub(crate) fn put_decisions(
    session: &Session,
    dimensions: &Dimensions,
    decisions: &[Decision],
    known_from: KnownFrom,
) -> Result<(), StatsError> {
    session.put_rows("decisions", &Rows::of(calendar_tables::decisions(decisions, &dimensions.days)?))?;
    session.put_rows("known_from", &Rows::of(calendar_tables::known_from(known_from.0, known_from.1)?))
}

impl Builder<'_> {
    /// The slot that will be scored, with its T.
    pub(crate) fn scored(&self) -> Decision {
        Self::decision_of(&self.question.scored)
    }

    pub(crate) fn decision_of(scored: &Knowledge) -> Decision {
        Decision {
            slot_date: scored.slot.date,
            days_before: scored.days_before_open,
            knowledge_at: scored.knowledge_at,
        }
    }

    /// Every slot before the one that will be scored, at the distance of that one.
    fn learned_from(&self, scored: &Decision) -> Result<Vec<Decision>, StatsError> {
        let mut dates: BTreeSet<i32> = BTreeSet::new();
        for name in ["stg_candidates", "stg_campaign_slots"] {
            for batch in &self.dimensions.table(name).batches {
                dates.extend(named(batch, "slot_date")?.as_primitive::<Date32Type>().iter().flatten());
            }
        }
        let decision = |slot: &slotcast_core::Slot| Decision {
            slot_date: slot.date,
            days_before: scored.days_before,
            knowledge_at: self.question.calendar.days_before(slot, scored.days_before),
        };
        let slots = self.dimensions.slots.iter().filter(|slot| slot.date < scored.slot_date);
        Ok(slots.filter(|slot| dates.contains(&day_number(slot.date))).map(decision).collect())
    }

    /// Those, and the slot itself.
    pub(crate) fn decisions(&self, scored: &Decision) -> Result<Vec<Decision>, StatsError> {
        let mut decisions = self.learned_from(scored)?;
        decisions.push(*scored);
        Ok(decisions)
    }

    pub(crate) fn known_from(&self) -> KnownFrom {
        let first = |step| {
            let known = self.new.of(step).map(|(_, held)| held.known_from).min()?;
            DateTime::from_timestamp_micros(known).filter(|_| known != i64::MAX)
        };
        (first(Step::Signals), first(Step::Views))
    }

    /// Features of past slots at the distance of a slot that will be scored, kept; and those of that slot.
    pub(crate) fn build_offers(&mut self, scored: &Decision) -> Result<Rows, StatsError> {
        let carried: Vec<Cell> = self.old.of(Step::Features).map(|(cell, _)| cell).collect();
        let recipe = self.recipes[&Step::Features].clone();
        let at = |cell: Cell| {
            let place = self.dimensions.slot_days.binary_search(&cell.slot).ok()?;
            let slot = &self.dimensions.slots[place];
            Some(self.question.calendar.days_before(slot, cell.distance).timestamp_micros())
        };
        // Other distances are not built tonight: what no longer holds of them is forgotten.
        let holds = |cell: &Cell| {
            let held = &self.old.cells[&(Step::Features, *cell)];
            held.inputs.recipe == recipe && at(*cell).is_some_and(|at| at < self.changed_from)
        };
        let held: Vec<Cell> = carried.into_iter().filter(holds).collect();
        let (mut dues, mut decisions) = (Vec::new(), BTreeMap::new());
        for decision in self.learned_from(scored)? {
            let cell = Cell { slot: day_number(decision.slot_date), distance: decision.days_before };
            if held.contains(&cell) || self.new.cells.contains_key(&(Step::Features, cell)) {
                continue;
            }
            let inputs = Inputs { recipe: recipe.clone(), ..Inputs::default() };
            let reason =
                self.due(Step::Features, cell, &inputs).unwrap_or("facts came in that were known by its T");
            decisions.insert(cell, decision);
            dues.push(Due::new(cell, inputs, reason, 1));
        }
        held.into_iter().for_each(|cell| self.carry(Step::Features, cell));
        let mut jobs: Vec<Vec<Due>> = Vec::new();
        for due in dues {
            match jobs.last_mut() {
                Some(job)
                    if job.len() < SLOTS_AT_ONCE
                        || job.last().map(|last| last.cell.group(Step::Features))
                            == Some(due.cell.group(Step::Features)) =>
                {
                    job.push(due);
                }
                _ => jobs.push(vec![due]),
            }
        }
        // The slot that will be scored is looked at with the last of them.
        if jobs.last().is_none_or(|job| job.len() >= SLOTS_AT_ONCE) {
            jobs.push(Vec::new());
        }
        let last = jobs.len() - 1;
        let this: &Self = self;
        let done = workers::each(jobs.into_iter().enumerate().collect(), async |(place, dues)| {
            let mut asked: Vec<Decision> = dues.iter().map(|due: &Due| decisions[&due.cell]).collect();
            asked.extend((place == last).then_some(*scored));
            let mut rows = this.features_of(&asked).await?;
            let of_scored = (place == last).then(|| take_slot(&mut rows, scored.slot_date)).transpose()?;
            let outputs = match dues.is_empty() {
                true => Outputs::new(),
                false => {
                    this.keep(Step::Features, &dues, vec![(relation("offer_feature_values"), rows)], true)?
                }
            };
            Ok((dues, outputs, of_scored))
        })?;
        let mut found = None;
        for (dues, outputs, rows) in done {
            found = rows.or(found);
            self.take(Step::Features, &dues, outputs, |_, due| Held::always(due.inputs.clone()));
        }
        found.ok_or_else(|| StatsError::Internal("the slot to score was not looked at".to_owned()))
    }

    /// The features of these slots, each at its T.
    async fn features_of(&self, decisions: &[Decision]) -> Result<Rows, StatsError> {
        let session = Session::new(self.question.as_of, &self.memory, 1)?;
        self.dimensions.put_all(&session)?;
        put_decisions(&session, &self.dimensions, decisions, self.known_from())?;
        let day =
            |decision: &Decision| self.dimensions.days.known_on(decision.knowledge_at.timestamp_micros());
        let around: BTreeSet<Cell> = decisions
            .iter()
            .flat_map(|own| {
                let first = self.dimensions.slot_of_day(day(own).saturating_sub(LOOKBACK_DAYS));
                self.dimensions.cells_of(first..=day(own))
            })
            .map(Cell::of_slot)
            .collect();
        for relation in read_by(Step::Features) {
            let is_daily = matches!(relation.step, Step::Signals | Step::Views);
            self.put_kept(&session, relation, is_daily.then_some(&around))?;
        }
        let kept = session.build(Step::Features.relations()).await?;
        let rows = kept.into_iter().find(|(relation, _)| relation.name == "offer_feature_values");
        Ok(rows.expect("the step builds it").1)
    }

    /// Registers the features of the slots that belong together at one distance.
    pub(crate) async fn put_features(
        &self,
        session: &Session,
        scored: &Decision,
        rows: &Rows,
    ) -> Result<(), StatsError> {
        put_decisions(session, &self.dimensions, &self.decisions(scored)?, self.known_from())?;
        let distance = scored.days_before;
        let cells =
            self.new.of(Step::Features).map(|(cell, _)| cell).filter(|cell| cell.distance == distance);
        let cells: BTreeSet<Cell> = cells.collect();
        self.put_kept(session, relation("offer_feature_values"), Some(&cells))?;
        let kept = session.context.table_provider("offer_feature_values").await?;
        session.put("past_features", kept)?;
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

/// Takes the rows of a slot out of the others.
fn take_slot(rows: &mut Rows, slot: NaiveDate) -> Result<Rows, StatsError> {
    let slot = day_number(slot);
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for batch in std::mem::take(&mut rows.batches) {
        let dates = named(&batch, "slot_date")?.as_primitive::<Date32Type>();
        let is_own: BooleanArray = dates.iter().map(|date| Some(date == Some(slot))).collect();
        own.push(filter_record_batch(&batch, &is_own)?);
        others.push(filter_record_batch(&batch, &not(&is_own)?)?);
    }
    rows.batches = others;
    Ok(Rows { schema: Arc::clone(&rows.schema), batches: own })
}
