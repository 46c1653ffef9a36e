//! `slotcast ingest`: loads an inbox into the lake.

use std::path::Path;

use anyhow::Result;

use super::open_inbox::{OpenInbox, outcome, outcome_of_done, refusal_message};
use crate::{
    active_run::{ActiveRun, RunStart},
    args::SourceArgs,
    context::Context,
    outcome::Outcome,
    stages,
};

pub(super) async fn ingest(context: Context<'_>, inbox: &Path, args: &SourceArgs) -> Result<Outcome> {
    let printer = context.printer;
    let inbox = OpenInbox::open(context, inbox, args)?;
    let mut run = match inbox.start("ingest", inbox.as_of(None)?).await? {
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
