//! One file from first byte to facts.

use arrow::array::RecordBatch;
use slotcast_core::{DateTime, Utc};
use slotcast_lake::contract::ContractTable;

use crate::{
    attributes::AttributeKinds,
    frame::Chunk,
    inbox::InboxFile,
    mapping::Mapping,
    plan::Plan,
    reason::Reason,
    refused::FileRefused,
    rejects::Reject,
    settle::{BatchRows, KnownRows, Settling},
    source::{Bytes, Source},
    typed::type_chunk,
};

/// Rows typed at a time, so that memory follows the file and not its text columns.
const CHUNK: usize = 1 << 17;

/// A file with fewer bad rows than this is never refused for them.
const FEW: u64 = 20;

/// What holds for every file of a batch.
#[derive(Clone, Debug)]
pub struct TakeIn {
    /// Name of the batch.
    pub batch_id: String,
    /// The run's one clock reading.
    pub now: DateTime<Utc>,
    /// Whether facts were known when the source says that they were.
    pub history: bool,
    /// Whether one bad row refuses its file.
    pub strict: bool,
    /// Attributes known so far, from the lake and from earlier files of the batch.
    pub attribute_kinds: AttributeKinds,
}

/// What became of the source rows: `read` is the sum of the other four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Rows read.
    pub read: u64,
    /// Rows of which something new was loaded.
    pub accepted: u64,
    /// Rows with a fault.
    pub rejected: u64,
    /// Rows of which everything was known.
    pub repeats: u64,
    /// Rows that the mapping leaves out for a stated reason.
    pub filtered: u64,
}

/// A file that was taken in.
#[derive(Debug)]
pub struct TakenIn {
    /// Its name in the inbox.
    pub file: String,
    /// BLAKE3 of the very bytes that were read, in hex.
    pub content_hash: String,
    /// What became of its rows.
    pub account: Account,
    /// New facts, in the order of the targets; large files give several batches a table.
    /// Schema: `table.fact_schema(attributes)`.
    pub facts: Vec<(&'static ContractTable, RecordBatch)>,
    /// Rows that were not taken in, by line.
    pub rejects: Vec<Reject>,
    /// Columns that nothing reads.
    pub extra_columns: Vec<String>,
    /// Filtered rows by reason.
    pub filtered_by: Vec<(String, u64)>,
}

impl TakenIn {
    /// Remembers the attributes that this file brought, for the files after it.
    pub fn teach(&self, kinds: &mut AttributeKinds) {
        for (table, batch) in &self.facts {
            kinds.learn(table.name, &batch.schema());
        }
    }
}

/// Reads a file and turns its rows into facts. Rows that are in `known` or `batch`
/// are repeats; the new ones join `batch` unless the file is refused.
///
/// # Errors
/// When the file as a whole cannot be taken in; then nothing of it is.
pub fn take_in(
    file: &InboxFile,
    mapping: &Mapping,
    settings: &TakeIn,
    known: &dyn KnownRows,
    batch: &mut BatchRows,
) -> Result<TakenIn, FileRefused> {
    let name = file.name.as_str();
    if !mapping.wants(name) {
        return Err(FileRefused::Unmatched { file: name.to_owned(), mapping: mapping.name().to_owned() });
    }
    let bytes = Bytes::read(file)?;
    let mut source = Source::open(name, &bytes.all, mapping.delimiter(name))?;
    let Some(rule) = mapping.rule_for(name, &source.header) else {
        return Err(FileRefused::Unmatched { file: name.to_owned(), mapping: mapping.name().to_owned() });
    };
    let plan = Plan::new(name, &rule, &source, &settings.attribute_kinds)?;
    // Sums need every row of the file at once.
    let limit = if plan.adds_up() { usize::MAX } else { CHUNK };
    let mut settling = Settling::new(name, settings, known, batch);
    loop {
        let chunk = Chunk::read(name, &mut source, &plan, limit)?;
        settling.unreadable(&plan, &source, &chunk.bad);
        if !chunk.rows.is_empty() {
            let settled = chunk.frame().map_err(Into::into);
            let settled = settled.and_then(|frame| type_chunk(&plan, frame, mapping.zone()));
            let settled = settled.and_then(|typed| settling.chunk(&plan, &source, &chunk, typed));
            settled
                .map_err(|error| FileRefused::Engine { file: name.to_owned(), message: error.to_string() })?;
        }
        if chunk.is_last {
            break;
        }
    }
    settling.rejects.sort_by_key(|reject| reject.line);
    must_be_good(name, settings.strict, &settling.account, &settling.rejects)?;
    settling.join_batch();
    let Settling { account, facts, rejects, filtered_by, .. } = settling;
    Ok(TakenIn {
        file: file.name.clone(),
        content_hash: bytes.content_hash,
        account,
        facts,
        rejects,
        extra_columns: plan.extra_columns,
        filtered_by,
    })
}

/// More than 5 % bad rows, and at least 20 of them, mean that the file is not what it says.
fn must_be_good(file: &str, strict: bool, account: &Account, rejects: &[Reject]) -> Result<(), FileRefused> {
    let Some(first) = rejects.first() else { return Ok(()) };
    let foreign: Vec<_> = rejects.iter().filter(|reject| reject.reason == Reason::BadEncoding).collect();
    if foreign.len() as u64 * 2 > account.read {
        let (count, line) = (foreign.len(), foreign[0].line);
        let found = format!("{count} of {} rows have other bytes, the first on line {line}", account.read);
        return Err(FileRefused::NotUtf8 { file: file.to_owned(), found });
    }
    let limit = if strict {
        "none (strict)"
    } else if account.rejected >= FEW && account.rejected * 20 > account.read {
        "5 % and at least 20"
    } else {
        return Ok(());
    };
    Err(FileRefused::TooManyBadRows {
        file: file.to_owned(),
        bad: account.rejected,
        read: account.read,
        limit,
        line: first.line,
        column: first.column_name.clone(),
        reason: first.reason,
        raw: String::from_utf8_lossy(&first.raw).chars().take(80).collect(),
    })
}
