//! `Pipeline Hook` and `Job Hook`.

use std::collections::BTreeMap;

use model::Instant;
use model::deliveries::Delivered;
use model::gitlab::{milliseconds, run_outcome, runner};
use model::kinds::{RunStatus, Runner, TimesFrom};
use model::records::{CiJob, CiRun, Place};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Reading;
use crate::wire::{Project, Time};

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    object_attributes: Pipeline,
    project: Project,
    #[serde(default)]
    builds: Vec<Build>,
}

#[derive(Debug, Deserialize)]
struct Pipeline {
    id: u64,
    /// Number in the project.
    #[serde(default)]
    iid: Option<i64>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default, rename = "ref")]
    git_ref: Option<String>,
    sha: String,
    #[serde(default)]
    source: Option<String>,
    status: String,
    created_at: Time,
    #[serde(default)]
    finished_at: Option<Time>,
    #[serde(default)]
    url: Option<String>,
}

/// A job of the pipeline.
#[derive(Debug, Deserialize)]
struct Build {
    id: u64,
    stage: Option<String>,
    name: String,
    status: String,
    #[serde(default)]
    failure_reason: Option<String>,
    #[serde(default)]
    allow_failure: bool,
    created_at: Time,
    #[serde(default)]
    started_at: Option<Time>,
    #[serde(default)]
    finished_at: Option<Time>,
    /// Seconds with parts, which are read by their digits.
    #[serde(default)]
    duration: Option<Box<RawValue>>,
    #[serde(default)]
    queued_duration: Option<Box<RawValue>>,
    #[serde(default)]
    runner: Option<WireRunner>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JobEvent {
    pipeline_id: u64,
    project: Project,
    #[serde(flatten)]
    job: Job,
}

/// A job by itself, whose fields are named otherwise than within its pipeline.
#[derive(Debug, Deserialize)]
struct Job {
    build_id: u64,
    build_name: String,
    #[serde(default)]
    build_stage: Option<String>,
    build_status: String,
    #[serde(default)]
    build_failure_reason: Option<String>,
    #[serde(default)]
    build_allow_failure: bool,
    build_created_at: Time,
    #[serde(default)]
    build_started_at: Option<Time>,
    #[serde(default)]
    build_finished_at: Option<Time>,
    #[serde(default)]
    build_duration: Option<serde_json::Number>,
    #[serde(default)]
    build_queued_duration: Option<serde_json::Number>,
    #[serde(default)]
    runner: Option<WireRunner>,
}

#[derive(Debug, Deserialize)]
struct WireRunner {
    #[serde(default)]
    runner_type: Option<String>,
    #[serde(default)]
    is_shared: Option<bool>,
    /// What the machine takes, which is not what the job asked for.
    #[serde(default)]
    tags: Vec<String>,
}

/// What the event tells of the pipeline and of its jobs.
pub(crate) fn told(event: Event) -> Reading {
    let Event { object_attributes: wire, project, builds } = event;
    let run_id = project.id_of("pipeline", wire.id);
    let jobs: Vec<(u64, CiJob)> = builds.into_iter().map(|build| (build.id, job(build, &run_id, &project))).collect();
    let times = jobs.iter().flat_map(|(_, job)| [job.created_at, job.started_at, job.finished_at]).flatten();
    let ends = wire.finished_at.map(|at| at.0);
    let at = times.chain(ends).fold(wire.created_at.0, Instant::max);
    let run = run(wire, run_id, &jobs, &project);
    let run = Delivered::CiRun { run: Box::new(run), at };
    let jobs = jobs.into_iter().map(|(_, job)| Delivered::CiJob(Box::new(job)));
    Reading::Told(Delivered::Several(std::iter::once(run).chain(jobs).collect()))
}

/// As an import makes it of the pipeline and its jobs: it began with the first of them, and ended with the last one of each
/// name.
fn run(wire: Pipeline, run_id: String, jobs: &[(u64, CiJob)], project: &Project) -> CiRun {
    let (status, conclusion) = run_outcome(&wire.status);
    let is_over = status == RunStatus::Completed;
    let mut last: BTreeMap<&str, (u64, Option<Instant>)> = BTreeMap::new();
    for (number, job) in jobs {
        let end = (*number, job.finished_at);
        let known = last.entry(&job.name).or_insert(end);
        *known = end.max(*known);
    }
    let git_ref = wire.git_ref.unwrap_or_default();
    let Place { org, repo, host, .. } = project.place.clone();
    CiRun {
        run_id,
        attempt: 1,
        source: crate::SOURCE.to_owned(),
        org,
        repo,
        workflow: wire.name.unwrap_or_default(),
        workflow_path: String::new(),
        event: wire.source.unwrap_or_default(),
        default_branch: !git_ref.is_empty() && git_ref == project.default_branch,
        git_ref,
        sha: wire.sha,
        run_number: wire.iid,
        status,
        conclusion,
        created_at: wire.created_at.0,
        started_at: jobs.iter().filter_map(|(_, job)| job.started_at).min(),
        finished_at: last.values().filter_map(|(_, end)| *end).max().filter(|_| is_over),
        url: wire.url.unwrap_or_else(|| format!("{}/-/pipelines/{}", project.web_url, wire.id)),
        host,
    }
}

/// What the event tells of the job.
pub(crate) fn job_told(event: JobEvent) -> Reading {
    let JobEvent { pipeline_id, project, job: wire } = event;
    let run_id = project.id_of("pipeline", pipeline_id);
    let digits =
        |number: Option<serde_json::Number>| number.and_then(|number| RawValue::from_string(number.to_string()).ok());
    let build = Build {
        id: wire.build_id,
        stage: wire.build_stage,
        name: wire.build_name,
        status: wire.build_status,
        failure_reason: wire.build_failure_reason,
        allow_failure: wire.build_allow_failure,
        created_at: wire.build_created_at,
        started_at: wire.build_started_at,
        finished_at: wire.build_finished_at,
        duration: digits(wire.build_duration),
        queued_duration: digits(wire.build_queued_duration),
        runner: wire.runner,
    };
    Reading::Told(Delivered::CiJob(Box::new(job(build, &run_id, &project))))
}

/// A job. What it asks of its runner is not told.
fn job(wire: Build, run_id: &str, project: &Project) -> CiJob {
    let Place { org, repo, host, .. } = project.place.clone();
    let (_, conclusion) = run_outcome(&wire.status);
    let whose = |told: &WireRunner| runner(told.runner_type.as_deref(), told.is_shared, &told.tags, &host);
    let has_begun = wire.started_at.is_some();
    let length = |told: &Option<Box<RawValue>>| told.as_deref().and_then(|digits| milliseconds(digits.get()));
    CiJob {
        job_id: project.id_of("job", wire.id),
        run_id: run_id.to_owned(),
        attempt: 1,
        org,
        repo,
        name: wire.name,
        stage: wire.stage.unwrap_or_default(),
        conclusion,
        // One that has not failed has an unknown reason to.
        failure_reason: wire.failure_reason.filter(|_| wire.status == "failed").unwrap_or_default(),
        allow_failure: wire.allow_failure,
        created_at: Some(wire.created_at.0),
        started_at: wire.started_at.map(|at| at.0),
        finished_at: wire.finished_at.map(|at| at.0),
        duration_ms: length(&wire.duration).filter(|_| wire.finished_at.is_some()),
        // While it waits this grows.
        queued_ms: length(&wire.queued_duration).filter(|_| has_begun),
        runner: wire.runner.as_ref().map_or(Runner::Unknown, whose).into(),
        times_from: TimesFrom::Webhook.into(),
        host,
        ..CiJob::default()
    }
}
