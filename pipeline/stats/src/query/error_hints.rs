//! Errors of the engine as messages with hints: similar names, words to quote, limits to raise.

use std::collections::BTreeSet;

use datafusion::{
    common::{Column, SchemaError, TableReference, utils::datafusion_strsim::levenshtein},
    error::DataFusionError,
    sql::{
        parser::DFParserBuilder,
        sqlparser::{
            dialect::GenericDialect,
            keywords::Keyword,
            parser::ParserError,
            tokenizer::{Token, TokenWithSpan, Tokenizer},
        },
    },
};
use slotcast_lake::contract::ContractTable;

use super::catalog::QueryCatalog;
use crate::{docs::is_user_relation, error::StatsError};

/// Number of suggested names.
const MAX_SUGGESTIONS: usize = 3;

/// Text of the engine for temporary files at their limit.
const DISK_FULL: &str = "used disk space";

const DESCRIBE_HINT: &str = "`slotcast sql --describe` lists relations, `--describe NAME` their columns";

/// Message of an engine's error, without prefixes, line breaks and final period.
pub(super) fn message(error: &DataFusionError) -> String {
    let root = error.find_root();
    let text = match root {
        DataFusionError::SQL(error, _) => match error.as_ref() {
            ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.clone(),
            ParserError::RecursionLimitExceeded => "the query is nested too deeply".to_owned(),
        },
        DataFusionError::Plan(text)
        | DataFusionError::Execution(text)
        | DataFusionError::NotImplemented(text)
        | DataFusionError::ResourcesExhausted(text) => text.clone(),
        other => other.strip_backtrace(),
    };
    let text = text.split(DataFusionError::BACK_TRACE_SEP).next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}

/// An engine's error with a hint.
pub(super) fn explain(error: &DataFusionError, catalog: &QueryCatalog, sql: &str) -> StatsError {
    let failed = |hint: String| StatsError::Query { message: catalog.without_paths(message(error)), hint };
    if let Some(reference) = missing_relation(error) {
        return unknown_relation(&reference, catalog);
    }
    match error.find_root() {
        DataFusionError::SQL(..) => {
            let unquoted = unquoted_columns(sql, |word| catalog.has_column(word));
            failed(match unquoted.as_slice() {
                [] => DESCRIBE_HINT.to_owned(),
                words => format!(
                    "{} is a word of SQL; to use the column, quote it: {}",
                    listed(words.iter().map(|word| format!("`{word}`"))),
                    listed(words.iter().map(|word| format!("`\"{word}\"`"))),
                ),
            })
        }
        DataFusionError::SchemaError(schema_error, _) => match schema_error.as_ref() {
            SchemaError::FieldNotFound { field, valid_fields } => {
                unknown_column(field, valid_fields, catalog)
            }
            SchemaError::AmbiguousReference { field } => StatsError::Query {
                message: format!("column `{}` is ambiguous", field.name()),
                hint: format!("add its relation (alias.{}), and do not use its name after AS", field.name()),
            },
            _ => failed(DESCRIBE_HINT.to_owned()),
        },
        DataFusionError::ResourcesExhausted(text) if !text.contains(DISK_FULL) => {
            match catalog.limits.memory_mib {
                Some(mib) => StatsError::MemoryExceeded { mib, holder: holder(text) },
                None => failed(DESCRIBE_HINT.to_owned()),
            }
        }
        // The writer can report it too.
        _ if message(error).contains(DISK_FULL) => {
            StatsError::DiskExceeded { mib: catalog.limits.spill_mib().unwrap_or_default() }
        }
        _ if message(error).to_lowercase().contains("divide by zero") => {
            failed("`x / nullif(n, 0)` is null if n is 0".to_owned())
        }
        _ => failed(DESCRIBE_HINT.to_owned()),
    }
}

/// The relation that the engine did not find.
fn missing_relation(error: &DataFusionError) -> Option<TableReference> {
    let text = message(error);
    let name = text.strip_prefix("table '")?.strip_suffix("' not found")?.trim_start_matches("datafusion.");
    Some(name.trim_start_matches("public.").into())
}

