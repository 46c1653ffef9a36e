//! Opening a lake, and the question a run asks of it.

use std::time::Duration;

use anyhow::Result;
use chrono::TimeDelta;
use slotcast_core::{DateTime, Knowledge, NaiveDate, Slot, Utc};
use slotcast_lake::{Lake, LakeLock, TableId, Writer};
use slotcast_stats::Question;

use crate::{
    args::Common,
    clock::now,
    failure::UserError,
    printer::Printer,
    run_record::{Begun, Identity, RunInProgress},
    settings::{Settings, parse_as_of},
    stages::ingest::known_files,
};

/// The right to write, for which `--wait` waits.
pub(crate) fn lock(common: &Common, printer: &Printer, lake: &Lake, verb: &str) -> Result<LakeLock> {
    let writer = Writer { verb, since: now() };
    Ok(lake.lock(&writer, Duration::from_secs(common.wait), |holder| {
        printer.say(format!("waiting for another process that writes to the lake ({holder})"));
    })?)
}

/// The slot to rank: the one named, or the first that opens after `as_of`.
pub(crate) fn slot_to_rank(lake: &Lake, as_of: DateTime<Utc>, named: Option<NaiveDate>) -> Result<Slot> {
    let calendar = lake.market().calendar();
    match named {
        None => Ok(calendar.next_after(as_of)),
        Some(date) => calendar
            .slot_on(date)
            .map_err(|error| UserError::new(error.to_string(), "give one of these dates to `--slot`").into()),
    }
}

/// What the relations are asked for this slot.
pub(crate) fn question(lake: &Lake, settings: &Settings, as_of: DateTime<Utc>, slot: Slot) -> Question {
    let calendar = lake.market().calendar();
    let scored = Knowledge::of(&calendar, slot, as_of, settings.lead_days);
    // Once a line-up is decided, the following slot is looked at too. A replay of a past slot has none ahead.
    let is_decided = scored.is_frozen(as_of) && slot.opens_at > as_of;
    let following = || Knowledge::of(&calendar, calendar.following(&slot), as_of, settings.lead_days);
    Question {
        as_of,
        calendar,
        scored,
        next: is_decided.then(following),
        refund_window: TimeDelta::days(i64::from(settings.refund_window_days)),
    }
}

/// Which moment a verb speaks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    /// `--as-of`, else now.
    AsAsked,
    /// The moment of the run that built this relation.
    AsBuilt(&'static str),
}

/// Begins the run of a verb that works on what the lake holds; `None` where the same was done before.
pub(crate) async fn begin(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    verb: &'static str,
    moment: Moment,
    inputs: &[&str],
) -> Result<Option<Box<RunInProgress>>> {
    begin_with(common, settings, printer, verb, moment, inputs, "").await
}

/// The same, with further words that belong to the run's identity.
pub(crate) async fn begin_with(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    verb: &'static str,
    moment: Moment,
    inputs: &[&str],
    asked: &str,
) -> Result<Option<Box<RunInProgress>>> {
    let lake = Lake::open(&settings.lake)?;
    let lock = lock(common, printer, &lake, verb)?;
    let as_of = as_of(common, &lake, moment).await?;
    // A wrong date is told before anything is written.
    slot_to_rank(&lake, as_of, common.slot)?;
    let latest = lake.runs().await?.latest_done().map(|run| run.tables.clone()).unwrap_or_default();
    let versions: Vec<String> = inputs
        .iter()
        .map(|name| TableId::relation(name).to_string())
        .map(|name| format!("{name} {:?}", latest.get(&name)))
        .collect();
    let files: Vec<String> = known_files(&lake).await?.iter().map(ToString::to_string).collect();
    let identity = Identity {
        verb,
        as_of,
        taken_at: now(),
        settings: &format!("{} {:?} {asked}", settings.deciding(), common.slot),
        inputs: &format!("{}\n{}", files.join("\n"), versions.join("\n")),
    };
    match RunInProgress::begin(&lake, lock, &identity).await? {
        Begun::Started(run) => Ok(Some(run)),
        Begun::AlreadyDone(done) => {
            printer.say(format!("run {} is done already; nothing to do", done.run_id));
            Ok(None)
        }
    }
}

async fn as_of(common: &Common, lake: &Lake, moment: Moment) -> Result<DateTime<Utc>> {
    let calendar = lake.market().calendar();
    let asked = common.as_of.as_deref().map(|text| parse_as_of(text, &calendar)).transpose()?;
    let built = match moment {
        Moment::AsAsked => None,
        Moment::AsBuilt(name) => Some(moment_of(lake, name).await?),
    };
    match (asked, built) {
        (None, None) => Ok(now()),
        (Some(asked), Some(built)) if asked != built => Err(UserError::new(
            format!("the relations speak for {built}, not for {asked}"),
            format!("`slotcast stats --as-of {}` builds them for that moment", asked.to_rfc3339()),
        )
        .into()),
        (Some(moment), _) | (None, Some(moment)) => Ok(moment),
    }
}

/// The moment of the run that built a relation, which its rows name.
async fn moment_of(lake: &Lake, name: &str) -> Result<DateTime<Utc>> {
    let runs = lake.runs().await?;
    let table = TableId::relation(name).to_string();
    let version = runs.latest_done().and_then(|run| run.tables.get(&table).copied());
    // The first run that named this version built it; later ones carried it on.
    let built = runs.0.iter().find(|run| version.is_some() && run.tables.get(&table).copied() == version);
    built.map(|run| run.as_of).ok_or_else(|| {
        UserError::new(
            format!("relation `{name}` has not been built"),
            "`slotcast stats` builds it; `slotcast nightly` does all of it in order",
        )
        .into()
    })
}
