//! CDEvents, alone or as the data of a CloudEvent: services that are deployed, incidents, changes that are merged.

use model::Instant;
use model::deliveries::Delivered;
use model::kinds::{DeploymentStatusKind, IncidentEventKind, PullRequestState};
use model::records::{Deployment, Incident, PullRequest};
use serde::Deserialize;

use crate::em::stored_id;
use crate::fields::{FieldError, Refused, object_of};
use crate::told::{Told, event, status};

/// Who tells of it, and what ids of it begin with.
const SOURCE: &str = "cdevents";
/// What the types of CDEvents begin with.
const PREFIX: &str = "dev.cdevents.";

/// A CloudEvent whose data is a CDEvent, or a CDEvent.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Message {
    data: Option<Event>,
    #[serde(flatten)]
    event: Event,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Event {
    context: Context,
    subject: Subject,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Context {
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    timestamp: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Subject {
    id: String,
    source: String,
    content: Content,
}

/// What subjects of the kinds that are used say.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Content {
    environment: Reference,
    service: Reference,
    artifact_id: String,
    description: String,
    #[serde(rename = "ticketURI")]
    ticket: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference {
    id: String,
}

/// What a body tells that came at an instant.
///
/// # Errors
/// It is no JSON object in this form, or what names the event is missing.
pub fn read(body: &[u8], received_at: Instant) -> Result<Told, Refused> {
    let Message { data, event } = object_of(body)?;
    let (path, event) = data.map_or(("", event), |event| ("/data", event));
    let at = checked(&event, path)?;
    let kind = event.context.kind.strip_prefix(PREFIX).unwrap_or_default();
    let mut words = kind.split('.');
    Ok(match (words.next().unwrap_or_default(), words.next().unwrap_or_default()) {
        ("service", "deployed" | "upgraded" | "rolledback" | "published") => deployment(&event, at, received_at),
        ("incident", "detected") => incident(event, at, Turn::Detected),
        ("incident", "reported") => incident(event, at, Turn::Reported),
        ("incident", "resolved") => incident(event, at, Turn::Resolved),
        ("change", "merged") => merged(&event, at),
        ("pipelinerun", "started" | "finished") | ("taskrun", "finished") => {
            not_used("runs of pipelines say no repository, without which no figure of CI counts them")
        }
        _ => not_used("events of this type are not used"),
    })
}

/// What every event must say; when it happened.
fn checked(event: &Event, path: &str) -> Result<Instant, Refused> {
    let Event { context, subject } = event;
    let required = [
        ("context", "id", &context.id),
        ("context", "source", &context.source),
        ("context", "type", &context.kind),
        ("context", "timestamp", &context.timestamp),
        ("subject", "id", &subject.id),
    ];
    let missing = required.into_iter().filter(|(.., text)| text.trim().is_empty());
    let mut errors: Vec<FieldError> =
        missing.map(|(of, name, _)| FieldError::missing(&format!("{path}/{of}"), name)).collect();
    let at = Instant::parse_told(context.timestamp.trim()).filter(|at| *at != Instant::default());
    if at.is_none() && !context.timestamp.trim().is_empty() {
        errors.push(FieldError::no_time(&format!("{path}/context"), "timestamp"));
    }
    at.filter(|_| errors.is_empty()).ok_or(Refused::Invalid(errors))
}

fn not_used(why: &str) -> Told {
    Told { not_used: Some(why.to_owned()), ..Told::of(Vec::new()) }
}

/// The source of the subject where it is another one than that of the event, and its id.
fn named(event: &Event) -> String {
    let Event { context, subject } = event;
    let source = if subject.source.trim().is_empty() { &context.source } else { &subject.source };
    format!("{SOURCE}/{}/{}", source.trim(), subject.id.trim())
}

/// A service is deployed again and again: each event is a deployment of its own, which its id tells from others.
fn deployment(event: &Event, at: Instant, received_at: Instant) -> Told {
    let Content { environment, artifact_id, .. } = &event.subject.content;
    Told::of(vec![Delivered::Deployment(Box::new(Deployment {
        id: format!("{}/{}", named(event), event.context.id.trim()),
        source: SOURCE.to_owned(),
        service: bare(&event.subject.id, "service/").to_owned(),
        environment: bare(&environment.id, "environment/").to_owned(),
        sha: commit_of(artifact_id).unwrap_or_default().to_owned(),
        created_at: at,
        updated_at: Some(received_at),
        statuses: vec![status(DeploymentStatusKind::Success, at)],
        ..Deployment::default()
    }))])
}

/// An id without the word for its kind before it, as some write it.
fn bare<'a>(id: &'a str, kind: &str) -> &'a str {
    let id = id.trim();
    id.strip_prefix(kind).filter(|rest| !rest.is_empty()).unwrap_or(id)
}

/// The object id of the commit that an artifact is, or is made of: what stands behind the last `@` of its address, or of the
/// version in it. Digests of images are none.
fn commit_of(artifact: &str) -> Option<&str> {
    let mut parts =
        artifact.split(['?', '&', '#']).filter_map(|part| part.rsplit_once('@').map(|(_, version)| version));
    let is_commit = |version: &&str| version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts.rfind(is_commit)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Detected,
    Reported,
    Resolved,
}

/// What is reported of one that was detected changes nothing of when it began.
fn incident(event: Event, at: Instant, turn: Turn) -> Told {
    let id = named(&event);
    let Content { environment, service, description, ticket, .. } = event.subject.content;
    let kind = match turn {
        Turn::Detected => Some(IncidentEventKind::Opened),
        Turn::Reported => None,
        Turn::Resolved => Some(IncidentEventKind::Restored),
    };
    let is_begin = turn != Turn::Resolved;
    let incident = Incident {
        id,
        source: SOURCE.to_owned(),
        service: bare(&service.id, "service/").to_owned(),
        environment: bare(&environment.id, "environment/").to_owned(),
        title: if is_begin { description } else { String::new() },
        url: ticket,
        started_at: if is_begin { at } else { Instant::default() },
        events: kind.map(|kind| self::event(kind, at)).into_iter().collect(),
        ..Incident::default()
    };
    Told {
        undated: turn == Turn::Reported,
        must_be_known: !is_begin,
        ..Told::of(vec![Delivered::Incident(Box::new(incident))])
    }
}

/// The event does not say when the change was opened: that must be known.
fn merged(event: &Event, at: Instant) -> Told {
    let pull_request = PullRequest {
        id: stored_id(bare(&event.subject.id, "change/")),
        state: PullRequestState::Merged.into(),
        closed_at: Some(at),
        merged_at: Some(at),
        ..PullRequest::default()
    };
    Told { must_be_known: true, ..Told::of(vec![Delivered::PullRequest(Box::new(pull_request))]) }
}
