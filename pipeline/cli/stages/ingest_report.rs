//! Messages about ingested files: row counts and rejected rows.

use std::{collections::BTreeMap, path::Path};

use slotcast_ingest::{Inbox, IngestedFile, Mapping, Reject, SourceRowCounts, escape_invisible};

use crate::{printer::Printer, settings::DEFAULT_LAKE};

/// Maximum number of files with a line each.
const MAX_FILES: usize = 24;
/// Maximum number of kinds of rejected rows.
const MAX_REJECT_KINDS: usize = 20;
const MAX_RAW_CHARS: usize = 80;

/// Prints the files that belong to no table or are excluded, and the patterns without a file.
pub(super) fn print_untaken(printer: &Printer, inbox: &Inbox, mapping: &Mapping) {
    for name in &inbox.unmatched {
        printer.info(format!("{}: matches no table, ignored", escape_invisible(name)));
    }
    for (name, reason) in &inbox.excluded {
        let reason = reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        printer.info(format!("{}: ignored by the mapping{reason}", escape_invisible(name)));
    }
    for pattern in mapping.unused_patterns(inbox.files.iter().map(|file| file.name.as_str())) {
        printer.info(format!("pattern `{pattern}`: matches no file of the inbox"));
    }
}

/// Prints row counts per file. Of many files, those without further remarks are summed per folder.
pub(super) fn print_row_counts(printer: &Printer, files: &[&IngestedFile]) {
    let are_many = files.len() > MAX_FILES;
    let mut folders: BTreeMap<&str, (usize, SourceRowCounts)> = BTreeMap::new();
    for file in files {
        if !are_many || has_remarks(file) {
            print_file(printer, file);
            continue;
        }
        printer.detail(row_counts(&file.file, &file.counts));
        let folder = file.file.split_once('/').map_or(file.file.as_str(), |(folder, _)| folder);
        let (n_files, sum) = folders.entry(folder).or_default();
        *n_files += 1;
        sum.read += file.counts.read;
        sum.accepted += file.counts.accepted;
        sum.repeats += file.counts.repeats;
    }
    for (folder, (n_files, sum)) in folders {
        printer.info(row_counts(&format!("{folder}, {n_files} file(s)"), &sum));
    }
}

/// Prints the files that were ingested by an earlier run.
pub(super) fn print_ingested_before(printer: &Printer, names: &[&String]) {
    let are_many = names.len() > MAX_FILES;
    if are_many {
        printer.info(format!("{} files already ingested", names.len()));
    }
    for name in names {
        let line = format!("{}: already ingested", escape_invisible(name));
        if are_many { printer.detail(line) } else { printer.info(line) }
    }
}

/// Whether a file needs more than its row counts.
fn has_remarks(file: &IngestedFile) -> bool {
    file.counts.rejected + file.counts.filtered > 0
        || file.encoding.is_some()
        || !file.notes.is_empty()
        || !file.extra_columns.is_empty()
}

fn row_counts(name: &str, counts: &SourceRowCounts) -> String {
    let SourceRowCounts { read, accepted, rejected, repeats, filtered } = counts;
    let name = escape_invisible(name);
    format!(
        "{name}: read {read} = accepted {accepted} + rejected {rejected} + repeats {repeats} + filtered {filtered}"
    )
}

/// Prints row counts, encoding and unused columns of a file.
fn print_file(printer: &Printer, file: &IngestedFile) {
    printer.info(row_counts(&file.file, &file.counts));
    for (reason, rows) in &file.filtered_by {
        printer.info(format!("  filtered, {reason}: {rows}"));
    }
    if let Some(encoding) = file.encoding {
        printer.info(format!("  encoding: {encoding}"));
    }
    for note in &file.notes {
        printer.info(format!("  {}", escape_invisible(note)));
    }
    if !file.extra_columns.is_empty() {
        printer.info(format!("  unused columns: {}", escape_invisible(&file.extra_columns.join(", "))));
    }
}

/// Prints the number of rejected rows per table, column and reason, with the first row of each.
pub(super) fn print_rejects<'a>(
    printer: &Printer,
    lake: &Path,
    files: impl Iterator<Item = &'a IngestedFile>,
) {
    // Table, reason and column; number of rows, file and first reject.
    type Kind<'a> = (&'a str, &'a str, Option<&'a str>);
    let mut kinds: BTreeMap<Kind<'_>, (usize, &str, &Reject)> = BTreeMap::new();
    for file in files {
        for reject in &file.rejects {
            let kind = (reject.table_name, reject.reason.code(), reject.column_name.as_deref());
            kinds.entry(kind).or_insert((0, &file.file, reject)).0 += 1;
        }
    }
    if kinds.is_empty() {
        return;
    }
    let flag = match lake {
        _ if lake == Path::new(DEFAULT_LAKE) => String::new(),
        other => format!(" --lake {}", other.display()),
    };
    let query = format!("slotcast sql{flag} \"select * from rejects\"");
    printer.info(format!("rejected rows by reason (full list: `{query}`)"));
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(&b.0)));
    for ((table, code, column), (rows, file, first)) in kinds.iter().take(MAX_REJECT_KINDS) {
        let raw: String = String::from_utf8_lossy(&first.raw).chars().take(MAX_RAW_CHARS).collect();
        let raw = raw.replace(char::is_control, " ");
        let (raw, file) = (escape_invisible(&raw), escape_invisible(file));
        let source = column.map_or_else(|| table.to_string(), |column| format!("{table}.{column}"));
        printer.info(format!("  {rows} {code} in `{source}`, first in {file}, line {}: {raw}", first.line));
        printer.info(format!("    {}", first.reason.remedy()));
    }
    if kinds.len() > MAX_REJECT_KINDS {
        printer.info(format!("  and {} more kinds", kinds.len() - MAX_REJECT_KINDS));
    }
}
