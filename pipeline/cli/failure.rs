//! How an error becomes a message and an exit code: 1 for the data or the user, 2 for us.

use std::{
    any::Any,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    process::ExitCode,
    task::Poll,
};

use anyhow::Result;
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

/// A stage that panicked. The panic itself was printed by the hook.
#[derive(Debug, Error)]
#[error("slotcast panicked: {message}")]
pub(crate) struct StagePanicked {
    message: String,
}

impl StagePanicked {
    fn new(payload: &(dyn Any + Send)) -> Self {
        let owned = payload.downcast_ref::<String>().map(String::as_str);
        let message = owned.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Self { message: message.split_whitespace().collect::<Vec<_>>().join(" ") }
    }
}

impl Hint for StagePanicked {
    fn hint(&self) -> Option<String> {
        Some("this is a fault of slotcast: please report it with the lines above".to_owned())
    }
}

/// Awaits the work of a stage; a panic in it becomes an error, so that the ledger learns of it.
pub(crate) async fn caught<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut work = pin!(work);
    poll_fn(|context| {
        // Work that panicked is not polled again.
        catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)))
            .unwrap_or_else(|payload| Poll::Ready(Err(StagePanicked::new(payload.as_ref()).into())))
    })
    .await
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
        hint::<StagePanicked>(error),
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
            || cause.is::<StagePanicked>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_stage_is_a_fault_of_ours_that_can_be_resumed() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let ended = runtime.block_on(caught::<()>(async { panic!("no\nrow") })).unwrap_err();
        let resume = "resume with `slotcast ingest in`".to_owned();
        let error = ended.context(StageFailed { stage: "ingest", resume: resume.clone() });
        assert_eq!(format!("{error:#}"), "stage `ingest` failed: slotcast panicked: no row");
        assert!(is_ours(&error));
        assert_eq!(hints(&error).last(), Some(&resume));
        assert_eq!(runtime.block_on(caught(async { Ok(1) })).unwrap(), 1);
    }
}
