//! Small made markets.
