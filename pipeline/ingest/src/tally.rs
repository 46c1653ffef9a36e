//! Count of a file's rows, with the text of the bad ones.

use slotcast_lake::contract::ContractTable;

use crate::{reason::Reason, rejects::Reject};

/// Bad rows, and bytes of them, of which a file that is mostly bad is not read to its end.
const HOPELESS: (u64, usize) = (1 << 20, 1 << 28);

/// What is known of a file's rows before it is known which of them are new.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) read: u64,
    pub(crate) rejected: u64,
    pub(crate) filtered: u64,
    pub(crate) rejects: Vec<Reject>,
    /// Bytes of the text of bad rows.
    rejected_bytes: usize,
    pub(crate) filtered_by: Vec<(String, u64)>,
}

impl Tally {
    /// Whether so much of the file is bad that its bad rows would only fill the memory.
    pub(crate) fn is_hopeless(&self) -> bool {
        let (rows, bytes) = HOPELESS;
        self.rejected * 2 > self.read && (self.rejected > rows || self.rejected_bytes > bytes)
    }

    pub(crate) fn filter(&mut self, reason: &str) {
        self.filtered += 1;
        match self.filtered_by.iter_mut().find(|(known, _)| known == reason) {
            Some((_, count)) => *count += 1,
            None => self.filtered_by.push((reason.to_owned(), 1)),
        }
    }

    pub(crate) fn reject(
        &mut self,
        table: &'static ContractTable,
        at: (u64, &[u8]),
        column: Option<&str>,
        reason: Reason,
    ) {
        self.rejected += 1;
        self.rejected_bytes += at.1.len();
        self.rejects.push(Reject {
            table_name: table.name,
            line: at.0,
            column_name: column.map(str::to_owned),
            reason,
            raw: at.1.to_vec(),
            customer: None,
        });
    }
}
