//! The list of a workflow's runs.

use std::collections::HashMap;

use model::Instant;
use model::kinds::RunConclusion;
use serde_json::{Value as Json, json};

use crate::present::WORKFLOWS;
use crate::server::answer::State;
use crate::server::fault::Fault;
use crate::server::graphql::{breaks, forbidden, says_how_long};
use crate::server::prepared::Prepared;
use crate::server::reply::{Reply, whole_reply};
use crate::view::WorkflowRun;

/// Runs that the list shows of one question with a filter.
const MOST_SHOWN: usize = 1_000;
/// Runs to a page, at most.
const LARGEST_PAGE: usize = 100;
/// Runs to a page where nothing is said.
const USUAL_PAGE: usize = 30;

/// Answers for `[owner, repository, file]` of a workflow: the newest runs first.
pub(super) fn list(state: &State, prepared: &Prepared, [owner, name, file]: [&str; 3], query: &str) -> Reply {
    let now = prepared.view.now;
    let is_refusal = |fault: &Fault| whole_reply(fault, owner, now).is_some_and(|reply| reply.status >= 400);
    if let Some(fault) = state.next_fault(is_refusal)
        && let Some(reply) = whole_reply(&fault, owner, now)
    {
        if says_how_long(fault.kind) {
            state.ask_to_wait(fault.amount);
        }
        return reply;
    }
    let repository = prepared.find_repository(name).filter(|place| {
        let organisation = prepared.view.repositories[*place].owner.as_deref().unwrap_or(&prepared.view.org);
        organisation.eq_ignore_ascii_case(owner)
    });
    let Some(repository) = repository else { return Reply::message(404, "Not Found") };
    if forbidden(state, prepared).contains(&repository) {
        return Reply::message(403, "Resource not accessible by personal access token");
    }
    let of_workflow = |run: &&WorkflowRun| run.repository == repository && run.workflow == file;
    let mut runs: Vec<&WorkflowRun> = prepared.view.workflow_runs.iter().filter(of_workflow).collect();
    if !WORKFLOWS.contains(&file) {
        return Reply::message(404, "Not Found");
    }
    let asked: HashMap<String, String> = url_pairs(query);
    let Some((from, to)) = span(asked.get("created").map(String::as_str)) else {
        return Reply::message(422, "Validation Failed");
    };
    runs.retain(|run| from <= run.created_at && run.created_at <= to);
    runs.sort_by_key(|run| std::cmp::Reverse((run.created_at, run.id)));
    let number = |key: &str, usual: usize| asked.get(key).and_then(|text| text.parse().ok()).unwrap_or(usual).max(1);
    let (size, page) = (number("per_page", USUAL_PAGE).min(LARGEST_PAGE), number("page", 1));
    let shown = if asked.contains_key("created") { runs.len().min(MOST_SHOWN) } else { runs.len() };
    let rows = runs.iter().take(shown).skip((page - 1) * size).take(size);
    let rows: Vec<Json> = rows.map(|run| written(prepared, run)).collect();
    let mut reply = Reply::json(200, &json!({ "total_count": runs.len(), "workflow_runs": rows }));
    if page * size < shown {
        let next = format!("repos/{owner}/{name}/actions/workflows/{file}/runs?page={}", page + 1);
        reply = reply.with("link", format!("<https://api.github.com/{next}>; rel=\"next\""));
    }
    if let Some(fault) = state.next_fault(|fault| breaks(fault).is_some()) {
        reply.breaks = breaks(&fault);
    }
    reply
}

/// A run as the API writes it, what importers do not read left out.
fn written(prepared: &Prepared, run: &WorkflowRun) -> Json {
    let repository = &prepared.view.repositories[run.repository];
    let owner = repository.owner.as_deref().unwrap_or(&prepared.view.org);
    let conclusion = (run.conclusion != RunConclusion::None).then(|| run.conclusion.name());
    json!({
        "id": run.id,
        "name": run.workflow.trim_end_matches(".yml"),
        "path": format!(".github/workflows/{}", run.workflow),
        "head_branch": run.branch,
        "head_sha": run.sha,
        "head_repository": { "node_id": repository.id, "full_name": format!("{owner}/{}", repository.name) },
        "run_number": run.number,
        "run_attempt": run.attempt,
        "event": run.event,
        "status": run.status.name(),
        "conclusion": conclusion,
        "created_at": run.created_at.to_rfc3339_seconds(),
        "updated_at": run.updated_at.to_rfc3339_seconds(),
        "run_started_at": run.started_at.to_rfc3339_seconds(),
        "html_url": format!("https://github.com/{owner}/{}/actions/runs/{}", repository.name, run.id),
    })
}

fn url_pairs(query: &str) -> HashMap<String, String> {
    let decoded = |text: &str| text.replace("%3A", ":").replace("%3a", ":");
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), decoded(value))).collect()
}

/// Both ends of `2026-01-01T00:00:00Z..2026-02-01T00:00:00Z`, all time where nothing is asked.
fn span(created: Option<&str>) -> Option<(Instant, Instant)> {
    let Some(created) = created else {
        return Some((Instant::from_micros(i64::MIN), Instant::from_micros(i64::MAX)));
    };
    let (from, to) = created.split_once("..")?;
    Some((Instant::parse_date_or_rfc3339(from)?, Instant::parse_date_or_rfc3339(to)?))
}
