//! Conversion of a deployment to a record.

use gitlab_client::{GitlabClient, ProjectSummary};
use model::Instant;
use model::gitlab::{deployment_outcome, is_bot_of_token};
use model::kinds::DeploymentOutcome;
use model::records::{Deployment, Place};

use crate::wire;

/// Who tells of it.
const SOURCE: &str = "gitlab";

/// The record of a deployment to an environment of this tier. `ended_before` is when it was first seen to be over.
pub(crate) fn deployment(
    wire: wire::Deployment,
    project: &ProjectSummary,
    tier: &str,
    ended_before: Option<Instant>,
    client: &GitlabClient,
) -> Deployment {
    let outcome = deployment_outcome(&wire.status);
    let finished_at = end(&wire).map(|end| ended_before.map_or(end, |before| before.min(end)));
    let place: Place = project.record.place();
    let creator = wire.user.map(|user| user.username).unwrap_or_default();
    let (started_at, url, pipeline) = match wire.deployable {
        Some(job) => (job.started_at.map(|at| at.0), job.web_url, job.pipeline),
        // Who tells of a deployment tells of it when it begins.
        None => (Some(wire.created_at.0), None, None),
    };
    Deployment {
        id: client.id_of("deployment", wire.id),
        source: SOURCE.to_owned(),
        org: place.org,
        repo: place.repo,
        host: place.host,
        environment: wire.environment.map(|environment| environment.name).unwrap_or_default(),
        tier: tier.to_owned(),
        sha: wire.sha.unwrap_or_default(),
        git_ref: wire.git_ref.unwrap_or_default(),
        created_at: wire.created_at.0,
        started_at,
        succeeded_at: finished_at.filter(|_| outcome == DeploymentOutcome::Success),
        finished_at,
        outcome: outcome.into(),
        run_id: pipeline.map(|pipeline| client.id_of("pipeline", pipeline.id)).unwrap_or_default(),
        creator_is_bot: is_bot_of_token(&creator),
        creator,
        url: url.unwrap_or_else(|| client.address_of(&[&project.path, "-", "environments"])),
        updated_at: Some(wire.updated_at.0),
        ..Deployment::default()
    }
}

/// When a deployment ended; `None` while it waits or runs. Without a job GitLab says only when it last changed.
pub(crate) fn end(wire: &wire::Deployment) -> Option<Instant> {
    let told = wire.deployable.as_ref().and_then(|job| job.finished_at).unwrap_or(wire.updated_at);
    (deployment_outcome(&wire.status) != DeploymentOutcome::Pending).then_some(told.0)
}
