//! Integration tests: one binary, so that the engines are linked once.

/// What several tests need: temporary lakes, the real binary, the shared datasets.
mod support;

/// Commands and their mistakes, through the real binary.
mod commands;
/// Facts added after T change no feature.
mod leakage;
/// A night from inbox to published list: real campaigns, repeats, kills.
mod night;
/// One `.slt` a relation.
mod sql;
/// The rules of the house.
mod tidy;
