//! What the relations of a lake add up to, column by column.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::commands::ask;

/// What tells of runs, and what a night keeps for the next one: features at other distances, too.
const NOT_COMPARED: [&str; 7] =
    ["build_cells", "build_parts", "ingest_files", "offer_feature_values", "rejects", "run_stages", "runs"];
/// Parts add up in another order.
const CLOSE: f64 = 1e-9;

#[derive(Debug)]
pub(crate) struct Sums {
    /// By relation, then by what was asked.
    answers: BTreeMap<String, BTreeMap<String, String>>,
}

impl Sums {
    pub(crate) fn of(folder: &Path, lake: &Path) -> Result<Self> {
        let listed = rows_of(&ask(folder, lake, &["--describe"])?)?;
        let names = listed.iter().filter_map(|row| row.get("relation"));
        let names = names.filter(|name| !NOT_COMPARED.contains(&name.as_str()));
        let answers = names.map(|name| Ok((name.clone(), sums_of(folder, lake, name)?)));
        let answers: BTreeMap<_, _> = answers.collect::<Result<_>>()?;
        ensure!(!answers.is_empty(), "`{}` has no relations", lake.display());
        Ok(Self { answers })
    }

    pub(crate) fn relations(&self) -> usize {
        self.answers.len()
    }

    /// Of all relations.
    pub(crate) fn rows(&self) -> u64 {
        self.answers.values().filter_map(|sums| sums["rows"].parse::<u64>().ok()).sum()
    }

    /// Where two lakes differ.
    pub(crate) fn differing(&self, other: &Self) -> Vec<String> {
        let names = |sums: &Self| sums.answers.keys().cloned().collect::<Vec<_>>();
        if names(self) != names(other) {
            return vec![format!("relations: {:?}, {:?}", names(self), names(other))];
        }
        let mut differing = Vec::new();
        for (relation, sums) in &self.answers {
            let others = &other.answers[relation];
            for (what, sum) in sums {
                let found = others.get(what).map_or("nothing", String::as_str);
                if !is_same(sum, found) {
                    differing.push(format!("{relation}, {what}: {sum}, full: {found}"));
                }
            }
        }
        differing
    }
}

fn is_same(one: &str, other: &str) -> bool {
    let numbers = one.parse::<f64>().ok().zip(other.parse::<f64>().ok());
    one == other || numbers.is_some_and(|(one, other)| (one - other).abs() <= CLOSE * one.abs())
}

/// Rows, and of each column: how many are there, the least, the greatest, and of numbers the sum.
fn sums_of(folder: &Path, lake: &Path, relation: &str) -> Result<BTreeMap<String, String>> {
    let columns = rows_of(&ask(folder, lake, &["--describe", relation])?)?;
    let mut asked = vec!["count(*) AS rows".to_owned()];
    for column in &columns {
        let (name, kind) = (&column["column_name"], &column["type"]);
        // It names the run, and the run of a night is not that of a full build.
        if name == "run_id" {
            continue;
        }
        asked.push(format!("count(\"{name}\") AS \"{name}, count\""));
        if kind == "Boolean" {
            asked.push(format!("sum(CAST(\"{name}\" AS BIGINT)) AS \"{name}, sum\""));
            continue;
        }
        asked.push(format!("min(\"{name}\") AS \"{name}, min\", max(\"{name}\") AS \"{name}, max\""));
        if ["Int", "UInt", "Float", "Decimal"].iter().any(|number| kind.starts_with(number)) {
            asked.push(format!("sum(\"{name}\") AS \"{name}, sum\""));
        }
    }
    let question = format!("select {} from {relation}", asked.join(", "));
    let mut rows = rows_of(&ask(folder, lake, &[&question])?)?;
    rows.pop().with_context(|| format!("`{relation}` answers nothing"))
}

fn rows_of(text: &str) -> Result<Vec<BTreeMap<String, String>>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize().collect::<Result<_, csv::Error>>();
    rows.with_context(|| format!("this is no CSV: {text:?}"))
}
