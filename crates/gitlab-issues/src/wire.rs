//! Wire format of issues and their events in GitLab's REST API v4, of which only what is used is read.
//!
//! What an issue cannot do without is its numbers and when it was made. Everything else that is absent, or of another
//! shape than documented, counts as not told, so that no field fails a page.

use model::Instant;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// An issue, as the lists of a group and of a project hold it.
///
/// Field by field `doc/api/issues.md` of GitLab. Times are in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Issue {
    /// Number on the whole server.
    pub id: u64,
    /// Number within the project.
    pub iid: u64,
    /// Number of the project.
    pub project_id: u64,
    /// Title; `None` when it was not told.
    #[serde(default, deserialize_with = "loose")]
    pub title: Option<String>,
    /// `opened` or `closed`; `None` when it was not told.
    #[serde(default, deserialize_with = "loose")]
    pub state: Option<String>,
    /// Opened; for a moved issue, when the one that it was before was opened.
    #[serde(deserialize_with = "told")]
    pub created_at: Instant,
    /// Last change.
    #[serde(default, deserialize_with = "loosely_told")]
    pub updated_at: Option<Instant>,
    /// Closed; `None` while open, also after a reopening.
    #[serde(default, deserialize_with = "loosely_told")]
    pub closed_at: Option<Instant>,
    /// Labels, in no order that means anything; `None` when they were not told.
    #[serde(default, deserialize_with = "loose")]
    pub labels: Option<Vec<Label>>,
    /// Who is to do it; `None` when that was not told.
    #[serde(default, deserialize_with = "loose")]
    pub assignees: Option<Vec<User>>,
    /// Author; `None` for deleted users.
    #[serde(default, deserialize_with = "loose")]
    pub author: Option<User>,
    /// `issue`, `incident`, `task`, …; `None` when it was not told, as by servers before 13.12.
    #[serde(default, deserialize_with = "loose")]
    pub issue_type: Option<String>,
    /// `UNKNOWN`, `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`; says something of incidents only.
    #[serde(default, deserialize_with = "loose")]
    pub severity: Option<String>,
    /// Whether only members with the right to may read it; `None` when that was not told.
    #[serde(default, deserialize_with = "loose")]
    pub confidential: Option<bool>,
    /// Number on the whole server of the issue that it has become by being moved to another project.
    #[serde(default, deserialize_with = "loose")]
    pub moved_to_id: Option<u64>,
    /// Web address.
    #[serde(default, deserialize_with = "loose")]
    pub web_url: Option<String>,
    /// How texts refer to it.
    #[serde(default, deserialize_with = "loose")]
    pub references: Option<References>,
    /// Addresses of what it has to do with.
    #[serde(default, rename = "_links", deserialize_with = "loose")]
    pub links: Option<Links>,
}

/// How texts refer to an issue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct References {
    /// Path of the project and number: `acme/shop/api#12`.
    #[serde(default, deserialize_with = "loose")]
    pub full: Option<String>,
}

/// Addresses of what an issue has to do with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Links {
    /// The issue that says the same, if it was closed for that.
    #[serde(default, deserialize_with = "loose")]
    pub closed_as_duplicate_of: Option<String>,
}

/// A label by its name: `workflow::review`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its present name.
    pub name: String,
}

impl<'de> Deserialize<'de> for Label {
    /// A text, or with `with_labels_details=true` and in events an object with the name.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Loose {
            Text(String),
            Object { name: String },
        }
        let (Loose::Text(name) | Loose::Object { name }) = Loose::deserialize(deserializer)?;
        Ok(Self { name })
    }
}

/// A user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct User {
    /// Name to log in with.
    pub username: String,
    /// Whether GitLab says that it is a bot; `None` where it does not say, as in lists of issues.
    #[serde(default, deserialize_with = "loose")]
    pub bot: Option<bool>,
}

impl User {
    /// Whether it is a bot: GitLab says so, or its name is that of an access token's bot.
    pub fn is_bot(&self) -> bool {
        self.bot.unwrap_or(false) || model::gitlab::is_bot_of_token(&self.username)
    }
}

