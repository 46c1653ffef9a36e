//! Integration tests: one binary, so that the engines are linked once.

/// What several tests need: temporary lakes, the real binary, the shared datasets.
mod support;

/// What analysts are told of relations.
mod analyst_docs;
/// Facts in any order of arrival, night after night, against a full build.
mod arrivals;
/// What a user sees for each kind of bad input.
mod bad_input;
/// Commands and their mistakes, through the real binary.
mod commands;
/// Commands of the READMEs, each run.
mod documented_commands;
/// Ingests killed at random moments and at every step.
mod kills;
/// Facts added after T change no feature.
mod leakage;
/// Lists over several nights: what moved, what became of them, what is retracted, what stays in the house.
mod lists;
/// A night from inbox to published list: real campaigns, repeats, kills.
mod night;
/// Names from outside that would become paths.
mod paths;
/// Statistics of the same market as others count them, row by row.
mod peer;
/// Promotion on simulated markets: no list is worse than a habit beyond the error.
mod promotion;
/// A made market, its truth, and what models say of it.
mod simulated;
/// One `.slt` a relation.
mod sql;
/// Formats and limits of questions in SQL.
mod sql_tool;
/// The rules of the house.
mod tidy;
/// One writer, erasure, vacuum.
mod upkeep;
