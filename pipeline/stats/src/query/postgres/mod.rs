//! Postgres semantics of users' queries, where the engine would silently give another result.
//!
//! Functions are replaced (`to_char`), expressions are rewritten, and what cannot be done is refused.

mod number_pattern;
mod rewrite;
#[cfg(test)]
mod tests;
mod time_pattern;
mod to_char;

pub(super) use rewrite::rewrite;
pub(super) use to_char::register;
