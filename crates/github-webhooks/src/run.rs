//! `workflow_run` and `workflow_job`.

use model::deliveries::Delivered;
use model::github::{is_of_default_branch, machine, workflow_file};
use model::kinds::{RunStatus, TimesFrom};
use model::records::{CiJob, CiRun};
use serde::Deserialize;

use crate::Reading;
use crate::wire::{NodeId, Repository, Time};

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    workflow_run: WireRun,
    #[serde(default)]
    workflow: Option<Workflow>,
    repository: Repository,
}

#[derive(Debug, Deserialize)]
struct WireRun {
    id: u64,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    head_branch: Option<String>,
    head_sha: String,
    #[serde(default)]
    head_repository: Option<Head>,
    #[serde(default)]
    run_number: Option<i64>,
    /// From 1; absent on old servers.
    #[serde(default)]
    run_attempt: Option<i64>,
    #[serde(default)]
    event: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    conclusion: Option<String>,
    created_at: Time,
    updated_at: Time,
    #[serde(default)]
    run_started_at: Option<Time>,
    html_url: String,
}

#[derive(Debug, Deserialize)]
struct Head {
    node_id: NodeId,
}

#[derive(Debug, Deserialize)]
struct Workflow {
    path: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JobEvent {
    workflow_job: Job,
    repository: Repository,
}

#[derive(Debug, Deserialize)]
struct Job {
    id: u64,
    run_id: u64,
    /// From 1; absent on old servers.
    #[serde(default)]
    run_attempt: Option<i64>,
    name: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    conclusion: Option<String>,
    /// When it began to wait. Absent on old servers.
    #[serde(default)]
    created_at: Option<Time>,
    /// When it was made, while it has not begun.
    #[serde(default)]
    started_at: Option<Time>,
    #[serde(default)]
    completed_at: Option<Time>,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    runner_group_name: Option<String>,
    #[serde(default)]
    runner_name: Option<String>,
    html_url: String,
}

/// What the event tells of an attempt of the run, as of its last change.
pub(crate) fn told(event: Event) -> Reading {
    let Event { workflow_run: wire, workflow, repository } = event;
    let status = wire.status.unwrap_or_default();
    let is_over = status == RunStatus::Completed.name();
    let git_ref = wire.head_branch.unwrap_or_default();
    let is_own = wire.head_repository.is_none_or(|head| repository.is(&head.node_id));
    let default_branch = is_of_default_branch(&git_ref, &repository.default_branch, &wire.event, is_own);
    let named = [wire.path, workflow.map(|workflow| workflow.path)];
    let file = named.iter().flatten().find_map(|path| workflow_file(path)).unwrap_or_default();
    let place = repository.place_of_page(&wire.html_url);
    let run = CiRun {
        run_id: wire.id.to_string(),
        attempt: wire.run_attempt.unwrap_or(1),
        source: crate::SOURCE.to_owned(),
        org: place.org,
        repo: place.repo,
        host: place.host,
        workflow: wire.name.unwrap_or_default(),
        workflow_path: file.to_owned(),
        event: wire.event,
        default_branch,
        git_ref,
        sha: wire.head_sha,
        run_number: wire.run_number,
        status: status.into(),
        conclusion: wire.conclusion.unwrap_or_default().into(),
        created_at: wire.created_at.0,
        started_at: Some(wire.run_started_at.unwrap_or(wire.created_at).0),
        finished_at: is_over.then_some(wire.updated_at.0),
        url: wire.html_url,
    };
    Reading::Told(Delivered::CiRun { run: Box::new(run), at: wire.updated_at.0 })
}

/// What the event tells of the job.
pub(crate) fn job_told(event: JobEvent) -> Reading {
    let JobEvent { workflow_job: wire, repository } = event;
    let is = |status: RunStatus| wire.status.as_deref() == Some(status.name());
    let has_begun = is(RunStatus::InProgress) || is(RunStatus::Completed);
    let text = |told: &Option<String>| told.clone().unwrap_or_default();
    let (labels, runner) = machine(&wire.labels, &text(&wire.runner_group_name), &text(&wire.runner_name));
    let place = repository.place_of_page(&wire.html_url);
    Reading::Told(Delivered::CiJob(Box::new(CiJob {
        job_id: wire.id.to_string(),
        run_id: wire.run_id.to_string(),
        attempt: wire.run_attempt.unwrap_or(1),
        org: place.org,
        repo: place.repo,
        host: place.host,
        name: wire.name,
        conclusion: wire.conclusion.unwrap_or_default().into(),
        created_at: wire.created_at.map(|at| at.0),
        started_at: wire.started_at.map(|at| at.0).filter(|_| has_begun),
        finished_at: wire.completed_at.map(|at| at.0),
        runner: runner.into(),
        labels,
        times_from: TimesFrom::Webhook.into(),
        ..CiJob::default()
    })))
}
