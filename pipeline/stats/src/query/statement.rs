//! Checks of a statement: read-only, not too deep, over known relations.

use datafusion::{
    common::TableReference,
    error::DataFusionError,
    execution::context::SQLOptions,
    logical_expr::LogicalPlan,
    sql::{
        parser::{DFParserBuilder, Statement},
        sqlparser::{
            ast::Statement as Sql,
            dialect::GenericDialect,
            keywords::Keyword,
            tokenizer::{Token, Tokenizer},
        },
    },
};

use super::error_hints;
use crate::error::StatsError;

/// Tables of the information schema that reveal nothing about this machine.
const CATALOG: [&str; 5] = ["tables", "columns", "schemata", "routines", "parameters"];

/// Maximum nesting of expressions and queries.
const MAX_DEPTH: usize = 50;

/// Kind of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatementKind {
    /// A query, to which a limit of rows can be added.
    Query,
    /// A plan, or the columns of one relation.
    Plan,
    /// Names of tables and the like, which the engine looks up itself.
    Names,
}

/// Maximum number of operators. `a + a + ...` is nested as deeply as it is long, and the engine recurses over some trees
/// without a guard.
const MAX_OPERATORS: usize = 1_000;

pub(super) fn check_length(sql: &str) -> Result<(), StatsError> {
    // The parser reports invalid SQL.
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize().unwrap_or_default();
    if tokens.iter().filter(|token| adds_nesting(token)).count() <= MAX_OPERATORS {
        return Ok(());
    }
    Err(StatsError::Query {
        message: format!("it has more than {MAX_OPERATORS} operators"),
        hint: "`x IN (...)` is the same as `x = ... OR x = ...`".to_owned(),
    })
}

/// Whether a token adds a level of nesting.
fn adds_nesting(token: &Token) -> bool {
    match token {
        Token::Word(word) => matches!(
            word.keyword,
            Keyword::AND
                | Keyword::OR
                | Keyword::IS
                | Keyword::IN
                | Keyword::LIKE
                | Keyword::ILIKE
                | Keyword::BETWEEN
                | Keyword::AT
                | Keyword::COLLATE
                | Keyword::JOIN
                | Keyword::UNION
                | Keyword::EXCEPT
                | Keyword::INTERSECT
        ),
        Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::Comma
        | Token::Period
        | Token::SemiColon
        | Token::LParen
        | Token::RParen
        | Token::Whitespace(_) => false,
        _ => true,
    }
}

pub(super) fn parse(sql: &str) -> Result<Vec<Statement>, DataFusionError> {
    let mut parser = DFParserBuilder::new(sql).with_recursion_limit(MAX_DEPTH).build()?;
    Ok(parser.parse_statements()?.into())
}

/// The only statement, which must be read-only.
pub(super) fn single(mut statements: Vec<Statement>) -> Result<(Statement, StatementKind), StatsError> {
    let statement = match statements.len() {
        1 => statements.remove(0),
        0 => return Err(StatsError::NotReadOnly("the query is empty".to_owned())),
        n => return Err(StatsError::NotReadOnly(format!("one statement at a time, not {n}"))),
    };
    let kind = kind(&statement).ok_or_else(|| {
        let text = statement.to_string();
        let word = text.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
        let word = match &statement {
            Statement::Explain(_) => "EXPLAIN of this",
            _ => word,
        };
        StatsError::NotReadOnly(format!("`{}` is not allowed", word.to_uppercase()))
    })?;
    Ok((statement, kind))
}

fn kind(statement: &Statement) -> Option<StatementKind> {
    match statement {
        Statement::Statement(sql) => match sql.as_ref() {
            Sql::Query(_) => Some(StatementKind::Query),
            Sql::ShowTables { .. } | Sql::ShowColumns { .. } | Sql::ShowFunctions { .. } => {
                Some(StatementKind::Names)
            }
            Sql::ExplainTable { .. } => Some(StatementKind::Plan),
            _ => None,
        },
        Statement::Explain(explain) => {
            let is_plain = !explain.options.analyze && kind(&explain.statement) == Some(StatementKind::Query);
            is_plain.then_some(StatementKind::Plan)
        }
        Statement::CreateExternalTable(_) | Statement::CopyTo(_) | Statement::Reset(_) => None,
    }
}

/// Checks the plan again: it must write nothing, whatever the parser accepted.
pub(super) fn verify(plan: &LogicalPlan) -> Result<(), StatsError> {
    SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false)
        .verify_plan(plan)
        .map_err(|error| StatsError::NotReadOnly(error_hints::message(&error)))
}

/// Whether a relation may be read.
pub(super) fn is_readable(reference: &TableReference, is_known: impl Fn(&str) -> bool) -> bool {
    if reference.catalog().is_some_and(|catalog| catalog != "datafusion") {
        return false;
    }
    match reference.schema() {
        None | Some("public") => is_known(reference.table()),
        Some("information_schema") => CATALOG.contains(&reference.table()),
        Some(_) => false,
    }
}
