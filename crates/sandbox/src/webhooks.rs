//! What GitHub's webhooks deliver in the life of an organisation: deployments, releases, runs of workflows and their jobs.
//!
//! Only what importers of deliveries read is written, and what they may not be confused by.

use model::Instant;
use model::kinds::{RunConclusion, RunStatus};
use serde_json::{Value, json};

use crate::records::release_url;
use crate::server::rest::actions::shown_jobs;
use crate::view::{CiAttempt, CiJob, CiRun, Deployment, Release, View};

/// One delivery.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Name of the event.
    pub event: &'static str,
    /// When it happened.
    pub at: Instant,
    /// Payload.
    pub payload: Value,
}

/// Everything that was delivered up to the instant of a view, in order of time.
pub fn deliveries(view: &View) -> Vec<Delivery> {
    let sender = Sender { view };
    let deployments = view.deployments.iter().flat_map(|one| sender.deployment(one));
    let releases = view.releases.iter().filter_map(|one| sender.release(one));
    let runs = view.ci_runs.iter().flat_map(|one| sender.run(one));
    let mut all: Vec<Delivery> = deployments.chain(releases).chain(runs).collect();
    all.sort_by_key(|delivery| delivery.at);
    all
}

#[derive(Clone, Copy)]
struct Sender<'a> {
    view: &'a View,
}

