//! Senders of deliveries: where each delivers, and what its requests are like.

use crate::settings::Limits;

/// Who sends deliveries, each to an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sender {
    /// GitHub.
    Github,
    /// GitLab.
    Gitlab,
    /// PagerDuty.
    Pagerduty,
    /// Alertmanager of Prometheus.
    Alertmanager,
    /// Grafana.
    Grafana,
    /// Who signs by Standard Webhooks: incident.io.
    Standard,
    /// Statuspage.
    Statuspage,
    /// Linear.
    Linear,
}

impl Sender {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Github,
        Self::Gitlab,
        Self::Pagerduty,
        Self::Alertmanager,
        Self::Grafana,
        Self::Standard,
        Self::Statuspage,
        Self::Linear,
    ];

    /// As addresses and names of secrets have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Pagerduty => "pagerduty",
            Self::Alertmanager => "alertmanager",
            Self::Grafana => "grafana",
            Self::Standard => "standard",
            Self::Statuspage => "statuspage",
            Self::Linear => "linear",
        }
    }
}

/// What the requests of a sender are like.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) sender: Sender,
    /// As people call the sender.
    pub(crate) title: &'static str,
    /// The address below the base path.
    pub(crate) path: &'static str,
    /// The headers that are read besides `Content-Type`.
    pub(crate) parts: &'static [Part],
    /// What the body is.
    pub(crate) body: &'static str,
    /// Whether the payload may be a field of a form.
    pub(crate) takes_forms: bool,
    /// Largest body in bytes, where that is less than for deliveries at most.
    pub(crate) bytes: u64,
    /// For who does not show who it is.
    pub(crate) unsigned: &'static str,
}

impl Door {
    /// Largest body, in bytes.
    pub(crate) fn most_bytes(&self, limits: &Limits) -> u64 {
        self.bytes.min(limits.delivery_bytes)
    }
}

/// A header.
#[derive(Debug)]
pub(crate) struct Part {
    /// In small letters.
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) help: &'static str,
    /// Which bytes an id or an event may have.
    pub(crate) is_plain: fn(u8) -> bool,
}

/// What a header is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Shows who sent it: of these one has to be there.
    Proof,
    /// Belongs to the proof.
    OfProof,
    /// Id of the delivery: the first of these that is there.
    Id,
    /// Name of the event.
    Event,
}

impl Part {
    const fn proof(name: &'static str, help: &'static str) -> Self {
        Self { name, role: Role::Proof, help, is_plain: is_of_id }
    }

    const fn of_proof(name: &'static str, help: &'static str) -> Self {
        Self { name, role: Role::OfProof, help, is_plain: is_of_id }
    }

    const fn id(name: &'static str, help: &'static str) -> Self {
        Self { name, role: Role::Id, help, is_plain: is_of_id }
    }

    const fn event(name: &'static str, is_plain: fn(u8) -> bool) -> Self {
        Self { name, role: Role::Event, help: "Name of the event.", is_plain }
    }
}

/// Largest body of those who send a little at a time.
const SMALL: u64 = 1 << 20;

const SIGNATURES: &str = "`v1,` and the HMAC of id, time and body under the configured secret, Base64.";

const AUTHORIZATION: &str = "`Bearer` and the configured secret, or `Basic` with any user and it as the password.";

