//! PagerDuty's webhooks, version 3: an incident and what happened to it.

use model::deliveries::Delivered;
use model::records::{Incident, IncidentEvent, IncidentEventKind};
use secrecy::SecretString;
use serde::Deserialize;

use crate::proof::is_signature;
use crate::webhook::{Malformed, Time, Webhook, parsed};

/// Who tells of it, as rows have it.
const SOURCE: &str = "pagerduty";

#[derive(Debug, Deserialize)]
struct Body {
    event: Event,
}

#[derive(Debug, Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "event_type")]
    kind: String,
    occurred_at: Time,
    #[serde(default)]
    data: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Data {
    id: String,
    #[serde(default)]
    html_url: Option<String>,
    created_at: Time,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    service: Option<Named>,
    #[serde(default)]
    priority: Option<Named>,
    #[serde(default)]
    urgency: Option<String>,
    #[serde(default)]
    resolve_reason: Option<Reason>,
}

#[derive(Debug, Deserialize)]
struct Named {
    #[serde(default)]
    summary: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Reason {
    #[serde(default, rename = "type")]
    kind: String,
}

/// Whether one of the signatures in `X-PagerDuty-Signature` (`v1=HEX,v1=HEX`) is that of the body under the secret.
pub fn is_signed(secret: &SecretString, body: &[u8], signatures: &str) -> bool {
    let given = signatures.split(',').filter_map(|signature| signature.trim().strip_prefix("v1="));
    given.filter(|signature| is_signature(secret, body, signature)).count() > 0
}

/// Reads a body whose signature was checked. An incident is opened when it was made, whichever event tells of it first.
///
/// # Errors
/// It is no JSON, or a part of it that is used is missing or of another kind.
pub fn read(body: &[u8]) -> Result<Webhook, Malformed> {
    let Event { id, kind, occurred_at, data } = parsed::<Body>(WHAT, body)?.event;
    let (event, kind) = match kind.as_str() {
        "incident.triggered" => ("incident.triggered", None),
        "incident.acknowledged" => ("incident.acknowledged", Some(IncidentEventKind::Acknowledged)),
        "incident.resolved" => ("incident.resolved", Some(IncidentEventKind::Restored)),
        "incident.reopened" => ("incident.reopened", Some(IncidentEventKind::Reopened)),
        "incident.priority_updated" => ("incident.priority_updated", None),
        "pagey.ping" => return Ok(Webhook::NotUsed("it is a test: deliveries arrive here")),
        _ => return Ok(Webhook::NotUsed("nothing is taken from this event")),
    };
    let data =
        serde_json::from_value::<Data>(data.unwrap_or_default()).map_err(|source| Malformed::new(WHAT, source))?;
    let is_merged = data.resolve_reason.is_some_and(|reason| reason.kind == "merge_resolve_reason");
    let kind =
        if is_merged && kind == Some(IncidentEventKind::Restored) { Some(IncidentEventKind::Dropped) } else { kind };
    let incident_id = format!("{SOURCE}/{}", data.id);
    let happened = [Some((IncidentEventKind::Opened, data.created_at)), kind.map(|kind| (kind, occurred_at))];
    let events = happened.into_iter().flatten().map(|(kind, Time(at))| IncidentEvent {
        incident_id: incident_id.clone(),
        at,
        kind: kind.into(),
        ..IncidentEvent::default()
    });
    let name = |named: Option<Named>| named.and_then(|named| named.summary).unwrap_or_default();
    let told = Delivered::Incident(Box::new(Incident {
        events: events.collect(),
        id: incident_id,
        source: SOURCE.to_owned(),
        service: name(data.service),
        title: data.title.unwrap_or_default(),
        severity: Some(name(data.priority)).filter(|name| !name.is_empty()).or(data.urgency).unwrap_or_default(),
        started_at: data.created_at.0,
        url: data.html_url.unwrap_or_default(),
        ..Incident::default()
    }));
    Ok(Webhook::Told { id, event, told })
}

const WHAT: &str = "an event of PagerDuty's webhooks, version 3";

#[cfg(test)]
mod tests {
    use model::Instant;
    use serde_json::{Value, json};

    use super::*;

