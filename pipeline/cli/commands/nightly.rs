//! `slotcast nightly`: ingest, stats, train, rank, publish, in this order.

use std::path::Path;

use anyhow::Result;
use slotcast_core::{Audience, DateTime, RunId, Utc};
use slotcast_lake::{Published, RunRow};
use slotcast_publish::{warning, warning_in};

use super::{
    Outcome,
    ingest::{Opened, outcome_of, refused_in_words},
};
use crate::{
    args::{Common, Source},
    clock::now,
    failure::UserError,
    lake_door::{question, slot_to_rank},
    printer::Printer,
    run_record::{Begun, Rows, RunInProgress},
    settings::Settings,
    stages::{self, ingest::refused_tables},
};

/// A run that was begun this long ago or earlier is not resumed: its list would be yesterday's news.
const RESUME_WITHIN_HOURS: i64 = 20;

pub(crate) async fn nightly(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    inbox: &Path,
    source: &Source,
) -> Result<Outcome> {
    let opened = Opened::new(settings, inbox, source, common.as_of.as_deref())?;
    let lake = opened.lake.clone();
    let as_of = opened.as_of(common, moment_to_resume(&lake, printer).await?)?;
    let slot = slot_to_rank(&lake, as_of, common.slot)?;
    if !source.history && as_of < now() - chrono::TimeDelta::hours(RESUME_WITHIN_HOURS) {
        printer.warn(format!(
            "this run speaks for {as_of}, but without `--history` new facts count as known from now on: it will not see them"
        ));
    }
    let mut run = match opened.begin(common, settings, printer, source, "nightly", as_of).await? {
        Begun::Started(run) => run,
        Begun::AlreadyDone(done) => return already_done(&lake, printer, &done),
    };
    printer.say(format!("run {}", run.run_id));
    let reading = opened.reading(source);
    let refusals = run
        .stage(printer, "ingest", async |run: &mut RunInProgress| {
            let (refusals, rows) = stages::ingest::ingest(run, printer, &opened.inbox, &reading).await?;
            required_tables_are_whole(settings, &refusals)?;
            Ok((refusals, rows))
        })
        .await?;
    let at = question(&lake, settings, as_of, slot).scored.knowledge_at;
    run.stage(printer, "stats", async |run: &mut RunInProgress| {
        stages::stats::stats(run, settings, printer, slot, stages::stats::Asked::default()).await
    })
    .await?;
    run.stage(printer, "train", async |run: &mut RunInProgress| {
        stages::train::train(run, settings, printer, slot.date, at, stages::champions::Change::ByProof).await
    })
    .await?;
    let lists = run
        .stage(printer, "rank", async |run: &mut RunInProgress| {
            stages::rank::rank(run, settings, printer, slot).await
        })
        .await?;
    let warnings: Vec<String> = refusals
        .iter()
        .map(|refusal| format!("{}: {}", warning("file_refused", &[]), refusal.message))
        .collect();
    run.stage(printer, "publish", async |run: &mut RunInProgress| -> Result<(_, Rows)> {
        stages::publish::publish(run, settings, &lists, warnings, Audience::Everyone).await
    })
    .await?;
    let run_id: RunId = run.run_id.parse()?;
    let done = run.finish_with(refused_in_words(&refusals)).await?;
    let published = Published::of(&lake);
    published.point_latest_at(&run_id)?;
    for (key, values) in stages::page_view::list_warnings(&lists) {
        printer.warn(warning_in(settings.lang(), key, &values));
    }
    printer.say(format!(
        "done in {:.1} s; page: {}",
        done.seconds,
        published.latest().join("index.html").display()
    ));
    Ok(if refusals.is_empty() { Outcome::Done } else { Outcome::DoneWithRefusals })
}

/// A night that was killed or failed speaks for the moment it was begun for.
async fn moment_to_resume(lake: &slotcast_lake::Lake, printer: &Printer) -> Result<Option<DateTime<Utc>>> {
    let runs = lake.runs().await?;
    let recent = now() - chrono::TimeDelta::hours(RESUME_WITHIN_HOURS);
    let left = runs.unfinished("nightly").filter(|run| run.started_at > recent && run.as_of > recent);
    if let Some(run) = left {
        printer.say(format!("resuming run {}, begun for {}", run.run_id, run.as_of));
    }
    Ok(left.map(|run| run.as_of))
}

fn already_done(lake: &slotcast_lake::Lake, printer: &Printer, done: &RunRow) -> Result<Outcome> {
    // A process killed between its last two steps left the run visible and `latest` behind.
    let published = Published::of(lake);
    let run_id: RunId = done.run_id.parse()?;
    if published.run(&run_id).is_dir() && published.latest_run().is_none_or(|latest| latest < run_id) {
        published.point_latest_at(&run_id)?;
    }
    printer.say(format!("run {} is done already; nothing to do", done.run_id));
    Ok(outcome_of(done, printer))
}

fn required_tables_are_whole(settings: &Settings, refusals: &[stages::ingest::Refusal]) -> Result<()> {
    let refused = refused_tables(refusals);
    match settings.required_tables.iter().find(|table| refused.contains(table.as_str())) {
        Some(table) => Err(UserError::new(
            format!("a file of `{table}` was refused, and the settings require that table"),
            "mend the file and run again, or take the table out of `required_tables`; \
             what was published last is still published",
        )
        .into()),
        None => Ok(()),
    }
}
