//! Queries over a few rows, small enough to add up by hand.

mod refusals;

use model::{Instant, Month};
use serde_json::json;

use super::super::dataset::{Dataset, tables};
use super::super::value::{Timestamps, Type};
use super::{Outcome, Parameters, QueryError, run};
use crate::clouds::charge::{GoogleCharge, GoogleCredit};

const TABLE: &str = "`acme.billing.gcp_billing_export_v1_01_23`";

fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).expect("a time")
}

fn charge(
    service: &str,
    month: &str,
    cost: &str,
    credits: &[&str],
    labels: &[(&str, &str)],
    export: &str,
) -> GoogleCharge {
    GoogleCharge {
        invoice_month: Month::parse(month).expect("a month"),
        cost_type: if service == "Invoice" { "tax" } else { "regular" },
        service_id: "6F81-5844-456A".to_owned(),
        service: service.to_owned(),
        sku: format!("{service} hours"),
        project: (service != "Invoice").then(|| "web".to_owned()),
        usage_start: at("2026-01-31T18:00:00Z"),
        usage_end: at("2026-01-31T24:00:00Z".replace("31T24", "31T23").as_str()),
        export_time: at(export),
        cost: cost.parse().expect("an amount"),
        currency: "USD".to_owned(),
        credits: credits
            .iter()
            .map(|amount| GoogleCredit {
                name: "Committed use".to_owned(),
                kind: "COMMITTED_USAGE_DISCOUNT",
                amount: amount.parse().expect("an amount"),
            })
            .collect(),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
    }
}

/// Two months; storage has no credits, compute has some, the last row is minutes old.
fn dataset() -> Dataset {
    let labels = [("team", "core"), ("env", "production")];
    let charges = [
        charge("Compute", "2026-01", "10.10", &["-1.05", "-2"], &labels, "2026-01-20T10:00:00Z"),
        charge("Compute", "2026-02", "0.2", &[], &labels[..1], "2026-02-01T10:00:00Z"),
        charge("Compute", "2026-02", "0.1", &["-0.01"], &[], "2026-02-02T10:00:00Z"),
        charge("Storage", "2026-01", "3.000000001", &[], &[], "2026-01-20T11:00:00Z"),
        charge("Invoice", "2026-01", "1.5", &[], &[], "2026-02-04T05:00:00Z"),
        charge("Storage", "2026-02", "7", &[], &[], "2026-02-05T11:59:00Z"),
        charge("Storage", "2026-02", "99", &[], &[], "2026-02-05T12:01:00Z"),
    ];
    Dataset {
        project: "acme".to_owned(),
        name: "billing".to_owned(),
        location: "EU".to_owned(),
        tables: tables("01-23", &charges),
        now: at("2026-02-05T12:00:00Z"),
        ballast: 0,
    }
}

fn parameters(list: &serde_json::Value) -> Parameters {
    Parameters::parse(&json!("NAMED"), list).expect("good parameters")
}

fn outcome(query: &str) -> Result<Outcome, QueryError> {
    let given = parameters(&json!([
        { "name": "from", "parameterType": { "type": "TIMESTAMP" }, "parameterValue": { "value": "2026-02-01T00:00:00Z" } },
        { "name": "day", "parameterType": { "type": "DATE" }, "parameterValue": { "value": "2026-02-01" } },
        { "name": "month", "parameterType": { "type": "STRING" }, "parameterValue": { "value": "202601" } },
        { "name": "most", "parameterType": { "type": "INT64" }, "parameterValue": { "value": "2" } },
    ]));
    run(&query.replace(" TABLE", &format!(" {TABLE}")), &given, &dataset())
}

