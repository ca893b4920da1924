//! Pushed events: read, stored while whoever pushes waits, and told again.

use std::sync::Arc;

use event_intake::{Refused, Told, cdevents, devlake, em};
use github_webhooks::body_hash;
use http_api::{Door, EventReceipt, Events, Question, RawEvent, Reply};
use model::Instant;
use model::records::{Deployment, Incident};
use serde_json::{Value, json};
use store::StoreError;
use tokio::sync::oneshot;

use crate::clock::now;
use crate::writing::{Incoming, Outcome, Pushed, Queue, What, gets_better, opened};

/// What is pushed into the store at an address.
#[derive(Debug)]
pub(crate) struct Pushes {
    url: String,
    queue: Arc<Queue>,
}

impl Pushes {
    pub(crate) fn new(url: String, queue: Arc<Queue>) -> Self {
        Self { url, queue }
    }

    fn pushed(&self, event: RawEvent, received_at: Instant) -> Result<Reply<EventReceipt>, EventReceipt> {
        let what = if event.door == Door::Heartbeat {
            em::heartbeat(&event.body).map_err(invalid)?;
            What::Heartbeat(received_at)
        } else {
            let told = read(&event, received_at).map_err(invalid)?;
            if let Some(why) = told.not_used {
                return Err(EventReceipt::Told(json!({"success": true, "message": why})));
            }
            let body_hash = body_hash(&[format!("{:?}\n", event.door).as_bytes(), &event.body].concat());
            What::Push(Pushed { key: event.key, body_hash, event: name(&event.door), received_at, told })
        };
        let (known, coming) = oneshot::channel();
        let then = move |outcome: Result<Outcome, &StoreError>| {
            let receipt = receipt(&event.door, outcome);
            say(&event.door, &receipt);
            // Whoever pushed it may have gone.
            let _ = known.send(receipt);
        };
        if self.queue.push(Incoming::new(what, then)) {
            Ok(Reply::Later { coming, patience: None, otherwise: EventReceipt::Failed })
        } else {
            Err(EventReceipt::Busy)
        }
    }

    fn known(&self, question: Question) -> Result<EventReceipt, StoreError> {
        // Opened for each question: another store may have taken its place.
        let store = opened(&self.url)?;
        Ok(match question {
            Question::Deployments { project, limit, offset } => {
                let all = store.pushed_deployments(project.as_deref())?;
                EventReceipt::Told(all.iter().skip(offset).take(limit).map(deployment).collect())
            }
            Question::Deployment(id) => match store.pushed_deployment(&em::stored_id(&id))? {
                Some(one) => EventReceipt::Told(deployment(&one)),
                None => EventReceipt::Missing(NO_DEPLOYMENT),
            },
            Question::Incidents { not_restored, not_finished } => {
                let is_asked = |one: &&Incident| {
                    (!not_restored || one.restored_at.is_none()) && (!not_finished || one.finished_at.is_none())
                };
                EventReceipt::Told(store.pushed_incidents()?.iter().filter(is_asked).map(incident).collect())
            }
        })
    }
}

impl Events for Pushes {
    fn take(&self, event: RawEvent) -> Reply<EventReceipt> {
        let door = event.door.clone();
        self.pushed(event, now()).unwrap_or_else(|receipt| {
            say(&door, &receipt);
            receipt.into()
        })
    }

    fn ask(&self, question: Question) -> EventReceipt {
        self.known(question).unwrap_or_else(|error| failed(&error))
    }
}

fn say(door: &Door, receipt: &EventReceipt) {
    let (event, outcome) = (name(door), outcome(receipt));
    tracing::info!(event, outcome, "pushed {event}: {outcome}");
}

const NO_DEPLOYMENT: &str = "Deployment does not exist";
const NO_INCIDENT: &str = "Incident does not exist";
const NOTHING: &str = "What it tells of does not exist";
const NO_PULL_REQUEST: &str = "PullRequest does not exist";

fn read(event: &RawEvent, received_at: Instant) -> Result<Told, Refused> {
    let em = |route| em::read(route, &event.body, received_at);
    let devlake = |route| devlake::read(route, &event.body, received_at);
    match &event.door {
        // A word that is read where it comes in.
        Door::Heartbeat => Err(Refused::Invalid(Vec::new())),
        Door::Deployments => em(em::Route::Deployments),
        Door::Deployed(id) => em(em::Route::Deployed(id)),
        Door::Incidents => em(em::Route::Incidents),
        Door::Restored(id) => em(em::Route::Restored(id)),
        Door::Finished(id) => em(em::Route::Finished(id)),
        Door::PullRequests => em(em::Route::PullRequests),
        Door::Reviewed(id) => em(em::Route::Reviewed(id)),
        Door::Closed(id) => em(em::Route::Closed(id)),
        Door::Merged(id) => em(em::Route::Merged(id)),
        Door::CdEvents => cdevents::read(&event.body, received_at),
        Door::DevLakeDeployments(connection) => devlake(devlake::Route::Deployments { connection }),
        Door::DevLakeIssues(connection) => devlake(devlake::Route::Issues { connection }),
        Door::DevLakeClose(connection, key) => devlake(devlake::Route::Close { connection, key }),
    }
}

