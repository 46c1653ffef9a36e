//! Cancellations of whole orders that miss lines of the order in other campaigns.
//!
//! A shop may write the cancellation on the first line of an order only. Then the other lines keep counting.

use std::collections::BTreeSet;

use arrow::array::Array;
use hashbrown::HashMap;

use crate::transform::{fact_chunk::FactChunk, string_column::StringColumn};

/// Pairs of lines that are kept as examples.
const MAX_EXAMPLES: usize = 3;

/// Orders with a cancellation of the whole order in one campaign, and lines in others that no cancellation names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartialCancellations {
    /// Number of orders.
    pub orders: u64,
    /// First examples: line of the cancellation, and of a line that it misses.
    pub lines: Vec<[i64; 2]>,
}

impl PartialCancellations {
    /// Adds the orders of a chunk. Lines of one order are neighbors, so chunks are searched one by one.
    pub(super) fn add(&mut self, chunks: &[FactChunk]) {
        let chunks: Vec<OrderRows<'_>> = chunks.iter().filter_map(OrderRows::new).collect();
        // Campaigns in which each order is cancelled, and the line of the first cancellation.
        let mut cancelled: HashMap<&str, (BTreeSet<&str>, i64)> = HashMap::new();
        for (own, row) in chunks.iter().flat_map(OrderRows::rows).filter(|(own, row)| own.cancels_order(*row))
        {
            let (Some(order), Some(campaign)) = (own.orders.get(row), own.campaigns.get(row)) else {
                continue;
            };
            let entry = cancelled.entry(order).or_insert_with(|| (BTreeSet::new(), own.chunk.lines[row]));
            entry.0.insert(campaign);
        }
        if cancelled.is_empty() {
            return;
        }
        let mut missed: HashMap<&str, [i64; 2]> = HashMap::new();
        for (own, row) in chunks.iter().flat_map(OrderRows::rows) {
            let (Some(order), Some(campaign)) = (own.orders.get(row), own.campaigns.get(row)) else {
                continue;
            };
            let Some((campaigns, line)) = cancelled.get(order) else { continue };
            if own.events.get(row) == Some("placed") && !campaigns.contains(campaign) {
                missed.entry(order).or_insert([*line, own.chunk.lines[row]]);
            }
        }
        self.orders += missed.len() as u64;
        self.lines.extend(missed.into_values());
        self.lines.sort_unstable();
        self.lines.truncate(MAX_EXAMPLES);
    }
}

/// Order events of a chunk.
struct OrderRows<'a> {
    chunk: &'a FactChunk,
    orders: StringColumn<'a>,
    campaigns: StringColumn<'a>,
    events: StringColumn<'a>,
}

impl<'a> OrderRows<'a> {
    fn new(chunk: &'a FactChunk) -> Option<Self> {
        let column = |name: &str| chunk.column(name).map(StringColumn::new);
        if chunk.table.name != "order_events" {
            return None;
        }
        let (orders, campaigns) = (column("order_id")?, column("campaign_id")?);
        Some(Self { chunk, orders, campaigns, events: column("event")? })
    }

    fn rows(&self) -> impl Iterator<Item = (&Self, usize)> {
        self.chunk.rows.iter().map(move |row| (self, *row as usize))
    }

    /// Returns whether a row cancels its whole order: it names neither units nor amount.
    fn cancels_order(&self, row: usize) -> bool {
        let is_empty = |name: &str| self.chunk.column(name).is_none_or(|column| column.is_null(row));
        self.events.get(row) == Some("cancelled") && is_empty("units") && is_empty("amount")
    }
}
