//! Facts to relations, in SQL.
