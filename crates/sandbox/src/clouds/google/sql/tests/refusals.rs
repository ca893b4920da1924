//! What is wrong, and what is not known, is refused by name.

use super::super::QueryError;
use super::outcome;

fn invalid(query: &str) -> String {
    match outcome(query) {
        Err(QueryError::Invalid(message)) => message,
        other => panic!("{query}: {other:?}"),
    }
}

#[test]
fn unknown_names_are_named_with_their_place() {
    for (query, message) in [
        ("SELECT x FROM TABLE", "Unrecognized name: x at [1:8]"),
        ("SELECT\n  COUNT(*), SUM(costs) FROM TABLE", "Unrecognized name: costs at [2:17]"),
        ("SELECT _TABLE_SUFFIX FROM TABLE", "Unrecognized name: _TABLE_SUFFIX at [1:8]"),
        ("SELECT cost AS c FROM TABLE WHERE c > 1", "Unrecognized name: c at [1:72]"),
        ("SELECT resource.name FROM TABLE", "Unrecognized name: resource at [1:8]"),
        (
            "SELECT invoice.day FROM TABLE",
            "Field name day does not exist in STRUCT<month STRING, publisher_type STRING> at [1:16]",
        ),
        ("SELECT cost FROM TABLE WHERE cost > @least", "Query parameter 'least' not found at [1:74]"),
    ] {
        assert_eq!(invalid(query), message, "{query}");
    }
    let message = invalid("SELECT credits.amount FROM TABLE");
    assert!(
        message.starts_with("Cannot access field amount on a value with type ARRAY<STRUCT<name STRING, "),
        "{message}"
    );
}

#[test]
fn types_that_do_not_fit_are_refused() {
    for (query, message) in [
        (
            "SELECT 1 FROM TABLE WHERE _PARTITIONTIME >= @day",
            "No matching signature for operator >= for argument types: TIMESTAMP, DATE at [1:64]",
        ),
        (
            "SELECT 1 FROM TABLE WHERE invoice.month >= 202601",
            "No matching signature for operator >= for argument types: STRING, INT64 at [1:64]",
        ),
        (
            "SELECT SUM(currency) FROM TABLE",
            "No matching signature for function SUM for argument types: STRING at [1:8]",
        ),
        ("SELECT cost FROM TABLE WHERE cost", "WHERE clause should return type BOOL, but returns FLOAT64 at [1:67]"),
        (
            "SELECT 1 FROM TABLE WHERE _PARTITIONTIME >= 'January'",
            "Could not cast literal \"January\" to type TIMESTAMP at [1:64]",
        ),
        ("SELECT CAST(currency AS NUMERIC) FROM TABLE", "Invalid NUMERIC value: USD"),
        (
            "SELECT CAST(credits AS STRING) FROM TABLE",
            "Invalid cast from ARRAY<STRUCT<name STRING, amount FLOAT64, full_name STRING, id STRING, type STRING>> to STRING at [1:13]",
        ),
        (
            "SELECT FORMAT_DATE('%Y', export_time) FROM TABLE",
            "No matching signature for function FORMAT_DATE for argument types: STRING, TIMESTAMP at [1:8]",
        ),
        (
            "SELECT IFNULL(cost) FROM TABLE",
            "No matching signature for function IFNULL for argument types: FLOAT64 at [1:8]",
        ),
        ("SELECT 1 / 0 FROM TABLE", "division by zero"),
        ("SELECT (SELECT amount FROM UNNEST(credits)) FROM TABLE", "Scalar subquery produced more than one element"),
    ] {
        assert_eq!(invalid(query), message, "{query}");
    }
}

#[test]
fn what_is_neither_grouped_nor_aggregated_is_refused() {
    for (query, message) in [
        (
            "SELECT currency, SUM(cost) FROM TABLE",
            "SELECT list expression references `currency` which is neither grouped nor aggregated at [1:8]",
        ),
        (
            "SELECT currency FROM TABLE WHERE SUM(cost) > 1",
            "Aggregate function SUM not allowed in WHERE clause at [1:71]",
        ),
        (
            "SELECT service, COUNT(*) FROM TABLE GROUP BY 1",
            "Grouping by expressions of type STRUCT<id STRING, description STRING> is not allowed at [1:8]",
        ),
        ("SELECT currency FROM TABLE GROUP BY 2", "GROUP BY is out of SELECT column number range: 2 at [1:74]"),
        (
            "SELECT SUM(SUM(cost)) FROM TABLE",
            "Aggregate function SUM not allowed in the argument of an aggregate function at [1:12]",
        ),
        (
            "SELECT currency, currency FROM TABLE",
            "Duplicate column names in the result are not supported. Found duplicate(s): currency",
        ),
    ] {
        assert_eq!(invalid(query), message, "{query}");
    }
}

#[test]
fn what_the_sandbox_does_not_know_is_named() {
    for (query, what) in [
        ("WITH x AS (SELECT 1) SELECT * FROM x", "WITH"),
        ("SELECT DISTINCT currency FROM TABLE", "SELECT DISTINCT"),
        ("SELECT currency FROM TABLE UNION ALL SELECT currency FROM TABLE", "UNION"),
        ("SELECT AVG(cost) FROM TABLE", "the function AVG"),
        ("SELECT SUM(cost) OVER () FROM TABLE", "the call `SUM(cost) OVER ()`"),
        ("SELECT 1 FROM (SELECT 1)", "`(SELECT 1)` as the first item of FROM: it must be a table"),
        ("SELECT 1 FROM TABLE a JOIN TABLE b ON a.cost = b.cost", "conditions of joins"),
        ("SELECT 1", "a query without FROM"),
        ("DELETE FROM TABLE WHERE TRUE", "statements other than SELECT"),
        ("SELECT 1 FROM TABLE; SELECT 2 FROM TABLE", "more than one statement"),
        ("SELECT currency, SUM(cost) FROM TABLE GROUP BY ROLLUP(currency)", "the expression `ROLLUP (currency)`"),
        ("SELECT CAST(cost AS BIGNUMERIC) FROM TABLE", "the type BIGNUMERIC"),
    ] {
        assert_eq!(invalid(query), format!("Unsupported by the sandbox's BigQuery: {what}"), "{query}");
    }
    assert!(invalid("SELECT FROM FROM TABLE").starts_with("Syntax error: "));
    assert!(invalid("").starts_with("Syntax error: "));
}

#[test]
fn tables_that_are_not_there_are_not_found() {
    let missing = |query: &str| outcome(query).expect_err("no table");
    let not_found = |what: &str| QueryError::NotFound(what.to_owned());
    assert_eq!(
        missing("SELECT 1 FROM `acme.billing.other`"),
        not_found("Table acme:billing.other was not found in location EU")
    );
    assert_eq!(
        missing("SELECT 1 FROM `acme.bills.other`"),
        not_found("Dataset acme:bills was not found in location EU")
    );
    assert_eq!(invalid("SELECT 1 FROM `acme.billing.x_*`"), "acme:billing.x_* does not match any table.");
    assert_eq!(
        invalid("SELECT 1 FROM `other`"),
        "Table \"other\" must be qualified with a dataset (e.g. dataset.table)."
    );
}
