//! Environments, deployments and commits of a project in the words of REST.

use std::collections::BTreeSet;

use model::Instant;
use model::records::DeploymentStatusKind as State;
use serde_json::{Value as Json, json};

use super::forge::{Forge, fine, with_milliseconds};
use crate::view::{Commit, Deployment, WorkflowRun};

/// Most environments and deployments of a project.
const MOST: u64 = 1_000_000;

/// The environments of a project that something was deployed to, in order of their names.
fn environments_of(forge: &Forge, repository: usize) -> Vec<&str> {
    let deployments = forge.view.deployments.iter().filter(|deployment| deployment.repository == repository);
    let names: BTreeSet<&str> = deployments.map(|deployment| deployment.environment.as_str()).collect();
    names.into_iter().collect()
}

/// Number of an environment: the same whatever others there are.
fn environment_number(name: &str) -> u64 {
    3_001 + crate::ids::fnv1a(name) % MOST
}

/// What GitLab guesses from the name of an environment.
fn tier(name: &str) -> &'static str {
    match name {
        _ if name.starts_with("prod") || name.starts_with("live") => "production",
        _ if name.starts_with("stag") => "staging",
        _ if name.starts_with("pr-") => "development",
        _ => "other",
    }
}

/// All environments of a project.
pub(crate) fn environments(forge: &Forge, repository: usize) -> Vec<Json> {
    let is_gone = |name: &str| {
        let mut of_it =
            forge.view.deployments.iter().filter(|one| one.repository == repository && one.environment == name);
        tier(name) == "development"
            && of_it.all(|one| one.statuses.last().is_some_and(|status| status.state == State::Inactive))
    };
    let shown = environments_of(forge, repository).into_iter().map(|name| {
        json!({
            "id": environment_number(name),
            "name": name,
            "slug": name,
            "tier": tier(name),
            "state": if is_gone(name) { "stopped" } else { "available" },
        })
    });
    shown.collect()
}

/// A deployment with its place among those of its project.
pub(crate) struct Numbered<'a> {
    deployment: &'a Deployment,
    number: u64,
    pub(crate) changed_at: Instant,
}

/// The deployments of a project in order of creation.
pub(crate) fn deployments(forge: &Forge, repository: usize) -> Vec<Numbered<'_>> {
    let of_it = forge.view.deployments.iter().filter(|deployment| deployment.repository == repository);
    let mut found: Vec<&Deployment> = of_it.collect();
    found.sort_by_key(|deployment| deployment.created_at);
    let numbered = found.into_iter().enumerate().map(|(place, deployment)| {
        let number = place as u64 + 1;
        let changed_at = fine(progress(deployment).changed_at, object(forge, repository, number));
        Numbered { deployment, number, changed_at }
    });
    numbered.collect()
}

fn object(forge: &Forge, repository: usize, number: u64) -> u64 {
    (5 << 40) | (forge.number(repository) * MOST + number)
}

/// How far a deployment has come.
struct Progress {
    status: &'static str,
    changed_at: Instant,
    started_at: Option<Instant>,
    finished_at: Option<Instant>,
}

/// How far a deployment has come after each of its statuses, up to its end.
fn steps(deployment: &Deployment) -> Vec<Progress> {
    let until =
        |count: usize| progress(&Deployment { statuses: deployment.statuses[..count].to_vec(), ..deployment.clone() });
    let mut steps: Vec<Progress> = (1..=deployment.statuses.len()).map(until).collect();
    steps.dedup_by_key(|step| (step.status, step.changed_at));
    steps
}

/// Events of a deployment as webhooks tell them: one for each step, with when it was.
pub(crate) fn events(forge: &Forge, repository: usize, numbered: &Numbered<'_>, base: &str) -> Vec<(Instant, Json)> {
    let shown = deployment(forge, repository, numbered, base);
    let Numbered { deployment, number, .. } = numbered;
    let (path, sha) = (forge.path(repository), &deployment.sha);
    let events = steps(deployment).into_iter().map(|step| {
        let at = fine(step.changed_at, object(forge, repository, *number));
        let event = json!({
            "object_kind": "deployment",
            "status": step.status,
            "status_changed_at": at.to_rfc3339_seconds().replace('T', " ").replace('Z', " UTC"),
            "deployment_id": shown["id"],
            "deployable_id": shown["deployable"]["id"],
            "deployable_url": shown["deployable"]["web_url"],
            "environment": deployment.environment,
            "environment_tier": tier(&deployment.environment),
            "project": {
                "id": forge.number(repository),
                "name": path.rsplit('/').next(),
                "web_url": format!("{base}/{path}"),
                "path_with_namespace": path,
                "default_branch": forge.view.repositories[repository].default_branch,
            },
            "ref": shown["ref"],
            "short_sha": sha.get(..8),
            "commit_url": format!("{base}/{path}/-/commit/{sha}"),
            "user": shown["user"],
        });
        (at, event)
    });
    events.collect()
}

