//! The slotcast command.
fn main() {}
