//! One verb a file.

mod backtest;
mod demo;
mod evaluate;
mod explain;
mod forget;
mod ingest;
mod nightly;
mod publish;
mod rank;
mod runs;
mod simulate;
mod sql;
mod stats;
mod train;
mod vacuum;

use anyhow::Result;

use crate::{
    args::{Arguments, Verb},
    printer::Printer,
    settings::Settings,
    stages::{champions::Change, what_if::Terms},
};

/// How a command that did not fail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// Files were refused: what could be done is done, and the exit code says that something is missing.
    DoneWithRefusals,
}

pub(crate) async fn run(arguments: &Arguments, printer: &Printer) -> Result<Outcome> {
    let common = &arguments.common;
    let settings = Settings::resolve(common)?;
    match &arguments.verb {
        Verb::Demo { out } => demo::demo(common, settings, printer, out).await,
        Verb::Simulate { preset, spec, set, seed, out, form, until, since, threads, show } => {
            let asked = simulate::Asked {
                preset,
                spec: spec.as_deref(),
                set,
                seed: *seed,
                out: out.as_deref().filter(|_| !show),
                form: *form,
                until: until.as_deref(),
                since: since.as_deref(),
                threads: usize::from(*threads),
            };
            simulate::simulate(printer, &asked)
        }
        Verb::Ingest { inbox, source } => ingest::ingest(common, &settings, printer, inbox, source).await,
        Verb::Stats { full, explain, memory } => {
            let asked = crate::stages::stats::Asked { full: *full, explain: *explain, memory_mib: *memory };
            stats::stats(common, &settings, printer, asked).await
        }
        Verb::Train { rollback } => {
            let change = if *rollback { Change::Rollback } else { Change::ByProof };
            train::train(common, &settings, printer, change).await
        }
        Verb::Backtest { from, to, refit_every, references } => {
            let refit_every = refit_every.unwrap_or(settings.refit_slots);
            let range = backtest::Range { from: *from, to: *to, refit_every, with_references: *references };
            backtest::backtest(common, &settings, printer, range).await
        }
        Verb::Evaluate { truth, run } => {
            evaluate::evaluate(common, &settings, printer, truth, run.as_deref()).await
        }
        Verb::Rank => rank::rank(common, &settings, printer).await,
        Verb::Publish { retract: Some(run_id), .. } => {
            publish::retract(common, &settings, printer, run_id).await
        }
        Verb::Publish { retract: None, readers } => {
            publish::publish(common, &settings, printer, readers.audience()).await
        }
        Verb::Nightly { inbox, source } => nightly::nightly(common, &settings, printer, inbox, source).await,
        Verb::Sql { query, describe, run, limits, readers } => {
            let question = sql::Question {
                query: query.as_deref(),
                describe,
                run: run.as_deref(),
                limits,
                audience: readers.audience(),
            };
            sql::sql(common, &settings, printer, question).await
        }
        Verb::Explain { id, threshold, price, capacity, run, readers } => {
            let terms = Terms { threshold: *threshold, price: *price, capacity: *capacity };
            let (run, audience) = (run.as_deref(), readers.audience());
            let asked = explain::Asked { id, terms, run, audience };
            explain::explain(common, &settings, printer, &asked).await
        }
        Verb::Runs => runs::runs(common, &settings, printer).await,
        Verb::Vacuum { keep, dry_run } => vacuum::vacuum(common, &settings, printer, *keep, *dry_run).await,
        Verb::Forget { id } => forget::forget(common, &settings, printer, id).await,
    }
}
