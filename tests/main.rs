//! Integration tests of the whole workspace. One binary, so that the engines are linked once.

/// Helpers of several tests.
mod support;

/// Conventions of the repository: dependencies, layout, English, names, imports.
mod tidy;

/// Commands and user errors.
mod commands;
/// Every command shown in a README.
mod documented_commands;
/// `slotcast sql`: formats, limits and errors.
mod sql_command;

/// Messages of `ingest` for every kind of input.
mod bad_input;
/// User input that becomes a path.
mod path_safety;
/// Inputs that people reported, with values worked out by hand.
mod reported_cases;
/// Shipped mappings on files in the shape of real exports.
mod shipped_mappings;

/// Documentation of the relations.
mod analyst_docs;
/// Incremental builds equal full builds.
mod incremental_build;
/// Later facts change no feature.
mod leakage;
/// Corrections that move facts, and retracted files.
mod moved_facts;
/// Statistics compared with an independent implementation.
mod peer;
/// Relations computed by hand, one `.slt` file each.
mod sql;

/// Internal columns need `--internal`.
mod confidentiality;
/// The demo, a rollback and killed nights.
mod demo;
/// Nights on public data.
mod nightly;
/// Lists over several nights.
mod ranking_history;

/// Promotion compared with the ground truth.
mod promotion;
/// Simulated markets and their evaluation.
mod simulate;

/// Ingests killed at random times and at every step.
mod crash_safety;
/// One writer, erasure, vacuum, compaction.
mod maintenance;
/// Retractions of loads, files read again, replaced rows.
mod retraction;