/// The rows with bars between values and a comma between rows; `-` is null.
fn rows(query: &str) -> String {
    let outcome = outcome(query).unwrap_or_else(|error| panic!("{query}: {error:?}"));
    let value = |value: &super::Value| match &value.cell(Timestamps::Seconds)["v"] {
        serde_json::Value::Null => "-".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let row = |row: &Vec<super::Value>| row.iter().map(value).collect::<Vec<_>>().join("|");
    outcome.rows.iter().map(row).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_bill_is_grouped_by_invoice_month_and_service_with_credits_apart() {
    let bill = rows(
        "SELECT invoice.month AS month, service.description AS service, currency, SUM(CAST(cost AS NUMERIC)) AS gross,
                SUM(IFNULL((SELECT SUM(CAST(c.amount AS NUMERIC)) FROM UNNEST(credits) c), 0)) AS credits
         FROM TABLE WHERE (_PARTITIONTIME >= '2026-01-01' OR _PARTITIONTIME IS NULL) AND invoice.month >= @month
         GROUP BY 1, 2, 3 ORDER BY month, service",
    );
    assert_eq!(
        bill,
        "202601|Compute|USD|10.1|-3.05, 202601|Invoice|USD|1.5|0, 202601|Storage|USD|3.000000001|0, \
         202602|Compute|USD|0.3|-0.01, 202602|Storage|USD|7|0"
    );
}

#[test]
fn without_ifnull_groups_without_credits_have_no_net_cost() {
    let net = "SELECT service.description AS service, SUM(CAST(cost AS NUMERIC)) +
                      SUM((SELECT SUM(CAST(amount AS NUMERIC)) FROM UNNEST(credits))) AS net
               FROM TABLE GROUP BY service ORDER BY service";
    assert_eq!(rows(net), "Compute|7.34, Invoice|-, Storage|-");
}

#[test]
fn binary_sums_are_not_decimal_sums() {
    let sums = "SELECT SUM(cost), SUM(CAST(cost AS NUMERIC)), SUM(c.amount) FROM TABLE, UNNEST(credits) c";
    // 10.1 comes twice, once for each of its two credits.
    assert_eq!(rows(sums), "20.3|20.3|-3.0599999999999996");
    let outcome =
        outcome("SELECT 0.1 + 0.2 AS a, CAST(0.1 AS NUMERIC) + 0.2 AS b FROM TABLE LIMIT 1").expect("a result");
    assert_eq!(outcome.columns, [("a".to_owned(), Type::Float64), ("b".to_owned(), Type::Numeric)]);
    assert_eq!(
        rows("SELECT 0.1 + 0.2 AS a, CAST(0.1 AS NUMERIC) + 0.2 AS b FROM TABLE LIMIT 1"),
        "0.30000000000000004|0.3"
    );
}

#[test]
fn joining_labels_multiplies_rows_and_drops_those_without() {
    assert_eq!(rows("SELECT COUNT(*), SUM(CAST(cost AS NUMERIC)) FROM TABLE"), "6|21.900000001");
    assert_eq!(rows("SELECT COUNT(*), SUM(CAST(cost AS NUMERIC)) FROM TABLE CROSS JOIN UNNEST(labels)"), "3|20.4");
    assert_eq!(
        rows("SELECT COUNT(*), SUM(CAST(cost AS NUMERIC)) FROM TABLE t LEFT JOIN UNNEST(t.labels) l"),
        "7|32.000000001"
    );
    let by_label = "SELECT (SELECT value FROM UNNEST(labels) WHERE key = 'team') AS team, COUNT(1) n FROM TABLE GROUP BY team ORDER BY n";
    assert_eq!(rows(by_label), "core|2, -|4");
}

#[test]
fn a_wildcard_over_both_exports_counts_twice() {
    let wildcard = "`acme.billing.gcp_billing_export_*`";
    let sum = format!("SELECT SUM(CAST(cost AS NUMERIC)) FROM {wildcard}");
    assert_eq!(rows(&sum), "43.800000002");
    let one =
        format!("SELECT _TABLE_SUFFIX, SUM(CAST(cost AS NUMERIC)), COUNT(*) FROM {wildcard} GROUP BY 1 ORDER BY 1");
    assert_eq!(rows(&one), "resource_v1_01_23|21.900000001|11, v1_01_23|21.900000001|6");
    let named = format!("SELECT COUNT(*), COUNT(resource.name) FROM {wildcard} WHERE _TABLE_SUFFIX LIKE 'v1%'");
    assert_eq!(rows(&named), "6|0");
}

#[test]
fn rows_have_no_partition_while_they_are_in_the_streaming_buffer() {
    assert_eq!(rows("SELECT COUNT(*) FROM TABLE WHERE _PARTITIONTIME >= @from"), "3");
    assert_eq!(rows("SELECT COUNT(*) FROM TABLE WHERE _PARTITIONDATE >= @day"), "3");
    assert_eq!(rows("SELECT SUM(cost) FROM TABLE WHERE _PARTITIONTIME IS NULL"), "7.0");
    assert_eq!(rows("SELECT COUNT(*) FROM TABLE WHERE NOT _PARTITIONTIME >= @from"), "2");
    assert_eq!(rows("SELECT COUNT(*) FROM TABLE WHERE export_time >= '2026-02-01'"), "4");
}

#[test]
fn the_bytes_are_those_of_the_columns_and_partitions_that_are_read() {
    let bytes = |query: &str| outcome(query).expect("a result").bytes;
    assert_eq!(bytes("SELECT SUM(cost) FROM TABLE"), 6 * 8);
    assert_eq!(bytes("SELECT SUM(cost) FROM TABLE WHERE currency = 'EUR'"), 6 * 2 * 8);
    assert_eq!(bytes("SELECT SUM(cost) FROM TABLE WHERE _PARTITIONTIME >= @from"), 3 * 8);
    assert_eq!(bytes("SELECT COUNT(*) FROM TABLE"), 0);
}

#[test]
fn null_is_neither_true_nor_false() {
    for (condition, count) in [
        ("project.id = 'web'", 5),
        ("project.id != 'web'", 0),
        ("NOT (project.id = 'web')", 0),
        ("project.id IN ('web', NULL)", 5),
        ("project.id NOT IN ('db', NULL)", 0),
        ("project IS NULL", 1),
        ("project.id IS NOT NULL", 5),
        ("(project.id = 'web') IS NOT TRUE", 1),
        ("project.id = 'web' OR cost_type = 'tax'", 6),
        ("project.id LIKE 'w_b' AND TRUE", 5),
        ("cost BETWEEN 1 AND 4", 2),
        ("cost NOT BETWEEN 1 AND 4", 4),
        ("NULL", 0),
        ("EXISTS (SELECT 1 FROM UNNEST(credits) WHERE amount < -1.5)", 1),
        ("CASE cost_type WHEN 'tax' THEN NULL ELSE cost > 1 END", 3),
    ] {
        assert_eq!(rows(&format!("SELECT COUNT(*) FROM TABLE WHERE {condition}")), count.to_string(), "{condition}");
    }
    assert_eq!(rows("SELECT SUM(cost), COUNT(cost), MIN(cost) FROM TABLE WHERE FALSE"), "-|0|-");
    assert_eq!(rows("SELECT SUM(cost) FROM TABLE WHERE FALSE GROUP BY currency"), "");
    assert_eq!(rows("SELECT NULL + cost AS x FROM TABLE LIMIT 1"), "-");
}

#[test]
fn groups_are_named_by_ordinal_alias_column_or_expression() {
    for query in [
        "SELECT SUBMONTH, COUNT(*) FROM TABLE GROUP BY 1 ORDER BY 1",
        "SELECT SUBMONTH AS m, COUNT(*) FROM TABLE GROUP BY m ORDER BY m DESC LIMIT 9 OFFSET 0",
        "SELECT t.SUBMONTH m, COUNT(*) AS n FROM TABLE AS t GROUP BY SUBMONTH HAVING n > 0 ORDER BY n, 1",
    ] {
        let query = query.replace("SUBMONTH", "invoice.month");
        let mut sorted: Vec<String> = rows(&query).split(", ").map(str::to_owned).collect();
        sorted.sort();
        assert_eq!(sorted, ["202601|3", "202602|3"], "{query}");
    }
    let later = "SELECT FORMAT_TIMESTAMP('%Y-%m', export_time) AS month, COUNT(DISTINCT service.description) FROM TABLE
                 GROUP BY FORMAT_TIMESTAMP('%Y-%m', export_time) ORDER BY MAX(export_time) DESC";
    assert_eq!(rows(later), "2026-02|3, 2026-01|2");
    assert_eq!(rows("SELECT cost_type, COUNT(*) n FROM TABLE GROUP BY cost_type HAVING SUM(cost) > 2"), "regular|5");
    assert_eq!(rows("SELECT service.description FROM TABLE ORDER BY cost DESC LIMIT @most"), "Compute, Storage");
    assert_eq!(rows("SELECT project.id FROM TABLE ORDER BY 1 LIMIT 1"), "-");
    assert_eq!(rows("SELECT project.id FROM TABLE ORDER BY 1 DESC LIMIT 1 OFFSET 5"), "-");
}

#[test]
fn types_are_converted_as_in_bigquery() {
    for (expression, value) in [
        ("CAST(2.675 AS NUMERIC)", "2.675"),
        ("CAST(cost AS STRING)", "10.1"),
        ("CAST(1.5 AS INT64)", "2"),
        ("CAST('12.50' AS FLOAT64)", "12.5"),
        ("1 / 4", "0.25"),
        ("CAST(1 AS NUMERIC) / 3", "0.333333333"),
        ("2 * 3 - -1", "7"),
        ("CAST(export_time AS STRING)", "2026-01-20 10:00:00+00"),
        ("DATE(export_time)", "2026-01-20"),
        ("export_time", "1.7689032E9"),
        ("TIMESTAMP('2026-01-20 10:00:00 UTC') = export_time", "true"),
        ("PARSE_DATE('%Y%m', invoice.month) = DATE '2026-01-01'", "true"),
        ("FORMAT_DATE('%Y%m', @day)", "202602"),
        ("COALESCE(NULL, project.name, 'none')", "web"),
        ("IF(cost > 1, ROUND(cost), 0)", "10.0"),
        ("NULLIF(currency, 'USD')", "-"),
        ("CONCAT(currency, '-', UPPER(project.id)) || LOWER('X')", "USD-WEBx"),
        ("STARTS_WITH(sku.description, 'Comp')", "true"),
        ("ABS(-cost)", "10.1"),
        ("invoice", r#"{"f":[{"v":"202601"},{"v":"GOOGLE"}]}"#),
        ("CURRENT_DATE()", "2026-02-05"),
        ("@MONTH", "202601"),
    ] {
        let query = format!("SELECT {expression} AS x FROM TABLE ORDER BY cost DESC LIMIT 1");
        assert_eq!(rows(&query), value, "{expression}");
    }
}

#[test]
fn a_star_stands_for_all_columns_of_the_table() {
    let outcome = outcome("SELECT * FROM TABLE").expect("a result");
    let names: Vec<&str> = outcome.columns.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..4], ["billing_account_id", "service", "sku", "usage_start_time"]);
    assert!(names.contains(&"credits") && !names.contains(&"_PARTITIONTIME") && !names.contains(&"resource"));
    assert_eq!(outcome.rows.len(), 6);
}

#[test]
fn the_price_list_has_one_row_for_each_sku() {
    assert_eq!(rows("SELECT COUNT(*), COUNT(DISTINCT sku.id) FROM `billing.cloud_pricing_export`"), "3|3");
}
