//! Internal columns appear only in outputs of `--internal`.

use std::{fs, path::Path};

use arrow::array::Array;
use calamine::{Data, Reader, open_workbook_auto};
use slotcast_core::is_internal;
use slotcast_lake::read_parquet_files;

use crate::{
    ranking_history::THREE_NIGHTS,
    support::{cli, files_below, query, run, slotcast},
};

const COSTS: &str = "SELECT r.candidate_id, r.expected_value, s.unit_cost FROM rankings AS r \
    INNER JOIN offer_details AS s ON r.candidate_id = s.candidate_id WHERE r.expected_value IS NOT NULL";

/// Internal values of the list as CSV, with the header.
fn internal_values(here: &Path) -> String {
    run(slotcast(here).args(["sql", "--internal", "--format", "csv", COSTS])).ok().stdout
}

#[test]
fn internal_columns_need_the_flag() {
    let folder = THREE_NIGHTS.copy();
    let here = folder.path();
    assert_eq!(query(here, "lake", COSTS), "", "SQL masks internal columns");
    let values: Vec<f64> = internal_values(here)
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(1).unwrap().parse().unwrap())
        .collect();
    assert!(!values.is_empty(), "the market has costs");

    let public = here.join("lake/published/latest");
    assert_eq!(confidential_files(&public, &values), Vec::<String>::new());
    cli(here, "publish --quiet --internal").ok();
    assert_eq!(confidential_files(&public, &values), Vec::<String>::new(), "public files do not change");
    let internal = files_below(&here.join("lake/published"))
        .into_iter()
        .find(|path| path.file_name().is_some_and(|name| name == "index-internal.html"));
    let internal = internal.expect("an internal page").parent().unwrap().to_owned();
    assert!(internal.to_str().unwrap().ends_with("-internal"));
    let found = confidential_files(&internal, &values).join("\n");
    for name in [
        "index-internal.html",
        "ranking-internal.csv",
        "ranking-internal.json",
        "ranking-internal.xlsx",
        "rankings/",
    ] {
        assert!(found.contains(name), "{name} has no internal value: {found}");
    }
}

#[test]
fn explanations_hide_costs() {
    let here = THREE_NIGHTS.shared();
    let internal = internal_values(here);
    let id = internal.lines().nth(1).unwrap().split(',').next().unwrap();
    for format in ["table", "json"] {
        let explained =
            |flag: &str| cli(here, &format!("explain {id} --lang en --format {format}{flag}")).ok().stdout;
        assert_ne!(explained(""), explained(" --internal"), "{format}");
        assert!(!explained("").contains("cost"), "{format}");
    }
}

/// Files below a folder that contain an internal column or one of these values.
fn confidential_files(folder: &Path, values: &[f64]) -> Vec<String> {
    let folder = fs::canonicalize(folder).unwrap();
    let mut found = Vec::new();
    for path in files_below(&folder) {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let is_confidential = match path.extension().and_then(|extension| extension.to_str()) {
            Some("parquet") => has_internal_column(&path),
            Some("xlsx") => workbook_contains(&path, values),
            _ => text_contains(&fs::read_to_string(&path).unwrap(), values),
        };
        found.extend(is_confidential.then_some(name));
    }
    found
}

fn has_internal_column(path: &Path) -> bool {
    read_parquet_files(&[path.to_owned()]).unwrap().iter().any(|batch| {
        let schema = batch.schema();
        let columns = schema.fields().iter().zip(batch.columns());
        columns
            .filter(|(field, _)| is_internal(field.name()))
            .any(|(_, column)| column.null_count() < column.len())
    })
}

/// Whether a number of the text equals one of the values, rounded to cents or units. A comma may separate numbers or
/// thousands. Small values are left out, because they may occur by chance.
fn text_contains(text: &str, values: &[f64]) -> bool {
    let is_digit = |letter: char| letter.is_ascii_digit() || letter == '.';
    let separated = text.split(|letter| !is_digit(letter));
    let grouped = text.split(|letter| !is_digit(letter) && letter != ',');
    let mut numbers = separated.chain(grouped).filter_map(|word| word.replace(',', "").parse::<f64>().ok());
    numbers.any(|number| {
        let mut large = values.iter().map(|value| value.abs()).filter(|value| *value >= 10_000.0);
        large.any(|value| (number - value).abs() < 0.006 || number == value.round())
    })
}

fn workbook_contains(path: &Path, values: &[f64]) -> bool {
    let mut workbook = open_workbook_auto(path).unwrap();
    workbook.worksheets().iter().any(|(_, sheet)| {
        sheet.used_cells().any(|(_, _, cell)| match cell {
            Data::Float(number) => values.iter().any(|value| (number - value).abs() < 0.006),
            other => text_contains(&other.to_string(), values),
        })
    })
}
