//! Judging of deliveries: whether one is signed, and what it tells.

use event_intake::alertmanager::LabelNames;
use event_intake::standard::{Headers, Verdict};
use event_intake::{Webhook, alertmanager, incident_io, linear, pagerduty, standard, statuspage};
use github_webhooks::{BodyKind, Reading, body_hash, is_signed, payload, read};
use gitlab_webhooks::is_token;
use http_api::{PATH_PROOF, RawDelivery, Receipt, Sender};
use model::Instant;
use model::deliveries::Delivered;
use secrecy::SecretString;

use super::Ways;

/// What is to be stored, and by what it is known again.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) id: String,
    /// Two senders may say the same of two things.
    pub(super) body_hash: String,
    pub(super) event: String,
    pub(super) told: Delivered,
}

/// What a delivery tells that came at `received_at`; else what its sender is answered.
pub(super) fn told(
    delivery: &RawDelivery,
    secret: &SecretString,
    ways: &Ways,
    received_at: Instant,
) -> Result<Judged, Receipt> {
    let alerts = |sender| of_alerts(sender, &ways.alert_labels, delivery, secret);
    match delivery.sender {
        Sender::Github => of_github(delivery, secret, received_at),
        Sender::Gitlab => of_gitlab(delivery, secret, received_at),
        Sender::Pagerduty => of_pagerduty(delivery, secret),
        Sender::Alertmanager => alerts(alertmanager::Sender::Alertmanager),
        Sender::Grafana => alerts(alertmanager::Sender::Grafana),
        Sender::Standard => of_standard(delivery, secret, received_at),
        Sender::Statuspage => of_statuspage(delivery, secret),
        Sender::Linear => of_linear(delivery, secret, &ways.tickets, received_at),
    }
}

fn of_github(delivery: &RawDelivery, secret: &SecretString, received_at: Instant) -> Result<Judged, Receipt> {
    let kind = BodyKind::of(&delivery.content_type).ok_or(Receipt::UnknownContentType)?;
    if !is_signed(secret, &delivery.body, delivery.proofs.get("x-hub-signature-256")) {
        return Err(Receipt::Unsigned);
    }
    let reading = payload(kind, &delivery.body).and_then(|text| read(&delivery.event, &text, received_at));
    match reading {
        Err(error) => Err(Receipt::Malformed(command_line::with_causes(&error))),
        Ok(Reading::Ping) => Err(Receipt::NotUsed("it is a ping: deliveries arrive here".to_owned())),
        Ok(Reading::NotUsed(why)) => Err(Receipt::NotUsed(why.to_string())),
        Ok(Reading::Told(told)) => {
            let (id, event) = (delivery.id.clone(), delivery.event.clone());
            Ok(Judged { id, body_hash: body_hash(&delivery.body), event, told })
        }
    }
}

/// Signed deliveries are judged by their signature alone: whoever repeats one has its headers too.
fn of_gitlab(delivery: &RawDelivery, secret: &SecretString, received_at: Instant) -> Result<Judged, Receipt> {
    let proofs = &delivery.proofs;
    let signatures = proofs.get("webhook-signature");
    if signatures.is_empty() {
        if !is_token(secret, proofs.get("x-gitlab-token")) {
            return Err(Receipt::Unsigned);
        }
    } else {
        let headers = Headers { id: &delivery.id, timestamp: proofs.get("webhook-timestamp"), signatures };
        is_now(standard::verdict(secret, headers, &delivery.body, received_at))?;
    }
    check_json(delivery)?;
    match gitlab_webhooks::read(&delivery.event, &delivery.body, received_at) {
        Err(error) => Err(Receipt::Malformed(command_line::with_causes(&error))),
        Ok(gitlab_webhooks::Reading::NotUsed(why)) => Err(Receipt::NotUsed(why.to_string())),
        Ok(gitlab_webhooks::Reading::Told(told)) => {
            let body_hash = own_id(delivery, &body_hash(&delivery.body));
            // The id of an event is that of several deliveries of it.
            let id = format!("{body_hash}/{}", delivery.id);
            Ok(Judged { id, body_hash, event: delivery.event.clone(), told })
        }
    }
}

