//! `slotcast publish`: publishes the lists of the latest relations, or retracts a publication.

use anyhow::Result;
use slotcast_core::{Audience, RunId, RunIdError};
use slotcast_lake::{Lake, Publications};
use slotcast_publish::{Retraction, with_retraction_notice};

use crate::{
    clock::now,
    context::Context,
    failure::UserError,
    latest::{folder_to_read, move_latest},
    open_run::{AsOf, NightStart, RunRequest, lock, start_night},
    outcome::Outcome,
    stages::{self, night::Night, page_view::PublicationInput},
};

const PAGE: &str = "index.html";

pub(super) async fn publish(context: Context<'_>, audience: Audience, make_latest: bool) -> Result<Outcome> {
    let printer = context.printer;
    let request = RunRequest {
        verb: "publish",
        as_of: AsOf::OfRelation("offer_features"),
        inputs: &["offer_features", "outcome_versions", "models", "rankings", "moq_rates", "slot_summary"],
        options: if audience == Audience::Internal { "internal" } else { "" },
        make_latest,
    };
    let mut night = match start_night(context, &request).await? {
        NightStart::Started(night) => night,
        NightStart::AlreadyDone(done) => {
            // A process killed between its last two steps left the run visible and `latest` behind.
            if audience == Audience::Everyone {
                move_latest(&Lake::open(&context.settings.lake)?, printer, &done).await?;
            }
            return Ok(Outcome::Completed);
        }
    };
    let work = async |night: &mut Night<'_>| -> Result<_> {
        let lists = stages::rank::ranked_lists(&night.run, night.settings, night.slot).await?;
        let input = PublicationInput { lists: &lists, warnings: Vec::new(), batch_id: None, audience };
        stages::publish::publish(night, input).await
    };
    let folder = night.stage("publish", work).await?;
    let lake = night.run.lake.clone();
    let done = night.run.finish().await?;
    if audience == Audience::Internal {
        printer.info(format!("for internal use only: {}", folder.display()));
    } else {
        move_latest(&lake, printer, &done).await?;
        printer.info(format!("page: {}", folder_to_read(&lake, &done)?.join(PAGE).display()));
    }
    Ok(Outcome::Completed)
}

/// Retracts a publication. If it was the latest, readers see the one before it, with a notice.
pub(super) async fn retract(context: Context<'_>, run_id: &str) -> Result<Outcome> {
    let Context { settings, printer, .. } = context;
    let lake = Lake::open(&settings.lake)?;
    let _lock = lock(context, &lake, "publish --retract")?;
    let publications = Publications::new(&lake);
    let run_id: RunId = run_id.parse().map_err(|error: RunIdError| {
        let hint = match publications.latest_run() {
            Some(latest) => format!("the latest publication is `{latest}`; `slotcast runs` lists every run"),
            None => "nothing is published; `slotcast runs` lists every run".to_owned(),
        };
        UserError::new(format!("run `{run_id}` has published nothing: {error}"), hint)
    })?;
    let publication = lake.publication(&run_id).await?;
    let at = now();
    if publications.latest_run().as_ref() == Some(&run_id) {
        let previous = lake.previous_publication(&run_id).await?.ok_or_else(|| {
            UserError::new(
                format!("nothing was published before run `{run_id}`, so readers would see nothing"),
                "run `slotcast publish` to create another publication, then retract this one",
            )
        })?;
        let retraction = Retraction { run_id: run_id.to_string(), at };
        let zone = lake.market().calendar().zone();
        publications.update_text(&previous, PAGE, |page| with_retraction_notice(page, &retraction, zone))?;
        publications.set_latest(&previous)?;
        let page = publications.latest().join(PAGE);
        printer.info(format!("the latest publication is run {previous} again: {}", page.display()));
    }
    let folder = publications.retract(&publication, at)?;
    printer.info(format!("the publication of run {run_id} was moved to {}", folder.display()));
    Ok(Outcome::Completed)
}
