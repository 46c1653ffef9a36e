//! How an error becomes a message and an exit code: 1 for the data or the user, 2 for us.

use std::process::ExitCode;

use slotcast_core::Hint;
use thiserror::Error;

use crate::printer::Printer;

/// An error of this room: what the user said or gave cannot be.
#[derive(Debug, Error)]
#[error("{message}")]
pub(crate) struct UserError {
    message: String,
    hint: Option<String>,
}

impl UserError {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}

/// The command that resumes after a failed stage.
#[derive(Debug, Error)]
#[error("stage `{stage}` failed")]
pub(crate) struct StageFailed {
    pub(crate) stage: &'static str,
    pub(crate) resume: String,
}

impl Hint for UserError {
    fn hint(&self) -> Option<String> {
        self.hint.clone()
    }
}

impl Hint for StageFailed {
    fn hint(&self) -> Option<String> {
        Some(self.resume.clone())
    }
}

/// Prints clap's message; `--help` and `--version` are data.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // A closed stdout is no reason to fail.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

/// Prints an error with its hints.
pub(crate) fn report(printer: &Printer, error: &anyhow::Error) -> ExitCode {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        // A transparent wrapper says the same as what it wraps.
        if !parts.last().is_some_and(|last| last.contains(&text)) {
            parts.push(text);
        }
    }
    printer.error(&parts.join(": "), &hints(error));
    ExitCode::from(if is_ours(error) { 2 } else { 1 })
}

/// The innermost error knows best what to do about itself; how to resume comes last.
fn hints(error: &anyhow::Error) -> Vec<String> {
    fn hint<E: Hint + std::error::Error + Send + Sync + 'static>(error: &anyhow::Error) -> Option<String> {
        error.downcast_ref::<E>().and_then(Hint::hint)
    }
    let sources = [
        hint::<UserError>(error),
        hint::<slotcast_lake::LakeError>(error),
        hint::<slotcast_ingest::IngestError>(error),
        hint::<slotcast_stats::StatsError>(error),
        hint::<slotcast_models::ModelError>(error),
        hint::<slotcast_simulate::SimulateError>(error),
        hint::<StageFailed>(error),
    ];
    sources.into_iter().flatten().collect()
}

/// What a user can do nothing about.
fn is_ours(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        matches!(
            cause.downcast_ref::<slotcast_stats::StatsError>(),
            Some(slotcast_stats::StatsError::Relation { .. } | slotcast_stats::StatsError::Engine(_))
        ) || cause.is::<slotcast_features::FeatureError>()
    })
}
