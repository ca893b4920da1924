//! Alerts of Alertmanager, and of Grafana, which sends the same with more fields: an incident for each alert of a group.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::deliveries::Delivered;
use model::records::{Incident, IncidentEvent, IncidentEventKind};
use secrecy::SecretString;
use serde::Deserialize;

use crate::proof::{is_secret, is_signature};
use crate::webhook::{Malformed, Time, Webhook, parsed};

/// Who sends the alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Alertmanager.
    Alertmanager,
    /// Grafana.
    Grafana,
}

impl Sender {
    /// As rows have it.
    fn source(self) -> &'static str {
        match self {
            Self::Alertmanager => "alertmanager",
            Self::Grafana => "grafana",
        }
    }
}

/// The labels that say what an alert is of; of several names the first that an alert has counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelNames {
    /// Its service.
    pub service: Vec<String>,
    /// How bad it is.
    pub severity: Vec<String>,
    /// Where it happens.
    pub environment: Vec<String>,
}

impl Default for LabelNames {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            service: names(&["service"]),
            severity: names(&["severity"]),
            environment: names(&["environment", "env"]),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Body {
    alerts: Vec<Alert>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    status: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    starts_at: Time,
    /// A time long ago while it fires.
    #[serde(default)]
    ends_at: Option<String>,
    #[serde(default, rename = "generatorURL")]
    generator_url: String,
    fingerprint: String,
}

/// Whether `Authorization` has the secret: as a bearer token, or as the password of any user.
pub fn is_authorized(secret: &SecretString, authorization: &str) -> bool {
    let Some((scheme, rest)) = authorization.split_once(' ') else { return false };
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return is_secret(secret, rest.as_bytes());
    }
    let given = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(rest).ok()).flatten().unwrap_or_default();
    let colon = given.iter().position(|byte| *byte == b':').unwrap_or(given.len());
    is_secret(secret, given.get(colon + 1..).unwrap_or_default())
}

/// Whether `X-Grafana-Alerting-Signature` is that of the body under the secret.
pub fn is_signed(secret: &SecretString, body: &[u8], signature: &str) -> bool {
    is_signature(secret, body, signature)
}

/// Reads a body of a sender that was checked. An alert is an incident from its begin to its end, however often the group is
/// told.
///
/// # Errors
/// It is no JSON, or a part of it that is used is missing or of another kind.
pub fn read(sender: Sender, names: &LabelNames, body: &[u8]) -> Result<Webhook, Malformed> {
    let alerts = parsed::<Body>(WHAT, body)?.alerts;
    let mut incidents = Vec::with_capacity(alerts.len());
    for alert in alerts {
        incidents.push(Delivered::Incident(Box::new(incident(sender, names, alert)?)));
    }
    if incidents.is_empty() {
        return Ok(Webhook::NotUsed("it tells of no alert"));
    }
    Ok(Webhook::Told { id: String::new(), event: "alerts", told: Delivered::Several(incidents) })
}

fn incident(sender: Sender, names: &LabelNames, alert: Alert) -> Result<Incident, Malformed> {
    let Alert { status, labels, annotations, starts_at: Time(started_at), ends_at, generator_url, fingerprint } = alert;
    let label = |names: &[String]| names.iter().find_map(|name| labels.get(name)).cloned().unwrap_or_default();
    let name = labels.get("alertname").cloned().unwrap_or_default();
    let id = format!("{}/{fingerprint}/{}", sender.source(), started_at.to_rfc3339_seconds());
    let ended_at = (status == "resolved").then_some(ends_at).flatten();
    // The end of one that fires is of no time.
    let ended_at: Option<Time> = match ended_at {
        Some(text) => Some(serde_json::from_value(text.into()).map_err(|source| Malformed::new(WHAT, source))?),
        None => None,
    };
    let happened =
        [Some((IncidentEventKind::Opened, started_at)), ended_at.map(|at| (IncidentEventKind::Restored, at.0))];
    let events = happened.into_iter().flatten().map(|(kind, at)| IncidentEvent {
        incident_id: id.clone(),
        at,
        kind: kind.into(),
        ..IncidentEvent::default()
    });
    Ok(Incident {
        events: events.collect(),
        source: sender.source().to_owned(),
        service: label(&names.service),
        environment: label(&names.environment),
        title: annotations.get("summary").cloned().unwrap_or_else(|| name.clone()),
        severity: label(&names.severity),
        labels: Some(name).filter(|name| !name.is_empty()).into_iter().collect(),
        started_at,
        url: generator_url,
        id,
        ..Incident::default()
    })
}

const WHAT: &str = "that of Alertmanager's webhooks, version 4";

#[cfg(test)]
mod tests {
    use model::Instant;
    use serde_json::{Value, json};

    use super::*;

