//! Bodies of webhooks of other senders than GitHub: each is read or refused in words, counts once however often it comes,
//! and leaves a store that can be read.
//!
//! An input is a line `sender event` and the body below it.

use std::fs;
use std::path::Path;

use event_intake::alertmanager::LabelNames;
use event_intake::{Webhook, alertmanager, incident_io, linear, pagerduty, statuspage};
use fuzzing::{Form, Input, Outcome, masked};
use model::deliveries::Delivered;
use model::tickets::TicketTypes;
use store::{Delivery, Deposit, Store};

use crate::scene::{assert_is_message, at, folder, url, with_causes};
use crate::webhooks::{NOW, ORGANISATION, everything};

pub(crate) const INPUT: Input = Input::new("senders", Form::Json, &WORDS, check);

const WORDS: [&str; 55] = [
    "gitlab",
    "pagerduty",
    "alertmanager",
    "grafana",
    "incident.io",
    "statuspage",
    "linear",
    "Issue",
    "create",
    "remove",
    "completed",
    "started",
    "2026-03-31T09:00:00.405Z",
    "public_incident.incident_created_v2",
    "public_incident.incident_status_updated_v2",
    "Fixed at",
    "Reported at",
    "declined",
    "scheduled",
    "Deployment Hook",
    "Pipeline Hook",
    "Job Hook",
    "Merge Request Hook",
    "Issue Hook",
    "Release Hook",
    "incident.triggered",
    "incident.acknowledged",
    "incident.resolved",
    "incident.reopened",
    "merge_resolve_reason",
    "firing",
    "resolved",
    "running",
    "success",
    "failed",
    "canceled",
    "skipped",
    "blocked",
    "manual",
    "created",
    "opened",
    "merged",
    "closed",
    "locked",
    "open",
    "close",
    "reopen",
    "update",
    "delete",
    "Incident",
    "0001-01-01T00:00:00Z",
    "2026-03-31 09:00:00 UTC",
    "2026-03-31 11:00:00 +0200",
    "https://github.com/acme/web",
    "acme/web",
];

/// What a body tells; else why nothing is taken from it.
fn read(sender: &str, event: &str, body: &[u8]) -> Result<Delivered, String> {
    let of_webhook = |webhook: Result<Webhook, event_intake::Malformed>| match webhook {
        Ok(Webhook::Told { told, .. }) => Ok(told),
        Ok(Webhook::NotUsed(why)) => Err(why.to_owned()),
        Err(error) => Err(with_causes(&error)),
    };
    match sender {
        "gitlab" => match gitlab_webhooks::read(event, body, at(NOW)) {
            Ok(gitlab_webhooks::Reading::Told(told)) => Ok(told),
            Ok(gitlab_webhooks::Reading::NotUsed(why)) => Err(why.to_string()),
            Err(error) => Err(with_causes(&error)),
        },
        "pagerduty" => of_webhook(pagerduty::read(body)),
        "alertmanager" => {
            of_webhook(alertmanager::read(alertmanager::Sender::Alertmanager, &LabelNames::default(), body))
        }
        "grafana" => of_webhook(alertmanager::read(alertmanager::Sender::Grafana, &LabelNames::default(), body)),
        "incident.io" => of_webhook(incident_io::read(body)),
        "statuspage" => of_webhook(statuspage::read(body)),
        "linear" => {
            let types = TicketTypes { parent_label_id: Some("kinds".to_owned()), allow_list: vec!["Chore".to_owned()] };
            match linear::read(body, &linear::Reading { types, people: true }, at(NOW)) {
                Ok(linear::Judged::Fresh(webhook)) => of_webhook(Ok(webhook)),
                Ok(linear::Judged::Stale) => Err("it was not sent now".to_owned()),
                Err(error) => Err(with_causes(&error)),
            }
        }
        _ => Err("no sender".to_owned()),
    }
}

fn deliver(store: &Path, id: &str, told: &Delivered) -> Deposit {
    let store = Store::open(&url(store)).expect("opened");
    let delivery = Delivery { id, body_hash: id, event: "an_event", received_at: at(NOW), told };
    store.deliver(&delivery).unwrap_or_else(|error| panic!("cannot be stored: {}", with_causes(&error)))
}

fn check(text: &[u8]) -> Outcome {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    let head = String::from_utf8_lossy(&text[..end]);
    let body = text.get(end + 1..).unwrap_or_default();
    let (sender, event) = head.split_once(' ').unwrap_or((&head, ""));
    let told = match read(sender, event, body) {
        Ok(told) => told,
        Err(why) => {
            assert_is_message(&why, body.len());
            return Outcome::Refused(masked(&why));
        }
    };
    let folder = folder();
    let store = folder.path().join("cto.db");
    fs::copy(&ORGANISATION.1, &store).expect("copied");
    let first = deliver(&store, "first", &told);
    let once = everything(text, folder.path(), &store, "once");
    // As one that nobody remembers.
    let second = deliver(&store, "second", &told);
    assert_ne!(second, Deposit::Stored, "what came twice counts once");
    let twice = everything(text, folder.path(), &store, "twice");
    for ((name, first), (_, second)) in once.into_iter().zip(twice) {
        assert_eq!(String::from_utf8_lossy(&first), String::from_utf8_lossy(&second), "{name} after the second");
    }
    Outcome::Taken(format!("{sender}, {first:?}"))
}