/// Every sender's.
pub(crate) static DOORS: [Door; 8] = [
    Door {
        sender: Sender::Github,
        title: "GitHub",
        path: "/webhooks/github",
        parts: &[
            Part::event("x-github-event", |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'),
            Part::id("x-github-delivery", "Id of the delivery."),
            Part::proof(
                "x-hub-signature-256",
                "`sha256=` and the HMAC of the body under the configured secret, hexadecimal.",
            ),
        ],
        body: "GitHub's payload of the event, or a form with it in `payload`.",
        takes_forms: true,
        bytes: u64::MAX,
        unsigned: "X-Hub-Signature-256 is missing or not that of this body: \
                   give the webhook the same secret as this server",
    },
    Door {
        sender: Sender::Gitlab,
        title: "GitLab",
        path: "/webhooks/gitlab",
        parts: &[
            Part::event("x-gitlab-event", |byte| byte.is_ascii_alphabetic() || byte == b' '),
            Part { is_plain: is_of_message, ..Part::id("webhook-id", "Id of the delivery where it is signed.") },
            Part::id("idempotency-key", "Id of the delivery."),
            Part::id("x-gitlab-event-uuid", "Id of the event, which several webhooks share."),
            Part::proof("webhook-signature", SIGNATURES),
            Part::proof("x-gitlab-token", "The configured secret itself."),
            Part::of_proof("webhook-timestamp", "When it was signed, in seconds since 1970."),
        ],
        body: "GitLab's payload of the event.",
        takes_forms: false,
        bytes: u64::MAX,
        unsigned: "neither webhook-signature nor X-Gitlab-Token shows the secret of this server: \
                   give the webhook the same one, as its secret token or its signing token",
    },
    Door {
        sender: Sender::Pagerduty,
        title: "PagerDuty",
        path: "/webhooks/pagerduty",
        parts: &[Part::proof(
            "x-pagerduty-signature",
            "`v1=` and the HMAC of the body under the configured secret, hexadecimal; several are separated by commas.",
        )],
        body: "PagerDuty's event, version 3.",
        takes_forms: false,
        bytes: SMALL,
        unsigned: "X-PagerDuty-Signature is missing or not that of this body: \
                   give this server the secret that PagerDuty showed when the subscription was made",
    },
    Door {
        sender: Sender::Alertmanager,
        title: "Alertmanager",
        path: "/webhooks/alertmanager",
        parts: &[Part::proof("authorization", AUTHORIZATION)],
        body: "Alertmanager's payload, version 4.",
        takes_forms: false,
        bytes: SMALL,
        unsigned: "Authorization is missing or has another secret: \
                   give http_config of the receiver the secret of this server as credentials",
    },
    Door {
        sender: Sender::Grafana,
        title: "Grafana",
        path: "/webhooks/grafana",
        parts: &[
            Part::proof("authorization", AUTHORIZATION),
            Part::proof(
                "x-grafana-alerting-signature",
                "The HMAC-SHA256 of the body under the configured secret, hexadecimal.",
            ),
        ],
        body: "Grafana's payload of alerts, which is that of Alertmanager with more fields.",
        takes_forms: false,
        bytes: SMALL,
        unsigned: "neither Authorization nor X-Grafana-Alerting-Signature shows the secret of this server: \
                   give the contact point the same one",
    },
    Door {
        sender: Sender::Standard,
        title: "incident.io",
        path: "/webhooks/standard",
        parts: &[
            Part { is_plain: is_of_message, ..Part::id("webhook-id", "Id of the delivery.") },
            Part { is_plain: is_of_message, ..Part::id("svix-id", "The same, by another name.") },
            Part::proof("webhook-signature", SIGNATURES),
            Part::proof("svix-signature", "The same, by another name."),
            Part::of_proof("webhook-timestamp", "When it was signed, in seconds since 1970."),
            Part::of_proof("svix-timestamp", "The same, by another name."),
        ],
        body: "An event of incident.io, signed as Standard Webhooks are.",
        takes_forms: false,
        bytes: SMALL,
        unsigned: "webhook-signature is missing or not that of this delivery: \
                   give this server the signing secret of the endpoint",
    },
    Door {
        sender: Sender::Statuspage,
        title: "Statuspage",
        path: "/webhooks/statuspage/{secret}",
        parts: &[],
        body: "Statuspage's payload.",
        takes_forms: false,
        bytes: SMALL,
        unsigned: "the address does not end with the secret of this server",
    },
    Door {
        sender: Sender::Linear,
        title: "Linear",
        path: "/webhooks/linear",
        parts: &[
            Part::id("linear-delivery", "Id of the delivery."),
            Part::proof("linear-signature", "The HMAC-SHA256 of the body under the configured secret, hexadecimal."),
        ],
        body: "Linear's payload of a change.",
        takes_forms: false,
        bytes: SMALL,
        unsigned: "linear-signature is missing or not that of this body: \
                   give this server the signing secret that Linear shows at the webhook",
    },
];

/// What stands in a path for the secret.
pub(crate) const SECRET_STEP: &str = "{secret}";

/// The sender's whose address a path below the base path is.
pub(crate) fn door_at(path: &str) -> Option<&'static Door> {
    let is_at = |door: &&Door| match door.path.strip_suffix(SECRET_STEP) {
        Some(begin) => path.strip_prefix(begin).is_some_and(|step| !step.is_empty() && !step.contains('/')),
        None => door.path == path,
    };
    DOORS.iter().find(is_at)
}

/// An id such as `msg_p5jXN8AQM9LWM0D4loKWxJek`.
fn is_of_message(byte: u8) -> bool {
    is_of_id(byte) || byte == b'_' || byte == b'.'
}

fn is_of_id(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sender_has_one_door_at_its_name_and_shows_who_it_is() {
        for sender in Sender::ALL {
            let doors: Vec<&Door> = DOORS.iter().filter(|door| door.sender == sender).collect();
            let [door] = doors[..] else { panic!("{sender:?} has {} doors", doors.len()) };
            let path = format!("/webhooks/{}", sender.name());
            let has_secret = door.path.strip_prefix(&path) == Some("/{secret}");
            assert!(door.path == path || has_secret, "{}", door.path);
            assert!(has_secret || door.parts.iter().any(|part| part.role == Role::Proof), "{sender:?}");
            assert!(door.parts.iter().all(|part| part.name == part.name.to_lowercase()), "{sender:?}");
        }
        assert_eq!(DOORS.len(), Sender::ALL.len());
        for path in ["", "/webhooks", "/webhooks/statuspage", "/webhooks/statuspage/", "/webhooks/statuspage/a/b"] {
            assert!(door_at(path).is_none(), "{path}");
        }
        assert_eq!(door_at("/webhooks/statuspage/hush").map(|door| door.sender), Some(Sender::Statuspage));
    }
}
