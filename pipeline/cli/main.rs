//! The slotcast command: arguments, settings, the clock, and the stages of a night.
//!
//! The only room that knows every other. It decides nothing about the field: it
//! joins rooms, records runs, and talks.
#![expect(clippy::disallowed_methods, reason = "this room writes the demo's inbox and reads the clock")]

mod args;
mod cells;
mod clock;
mod commands;
mod failure;
mod lake_door;
mod made_folder;
mod mark;
mod printer;
mod relations;
mod row;
mod run_record;
mod seen;
mod settings;
mod stages;
mod tables;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = match args::Arguments::try_parse_from(args::given()) {
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
        Ok(commands::Outcome::Done) => ExitCode::SUCCESS,
        Ok(commands::Outcome::DoneWithRefusals) => ExitCode::from(1),
        Err(error) => failure::report(&printer, &error),
    }
}
