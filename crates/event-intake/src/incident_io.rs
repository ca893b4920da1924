//! incident.io's webhooks: public incidents. Of private ones they tell nothing but an id.

use model::deliveries::Delivered;
use model::records::{Incident, IncidentEvent, IncidentEventKind};
use serde::Deserialize;
use serde_json::Value;

use crate::webhook::{Malformed, Time, Webhook, parsed};

/// Who tells of it, as rows have it.
const SOURCE: &str = "incident.io";

/// The custom field that names the service.
const SERVICE: &str = "service";

/// Names of timestamps, in small letters, and what happened then; the first of one kind that has a value counts.
const TIMESTAMPS: [(&str, IncidentEventKind); 8] = [
    ("impact started at", IncidentEventKind::Opened),
    ("reported at", IncidentEventKind::Opened),
    ("accepted at", IncidentEventKind::Acknowledged),
    ("acknowledged at", IncidentEventKind::Acknowledged),
    ("fixed at", IncidentEventKind::Restored),
    ("impact ended at", IncidentEventKind::Restored),
    ("resolved at", IncidentEventKind::Restored),
    ("closed at", IncidentEventKind::Finished),
];

/// Categories of statuses in which an incident is none by itself any more.
const DROPPED: [&str; 3] = ["declined", "merged", "canceled"];

#[derive(Debug, Deserialize)]
struct Told {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    permalink: Option<String>,
    created_at: Time,
    updated_at: Time,
    #[serde(default)]
    severity: Option<Named>,
    #[serde(default)]
    incident_status: Option<Status>,
    #[serde(default)]
    incident_timestamp_values: Vec<Timestamp>,
    #[serde(default)]
    custom_field_entries: Vec<Field>,
    /// `standard`, or what is for practice.
    #[serde(default)]
    mode: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Status {
    #[serde(default)]
    category: String,
}

#[derive(Debug, Deserialize)]
struct Timestamp {
    incident_timestamp: Named,
    #[serde(default)]
    value: Option<TimestampValue>,
}

#[derive(Debug, Deserialize)]
struct TimestampValue {
    #[serde(default)]
    value: Option<Time>,
}

#[derive(Debug, Deserialize)]
struct Field {
    custom_field: Named,
    #[serde(default)]
    values: Vec<FieldValue>,
}

#[derive(Debug, Deserialize)]
struct FieldValue {
    #[serde(default, rename = "value_text")]
    text: Option<String>,
    #[serde(default, rename = "value_option")]
    option: Option<OptionValue>,
    #[serde(default, rename = "value_catalog_entry")]
    entry: Option<Named>,
}

#[derive(Debug, Deserialize)]
struct OptionValue {
    #[serde(default)]
    value: String,
}

/// Reads a body whose signature was checked.
///
/// # Errors
/// It is no JSON, or a part of it that is used is missing or of another kind.
pub fn read(body: &[u8]) -> Result<Webhook, Malformed> {
    let mut body: Value = parsed(WHAT, body)?;
    let event = match body.get("event_type").and_then(Value::as_str) {
        Some("public_incident.incident_created_v2") => "public_incident.incident_created_v2",
        Some("public_incident.incident_updated_v2") => "public_incident.incident_updated_v2",
        Some("public_incident.incident_status_updated_v2") => "public_incident.incident_status_updated_v2",
        Some(private) if private.starts_with("private_incident.") => {
            return Ok(Webhook::NotUsed("of private incidents only the id is told"));
        }
        _ => return Ok(Webhook::NotUsed("nothing is taken from this event")),
    };
    let mut told = body.get_mut(event).map(Value::take).unwrap_or_default();
    // A change of the status has the incident beside what changed.
    if let Some(incident) = told.get_mut("incident") {
        told = incident.take();
    }
    let told: Told = serde_json::from_value(told).map_err(|source| Malformed::new(WHAT, source))?;
    if told.mode.as_deref().is_some_and(|mode| mode == "test" || mode == "tutorial") {
        return Ok(Webhook::NotUsed("it is for practice"));
    }
    Ok(Webhook::Told { id: String::new(), event, told: Delivered::Incident(Box::new(incident(told))) })
}

fn incident(told: Told) -> Incident {
    let at = |wanted: IncidentEventKind| {
        TIMESTAMPS.iter().filter(|(_, kind)| *kind == wanted).find_map(|(name, _)| {
            let named = |it: &&Timestamp| it.incident_timestamp.name.trim().eq_ignore_ascii_case(name);
            let value = told.incident_timestamp_values.iter().find(named)?.value.as_ref()?;
            value.value.map(|at| at.0)
        })
    };
    let started_at = at(IncidentEventKind::Opened).unwrap_or(told.created_at.0);
    let is_dropped = told.incident_status.as_ref().is_some_and(|status| DROPPED.contains(&status.category.as_str()));
    let id = format!("{SOURCE}/{}", told.id);
    let later = [IncidentEventKind::Acknowledged, IncidentEventKind::Restored, IncidentEventKind::Finished];
    let happened = std::iter::once((IncidentEventKind::Opened, started_at))
        .chain(later.into_iter().filter_map(|kind| Some((kind, at(kind)?))))
        .chain(is_dropped.then_some((IncidentEventKind::Dropped, told.updated_at.0)));
    let events = happened.map(|(kind, at)| IncidentEvent {
        incident_id: id.clone(),
        at,
        kind: kind.into(),
        ..IncidentEvent::default()
    });
    Incident {
        events: events.collect(),
        source: SOURCE.to_owned(),
        service: service(&told.custom_field_entries),
        title: told.name,
        severity: told.severity.map(|severity| severity.name).unwrap_or_default(),
        started_at,
        url: told.permalink.unwrap_or_default(),
        id,
        ..Incident::default()
    }
}

/// The first value of the field that names the service; empty where there is none.
fn service(fields: &[Field]) -> String {
    let field = fields.iter().find(|field| field.custom_field.name.trim().eq_ignore_ascii_case(SERVICE));
    let value = field.and_then(|field| field.values.first());
    let named = value.and_then(|value| {
        let entry = value.entry.as_ref().map(|entry| &entry.name);
        entry.or(value.option.as_ref().map(|option| &option.value)).or(value.text.as_ref())
    });
    named.cloned().unwrap_or_default()
}

const WHAT: &str = "an event of incident.io's webhooks";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(event: &str, category: &str) -> Value {
        let timestamp =
            |name: &str, at: Option<&str>| json!({"incident_timestamp": {"name": name}, "value": {"value": at}});
        let incident = json!({
            "id": "01FCND", "name": "The shop is slow", "permalink": "https://app.incident.io/acme/incidents/1",
            "created_at": "2026-10-01T09:05:00.8Z", "updated_at": "2026-10-01T10:00:00Z", "mode": "standard",
            "severity": {"name": "Major", "rank": 2}, "incident_status": {"category": category, "name": "x"},
            "incident_timestamp_values": [
                timestamp("Reported at", Some("2026-10-01T09:00:00.5Z")), timestamp("Accepted at", None),
                timestamp("Fixed at", Some("2026-10-01T09:30:00Z")),
            ],
            "custom_field_entries": [
                {"custom_field": {"name": "Service"}, "values": [{"value_catalog_entry": {"name": "Shop"}}]},
            ],
        });
        let inner = if event.contains("status") { json!({"incident": incident, "message": "It is"}) } else { incident };
        json!({"event_type": event, event: inner})
    }

