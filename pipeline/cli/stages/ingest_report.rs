//! Messages about ingested files: row counts and rejected rows.

use std::{collections::BTreeMap, path::Path};

use slotcast_ingest::{
    Inbox, IngestedFile, LookupReport, Mapping, Reject, SourceRowCounts, escape_invisible,
};

use super::{
    ingest_commit::LoadedFile,
    ingest_plan::{IngestPlan, ReadAgain},
};
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
        sum.replaced += file.counts.replaced;
    }
    for (folder, (n_files, sum)) in folders {
        printer.info(row_counts(&format!("{folder}, {n_files} file(s)"), &sum));
    }
}

/// Prints the files that are not read, and those that are read again.
pub(super) fn print_plan(printer: &Printer, plan: &IngestPlan<'_>) {
    for file in &plan.duplicates {
        let name = escape_invisible(file);
        printer.info(format!("{name}: duplicate of an earlier file, skipped"));
    }
    for file in &plan.withdrawn {
        let name = escape_invisible(file);
        printer.info(format!("{name}: retracted, not read again (`--reload {name}` loads it)"));
    }
    let names = &plan.loaded_before;
    if names.len() > MAX_FILES {
        printer.info(format!("{} files already ingested", names.len()));
    }
    for name in names {
        let line = format!("{}: already ingested", escape_invisible(name));
        if names.len() > MAX_FILES { printer.detail(line) } else { printer.info(line) }
    }
    for planned in &plan.files {
        let reason = match planned.read_again {
            Some(ReadAgain::Retracted) => "its load was retracted",
            Some(ReadAgain::RepeatedRetracted) => "rows that it repeated were retracted",
            None => continue,
        };
        let name = escape_invisible(&planned.file.name);
        printer.info(format!("{name}: read again, because {reason}"));
    }
}

/// Prints the earlier loads that files replace.
pub(super) fn print_replaced_loads(printer: &Printer, files: &[LoadedFile<'_>]) {
    for row in files.iter().flat_map(|own| &own.planned.replaces) {
        printer.info(format!(
            "{}: read again under a changed mapping, replaces {} row(s) of batch {}",
            escape_invisible(&row.file),
            row.accepted,
            row.batch_id
        ));
    }
}

/// Whether a file needs more than its row counts.
fn has_remarks(file: &IngestedFile) -> bool {
    let SourceRowCounts { rejected, filtered, replaced, .. } = file.counts;
    rejected + filtered + replaced + file.normalized + file.null_words > 0
        || file.encoding.is_some()
        || !file.notes.is_empty()
        || !file.lookups.is_empty()
        || !file.extra_columns.is_empty()
}

fn row_counts(name: &str, counts: &SourceRowCounts) -> String {
    let SourceRowCounts { read, accepted, rejected, repeats, filtered, replaced } = counts;
    let name = escape_invisible(name);
    let replaced = match replaced {
        0 => String::new(),
        1 => "; 1 row replaced by a later row of the file".to_owned(),
        rows => format!("; {rows} rows replaced by later rows of the file"),
    };
    format!(
        "{name}: read {read} = accepted {accepted} + rejected {rejected} + repeats {repeats} + filtered {filtered}{replaced}"
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
    if file.normalized > 0 {
        printer.info(format!(
            "  text normalized (composed letters, no invisible marks): {} row(s)",
            file.normalized
        ));
    }
    if file.null_words > 0 {
        printer.info(format!(
            "  words such as `NULL` read as empty ids: {} (`nulls = []` in the mapping keeps them)",
            file.null_words
        ));
    }
    for lookup in &file.lookups {
        print_lookup(printer, lookup);
    }
    if !file.extra_columns.is_empty() {
        printer.info(format!("  unused columns: {}", escape_invisible(&file.extra_columns.join(", "))));
    }
}

/// Prints what a file found in other files.
fn print_lookup(printer: &Printer, lookup: &LookupReport) {
    let LookupReport { name, keys, replaced, unread, unmatched } = lookup;
    let mut line = format!("  lookup `{name}`: {keys} key(s), {unmatched} row(s) without a match");
    if *replaced > 0 {
        line.push_str(&format!(", {replaced} row(s) with other cells for a known key (the last one holds)"));
    }
    if *unread > 0 {
        line.push_str(&format!(", {unread} row(s) without a key or unreadable"));
    }
    printer.info(line);
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
    let query = sql_command(lake, "select * from rejects");
    printer.info(format!("rejected rows by reason (full list: `{query}`)"));
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(&b.0)));
    for ((table, code, column), (rows, file, first)) in kinds.iter().take(MAX_REJECT_KINDS) {
        let raw: String = String::from_utf8_lossy(&first.raw).chars().take(MAX_RAW_CHARS).collect();
        let raw = raw.replace(char::is_control, " ");
        let (raw, file) = (escape_invisible(&raw), escape_invisible(file));
        let source = column.map_or_else(|| table.to_string(), |column| format!("{table}.{column}"));
        printer.info(format!("  {rows} {code} in `{source}`, first in {file}, line {}: {raw}", first.line));
        printer.info(format!("    hint: {}", first.reason.remedy()));
    }
    if kinds.len() > MAX_REJECT_KINDS {
        printer.info(format!("  and {} more kinds", kinds.len() - MAX_REJECT_KINDS));
    }
}

/// Command that queries this lake.
pub(super) fn sql_command(lake: &Path, query: &str) -> String {
    let flag = match lake {
        _ if lake == Path::new(DEFAULT_LAKE) => String::new(),
        other => format!(" --lake {}", other.display()),
    };
    format!("slotcast sql{flag} \"{query}\"")
}
