//! Session tables that are not dimensions: decisions, the calendar, staged facts.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use slotcast_core::utc_to_local;

use super::{context::BuildContext, dimensions::Dimensions};
use crate::{
    calendar::{self, Decision, market_days},
    engine::{QueryResult, Session, empty_table, memory_table},
    error::StatsError,
    staging::{
        IdDictionary, MovedKeys, ProductFact, Retractions, StagedTable, StagingRequest, stage_orders,
        stage_product_facts, stage_snapshots,
    },
};

/// Times at which the first signal and the first view were known.
pub(super) type FirstKnown = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Registers `decisions` and `first_known`.
pub(super) fn put_decisions(
    session: &Session,
    dimensions: &Dimensions,
    decisions: &[Decision],
    first_known: FirstKnown,
) -> Result<(), StatsError> {
    session.put_rows("decisions", &calendar::decisions(decisions, &dimensions.days)?.into())?;
    session.put_rows("first_known", &calendar::first_known(first_known.0, first_known.1)?.into())
}

/// First and last day of the calendar. It ends with a year, so that it changes once per year and not every night.
pub(super) fn calendar_span(dimensions: &Dimensions, context: &BuildContext) -> [NaiveDate; 2] {
    let local = |at| utc_to_local(context.calendar.zone(), at).date();
    let first = dimensions.slots.get(dimensions.isolated_slots).map_or(context.as_of, |slot| slot.opens_at);
    let last = NaiveDate::from_ymd_opt(local(context.as_of).year() + 1, 12, 31);
    [local(first), last.unwrap_or(NaiveDate::MAX)]
}

/// Registers `market_days`.
pub(super) fn put_market_days(
    session: &Session,
    dimensions: &Dimensions,
    context: &BuildContext,
) -> Result<(), StatsError> {
    let [first, last] = calendar_span(dimensions, context);
    session.put_rows("market_days", &market_days(&context.calendar, first, last)?.into())
}

/// Registers a table of staged facts.
pub(super) fn put_staged(session: &Session, name: &str, staged: StagedTable) -> Result<(), StatsError> {
    let rows = QueryResult { schema: staged.schema, batches: staged.batches };
    session.put_into("staged", name, memory_table(&rows)?)
}

/// Registers `id_dictionary`.
pub(super) fn put_dictionary(session: &Session, dictionary: &IdDictionary) -> Result<(), StatsError> {
    session.put_rows("id_dictionary", &dictionary.table()?.into())
}

/// Registers every table of staged facts without rows.
pub(super) fn put_empty_staged(session: &Session, dimensions: &Dimensions) -> Result<(), StatsError> {
    let (retractions, moved) = (Retractions::default(), MovedKeys::default());
    let request = StagingRequest {
        files: &[],
        as_of: 0,
        days: &dimensions.days,
        retractions: &retractions,
        moved: &moved,
    };
    let mut dictionary = IdDictionary::default();
    let tables = [
        ("order_events", stage_orders(&request, &mut dictionary)?),
        ("order_snapshots", stage_snapshots(&request, &dictionary)?),
        ("social_signals", stage_product_facts(ProductFact::Signals, &request, &[], &mut dictionary)?),
        ("page_views", stage_product_facts(ProductFact::Views, &request, &[], &mut dictionary)?),
    ];
    for (name, staged) in tables {
        session.put_into("staged", name, empty_table(staged.schema)?)?;
    }
    put_dictionary(session, &dictionary)
}
