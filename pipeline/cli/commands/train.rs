//! `slotcast train`: fits, calibrates and promotes a model on the relations as built last.

use anyhow::Result;

use super::Outcome;
use crate::{
    args::Common,
    lake_door::{Moment, begin, question, slot_to_rank},
    printer::Printer,
    settings::Settings,
    stages,
};

pub(crate) async fn train(common: &Common, settings: &Settings, printer: &Printer) -> Result<Outcome> {
    let moment = Moment::AsBuilt("product_slots");
    let inputs = ["product_slots", "outcome_versions"];
    let Some(mut run) = begin(common, settings, printer, "train", moment, &inputs).await? else {
        return Ok(Outcome::Done);
    };
    let slot = slot_to_rank(&run.lake, run.as_of, common.slot)?;
    let at = question(&run.lake, settings, run.as_of, slot).scored.knowledge_at;
    let work = async |run: &mut _| stages::train::train(run, settings, printer, slot.date, at).await;
    run.stage(printer, "train", work).await?;
    run.finish().await?;
    Ok(Outcome::Done)
}
