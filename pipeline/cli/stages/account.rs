//! What an ingest says of the rows that it read.

use std::{collections::BTreeMap, path::Path};

use slotcast_ingest::{Account, Reject, TakenIn};

use crate::{printer::Printer, settings::DEFAULT_LAKE};

/// Files whose accounts are told one by one.
const FILES_SHOWN: usize = 24;
const REASONS_SHOWN: usize = 20;
const RAW_SHOWN: usize = 80;

/// The accounts of files. Of many, those of which nothing else is to be said are summed by folder.
pub(crate) fn say_accounts(printer: &Printer, taken: &[&TakenIn]) {
    let is_many = taken.len() > FILES_SHOWN;
    let mut sums: BTreeMap<&str, (usize, Account)> = BTreeMap::new();
    for taken in taken {
        if !is_many || !is_plain(taken) {
            say_account(printer, taken);
            continue;
        }
        printer.detail(line(&taken.file, &taken.account));
        let folder = taken.file.split_once('/').map_or(taken.file.as_str(), |(folder, _)| folder);
        let (files, sum) = sums.entry(folder).or_default();
        *files += 1;
        sum.read += taken.account.read;
        sum.accepted += taken.account.accepted;
        sum.repeats += taken.account.repeats;
    }
    for (folder, (files, sum)) in sums {
        printer.say(line(&format!("{folder}, {files} file(s)"), &sum));
    }
}

/// The files that were taken in before.
pub(crate) fn say_known(printer: &Printer, names: &[&String]) {
    if names.len() > FILES_SHOWN {
        printer.say(format!("{} files are known already", names.len()));
    }
    for name in names {
        let line = format!("{name}: known already");
        if names.len() > FILES_SHOWN { printer.detail(line) } else { printer.say(line) }
    }
}

/// Whether its account is all that there is to say of a file.
fn is_plain(taken: &TakenIn) -> bool {
    let account = &taken.account;
    account.rejected + account.filtered == 0 && !taken.is_cp949 && taken.extra_columns.is_empty()
}

fn line(name: &str, account: &Account) -> String {
    let Account { read, accepted, rejected, repeats, filtered } = account;
    format!(
        "{name}: read {read} = accepted {accepted} + rejected {rejected} + repeats {repeats} + filtered {filtered}"
    )
}

/// The account of one file, and what its text was.
fn say_account(printer: &Printer, taken: &TakenIn) {
    printer.say(line(&taken.file, &taken.account));
    for (reason, rows) in &taken.filtered_by {
        printer.say(format!("  filtered, {reason}: {rows}"));
    }
    if taken.is_cp949 {
        printer.say("  read as CP949");
    }
    if !taken.extra_columns.is_empty() {
        printer.say(format!("  columns that nothing reads: {}", taken.extra_columns.join(", ")));
    }
}

/// The rejects of all files: how many for each reason and column, and the first of each.
pub(crate) fn say_rejects<'a>(printer: &Printer, lake: &Path, taken: impl Iterator<Item = &'a TakenIn>) {
    // Table, reason and column; rows, and file and row of the first.
    type Kind<'a> = (&'a str, &'a str, Option<&'a str>);
    let mut reasons: BTreeMap<Kind<'_>, (usize, &str, &Reject)> = BTreeMap::new();
    for taken in taken {
        for reject in &taken.rejects {
            let key = (reject.table_name, reject.reason.code(), reject.column_name.as_deref());
            reasons.entry(key).or_insert((0, &taken.file, reject)).0 += 1;
        }
    }
    if !reasons.is_empty() {
        let named = match lake {
            _ if lake == Path::new(DEFAULT_LAKE) => String::new(),
            other => format!(" --lake {}", other.display()),
        };
        let ask = format!("slotcast sql{named} \"select * from rejects\"");
        printer.say(format!("rejected rows, by reason (all of them: `{ask}`)"));
    }
    let mut listed: Vec<_> = reasons.into_iter().collect();
    listed.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(&b.0)));
    for ((table, reason, column), (rows, file, first)) in listed.iter().take(REASONS_SHOWN) {
        let raw: String = String::from_utf8_lossy(&first.raw).chars().take(RAW_SHOWN).collect();
        let raw = raw.replace(char::is_control, " ");
        let place = column.map_or_else(|| table.to_string(), |column| format!("{table}.{column}"));
        printer.say(format!("  {rows} {reason} in `{place}`, first in {file}, line {}: {raw}", first.line));
    }
    if listed.len() > REASONS_SHOWN {
        printer.say(format!("  and {} more kinds", listed.len() - REASONS_SHOWN));
    }
}