    fn alert(status: &str, starts_at: &str, ends_at: &str) -> Value {
        json!({
            "status": status,
            "labels": {"alertname": "ShopSlow", "service": "shop", "severity": "critical", "environment": "production"},
            "annotations": {"summary": "The shop is slow"}, "startsAt": starts_at, "endsAt": ends_at,
            "generatorURL": "https://prometheus.acme.example/graph", "fingerprint": "c0ffee",
        })
    }

    fn incidents(alerts: &[Value]) -> Vec<Incident> {
        incidents_by(&LabelNames::default(), alerts)
    }

    fn incidents_by(names: &LabelNames, alerts: &[Value]) -> Vec<Incident> {
        let body =
            json!({"version": "4", "groupKey": "{}:{}", "status": "firing", "receiver": "cto", "alerts": alerts});
        let Ok(Webhook::Told { told: Delivered::Several(told), .. }) =
            read(Sender::Alertmanager, names, body.to_string().as_bytes())
        else {
            panic!("{body}")
        };
        let incident = |told| match told {
            Delivered::Incident(incident) => *incident,
            other => panic!("{other:?}"),
        };
        told.into_iter().map(incident).collect()
    }

    fn at(text: &str) -> Instant {
        Instant::parse_rfc3339(text).expect("a time")
    }

    const START: &str = "2026-10-01T09:00:00.123456789Z";
    const NEVER: &str = "0001-01-01T00:00:00Z";

    #[test]
    fn each_alert_of_a_group_is_an_incident_from_its_begin() {
        let told = incidents(&[alert("firing", START, NEVER), alert("firing", "2026-10-01T11:00:00+01:00", NEVER)]);
        assert_eq!(told.len(), 2);
        let first = &told[0];
        assert_eq!(first.id, "alertmanager/c0ffee/2026-10-01T09:00:00Z");
        assert_eq!(
            [&first.service, &first.environment, &first.severity, &first.title],
            ["shop", "production", "critical", "The shop is slow"]
        );
        assert_eq!((first.started_at, first.events.len()), (at("2026-10-01T09:00:00Z"), 1));
        assert_eq!(told[1].id, "alertmanager/c0ffee/2026-10-01T10:00:00Z", "it came back");
    }

    #[test]
    fn the_first_label_of_each_kind_that_an_alert_has_says_what_it_is_of() {
        let text = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let names = LabelNames {
            service: text(&["app", "job"]),
            severity: text(&["priority"]),
            environment: text(&["cluster", "environment"]),
        };
        let mut alert = alert("firing", START, NEVER);
        alert["labels"]["job"] = "shop-api".into();
        alert["labels"]["priority"] = "P2".into();
        let told = &incidents_by(&names, &[alert.clone()])[0];
        assert_eq!([&told.service, &told.severity, &told.environment], ["shop-api", "P2", "production"]);
        alert["labels"]["app"] = "web".into();
        assert_eq!(incidents_by(&names, &[alert])[0].service, "web");
    }

    #[test]
    fn a_resolved_alert_is_restored_at_its_end_and_one_without_labels_has_its_name() {
        let mut resolved = alert("resolved", START, "2026-10-01T09:30:00Z");
        resolved["annotations"] = json!({});
        let told = incidents(&[resolved]);
        let events: Vec<(&str, Instant)> = told[0].events.iter().map(|event| (event.kind.name(), event.at)).collect();
        assert_eq!(events, [("opened", at("2026-10-01T09:00:00Z")), ("restored", at("2026-10-01T09:30:00Z"))]);
        assert_eq!(told[0].title, "ShopSlow");
    }

    #[test]
    fn a_group_without_alerts_is_not_used_and_nonsense_is_malformed() {
        assert!(matches!(read(Sender::Grafana, &LabelNames::default(), b"{\"alerts\": []}"), Ok(Webhook::NotUsed(_))));
        for nonsense in [json!({}), json!({"alerts": [{}]}), json!({"alerts": [alert("firing", "soon", NEVER)]})] {
            assert!(
                read(Sender::Grafana, &LabelNames::default(), nonsense.to_string().as_bytes()).is_err(),
                "{nonsense}"
            );
        }
        let odd = json!({"alerts": [alert("resolved", START, "later")]});
        assert!(read(Sender::Grafana, &LabelNames::default(), odd.to_string().as_bytes()).is_err());
    }

    #[test]
    fn the_secret_is_a_bearer_token_or_the_password_of_any_user() {
        let secret = SecretString::from("hush");
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        for right in ["Bearer hush".to_owned(), "bearer hush".to_owned(), basic("cto:hush"), basic(":hush")] {
            assert!(is_authorized(&secret, &right), "{right}");
        }
        for wrong in ["", "hush", "Bearer", "Bearer hus", "Token hush", &basic("hush"), &basic("hush:"), "Basic hush"] {
            assert!(!is_authorized(&secret, wrong), "{wrong}");
        }
        assert!(!is_authorized(&SecretString::from(""), &basic("cto:")));
    }
}
