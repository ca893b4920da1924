//! The list of a workflow's runs.

use model::kinds::RunConclusion;
use serde_json::{Value as Json, json};

use super::actions::{self, Asked, MOST_SHOWN, has_workflow, span};
use crate::present::WORKFLOWS;
use crate::server::prepared::Prepared;
use crate::server::reply::Reply;
use crate::view::WorkflowRun;

/// Answers for the file of a workflow: the newest runs first. Of those that deploy the list has all, however old.
pub(super) fn list(asked: &Asked<'_>, file: &str) -> Reply {
    if !WORKFLOWS.contains(&file) {
        return if has_workflow(asked, file) {
            actions::list(asked, Some(file))
        } else {
            Reply::message(404, "Not Found")
        };
    }
    let of_workflow = |run: &&WorkflowRun| run.repository == asked.repository && run.workflow == file;
    let mut runs: Vec<&WorkflowRun> = asked.prepared.view.workflow_runs.iter().filter(of_workflow).collect();
    let Some((from, to)) = span(asked.parameter("created")) else { return Reply::message(422, "Validation Failed") };
    runs.retain(|run| from <= run.created_at && run.created_at <= to);
    runs.sort_by_key(|run| std::cmp::Reverse((run.created_at, run.id)));
    let (size, page) = asked.page();
    let shown = if asked.parameter("created").is_some() { runs.len().min(MOST_SHOWN) } else { runs.len() };
    let rows = runs.iter().take(shown).skip((page - 1) * size).take(size);
    let rows: Vec<Json> = rows.map(|run| written(asked.prepared, run)).collect();
    let reply = Reply::json(200, &json!({ "total_count": runs.len(), "workflow_runs": rows }));
    asked.finish(reply, &format!("workflows/{file}/runs"), shown)
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
