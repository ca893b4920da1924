//! Description of the server and its data: `meta` and the catalogue of metrics.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use metrics_core::catalogue::{Direction, metrics};
use metrics_core::cloud::{billed_months, provider_names};
use metrics_core::coverage::{self, Source};
use model::columns::Raw;
use model::rules::Step;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::hash::digest;
use crate::problem::Problem;
use crate::query::{Query, pairs};
use crate::routing::Routes;
use crate::shared::Shared;
use crate::snapshot::Snapshot;

/// `meta` and `metrics`, below `/api/v1/`.
pub(crate) fn add(routes: &mut Routes, shared: &Arc<Shared>) {
    let (for_meta, for_metrics) = (Arc::clone(shared), Arc::clone(shared));
    let meta = move |uri: Uri, headers: HeaderMap| {
        let shared = Arc::clone(&for_meta);
        async move { meta(&shared, &headers, uri.query().unwrap_or_default()).await }
    };
    let metrics = move |uri: Uri, headers: HeaderMap| {
        let shared = Arc::clone(&for_metrics);
        async move { catalogue(&shared, &headers, uri.query().unwrap_or_default()).await }
    };
    routes.get("/api/v1/meta", meta);
    routes.get("/api/v1/metrics", metrics);
}

async fn meta(shared: &Arc<Shared>, headers: &HeaderMap, query: &str) -> Result<Response, Problem> {
    let snapshot = shared.snapshot()?;
    only(query, &["rules"])?;
    let query = Query::read(query, &[], snapshot.rules.usual)?;
    snapshot.sources(query.set)?;
    let reload_error = shared.reload_error();
    let build = shared.settings.build.clone();
    let key = format!("meta|{}|{}", query.key(), digest(&[reload_error.as_deref().unwrap_or_default()]));
    let owner = Arc::clone(&snapshot);
    let make = || async move {
        let body = about(&owner, &query, reload_error.as_deref(), &build)?;
        Ok(Arc::new(Answer::new("application/json", body.to_string().into_bytes())))
    };
    shared.answer(&snapshot, headers, key, make).await
}

async fn catalogue(shared: &Arc<Shared>, headers: &HeaderMap, query: &str) -> Result<Response, Problem> {
    let snapshot = shared.snapshot()?;
    only(query, &[])?;
    let make = || async {
        let body = json!({ "data": metrics().iter().map(metric).collect::<Vec<_>>() });
        Ok(Arc::new(Answer::new("application/json", body.to_string().into_bytes())))
    };
    shared.answer(&snapshot, headers, "metrics".to_owned(), make).await
}

/// An error for parameters that this route does not have.
pub(crate) fn only(query: &str, valid: &[&str]) -> Result<(), Problem> {
    let unknown = pairs(query)?.into_iter().find(|(name, _)| !valid.contains(&name.as_str()));
    unknown.map_or(Ok(()), |(name, _)| Err(crate::query::unknown_parameter(&name, valid)))
}

fn metric(metric: &metrics_core::catalogue::Metric) -> Value {
    let good_direction = match metric.good_direction {
        Direction::Up => Some("up"),
        Direction::Down => Some("down"),
        Direction::None => None,
    };
    json!({
        "name": metric.name,
        "title": metric.title,
        "unit": metric.unit,
        "definition": metric.definition,
        "formula": metric.formula,
        "left_out": metric.left_out,
        "good_direction": good_direction,
        "table": metric.table,
        "column": metric.column,
        "docs": metric.docs,
    })
}

fn about(snapshot: &Snapshot, query: &Query, reload_error: Option<&str>, build: &str) -> Result<Value, Problem> {
    let (raw, rules) = snapshot.sources(query.set)?;
    let known = snapshot.known(query.set);
    let projects: Vec<Value> = known.boards.iter().map(|board| json!({ "id": board.id, "name": board.name })).collect();
    let billed = billed_months(raw, rules);
    Ok(json!({
        "build": build,
        "rules": query.set.name(),
        "rule_overrides": rules.overrides().collect::<BTreeMap<_, _>>(),
        "usual_rules": snapshot.rules.usual.name(),
        "timezone": rules.timezone.name(),
        "snapshot": snapshot.data.version,
        "loaded_at": snapshot.data.loaded_at.to_rfc3339_seconds(),
        "reload_error": reload_error,
        "as_of": raw.as_of.map(model::Instant::to_rfc3339_seconds),
        "cloud_as_of": raw.cloud_as_of.map(model::Instant::to_rfc3339_seconds),
        "covered": {
            "from": first_opened(raw).map(model::Instant::to_rfc3339_seconds),
            "to": raw.as_of.map(model::Instant::to_rfc3339_seconds),
            "first_bill": billed.map(|(first, _)| first.to_string()),
            "last_bill": billed.map(|(_, last)| last.to_string()),
        },
        "projects": projects,
        "steps": Step::ALL.map(Step::name),
        "repositories": known.repositories,
        "services": known.services,
        "teams": known.teams,
        "types": known.types,
        "providers": provider_names(raw, rules),
        "sources": sources(raw),
    }))
}

fn first_opened(raw: &Raw) -> Option<model::Instant> {
    let first = |column: &model::columns::InstantColumn| (0..column.len()).filter_map(|row| column.get(row)).min();
    let firsts = [first(&raw.issues.created_at), first(&raw.pull_requests.created_at)];
    firsts.into_iter().flatten().min()
}

/// The last import of every source, and how far the last good one reached.
fn sources(raw: &Raw) -> Vec<Value> {
    let source = |Source { last, last_good }: Source<'_>| {
        json!({
            "scope": last.scope.name(),
            "subject": last.subject,
            "label": if last.label.is_empty() { &last.subject } else { &last.label },
            "state": last.outcome,
            "message": (!last.message.is_empty()).then_some(&last.message),
            "covered_to": last_good.and_then(|run| run.covered_to).map(model::Instant::to_rfc3339_seconds),
        })
    };
    coverage::sources(&raw.imports).into_iter().map(source).collect()
}
