//! `slotcast stats`: builds the relations and audits them.

use anyhow::Result;

use super::Outcome;
use crate::{
    args::Common,
    lake_door::{Moment, begin_with, slot_to_rank},
    printer::Printer,
    settings::Settings,
    stages::{self, stats::Asked},
};

pub(crate) async fn stats(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    asked: Asked,
) -> Result<Outcome> {
    let manner = if asked.full { "full" } else { "" };
    let begun = begin_with(common, settings, printer, "stats", Moment::AsAsked, &[], manner).await?;
    let Some(mut run) = begun else {
        return Ok(Outcome::Done);
    };
    let slot = slot_to_rank(&run.lake, run.as_of, common.slot)?;
    run.stage(printer, "stats", async |run| stages::stats::stats(run, settings, printer, slot, asked).await)
        .await?;
    run.finish().await?;
    Ok(Outcome::Done)
}
