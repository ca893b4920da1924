//! The rows behind a figure: issues, pull requests, deployments, runs and jobs, a page at a time.

mod deployments;
mod figure;
mod iterations;
mod jobs;
mod page;
mod pull_requests;
mod runs;

use std::sync::Arc;

use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use metrics_core::Calculation;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::{Evidence, TABLE_ROUTES, TableRoute, spec};
use crate::routing::Routes;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::typed::{question, table_of};

pub(crate) use deployments::FIGURES;
use figure::Figure;
pub(crate) use figure::{FIGURE_STEPS, parameters};
pub(crate) use iterations::COUNTS;
pub(crate) use jobs::FIGURES as FIGURES_OF_JOBS;
pub use jobs::Jobs;
pub(crate) use page::LARGEST_PAGE;
use page::Page;
pub(crate) use pull_requests::{EVENTS, SIZES};
pub(crate) use runs::FIGURES as FIGURES_OF_RUNS;

/// All of them, below `/api/v1/`.
pub(crate) fn add(routes: &mut Routes, shared: &Arc<Shared>) {
    for route in TABLE_ROUTES.iter() {
        let Some(evidence) = route.evidence else { continue };
        let shared = Arc::clone(shared);
        let handler = move |uri: Uri, headers: HeaderMap| {
            let shared = Arc::clone(&shared);
            async move { answer(&shared, route, evidence, &headers, uri.query().unwrap_or_default()).await }
        };
        routes.get(format!("/api/v1/{}/evidence", route.path), handler);
    }
}

/// The table whose rows are the evidence.
pub(crate) fn source(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Finished | Evidence::Stock => "calculated_issue",
        Evidence::Iteration => "spillover_issue",
        Evidence::OpenPullRequests => "pr_open",
        Evidence::PullRequests(_) => "calculated_pr",
        Evidence::Deployments => "calculated_deployment",
        Evidence::Runs => "calculated_run",
        Evidence::Jobs => "calculated_job",
    }
}

/// Columns of the rows, with the names that they have in the answer.
pub(crate) fn columns(evidence: Evidence) -> &'static [(&'static str, &'static str)] {
    match evidence {
        Evidence::Finished => &[
            ("id", "id"),
            ("name", "title"),
            ("url", "url"),
            ("project_id", "project_id"),
            ("type", "type"),
            ("creationdatetime", "created_at"),
            ("leadtimestartdatetime", "lead_started_at"),
            ("cycletimestartdatetime", "cycle_started_at"),
            ("enddatetime", "ended_at"),
            ("lead_days", "lead_days"),
            ("cycle_days", "cycle_days"),
        ],
        Evidence::Stock => &[
            ("id", "id"),
            ("name", "title"),
            ("url", "url"),
            ("project_id", "project_id"),
            ("type", "type"),
            ("bug", "bug"),
            ("current_step", "step"),
            ("current_column", "column"),
            ("creationdatetime", "created_at"),
            ("cycletimestartdatetime", "cycle_started_at"),
        ],
        Evidence::OpenPullRequests => &[
            ("id", "id"),
            ("title", "title"),
            ("url", "url"),
            ("repo", "repo"),
            ("stage", "stage"),
            ("waiting_since", "waiting_since"),
            ("draft", "draft"),
        ],
        Evidence::PullRequests(_) => pull_requests::COLUMNS,
        Evidence::Deployments => deployments::COLUMNS,
        Evidence::Runs => runs::COLUMNS,
        Evidence::Jobs => jobs::COLUMNS,
        Evidence::Iteration => iterations::COLUMNS,
    }
}

/// Whether `from` and `to` change the rows.
fn cuts_days(evidence: Evidence) -> bool {
    match evidence {
        Evidence::Finished | Evidence::PullRequests(_) | Evidence::Deployments | Evidence::Runs | Evidence::Jobs => {
            true
        }
        Evidence::Stock | Evidence::Iteration | Evidence::OpenPullRequests => false,
    }
}

async fn answer(
    shared: &Arc<Shared>,
    route: &'static TableRoute,
    evidence: Evidence,
    headers: &HeaderMap,
    query: &str,
) -> Result<Response, Problem> {
    let snapshot = shared.snapshot()?;
    let mut query = Query::read(query, parameters(route, evidence), snapshot.rules.usual)?;
    table_of(route, &query)?;
    snapshot.sources(query.set)?;
    query.check_names(snapshot.known(query.set))?;
    snapshot.check_instant(query.set, query.as_of)?;
    let figure = Figure::read(evidence, &query, snapshot.zone(query.set)?)?;
    let page = Page::read(&query)?;
    let key = format!("evidence|{}|{}", route.path, query.key());
    query.selection.at = figure.at(&snapshot, &query);
    if let Some((from, to)) = figure.days() {
        (query.from, query.to) = (from, to);
    }
    let make = || {
        let (shared, snapshot) = (Arc::clone(shared), Arc::clone(&snapshot));
        async move {
            let question = question(source(evidence), &query);
            let calculation = match evidence {
                Evidence::Jobs => shared.computed(&snapshot, question, jobs::calculation).await?,
                _ => shared.calculation(&snapshot, question).await?,
            };
            shared.work(move || written(&snapshot, &calculation, evidence, &figure, &page, &query)).await
        }
    };
    shared.answer(&snapshot, headers, key, make).await
}

fn written(
    snapshot: &Snapshot,
    calculation: &Calculation,
    evidence: Evidence,
    figure: &Figure,
    page: &Page,
    query: &Query,
) -> Result<Arc<Answer>, Problem> {
    let name = source(evidence);
    let table = calculation.tables.iter().find(|found| found.name == name);
    let rows: Vec<usize> =
        table.map_or_else(Vec::new, |table| (0..table.height()).filter(|row| figure.holds(table, *row)).collect());
    let (shown, next) = page.cut(&rows);
    let mut out = b"{\"data\":[".to_vec();
    if let Some(table) = table {
        page::push_rows(&mut out, table, columns(evidence), shown);
    }
    let mut meta = crate::typed::meta(snapshot, calculation, spec(name), query, cuts_days(evidence))?;
    meta.insert("count".to_owned(), json!(rows.len()));
    meta.insert("next_cursor".to_owned(), json!(next));
    let reason = rows.is_empty().then_some("no row lies behind this figure");
    meta.insert("reason_empty".to_owned(), json!(reason));
    out.extend_from_slice(b"],\"meta\":");
    out.extend_from_slice(Value::Object(meta).to_string().as_bytes());
    out.push(b'}');
    Ok(Arc::new(Answer::new("application/json", out)))
}
