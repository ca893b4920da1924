//! Records of our store from rows of their database.

use model::Instant;
use model::course::DeploymentCourse;
use model::dora::{DeploymentRow, PullRequestRow};
use model::kinds::{PullRequestEventKind, PullRequestState};
use model::records::{Place, USUAL_HOST};
use model::tables::{Deployment, DeploymentStatus, PullRequest, PullRequestEvent};

use crate::bots::{SUFFIX, is_person};

/// The record of a pull request; `None` of one that was not merged, which their reports do not use either.
///
/// # Errors
/// In words: a time that is none, or a repository without an owner.
pub fn pull_request(row: &PullRequestRow) -> Result<Option<PullRequest>, String> {
    let what = || format!("pull request {}#{}", row.repo, row.number);
    let Some(merged_at) = instant("merged_at", row.merged_at.as_deref(), what)? else { return Ok(None) };
    let place = Place { number: row.number.to_string(), ..place(&row.repo, what)? };
    let created_at = instant("opened_at", row.opened_at.as_deref(), what)?;
    let ready_at = instant("ready_for_review_at", row.ready_for_review_at.as_deref(), what)?;
    let labels = row.labels.as_deref().unwrap_or_default().split(',');
    let author = row.author.clone().unwrap_or_default();
    let login = author.strip_suffix(SUFFIX).filter(|login| !login.is_empty()).unwrap_or(&author);
    let first_commit_at = instant("first_commit_at", row.first_commit_at.as_deref(), what)?;
    Ok(Some(PullRequest {
        url: format!("https://{USUAL_HOST}/{}/pull/{}", row.repo, row.number),
        place,
        title: row.title.clone().unwrap_or_default(),
        state: PullRequestState::Merged.into(),
        created_at: created_at.ok_or_else(|| format!("{}: opened_at is empty", what()))?,
        closed_at: Some(merged_at),
        merged_at: Some(merged_at),
        creator: login.to_owned(),
        creator_is_bot: !author.is_empty() && !is_person(Some(&author)),
        base: row.base.clone().unwrap_or_default(),
        labels: labels.map(str::trim).filter(|label| !label.is_empty()).map(str::to_owned).collect(),
        additions: row.additions,
        deletions: row.deletions,
        changed_files: row.changed_files,
        first_listed_commit_at: first_commit_at,
        merge_commit: row.merge_sha.clone().unwrap_or_default(),
        events: ready_at.map(ready_for_review).into_iter().collect(),
        ..PullRequest::default()
    }))
}

fn ready_for_review(at: Instant) -> PullRequestEvent {
    PullRequestEvent { kind: PullRequestEventKind::ReadyForReview.into(), at, ..PullRequestEvent::default() }
}

/// The record of a deployment, without its id and with the name of who tells of it left open.
///
/// # Errors
/// As [`pull_request`].
pub fn deployment(row: &DeploymentRow) -> Result<Deployment, String> {
    let what = || format!("deployment of {} at {}", row.repo, row.created_at);
    let place = place(&row.repo, what)?;
    let created_at = instant("created_at", Some(&row.created_at), what)?.unwrap_or_default();
    let environment = row.environment.clone().unwrap_or_default();
    let status = |state: &String| DeploymentStatus {
        state: state.as_str().into(),
        at: created_at,
        environment: environment.clone(),
        host: place.host.clone(),
        ..DeploymentStatus::default()
    };
    let statuses: Vec<DeploymentStatus> = row.status.iter().map(status).collect();
    let course = DeploymentCourse::of(&statuses);
    Ok(Deployment {
        org: place.org.clone(),
        repo: place.repo.clone(),
        host: place.host.clone(),
        environment: environment.clone(),
        sha: row.sha.clone(),
        created_at,
        started_at: Some(created_at),
        succeeded_at: course.succeeded_at,
        finished_at: course.finished_at,
        outcome: course.outcome.into(),
        statuses,
        ..Deployment::default()
    })
}

fn place(repository: &str, what: impl Fn() -> String) -> Result<Place, String> {
    let Some((org, repo)) = repository.split_once('/').filter(|(org, repo)| !org.is_empty() && !repo.is_empty()) else {
        return Err(format!("{}: repo `{repository}` is no owner/name", what()));
    };
    Ok(Place { org: org.to_owned(), repo: repo.to_owned(), host: USUAL_HOST.to_owned(), ..Place::default() })
}

fn instant(column: &str, cell: Option<&str>, what: impl Fn() -> String) -> Result<Option<Instant>, String> {
    let Some(text) = cell else { return Ok(None) };
    let read = Instant::parse_told(text).map(Some);
    read.ok_or_else(|| format!("{}: {column} `{text}` is no time like 2026-01-31T12:00:00Z", what()))
}
