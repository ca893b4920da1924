//! The subset of BigQuery's language that the sandbox knows: one table, filters, groups, sums and subqueries over
//! arrays. What is outside of it is refused by name, never ignored.

mod aggregate;
mod bind;
mod bound;
mod call;
mod cast;
mod coerce;
mod evaluate;
mod execute;
mod from;
mod group;
mod parameter;
mod scope;
mod select;
mod subquery;
mod time_text;

#[cfg(test)]
mod tests;

use sqlparser::ast::Statement;
use sqlparser::dialect::BigQueryDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Span;

use super::dataset::Dataset;
use super::value::{Type, Value};

pub(crate) use self::parameter::Parameters;

/// Why a query cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum QueryError {
    /// The text, the types or a value in the rows are wrong: 400 `invalidQuery`.
    Invalid(String),
    /// A table or dataset does not exist: 404 `notFound`.
    NotFound(String),
}

impl QueryError {
    fn at(message: impl std::fmt::Display, span: Span) -> Self {
        let (line, column) = (span.start.line, span.start.column);
        if line == 0 {
            Self::Invalid(message.to_string())
        } else {
            Self::Invalid(format!("{message} at [{line}:{column}]"))
        }
    }

    /// What the real service may know, but not this one.
    fn unsupported(what: impl std::fmt::Display) -> Self {
        Self::Invalid(format!("Unsupported by the sandbox's BigQuery: {what}"))
    }
}

/// The outcome of a query.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Name and type of each column.
    pub(crate) columns: Vec<(String, Type)>,
    pub(crate) rows: Vec<Vec<Value>>,
    /// Bytes read: eight for each leaf column that the query names and each row of the partitions that it asks for.
    pub(crate) bytes: u64,
    /// Tables read.
    pub(crate) tables: usize,
}

/// Runs a query over a dataset.
pub(crate) fn run(query: &str, parameters: &Parameters, dataset: &Dataset) -> Result<Outcome, QueryError> {
    let statement = parse(query)?;
    let Statement::Query(query) = statement else {
        return Err(QueryError::unsupported("statements other than SELECT"));
    };
    let plan = select::plan(&query, parameters, dataset)?;
    execute::execute(&plan, dataset)
}

fn parse(query: &str) -> Result<Statement, QueryError> {
    let mut statements = Parser::parse_sql(&BigQueryDialect, query).map_err(|error| {
        let message = error.to_string();
        let message = message.trim_start_matches("sql parser error: ");
        match message.split_once(" at Line: ") {
            Some((what, place)) => {
                QueryError::Invalid(format!("Syntax error: {what} at [{}]", place.replace(", Column: ", ":")))
            }
            None => QueryError::Invalid(format!("Syntax error: {message}")),
        }
    })?;
    match (statements.pop(), statements.is_empty()) {
        (Some(statement), true) => Ok(statement),
        (None, _) => Err(QueryError::Invalid("Syntax error: Unexpected end of statement".to_owned())),
        _ => Err(QueryError::unsupported("more than one statement")),
    }
}
