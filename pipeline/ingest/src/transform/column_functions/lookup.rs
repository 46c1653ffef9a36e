//! Cells of other files.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use polars::prelude::Expr;

use super::apply::{map_cells, map_text};
use crate::transform::lookup_table::LookupTable;

/// Column of the cells that a lookup has for keys.
pub(in crate::transform) fn look_up(keys: Expr, table: Arc<LookupTable>, column: usize) -> Expr {
    map_text(keys, move |key| table.get(key, column).map(|cell| Cow::Owned(cell.to_owned())))
}

/// The same keys, after counting those that a lookup does not have.
pub(in crate::transform) fn count_unmatched(
    keys: Expr,
    table: Arc<LookupTable>,
    unmatched: Arc<AtomicU64>,
) -> Expr {
    map_cells(keys, move |key| {
        if !key.is_some_and(|key| table.contains(key)) {
            unmatched.fetch_add(1, Ordering::Relaxed);
        }
        None
    })
}
