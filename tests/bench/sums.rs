//! Aggregates of the relations of a lake, column by column.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::commands::query;

/// Relations about runs, and those that a night keeps for the next one.
const NOT_COMPARED: [&str; 8] = [
    "build_partitions",
    "build_files",
    "build_moved_facts",
    "ingest_files",
    "offer_feature_values",
    "rejects",
    "run_stages",
    "runs",
];
/// Relative tolerance, because sums are added in another order.
const TOLERANCE: f64 = 1e-9;

#[derive(Debug)]
pub(crate) struct Sums {
    /// Aggregates by relation and name.
    aggregates: BTreeMap<String, BTreeMap<String, String>>,
}

impl Sums {
    pub(crate) fn of(folder: &Path, lake: &Path) -> Result<Self> {
        let listed = rows_of(&query(folder, lake, &["--describe"])?)?;
        let names = listed.iter().filter_map(|row| row.get("relation"));
        let names = names.filter(|name| !NOT_COMPARED.contains(&name.as_str()));
        let aggregates = names.map(|name| Ok((name.clone(), sums_of(folder, lake, name)?)));
        let aggregates: BTreeMap<_, _> = aggregates.collect::<Result<_>>()?;
        ensure!(!aggregates.is_empty(), "`{}` has no relations", lake.display());
        Ok(Self { aggregates })
    }

    pub(crate) fn relations(&self) -> usize {
        self.aggregates.len()
    }

    /// Rows of all relations.
    pub(crate) fn rows(&self) -> u64 {
        self.aggregates.values().filter_map(|sums| sums["rows"].parse::<u64>().ok()).sum()
    }

    /// Differences between two lakes.
    pub(crate) fn differing(&self, other: &Self) -> Vec<String> {
        let names = |sums: &Self| sums.aggregates.keys().cloned().collect::<Vec<_>>();
        if names(self) != names(other) {
            return vec![format!("relations: {:?}, {:?}", names(self), names(other))];
        }
        let mut differing = Vec::new();
        for (relation, sums) in &self.aggregates {
            let others = &other.aggregates[relation];
            for (what, sum) in sums {
                let other = others.get(what).map_or("nothing", String::as_str);
                if !is_same(sum, other) {
                    differing.push(format!("{relation}, {what}: {sum}, full: {other}"));
                }
            }
        }
        differing
    }
}

fn is_same(one: &str, other: &str) -> bool {
    let numbers = one.parse::<f64>().ok().zip(other.parse::<f64>().ok());
    one == other || numbers.is_some_and(|(one, other)| (one - other).abs() <= TOLERANCE * one.abs())
}

/// Number of rows; count, minimum and maximum of every column; sum of every number.
fn sums_of(folder: &Path, lake: &Path, relation: &str) -> Result<BTreeMap<String, String>> {
    let columns = rows_of(&query(folder, lake, &["--describe", relation])?)?;
    let mut selected = vec!["count(*) AS rows".to_owned()];
    for column in &columns {
        let (name, kind) = (&column["column_name"], &column["type"]);
        // The run of a night is not that of a full build.
        if name == "run_id" {
            continue;
        }
        selected.push(format!("count(\"{name}\") AS \"{name}, count\""));
        if kind == "Boolean" {
            selected.push(format!("sum(CAST(\"{name}\" AS BIGINT)) AS \"{name}, sum\""));
            continue;
        }
        selected.push(format!("min(\"{name}\") AS \"{name}, min\", max(\"{name}\") AS \"{name}, max\""));
        if ["Int", "UInt", "Float", "Decimal"].iter().any(|number| kind.starts_with(number)) {
            selected.push(format!("sum(\"{name}\") AS \"{name}, sum\""));
        }
    }
    let question = format!("select {} from {relation}", selected.join(", "));
    let mut rows = rows_of(&query(folder, lake, &[&question])?)?;
    rows.pop().with_context(|| format!("`{relation}` has no aggregates"))
}

fn rows_of(text: &str) -> Result<Vec<BTreeMap<String, String>>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize().collect::<Result<_, csv::Error>>();
    rows.with_context(|| format!("not a CSV: {text:?}"))
}
