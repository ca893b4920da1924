//! `projects_v2_item`: a card of a board.

use model::Instant;
use model::deliveries::{Delivered, DeliveredCard, DeliveredStatus};
use model::records::{ItemContent, Presence};
use serde::{Deserialize, Deserializer};

use crate::wire::{NodeId, Time};
use crate::{NotUsed, Reading};

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    action: String,
    projects_v2_item: Item,
    #[serde(default)]
    changes: Option<Changes>,
}

#[derive(Debug, Deserialize)]
struct Item {
    node_id: NodeId,
    project_node_id: NodeId,
    #[serde(default)]
    content_node_id: Option<NodeId>,
    #[serde(default)]
    content_type: Option<String>,
    created_at: Time,
    updated_at: Time,
    #[serde(default)]
    archived_at: Option<Time>,
}

#[derive(Debug, Default, Deserialize)]
struct Changes {
    #[serde(default)]
    field_value: Option<FieldChange>,
}

#[derive(Debug, Deserialize)]
struct FieldChange {
    #[serde(default)]
    field_type: Option<String>,
    #[serde(default)]
    field_name: Option<String>,
    #[serde(default, deserialize_with = "told_value")]
    from: Option<Value>,
    #[serde(default, deserialize_with = "told_value")]
    to: Option<Value>,
}

/// A value that is told, be it that there is none.
#[derive(Debug, PartialEq, Eq)]
enum Value {
    /// None.
    Empty,
    /// An option of a choice.
    Choice(String),
    /// What other kinds of fields hold.
    Other,
}

/// Keeps apart what is null and what is absent.
fn told_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(Some(match (&value, value.get("name").and_then(serde_json::Value::as_str)) {
        (serde_json::Value::Null, _) => Value::Empty,
        (_, Some(name)) => Value::Choice(name.to_owned()),
        _ => Value::Other,
    }))
}

/// What the event tells of the card.
pub(crate) fn told(event: Event, received_at: Instant) -> Reading {
    let Event { action, projects_v2_item: item, changes } = event;
    let Item { created_at: Time(created_at), updated_at: Time(updated_at), .. } = item;
    let archived_at = item.archived_at.map(|at| at.0);
    let (mut presence, mut presence_at) = match archived_at {
        Some(at) => (Presence::Archived, Some(at)),
        None => (Presence::OnBoard, None),
    };
    let mut at = updated_at;
    let status = match action.as_str() {
        "created" => {
            at = created_at;
            DeliveredStatus::New
        }
        "edited" => match changes.and_then(|changes| changes.field_value).map(FieldChange::status) {
            Some(Some(status)) => status,
            Some(None) => return Reading::NotUsed(NotUsed::Field),
            None => return Reading::NotUsed(NotUsed::Action),
        },
        "converted" => DeliveredStatus::Untold,
        "archived" => {
            (presence, presence_at) = (Presence::Archived, Some(archived_at.unwrap_or(updated_at)));
            DeliveredStatus::Untold
        }
        "restored" => {
            (presence, presence_at) = (Presence::OnBoard, Some(updated_at));
            DeliveredStatus::Untold
        }
        "deleted" => {
            // When is not told: after the last change, and before now.
            (presence, presence_at, at) = (Presence::Removed, None, received_at.max(updated_at));
            DeliveredStatus::Untold
        }
        _ => return Reading::NotUsed(NotUsed::Action),
    };
    let content = content(item.content_type.as_deref());
    let content_id = match content {
        ItemContent::Issue | ItemContent::PullRequest => item.content_node_id.map(|id| id.0).unwrap_or_default(),
        ItemContent::Draft | ItemContent::Redacted => String::new(),
    };
    Reading::Told(Delivered::Card(Box::new(DeliveredCard {
        id: item.node_id.0,
        board_id: item.project_node_id.0,
        content,
        content_id,
        created_at,
        at,
        presence,
        presence_at,
        status,
    })))
}

fn content(kind: Option<&str>) -> ItemContent {
    match kind {
        Some("Issue") => ItemContent::Issue,
        Some("PullRequest") => ItemContent::PullRequest,
        Some("DraftIssue") => ItemContent::Draft,
        _ => ItemContent::Redacted,
    }
}

impl FieldChange {
    /// What it tells of the column; `None` where it is about another field. Payloads from before June 2024 say neither
    /// the field's name nor its values.
    fn status(self) -> Option<DeliveredStatus> {
        if self.field_type.as_deref() != Some("single_select") {
            return None;
        }
        match (self.field_name.as_deref(), self.from, self.to) {
            (Some("Status"), Some(from), Some(to)) => Some(match (from.column(), to.column()) {
                (Some(from), Some(to)) => DeliveredStatus::Moved { from, to },
                _ => DeliveredStatus::Unclear,
            }),
            (Some("Status") | None, ..) => Some(DeliveredStatus::Unclear),
            _ => None,
        }
    }
}

impl Value {
    fn column(self) -> Option<String> {
        match self {
            Self::Empty => Some(String::new()),
            Self::Choice(name) => Some(name),
            Self::Other => None,
        }
    }
}
