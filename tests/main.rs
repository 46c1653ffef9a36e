//! Integration tests of slotcast.
