//! Pipelines and their jobs: the runs of the view as GitLab tells them.
//!
//! What GitHub starts again as an attempt is a job more in the same pipeline; what was green is not listed again. All jobs are
//! made with their pipeline, and get their numbers then. The tests of a browser are a pipeline of their own that another one
//! starts. What brings back an older deployment is a job of the pipeline that deployed it first.

use std::collections::{HashMap, HashSet};

use model::Instant;
use model::instant::MICROS_PER_SECOND;
use model::kinds::{RunConclusion, RunStatus};
use serde_json::{Value as Json, json};

use super::delivery::{pipeline, run_and_job};
use super::forge::{Forge, fine, with_milliseconds};
use crate::view::{CiJob, CiRun};

/// Numbers of jobs count milliseconds from then on, so that later ones are higher: 2020-09-13.
const FIRST_SECOND: i64 = 1_600_000_000;
/// Projects of which no two jobs have one number.
const PROJECTS: u64 = 64;
/// What is added to the number of a pipeline for that of the one that it starts.
const CHILD: u64 = 5_000_000;
/// Numbers of the pipelines of one project, and the first of those that do not deploy.
const OF_A_PROJECT: u64 = 10_000_000;
const FIRST_OTHER: u64 = 30_000_000_000;
/// How the names of the jobs begin that run in a pipeline of their own.
const IN_CHILD: &str = "e2e /";
/// The source of such pipelines.
pub(crate) const PARENT: &str = "parent_pipeline";
/// Seconds within which a machine is found for what somebody has approved of.
const MOST_QUEUE: i64 = 30;

/// What runs in a project.
#[derive(Default)]
pub(crate) struct ProjectCi {
    /// In order of creation, those that another one starts included.
    pub(crate) pipelines: Vec<Pipeline>,
    /// In order of their numbers.
    pub(crate) jobs: Vec<Job>,
    /// Numbers of the jobs that deploy by those that their deployments have in the view.
    deploying: HashMap<u64, u64>,
}

/// A pipeline.
pub(crate) struct Pipeline {
    pub(crate) id: u64,
    name: Option<&'static str>,
    status: &'static str,
    pub(crate) source: &'static str,
    git_ref: String,
    sha: String,
    created_at: Instant,
    pub(crate) updated_at: Instant,
}

/// A job of a pipeline.
pub(crate) struct Job {
    pub(crate) id: u64,
    pub(crate) pipeline: u64,
    name: String,
    stage: &'static str,
    status: &'static str,
    failure_reason: Option<&'static str>,
    allow_failure: bool,
    created_at: Instant,
    started_at: Option<Instant>,
    finished_at: Option<Instant>,
    queued: Option<i64>,
    tags: &'static [&'static str],
    self_hosted: bool,
    /// Whether another one of the same name came after it.
    pub(crate) is_retried: bool,
}

impl ProjectCi {
    /// What runs in the project of a repository.
    pub(crate) fn of(forge: &Forge, repository: usize) -> Self {
        let mut project = Self::default();
        let runs: Vec<&CiRun> = forge.view.ci_runs.iter().filter(|run| run.repository == repository).collect();
        let older = older_pipelines(forge, repository, &runs);
        for run in runs {
            project.add(forge, run, older.get(&run.id).copied());
        }
        project.jobs.sort_by_key(|job| job.id);
        project.mark_retried();
        let last = project.last_changes();
        for pipeline in &mut project.pipelines {
            pipeline.updated_at =
                last.get(&pipeline.id).copied().unwrap_or(pipeline.updated_at).max(pipeline.updated_at);
        }
        project
    }

    /// The number of the job that deploys, by the one that its deployment has in the view.
    pub(crate) fn deploying_job(&self, job: u64) -> Option<u64> {
        self.deploying.get(&job).copied()
    }

