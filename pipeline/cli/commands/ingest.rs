//! `slotcast ingest`: loads an inbox into the lake, or retracts what it loaded.

use std::path::Path;

use anyhow::Result;
use slotcast_lake::Lake;

use super::open_inbox::{OpenInbox, outcome, outcome_of_done, refusal_message};
use crate::{
    active_run::{ActiveRun, RunIdentity, RunStart},
    args::SourceArgs,
    clock::now,
    context::Context,
    file_ledger::FileLedger,
    open_run::lock,
    outcome::Outcome,
    settings::parse_as_of,
    stages::{
        self,
        retract::{LoadRetraction, has_unseen_changes, named_loads},
    },
};

pub(super) async fn ingest(context: Context<'_>, inbox: &Path, args: &SourceArgs) -> Result<Outcome> {
    let printer = context.printer;
    let inbox = OpenInbox::open(context, inbox, args)?;
    let mut run = match inbox.start("ingest", inbox.as_of(None)?, false).await? {
        RunStart::Started(run) => run,
        RunStart::AlreadyDone(done) => {
            printer.info(format!("run {} is already done; nothing new in the inbox", done.run_id));
            return Ok(outcome_of_done(&done, printer));
        }
    };
    let source = inbox.source();
    let work = async |run: &mut ActiveRun| stages::ingest::ingest(run, printer, &source).await;
    let refused = run.stage(printer, "ingest", work).await?;
    run.finish_with(refusal_message(&refused)).await?;
    Ok(outcome(&refused))
}

/// Retracts the loads of files, batches or mappings with these names.
pub(super) async fn retract(context: Context<'_>, names: &[String], history: bool) -> Result<Outcome> {
    let Context { common, settings, printer } = context;
    let lake = Lake::open(&settings.lake)?;
    let started_at = now();
    let as_of = match &common.as_of {
        Some(text) => parse_as_of(text, &lake.market().calendar())?,
        None => started_at,
    };
    let lock = lock(context, &lake, "ingest --retract")?;
    let ledger = FileLedger::read(&lake).await?;
    let files = named_loads(&lake, &ledger, names)?;
    if files.is_subset(&ledger.retracted_files()) {
        printer
            .info(format!("nothing to retract: every load of `{}` is retracted already", names.join("`, `")));
        // A run that was killed after its commit is completed here.
        if !has_unseen_changes(&lake).await? {
            return Ok(Outcome::Completed);
        }
    }
    let inputs: Vec<String> = ledger.inputs(std::iter::empty()).into_iter().collect();
    let identity = RunIdentity {
        verb: "ingest",
        as_of,
        started_at,
        settings: &format!("retract {names:?} {history}"),
        inputs: &inputs.join("\n"),
        make_latest: false,
    };
    let mut run = match ActiveRun::start(&lake, lock, &identity).await? {
        RunStart::Started(run) => run,
        RunStart::AlreadyDone(done) => {
            printer.info(format!("run {} is already done; nothing to retract", done.run_id));
            return Ok(Outcome::Completed);
        }
    };
    let request = LoadRetraction { files, history };
    let work = async |run: &mut ActiveRun| stages::retract::retract(run, printer, &request).await;
    run.stage(printer, "retract", work).await?;
    run.finish().await?;
    Ok(Outcome::Completed)
}
