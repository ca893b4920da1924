//! Rows from records of our store.

use model::Instant;
use model::dora::{DeploymentRow, PullRequestRow};
use model::kinds::PullRequestEventKind;
use model::tables::{Deployment, PullRequest, Release};

use crate::bots::{SUFFIX, is_person};

/// The environment of releases that stand for deployments.
const PRODUCTION: &str = "production";

/// The row of a pull request; `None` of one that is gone, or whose number is none.
pub fn pull_request(record: &PullRequest) -> Option<PullRequestRow> {
    if record.vanished_at.is_some() {
        return None;
    }
    let events = record.events.iter().filter(|event| event.kind == PullRequestEventKind::ReadyForReview);
    Some(PullRequestRow {
        repo: repository(&record.place.org, &record.place.repo),
        number: record.place.number.parse().ok()?,
        title: Some(record.title.clone()),
        author: author(&record.creator, record.creator_is_bot),
        base: Some(record.base.clone()),
        opened_at: Some(record.created_at.to_rfc3339_seconds()),
        merged_at: record.merged_at.map(Instant::to_rfc3339_seconds),
        first_commit_at: first_commit_at(record).map(Instant::to_rfc3339_seconds),
        merge_sha: told(&record.merge_commit),
        labels: Some(record.labels.join(",")),
        additions: record.additions,
        deletions: record.deletions,
        changed_files: record.changed_files,
        ready_for_review_at: events.map(|event| event.at).min().map(Instant::to_rfc3339_seconds),
    })
}

/// The row of a deployment.
pub fn deployment(record: &Deployment) -> DeploymentRow {
    DeploymentRow {
        repo: repository(&record.org, &record.repo),
        deployment_id: None,
        sha: record.sha.clone(),
        environment: told(&record.environment),
        created_at: record.created_at.to_rfc3339_seconds(),
        status: record.statuses.iter().max_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id))).map(|it| it.state.to_string()),
    }
}

/// The row of a release that stands for a deployment; `None` of a draft and of one that is not for production.
pub fn release(record: &Release) -> Option<DeploymentRow> {
    if record.draft || record.prerelease {
        return None;
    }
    Some(DeploymentRow {
        repo: repository(&record.org, &record.repo),
        deployment_id: None,
        sha: record.sha.clone(),
        environment: Some(PRODUCTION.to_owned()),
        created_at: record.published_at?.to_rfc3339_seconds(),
        status: Some("success".to_owned()),
    })
}

/// The commit that is listed first; of what was read before that was kept, the earliest. One without commits began when it was
/// opened. Of one that no API has shown nobody knows whether it has any.
fn first_commit_at(record: &PullRequest) -> Option<Instant> {
    let listed = record.first_listed_commit_at.or(record.first_commit_at);
    listed.or(Some(record.created_at).filter(|_| !record.id.is_empty()))
}

fn repository(org: &str, repo: &str) -> String {
    format!("{org}/{repo}")
}

/// The login as the REST API tells it: GraphQL leaves the end of those of apps out.
fn author(login: &str, is_bot: bool) -> Option<String> {
    let end = if is_bot && is_person(Some(login)) { SUFFIX } else { "" };
    told(login).map(|login| login + end)
}

fn told(text: &str) -> Option<String> {
    Some(text).filter(|text| !text.is_empty()).map(str::to_owned)
}
