//! Senders of deliveries: where each delivers, and what its requests are like.

use crate::settings::Limits;

/// Who sends deliveries, each to an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sender {
    /// GitHub.
    Github,
}

impl Sender {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::Github];

    /// As addresses and names of secrets have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Github => "github",
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

/// Every sender's.
pub(crate) static DOORS: [Door; 1] = [Door {
    sender: Sender::Github,
    title: "GitHub",
    path: "/webhooks/github",
    parts: &[
        Part {
            name: "x-github-event",
            role: Role::Event,
            help: "Name of the event.",
            is_plain: |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_',
        },
        Part { name: "x-github-delivery", role: Role::Id, help: "Id of the delivery.", is_plain: is_of_id },
        Part {
            name: "x-hub-signature-256",
            role: Role::Proof,
            help: "`sha256=` and the HMAC of the body under the configured secret, hexadecimal.",
            is_plain: is_of_id,
        },
    ],
    body: "GitHub's payload of the event, or a form with it in `payload`.",
    takes_forms: true,
    bytes: u64::MAX,
    unsigned: "X-Hub-Signature-256 is missing or not that of this body: \
               give the webhook the same secret as this server",
}];

/// The sender's whose address a path below the base path is.
pub(crate) fn door_at(path: &str) -> Option<&'static Door> {
    DOORS.iter().find(|door| door.path == path)
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
            assert_eq!(door.path, format!("/webhooks/{}", sender.name()));
            assert!(door.parts.iter().any(|part| part.role == Role::Proof), "{sender:?}");
            assert!(door.parts.iter().all(|part| part.name == part.name.to_lowercase()), "{sender:?}");
        }
        assert_eq!(DOORS.len(), Sender::ALL.len());
        assert!(door_at("/webhooks").is_none() && door_at("").is_none());
    }
}
