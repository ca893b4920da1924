//! Routes and permissions.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, Response, Uri};
use axum::routing::{any, post};
use serde_json::{Value as Json, json};

use super::super::fault::CloudFaultKind;
use super::super::state::CloudState;
use super::failure::Failure;
use super::job::schema;
use super::request::{Asked, QueryRequest};
use super::{dataset, sql, tables, token};
use crate::server::reply::{Break, Reply};
use crate::server::wire::Fuse;

/// Bytes that are billed for each table at least, 10 MB.
const LEAST_BILLED: u64 = 10 << 20;
/// Bytes that are billed are whole megabytes.
const BILLED_UNIT: u64 = 1 << 20;

/// Google's routes: the token endpoint, and BigQuery below `/bigquery/v2`.
pub(crate) fn router() -> Router<Arc<CloudState>> {
    Router::new().route("/token", post(answer_token)).route("/bigquery/v2/projects/{*path}", any(answer_bigquery))
}

async fn answer_token(
    State(state): State<Arc<CloudState>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let reply = token::answer(&state, &body, &format!("http://{host}/token"));
    state.send(&fuse, reply)
}

async fn answer_bigquery(
    State(state): State<Arc<CloudState>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    use CloudFaultKind::{Google503, GoogleRateLimit, GoogleTruncatedBody};
    let whole = [GoogleRateLimit, Google503, GoogleTruncatedBody];
    let fault = state.next_fault(|fault| whole.contains(&fault.kind)).map(|fault| fault.kind);
    let mut reply = match fault {
        Some(GoogleRateLimit) => Err(rate_limited()),
        Some(Google503) => Err(unavailable()),
        _ => answer(&state, &method, &uri, &headers, &body),
    }
    .map_or_else(
        |failure| {
            count(&state, &failure);
            failure.reply()
        },
        |body| Reply::json(200, &body),
    );
    if fault == Some(GoogleTruncatedBody) {
        reply.breaks = Some(Break::Truncate);
    }
    state.send(&fuse, reply)
}

fn rate_limited() -> Failure {
    const MESSAGE: &str = "Exceeded rate limits: too many concurrent queries for this project_and_region. For more \
                           information, see https://cloud.google.com/bigquery/docs/troubleshoot-quotas";
    Failure::new(403, "rateLimitExceeded", MESSAGE)
}

fn unavailable() -> Failure {
    Failure::new(503, "backendError", "Error encountered during execution. Retrying may solve the problem.")
}

fn count(state: &CloudState, failure: &Failure) {
    state.count(|counters| match failure.code {
        400 => counters.refused += 1,
        401 => counters.unauthorized += 1,
        _ => {}
    });
}

