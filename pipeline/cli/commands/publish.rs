//! `slotcast publish`: page, workbook, CSV, JSON and Parquet of the relations as built last; and the way back.

use anyhow::{Context, Result};
use slotcast_core::Audience;
use slotcast_lake::{Lake, Published};
use slotcast_publish::{TakenBack, with_taken_back};

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
    let moment = Moment::AsBuilt("product_slots");
    let inputs = ["product_slots", "outcome_versions", "models", "rankings", "moq_rates", "slot_summary"];
    let asked = if audience == Audience::House { "internal" } else { "" };
    let begun = begin_with(common, settings, printer, "publish", moment, &inputs, asked).await?;
    let Some(mut run) = begun else { return Ok(Outcome::Done) };
    let slot = slot_to_rank(&run.lake, run.as_of, common.slot)?;
    let work = async |run: &mut crate::run_record::RunInProgress| -> Result<(_, Rows)> {
        let lists = stages::rank::ranked_lists(run, settings, slot).await?;
        stages::publish::publish(run, settings, &lists, Vec::new(), audience).await
    };
    let folder = run.stage(printer, "publish", work).await?;
    let published = Published::of(&run.lake);
    let done = run.finish().await?;
    if audience == Audience::House {
        printer.say(format!("for people of the house only: {}", folder.display()));
    } else {
        published.point_latest_at(&done.run_id)?;
        printer.say(format!("page: {}", published.latest().join(PAGE).display()));
    }
    Ok(Outcome::Done)
}

/// Readers see again what was published before this run, and its page says that something was taken back.
pub(crate) async fn take_back(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    run_id: &str,
) -> Result<Outcome> {
    let lake = Lake::open(&settings.lake)?;
    let _lock = lock(common, printer, &lake, "publish --un")?;
    let published = Published::of(&lake);
    if !published.run(run_id).is_dir() {
        let hint = match published.latest_run() {
            Some(latest) => format!("`{latest}` was published last; `slotcast runs` lists every run"),
            None => "nothing is published; `slotcast runs` lists every run".to_owned(),
        };
        return Err(UserError::new(format!("run `{run_id}` has published nothing"), hint).into());
    }
    let at = now();
    let is_latest = published.latest_run().as_deref() == Some(run_id);
    if is_latest {
        let before = published.before(run_id).ok_or_else(|| {
            UserError::new(
                format!("nothing was published before run `{run_id}`, so readers would see nothing"),
                "`slotcast publish` makes another publication, and after that this one can go",
            )
        })?;
        let page = published.run(&before).join(PAGE);
        let text =
            std::fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
        let taken = TakenBack { run_id: run_id.to_owned(), at };
        let zone = lake.market().calendar().zone();
        published.rewrite(&before, PAGE, with_taken_back(&text, &taken, zone).as_bytes())?;
        published.point_latest_at(&before)?;
        printer.say(format!("readers see run {before} again: {}", published.latest().join(PAGE).display()));
    }
    let aside = published.take_back(run_id, at)?;
    printer.say(format!("what run {run_id} had published lies in {}", aside.display()));
    Ok(Outcome::Done)
}
