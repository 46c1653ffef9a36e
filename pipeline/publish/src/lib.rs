//! Everything a person or a tool reads.
