//! One table as typed JSON: `data`, and `meta` that says what it rests on.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use metrics_core::Calculation;
use metrics_core::Selection;
use metrics_core::catalogue::{Filter, Period, RuleSets, TableScope, TableSpec, Written};
use metrics_core::coverage::{CI_SCOPES, Coverage, DELIVERY_SCOPES, ISSUE_SCOPES, PULL_REQUEST_SCOPES};
use model::kinds::Scope;
use model::rules::RuleSet;
use model::table::Table;
use serde_json::{Map, Value, json};

use super::has_totals;
use super::unwritten::{Held, Unwritten};
use crate::json::is_null;
use crate::periods::{self, Row};
use crate::problem::Problem;
use crate::query::{Query, parameter};
use crate::routes::{By, TABLE_ROUTES, TableRoute};
use crate::snapshot::Snapshot;

/// No answer as JSON has more rows.
const MOST_ROWS: usize = 20_000;

/// An answer as JSON, ready to be written. `table` holds the rows within the asked range; `None` where the rule set has
/// no such table. `of_days` is what it says where it was summed up for the asked days.
pub(super) fn json_of(
    snapshot: &Snapshot,
    calculation: &Calculation,
    spec: &'static TableSpec,
    held: Option<Held>,
    query: &Query,
    of_days: Option<&[String]>,
) -> Result<Unwritten, Problem> {
    let table = held.as_ref().map(Held::table);
    let (rows, labels) = match table {
        Some(table) => periods::rows(table, spec, query.from, query.to)?,
        None => (Vec::new(), Vec::new()),
    };
    check_length(rows.len(), spec)?;
    let mut meta = meta(snapshot, calculation, spec, query, spec.knows_days())?;
    if let Some(said) = of_days {
        meta.insert("finding".to_owned(), json!(joined(said)));
    }
    meta.insert("periods".to_owned(), json!(labels));
    meta.insert("reason_empty".to_owned(), json!(reason_empty(snapshot, spec, table, query)));
    meta.insert("reasons_null".to_owned(), table.map_or(json!({}), |table| reasons_null(table, spec, &rows)));
    Ok(Unwritten::json(held, spec, rows, &Value::Object(meta).to_string()))
}

/// An error for more rows than a client that reads JSON whole should be sent; it names what to ask instead.
fn check_length(rows: usize, spec: &TableSpec) -> Result<(), Problem> {
    if rows <= MOST_ROWS {
        return Ok(());
    }
    let narrower = [
        (spec.knows_days(), "a shorter period with from and to"),
        (spec.knows(Filter::Repository), "some repositories with repo"),
        (spec.knows(Filter::Project), "some boards with project"),
        (spec.knows(Filter::Team), "a team with team"),
        (spec.period == Period::Week && has_months(spec), "months with by=month"),
        (has_route_of_totals(spec), "the sums over all boards at the address with /totals behind it"),
        (has_totals(spec), "the rows over all repositories with repo=ALL"),
        (true, "the same as CSV, which has no limit"),
    ];
    let narrower: Vec<&str> = narrower.into_iter().filter_map(|(fits, what)| fits.then_some(what)).collect();
    let detail = format!(
        "these are {rows} rows, and no answer as JSON has more than {MOST_ROWS}. Ask for {}",
        narrower.join("; or ")
    );
    Err(Problem::new(StatusCode::BAD_REQUEST, detail).with("rows", rows).with("most_rows", MOST_ROWS))
}

/// Whether its address has a table by months too.
fn has_months(spec: &TableSpec) -> bool {
    let has =
        |route: &TableRoute, wanted: &dyn Fn(By, &str) -> bool| route.tables.iter().any(|(by, name)| wanted(*by, name));
    TABLE_ROUTES.iter().any(|route| has(route, &|_, name| name == spec.name) && has(route, &|by, _| by == By::Month))
}

/// Whether the sums over its boards have an address of their own.
fn has_route_of_totals(spec: &TableSpec) -> bool {
    let own = TABLE_ROUTES.iter().find(|route| route.tables.iter().any(|(_, name)| *name == spec.name));
    own.is_some_and(|own| TABLE_ROUTES.iter().any(|route| route.path.strip_prefix(own.path) == Some("/totals")))
}

