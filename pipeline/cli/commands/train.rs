//! `slotcast train`: fits, calibrates and promotes models on the latest relations.

use anyhow::Result;
use slotcast_forecast::ChampionChange;
use slotcast_lake::Lake;

use crate::{
    context::Context,
    latest::report_latest,
    open_run::{AsOf, NightStart, RunRequest, start_night},
    outcome::Outcome,
    stages::{self, night::Night},
};

pub(super) async fn train(context: Context<'_>, change: ChampionChange) -> Result<Outcome> {
    // A rollback depends on the history of champions, so a second rollback is another run.
    let (inputs, options): (&[&str], _) = match change {
        ChampionChange::Gate => (&["offer_features", "outcome_versions"], ""),
        ChampionChange::Rollback => (&["offer_features", "outcome_versions", "champions"], "rollback"),
    };
    let request = RunRequest {
        verb: "train",
        as_of: AsOf::OfRelation("offer_features"),
        inputs,
        options,
        make_latest: false,
    };
    let NightStart::Started(mut night) = start_night(context, &request).await? else {
        return Ok(Outcome::Completed);
    };
    night.stage("train", async |night: &mut Night<'_>| stages::train::train(night, change).await).await?;
    let done = night.run.finish().await?;
    report_latest(&Lake::open(&context.settings.lake)?, context.printer, &done).await?;
    Ok(Outcome::Completed)
}
