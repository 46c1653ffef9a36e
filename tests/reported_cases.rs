//! Inputs that people reported, each with the value worked out by hand (`SLOTCAST_CASES`).
//!
//! A case is a folder with an inbox and the commands of its reporter. Where the mapping of the reporter could not express
//! the right value, `reported_cases/NAME.toml` replaces it.

use std::{path::Path, process::Command};

use tempfile::TempDir;

use crate::support::{copy_folder, external, required, root, write_text};

/// A case and its outcome.
struct Case {
    name: &'static str,
    /// Name of the mapping that is replaced, if any.
    mapping: Option<&'static str>,
    /// Texts of the output. Frames of tables and repeated spaces are removed.
    has: &'static [&'static str],
    lacks: &'static [&'static str],
}

/// Runs the commands of a case and checks their output.
#[track_caller]
fn check(case: &Case) {
    let folder = external("SLOTCAST_CASES", "shared/cases").join(case.name);
    let missing = format!("there is no `{}`; hint: SLOTCAST_CASES names the folder", folder.display());
    let Some(folder) = required(folder.is_dir().then_some(folder).ok_or(missing)) else { return };
    let copy = TempDir::new().expect("a folder");
    copy_folder(&folder, copy.path());
    if let Some(mapping) = case.mapping {
        let own = root().join("tests/reported_cases").join(format!("{}.toml", case.name));
        write_text(&copy.path().join(mapping), &std::fs::read_to_string(own).expect("a mapping"));
    }
    let output = plain(&output_of(copy.path()));
    for text in case.has {
        assert!(output.contains(text), "`{text}` is not in the output of {}:\n{output}", case.name);
    }
    for text in case.lacks {
        assert!(!output.contains(text), "`{text}` is in the output of {}:\n{output}", case.name);
    }
}

/// Messages and data of the commands, in their order.
fn output_of(folder: &Path) -> String {
    let script = "exec 2>&1; . ./cmd.sh";
    let mut command = Command::new("bash");
    command.args(["-c", script, "./cmd.sh"]).current_dir(folder);
    command.env("SLOTCAST", env!("CARGO_BIN_EXE_slotcast"));
    for variable in ["SLOTCAST_LAKE", "SLOTCAST_CONFIG"] {
        command.env_remove(variable);
    }
    String::from_utf8_lossy(&command.output().expect("bash starts").stdout).into_owned()
}

/// The output without frames of tables and repeated spaces.
fn plain(output: &str) -> String {
    let line = |line: &str| {
        let cells = line.replace('│', " ");
        cells.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    output.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// One test per case, so that they run side by side.
macro_rules! cases {
    (@mapping) => { None };
    (@mapping $mapping:literal) => { Some($mapping) };
    (@lacks) => { &[] };
    (@lacks $lacks:expr) => { &$lacks };
    ($($test:ident: $name:literal $(with $mapping:literal)? has $has:expr $(, lacks $lacks:expr)?;)*) => {
        $(#[test]
        fn $test() {
            let mapping = cases!(@mapping $($mapping)?);
            check(&Case { name: $name, mapping, has: &$has, lacks: cases!(@lacks $($lacks)?) });
        })*
    };
}

cases! {
    shopify_cancels_on_the_first_line: "01-shopify-cancelled" with "shopify.toml" has
        ["C1 2 2 1.00 10000.00 false", "C2 2 2 1.00 20000.00 false"];
    utc_behind_a_timestamp: "02-utc-suffix" has ["C1 1 1 3.00 30000.00 false", "C2 0 0 0.00 0.00 false"];
    windows_1252_titles: "04-windows-1252" has ["encoding: windows-1252", "accepted 2"], lacks ["CP949"];
    decomposed_ids: "05-nfd-ids" has ["봄머그 2 2 6.00 60000.00 true", "text normalized"], lacks ["unknown campaign"];
    currency_signs: "08-currency-symbols" has ["orders.csv: read 3 = accepted 3"];
    hive_folders: "10-hive-folders" has [
        "order_events/campaign_id=C1/part-0.parquet: read 1 = accepted 1",
        "order_events/year=2026/month=03/part-0.parquet: read 1 = accepted 1",
        "snappy.parquet: read 1 = accepted 1",
    ];
    kinds_of_files: "11-file-kinds" has [
        "file refused: `order_events/orders.txt`",
        "file refused: `order_events/orders.xls`",
        "file refused: `order_events/orders.csv.bz2`",
        "order_events/orders.csv.zip: read 1 = accepted 1",
        "order_events/array.ndjson: read 2 = accepted 2",
    ], lacks ["matches no table"];
    twelve_hours_without_half: "12-format-loses-time" has ["`%m/%d/%Y %I:%M:%S` has an hour from 1 to 12 without AM or PM"];
    null_words: "14-null-words" has ["C1 3 0 4.00 40000.00 false", "words such as `NULL` read as empty ids"],
        lacks ["\nNULL", "\nNone"];
    line_items: "15-line-items" with "m.toml" has ["orders.ndjson: read 3 = accepted 3"];
    preamble_and_totals: "18-preamble-and-totals" with "m.toml" has ["accepted 1", "filtered 1"];
    epochs_and_serials: "19-epoch-and-serials" has [
        "C1 1 1 1.00 10000.00 false",
        "finding: files with rows dated more than a year before the first slot",
        "orders-ms.csv",
        "bare_date",
    ];
    mixed_currencies: "20-mixed-currency" has ["more than one currency", "C1 1 1 6.00 60000.00 true"], lacks ["60120"];
    clock_set_back: "22-clock-back" has ["20160325T010000Z"], lacks ["\n20160322T010000Z"];
    free_orders: "24-free-orders" has ["C1 2 2 5.00 30000.00 true"];
    equal_keys_in_one_file: "29-same-key-in-one-file" has ["2 rows replaced by later rows of the file", "map the missing"];
    two_tables: "30-two-table-export" with "m.toml" has ["order_items.csv: read 3 = accepted 2", "filtered 1"];
    stray_quotes: "33-stray-quotes" has ["C1 5 5 5.00 50000.00 true", "stray_quote", "line 3", "order_events/a.csv 6 5 1"];
    corrected_mapping: "34-mapping-corrected" has [
        "orders.csv: read again under a changed mapping, replaces 3 row(s)",
        "C1 2 3.00 30000.00 false\nC2 1 3.00 60000.00 false",
        "P1 2026-03-04 170 70 0",
    ], lacks ["6.00"];
    moved_to_another_campaign: "35-moved-to-other-campaign" has
        ["C1 1 1 1.00 10000.00 false", "C2 1 1 6.00 60000.00 true"];
}
