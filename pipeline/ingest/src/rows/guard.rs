//! Panic guard around decoders of other crates.
//!
//! A damaged file may make a decoder panic. Here that panic becomes a refusal of the file.
//! The default hook stays silent inside the guard, and prints every other panic as ever.
//! Aborts (allocation failure, stack overflow) cannot be caught; limits of each format prevent them.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    sync::Once,
};

use crate::refused::FileRefused;

/// Characters of a panic message that a refusal repeats.
const LONGEST_MESSAGE: usize = 160;

static HOOK: Once = Once::new();

thread_local! {
    /// Guards around the code that this thread runs now.
    static GUARDS: Cell<usize> = const { Cell::new(0) };
    /// Place of the last panic under a guard of this thread.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Panic that was caught.
#[derive(Debug)]
pub(crate) struct Panicked {
    message: String,
    place: Option<String>,
}

impl Panicked {
    /// Refusal of a file whose bytes no decoder of its format can read.
    pub(crate) fn damaged(self, file: &str, format: &'static str) -> FileRefused {
        FileRefused::Damaged { file: file.to_owned(), format, message: self.message }
    }

    /// Refusal for a fault of this program.
    pub(crate) fn engine(self, file: &str) -> FileRefused {
        let place = self.place.map(|place| format!(" at {place}")).unwrap_or_default();
        FileRefused::Engine { file: file.to_owned(), message: format!("{}{place}", self.message) }
    }
}

/// Runs `work` and catches its panic. Values that `work` changes must not be used after a panic.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    HOOK.call_once(set_hook);
    let _depth = Depth::enter();
    panic::catch_unwind(AssertUnwindSafe(work))
        .map_err(|payload| Panicked { message: one_line(text(payload.as_ref())), place: PLACE.take() })
}

/// Runs one step of a decoder; a panic refuses `file` as damaged.
pub(crate) fn decode<T>(
    file: &str,
    format: &'static str,
    step: impl FnOnce() -> Result<T, FileRefused>,
) -> Result<T, FileRefused> {
    guarded(step).unwrap_or_else(|panicked| Err(panicked.damaged(file, format)))
}

/// Guard count of this thread, taken back on every way out.
struct Depth;

impl Depth {
    fn enter() -> Self {
        GUARDS.set(GUARDS.get() + 1);
        Self
    }
}

impl Drop for Depth {
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
        let place = info.location().map(|place| format!("{}:{}", file_name(place.file()), place.line()));
        PLACE.set(place);
    }));
}

/// Path without the folders of the machine that built the crate.
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
    line.trim_end_matches('.').chars().take(LONGEST_MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_refusal_of_one_line() {
        let refused = decode::<()>("a.parquet", "Parquet", || panic!("left:\n  {}.", 1)).unwrap_err();
        let expected = "`a.parquet` cannot be read as Parquet: the file is damaged (left: 1)";
        assert_eq!(refused.to_string(), expected);
        assert_eq!(GUARDS.get(), 0);
    }

    #[test]
    fn a_fault_of_ours_names_its_place() {
        let refused = guarded(|| panic!("no row")).unwrap_err().engine("a.csv").to_string();
        assert!(refused.contains("no row at ") && refused.contains("rows/guard.rs:"), "{refused}");
    }

    #[test]
    fn paths_lose_the_folders_of_the_machine() {
        assert_eq!(file_name("/home/me/registry/src/index/parquet-1.0/src/a/b.rs"), "parquet-1.0/src/a/b.rs");
        assert_eq!(file_name("build.rs"), "build.rs");
    }
}
