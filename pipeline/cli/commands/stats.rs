//! `slotcast stats`: builds and audits the relations.

use anyhow::Result;
use slotcast_lake::Lake;

use crate::{
    context::Context,
    latest::report_latest,
    open_run::{AsOf, NightStart, RunRequest, start_night},
    outcome::Outcome,
    stages::{self, night::Night, stats::StatsOptions},
};

pub(super) async fn stats(context: Context<'_>, options: StatsOptions) -> Result<Outcome> {
    let request = RunRequest {
        verb: "stats",
        as_of: AsOf::Requested,
        inputs: &[],
        options: if options.full { "full" } else { "" },
        make_latest: false,
    };
    let NightStart::Started(mut night) = start_night(context, &request).await? else {
        return Ok(Outcome::Completed);
    };
    night.stage("stats", async |night: &mut Night<'_>| stages::stats::stats(night, options).await).await?;
    let done = night.run.finish().await?;
    report_latest(&Lake::open(&context.settings.lake)?, context.printer, &done).await?;
    Ok(Outcome::Completed)
}
