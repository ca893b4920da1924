//! `Deployment Hook`.

use model::deliveries::Delivered;
use model::gitlab::{deployment_outcome, is_bot_of_token};
use model::kinds::{DeploymentOutcome, DeploymentStatusKind};
use model::records::{Deployment, DeploymentStatus};
use serde::Deserialize;

use crate::Reading;
use crate::wire::{Project, Time, User};

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    status: String,
    status_changed_at: Time,
    deployment_id: u64,
    #[serde(default)]
    deployable_url: Option<String>,
    environment: String,
    #[serde(default)]
    environment_tier: Option<String>,
    project: Project,
    #[serde(default)]
    short_sha: String,
    #[serde(default)]
    commit_url: String,
    #[serde(default, rename = "ref")]
    git_ref: Option<String>,
    #[serde(default)]
    user: Option<User>,
}

/// What the event tells of the deployment. When it was made is not told: it is no later than its first event.
pub(crate) fn told(event: Event) -> Reading {
    let Event { project, .. } = event;
    let at = event.status_changed_at.0;
    let sha = sha_of(&event.commit_url, &event.short_sha).unwrap_or_default().to_owned();
    let id = project.id_of("deployment", event.deployment_id);
    let creator = event.user.map(|user| user.username).unwrap_or_default();
    let host = project.place.host;
    let status = DeploymentStatus {
        deployment_id: id.clone(),
        id: String::new(),
        state: status(&event.status).into(),
        at,
        environment: event.environment.clone(),
        host: host.clone(),
    };
    Reading::Told(Delivered::Deployment(Box::new(Deployment {
        id,
        source: crate::SOURCE.to_owned(),
        org: project.place.org,
        repo: project.place.repo,
        host,
        environment: event.environment,
        tier: event.environment_tier.unwrap_or_default(),
        sha,
        git_ref: event.git_ref.unwrap_or_default(),
        created_at: at,
        creator_is_bot: is_bot_of_token(&creator),
        creator,
        url: event.deployable_url.unwrap_or_else(|| format!("{}/-/environments", project.web_url)),
        updated_at: Some(at),
        statuses: vec![status],
        ..Deployment::default()
    })))
}

/// The object id at the end of the address of a commit, where it begins as the short one does.
fn sha_of<'a>(commit_url: &'a str, short: &str) -> Option<&'a str> {
    let last = commit_url.rsplit('/').next()?;
    let is_object_id = [40, 64].contains(&last.len()) && last.bytes().all(|digit| digit.is_ascii_hexdigit());
    (is_object_id && last.starts_with(short)).then_some(last)
}

/// Where the deployment is, in the words of statuses.
fn status(told: &str) -> DeploymentStatusKind {
    match deployment_outcome(told) {
        DeploymentOutcome::Success => DeploymentStatusKind::Success,
        DeploymentOutcome::Failure => DeploymentStatusKind::Failure,
        DeploymentOutcome::Cancelled => DeploymentStatusKind::Inactive,
        DeploymentOutcome::Pending if told == "running" => DeploymentStatusKind::InProgress,
        DeploymentOutcome::Pending if told == "blocked" => DeploymentStatusKind::Waiting,
        DeploymentOutcome::Pending => DeploymentStatusKind::Queued,
    }
}
