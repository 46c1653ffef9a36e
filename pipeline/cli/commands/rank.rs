//! `slotcast rank`: scores and ranks the offers of the next slot, and prints the list.

use anyhow::Result;
use slotcast_lake::Lake;

use crate::{
    args::{Format, Language},
    context::Context,
    latest::report_latest,
    open_run::{AsOf, NightStart, RunRequest, start_night},
    outcome::Outcome,
    stages::{self, night::Night},
    user_query::print_query,
};

pub(super) async fn rank(context: Context<'_>, make_latest: bool) -> Result<Outcome> {
    let request = RunRequest {
        verb: "rank",
        as_of: AsOf::OfRelation("offer_features"),
        inputs: &["offer_features", "outcome_versions", "models"],
        options: "",
        make_latest,
    };
    let done = match start_night(context, &request).await? {
        NightStart::Started(mut night) => {
            night.stage("rank", async |night: &mut Night<'_>| stages::rank::rank(night).await).await?;
            night.run.finish().await?
        }
        NightStart::AlreadyDone(done) => done,
    };
    let lake = Lake::open(&context.settings.lake)?;
    print_ranking(context, &lake, Some(&done.run_id), None).await?;
    report_latest(&lake, context.printer, &done).await?;
    Ok(Outcome::Completed)
}

/// Prints the lists of a run, or the first `max_rows` rows.
pub(super) async fn print_ranking(
    context: Context<'_>,
    lake: &Lake,
    run_id: Option<&str>,
    max_rows: Option<usize>,
) -> Result<()> {
    let reasons = match context.settings.language {
        Language::Ko => "reasons_ko",
        Language::En => "reasons_en",
    };
    let columns = match context.common.format {
        Format::Table => format!(
            "rank, slot_date, candidate_id, title, round(p_hit, 3) AS p_hit, round(p_low, 2) AS p_low, \
             round(p_high, 2) AS p_high, threshold, {reasons} AS reasons"
        ),
        _ => "*".to_owned(),
    };
    let query = format!("SELECT {columns} FROM rankings ORDER BY slot_date, rank");
    print_query(context, lake, run_id, &query, max_rows).await
}
