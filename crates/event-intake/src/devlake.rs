//! Bodies of DevLake's incoming webhooks, as documented now (`commitSha`) and as they were (`commit_sha`).

use model::Instant;
use model::deliveries::Delivered;
use model::kinds::{DeploymentStatusKind, IncidentEventKind};
use model::records::{Deployment, Incident};
use url::Url;

use crate::fields::{Fields, Refused};
use crate::told::{Told, event, status};

/// Who tells of it.
const SOURCE: &str = "devlake";

/// Where a body was sent to. The connection is the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// `…/CONNECTION/deployments`.
    Deployments {
        /// The connection.
        connection: &'a str,
    },
    /// `…/CONNECTION/issues` and `…/CONNECTION/incidents`.
    Issues {
        /// The connection.
        connection: &'a str,
    },
    /// `…/CONNECTION/issue/KEY/close`.
    Close {
        /// The connection.
        connection: &'a str,
        /// Key of the issue.
        key: &'a str,
    },
}

/// What a body tells that came at an instant.
///
/// # Errors
/// It is no JSON object, or fields of it are missing or wrong.
pub fn read(route: Route<'_>, body: &[u8], received_at: Instant) -> Result<Told, Refused> {
    let fields = Fields::of_body(body)?;
    match route {
        Route::Deployments { connection } => deployments(fields, connection, received_at),
        Route::Issues { connection } => issue(fields, connection, received_at),
        Route::Close { connection, key } => close(fields, connection, key, received_at),
    }
}

/// Names of what one commit and the deployment as a whole may both tell.
const STARTED: [&str; 3] = ["startedDate", "started_date", "start_time"];
const FINISHED: [&str; 3] = ["finishedDate", "finished_date", "end_time"];
const COMMIT: [&str; 2] = ["commitSha", "commit_sha"];
const REPOSITORY: [&str; 2] = ["repoUrl", "repo_url"];
const REFERENCE: [&str; 2] = ["refName", "ref_name"];

/// One deployment for each commit, since each may be of another repository; of the older form there is one.
fn deployments(mut fields: Fields, connection: &str, received_at: Instant) -> Result<Told, Refused> {
    let commits = fields.objects(&["deploymentCommits", "deployment_commits"]);
    let begun = fields.instant_of(&STARTED);
    let ended = fields.instant_of(&FINISHED);
    let created = fields.instant_of(&["createdDate", "created_date", "create_time"]);
    let outcome = outcome(&mut fields);
    let environment = fields.text("environment");
    let url = fields.text("url");
    // The older form tells of its one commit beside everything else.
    let parts = commits.unwrap_or_default();
    let id = fields.text_of(&["id", "pipeline_id", "pipelineId"]);
    let id = if id.is_empty() { fields.required_of(&COMMIT) } else { id };
    let is_older = parts.is_empty();
    let mut told = Vec::new();
    let mut one = |fields: &mut Fields, number: usize, outcome: DeploymentStatusKind| {
        let begun = fields.instant_of(&STARTED).or(begun);
        let ended = fields.instant_of(&FINISHED).or(ended);
        let place = Place::of(&fields.text_of(&REPOSITORY));
        let ends = ended.map(|at| status(outcome, at));
        let deployment = Deployment {
            id: format!("{SOURCE}/{connection}/{id}/{number}"),
            source: SOURCE.to_owned(),
            org: place.org,
            repo: place.repo,
            host: place.host,
            environment: if environment.is_empty() { "PRODUCTION".to_owned() } else { environment.clone() },
            sha: fields.required_of(&COMMIT),
            git_ref: fields.text_of(&REFERENCE),
            created_at: created.or(begun).or(ended).unwrap_or(received_at),
            url: url.clone(),
            updated_at: Some(received_at),
            service: connection.to_owned(),
            statuses: begun.map(|at| status(DeploymentStatusKind::InProgress, at)).into_iter().chain(ends).collect(),
            ..Deployment::default()
        };
        if ended.is_none() {
            fields.required_instant_of(&FINISHED);
        }
        told.push(Delivered::Deployment(Box::new(deployment)));
    };
    if is_older {
        one(&mut fields, 1, outcome);
    }
    for (number, mut part) in (1..).zip(parts) {
        let outcome = if part.text("result").is_empty() { outcome } else { self::outcome(&mut part) };
        one(&mut part, number, outcome);
        fields.take_errors(&mut part);
    }
    fields.done(Told::of(told))
}