    fn told(body: &Value) -> Incident {
        match read(body.to_string().as_bytes()).expect("readable") {
            Webhook::Told { told: Delivered::Incident(incident), .. } => *incident,
            other => panic!("{other:?}"),
        }
    }

    fn events(incident: &Incident) -> Vec<String> {
        incident.events.iter().map(|event| format!("{} {}", event.kind, event.at.to_rfc3339_seconds())).collect()
    }

    #[test]
    fn timestamps_say_by_their_names_what_happened() {
        for event in ["created", "updated", "status_updated"] {
            let incident = told(&body(&format!("public_incident.incident_{event}_v2"), "live"));
            assert_eq!(events(&incident), ["opened 2026-10-01T09:00:00Z", "restored 2026-10-01T09:30:00Z"]);
            assert_eq!((incident.id.as_str(), incident.service.as_str()), ("incident.io/01FCND", "Shop"));
            assert_eq!(incident.severity, "Major");
        }
    }

    #[test]
    fn what_was_declined_or_merged_is_none_by_itself_any_more() {
        for category in DROPPED {
            let incident = told(&body("public_incident.incident_updated_v2", category));
            assert_eq!(events(&incident).last().expect("one"), "dropped 2026-10-01T10:00:00Z");
        }
    }

    #[test]
    fn private_incidents_practice_and_other_events_are_not_used() {
        let private = json!({"event_type": "private_incident.incident_created_v2", "private_incident.incident_created_v2": {"id": "1"}});
        let mut practice = body("public_incident.incident_created_v2", "live");
        practice["public_incident.incident_created_v2"]["mode"] = "test".into();
        for body in [private, practice, json!({"event_type": "public_incident.follow_up_created_v1"}), json!({})] {
            assert!(matches!(read(body.to_string().as_bytes()), Ok(Webhook::NotUsed(_))), "{body}");
        }
        let empty = json!({"event_type": "public_incident.incident_created_v2"});
        assert!(read(empty.to_string().as_bytes()).is_err() && read(b"no").is_err());
    }
}