    fn add(&mut self, forge: &Forge, run: &CiRun, older: Option<u64>) {
        let last = run.last();
        let at = |at: Instant| fine(at, run.id);
        let mut seen: HashSet<&str> = HashSet::new();
        let mut in_child: Vec<Job> = Vec::new();
        for (place, attempt) in run.attempts.iter().enumerate() {
            for job in attempt.jobs.iter().filter(|job| !job.is_copy) {
                let runs_later = || run.attempts[place + 1..].iter().any(|later| has_own(&later.jobs, &job.name));
                if job.conclusion == RunConclusion::Skipped && runs_later() {
                    continue;
                }
                let is_first = seen.insert(&job.name);
                let made_at = match (is_first, older) {
                    (true, None) => run.created_at,
                    _ if place > 0 && !run.workflow.starts_with("deploy") => attempt.started_at,
                    _ => job.created_at,
                };
                let is_of_child = job.name.starts_with(IN_CHILD);
                let pipeline = older.unwrap_or(if is_of_child { run.id + CHILD } else { run.id });
                let shown = Job::new(forge, run, job, pipeline, made_at);
                if run.workflow == "deploy.yml" || run.workflow == "rollback.yml" {
                    self.deploying.insert(job.id, shown.id);
                }
                if is_of_child { in_child.push(shown) } else { self.jobs.push(shown) }
            }
        }
        in_child.retain(|job| job.status != "skipped");
        if let Some(first) = in_child.first() {
            let child = Pipeline {
                id: run.id + CHILD,
                name: None,
                status: in_child.last().map_or("created", |job| job.status),
                source: PARENT,
                git_ref: git_ref(run),
                sha: run.sha.clone(),
                created_at: first.created_at,
                updated_at: first.created_at,
            };
            self.pipelines.push(child);
        }
        self.jobs.append(&mut in_child);
        if older.is_none() {
            self.pipelines.push(Pipeline {
                id: run.id,
                name: Some(run.name).filter(|_| run.event != "schedule"),
                status: status(last.status, last.conclusion),
                source: source(run.event),
                git_ref: git_ref(run),
                sha: run.sha.clone(),
                created_at: at(run.created_at),
                updated_at: at(last.updated_at),
            });
        }
    }

    fn mark_retried(&mut self) {
        let mut last: HashMap<(u64, String), u64> = HashMap::new();
        for job in &self.jobs {
            last.insert((job.pipeline, job.name.clone()), job.id);
        }
        for job in &mut self.jobs {
            job.is_retried = last.get(&(job.pipeline, job.name.clone())) != Some(&job.id);
        }
    }

    /// When the jobs of each pipeline last changed.
    fn last_changes(&self) -> HashMap<u64, Instant> {
        let mut last = HashMap::new();
        for job in &self.jobs {
            let changed_at = job.finished_at.or(job.started_at).unwrap_or(job.created_at);
            let known = last.entry(job.pipeline).or_insert(changed_at);
            *known = changed_at.max(*known);
        }
        last
    }

    /// A pipeline as lists show it.
    pub(crate) fn shown(forge: &Forge, repository: usize, pipeline: &Pipeline, base: &str) -> Json {
        json!({
            "id": pipeline.id,
            "iid": pipeline.id % OF_A_PROJECT + if pipeline.id < FIRST_OTHER { 0 } else { CHILD / 2 },
            "project_id": forge.number(repository),
            "name": pipeline.name,
            "status": pipeline.status,
            "source": pipeline.source,
            "ref": pipeline.git_ref,
            "sha": pipeline.sha,
            "created_at": with_milliseconds(pipeline.created_at),
            "updated_at": with_milliseconds(pipeline.updated_at),
            "web_url": format!("{base}/{}/-/pipelines/{}", forge.path(repository), pipeline.id),
        })
    }
}

/// Whether an attempt runs a job of a name itself.
fn has_own(jobs: &[CiJob], name: &str) -> bool {
    jobs.iter().any(|job| !job.is_copy && job.name == name)
}

/// The pipelines that runs add a job to, of the runs that bring back what an older one deployed.
fn older_pipelines(forge: &Forge, repository: usize, runs: &[&CiRun]) -> HashMap<u64, u64> {
    let again: HashSet<u64> = runs.iter().filter(|run| run.workflow == "rollback.yml").map(|run| run.id).collect();
    let deployments = forge.view.deployments.iter().filter(|one| one.repository == repository);
    let of_run = deployments.filter_map(|one| Some((run_and_job(one)?.0, one))).filter(|(run, _)| again.contains(run));
    let found = of_run.map(|(run, deployment)| (run, pipeline(forge, deployment, run)));
    found.filter(|(run, pipeline)| run != pipeline).collect()
}

