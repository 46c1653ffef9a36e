//! `slotcast train`: fits, calibrates and promotes a model on the relations as built last.

use anyhow::Result;

use super::Outcome;
use crate::{
    args::Common,
    lake_door::{Moment, begin_with, question, slot_to_rank},
    printer::Printer,
    settings::Settings,
    stages::{self, champions::Change},
};

pub(crate) async fn train(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    change: Change,
) -> Result<Outcome> {
    let moment = Moment::AsBuilt("offer_features");
    // The history decides what a rollback takes back, so another rollback is another run.
    let (inputs, asked): (&[&str], _) = match change {
        Change::ByProof => (&["offer_features", "outcome_versions"], ""),
        Change::Rollback => (&["offer_features", "outcome_versions", "champions"], "rollback"),
    };
    let Some(mut run) = begin_with(common, settings, printer, "train", moment, inputs, asked).await? else {
        return Ok(Outcome::Done);
    };
    let slot = slot_to_rank(&run.lake, run.as_of, common.slot)?;
    let at = question(&run.lake, settings, run.as_of, slot).scored.knowledge_at;
    let work = async |run: &mut _| stages::train::train(run, settings, printer, slot.date, at, change).await;
    run.stage(printer, "train", work).await?;
    run.finish().await?;
    Ok(Outcome::Done)
}
