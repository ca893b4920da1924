//! Queries: what they sum up, and which are refused.

use std::collections::{BTreeMap, BTreeSet};

use model::{Amount, Month};
use serde_json::{Value as Json, json};

use super::{Azure, monthly, start};

fn cost(row: &Json) -> Amount {
    row["Cost"].as_str().expect("a number").parse().expect("an amount")
}

/// Sums by the month of `BillingMonth`.
fn by_month(rows: &[Json]) -> BTreeMap<Month, Amount> {
    let mut sums: BTreeMap<Month, Amount> = BTreeMap::new();
    for row in rows {
        let month = row["BillingMonth"].as_str().expect("text");
        assert_eq!(&month[7..], "-01T00:00:00");
        *sums.entry(Month::parse(&month[..7]).expect("a month")).or_default() += &cost(row);
    }
    sums
}

/// What the invoices of some accounts say of the months asked.
fn invoiced(azure: &Azure, accounts: &[String], amortized: bool) -> BTreeMap<Month, Amount> {
    let at = azure.bills.end();
    let invoices = if amortized { azure.bills.amortized(at) } else { azure.bills.invoices(at) };
    let mut sums: BTreeMap<Month, Amount> = BTreeMap::new();
    let first = Month::parse("2025-11").expect("a month");
    for one in invoices.iter().filter(|one| accounts.contains(&one.account) && one.month >= first) {
        *sums.entry(one.month).or_default() += &one.net;
    }
    sums
}

#[tokio::test]
async fn a_year_by_service_is_what_the_invoices_say_to_the_last_digit() {
    let azure = start(|_| ()).await;
    let rows = azure.all(&azure.scope(0), &monthly("2025-11-01", "2026-10-31")).await;
    assert_eq!(by_month(&rows), invoiced(&azure, &azure.bills.subscriptions()[..1], false));
    assert!(rows.len() > 100 && rows.iter().all(|row| row["Currency"] == "EUR"));
    assert!(rows.iter().any(|row| row["ServiceName"] == "Azure Database for PostgreSQL"));
}

#[tokio::test]
async fn amortized_cost_spreads_commitments() {
    let azure = start(|_| ()).await;
    let mut body = monthly("2025-11-01", "2026-10-31");
    body["type"] = "AmortizedCost".into();
    let rows = azure.all(&azure.scope(0), &body).await;
    let sums = by_month(&rows);
    assert_eq!(sums, invoiced(&azure, &azure.bills.subscriptions()[..1], true));
    assert_ne!(sums, invoiced(&azure, &azure.bills.subscriptions()[..1], false));
}

#[tokio::test]
async fn a_management_group_and_a_billing_account_are_the_sum_of_their_subscriptions() {
    let azure = start(|_| ()).await;
    let both = invoiced(&azure, azure.bills.subscriptions(), false);
    let group = format!("providers/Microsoft.Management/managementGroups/{}", azure.bills.management_group());
    let account = format!("providers/Microsoft.Billing/billingAccounts/{}", azure.bills.azure_billing_account());
    for scope in [group, account] {
        azure.pass(10);
        let mut body = monthly("2025-11-01", "2026-10-31");
        let by_subscription = json!({ "type": "Dimension", "name": "SubscriptionId" });
        body["dataset"]["grouping"].as_array_mut().expect("a list").push(by_subscription);
        let rows = azure.all(&scope, &body).await;
        let ids: BTreeSet<&str> = rows.iter().map(|row| row["SubscriptionId"].as_str().expect("text")).collect();
        assert_eq!(ids.len(), 2);
        // Some seconds later nothing new is known.
        assert_eq!(by_month(&rows), both);
    }
}

#[tokio::test]
async fn what_is_known_later_is_not_shown_yet() {
    let azure = start(|_| ()).await;
    let body = monthly("2026-10-01", "2026-10-31");
    let sum = |rows: &[Json]| -> Amount { rows.iter().map(cost).collect::<Vec<_>>().iter().sum() };
    let before = sum(&azure.all(&azure.scope(0), &body).await);
    azure.pass(86_400);
    let after = sum(&azure.all(&azure.scope(0), &body).await);
    assert!(after > before, "{before} {after}");
}

#[tokio::test]
async fn days_are_numbers_and_months_are_texts() {
    let azure = start(|_| ()).await;
    let mut body = monthly("2026-02-01", "2026-02-28");
    body["dataset"]["granularity"] = "Daily".into();
    body["dataset"]["grouping"] = json!([]);
    let reply = azure.query(&azure.scope(0), &body).await;
    let columns = reply.json()["properties"]["columns"].clone();
    assert!(columns.as_array().expect("a list").contains(&json!({ "name": "UsageDate", "type": "Number" })));
    let rows = super::objects(&reply);
    assert_eq!((rows.len(), &rows[0]["UsageDate"]), (28, &"20260201".into()));
    let daily: Amount = rows.iter().map(cost).collect::<Vec<_>>().iter().sum();
    body["dataset"]["granularity"] = "None".into();
    let whole = azure.all(&azure.scope(0), &body).await;
    assert_eq!((whole.len(), cost(&whole[0])), (1, daily));
}

#[tokio::test]
async fn columns_come_in_another_order_with_another_question() {
    let azure = start(|_| ()).await;
    let mut orders = BTreeSet::new();
    for (from, to) in [("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-04-30")] {
        let reply = azure.query(&azure.scope(0), &monthly(from, to)).await;
        let mut names: Vec<Json> = reply.json()["properties"]["columns"].as_array().expect("a list").clone();
        orders.insert(names.iter().map(Json::to_string).collect::<String>());
        names.sort_by_key(Json::to_string);
        assert_eq!(names.len(), 4);
    }
    assert!(orders.len() > 1);
}

