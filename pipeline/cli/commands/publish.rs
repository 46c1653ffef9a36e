//! `slotcast publish`: page, CSV, JSON and Parquet of the relations as built last.

use anyhow::Result;
use slotcast_lake::Published;

use super::Outcome;
use crate::{
    args::Common,
    lake_door::{Moment, begin, slot_to_rank},
    printer::Printer,
    run_record::Rows,
    settings::Settings,
    stages,
};

pub(crate) async fn publish(common: &Common, settings: &Settings, printer: &Printer) -> Result<Outcome> {
    let moment = Moment::AsBuilt("product_slots");
    let inputs = ["product_slots", "outcome_versions", "models", "rankings", "moq_rates", "slot_summary"];
    let Some(mut run) = begin(common, settings, printer, "publish", moment, &inputs).await? else {
        return Ok(Outcome::Done);
    };
    let slot = slot_to_rank(&run.lake, run.as_of, common.slot)?;
    let work = async |run: &mut crate::run_record::RunInProgress| -> Result<(_, Rows)> {
        let lists = stages::rank::ranked_lists(run, settings, slot).await?;
        stages::publish::publish(run, settings, &lists, Vec::new()).await
    };
    run.stage(printer, "publish", work).await?;
    let published = Published::of(&run.lake);
    let done = run.finish().await?;
    published.point_latest_at(&done.run_id)?;
    printer.say(format!("page: {}", published.latest().join("index.html").display()));
    Ok(Outcome::Done)
}
