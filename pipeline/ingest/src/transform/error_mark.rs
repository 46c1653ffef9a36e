//! Markers for texts that could not be computed.
//!
//! polars expressions pass marked texts on like any other text, so the reason arrives at the
//! target column. The marker starts with a NUL byte; rows with NUL bytes are rejected earlier.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::report::reject_reason::RejectReason;

/// First character of a marked text.
pub(crate) const ERROR_MARK: char = '\0';

/// Marks a text as invalid. No number parser accepts a marked text.
pub(crate) fn mark_error(reason: RejectReason, raw: &str) -> String {
    let code = match reason {
        RejectReason::BadTimestamp => 't',
        RejectReason::OutOfRange => 'o',
        RejectReason::UnknownWord => 'u',
        _ => 'n',
    };
    format!("{ERROR_MARK}{code}{raw}")
}

/// Reason in a marked text, or in a text that contains a marked one.
pub(crate) fn find_error(text: &str) -> Option<RejectReason> {
    let at = memchr::memchr(ERROR_MARK as u8, text.as_bytes())?;
    Some(match text.as_bytes().get(at + 1) {
        Some(b'n') => RejectReason::BadNumber,
        Some(b't') => RejectReason::BadTimestamp,
        Some(b'o') => RejectReason::OutOfRange,
        Some(b'u') => RejectReason::UnknownWord,
        // Parquet files may contain the byte itself.
        _ => RejectReason::NulByte,
    })
}

/// Locks the state of a function. A panic of another chunk refuses its file, so its state is not used again.
pub(crate) fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