/// That a label was put on an issue or taken off: an entry of `resource_label_events`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LabelEvent {
    /// Number on the whole server, in the order of events.
    pub id: u64,
    /// When.
    #[serde(deserialize_with = "told")]
    pub created_at: Instant,
    /// What happened.
    pub action: Change,
    /// Who; `None` for deleted users.
    #[serde(default, deserialize_with = "loose")]
    pub user: Option<User>,
    /// The label by its present name; `None` once it is deleted.
    #[serde(default, deserialize_with = "loose")]
    pub label: Option<Label>,
}

/// What happened to a label or an iteration of an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Put on, or into.
    Add,
    /// Taken off, or out.
    Remove,
    /// Something that is not known.
    #[serde(other)]
    Other,
}

/// That an issue was put into an iteration or taken out: an entry of `resource_iteration_events`.
///
/// An issue is in one iteration at most: that it was put into another takes it out of the one before, of which no event
/// of its own is told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct IterationEvent {
    /// Number on the whole server, in the order of events.
    pub id: u64,
    /// When.
    #[serde(deserialize_with = "told")]
    pub created_at: Instant,
    /// What happened.
    pub action: Change,
    /// The iteration as it is now; `None` where it is not told.
    #[serde(default, deserialize_with = "loose")]
    pub iteration: Option<Iteration>,
}

/// An iteration of a group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Iteration {
    /// Number on the whole server.
    pub id: u64,
    /// Title; `None` for those that an automatic cadence made.
    #[serde(default, deserialize_with = "loose")]
    pub title: Option<String>,
    /// First day, `2026-03-02`; `None` where it has none.
    #[serde(default, deserialize_with = "loose")]
    pub start_date: Option<String>,
    /// Last day.
    #[serde(default, deserialize_with = "loose")]
    pub due_date: Option<String>,
}

/// That an issue was closed or opened again: an entry of `resource_state_events`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StateEvent {
    /// Number on the whole server, in the order of events.
    pub id: u64,
    /// When.
    #[serde(deserialize_with = "told")]
    pub created_at: Instant,
    /// What happened.
    pub state: StateChange,
    /// Who; `None` for deleted users.
    #[serde(default, deserialize_with = "loose")]
    pub user: Option<User>,
}

/// What happened to the state of an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateChange {
    /// Closed.
    Closed,
    /// Opened again.
    Reopened,
    /// Something that is not known.
    #[serde(other)]
    Other,
}

/// A value, or none where it is absent, null or of another shape.
fn loose<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

/// A time that [files can tell again](Instant::parse_told).
fn told<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
    let text = String::deserialize(deserializer)?;
    Instant::parse_told(&text).ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &"an RFC 3339 time"))
}

/// A time as above, or none.
fn loosely_told<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Instant>, D::Error> {
    let text: Option<String> = loose(deserializer)?;
    Ok(text.and_then(|text| Instant::parse_told(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Issue {
        serde_json::from_str(text).expect("an issue")
    }

    const LEAST: &str = r#"{"id": 1, "iid": 2, "project_id": 3, "created_at": "2026-01-06T08:16:36.496Z"}"#;

    #[test]
    fn what_is_absent_is_not_told() {
        let issue = read(LEAST);
        assert_eq!((issue.labels, issue.assignees, issue.issue_type, issue.closed_at), (None, None, None, None));
    }

    #[test]
    fn fields_and_values_that_are_not_known_fail_no_page() {
        let text = LEAST.replace(
            '}',
            r#", "epic": {"id": 4}, "labels": {"nodes": []}, "severity": 3, "closed_at": "yesterday", "author": "ada"}"#,
        );
        assert_eq!(read(&text), read(LEAST));
        let event = r#"{"id": 1, "created_at": "2026-01-06T08:16:36Z", "action": "rename", "label": 7}"#;
        let event: LabelEvent = serde_json::from_str(event).expect("an event");
        assert_eq!((event.action, event.label), (Change::Other, None));
        let event = r#"{"id": 1, "created_at": "2026-01-06T08:16:36Z", "state": "locked"}"#;
        assert_eq!(serde_json::from_str::<StateEvent>(event).expect("an event").state, StateChange::Other);
    }

    #[test]
    fn labels_are_texts_or_objects_with_a_name() {
        let text = LEAST.replace('}', r##", "labels": ["a", {"id": 1, "name": "b", "color": "#fff"}]}"##);
        let names: Vec<String> = read(&text).labels.expect("told").into_iter().map(|label| label.name).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
