//! What is a question, and which relations it may name.

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

use crate::error::StatsError;

/// Tables of the engine about itself that say nothing of this machine.
const CATALOG: [&str; 5] = ["tables", "columns", "schemata", "routines", "parameters"];

/// How deep expressions and queries may be nested.
const DEPTH: usize = 50;

/// What kind of question it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A query: a limit on rows can stand over it.
    Query,
    /// A plan or the columns of one relation, which stand alone.
    Plan,
    /// Names of tables and the like, which the engine asks itself for.
    Names,
}

/// How many operators may stand in a question. `a + a + ...` is nested as deeply as it is long, and the
/// engine walks some trees by recursion without a guard.
const OPERATORS: usize = 1_000;

pub(super) fn check_length(sql: &str) -> Result<(), StatsError> {
    // What is no SQL is told by the parser.
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize().unwrap_or_default();
    if tokens.iter().filter(|token| nests(token)).count() <= OPERATORS {
        return Ok(());
    }
    Err(StatsError::Query {
        message: format!("it has more than {OPERATORS} operators"),
        hint: "`x IN (...)` says the same as `x = ... OR x = ...`".to_owned(),
    })
}

/// Whether a token puts what stands before it one level deeper.
fn nests(token: &Token) -> bool {
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
    let mut parser = DFParserBuilder::new(sql).with_recursion_limit(DEPTH).build()?;
    Ok(parser.parse_statements()?.into())
}

/// The one question of these statements.
pub(super) fn only(mut statements: Vec<Statement>) -> Result<(Statement, Shape), StatsError> {
    let statement = match statements.len() {
        1 => statements.remove(0),
        0 => return Err(StatsError::NotAQuestion("nothing was asked".to_owned())),
        n => return Err(StatsError::NotAQuestion(format!("one at a time, and these are {n}"))),
    };
    let shape = shape(&statement).ok_or_else(|| {
        let text = statement.to_string();
        let word = text.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
        let word = match &statement {
            Statement::Explain(_) => "EXPLAIN of this",
            _ => word,
        };
        StatsError::NotAQuestion(format!("`{}` is not allowed", word.to_uppercase()))
    })?;
    Ok((statement, shape))
}

fn shape(statement: &Statement) -> Option<Shape> {
    match statement {
        Statement::Statement(sql) => match sql.as_ref() {
            Sql::Query(_) => Some(Shape::Query),
            Sql::ShowTables { .. } | Sql::ShowColumns { .. } | Sql::ShowFunctions { .. } => {
                Some(Shape::Names)
            }
            Sql::ExplainTable { .. } => Some(Shape::Plan),
            _ => None,
        },
        Statement::Explain(explain) => {
            let is_plain = !explain.options.analyze && shape(&explain.statement) == Some(Shape::Query);
            is_plain.then_some(Shape::Plan)
        }
        Statement::CreateExternalTable(_) | Statement::CopyTo(_) | Statement::Reset(_) => None,
    }
}

/// The same rule once more, over the plan: whatever the parser lets through writes nothing.
pub(super) fn verify(plan: &LogicalPlan) -> Result<(), StatsError> {
    SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false)
        .verify_plan(plan)
        .map_err(|error| StatsError::NotAQuestion(super::help::words(&error)))
}

/// Whether a name is one of those that may be read.
pub(super) fn is_open(reference: &TableReference, is_known: impl Fn(&str) -> bool) -> bool {
    if reference.catalog().is_some_and(|catalog| catalog != "datafusion") {
        return false;
    }
    match reference.schema() {
        None | Some("public") => is_known(reference.table()),
        Some("information_schema") => CATALOG.contains(&reference.table()),
        Some(_) => false,
    }
}
