//! From scores to an ordered and explained list.
