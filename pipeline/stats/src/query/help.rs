//! What went wrong with a question, in words that help: near names, words to quote, limits to raise.

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

use super::Catalogue;
use crate::{describe, error::StatsError};

/// How many names are suggested.
const SUGGESTED: usize = 3;

/// How the engine says that temporary files reached their limit.
const DISK_FULL: &str = "used disk space";

const LISTED: &str = "`slotcast sql --describe` lists relations, `--describe NAME` their columns";

/// The words of an engine's error, without its prefixes, line breaks and final period.
pub(super) fn words(error: &DataFusionError) -> String {
    let root = error.find_root();
    let text = match root {
        DataFusionError::SQL(error, _) => match error.as_ref() {
            ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.clone(),
            ParserError::RecursionLimitExceeded => "it is nested too deeply".to_owned(),
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

/// An engine's error as a user can act on it.
pub(super) fn explain(error: &DataFusionError, catalogue: &Catalogue, sql: &str) -> StatsError {
    let failed = |hint: String| StatsError::Query { message: catalogue.without_paths(words(error)), hint };
    if let Some(reference) = missing(error) {
        return no_relation(&reference, catalogue);
    }
    match error.find_root() {
        DataFusionError::SQL(..) => {
            let reserved = reserved(sql, |word| catalogue.has_column(word));
            failed(match reserved.as_slice() {
                [] => LISTED.to_owned(),
                words => format!(
                    "{} may be a word of SQL here; quote it where it is a column: {}",
                    listed(words.iter().map(|word| format!("`{word}`"))),
                    listed(words.iter().map(|word| format!("`\"{word}\"`"))),
                ),
            })
        }
        DataFusionError::SchemaError(schema_error, _) => match schema_error.as_ref() {
            SchemaError::FieldNotFound { field, valid_fields } => no_column(field, valid_fields, catalogue),
            SchemaError::AmbiguousReference { field } => StatsError::Query {
                message: format!("column `{}` may be more than one", field.name()),
                hint: format!(
                    "say whose it is (alias.{}), and call no result by its name after AS",
                    field.name()
                ),
            },
            _ => failed(LISTED.to_owned()),
        },
        DataFusionError::ResourcesExhausted(text) if !text.contains(DISK_FULL) => {
            match catalogue.limits.memory_mib {
                Some(mib) => StatsError::TooMuchMemory { mib, holder: holder(text) },
                None => failed(LISTED.to_owned()),
            }
        }
        // It may come as an error of the writer.
        _ if words(error).contains(DISK_FULL) => {
            StatsError::TooMuchDisk { mib: catalogue.limits.spill_mib().unwrap_or_default() }
        }
        _ if words(error).to_lowercase().contains("divide by zero") => {
            failed("`x / nullif(n, 0)` is null where n is 0".to_owned())
        }
        _ => failed(LISTED.to_owned()),
    }
}

/// The relation that the engine did not find.
fn missing(error: &DataFusionError) -> Option<TableReference> {
    let text = words(error);
    let name = text.strip_prefix("table '")?.strip_suffix("' not found")?.trim_start_matches("datafusion.");
    Some(name.trim_start_matches("public.").into())
}

/// A relation that may not be read or is not there.
pub(super) fn no_relation(reference: &TableReference, catalogue: &Catalogue) -> StatsError {
    let (name, table) = (reference.to_string(), reference.table());
    let is_input = reference.schema() == Some("facts") || ContractTable::named(table).is_some();
    let is_here = catalogue.names().any(|known| known == table);
    let hint = if is_input {
        "input tables hold costs and customers, so they are not asked; `slotcast sql --describe` lists what follows from them".to_owned()
    } else if is_here {
        format!("relations go by their plain names: `{table}`; {LISTED}")
    } else if table.starts_with("backtest_") && describe::is_for_users(table) {
        "`slotcast backtest --from DATE --to DATE` makes it".to_owned()
    } else if describe::is_for_users(table) {
        "this run did not make it; `slotcast nightly` makes all of them".to_owned()
    } else {
        suggestion(&near(table, catalogue.names()), LISTED)
    };
    StatsError::NoRelation { name, hint }
}

fn no_column(field: &Column, valid: &[Column], catalogue: &Catalogue) -> StatsError {
    let name = field.flat_name().replace('"', "");
    let elsewhere = |text: &str| valid.iter().find(|column| column.name() == text).map(Column::flat_name);
    // The right column of a relation that goes by another name here.
    let found = match elsewhere(&field.name) {
        Some(column) => vec![column],
        None => near(&field.name, valid.iter().map(|column| column.name.as_str())),
    };
    let holders: Vec<_> = catalogue.with_column(&field.name).map(|holder| format!("`{holder}`")).collect();
    let hint = match (found.is_empty(), holders.is_empty()) {
        (true, false) => format!("{} has it", listed(holders.into_iter().take(SUGGESTED))),
        _ => suggestion(&found, LISTED),
    };
    StatsError::NoColumn { name, hint }
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

/// Names that a mistyped one may have meant, the nearest first: few letters differ, or they share a word.
pub(super) fn near<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<String> {
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
    found.into_iter().take(SUGGESTED).map(|(_, candidate)| candidate.to_owned()).collect()
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

/// Columns of ours that SQL takes for words of its own, so that only quoting makes the query readable.
fn reserved(sql: &str, is_column: impl Fn(&str) -> bool) -> Vec<String> {
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location() else { return vec![] };
    let suspects: BTreeSet<String> = tokens
        .iter()
        .filter_map(|token| match &token.token {
            Token::Word(word) if word.keyword != Keyword::NoKeyword => Some(word.value.to_lowercase()),
            _ => None,
        })
        .filter(|word| is_column(word))
        .collect();
    let is_understood = |quoted: &[&String]| {
        let tokens: Vec<TokenWithSpan> = tokens.iter().cloned().map(|token| quote(token, quoted)).collect();
        let parser = DFParserBuilder::new(tokens).build();
        parser.and_then(|mut parser| parser.parse_statements()).is_ok()
    };
    if let Some(one) = suspects.iter().find(|word| is_understood(&[*word])) {
        return vec![one.clone()];
    }
    if is_understood(&suspects.iter().collect::<Vec<_>>()) { suspects.into_iter().collect() } else { vec![] }
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

/// Which part of a plan held most of the memory, as the pool reports it: `  Name#1(can spill: ...) ...`.
fn holder(text: &str) -> Option<String> {
    let (_, report) = text.split_once("as:\n")?;
    let name = report.trim_start().split(['#', '[', '(']).next()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}
