//! `deployment` and `deployment_status`.

use model::deliveries::Delivered;
use model::github::run_of;
use model::records::{Deployment, DeploymentStatus};
use serde::Deserialize;

use crate::Reading;
use crate::wire::{NodeId, Repository, Time, User};

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    deployment: Wire,
    repository: Repository,
}

#[derive(Debug, Deserialize)]
pub(crate) struct StatusEvent {
    deployment_status: Status,
    deployment: Wire,
    repository: Repository,
}

#[derive(Debug, Deserialize)]
struct Wire {
    node_id: NodeId,
    sha: String,
    #[serde(default, rename = "ref")]
    git_ref: Option<String>,
    #[serde(default)]
    task: Option<String>,
    #[serde(default)]
    environment: Option<String>,
    #[serde(default)]
    original_environment: Option<String>,
    #[serde(default)]
    creator: Option<User>,
    created_at: Time,
    updated_at: Time,
}

#[derive(Debug, Deserialize)]
struct Status {
    node_id: NodeId,
    state: String,
    #[serde(default)]
    environment: Option<String>,
    #[serde(default)]
    log_url: Option<String>,
    #[serde(default)]
    target_url: Option<String>,
    created_at: Time,
}

/// What the event tells of the deployment.
pub(crate) fn told(event: Event) -> Reading {
    let updated_at = event.deployment.updated_at;
    Reading::Told(Delivered::Deployment(Box::new(Deployment {
        updated_at: Some(updated_at.0),
        ..deployment(event.deployment, event.repository)
    })))
}

/// What the event tells of the deployment, as of its status.
pub(crate) fn status_told(event: StatusEvent) -> Reading {
    let StatusEvent { deployment_status: status, deployment: wire, repository } = event;
    let deployment = deployment(wire, repository);
    let at = status.created_at.0;
    let environment = status.environment.unwrap_or_default();
    let url = [status.log_url, status.target_url].into_iter().flatten().find(|url| !url.is_empty()).unwrap_or_default();
    let told = DeploymentStatus {
        deployment_id: deployment.id.clone(),
        id: status.node_id.0,
        state: status.state.to_lowercase().into(),
        at,
        environment: environment.clone(),
        host: deployment.host.clone(),
    };
    Reading::Told(Delivered::Deployment(Box::new(Deployment {
        environment: if environment.is_empty() { deployment.environment } else { environment },
        run_id: run_of(&url).unwrap_or_default(),
        url,
        updated_at: Some(at),
        statuses: vec![told],
        ..deployment
    })))
}

/// The deployment without what its statuses tell.
fn deployment(wire: Wire, repository: Repository) -> Deployment {
    let place = repository.own_place();
    let named = [wire.environment, wire.original_environment];
    let creator = wire.creator.map(User::actor).unwrap_or_default();
    let git_ref = wire.git_ref.unwrap_or_default();
    let branch = ["refs/heads/", "refs/tags/"].iter().find_map(|kind| git_ref.strip_prefix(kind)).unwrap_or(&git_ref);
    Deployment {
        id: wire.node_id.0,
        source: crate::SOURCE.to_owned(),
        org: place.org,
        repo: place.repo,
        host: place.host,
        environment: named.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or_default(),
        // Who deploys a commit itself names no branch.
        git_ref: if branch == wire.sha { String::new() } else { branch.to_owned() },
        sha: wire.sha,
        created_at: wire.created_at.0,
        // Until a status says that it is in progress.
        started_at: Some(wire.created_at.0),
        task: wire.task.unwrap_or_default(),
        creator: creator.login,
        creator_is_bot: creator.is_bot,
        ..Deployment::default()
    }
}