fn outcome(fields: &mut Fields) -> DeploymentStatusKind {
    use DeploymentStatusKind::{Failure, Inactive, Success};
    let words = [
        ("SUCCESS", Success),
        ("FAILURE", Failure),
        ("FAILED", Failure),
        ("ABORT", Inactive),
        ("ABORTED", Inactive),
        ("CANCELLED", Inactive),
    ];
    fields.word(&["result"], &words).unwrap_or(Success)
}

/// Where a repository is, by the address that it is cloned from.
#[derive(Default)]
struct Place {
    org: String,
    repo: String,
    host: String,
}

impl Place {
    /// Nothing where the address has no host and two names: an address may carry a password, which is not kept.
    fn of(address: &str) -> Self {
        let of_ssh = address.strip_prefix("git@").map(|rest| format!("ssh://{}", rest.replacen(':', "/", 1)));
        let Ok(url) = Url::parse(of_ssh.as_deref().unwrap_or(address)) else { return Self::default() };
        let path = url.path().trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        match (url.host_str(), path.rsplit_once('/')) {
            (Some(host), Some((org, repo))) => {
                let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
                Self { org: org.to_owned(), repo: repo.to_owned(), host }
            }
            _ => Self::default(),
        }
    }
}

fn issue(mut fields: Fields, connection: &str, received_at: Instant) -> Result<Told, Refused> {
    use IncidentEventKind::{Acknowledged, Finished, Opened};
    let kind = fields.text_of(&["type", "originalType", "original_type"]);
    if !kind.is_empty() && !kind.eq_ignore_ascii_case("INCIDENT") {
        let not_used = Some("only issues of the type INCIDENT are used".to_owned());
        return fields.done(Told { not_used, ..Told::of(Vec::new()) });
    }
    let key = fields.required_of(&["issueKey", "issue_key"]);
    let created = fields.instant_of(&["createdDate", "created_date"]);
    let resolved = fields.instant_of(&["resolutionDate", "resolution_date"]);
    let updated = fields.instant_of(&["updatedDate", "updated_date"]);
    let words = [("TODO", None), ("IN_PROGRESS", Some(Acknowledged)), ("DONE", Some(Finished))];
    let state = fields.word(&["status", "originalStatus", "original_status"], &words).flatten();
    let begins = created.unwrap_or(received_at);
    // Whoever tells when it was resolved says that it is.
    let ended = (state == Some(Finished) || resolved.is_some()).then(|| resolved.or(updated).unwrap_or(received_at));
    let taken_on = (state == Some(Acknowledged)).then(|| updated.unwrap_or(received_at));
    let turns = [(Acknowledged, taken_on), (Finished, ended)];
    let turns = turns.into_iter().filter_map(|(kind, at)| Some(event(kind, at?)));
    let incident = Incident {
        id: incident_id(connection, &key),
        source: SOURCE.to_owned(),
        service: connection.to_owned(),
        title: fields.text("title"),
        severity: fields.text("severity"),
        started_at: begins,
        url: fields.text("url"),
        events: [event(Opened, begins)].into_iter().chain(turns).collect(),
        ..Incident::default()
    };
    let lacks_end = ended.is_some() && resolved.or(updated).is_none();
    let lacks_turn = lacks_end || (taken_on.is_some() && updated.is_none());
    fields.done(Told {
        undated: lacks_turn || created.is_none(),
        ..Told::of(vec![Delivered::Incident(Box::new(incident))])
    })
}

fn close(mut fields: Fields, connection: &str, key: &str, received_at: Instant) -> Result<Told, Refused> {
    let resolved = fields.instant_of(&["resolutionDate", "resolution_date"]);
    let incident = Incident {
        id: incident_id(connection, key),
        source: SOURCE.to_owned(),
        events: vec![event(IncidentEventKind::Finished, resolved.unwrap_or(received_at))],
        ..Incident::default()
    };
    let told = Told {
        undated: resolved.is_none(),
        must_be_known: true,
        ..Told::of(vec![Delivered::Incident(Box::new(incident))])
    };
    fields.done(told)
}

fn incident_id(connection: &str, key: &str) -> String {
    format!("{SOURCE}/{connection}/{key}")
}