    fn body(event_type: &str, change: impl FnOnce(&mut Value)) -> Vec<u8> {
        let mut body = json!({"event": {
            "id": "01EVENT", "event_type": event_type, "resource_type": "incident",
            "occurred_at": "2026-10-01T09:10:00.169Z", "agent": {"type": "user_reference"},
            "data": {
                "id": "PGR0VU2", "type": "incident", "number": 2, "status": "triggered",
                "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2", "created_at": "2026-10-01T09:00:00Z",
                "title": "The shop is slow", "service": {"id": "PF9KMXH", "summary": "Shop"},
                "priority": {"id": "P1X", "summary": "P1"}, "urgency": "high", "resolve_reason": null,
            },
        }});
        change(&mut body["event"]["data"]);
        body.to_string().into_bytes()
    }

    fn told(body: &[u8]) -> Incident {
        match read(body).expect("readable") {
            Webhook::Told { told: Delivered::Incident(incident), id, .. } if id == "01EVENT" => *incident,
            other => panic!("{other:?}"),
        }
    }

    fn events(incident: &Incident) -> Vec<(&str, &str)> {
        let time = |event: &IncidentEvent| match event.at {
            at if at == Instant::parse_rfc3339("2026-10-01T09:00:00Z").expect("a time") => "made",
            at if at == Instant::parse_rfc3339("2026-10-01T09:10:00Z").expect("a time") => "now",
            _ => "else",
        };
        incident.events.iter().map(|event| (event.kind.name(), time(event))).collect()
    }

    #[test]
    fn an_incident_is_opened_when_it_was_made() {
        let incident = told(&body("incident.triggered", |_| {}));
        assert_eq!((incident.id.as_str(), incident.service.as_str()), ("pagerduty/PGR0VU2", "Shop"));
        assert_eq!((incident.severity.as_str(), incident.title.as_str()), ("P1", "The shop is slow"));
        assert_eq!(incident.url, "https://acme.pagerduty.com/incidents/PGR0VU2");
        assert_eq!(events(&incident), [("opened", "made")]);
        let plain = told(&body("incident.priority_updated", |data| data["priority"] = Value::Null));
        assert_eq!((plain.severity.as_str(), events(&plain)), ("high", vec![("opened", "made")]));
    }

    #[test]
    fn what_happens_to_it_later_is_of_its_own_time() {
        for (event, kind) in [
            ("incident.acknowledged", "acknowledged"),
            ("incident.resolved", "restored"),
            ("incident.reopened", "reopened"),
        ] {
            assert_eq!(events(&told(&body(event, |_| {}))), [("opened", "made"), (kind, "now")]);
        }
    }

    #[test]
    fn one_that_becomes_part_of_another_is_not_restored() {
        let merged = body("incident.resolved", |data| data["resolve_reason"] = json!({"type": "merge_resolve_reason"}));
        assert_eq!(events(&told(&merged)), [("opened", "made"), ("dropped", "now")]);
    }

    #[test]
    fn tests_and_other_events_are_not_used_and_nonsense_is_malformed_without_its_text() {
        let test = json!({"event": {"id": "1", "event_type": "pagey.ping", "occurred_at": "2026-10-01T09:10:00Z",
            "data": {"message": "Hello", "type": "ping"}}});
        assert!(matches!(read(test.to_string().as_bytes()), Ok(Webhook::NotUsed(_))));
        assert!(matches!(read(&body("incident.annotated", |_| {})), Ok(Webhook::NotUsed(_))));
        for nonsense in
            [b"{".to_vec(), b"{}".to_vec(), body("incident.triggered", |data| data["created_at"] = "hush".into())]
        {
            let error = read(&nonsense).expect_err("malformed");
            let source = std::error::Error::source(&error).expect("a cause").to_string();
            assert!(!source.contains("hush"), "{source}");
        }
    }

    #[test]
    fn any_of_several_signatures_will_do() {
        let secret = SecretString::from("It's a Secret to Everybody");
        let signature = "v1=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert!(is_signed(&secret, b"Hello, World!", signature));
        assert!(is_signed(&secret, b"Hello, World!", &format!("v1=00, {signature}")));
        for wrong in ["", "v1=", &signature.replace("v1", "v2"), &signature[3..]] {
            assert!(!is_signed(&secret, b"Hello, World!", wrong), "{wrong}");
        }
    }
}
