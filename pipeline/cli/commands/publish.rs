//! `slotcast publish`: page, workbook, CSV, JSON and Parquet of the relations as built last; and the way back.

use anyhow::Result;
use slotcast_core::{Audience, RunId, RunIdError};
use slotcast_lake::{Lake, Published};
use slotcast_publish::{Retraction, with_retracted};

use super::Outcome;
use crate::{
    args::Common,
    clock::now,
    failure::UserError,
    lake_door::{Moment, begin_with, lock, slot_to_rank},
    printer::Printer,
    run_record::Rows,
    settings::Settings,
    stages,
};

const PAGE: &str = "index.html";

pub(crate) async fn publish(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    audience: Audience,
) -> Result<Outcome> {
    let moment = Moment::AsBuilt("offer_features");
    let inputs = ["offer_features", "outcome_versions", "models", "rankings", "moq_rates", "slot_summary"];
    let asked = if audience == Audience::Internal { "internal" } else { "" };
    let begun = begin_with(common, settings, printer, "publish", moment, &inputs, asked).await?;
    let Some(mut run) = begun else { return Ok(Outcome::Done) };
    let slot = slot_to_rank(&run.lake, run.as_of, common.slot)?;
    let work = async |run: &mut crate::run_record::RunInProgress| -> Result<(_, Rows)> {
        let lists = stages::rank::ranked_lists(run, settings, slot).await?;
        stages::publish::publish(run, settings, &lists, Vec::new(), audience).await
    };
    let folder = run.stage(printer, "publish", work).await?;
    let published = Published::of(&run.lake);
    let run_id: RunId = run.run_id.parse()?;
    run.finish().await?;
    if audience == Audience::Internal {
        printer.say(format!("for people of the house only: {}", folder.display()));
    } else {
        published.point_latest_at(&run_id)?;
        printer.say(format!("page: {}", published.latest().join(PAGE).display()));
    }
    Ok(Outcome::Done)
}

/// Readers see again what was published before this run, and its page says that something was retracted.
pub(crate) async fn retract(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    run_id: &str,
) -> Result<Outcome> {
    let lake = Lake::open(&settings.lake)?;
    let _lock = lock(common, printer, &lake, "publish --retract")?;
    let published = Published::of(&lake);
    let run_id: RunId = run_id.parse().map_err(|error: RunIdError| {
        let hint = match published.latest_run() {
            Some(latest) => format!("`{latest}` was published last; `slotcast runs` lists every run"),
            None => "nothing is published; `slotcast runs` lists every run".to_owned(),
        };
        UserError::new(format!("run `{run_id}` has published nothing: {error}"), hint)
    })?;
    let publication = lake.publication(&run_id).await?;
    let at = now();
    if published.latest_run().as_ref() == Some(&run_id) {
        let before = lake.publication_before(&run_id).await?.ok_or_else(|| {
            UserError::new(
                format!("nothing was published before run `{run_id}`, so readers would see nothing"),
                "`slotcast publish` makes another publication, and after that this one can go",
            )
        })?;
        let retraction = Retraction { run_id: run_id.to_string(), at };
        let zone = lake.market().calendar().zone();
        published.rewrite(&before, PAGE, |page| with_retracted(page, &retraction, zone))?;
        published.point_latest_at(&before)?;
        printer.say(format!("readers see run {before} again: {}", published.latest().join(PAGE).display()));
    }
    let aside = published.retract(&publication, at)?;
    printer.say(format!("what run {run_id} had published lies in {}", aside.display()));
    Ok(Outcome::Done)
}
