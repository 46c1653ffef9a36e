//! `slotcast backtest`: predicts past slots from the facts known before each of them.

use anyhow::Result;
use slotcast_forecast::BacktestRange;
use slotcast_lake::Lake;

use crate::{
    active_run::{ActiveRun, RowCounts, RunStart},
    args::Format,
    context::Context,
    open_run::{AsOf, RunRequest, start_run},
    outcome::Outcome,
    settings::Settings,
    stages::{self, backtest_tables},
    user_query::print_query,
};

pub(super) async fn backtest(context: Context<'_>, range: BacktestRange) -> Result<Outcome> {
    let Context { common, settings, printer } = context;
    let options = format!("{} {} {} {}", range.from, range.to, range.refit_every, range.with_benchmarks);
    let request = RunRequest {
        verb: "backtest",
        as_of: AsOf::Requested,
        inputs: &[],
        options: &options,
        make_latest: false,
    };
    if let RunStart::Started(mut run) = start_run(context, &request).await? {
        let work = async |run: &mut ActiveRun| backtest_stage(run, settings, range).await;
        run.stage(printer, "backtest", work).await?;
        run.finish().await?;
    }
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
    print_query(context, &Lake::open(&settings.lake)?, None, &query, None).await?;
    Ok(Outcome::Completed)
}

/// Runs the backtest and writes its relations.
async fn backtest_stage(
    run: &mut ActiveRun,
    settings: &Settings,
    range: BacktestRange,
) -> Result<((), RowCounts)> {
    let (id, seats) = (run.run_id.clone(), settings.seats);
    let result = stages::backtest::backtest(run, settings, range).await?;
    let scores = backtest_tables::scores(&id, &result)?;
    run.write_relation("backtest_scores", &scores).await?;
    run.write_relation("backtest_metrics", &backtest_tables::metrics(&id, &result, seats)?).await?;
    run.write_relation("backtest_segments", &backtest_tables::segments(&id, &result, seats)?).await?;
    Ok(((), RowCounts { input: result.predictions.len(), output: scores.num_rows() }))
}
