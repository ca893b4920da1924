//! The original tool's routes: arrays of objects of text.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::answer::Answer;
use crate::json::texts_by_key;
use crate::problem::Problem;
use crate::routes::{COMPATIBLE_ROUTES, spec};
use crate::routing::Routes;
use crate::shared::Shared;
use crate::snapshot::{Question, Snapshot};

/// All of them, below `/api/`.
pub(crate) fn add(routes: &mut Routes, shared: &Arc<Shared>) {
    for (path, table) in COMPATIBLE_ROUTES {
        let shared = Arc::clone(shared);
        let handler = move |headers: HeaderMap| {
            let shared = Arc::clone(&shared);
            async move { answer(&shared, &headers, table).await }
        };
        routes.get(format!("/api/{path}"), handler);
    }
}

async fn answer(shared: &Arc<Shared>, headers: &HeaderMap, table: &'static str) -> Result<Response, Problem> {
    let snapshot = shared.snapshot()?;
    if !is_served(&snapshot, table)? {
        return Ok(no_such_table(table));
    }
    let make = || {
        let (shared, snapshot) = (Arc::clone(shared), Arc::clone(&snapshot));
        async move { written(&shared, &snapshot, table).await }
    };
    shared.answer(&snapshot, headers, format!("compatible|{table}"), make).await
}

/// Whether the rules write this table and there is anything to write.
fn is_served(snapshot: &Snapshot, table: &str) -> Result<bool, Problem> {
    let (set, spec) = (snapshot.rules.usual, spec(table));
    let (_, rules) =
        snapshot.sources(set).map_err(|problem| Problem::new(StatusCode::SERVICE_UNAVAILABLE, problem.detail))?;
    let compares = table != "cloud_spending_compared" || !rules.cloud.comparisons.is_empty();
    Ok(compares && snapshot.holds(set, spec.scope) && spec.is_written(rules, model::columns::Scopes::ALL))
}

async fn written(shared: &Arc<Shared>, snapshot: &Arc<Snapshot>, table: &'static str) -> Result<Arc<Answer>, Problem> {
    let question = Question::whole(snapshot.rules.usual, spec(table).scope);
    let calculation = shared.calculation(snapshot, question).await?;
    let write = move || {
        let found = calculation.tables.iter().find(|found| found.name == table).ok_or_else(Problem::internal)?;
        Ok(Arc::new(Answer::new("application/json", texts_by_key(found))))
    };
    shared.work(write).await
}

fn no_such_table(table: &str) -> Response {
    let message = format!("there is no {table}: nothing was imported or configured for it");
    let body = serde_json::json!({ "error": "file not found", "message": message }).to_string();
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    (StatusCode::NOT_FOUND, headers, body).into_response()
}
