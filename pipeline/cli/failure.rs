//! Errors as messages and exit codes: 1 for bad data or usage, 2 for a bug in slotcast.

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

/// Invalid input from the user.
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

/// A failed stage, with the command that resumes the run.
#[derive(Debug, Error)]
#[error("stage `{stage}` failed")]
pub(crate) struct StageFailed {
    pub(crate) stage: &'static str,
    pub(crate) resume: String,
}

/// A stage that panicked. The panic hook has printed the panic.
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
        Some("this is a bug in slotcast: please report it with the lines above".to_owned())
    }
}

/// Awaits a stage. A panic becomes an error, so that the ledger records it.
pub(crate) async fn catch_panic<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut work = pin!(work);
    poll_fn(|context| {
        // A future that panicked is not polled again.
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

/// Prints a message of clap. `--help` and `--version` go to stdout.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // A closed stdout is not an error.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

/// Prints an error with its hints.
pub(crate) fn report(printer: &Printer, error: &anyhow::Error) -> ExitCode {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        // A transparent wrapper repeats the text of its cause.
        if !parts.last().is_some_and(|last| last.contains(&text)) {
            parts.push(text);
        }
    }
    printer.error(&parts.join(": "), &hints(error));
    ExitCode::from(if is_bug(error) { 2 } else { 1 })
}

/// Hints of an error, the one to resume last.
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
        hint::<slotcast_forecast::ForecastError>(error),
        hint::<slotcast_simulate::SimulateError>(error),
        hint::<StagePanicked>(error),
        hint::<StageFailed>(error),
    ];
    sources.into_iter().flatten().collect()
}

/// Whether the user cannot fix an error.
fn is_bug(error: &anyhow::Error) -> bool {
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
    fn panics_of_stages_are_bugs_with_a_hint_to_resume() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let failed = runtime.block_on(catch_panic::<()>(async { panic!("no\nrow") })).unwrap_err();
        let resume = "resume with `slotcast ingest in`".to_owned();
        let error = failed.context(StageFailed { stage: "ingest", resume: resume.clone() });
        assert_eq!(format!("{error:#}"), "stage `ingest` failed: slotcast panicked: no row");
        assert!(is_bug(&error));
        assert_eq!(hints(&error).last(), Some(&resume));
        assert_eq!(runtime.block_on(catch_panic(async { Ok(1) })).unwrap(), 1);
    }
}
