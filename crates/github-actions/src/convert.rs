//! Conversion of a run to a record.

use model::github::{is_of_default_branch, workflow_file};
use model::kinds::RunStatus;
use model::records::{CiRun, Place};

use crate::wire::WorkflowRun;

/// Who tells of it.
const SOURCE: &str = "github";
/// Where workflows lie.
const FOLDER: &str = ".github/workflows/";

/// The attempt that the list shows of a run of a workflow, which is named as it was asked for.
pub(crate) fn run(wire: WorkflowRun, workflow: &str, place: &Place, default_branch: &str) -> CiRun {
    let status = wire.status.unwrap_or_default();
    let is_over = status == RunStatus::Completed.name();
    let git_ref = wire.head_branch.unwrap_or_default();
    let is_own = wire.head_repository.is_none_or(|head| head.node_id == place.repository_id);
    CiRun {
        run_id: wire.id.to_string(),
        attempt: wire.run_attempt.unwrap_or(1),
        source: SOURCE.to_owned(),
        org: place.org.clone(),
        repo: place.repo.clone(),
        workflow: wire.name.unwrap_or_default(),
        workflow_path: path(wire.path.as_deref(), workflow),
        default_branch: is_of_default_branch(&git_ref, default_branch, &wire.event, is_own),
        event: wire.event,
        git_ref,
        sha: wire.head_sha,
        run_number: wire.run_number,
        status: status.into(),
        conclusion: wire.conclusion.unwrap_or_default().into(),
        created_at: wire.created_at.0,
        started_at: Some(wire.run_started_at.map_or(wire.created_at.0, |at| at.0)),
        finished_at: is_over.then_some(wire.updated_at.0),
        url: wire.html_url,
        host: place.host.clone(),
    }
}

/// The file of the workflow, without the ref that may stand behind it.
fn path(told: Option<&str>, asked: &str) -> String {
    let told = told.and_then(workflow_file);
    told.map_or_else(|| if asked.contains('/') { asked.to_owned() } else { format!("{FOLDER}{asked}") }, str::to_owned)
}

#[cfg(test)]
mod tests {
    use model::Instant;
    use serde_json::{Value, json};

    use super::*;

    fn converted(change: impl FnOnce(&mut Value)) -> CiRun {
        let mut wire = json!({
            "id": 30_433_642, "name": "Deploy", "path": ".github/workflows/deploy.yml", "head_branch": "main",
            "head_sha": "c1", "head_repository": {"node_id": "R_1"}, "run_number": 562, "run_attempt": 2,
            "event": "push", "status": "completed", "conclusion": "success", "created_at": "2026-01-22T19:33:08Z",
            "updated_at": "2026-01-22T19:45:00Z", "run_started_at": "2026-01-22T19:40:00Z",
            "html_url": "https://github.com/acme/web/actions/runs/30433642",
        });
        change(&mut wire);
        let place = Place {
            repository_id: "R_1".into(),
            org: "acme".into(),
            repo: "web".into(),
            host: "github.com".into(),
            ..Place::default()
        };
        run(serde_json::from_value(wire).expect("of the wire"), "deploy.yml", &place, "main")
    }

    #[test]
    fn an_attempt_is_dated_with_its_own_begin_and_with_the_last_change_of_a_run_that_is_over() {
        let at = |text| Instant::parse_rfc3339(text).expect("valid");
        let run = converted(|_| {});
        assert_eq!((run.run_id.as_str(), run.attempt), ("30433642", 2));
        assert_eq!(run.created_at, at("2026-01-22T19:33:08Z"));
        assert_eq!(run.started_at, Some(at("2026-01-22T19:40:00Z")));
        assert_eq!(run.finished_at, Some(at("2026-01-22T19:45:00Z")));
        let running = converted(|wire| {
            wire["status"] = json!("in_progress");
            wire["conclusion"] = json!(null);
        });
        assert_eq!((running.finished_at, running.conclusion.is_empty()), (None, true));
        let old = converted(|wire| {
            wire["run_started_at"] = json!(null);
            wire["run_attempt"] = json!(null);
        });
        assert_eq!((old.attempt, old.started_at), (1, Some(at("2026-01-22T19:33:08Z"))));
    }

    #[test]
    fn a_branch_of_the_same_name_in_a_fork_or_a_pull_request_is_not_the_default_branch() {
        assert!(converted(|_| {}).default_branch);
        assert!(converted(|wire| wire["head_repository"] = json!(null)).default_branch);
        assert!(!converted(|wire| wire["head_branch"] = json!("topic")).default_branch);
        assert!(!converted(|wire| wire["head_branch"] = json!(null)).default_branch);
        assert!(!converted(|wire| wire["head_repository"]["node_id"] = json!("R_2")).default_branch);
        for event in ["pull_request", "pull_request_target"] {
            assert!(!converted(|wire| wire["event"] = json!(event)).default_branch);
        }
    }

    #[test]
    fn the_file_of_a_workflow_is_the_one_that_is_told_else_the_one_that_was_asked_for() {
        let path = |told: Value| converted(|wire| wire["path"] = told).workflow_path;
        assert_eq!(path(json!(".github/workflows/ship.yml")), ".github/workflows/ship.yml");
        assert_eq!(path(json!(".github/workflows/ship.yml@refs/heads/main")), ".github/workflows/ship.yml");
        assert_eq!(path(json!(null)), ".github/workflows/deploy.yml");
        assert_eq!(path(json!("")), ".github/workflows/deploy.yml");
    }
}
