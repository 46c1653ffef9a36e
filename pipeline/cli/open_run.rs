//! Start of a run: the lock, the time, and the slot.

use std::time::Duration;

use anyhow::Result;
use slotcast_core::{DateTime, NaiveDate, Slot, Utc};
use slotcast_lake::{Lake, LakeLock, LockOwner, RunRow, TableId};

use crate::{
    active_run::{ActiveRun, RunIdentity, RunStart, tables_at_start},
    clock::now,
    context::Context,
    failure::UserError,
    file_ledger::FileLedger,
    settings::parse_as_of,
    stages::night::Night,
};

/// The lake's write lock; waits for it up to `--wait` seconds.
pub(crate) fn lock(context: Context<'_>, lake: &Lake, verb: &str) -> Result<LakeLock> {
    let owner = LockOwner { verb, since: now() };
    Ok(lake.lock(&owner, Duration::from_secs(context.common.wait), |holder| {
        context.printer.info(format!("waiting for another process that writes to the lake ({holder})"));
    })?)
}

/// The slot on this date, or else the first slot that opens after `as_of`.
pub(crate) fn slot_to_rank(lake: &Lake, as_of: DateTime<Utc>, date: Option<NaiveDate>) -> Result<Slot> {
    let calendar = lake.market().calendar();
    match date {
        None => Ok(calendar.next_after(as_of)),
        Some(date) => calendar
            .slot_on(date)
            .map_err(|error| UserError::new(error.to_string(), "pass one of these dates to `--slot`").into()),
    }
}

/// The `as_of` of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AsOf {
    /// `--as-of`, else now.
    Requested,
    /// `as_of` of the run that built this relation.
    OfRelation(&'static str),
}

/// A run of a verb that works on the contents of the lake.
pub(crate) struct RunRequest<'a> {
    pub(crate) verb: &'static str,
    pub(crate) as_of: AsOf,
    /// Relations that it reads; other versions of them make another run.
    pub(crate) inputs: &'a [&'a str],
    /// Options that change its results; other options make another run.
    pub(crate) options: &'a str,
    /// Whether readers see it by default although it may be for an earlier time.
    pub(crate) make_latest: bool,
}

/// Starts a run, unless it is already done.
pub(crate) async fn start_run(context: Context<'_>, request: &RunRequest<'_>) -> Result<RunStart> {
    let Context { common, settings, printer } = context;
    let lake = Lake::open(&settings.lake)?;
    settings.stated_market.check(lake.market(), "the lake")?;
    let lock = lock(context, &lake, request.verb)?;
    let as_of = as_of(context, &lake, request.as_of).await?;
    // An invalid date is reported before anything is written.
    slot_to_rank(&lake, as_of, common.slot)?;
    let start = tables_at_start(&lake.runs().await?, request.verb, as_of);
    let tables = request.inputs.iter().map(|name| TableId::relation(name).to_string());
    let versions: Vec<String> = tables.map(|table| format!("{table} {:?}", start.get(&table))).collect();
    let files: Vec<String> = FileLedger::read(&lake).await?.inputs(std::iter::empty()).into_iter().collect();
    let identity = RunIdentity {
        verb: request.verb,
        as_of,
        started_at: now(),
        settings: &format!("{} {:?} {}", settings.run_id_settings(), common.slot, request.options),
        inputs: &format!("{}\n{}", files.join("\n"), versions.join("\n")),
        make_latest: request.make_latest,
    };
    let start = ActiveRun::start(&lake, lock, &identity).await?;
    if let RunStart::AlreadyDone(done) = &start {
        printer.info(format!("run {} is already done; nothing to do", done.run_id));
    }
    Ok(start)
}

/// Result of a request to start a run for the slot to rank.
pub(crate) enum NightStart<'a> {
    Started(Box<Night<'a>>),
    AlreadyDone(RunRow),
}

/// Starts a run for the slot to rank, unless it is already done.
pub(crate) async fn start_night<'a>(
    context: Context<'a>,
    request: &RunRequest<'_>,
) -> Result<NightStart<'a>> {
    let run = match start_run(context, request).await? {
        RunStart::Started(run) => run,
        RunStart::AlreadyDone(done) => return Ok(NightStart::AlreadyDone(done)),
    };
    let slot = slot_to_rank(&run.lake, run.as_of, context.common.slot)?;
    Ok(NightStart::Started(Box::new(Night::new(context, run, slot))))
}

async fn as_of(context: Context<'_>, lake: &Lake, as_of: AsOf) -> Result<DateTime<Utc>> {
    let calendar = lake.market().calendar();
    let requested = context.common.as_of.as_deref().map(|text| parse_as_of(text, &calendar)).transpose()?;
    let built = match as_of {
        AsOf::Requested => None,
        AsOf::OfRelation(name) => Some(as_of_relation(lake, name, requested).await?),
    };
    match (requested, built) {
        (None, None) => Ok(now()),
        (Some(requested), Some(built)) if requested != built => Err(UserError::new(
            format!("the relations were built as of {built}, not {requested}"),
            format!("`slotcast stats --as-of {}` builds them as of that time", requested.to_rfc3339()),
        )
        .into()),
        (Some(time), _) | (None, Some(time)) => Ok(time),
    }
}

/// `as_of` of the run that built a relation, as in its rows: for the requested time, else the one that readers see.
async fn as_of_relation(lake: &Lake, name: &str, requested: Option<DateTime<Utc>>) -> Result<DateTime<Utc>> {
    let runs = lake.runs().await?;
    let table = TableId::relation(name).to_string();
    let run = requested.map_or_else(|| runs.visible(), |as_of| runs.visible_at(as_of));
    let version = run.and_then(|run| run.tables.get(&table).copied());
    // The first run with this version built it; later runs reused it.
    let built = runs.0.iter().find(|run| version.is_some() && run.tables.get(&table).copied() == version);
    built.map(|run| run.as_of).ok_or_else(|| {
        UserError::new(
            format!("relation `{name}` has not been built"),
            "`slotcast stats` builds it; `slotcast nightly` runs all stages in order",
        )
        .into()
    })
}
