//! The SQL query over the billing export, with its parameters.

use model::Month;
use serde_json::{Value, json};

use crate::session::Session;
use crate::table::Export;

/// Months before the first one asked for from which on arrivals are read.
///
/// A row is kept by the day on which it arrived. Google's months begin at midnight in Los Angeles, hours after ours,
/// and rows arrive after the use that they bill, so that no row should arrive before its month begins. Charges for a
/// coming month could be written ahead of it, though: a whole month of margin costs little, for the month itself is
/// decided by `invoice.month` alone. There is no upper bound, so that late rows are always read.
const MARGIN_MONTHS: i32 = 1;

/// The body of `jobs.query` for all invoice months from `first` on.
pub(crate) fn request(session: &Session, export: &Export, first: Month) -> Value {
    let mut parameters = vec![json!({
        "name": "first_month",
        "parameterType": {"type": "STRING"},
        "parameterValue": {"value": format!("{:04}{:02}", first.year(), first.month())},
    })];
    if export.by_arrival {
        parameters.push(json!({
            "name": "from",
            "parameterType": {"type": "TIMESTAMP"},
            "parameterValue": {"value": format!("{} 00:00:00+00:00", first.plus(-MARGIN_MONTHS).first_day())},
        }));
    }
    let mut request = json!({
        "query": text(&session.table.to_string(), export.by_arrival),
        "useLegacySql": false,
        "timeoutMs": session.querying.server_wait.as_millis() as u64,
        "maxResults": session.querying.page_size,
        "maximumBytesBilled": session.maximum_bytes_billed.to_string(),
        "parameterMode": "NAMED",
        "queryParameters": parameters,
    });
    if let Some(location) = export.location.as_ref().or(session.location.as_ref()) {
        request["location"] = location.as_str().into();
    }
    request
}

/// The text. `table` was checked: it cannot end the quoted name.
///
/// Rows that have just arrived have no partition yet. Without `IFNULL` a group would lose all its credits.
fn text(table: &str, by_arrival: bool) -> String {
    let arrival = if by_arrival { "(_PARTITIONTIME >= @from OR _PARTITIONTIME IS NULL) AND " } else { "" };
    format!(
        "SELECT invoice.month AS month, service.description AS service, cost_type, currency, \
         SUM(CAST(cost AS NUMERIC)) AS gross, \
         SUM(IFNULL((SELECT SUM(CAST(c.amount AS NUMERIC)) FROM UNNEST(credits) AS c), 0)) AS credits \
         FROM `{table}` \
         WHERE {arrival}invoice.month >= @first_month \
         GROUP BY 1, 2, 3, 4"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_summed_apart_and_months_are_bounded_by_the_invoice() {
        insta::assert_snapshot!(text("acme.billing_export.t", true), @"SELECT invoice.month AS month, service.description AS service, cost_type, currency, SUM(CAST(cost AS NUMERIC)) AS gross, SUM(IFNULL((SELECT SUM(CAST(c.amount AS NUMERIC)) FROM UNNEST(credits) AS c), 0)) AS credits FROM `acme.billing_export.t` WHERE (_PARTITIONTIME >= @from OR _PARTITIONTIME IS NULL) AND invoice.month >= @first_month GROUP BY 1, 2, 3, 4");
    }

    #[test]
    fn table_that_is_not_kept_by_arrival_is_bounded_by_the_invoice_alone() {
        let text = text("acme.billing_export.t", false);
        assert!(text.contains("WHERE invoice.month >= @first_month") && !text.contains("_PARTITIONTIME"), "{text}");
    }
}
