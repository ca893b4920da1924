//! Routes and bodies of em-metrics, with more that may be told: the commit, the environment, the repository, an outcome.

use model::Instant;
use model::deliveries::Delivered;
use model::kinds::{DeploymentStatusKind, IncidentEventKind, PullRequestEventKind, PullRequestState, ReviewState};
use model::records::{Deployment, Incident, Place, PullRequest, PullRequestEvent, Review};

use crate::fields::{Fields, Refused};
use crate::told::{Told, event, status};

/// Who tells of it.
const SOURCE: &str = "api";

/// Where a body was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// `/deployments`: one begins, or has ended.
    Deployments,
    /// `/deployments/ID/deployed`: it has ended.
    Deployed(&'a str),
    /// `/incidents`: one begins, or has ended.
    Incidents,
    /// `/incidents/ID/restored`: users are served again.
    Restored(&'a str),
    /// `/incidents/ID/finished`: it is over.
    Finished(&'a str),
    /// `/pull-requests`: one is opened.
    PullRequests,
    /// `/pull-requests/ID/reviewed`: somebody reviewed it.
    Reviewed(&'a str),
    /// `/pull-requests/ID/closed`: it is closed without a merge.
    Closed(&'a str),
    /// `/pull-requests/ID/merged`: it is merged.
    Merged(&'a str),
}

/// The id under which a pushed deployment, incident or pull request is stored.
pub fn stored_id(id: &str) -> String {
    format!("{SOURCE}/{id}")
}

/// The id that whoever pushed it knows, of one under which it is stored.
pub fn pushed_id(stored: &str) -> &str {
    stored.strip_prefix("api/").unwrap_or(stored)
}

/// Reads the body of a sign of life, which tells nothing by itself.
///
/// # Errors
/// It is no JSON object.
pub fn heartbeat(body: &[u8]) -> Result<(), Refused> {
    Fields::of_body(body).map(drop)
}

/// What a body tells that came at an instant.
///
/// # Errors
/// It is no JSON object, or fields of it are missing or wrong.
pub fn read(route: Route<'_>, body: &[u8], received_at: Instant) -> Result<Told, Refused> {
    let fields = Fields::of_body(body)?;
    match route {
        Route::Deployments => deployment(fields, received_at),
        Route::Deployed(id) => deployed(fields, id, received_at),
        Route::Incidents => incident(fields, received_at),
        Route::Restored(id) => turn(fields, id, IncidentEventKind::Restored, received_at),
        Route::Finished(id) => turn(fields, id, IncidentEventKind::Finished, received_at),
        Route::PullRequests => pull_request(fields, received_at),
        Route::Reviewed(id) => reviewed(fields, id, received_at),
        Route::Closed(id) => closed(fields, id, received_at),
        Route::Merged(id) => merged(fields, id, received_at),
    }
}

fn deployment(mut fields: Fields, received_at: Instant) -> Result<Told, Refused> {
    let id = fields.required("id");
    let service = fields.required("project_id");
    let first_commit_at = fields.required_instant_of(&["first_commit_at"]);
    let (started_at, deployed_at) = (fields.instant("deploy_start_at"), fields.instant("deployed_at"));
    let deployment = Deployment {
        id: stored_id(&id),
        service,
        first_commit_at,
        created_at: started_at.or(deployed_at).unwrap_or(received_at),
        ..told_alike(&mut fields, received_at)
    };
    let begun = started_at.map(|at| status(DeploymentStatusKind::InProgress, at));
    let ended = deployed_at.map(|at| status(DeploymentStatusKind::Success, at));
    let statuses = begun.into_iter().chain(ended).collect();
    fields.done(Told::of(vec![Delivered::Deployment(Box::new(Deployment { statuses, ..deployment }))]))
}

/// Organisation and name, of which the first may be missing.
fn named(repository: &str) -> (String, String) {
    let (org, repo) = repository.rsplit_once('/').unwrap_or(("", repository));
    (org.to_owned(), repo.to_owned())
}

/// Whether a text names a pull request or merge request: `acme/shop#12`, `acme/shop!12`.
fn is_change(text: &str) -> bool {
    text.split_once(['#', '!']).is_some_and(|(repository, number)| {
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let names = repository.rsplit_once('/');
        is_number && names.is_some_and(|(org, repo)| !org.is_empty() && !repo.is_empty())
    })
}

/// Who it was. A mail address in place of a login is not kept.
fn login(fields: &mut Fields) -> String {
    Some(fields.text("username")).filter(|name| !name.contains('@')).unwrap_or_default()
}

/// What may be told of a deployment wherever it is told.
fn told_alike(fields: &mut Fields, received_at: Instant) -> Deployment {
    let (org, repo) = named(&fields.text("repo"));
    Deployment {
        source: SOURCE.to_owned(),
        org,
        repo,
        environment: fields.text("environment"),
        sha: fields.text("sha"),
        creator: login(fields),
        url: fields.text("url"),
        of_service: fields.text("service"),
        pull_requests: fields.texts_like("pull_requests", "^[^/#!]+/[^#!]+[#!][0-9]+$", is_change),
        updated_at: Some(received_at),
        ..Deployment::default()
    }
}

fn deployed(mut fields: Fields, id: &str, received_at: Instant) -> Result<Told, Refused> {
    use DeploymentStatusKind::{Failure, InProgress, Inactive, Success};
    let creates = fields.required_flag("create_if_not_exists");
    fields.same("id", id);
    let service = if creates { fields.required("project_id") } else { fields.text("project_id") };
    let first_commit_at =
        if creates { fields.required_instant_of(&["first_commit_at"]) } else { fields.instant("first_commit_at") };
    let (started_at, deployed_at) = (fields.instant("deploy_start_at"), fields.instant("deployed_at"));
    let words = [("success", Success), ("failure", Failure), ("cancelled", Inactive)];
    let outcome = fields.word(&["outcome"], &words).unwrap_or(Success);
    let ended_at = deployed_at.unwrap_or(received_at);
    let begun = started_at.map(|at| status(InProgress, at));
    let deployment = Deployment {
        id: stored_id(id),
        service,
        first_commit_at,
        created_at: started_at.unwrap_or(ended_at),
        statuses: begun.into_iter().chain([status(outcome, ended_at)]).collect(),
        ..told_alike(&mut fields, received_at)
    };
    let told = Told {
        undated: deployed_at.is_none(),
        must_be_known: !creates,
        ..Told::of(vec![Delivered::Deployment(Box::new(deployment))])
    };
    fields.done(told)
}

fn incident(mut fields: Fields, received_at: Instant) -> Result<Told, Refused> {
    use IncidentEventKind::{Finished, Opened, Restored};
    let service = fields.required("project_id");
    let id = fields.text("id");
    let started_at = fields.instant("started_at");
    let (restored_at, finished_at) = (fields.instant("restored_at"), fields.instant("finished_at"));
    let begins = started_at.unwrap_or(received_at);
    let ends = [(Restored, restored_at), (Finished, finished_at)];
    let ends = ends.into_iter().filter_map(|(kind, at)| Some(event(kind, at?)));
    let incident = Incident {
        id: if id.is_empty() { id } else { stored_id(&id) },
        source: SOURCE.to_owned(),
        service,
        title: fields.text("title"),
        severity: fields.text("severity"),
        started_at: begins,
        deployment_id: fields.text("deployment_id"),
        labels: fields.texts("labels"),
        of_service: fields.text("service"),
        url: fields.text("url"),
        events: [event(Opened, begins)].into_iter().chain(ends).collect(),
        ..Incident::default()
    };
    let told = Told { undated: started_at.is_none(), ..Told::of(vec![Delivered::Incident(Box::new(incident))]) };
    fields.done(told)
}

fn turn(mut fields: Fields, id: &str, kind: IncidentEventKind, received_at: Instant) -> Result<Told, Refused> {
    fields.same("id", id);
    let date = fields.instant("date");
    let incident = Incident {
        id: stored_id(id),
        source: SOURCE.to_owned(),
        events: vec![event(kind, date.unwrap_or(received_at))],
        ..Incident::default()
    };
    let told = Told {
        undated: date.is_none(),
        must_be_known: true,
        ..Told::of(vec![Delivered::Incident(Box::new(incident))])
    };
    fields.done(told)
}

fn pull_request(mut fields: Fields, received_at: Instant) -> Result<Told, Refused> {
    let id = fields.required("id");
    let team = fields.required("team_id");
    let opened_at = fields.instant("opened_at");
    let (org, repo) = named(&fields.text("repo"));
    let number = fields.text("number");
    if org.is_empty() && !number.is_empty() {
        fields.refuse("repo", "pattern", "^[^/]+/.+$", "must be org/name where number is told");
    }
    let pull_request = PullRequest {
        id: stored_id(&id),
        team,
        place: Place { org, repo, number, ..Place::default() },
        state: PullRequestState::Open.into(),
        created_at: opened_at.unwrap_or(received_at),
        additions: fields.count("additions"),
        deletions: fields.count("deletions"),
        title: fields.text("title"),
        url: fields.text("url"),
        creator: login(&mut fields),
        ..PullRequest::default()
    };
    fields.done(Told { undated: opened_at.is_none(), ..Told::of(vec![Delivered::PullRequest(Box::new(pull_request))]) })
}

/// A review is known again by its time and by who wrote it. What does not say that it approves comments.
fn reviewed(mut fields: Fields, id: &str, received_at: Instant) -> Result<Told, Refused> {
    fields.same("id", id);
    let reviewed_at = fields.instant("reviewed_at");
    let at = reviewed_at.unwrap_or(received_at);
    let state = if fields.flag("approved") { ReviewState::Approved } else { ReviewState::Commented };
    let user = login(&mut fields);
    let review = Review {
        id: format!("{}/{}/{user}", stored_id(id), at.micros()),
        state: state.into(),
        submitted_at: Some(at),
        user,
        comments: Some(fields.count("nb_comments").unwrap_or(0)),
        ..Review::default()
    };
    let told = Told {
        undated: reviewed_at.is_none(),
        must_be_known: true,
        ..Told::of(vec![Delivered::Review { pull_request_id: stored_id(id), review }])
    };
    fields.done(told)
}

fn closed(mut fields: Fields, id: &str, received_at: Instant) -> Result<Told, Refused> {
    fields.same("id", id);
    let closed_at = fields.instant("closed_at");
    let at = closed_at.unwrap_or(received_at);
    let event = PullRequestEvent { kind: PullRequestEventKind::Closed.into(), at, ..PullRequestEvent::default() };
    let pull_request =
        PullRequest { state: PullRequestState::Closed.into(), closed_at: Some(at), events: vec![event], ..end(id) };
    ended(fields, closed_at, pull_request)
}

fn merged(mut fields: Fields, id: &str, received_at: Instant) -> Result<Told, Refused> {
    fields.same("id", id);
    let merged_at = fields.instant("merged_at");
    let at = merged_at.unwrap_or(received_at);
    let pull_request = PullRequest {
        state: PullRequestState::Merged.into(),
        closed_at: Some(at),
        merged_at: Some(at),
        merge_commit: fields.text("sha"),
        ..end(id)
    };
    ended(fields, merged_at, pull_request)
}

fn end(id: &str) -> PullRequest {
    PullRequest { id: stored_id(id), ..PullRequest::default() }
}

fn ended(fields: Fields, told_at: Option<Instant>, pull_request: PullRequest) -> Result<Told, Refused> {
    let told = Told {
        undated: told_at.is_none(),
        must_be_known: true,
        ..Told::of(vec![Delivered::PullRequest(Box::new(pull_request))])
    };
    fields.done(told)
}
