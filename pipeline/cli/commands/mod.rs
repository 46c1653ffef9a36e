//! The verbs of the command line, one per file.

mod backtest;
mod evaluate;
mod explain;
mod forget;
mod open_inbox;
mod runs;
mod simulate;
mod sql;
mod stats;
mod train;
mod vacuum;

mod ingest;
mod publish;
mod rank;

mod nightly;

mod demo;

use anyhow::Result;
use slotcast_forecast::{BacktestRange, ChampionChange, OfferTerms};

use crate::{
    args::{Arguments, Verb},
    context::Context,
    outcome::Outcome,
    printer::Printer,
    settings::Settings,
    stages::stats::StatsOptions,
};

pub(crate) async fn run(arguments: &Arguments, printer: &Printer) -> Result<Outcome> {
    let settings = Settings::resolve(&arguments.common)?;
    let context = Context { common: &arguments.common, settings: &settings, printer };
    match &arguments.verb {
        Verb::Demo { out } => demo::demo(context, out).await,
        Verb::Simulate { preset, spec, set, seed, out, form, until, since, threads, show } => {
            let options = simulate::SimulateOptions {
                preset,
                spec: spec.as_deref(),
                set,
                seed: *seed,
                out: out.as_deref().filter(|_| !show),
                format: *form,
                until: until.as_deref(),
                since: since.as_deref(),
                threads: usize::from(*threads),
            };
            simulate::simulate(printer, &options)
        }
        Verb::Ingest { inbox: Some(inbox), source, .. } => ingest::ingest(context, inbox, source).await,
        Verb::Ingest { inbox: None, retract, source } => {
            ingest::retract(context, retract, source.history).await
        }
        Verb::Stats { full, explain, memory } => {
            let options = StatsOptions { full: *full, explain: *explain, memory_mib: *memory };
            stats::stats(context, options).await
        }
        Verb::Train { rollback } => {
            let change = if *rollback { ChampionChange::Rollback } else { ChampionChange::Gate };
            train::train(context, change).await
        }
        Verb::Backtest { from, to, refit_every, references } => {
            let refit_every = refit_every.unwrap_or(settings.refit_slots);
            let range = BacktestRange { from: *from, to: *to, refit_every, with_benchmarks: *references };
            backtest::backtest(context, range).await
        }
        Verb::Evaluate { truth, run } => evaluate::evaluate(context, truth, run.as_deref()).await,
        Verb::Rank { latest } => rank::rank(context, latest.make_latest).await,
        Verb::Publish { retract: Some(run_id), .. } => publish::retract(context, run_id).await,
        Verb::Publish { retract: None, readers, latest } => {
            publish::publish(context, readers.audience(), latest.make_latest).await
        }
        Verb::Nightly { inbox, source, latest } => {
            nightly::nightly(context, inbox, source, latest.make_latest).await
        }
        Verb::Sql { query, describe, run, limits, readers } => {
            let request = sql::SqlRequest {
                query: query.as_deref(),
                describe,
                run_id: run.as_deref(),
                limits,
                audience: readers.audience(),
            };
            sql::sql(context, &request).await
        }
        Verb::Explain { id, threshold, price, capacity, run, readers } => {
            let options = explain::ExplainOptions {
                id,
                terms: OfferTerms { threshold: *threshold, price: *price, capacity: *capacity },
                run_id: run.as_deref(),
                audience: readers.audience(),
            };
            explain::explain(context, &options).await
        }
        Verb::Runs => runs::runs(context).await,
        Verb::Vacuum { keep, dry_run } => vacuum::vacuum(context, *keep, *dry_run).await,
        Verb::Forget { id } => forget::forget(context, id).await,
    }
}
