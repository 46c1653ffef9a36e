//! Row counts and rejects of one file while it is being read.

use slotcast_lake::contract::ContractTable;

use crate::report::{reject_reason::RejectReason, rejects::Reject};

/// Rejected rows, and their bytes, above which a mostly invalid file is not read to its end.
const MAX_REJECTED: (u64, usize) = (1 << 20, 1 << 28);

/// Row counts and rejects of a file, before the new rows among the valid ones are known.
#[derive(Debug, Default)]
pub(crate) struct ReadReport {
    pub(crate) read: u64,
    pub(crate) rejected: u64,
    pub(crate) filtered: u64,
    /// Rows with text that was normalized.
    pub(crate) normalized: u64,
    /// Words such as `NULL` in ids.
    pub(crate) null_words: u64,
    pub(crate) rejects: Vec<Reject>,
    /// Bytes of the text of rejected rows.
    rejected_bytes: usize,
    pub(crate) filtered_by: Vec<(String, u64)>,
}

impl ReadReport {
    /// Returns whether most rows are invalid, and their text would only fill the memory.
    pub(crate) fn exceeds_reject_limit(&self) -> bool {
        let (rows, bytes) = MAX_REJECTED;
        self.rejected * 2 > self.read && (self.rejected > rows || self.rejected_bytes > bytes)
    }

    pub(crate) fn add_filtered(&mut self, reason: &str) {
        self.filtered += 1;
        match self.filtered_by.iter_mut().find(|(known, _)| known == reason) {
            Some((_, count)) => *count += 1,
            None => self.filtered_by.push((reason.to_owned(), 1)),
        }
    }

    /// Adds a rejected row, given by its line and bytes.
    pub(crate) fn add_reject(
        &mut self,
        table: &'static ContractTable,
        (line, raw): (u64, &[u8]),
        column: Option<&str>,
        reason: RejectReason,
    ) {
        self.rejected += 1;
        self.rejected_bytes += raw.len();
        self.rejects.push(Reject {
            table_name: table.name,
            line,
            column_name: column.map(str::to_owned),
            reason,
            raw: raw.to_vec(),
            customer: None,
        });
    }
}
