//! `slotcast nightly`: ingest, stats, train, rank and publish, in this order.

use std::path::Path;

use anyhow::Result;
use chrono::TimeDelta;
use slotcast_core::{Audience, DateTime, Utc};
use slotcast_forecast::{ChampionChange, RankedList};
use slotcast_lake::{Lake, RunRow};
use slotcast_publish::warning;

use super::open_inbox::{OpenInbox, outcome, outcome_of_done, refusal_message};
use crate::{
    active_run::RunStart,
    args::SourceArgs,
    clock::now,
    context::Context,
    failure::UserError,
    latest::{folder_to_read, move_latest},
    open_run::slot_to_rank,
    outcome::Outcome,
    printer::Printer,
    settings::Settings,
    stages::{
        self,
        ingest::{RefusedFile, refused_tables},
        list_warnings::list_warnings,
        night::Night,
        page_view::PublicationInput,
        stats::StatsOptions,
    },
};

/// Age limit of a resumed run. The list of an older run would be outdated.
const MAX_RESUME_HOURS: i64 = 20;

pub(super) async fn nightly(
    context: Context<'_>,
    inbox: &Path,
    args: &SourceArgs,
    make_latest: bool,
) -> Result<Outcome> {
    let Context { common, settings, printer } = context;
    let inbox = OpenInbox::open(context, inbox, args)?;
    let lake = inbox.lake.clone();
    let as_of = inbox.as_of(as_of_to_resume(&lake, printer).await?)?;
    let slot = slot_to_rank(&lake, as_of, common.slot)?;
    if !args.history && as_of < now() - TimeDelta::hours(MAX_RESUME_HOURS) {
        printer.warn(format!(
            "`--as-of` is in the past ({as_of}): without `--history`, newly ingested facts are dated now and will be ignored by this run"
        ));
    }
    let run = match inbox.start("nightly", as_of, make_latest).await? {
        RunStart::Started(run) => run,
        RunStart::AlreadyDone(done) => return already_done(&lake, printer, &done).await,
    };
    printer.info(format!("run {}", run.run_id));
    let mut night = Night::new(context, run, slot);
    let (refused, lists) = run_stages(&mut night, &inbox).await?;
    let done = night.run.finish_with(refusal_message(&refused)).await?;
    move_latest(&lake, printer, &done).await?;
    for (key, values) in list_warnings(&lists) {
        printer.warn(warning(settings.lang(), key, &values));
    }
    let page = folder_to_read(&lake, &done)?.join("index.html");
    printer.info(format!("done in {:.1} s; page: {}", done.seconds, page.display()));
    Ok(outcome(&refused))
}

/// Runs the stages in order; returns the refused files and the lists.
async fn run_stages(
    night: &mut Night<'_>,
    inbox: &OpenInbox<'_>,
) -> Result<(Vec<RefusedFile>, Vec<RankedList>)> {
    let source = inbox.source();
    let refused = night
        .stage("ingest", async |night: &mut Night<'_>| {
            let (refused, rows) = stages::ingest::ingest(&mut night.run, night.printer, &source).await?;
            check_required_tables(night.settings, &refused)?;
            Ok((refused, rows))
        })
        .await?;
    night
        .stage("stats", async |night: &mut Night<'_>| {
            stages::stats::stats(night, StatsOptions::default()).await
        })
        .await?;
    night
        .stage("train", async |night: &mut Night<'_>| stages::train::train(night, ChampionChange::Gate).await)
        .await?;
    let lists = night.stage("rank", async |night: &mut Night<'_>| stages::rank::rank(night).await).await?;
    let input = PublicationInput {
        lists: &lists,
        warnings: refused.iter().map(RefusedFile::warning).collect(),
        batch_id: Some(night.run.run_id.clone()),
        audience: Audience::Everyone,
    };
    night
        .stage("publish", async |night: &mut Night<'_>| stages::publish::publish(night, input).await)
        .await?;
    Ok((refused, lists))
}

/// `as_of` of a recent night that was killed or failed.
async fn as_of_to_resume(lake: &Lake, printer: &Printer) -> Result<Option<DateTime<Utc>>> {
    let runs = lake.runs().await?;
    let oldest = now() - TimeDelta::hours(MAX_RESUME_HOURS);
    let unfinished = runs.unfinished("nightly").filter(|run| run.started_at > oldest && run.as_of > oldest);
    if let Some(run) = unfinished {
        printer.info(format!("resuming run {} as of {}", run.run_id, run.as_of));
    }
    Ok(unfinished.map(|run| run.as_of))
}

async fn already_done(lake: &Lake, printer: &Printer, done: &RunRow) -> Result<Outcome> {
    printer.info(format!("run {} is already done; nothing to do", done.run_id));
    // A process killed between its last two steps left the run visible and `latest` behind.
    move_latest(lake, printer, done).await?;
    Ok(outcome_of_done(done, printer))
}

/// An error if a file of a required table was refused.
fn check_required_tables(settings: &Settings, refused: &[RefusedFile]) -> Result<()> {
    let refused = refused_tables(refused);
    match settings.required_tables.iter().find(|table| refused.contains(table.as_str())) {
        Some(table) => Err(UserError::new(
            format!("a file of required table `{table}` was refused"),
            "correct the file and run again, or remove the table from `required_tables`; \
             the last publication is unchanged",
        )
        .into()),
        None => Ok(()),
    }
}