/// In a word or two, for logs.
fn name(door: &Door) -> &'static str {
    match door {
        Door::Deployments => "deployment",
        Door::Deployed(_) => "end of a deployment",
        Door::Incidents => "incident",
        Door::Restored(_) => "restoration of an incident",
        Door::Finished(_) => "end of an incident",
        Door::PullRequests => "pull request",
        Door::Reviewed(_) => "review of a pull request",
        Door::Closed(_) => "end of a pull request",
        Door::Merged(_) => "merge of a pull request",
        Door::Heartbeat => "heartbeat",
        Door::CdEvents => "CDEvent",
        Door::DevLakeDeployments(_) => "deployment in DevLake's form",
        Door::DevLakeIssues(_) => "issue in DevLake's form",
        Door::DevLakeClose(..) => "end of an issue in DevLake's form",
    }
}

fn is_of_devlake(door: &Door) -> bool {
    matches!(door, Door::DevLakeDeployments(_) | Door::DevLakeIssues(_) | Door::DevLakeClose(..))
}

fn outcome(receipt: &EventReceipt) -> &'static str {
    match receipt {
        EventReceipt::Created(_) => "new",
        EventReceipt::Done | EventReceipt::Told(_) => "taken in",
        EventReceipt::Invalid(_) => "refused: wrong fields",
        EventReceipt::Missing(_) => "refused: not known",
        EventReceipt::Differs { .. } => "refused: another fact",
        EventReceipt::Busy => "refused: the store is busy",
        EventReceipt::Failed => "failed",
    }
}

fn receipt(door: &Door, outcome: Result<Outcome, &StoreError>) -> EventReceipt {
    match outcome {
        Ok(Outcome::Pushed(pushed)) => receipt_of_push(door, pushed),
        // Nothing but pushes and heartbeats is put into the queue here.
        Ok(Outcome::Heard | Outcome::Delivered(_)) => EventReceipt::Done,
        Err(error) => failed(error),
    }
}

fn receipt_of_push(door: &Door, pushed: store::Pushed) -> EventReceipt {
    use store::Pushed as Outcome;
    match pushed {
        Outcome::Created(_) | Outcome::Changed | Outcome::Known if is_of_devlake(door) => {
            EventReceipt::Told(json!({"success": true}))
        }
        Outcome::Created(id) => EventReceipt::Created(em::pushed_id(&id).to_owned()),
        Outcome::Changed | Outcome::Known => EventReceipt::Done,
        Outcome::Missing => EventReceipt::Missing(missing(door)),
        Outcome::NoDeployment(_) => EventReceipt::Invalid(vec![json!({
            "instancePath": "/deployment_id",
            "schemaPath": "#/properties/deployment_id",
            "keyword": "known",
            "params": {},
            "message": NO_DEPLOYMENT,
        })]),
        Outcome::Differs(difference) => {
            EventReceipt::Differs { field: difference.field, stored: difference.stored, told: difference.told }
        }
    }
}

fn missing(door: &Door) -> &'static str {
    match door {
        Door::Deployments | Door::Deployed(_) | Door::DevLakeDeployments(_) => NO_DEPLOYMENT,
        Door::PullRequests | Door::Reviewed(_) | Door::Closed(_) | Door::Merged(_) => NO_PULL_REQUEST,
        Door::CdEvents => NOTHING,
        _ => NO_INCIDENT,
    }
}

fn invalid(refused: Refused) -> EventReceipt {
    let errors = match refused {
        Refused::Invalid(errors) => errors.iter().map(event_intake::FieldError::to_json).collect(),
        Refused::Malformed(why) => vec![json!({
            "instancePath": "",
            "schemaPath": "#/type",
            "keyword": "type",
            "params": {"type": "object"},
            "message": why,
        })],
    };
    EventReceipt::Invalid(errors)
}

fn failed(error: &StoreError) -> EventReceipt {
    let message = command_line::with_causes(error);
    tracing::error!(error = %message, "what was pushed cannot be stored, or is not known: {message}");
    if gets_better(error) { EventReceipt::Busy } else { EventReceipt::Failed }
}

/// In em-metrics' form.
fn deployment(one: &Deployment) -> Value {
    json!({
        "id": em::pushed_id(&one.id),
        "project_id": one.service,
        "first_commit_at": time(one.first_commit_at),
        "deploy_start_at": time(Some(one.started_at.unwrap_or(one.created_at))),
        "deployed_at": time(one.succeeded_at),
    })
}

/// In em-metrics' form.
fn incident(one: &Incident) -> Value {
    json!({
        "id": em::pushed_id(&one.id),
        "project_id": one.service,
        "deployment_id": (!one.deployment_id.is_empty()).then(|| em::pushed_id(&one.deployment_id)),
        "started_at": time(Some(one.started_at)),
        "restored_at": time(one.restored_at),
        "finished_at": time(one.finished_at),
    })
}

fn time(at: Option<Instant>) -> Option<String> {
    at.map(Instant::to_rfc3339_millis)
}
