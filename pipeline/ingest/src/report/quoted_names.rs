//! Lists of names in messages.

/// Number of names in a message.
const MAX_LISTED: usize = 8;

/// All names.
pub(super) fn join_quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The first names.
pub(super) fn first_quoted(names: &[String]) -> String {
    let more = if names.len() > MAX_LISTED { ", …" } else { "" };
    format!("{}{more}", join_quoted(&names[..names.len().min(MAX_LISTED)]))
}