impl Sender<'_> {
    fn repository(self, place: usize) -> Value {
        let (org, repository) = (&self.view.org, &self.view.repositories[place]);
        json!({
            "node_id": repository.id, "name": repository.name, "full_name": format!("{org}/{}", repository.name),
            "html_url": format!("https://github.com/{org}/{}", repository.name),
            "default_branch": repository.default_branch, "owner": { "login": org, "type": "Organization" },
        })
    }

    /// A bot has an ending here that it has nowhere else.
    fn user(self, actor: Option<usize>) -> Value {
        match actor.map(|actor| &self.view.actors[actor]) {
            None => Value::Null,
            Some(bot) if bot.is_bot => json!({ "login": format!("{}[bot]", bot.login), "type": "Bot" }),
            Some(user) => json!({ "login": user.login, "type": "User" }),
        }
    }

    /// Its making, and each of its statuses.
    fn deployment(self, one: &Deployment) -> Vec<Delivery> {
        let repository = self.repository(one.repository);
        let deployment = |updated_at: Instant| {
            json!({
                "node_id": one.id, "id": one.number, "sha": one.sha, "ref": one.git_ref.as_ref().unwrap_or(&one.sha),
                "task": one.task, "environment": one.environment, "original_environment": one.original_environment,
                "creator": self.user(one.creator), "created_at": text(one.created_at), "updated_at": text(updated_at),
            })
        };
        let made = Delivery {
            event: "deployment",
            at: one.created_at,
            payload: json!({
                "action": "created", "deployment": deployment(one.created_at), "repository": repository,
            }),
        };
        let statuses = one.statuses.iter().map(|status| Delivery {
            event: "deployment_status",
            at: status.at,
            payload: json!({
                "action": "created",
                "deployment_status": {
                    "node_id": status.id, "state": model::kinds::Named::name(status.state),
                    "environment": status.environment, "log_url": status.log_url, "target_url": status.log_url,
                    "created_at": text(status.at), "updated_at": text(status.at),
                },
                "deployment": deployment(status.at), "repository": repository,
            }),
        });
        std::iter::once(made).chain(statuses).collect()
    }

    /// Its publication.
    fn release(self, one: &Release) -> Option<Delivery> {
        let published_at = one.published_at?;
        let (org, repo) = (&self.view.org, &self.view.repositories[one.repository].name);
        let payload = json!({
            "action": "published",
            "release": {
                "node_id": one.id, "tag_name": one.tag, "name": one.name, "draft": false, "prerelease": one.prerelease,
                "created_at": text(one.created_at), "published_at": text(published_at),
                "updated_at": text(published_at), "html_url": release_url(org, repo, one),
            },
            "repository": self.repository(one.repository),
        });
        Some(Delivery { event: "release", at: published_at, payload })
    }

    /// Its attempts and their jobs.
    fn run(self, one: &CiRun) -> Vec<Delivery> {
        let mut all = Vec::new();
        for (attempt, number) in one.attempts.iter().zip(1_i64..) {
            all.extend(self.attempt(one, attempt, number));
            // What is listed again in an attempt did not run in it.
            for job in shown_jobs(attempt).filter(|job| !job.is_copy) {
                all.extend(self.job(one, job, number));
            }
        }
        all
    }

    fn attempt(self, run: &CiRun, attempt: &CiAttempt, number: i64) -> Vec<Delivery> {
        let (org, repo) = (&self.view.org, &self.view.repositories[run.repository]);
        let delivery = |action: &str, status: RunStatus, conclusion: RunConclusion, at: Instant| Delivery {
            event: "workflow_run",
            at,
            payload: json!({
                "action": action,
                "workflow_run": {
                    "id": run.id, "name": run.name, "path": format!(".github/workflows/{}", run.workflow),
                    "head_branch": run.branch, "head_sha": run.sha, "head_repository": { "node_id": repo.id },
                    "run_number": run.number, "run_attempt": number, "event": run.event, "status": name(status),
                    "conclusion": conclusion_of(conclusion), "created_at": text(run.created_at),
                    "run_started_at": text(attempt.started_at), "updated_at": text(at),
                    "html_url": format!("https://github.com/{org}/{}/actions/runs/{}", repo.name, run.id),
                },
                "repository": self.repository(run.repository),
            }),
        };
        let mut all = vec![delivery("requested", RunStatus::Queued, RunConclusion::None, attempt.started_at)];
        if attempt.status != RunStatus::Queued {
            let (status, at) = match attempt.status {
                RunStatus::Completed => (RunStatus::InProgress, attempt.started_at),
                status => (status, attempt.updated_at),
            };
            all.push(delivery("in_progress", status, RunConclusion::None, at));
        }
        if attempt.status == RunStatus::Completed {
            all.push(delivery("completed", RunStatus::Completed, attempt.conclusion, attempt.updated_at));
        }
        all
    }

    fn job(self, run: &CiRun, job: &CiJob, attempt: i64) -> Vec<Delivery> {
        let (org, repo) = (&self.view.org, &self.view.repositories[run.repository]);
        let never_began = job.conclusion == RunConclusion::Skipped;
        let labels = if never_began { json!([]) } else { json!(job.labels) };
        let delivery = |status: RunStatus, at: Instant, is_over: bool| {
            let has_begun = status != RunStatus::Queued && status != RunStatus::Waiting;
            let machine = has_begun && !never_began;
            let conclusion = if is_over { job.conclusion } else { RunConclusion::None };
            Delivery {
                event: "workflow_job",
                at,
                payload: json!({
                    "action": name(status),
                    "workflow_job": {
                        "id": job.id, "run_id": run.id, "run_attempt": attempt, "name": job.name,
                        "status": name(status), "conclusion": conclusion_of(conclusion),
                        "created_at": text(job.created_at),
                        "started_at": text(if has_begun { job.started_at.unwrap_or(at) } else { job.created_at }),
                        "completed_at": job.finished_at.filter(|_| is_over).map(text), "labels": labels,
                        "runner_name": machine.then_some(if job.self_hosted { "rack-1" } else { "GitHub Actions 1" }),
                        "runner_group_name": machine.then_some(if job.self_hosted { "Default" } else { "GitHub Actions" }),
                        "html_url": format!(
                            "https://github.com/{org}/{}/actions/runs/{}/job/{}", repo.name, run.id, job.id
                        ),
                    },
                    "repository": self.repository(run.repository),
                }),
            }
        };
        let waits = if job.waits { RunStatus::Waiting } else { RunStatus::Queued };
        let queued = (!never_began).then(|| delivery(waits, job.created_at, false));
        let begun = job.started_at.filter(|_| !never_began).map(|at| delivery(RunStatus::InProgress, at, false));
        let ended = job.finished_at.map(|at| delivery(RunStatus::Completed, at, true));
        [queued, begun, ended].into_iter().flatten().collect()
    }
}

fn name(status: RunStatus) -> &'static str {
    model::kinds::Named::name(status)
}

fn conclusion_of(conclusion: RunConclusion) -> Option<&'static str> {
    Some(model::kinds::Named::name(conclusion)).filter(|name| !name.is_empty())
}

fn text(at: Instant) -> String {
    at.to_rfc3339_seconds()
}
