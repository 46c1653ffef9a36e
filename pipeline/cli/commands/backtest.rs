//! `slotcast backtest`: past slots, each predicted from what was known before it.

use anyhow::Result;
use slotcast_lake::Lake;

use super::Outcome;
pub(crate) use crate::stages::backtest::Range;
use crate::{
    args::{Common, Format},
    commands::sql::visible_tables,
    lake_door::{Moment, begin_with},
    printer::Printer,
    run_record::{Rows, RunInProgress},
    settings::Settings,
    stages::{self, backtest_tables},
    tables::print_rows,
};

pub(crate) async fn backtest(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    range: Range,
) -> Result<Outcome> {
    let asked = format!("{} {} {} {}", range.from, range.to, range.refit_every, range.with_references);
    if let Some(mut run) =
        begin_with(common, settings, printer, "backtest", Moment::AsAsked, &[], &asked).await?
    {
        let work = async |run: &mut RunInProgress| {
            let id = run.run_id.clone();
            let base = run.base().await?;
            let result =
                stages::backtest::backtest(&run.lake, &base, settings, run.as_of, range, &id).await?;
            let scores = backtest_tables::scores(&id, &result)?;
            run.keep("backtest_scores", &scores).await?;
            run.keep("backtest_metrics", &backtest_tables::metrics(&id, &result, settings.seats)?).await?;
            run.keep("backtest_segments", &backtest_tables::segments(&id, &result, settings.seats)?).await?;
            Ok(((), Rows { taken_in: result.predictions.len(), given_out: scores.num_rows() }))
        };
        run.stage(printer, "backtest", work).await?;
        run.finish().await?;
    }
    let lake = Lake::open(&settings.lake)?;
    let session = slotcast_stats::UserSession::open(
        &visible_tables(&lake, None).await?,
        slotcast_stats::Limits::none(),
        slotcast_core::Audience::Everyone,
    )?;
    let columns = match common.format {
        Format::Table => {
            "model, n, round(base_rate, 3) AS base_rate, round(log_loss, 4) AS log_loss, \
             round(log_loss_se, 4) AS se, round(brier, 4) AS brier, round(auc, 3) AS auc, round(ece, 3) AS ece, \
             round(ece_noise_floor, 3) AS ece_noise_floor, round(precision_at_seats, 3) AS precision, \
             round(coverage_80, 3) AS coverage, verdict"
        }
        _ => "*",
    };
    let query = format!("SELECT {columns} FROM backtest_metrics ORDER BY log_loss NULLS LAST, model");
    let (schema, batches) = session.ask(&query, None).await?.all().await?;
    print_rows(printer, common.format, &schema, &batches)?;
    Ok(Outcome::Done)
}
