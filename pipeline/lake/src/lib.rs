//! Where bytes live and when they become visible.