#[tokio::test]
async fn tiny_costs_keep_their_digits() {
    let azure = start(|_| ()).await;
    let reply = azure.query(&azure.scope(0), &monthly("2025-09-01", "2025-09-30")).await;
    assert!(reply.text.contains("e-"), "no exponent: {}", reply.text);
    let tiny = super::objects(&reply).into_iter().find(|row| row["ServiceName"] == "Functions").expect("tiny use");
    let known: Amount = azure
        .bills
        .azure_charges()
        .iter()
        .filter(|one| one.service == "Functions" && one.subscription == azure.bills.subscriptions()[0])
        .filter(|one| one.day.to_string().starts_with("2025-09"))
        .map(|one| &one.cost)
        .sum();
    assert_eq!(cost(&tiny), known);
}

#[tokio::test]
async fn pages_are_asked_for_by_post_with_the_same_body() {
    let azure = start(|config| config.page_rows = 7).await;
    let body = monthly("2026-01-01", "2026-03-31");
    let first = azure.query(&azure.scope(0), &body).await;
    assert_eq!(super::objects(&first).len(), 7);
    let link = first.next_link().expect("another page");
    assert_eq!(azure.get(&link).await.status, 405);
    let reply = azure.post(&link, &monthly("2026-01-01", "2026-02-28")).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "BadRequest"));
    let second = azure.post(&link, &body).await;
    assert_eq!(super::objects(&second).len(), 7);
    assert_ne!(super::objects(&first), super::objects(&second));
    assert_eq!(second.header("x-ms-ratelimit-microsoft.costmanagement-qpu-consumed"), Some("0"));
    let counters = azure.server.counters();
    assert_eq!((counters.of("azure-query"), counters.of("azure-page"), counters.units, counters.refused), (1, 3, 3, 2));
    assert_eq!(counters.client_types.get("test"), Some(&2));
}

#[tokio::test]
async fn months_without_charges_are_answered_with_204() {
    let azure = start(|_| ()).await;
    let reply = azure.query(&azure.scope(0), &monthly("2020-01-01", "2020-12-31")).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    assert_eq!(reply.header("x-ms-ratelimit-microsoft.costmanagement-qpu-consumed"), Some("12"));
}

#[tokio::test]
async fn a_resource_group_is_a_part_of_its_subscription() {
    let azure = start(|_| ()).await;
    let scope = format!("{}/resourceGroups/rg-storage", azure.scope(0));
    let rows = azure.all(&scope, &monthly("2026-01-01", "2026-01-31")).await;
    assert_eq!((rows.len(), &rows[0]["ServiceName"]), (1, &"Storage".into()));
}

#[tokio::test]
async fn wrong_queries_are_refused_and_cost_nothing() {
    let azure = start(|_| ()).await;
    let good = monthly("2026-01-01", "2026-12-31");
    let group = |name: &str| json!({ "type": "Dimension", "name": name });
    let changed = |pointer: &str, value: Json| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).expect("there") = value;
        body
    };
    for (body, says) in [
        (monthly("2026-01-01", "2027-01-01"), "12 months"),
        (changed("/dataset/granularity", "Daily".into()), "31 days"),
        (changed("/dataset/granularity", "Yearly".into()), "Yearly"),
        (
            changed("/dataset/grouping", json!([group("ServiceName"), group("ChargeType"), group("ResourceGroup")])),
            "At most 2",
        ),
        (changed("/dataset/grouping/0/name", "Colour".into()), "Colour"),
        (changed("/dataset/aggregation/totalCost/name", "Price".into()), "Price"),
        (changed("/dataset/aggregation", json!({})), "one or two aggregations"),
        (changed("/timeframe", "Forever".into()), "Forever"),
        (changed("/timePeriod/from", "yesterday".into()), "yesterday"),
        (monthly("2026-02-01", "2026-01-01"), "ends before it begins"),
        (changed("/type", "Imaginary".into()), "Imaginary"),
    ] {
        let reply = azure.query(&azure.scope(0), &body).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "BadRequest"), "{says}");
        assert!(reply.text.contains(says), "{says}: {}", reply.text);
    }
    assert_eq!(azure.server.counters().units, 0);
}

#[tokio::test]
async fn versions_and_scopes_that_do_not_exist_are_named() {
    let azure = start(|_| ()).await;
    let body = monthly("2026-01-01", "2026-01-31");
    let address = azure.address(&azure.scope(0));
    let reply = azure.post(address.split('?').next().expect("a path"), &body).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "MissingApiVersionParameter"));
    let reply = azure.post(&address.replace("2023-03-01", "1999-01-01"), &body).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "InvalidApiVersionParameter"));
    assert_eq!(azure.post(&address.replace("2023-03-01", "2026-06-01"), &body).await.status, 200);
    let reply = azure.query("subscriptions/99999999-0000-4000-8000-000000000000", &body).await;
    assert_eq!((reply.status, reply.code().as_str()), (404, "SubscriptionNotFound"));
    let reply = azure.query("providers/Microsoft.Management/managementGroups/nobody", &body).await;
    assert_eq!((reply.status, reply.code().as_str()), (404, "NotFound"));
    let plain = azure.client.post(&address).bearer_auth(&azure.token).body(body.to_string());
    assert_eq!(super::send(plain).await.status, 415);
}