fn git_ref(run: &CiRun) -> String {
    match (run.event, run.branch.rsplit('/').next()) {
        ("pull_request", Some(number)) => format!("refs/merge-requests/{number}/head"),
        _ => run.branch.clone(),
    }
}

fn source(event: &str) -> &'static str {
    match event {
        "pull_request" => "merge_request_event",
        "schedule" => "schedule",
        "workflow_dispatch" => "web",
        _ => "push",
    }
}

/// What a bot may not do without an approval is skipped.
fn status(status: RunStatus, conclusion: RunConclusion) -> &'static str {
    match (status, conclusion) {
        (_, RunConclusion::Success) => "success",
        (_, RunConclusion::Cancelled) => "canceled",
        (_, RunConclusion::Failure | RunConclusion::TimedOut | RunConclusion::StartupFailure) => "failed",
        (RunStatus::InProgress, _) => "running",
        (RunStatus::Queued, _) => "pending",
        (RunStatus::Waiting, _) => "manual",
        (RunStatus::Completed, _) => "skipped",
    }
}

impl Job {
    fn new(forge: &Forge, run: &CiRun, job: &CiJob, pipeline: u64, made_at: Instant) -> Self {
        let at = |at: Instant| fine(at, job.id);
        let has_begun = job.conclusion != RunConclusion::Skipped;
        // What is called off before it has begun never begins.
        let started_at = job.started_at.filter(|_| has_begun).filter(|at| Some(*at) != job.finished_at);
        let queued = started_at.map(|started| {
            let queued = started.seconds() - job.created_at.seconds();
            let queued = if job.waits { queued.min(MOST_QUEUE) } else { queued };
            queued * 1_000 + (job.id % 1_000) as i64
        });
        let second = (made_at.seconds() - FIRST_SECOND).unsigned_abs();
        let project = forge.number(run.repository) % PROJECTS;
        Self {
            id: (second * 1_000 + job.id % 1_000) * PROJECTS + project,
            pipeline,
            name: job.name.clone(),
            stage: job.stage,
            status: status(job.status, job.conclusion),
            failure_reason: match job.conclusion {
                RunConclusion::Failure => Some("script_failure"),
                RunConclusion::TimedOut => Some("job_execution_timeout"),
                RunConclusion::StartupFailure => Some("runner_system_failure"),
                _ => None,
            },
            allow_failure: job.may_fail,
            created_at: at(made_at),
            started_at: started_at.map(at),
            finished_at: job.finished_at.filter(|_| has_begun).map(at),
            queued,
            // One asks for no kind of machine.
            tags: if job.name == "lint" { &[] } else { job.tags },
            self_hosted: job.self_hosted,
            is_retried: false,
        }
    }

    /// Seconds as GitLab writes them, from one instant to another.
    fn seconds(from: Instant, to: Instant) -> f64 {
        (to.micros() - from.micros()) as f64 / MICROS_PER_SECOND as f64
    }

    /// As lists show it. While it runs it says how long it has by now.
    pub(crate) fn shown(&self, forge: &Forge, repository: usize, base: &str) -> Json {
        let time = |at: Option<Instant>| at.map(with_milliseconds);
        let duration = self.started_at.map(|from| Self::seconds(from, self.finished_at.unwrap_or(forge.view.now)));
        let runner = self.started_at.map(|_| {
            json!({
                "id": if self.self_hosted { 41 } else { 7 },
                "description": if self.self_hosted { "builder" } else { "shared" },
                "is_shared": !self.self_hosted,
                "runner_type": if self.self_hosted { "group_type" } else { "instance_type" },
            })
        });
        json!({
            "id": self.id,
            "name": self.name,
            "stage": self.stage,
            "status": self.status,
            "failure_reason": self.failure_reason,
            "allow_failure": self.allow_failure,
            "created_at": with_milliseconds(self.created_at),
            "started_at": time(self.started_at),
            "finished_at": time(self.finished_at),
            "erased_at": Json::Null,
            "duration": duration.map(|duration| duration.max(0.0)),
            "queued_duration": self.queued.map(|queued| queued as f64 / 1_000.0),
            "tag_list": self.tags,
            "runner": runner,
            "pipeline": { "id": self.pipeline, "project_id": forge.number(repository) },
            "web_url": format!("{base}/{}/-/jobs/{}", forge.path(repository), self.id),
        })
    }
}
