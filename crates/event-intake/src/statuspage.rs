//! Statuspage's webhooks: incidents that a status page tells of. They are not signed: the address has the secret.

use model::deliveries::Delivered;
use model::records::{Incident, IncidentEvent, IncidentEventKind};
use secrecy::SecretString;
use serde::Deserialize;

use crate::proof::is_secret;
use crate::webhook::{Malformed, Time, Webhook, parsed};

/// Who tells of it, as rows have it.
const SOURCE: &str = "statuspage";

/// What begins the statuses of maintenance that was announced.
const PLANNED: [&str; 4] = ["scheduled", "in_progress", "verifying", "completed"];

#[derive(Debug, Deserialize)]
struct Body {
    /// Absent where the state of a component is told.
    #[serde(default)]
    incident: Option<Told>,
}

#[derive(Debug, Deserialize)]
struct Told {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    impact: String,
    #[serde(default)]
    shortlink: String,
    created_at: Time,
    #[serde(default)]
    resolved_at: Option<Time>,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Debug, Deserialize)]
struct Component {
    name: String,
}

/// Whether the last step of the address is the secret.
pub fn is_addressed(secret: &SecretString, step: &str) -> bool {
    is_secret(secret, step.as_bytes())
}

/// Reads a body that came to the right address. The service is the component, where it is of one alone.
///
/// # Errors
/// It is no JSON, or a part of it that is used is missing or of another kind.
pub fn read(body: &[u8]) -> Result<Webhook, Malformed> {
    let Some(told) = parsed::<Body>(WHAT, body)?.incident else {
        return Ok(Webhook::NotUsed("only incidents are used, not the states of components"));
    };
    if PLANNED.contains(&told.status.as_str()) {
        return Ok(Webhook::NotUsed("maintenance that was announced is no incident"));
    }
    let id = format!("{SOURCE}/{}", told.id);
    let happened = [
        Some((IncidentEventKind::Opened, told.created_at)),
        told.resolved_at.map(|at| (IncidentEventKind::Restored, at)),
    ];
    let events = happened.into_iter().flatten().map(|(kind, Time(at))| IncidentEvent {
        incident_id: id.clone(),
        at,
        kind: kind.into(),
        ..IncidentEvent::default()
    });
    let service = match told.components.as_slice() {
        [one] => one.name.clone(),
        _ => String::new(),
    };
    let incident = Incident {
        events: events.collect(),
        source: SOURCE.to_owned(),
        service,
        title: told.name,
        severity: told.impact,
        started_at: told.created_at.0,
        url: told.shortlink,
        id,
        ..Incident::default()
    };
    Ok(Webhook::Told { id: String::new(), event: "incident", told: Delivered::Incident(Box::new(incident)) })
}

const WHAT: &str = "that of Statuspage's webhooks";

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn body(status: &str, resolved_at: Option<&str>) -> Value {
        json!({
            "meta": {"unsubscribe": "https://example.com"}, "page": {"id": "j2mfxwj97wnj"},
            "incident": {
                "id": "lbkhbwn21v5q", "name": "The shop is slow", "status": status, "impact": "critical",
                "created_at": "2026-10-01T09:00:00-06:00", "resolved_at": resolved_at, "shortlink": "https://stspg.io/x",
                "components": [{"name": "Shop"}], "incident_updates": [],
            },
        })
    }

    fn told(body: &Value) -> Incident {
        match read(body.to_string().as_bytes()).expect("readable") {
            Webhook::Told { told: Delivered::Incident(incident), .. } => *incident,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_incident_is_restored_when_it_is_resolved() {
        let open = told(&body("investigating", None));
        assert_eq!(
            (open.id.as_str(), open.service.as_str(), open.severity.as_str()),
            ("statuspage/lbkhbwn21v5q", "Shop", "critical")
        );
        assert_eq!(open.events.len(), 1);
        let resolved = told(&body("resolved", Some("2026-10-01T16:00:00Z")));
        let events: Vec<String> =
            resolved.events.iter().map(|event| format!("{} {}", event.kind, event.at.to_rfc3339_seconds())).collect();
        assert_eq!(events, ["opened 2026-10-01T15:00:00Z", "restored 2026-10-01T16:00:00Z"]);
    }

    #[test]
    fn maintenance_and_components_are_not_used_and_nonsense_is_malformed() {
        let of_component = json!({"component_update": {"new_status": "operational"}, "component": {"name": "Shop"}});
        for body in [body("scheduled", None), body("completed", None), of_component] {
            assert!(matches!(read(body.to_string().as_bytes()), Ok(Webhook::NotUsed(_))), "{body}");
        }
        assert!(read(b"7").is_err() && read(b"{\"incident\": {}}").is_err());
        assert!(is_addressed(&"hush".into(), "hush") && !is_addressed(&"hush".into(), "hus"));
    }
}