fn answer(state: &CloudState, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Json, Failure> {
    let token = headers.get("authorization").and_then(|value| value.to_str().ok());
    let bearer = token.and_then(|value| value.strip_prefix("Bearer "));
    if !bearer.is_some_and(|token| state.google.knows_token(token)) {
        state.count_call("google-unauthorized");
        return Err(Failure::unauthorized(token.is_some()));
    }
    let path = uri.path().trim_start_matches("/bigquery/v2/projects/");
    let parts: Vec<&str> = path.split('/').collect();
    let asked = Asked::from_address(uri.query().unwrap_or_default())?;
    match (method.as_str(), parts.as_slice()) {
        ("POST", [project, "queries"]) => {
            state.count_call("google-query");
            query(state, project, body)
        }
        ("GET", [project, "queries", job]) => {
            state.count_call("google-page");
            check_project(state, project)?;
            state.google.jobs.results(project, job, &asked)
        }
        ("GET", [project, "datasets", name, "tables"]) => {
            state.count_call("google-tables");
            list_tables(state, project, name, &asked)
        }
        ("GET", [project, "datasets", name, "tables", table]) => {
            state.count_call("google-table");
            get_table(state, project, name, table)
        }
        _ => {
            state.count_call("google-unknown");
            Err(Failure::new(404, "notFound", format!("Not found: {method} {}", uri.path())))
        }
    }
}

/// Another project's data is denied, whether it exists or not.
fn check_project(state: &CloudState, project: &str) -> Result<(), Failure> {
    if project == state.google.bills.google_project() {
        return Ok(());
    }
    Err(no_job_user(project))
}

fn no_job_user(project: &str) -> Failure {
    Failure::access_denied(format!(
        "Access Denied: Project {project}: User does not have bigquery.jobs.create permission in project {project}."
    ))
}

fn list_tables(state: &CloudState, project: &str, name: &str, asked: &Asked) -> Result<Json, Failure> {
    let dataset = visible_dataset(state, project, name, &format!("Dataset {project}:{name}"), "bigquery.tables.list")?;
    tables::list(&dataset, asked)
}

fn get_table(state: &CloudState, project: &str, name: &str, table: &str) -> Result<Json, Failure> {
    let what = format!("Table {project}:{name}.{table}");
    let dataset = visible_dataset(state, project, name, &what, "bigquery.tables.get")?;
    tables::get(&dataset, table)
}

/// The dataset, if it exists and may be read.
fn visible_dataset(
    state: &CloudState,
    project: &str,
    name: &str,
    what: &str,
    permission: &str,
) -> Result<dataset::Dataset, Failure> {
    let dataset = super::dataset(state);
    if project != dataset.project || state.occurs(CloudFaultKind::GoogleNoDataViewer) {
        let object = what.split(' ').next().unwrap_or("Table").to_ascii_lowercase();
        let id = what.split(' ').nth(1).unwrap_or_default();
        return Err(Failure::access_denied(format!(
            "Access Denied: {what}: Permission {permission} denied on {object} {id} (or it may not exist)."
        )));
    }
    if name != dataset.name {
        return Err(Failure::not_found(&format!("Dataset {project}:{name}")));
    }
    Ok(dataset)
}

/// `jobs.query`.
fn query(state: &CloudState, project: &str, body: &[u8]) -> Result<Json, Failure> {
    if state.occurs(CloudFaultKind::GoogleNoJobUser) {
        return Err(no_job_user(project));
    }
    check_project(state, project)?;
    let request = QueryRequest::parse(body)?;
    let dataset = super::dataset(state);
    if let Some(location) =
        request.asked.location.as_ref().filter(|place| !place.eq_ignore_ascii_case(&dataset.location))
    {
        let place = format!("Dataset {project}:{} was not found in location {location}", dataset.name);
        return Err(Failure::not_found(&place));
    }
    if state.occurs(CloudFaultKind::GoogleNoDataViewer) {
        let table = request.query.split('`').nth(1).unwrap_or_default().replacen('.', ":", 1);
        return Err(Failure::access_denied(format!(
            "Access Denied: Table {table}: User does not have permission to query table {table}, or perhaps it does not \
             exist."
        )));
    }
    let outcome = sql::run(&request.query, &request.parameters, &dataset)?;
    check_bytes(&outcome, request.maximum_bytes_billed)?;
    if request.dry_run {
        return Ok(json!({
            "kind": "bigquery#queryResponse",
            "schema": schema(&outcome),
            "jobReference": { "projectId": project, "location": dataset.location },
            "totalBytesProcessed": outcome.bytes.to_string(),
            "jobComplete": true,
            "cacheHit": false,
        }));
    }
    let slow = state.next_fault(|fault| fault.kind == CloudFaultKind::GoogleJobSlow);
    let polls = slow.as_ref().map_or(0, |fault| fault.amount);
    let job = state.google.jobs.add(state.next_request(), project, &dataset.location, outcome, polls);
    if slow.is_some() || request.asked.at_once {
        return Ok(job.incomplete("bigquery#queryResponse"));
    }
    job.page("bigquery#queryResponse", &request.asked)
}

fn check_bytes(outcome: &sql::Outcome, most: Option<u64>) -> Result<(), Failure> {
    let billed = outcome.bytes.next_multiple_of(BILLED_UNIT).max(LEAST_BILLED * outcome.tables as u64);
    match most.filter(|most| *most < billed) {
        Some(most) => Err(Failure::new(
            400,
            "bytesBilledLimitExceeded",
            format!("Query exceeded limit for bytes billed: {most}. {billed} or higher required."),
        )),
        None => Ok(()),
    }
}