/// What every answer says about itself. `cuts_days` is whether `from` and `to` change it.
pub(crate) fn meta(
    snapshot: &Snapshot,
    calculation: &Calculation,
    spec: &TableSpec,
    query: &Query,
    cuts_days: bool,
) -> Result<Map<String, Value>, Problem> {
    let (raw, rules) = snapshot.sources(query.set)?;
    let is_known = snapshot.holds(query.set, spec.scope) || query.as_of.is_some();
    let as_of = match spec.scope {
        TableScope::CloudSpending => calculation.cloud_as_of,
        TableScope::Issues | TableScope::PullRequests | TableScope::Delivery | TableScope::Ci => {
            is_known.then_some(calculation.as_of)
        }
    };
    let coverage = as_of.map(|as_of| {
        let of_scopes = |scopes: &[Scope]| Coverage::selected(raw, rules, scopes, as_of, &query.selection);
        let coverage = match spec.scope {
            TableScope::Issues => of_scopes(&ISSUE_SCOPES),
            TableScope::PullRequests => of_scopes(&PULL_REQUEST_SCOPES),
            TableScope::Delivery => of_scopes(&DELIVERY_SCOPES),
            TableScope::Ci => of_scopes(&CI_SCOPES),
            TableScope::CloudSpending => Coverage::of_bills(raw, rules, as_of),
        };
        let until = coverage.known_until().map(model::Instant::to_rfc3339_seconds);
        json!({ "until": until, "held_back_by": coverage.held_back_by })
    });
    // Bills are cut by their providers.
    let zone = if spec.scope == TableScope::CloudSpending { chrono_tz::Tz::UTC } else { snapshot.zone(query.set)? };
    let meta = json!({
        "as_of": as_of.map(model::Instant::to_rfc3339_seconds),
        "rules": query.set.name(),
        "rule_overrides": rules.overrides().collect::<BTreeMap<_, _>>(),
        "timezone": zone.name(),
        "filters": filters(spec, query, cuts_days),
        "coverage": coverage,
        "snapshot": snapshot.data.version,
        "finding": finding(calculation, spec),
        "notices": calculation.notices,
    });
    match meta {
        Value::Object(meta) => Ok(meta),
        _ => Err(Problem::internal()),
    }
}

fn filters(spec: &TableSpec, query: &Query, cuts_days: bool) -> Value {
    let (mut applied, mut inactive) = (Map::new(), Vec::new());
    for (filter, values) in query.filters() {
        if spec.knows(filter) {
            applied.insert(parameter(filter).to_owned(), json!(values));
        } else {
            inactive.push(parameter(filter));
        }
    }
    for (name, day) in [("from", query.from), ("to", query.to)] {
        match day {
            Some(day) if cuts_days => {
                applied.insert(name.to_owned(), json!([day.to_string()]));
            }
            Some(_) => inactive.push(name),
            None => {}
        }
    }
    json!({ "applied": applied, "inactive": inactive })
}

/// The sentences about this table.
fn finding(calculation: &Calculation, spec: &TableSpec) -> Option<String> {
    calculation.findings_by_table.get(spec.name).and_then(|said| joined(said))
}

fn joined(said: &[String]) -> Option<String> {
    (!said.is_empty()).then(|| said.join(" "))
}

fn reason_empty(snapshot: &Snapshot, spec: &TableSpec, table: Option<&Table>, query: &Query) -> Option<String> {
    if table.is_some_and(|table| table.height() > 0) {
        return None;
    }
    if spec.rules == RuleSets::FlowOnly && query.set == RuleSet::CtoStats {
        return Some("rule set cto-stats has no such table: ask with rules=flow".to_owned());
    }
    if !snapshot.holds(query.set, spec.scope) {
        let what = match spec.scope {
            TableScope::Issues => "no issues are imported yet: run cto-import",
            TableScope::PullRequests => "no pull requests are imported yet: run cto-import",
            TableScope::Delivery => "no deployments or releases are imported yet: run cto-import --delivery",
            TableScope::Ci => "no runs of workflows are imported yet: run cto-import --ci",
            TableScope::CloudSpending => "no bills are imported yet: run cto-import --cloudspending",
        };
        return Some(what.to_owned());
    }
    Some(match spec.written {
        Written::WithPeople if table.is_none() => "tables about people are off: reporting.people".to_owned(),
        Written::WithTeams if table.is_none() => "no teams are configured: teams".to_owned(),
        _ if spec.name == "cloud_spending_compared" => {
            "no comparison is configured, or none of its services is billed: cloudspending.compared_service".to_owned()
        }
        _ if spec.name == "pr_cycle_dist" => {
            "no pull request that passes the filters was merged in this range of days".to_owned()
        }
        _ if query.selection != Selection::default() => "nothing passes the filters".to_owned(),
        _ if query.from.is_some() || query.to.is_some() => "there is nothing in this range of days".to_owned(),
        _ => "there is nothing to show as of this instant".to_owned(),
    })
}

/// By column with a null, what the null means.
fn reasons_null(table: &Table, spec: &TableSpec, rows: &[Row]) -> Value {
    let mut reasons = Map::new();
    for column in &table.columns {
        let has_null = rows.iter().any(|row| matches!(row, Row::Present(row) if is_null(&column.cells, *row)));
        if has_null {
            reasons.insert(column.name.to_owned(), json!(spec.column(column.name).map_or("", |known| known.doc)));
        }
    }
    if rows.iter().any(|row| matches!(row, Row::Missing { .. })) {
        reasons.insert("*".to_owned(), json!("a row of nulls is a period of which nothing is known"));
    }
    Value::Object(reasons)
}
