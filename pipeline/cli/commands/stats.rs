//! `slotcast stats`: builds the relations and audits them.

use anyhow::Result;

use super::Outcome;
use crate::{
    args::Common,
    lake_door::{Moment, begin, slot_to_rank},
    printer::Printer,
    settings::Settings,
    stages,
};

pub(crate) async fn stats(common: &Common, settings: &Settings, printer: &Printer) -> Result<Outcome> {
    let Some(mut run) = begin(common, settings, printer, "stats", Moment::AsAsked, &[]).await? else {
        return Ok(Outcome::Done);
    };
    let slot = slot_to_rank(&run.lake, run.as_of, common.slot)?;
    run.stage(printer, "stats", async |run| stages::stats::stats(run, settings, printer, slot).await).await?;
    run.finish().await?;
    Ok(Outcome::Done)
}
