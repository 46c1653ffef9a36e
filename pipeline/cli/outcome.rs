//! Outcome of a command that did not fail.

/// Outcome, which decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Completed,
    /// The command completed, but the data of refused files is missing: exit code 1.
    CompletedWithRefusedFiles,
}