/// The error for a relation that does not exist or must not be read.
pub(super) fn unknown_relation(reference: &TableReference, catalog: &QueryCatalog) -> StatsError {
    let (name, table) = (reference.to_string(), reference.table());
    let is_input = reference.schema() == Some("facts") || ContractTable::find(table).is_some();
    let is_here = catalog.names().any(|known| known == table);
    let hint = if is_input {
        "input tables contain costs and customers, so they cannot be queried; `slotcast sql --describe` lists the relations computed from them".to_owned()
    } else if is_here {
        format!("use the plain name of the relation: `{table}`; {DESCRIBE_HINT}")
    } else if table.starts_with("backtest_") && is_user_relation(table) {
        "`slotcast backtest --from DATE --to DATE` writes it".to_owned()
    } else if is_user_relation(table) {
        "this run did not write it; `slotcast nightly` writes every relation".to_owned()
    } else {
        suggestion(&similar_names(table, catalog.names()), DESCRIBE_HINT)
    };
    StatsError::UnknownRelation { name, hint }
}

/// The error for a column that does not exist.
fn unknown_column(field: &Column, valid: &[Column], catalog: &QueryCatalog) -> StatsError {
    let name = field.flat_name().replace('"', "");
    let elsewhere = |text: &str| valid.iter().find(|column| column.name() == text).map(Column::flat_name);
    // The right column under another alias.
    let found = match elsewhere(&field.name) {
        Some(column) => vec![column],
        None => similar_names(&field.name, valid.iter().map(|column| column.name.as_str())),
    };
    let holders: Vec<_> = catalog.with_column(&field.name).map(|holder| format!("`{holder}`")).collect();
    let hint = match (found.is_empty(), holders.is_empty()) {
        (true, false) => format!("{} has it", listed(holders.into_iter().take(MAX_SUGGESTIONS))),
        _ => suggestion(&found, DESCRIBE_HINT),
    };
    StatsError::UnknownColumn { name, hint }
}

fn suggestion(names: &[String], otherwise: &str) -> String {
    match names {
        [] => otherwise.to_owned(),
        names => {
            format!("did you mean {}? {otherwise}", listed(names.iter().map(|name| format!("`{name}`"))))
        }
    }
}

fn listed(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(" or ")
}

/// Names similar to a mistyped one, most similar first: few letters differ, or they share a word.
pub fn similar_names<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<String> {
    let name = name.to_lowercase();
    let allowed = (name.chars().count() / 3).max(1);
    let mut found: Vec<(usize, &str)> = candidates
        .filter_map(|candidate| {
            let distance = levenshtein(&name, candidate);
            (distance <= allowed || share_a_word(&name, candidate)).then_some((distance, candidate))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(MAX_SUGGESTIONS).map(|(_, candidate)| candidate.to_owned()).collect()
}

fn share_a_word(left: &str, right: &str) -> bool {
    let words = |text: &str| {
        text.split(|letter: char| !letter.is_alphanumeric())
            .map(|word| word.trim_end_matches('s').to_owned())
            .filter(|word| word.chars().count() > 2)
            .collect::<BTreeSet<_>>()
    };
    !words(left).is_disjoint(&words(right))
}

/// Columns whose names are words of SQL, if quoting them makes the query valid.
fn unquoted_columns(sql: &str, is_column: impl Fn(&str) -> bool) -> Vec<String> {
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location() else { return vec![] };
    let suspects: BTreeSet<String> = tokens
        .iter()
        .filter_map(|token| match &token.token {
            Token::Word(word) if word.keyword != Keyword::NoKeyword => Some(word.value.to_lowercase()),
            _ => None,
        })
        .filter(|word| is_column(word))
        .collect();
    let is_valid = |quoted: &[&String]| {
        let tokens: Vec<TokenWithSpan> = tokens.iter().cloned().map(|token| quote(token, quoted)).collect();
        let parser = DFParserBuilder::new(tokens).build();
        parser.and_then(|mut parser| parser.parse_statements()).is_ok()
    };
    if let Some(one) = suspects.iter().find(|word| is_valid(&[*word])) {
        return vec![one.clone()];
    }
    if is_valid(&suspects.iter().collect::<Vec<_>>()) { suspects.into_iter().collect() } else { vec![] }
}

fn quote(mut token: TokenWithSpan, words: &[&String]) -> TokenWithSpan {
    if let Token::Word(word) = &mut token.token
        && words.iter().any(|quoted| word.value.eq_ignore_ascii_case(quoted))
    {
        word.quote_style = Some('"');
        word.keyword = Keyword::NoKeyword;
    }
    token
}

/// Operator that held most memory, from the report of the pool: `  Name#1(can spill: ...) ...`.
fn holder(text: &str) -> Option<String> {
    let (_, report) = text.split_once("as:\n")?;
    let name = report.trim_start().split(['#', '[', '(']).next()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}