fn of_pagerduty(delivery: &RawDelivery, secret: &SecretString) -> Result<Judged, Receipt> {
    if !pagerduty::is_signed(secret, &delivery.body, delivery.proofs.get("x-pagerduty-signature")) {
        return Err(Receipt::Unsigned);
    }
    check_json(delivery)?;
    webhook(delivery, pagerduty::read(&delivery.body))
}

fn of_alerts(
    sender: alertmanager::Sender,
    labels: &LabelNames,
    delivery: &RawDelivery,
    secret: &SecretString,
) -> Result<Judged, Receipt> {
    let proofs = &delivery.proofs;
    let is_known = alertmanager::is_authorized(secret, proofs.get("authorization"))
        || alertmanager::is_signed(secret, &delivery.body, proofs.get("x-grafana-alerting-signature"));
    if !is_known {
        return Err(Receipt::Unsigned);
    }
    check_json(delivery)?;
    webhook(delivery, alertmanager::read(sender, labels, &delivery.body))
}

fn of_standard(delivery: &RawDelivery, secret: &SecretString, received_at: Instant) -> Result<Judged, Receipt> {
    let either = |name: &str| {
        let usual = delivery.proofs.get(&format!("webhook-{name}"));
        if usual.is_empty() { delivery.proofs.get(&format!("svix-{name}")) } else { usual }
    };
    let headers = Headers { id: &delivery.id, timestamp: either("timestamp"), signatures: either("signature") };
    is_now(standard::verdict(secret, headers, &delivery.body, received_at))?;
    check_json(delivery)?;
    let told = webhook(delivery, incident_io::read(&delivery.body))?;
    Ok(Judged { id: own_id(delivery, &delivery.id), ..told })
}

fn of_statuspage(delivery: &RawDelivery, secret: &SecretString) -> Result<Judged, Receipt> {
    if !statuspage::is_addressed(secret, delivery.proofs.get(PATH_PROOF)) {
        return Err(Receipt::Unsigned);
    }
    check_json(delivery)?;
    webhook(delivery, statuspage::read(&delivery.body))
}

fn of_linear(
    delivery: &RawDelivery,
    secret: &SecretString,
    tickets: &linear::Reading,
    received_at: Instant,
) -> Result<Judged, Receipt> {
    if !linear::is_signed(secret, &delivery.body, delivery.proofs.get("linear-signature")) {
        return Err(Receipt::Unsigned);
    }
    check_json(delivery)?;
    let read = match linear::read(&delivery.body, tickets, received_at) {
        Ok(linear::Judged::Stale) => return Err(Receipt::Stale),
        Ok(linear::Judged::Fresh(read)) => Ok(read),
        Err(error) => Err(error),
    };
    let told = webhook(delivery, read)?;
    Ok(Judged { id: own_id(delivery, &delivery.id), ..told })
}

/// What was read, known again by the sender's id, else by the body alone.
fn webhook(delivery: &RawDelivery, read: Result<Webhook, event_intake::Malformed>) -> Result<Judged, Receipt> {
    match read {
        Err(error) => Err(Receipt::Malformed(command_line::with_causes(&error))),
        Ok(Webhook::NotUsed(why)) => Err(Receipt::NotUsed(why.to_owned())),
        Ok(Webhook::Told { id, event, told }) => {
            let body_hash = own_id(delivery, &body_hash(&delivery.body));
            let id = if id.is_empty() { body_hash.clone() } else { own_id(delivery, &id) };
            Ok(Judged { id, body_hash, event: event.to_owned(), told })
        }
    }
}

fn is_now(verdict: Verdict) -> Result<(), Receipt> {
    match verdict {
        Verdict::Signed => Ok(()),
        Verdict::Stale => Err(Receipt::Stale),
        Verdict::Unsigned => Err(Receipt::Unsigned),
    }
}

/// Ids of one sender are none of another's.
fn own_id(delivery: &RawDelivery, id: &str) -> String {
    format!("{}/{id}", delivery.sender.name())
}

fn check_json(delivery: &RawDelivery) -> Result<(), Receipt> {
    if BodyKind::of(&delivery.content_type) == Some(BodyKind::Json) { Ok(()) } else { Err(Receipt::UnknownContentType) }
}