/// The first end counts: that another deployment takes the place of this one later is no change of it.
fn progress(deployment: &Deployment) -> Progress {
    let mut progress =
        Progress { status: "created", changed_at: deployment.created_at, started_at: None, finished_at: None };
    for status in &deployment.statuses {
        let (name, is_end) = match status.state {
            State::Success => ("success", true),
            State::Failure | State::Error => ("failed", true),
            State::Inactive => ("canceled", true),
            State::InProgress => ("running", false),
            State::Waiting => ("blocked", false),
            _ => ("created", false),
        };
        (progress.status, progress.changed_at) = (name, status.at);
        if status.state == State::InProgress {
            progress.started_at = Some(status.at);
        }
        if is_end {
            progress.finished_at = Some(status.at);
            break;
        }
    }
    progress
}

/// Run and job of a deployment; `None` where another system made it.
pub(crate) fn run_and_job(deployment: &Deployment) -> Option<(u64, u64)> {
    let log = &deployment.statuses.last()?.log_url;
    let (run, job) = log.split_once("/actions/runs/")?.1.split_once("/job/")?;
    Some((run.parse().ok()?, job.parse().ok()?))
}

/// What is rolled back to is deployed by the job of the pipeline that deployed it first, run once more; what is deployed again
/// while it is served is so by a pipeline of its own.
pub(crate) fn pipeline(forge: &Forge, deployment: &Deployment, run: u64) -> u64 {
    let is_again = |one: &WorkflowRun| one.id == run && one.event == "workflow_dispatch";
    if !forge.view.workflow_runs.iter().any(is_again) {
        return run;
    }
    let before = || {
        forge.view.deployments.iter().filter(|other| {
            other.repository == deployment.repository
                && other.environment == deployment.environment
                && other.created_at < deployment.created_at
                && progress(other).status == "success"
        })
    };
    if before().max_by_key(|other| other.created_at).is_some_and(|served| served.sha == deployment.sha) {
        return run;
    }
    let same = before().filter(|other| other.sha == deployment.sha);
    same.min_by_key(|other| other.created_at).and_then(run_and_job).map_or(run, |(first, _)| first)
}

/// A deployment as lists show it.
pub(crate) fn deployment(forge: &Forge, repository: usize, numbered: &Numbered<'_>, base: &str) -> Json {
    let Numbered { deployment, number, changed_at } = numbered;
    let time = |at: Instant| with_milliseconds(fine(at, object(forge, repository, *number)));
    let progress = progress(deployment);
    let path = forge.path(repository);
    let deployable = run_and_job(deployment).map(|(run, job)| {
        let job = forge.ci(repository).deploying_job(job).unwrap_or(job);
        json!({
            "id": job,
            "name": format!("deploy {}", deployment.environment),
            "status": if progress.status == "blocked" { "manual" } else { progress.status },
            "started_at": progress.started_at.map(time),
            "finished_at": progress.finished_at.map(time),
            "web_url": format!("{base}/{path}/-/jobs/{job}"),
            "pipeline": { "id": pipeline(forge, deployment, run) },
        })
    });
    json!({
        "id": forge.number(repository) * MOST + number,
        "iid": number,
        "ref": deployment.git_ref.as_deref().unwrap_or("main"),
        "sha": deployment.sha,
        "created_at": time(deployment.created_at),
        "updated_at": with_milliseconds(*changed_at),
        "status": progress.status,
        "user": forge.user(deployment.creator),
        "environment": {
            "id": environment_number(&deployment.environment), "name": deployment.environment,
        },
        "deployable": deployable,
    })
}

/// The commits that a branch or a commit has, the newest first; `None` where it is not known.
pub(crate) fn commits<'a>(forge: &'a Forge, repository: usize, named: &str) -> Option<Vec<&'a Commit>> {
    let repository = &forge.view.repositories[repository];
    let commits = &repository.commits;
    let head = commits.iter().position(|commit| commit.sha == named);
    let head = head.or(repository.head.map(|head| head as usize).filter(|_| repository.default_branch == named))?;
    let (mut seen, mut waiting) = (BTreeSet::new(), vec![head]);
    while let Some(place) = waiting.pop() {
        if seen.insert(place) {
            waiting.extend(commits[place].parents.iter().map(|parent| *parent as usize));
        }
    }
    let mut found: Vec<usize> = seen.into_iter().collect();
    found.sort_by_key(|place| std::cmp::Reverse((commits[*place].committed_at, *place)));
    Some(found.into_iter().map(|place| &commits[place]).collect())
}

/// A commit as lists show it.
pub(crate) fn commit(forge: &Forge, repository: usize, commit: &Commit) -> Json {
    let commits = &forge.view.repositories[repository].commits;
    let parents: Vec<&str> = commit.parents.iter().map(|place| commits[*place as usize].sha.as_str()).collect();
    let message = if commit.body.is_empty() {
        commit.headline.clone()
    } else {
        format!("{}\n\n{}", commit.headline, commit.body)
    };
    json!({
        "id": commit.sha,
        "short_id": commit.sha.get(..8),
        "parent_ids": parents,
        "title": commit.headline,
        "message": message,
        "authored_date": with_milliseconds(commit.authored_at),
        "committed_date": with_milliseconds(commit.committed_at),
        "created_at": with_milliseconds(commit.committed_at),
    })
}
