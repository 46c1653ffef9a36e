//! Remedies of errors.

/// An error with a remedy: one sentence without a final period that names the user's next step.
pub trait Hint {
    /// The remedy, if there is one.
    fn hint(&self) -> Option<String>;
}
