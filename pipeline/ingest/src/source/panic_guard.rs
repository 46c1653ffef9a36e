//! Panic guard around decoders of other crates.
//!
//! A damaged file may make a decoder panic. The guard turns the panic into a file error.
//! The default hook is silent inside the guard and prints all other panics.
//! Aborts (allocation failure, stack overflow) cannot be caught; limits per format prevent them.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    sync::Once,
};

use crate::report::file_error::FileError;

/// Characters of a panic message in a file error.
const MAX_MESSAGE_CHARS: usize = 160;

static HOOK: Once = Once::new();

thread_local! {
    /// Number of active guards of this thread.
    static GUARDS: Cell<usize> = const { Cell::new(0) };
    /// Location of the last guarded panic of this thread.
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A caught panic.
#[derive(Debug)]
pub(crate) struct CaughtPanic {
    message: String,
    location: Option<String>,
}

impl CaughtPanic {
    /// Error of a file that no decoder of its format can read.
    pub(crate) fn into_damaged(self, file: &str, format: &'static str) -> FileError {
        FileError::Damaged { file: file.to_owned(), format, message: self.message }
    }

    /// Error for a bug of this program.
    pub(crate) fn into_internal(self, file: &str) -> FileError {
        let location = self.location.map(|location| format!(" at {location}")).unwrap_or_default();
        FileError::Internal { file: file.to_owned(), message: format!("{}{location}", self.message) }
    }
}

/// Runs `work` and catches its panic. Values that `work` modifies must not be used after a panic.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, CaughtPanic> {
    HOOK.call_once(set_hook);
    let _active = ActiveGuard::enter();
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| CaughtPanic {
        message: one_line(text(payload.as_ref())),
        location: LOCATION.take(),
    })
}

/// Runs one step of a decoder; a panic becomes an error of `file`.
pub(crate) fn decode<T>(
    file: &str,
    format: &'static str,
    step: impl FnOnce() -> Result<T, FileError>,
) -> Result<T, FileError> {
    guarded(step).unwrap_or_else(|panic| Err(panic.into_damaged(file, format)))
}

/// Increments the guard count of this thread, and decrements it on drop.
struct ActiveGuard;

impl ActiveGuard {
    fn enter() -> Self {
        GUARDS.set(GUARDS.get() + 1);
        Self
    }
}

impl Drop for ActiveGuard {
    fn drop(&mut self) {
        GUARDS.set(GUARDS.get() - 1);
    }
}

fn set_hook() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        // Thread-local values may be gone while a thread ends.
        if GUARDS.try_with(Cell::get).unwrap_or_default() == 0 {
            return default(info);
        }
        let location = info.location();
        LOCATION.set(location.map(|at| format!("{}:{}", file_name(at.file()), at.line())));
    }));
}

/// Path of a source file without the folders of the build machine.
fn file_name(path: &str) -> &str {
    path.rsplit_once("/src/").map_or(path, |(before, _)| {
        let start = before.rfind('/').map_or(0, |at| at + 1);
        &path[start..]
    })
}

fn text(payload: &(dyn Any + Send)) -> &str {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.trim_end_matches('.').chars().take(MAX_MESSAGE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_become_file_errors_of_one_line() {
        let error = decode::<()>("a.parquet", "Parquet", || panic!("left:\n  {}.", 1)).unwrap_err();
        let expected = "`a.parquet` cannot be read as Parquet: the file is damaged (left: 1)";
        assert_eq!(error.to_string(), expected);
        assert_eq!(GUARDS.get(), 0);
    }

    #[test]
    fn internal_errors_name_their_location() {
        let error = guarded(|| panic!("no row")).unwrap_err().into_internal("a.csv").to_string();
        assert!(error.contains("no row at ") && error.contains("source/panic_guard.rs:"), "{error}");
    }

    #[test]
    fn paths_have_no_build_folders() {
        assert_eq!(file_name("/home/me/registry/src/index/parquet-1.0/src/a/b.rs"), "parquet-1.0/src/a/b.rs");
        assert_eq!(file_name("build.rs"), "build.rs");
    }
}
