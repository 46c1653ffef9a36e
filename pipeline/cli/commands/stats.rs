//! `slotcast stats`: builds and audits the relations.

use anyhow::Result;

use crate::{
    context::Context,
    open_run::{AsOf, RunRequest, start_night},
    outcome::Outcome,
    stages::{self, night::Night, stats::StatsOptions},
};

pub(super) async fn stats(context: Context<'_>, options: StatsOptions) -> Result<Outcome> {
    let request = RunRequest {
        verb: "stats",
        as_of: AsOf::Requested,
        inputs: &[],
        options: if options.full { "full" } else { "" },
    };
    let Some(mut night) = start_night(context, &request).await? else { return Ok(Outcome::Completed) };
    night.stage("stats", async |night: &mut Night<'_>| stages::stats::stats(night, options).await).await?;
    night.run.finish().await?;
    Ok(Outcome::Completed)
}
