//! Integration tests: one binary, so that the engines are linked once.

/// What several tests need: temporary lakes, the real binary, the shared datasets.
mod support;

/// What a user sees for each kind of bad input.
mod bad_input;
/// Commands and their mistakes, through the real binary.
mod commands;
/// Ingests killed at random moments and at every step.
mod kills;
/// Facts added after T change no feature.
mod leakage;
/// A night from inbox to published list: real campaigns, repeats, kills.
mod night;
/// One `.slt` a relation.
mod sql;
/// The rules of the house.
mod tidy;
/// One writer, erasure, vacuum.
mod upkeep;
