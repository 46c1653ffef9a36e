//! Relations of the whole market, each built where something that it reads has changed; and audits.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use arrow::{
    array::{Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
    datatypes::{DataType, Field, Schema},
};
use chrono::{Datelike, NaiveDate};
use slotcast_core::utc_to_local;
use slotcast_lake::{
    Snapshot,
    contract::{ContractTable, instant_type},
};

use super::{
    Builder,
    dimensions::Dimensions,
    state::{Cell, Held, Inputs, Output, stamp},
};
use crate::{
    audit::{Finding, run_audit},
    days_table::days,
    error::StatsError,
    registry::{AUDITS, RELATIONS, Relation, Step, relation, words_of},
    session::{Question, Rows, Session},
};

/// The relation `offer_features` for the slot after the one that is scored; empty where that is not asked for.
pub(crate) const NEXT: &str = "offer_features_next";

/// A relation and those of its step that it reads and that are not kept, in order.
fn with_those_it_reads(relation: &'static Relation) -> Vec<&'static Relation> {
    let mut found: Vec<&'static Relation> = Vec::new();
    for other in Step::Market.relations().filter(|other| other.kind.order().is_none()) {
        if words_of(relation.sql).contains(other.name) {
            found.push(other);
        }
    }
    found.push(relation);
    found
}

/// Relations of the market are cells of their own, and so are its audits.
fn market_cell(place: usize) -> Cell {
    Cell { slot: 0, distance: u32::try_from(place).unwrap_or(u32::MAX) }
}

fn audit_cell(place: usize) -> Cell {
    Cell { slot: 1, ..market_cell(place) }
}

/// First and last day of the calendar. It ends with a year, so that it is another table once a year and not
/// every night.
fn span_of_days(dimensions: &Dimensions, question: &Question) -> [NaiveDate; 2] {
    let local = |at| utc_to_local(question.calendar.zone(), at).date();
    let first = dimensions.slots.first().map_or(question.as_of, |slot| slot.opens_at);
    let last = NaiveDate::from_ymd_opt(local(question.as_of).year() + 1, 12, 31);
    [local(first), last.unwrap_or(NaiveDate::MAX)]
}

/// Registers the calendar of the market.
pub(crate) fn put_days(
    session: &Session,
    dimensions: &Dimensions,
    question: &Question,
) -> Result<(), StatsError> {
    let [first, last] = span_of_days(dimensions, question);
    let days = days(&question.calendar, first, last)?;
    session.put_rows("market_days", &Rows::of(days))
}

impl Builder<'_> {
    /// What a relation of the market is made from.
    fn inputs_of(&self, texts: &[&'static str]) -> Inputs {
        let mut facts = Vec::new();
        let mut terms = String::new();
        let named: HashSet<&str> = texts.iter().flat_map(|text| words_of(text)).collect();
        for other in RELATIONS.iter().filter(|other| named.contains(other.name)) {
            match other.step {
                Step::Dimensions => self.dimensions.stamp.clone_into(&mut terms),
                Step::Market => {
                    // Built before this one, if it is kept at all.
                    let place = Step::Market.kept().position(|kept| kept.name == other.name);
                    let held =
                        place.and_then(|place| self.new.cells.get(&(Step::Market, market_cell(place))));
                    let inputs = held.map(|held| [held.inputs.terms.clone(), held.inputs.facts.clone()]);
                    facts.extend(inputs.map(stamp));
                }
                _ if other.kind.order().is_some() => facts.push(self.new.stamp(other.step, other.name)),
                _ => {}
            }
        }
        if named.contains("as_of") {
            // Of the moment itself only the slots that have closed by it count.
            let mut closed =
                self.dimensions.slots.iter().filter(|slot| slot.closes_at <= self.question.as_of);
            facts.push(closed.next_back().map(|slot| slot.date.to_string()).unwrap_or_default());
        }
        if named.contains("market_days") {
            let [first, last] = span_of_days(&self.dimensions, self.question);
            facts.push(format!("{first} {last}"));
        }
        Inputs { recipe: self.recipes[&Step::Market].clone(), terms, facts: stamp(facts) }
    }

    /// How many openings, closings and settlings of campaigns lie behind.
    fn moments_passed(&self) -> usize {
        let moments = self.dimensions.campaigns.values().flat_map(|campaign| &campaign.moments);
        moments.filter(|moment| **moment <= self.as_of()).count()
    }

    /// Runs the audits of the market whose relations changed since they last found nothing.
    pub(crate) async fn audit_market(&mut self, session: &Session) -> Result<Vec<Finding>, StatsError> {
        let mut findings = Vec::new();
        for (place, audit) in AUDITS.iter().filter(|audit| audit.step == Step::Market).enumerate() {
            let cell = audit_cell(place);
            let mut inputs = self.inputs_of(&[audit.sql]);
            let mut facts = vec![inputs.facts, audit.sql.to_owned()];
            let words = words_of(audit.sql);
            if words.contains("as_of") {
                facts.push(self.moments_passed().to_string());
            }
            inputs.facts = stamp(facts);
            // These are made anew every night, and tell of tonight.
            let is_of_tonight =
                words.iter().any(|word| word.starts_with("fact_") || *word == "offer_features");
            if !is_of_tonight && self.due(Step::Market, cell, &inputs).is_none() {
                self.carry(Step::Market, cell);
                continue;
            }
            match run_audit(session, audit).await? {
                None => drop(self.new.cells.insert((Step::Market, cell), Held::always(inputs))),
                Some(finding) => findings.push(finding),
            }
        }
        Ok(findings)
    }

    /// Builds the relations of the market that are due; a session in which all of it stands.
    pub(crate) async fn build_market(&mut self, scored: &Rows) -> Result<Session, StatsError> {
        let session = self.market_session(scored).await?;
        for (place, relation) in Step::Market.kept().enumerate() {
            let cell = market_cell(place);
            let relations = with_those_it_reads(relation);
            let texts: Vec<&str> = relations.iter().map(|relation| relation.sql).collect();
            let inputs = self.inputs_of(&texts);
            // Tonight's offers are other ones every night.
            let reason = match relation.name {
                "offer_features" => Some("it speaks for another moment"),
                _ => self.due(Step::Market, cell, &inputs),
            };
            let base = self.base.get(relation.name).filter(|_| reason.is_none());
            if let Some(base) = base {
                self.carry(Step::Market, cell);
                let files: BTreeSet<String> = base.files.iter().map(|file| file.name.clone()).collect();
                let table = self.shelf.table(relation.name, &files, &self.schema(relation.name)?)?;
                session.put(relation.name, table)?;
                self.whole.insert(relation.name, files);
                continue;
            }
            let built = session.build(relations.into_iter()).await?;
            let rows = built.into_iter().find(|(own, _)| own.name == relation.name);
            let rows = rows.expect("it was asked for").1;
            let count = rows.count() as u64;
            let file = self.shelf.write(relation.name, "all", &rows)?;
            self.whole.insert(relation.name, file.iter().cloned().collect());
            let output = Output { stamp: inputs.facts.clone(), rows: count, file };
            let outputs = BTreeMap::from([(relation.name.to_owned(), output)]);
            self.new.cells.insert((Step::Market, cell), Held { outputs, ..Held::always(inputs) });
        }
        Ok(session)
    }

    /// The features of the slot after the one that is scored, with those of the slots before it.
    pub(crate) async fn build_next(&mut self) -> Result<(), StatsError> {
        let rows = match self.question.next {
            None => Rows { schema: self.schema("offer_features")?, batches: Vec::new() },
            Some(next) => {
                let next = Self::decision_of(&next);
                let scored = self.build_offers(&next)?;
                let session = Session::new(self.question.as_of, &self.memory, 2)?;
                self.dimensions.put_all(&session)?;
                self.put_features(&session, &next, &scored).await?;
                let mut built = session.build(std::iter::once(relation("offer_features"))).await?;
                built.pop().expect("it was asked for").1
            }
        };
        let file = self.shelf.write(NEXT, "all", &rows)?;
        self.whole.insert(NEXT, file.into_iter().collect());
        Ok(())
    }

    /// A session in which every kept relation stands, for questions about the whole market.
    async fn market_session(&self, scored: &Rows) -> Result<Session, StatsError> {
        let session = Session::new(self.question.as_of, &self.memory, 2)?;
        self.dimensions.put_all(&session)?;
        let kept = RELATIONS.iter().filter(|relation| relation.kind.order().is_some());
        for relation in kept.filter(|relation| !matches!(relation.step, Step::Market | Step::Features)) {
            self.put_kept(&session, relation, None)?;
        }
        self.put_features(&session, &self.scored(), scored).await?;
        put_days(&session, &self.dimensions, self.question)?;
        session.put_rows("fact_tables", &Rows::of(self.fact_tables()?))?;
        session.put_rows("fact_campaigns", &Rows::of(self.fact_campaigns()?))?;
        Ok(session)
    }

    /// The tables of facts that have a time, with the last moment of which each tells.
    fn fact_tables(&self) -> Result<RecordBatch, StatsError> {
        let timed = self.facts.iter().filter(|snapshot| {
            ContractTable::named(&snapshot.table.name).is_some_and(|table| table.occurred.is_some())
        });
        let last = |snapshot: &&Snapshot| {
            let spans = snapshot.files.iter().filter_map(|file| file.span);
            let last = spans.map(|span| span.last).max();
            last.map(|last| (snapshot.table.name.clone(), last.min(self.as_of())))
        };
        let (names, lasts): (Vec<String>, Vec<i64>) = timed.filter_map(|snapshot| last(&snapshot)).unzip();
        let schema = Schema::new(vec![
            Field::new("table_name", DataType::Utf8, true),
            Field::new("last_at", instant_type(), true),
        ]);
        let lasts = TimestampMicrosecondArray::from(lasts).with_timezone("UTC");
        let names = StringArray::from_iter_values(names);
        Ok(RecordBatch::try_new(schema.into(), vec![Arc::new(names), Arc::new(lasts)])?)
    }

    /// The campaigns that facts name, known or not.
    fn fact_campaigns(&self) -> Result<RecordBatch, StatsError> {
        let mut rows: BTreeMap<&str, i64> = BTreeMap::new();
        for (campaign, count) in self.new.parts.values().flat_map(|part| &part.campaigns) {
            *rows.entry(campaign).or_default() += i64::try_from(*count).unwrap_or(i64::MAX);
        }
        let schema = Schema::new(vec![
            Field::new("campaign_id", DataType::Utf8, true),
            Field::new("rows", DataType::Int64, true),
        ]);
        let ids = StringArray::from_iter_values(rows.keys());
        let counts = Int64Array::from_iter_values(rows.values().copied());
        Ok(RecordBatch::try_new(schema.into(), vec![Arc::new(ids), Arc::new(counts)])?)
    }
}
