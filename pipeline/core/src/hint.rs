//! What an error can advise.

/// An error that knows a remedy. The text is a sentence without a final period
/// that tells the user what to do next.
pub trait Hint {
    /// The advice, if there is any for this error.
    fn hint(&self) -> Option<String>;
}
