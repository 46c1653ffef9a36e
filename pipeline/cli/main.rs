//! The slotcast command: arguments, settings, the clock, and the stages of a night.
//!
//! The only crate that depends on all others. Rules of the field live in those crates. This one reads relations, calls
//! a crate, writes relations, records runs, and prints.
#![expect(clippy::disallowed_methods, reason = "this crate writes the demo's inbox and reads the clock")]

// Modules in reading order: each uses only those above it.

mod args;
mod clock;
mod stdout;

mod progress;

mod printer;

mod failure;

mod settings;

mod context;
mod outcome;

// Relations.
mod batch_builder;
mod batch_row;
mod run_snapshot;

mod active_run;

mod file_key;
mod file_ledger;

mod stages;

mod latest;
mod open_run;

// Output.
mod output_format;

mod output;

mod user_query;

// Folders of `demo` and `simulate`.
mod file_manifest;

mod generated_folder;

mod commands;

use std::process::ExitCode;

use clap::Parser;

use outcome::Outcome;

fn main() -> ExitCode {
    let arguments = match args::Arguments::try_parse_from(args::raw_args()) {
        Ok(arguments) => arguments,
        Err(error) => return failure::usage(&error),
    };
    let printer = printer::Printer::new(arguments.common.quiet, arguments.common.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(4)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failure::report(&printer, &anyhow::Error::new(error)),
    };
    match runtime.block_on(commands::run(&arguments, &printer)) {
        Ok(Outcome::Completed) => ExitCode::SUCCESS,
        Ok(Outcome::CompletedWithRefusedFiles) => ExitCode::from(1),
        Err(error) => failure::report(&printer, &error),
    }
}
