//! Linear's webhooks: an issue as it is after a change, as a ticket.

use model::Instant;
use model::deliveries::Delivered;
use model::instant::MICROS_PER_SECOND;
use model::kinds::{TicketEventKind, TicketStatus};
use model::records::{Ticket, TicketEvent};
use model::tickets::{TicketLabel, TicketTypes, actor_hash};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::proof::is_signature;
use crate::standard::is_now;
use crate::webhook::{Malformed, Time, Webhook};

/// Who tells of it, as rows have it.
const SOURCE: &str = "linear";
/// Where it is.
const HOST: &str = "linear.app";

/// How tickets are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Which label is the type.
    pub types: TicketTypes,
    /// Whether the hash of the mail address of who has a ticket is kept.
    pub people: bool,
}

/// What a body is, once its signature was checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    /// It was sent a while ago: somebody repeats it, or a clock is wrong.
    Stale,
    /// It was sent just now.
    Fresh(Webhook),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    /// Milliseconds since 1970.
    webhook_timestamp: i64,
    #[serde(default)]
    action: String,
    #[serde(default, rename = "type")]
    kind: String,
    /// When the change was made.
    #[serde(default)]
    created_at: Option<Exactly>,
    #[serde(default)]
    data: Value,
    /// What changed, with the values before; absent where it is not an update.
    #[serde(default)]
    updated_from: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issue {
    id: String,
    identifier: String,
    created_at: Time,
    updated_at: Exactly,
    #[serde(default)]
    started_at: Option<Time>,
    #[serde(default)]
    completed_at: Option<Time>,
    #[serde(default)]
    parent_id: Option<String>,
    #[serde(default)]
    estimate: Option<Points>,
    state: State,
    team: Team,
    #[serde(default)]
    project: Option<Project>,
    #[serde(default)]
    assignee: Option<Person>,
    #[serde(default)]
    labels: Vec<Label>,
}

#[derive(Deserialize)]
struct State {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Team {
    key: String,
}

#[derive(Deserialize)]
struct Project {
    name: String,
}

#[derive(Deserialize)]
struct Person {
    #[serde(default)]
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Label {
    id: String,
    name: String,
    #[serde(default)]
    parent_id: Option<String>,
}

/// A time with parts of a second: what changes twice within one is told twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Exactly(Instant);

impl<'de> Deserialize<'de> for Exactly {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let expected = || serde::de::Error::custom("a time such as 2026-10-01T09:00:00.000Z is expected");
        Instant::parse_told(&text).map(Self).ok_or_else(expected)
    }
}

/// An estimate: whole points.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Points(i64);

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// More is no estimate.
        const MOST: f64 = 1e9;
        let number = f64::deserialize(deserializer)?;
        if number.fract() != 0.0 || number.abs() > MOST {
            return Err(serde::de::Error::custom("an estimate in whole points is expected"));
        }
        Ok(Self(number as i64))
    }
}

/// Whether `linear-signature` is that of the body under the secret.
pub fn is_signed(secret: &SecretString, body: &[u8], signature: &str) -> bool {
    is_signature(secret, body, signature)
}

/// Reads a body whose signature was checked, and that has come at `now`.
///
/// A ticket is told whole, as of its last change. It is done each time that it has another end, and estimated when it is
/// made and whenever an update says that its estimate changed; what it was before counts as of the update before.
///
/// # Errors
/// It is no JSON, or a part of it that is used is missing or of another kind.
pub fn read(body: &[u8], reading: &Reading, now: Instant) -> Result<Judged, Malformed> {
    let head: Head = serde_json::from_slice(body).map_err(malformed)?;
    if !is_now(now, head.webhook_timestamp.div_euclid(1_000)) {
        return Ok(Judged::Stale);
    }
    if head.kind != "Issue" {
        return Ok(Judged::Fresh(Webhook::NotUsed("only issues are used")));
    }
    let event = match head.action.as_str() {
        "create" => "issue created",
        "update" => "issue updated",
        "restore" => "issue restored",
        "remove" => "issue removed",
        _ => return Ok(Judged::Fresh(Webhook::NotUsed("nothing is taken from this action"))),
    };
    let issue: Issue = serde_json::from_value(head.data).map_err(malformed)?;
    let removed_at = (head.action == "remove").then(|| {
        let sent_at = Exactly(Instant::from_micros(head.webhook_timestamp.saturating_mul(1_000)));
        head.created_at.unwrap_or(sent_at).max(issue.updated_at).0
    });
    let estimates = Estimates::of(&issue, &head.action, head.updated_from.as_ref())?;
    let told = Delivered::Ticket(Box::new(ticket(issue, &estimates, removed_at, reading)));
    Ok(Judged::Fresh(Webhook::Told { id: String::new(), event, told }))
}

/// What a body tells of the estimate.
struct Estimates {
    /// What it was before the change, and as of when.
    before: Option<(Instant, i64)>,
    /// Whether it is told now, for the first time or anew.
    is_told: bool,
}

impl Estimates {
    fn of(issue: &Issue, action: &str, updated_from: Option<&Map<String, Value>>) -> Result<Self, Malformed> {
        let Some(from) = updated_from else {
            // Who does not say what changed may have changed it.
            return Ok(Self { before: None, is_told: issue.estimate.is_some() && action != "remove" });
        };
        let Some(estimate) = from.get("estimate") else { return Ok(Self { before: None, is_told: false }) };
        let points = Option::<Points>::deserialize(estimate).map_err(malformed)?;
        let at = from.get("updatedAt").map(Exactly::deserialize).transpose().map_err(malformed)?;
        let before = at.zip(points).map(|(Exactly(at), Points(points))| (at, points));
        Ok(Self { before: before.filter(|(at, _)| *at < issue.updated_at.0), is_told: true })
    }
}

fn ticket(issue: Issue, estimates: &Estimates, vanished_at: Option<Instant>, reading: &Reading) -> Ticket {
    let Issue { updated_at: Exactly(updated_at), .. } = issue;
    let estimate = issue.estimate.map(|Points(points)| points);
    let labels: Vec<TicketLabel<'_>> = issue.labels.iter().map(label).collect();
    let kind = reading.types.of(&labels).to_owned();
    let status = status(&issue.state.kind);
    let finished_at = issue.completed_at.map(|Time(at)| at).filter(|_| status == TicketStatus::Done);
    let event = |kind, at: Instant, estimate| TicketEvent {
        ticket_id: issue.id.clone(),
        at: Instant::from_seconds(at.micros().div_euclid(MICROS_PER_SECOND)),
        kind,
        estimate,
        host: HOST.to_owned(),
    };
    let events = [
        estimates.before.map(|(at, points)| event(TicketEventKind::Estimated, at, Some(points))),
        estimates.is_told.then(|| event(TicketEventKind::Estimated, updated_at, estimate)),
        finished_at.map(|at| event(TicketEventKind::Finished, at, None)),
    ];
    let first = estimates.before.or(estimate.map(|points| (updated_at, points)));
    Ticket {
        events: events.into_iter().flatten().collect(),
        source: SOURCE.to_owned(),
        identifier: issue.identifier,
        team: issue.team.key,
        project: issue.project.map(|project| project.name).unwrap_or_default(),
        created_at: issue.created_at.0,
        started_at: issue.started_at.map(|Time(at)| at),
        finished_at,
        parent_id: issue.parent_id.unwrap_or_default(),
        actor_hash: issue
            .assignee
            .filter(|_| reading.people)
            .and_then(|it| it.email)
            .map(|it| actor_hash(&it))
            .unwrap_or_default(),
        kind,
        status,
        estimate,
        first_estimate: first.map(|(_, points)| points),
        first_estimated_at: first.map(|(at, _)| at),
        final_estimate: estimate.filter(|_| finished_at.is_some()),
        updated_at: Some(updated_at),
        vanished_at,
        host: HOST.to_owned(),
        id: issue.id,
    }
}

fn label(label: &Label) -> TicketLabel<'_> {
    let Label { id, name, parent_id } = label;
    TicketLabel { id, name, parent_id: parent_id.as_deref().unwrap_or_default() }
}

fn status(kind: &str) -> TicketStatus {
    match kind {
        "triage" | "backlog" => TicketStatus::Backlog,
        "unstarted" => TicketStatus::Todo,
        "started" => TicketStatus::Doing,
        "completed" => TicketStatus::Done,
        "canceled" => TicketStatus::Canceled,
        _ => TicketStatus::Unknown,
    }
}

/// What is wrong with a body, without any text of it, which may be a mail address.
fn malformed(error: serde_json::Error) -> Malformed {
    const OURS: [&str; 3] = ["missing field", "a time such as", "an estimate in"];
    let says = error.to_string();
    let is_ours = OURS.iter().any(|begin| says.starts_with(begin));
    let source = if !error.is_data() || is_ours {
        error
    } else {
        let place = if error.line() > 0 { format!(" at line {}", error.line()) } else { String::new() };
        serde::de::Error::custom(format!("a value is of another kind{place}"))
    };
    Malformed::new("that of Linear's webhooks", source)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_769_000_000;

    fn body() -> Value {
        json!({
            "action": "update", "type": "Issue", "createdAt": "2026-10-01T09:00:00.405Z",
            "webhookTimestamp": NOW * 1_000 + 592, "actor": {"name": "Eve", "email": "eve@acme.example"},
            "data": {
                "id": "d42a1f7c", "identifier": "ENG-12", "title": "Not kept", "createdAt": "2026-09-30T08:00:00.100Z",
                "updatedAt": "2026-10-01T09:00:00.405Z", "startedAt": "2026-09-30T10:00:00.999Z", "completedAt": null,
                "parentId": "77aa", "estimate": 5, "state": {"name": "Doing", "type": "started"},
                "team": {"key": "ENG"}, "project": {"name": "Shop"},
                "assignee": {"name": "Ada", "email": "ada@acme.example"},
                "labels": [{"id": "l1", "name": "Urgent"}, {"id": "l2", "name": "Feature", "parentId": "kinds"}],
            },
            "updatedFrom": {"estimate": 3, "updatedAt": "2026-09-30T11:00:00.100Z"},
        })
    }

    fn reading(people: bool) -> Reading {
        let types = TicketTypes { parent_label_id: Some("kinds".to_owned()), allow_list: Vec::new() };
        Reading { types, people }
    }

    fn judged(body: &Value) -> Result<Judged, Malformed> {
        read(body.to_string().as_bytes(), &reading(false), Instant::from_seconds(NOW))
    }

    fn told(body: &Value) -> Ticket {
        match judged(body) {
            Ok(Judged::Fresh(Webhook::Told { told: Delivered::Ticket(ticket), .. })) => *ticket,
            other => panic!("{other:?}"),
        }
    }

    fn events(ticket: &Ticket) -> Vec<String> {
        let text = |it: &TicketEvent| format!("{} {} {:?}", it.at.to_rfc3339_seconds(), it.kind, it.estimate);
        ticket.events.iter().map(text).collect()
    }

    #[test]
    fn an_issue_is_a_ticket_by_the_id_that_it_keeps_with_the_type_of_its_label() {
        let ticket = told(&body());
        assert_eq!([&ticket.id, &ticket.identifier, &ticket.team], ["d42a1f7c", "ENG-12", "ENG"]);
        assert_eq!([&ticket.project, &ticket.kind, &ticket.parent_id], ["Shop", "Feature", "77aa"]);
        assert_eq!((ticket.status, ticket.estimate, ticket.finished_at), (TicketStatus::Doing, Some(5), None));
        assert_eq!(ticket.started_at.map(Instant::to_rfc3339_seconds).as_deref(), Some("2026-09-30T10:00:00Z"));
        assert!(ticket.actor_hash.is_empty() && ticket.vanished_at.is_none());
    }

    #[test]
    fn what_an_update_changed_says_what_the_estimate_was_and_became() {
        let ticket = told(&body());
        assert_eq!(
            events(&ticket),
            ["2026-09-30T11:00:00Z estimated Some(3)", "2026-10-01T09:00:00Z estimated Some(5)"]
        );
        assert_eq!(ticket.first_estimate, Some(3));
        let mut taken_away = body();
        taken_away["data"]["estimate"] = Value::Null;
        assert_eq!(events(&told(&taken_away)).last().map(String::as_str), Some("2026-10-01T09:00:00Z estimated None"));
        let mut of_title = body();
        of_title["updatedFrom"] = json!({"title": "Before", "updatedAt": "2026-09-30T11:00:00.100Z"});
        let ticket = told(&of_title);
        assert!(ticket.events.is_empty(), "another change is none of the estimate");
        assert_eq!((ticket.first_estimate, ticket.estimate), (Some(5), Some(5)));
    }

    #[test]
    fn a_ticket_is_done_at_its_end_and_removed_when_that_was_done() {
        let mut done = body();
        done["data"]["state"]["type"] = "completed".into();
        done["data"]["completedAt"] = "2026-10-01T08:59:59.900Z".into();
        let ticket = told(&done);
        assert_eq!((ticket.status, ticket.final_estimate), (TicketStatus::Done, Some(5)));
        assert_eq!(events(&ticket).last().map(String::as_str), Some("2026-10-01T08:59:59Z finished None"));
        done["action"] = "remove".into();
        done["createdAt"] = "2026-10-02T09:00:00.405Z".into();
        let vanished_at = told(&done).vanished_at.map(Instant::to_rfc3339_millis);
        assert_eq!(vanished_at.as_deref(), Some("2026-10-02T09:00:00.405Z"));
        done["createdAt"] = "2020-01-01T00:00:00Z".into();
        let ticket = told(&done);
        assert!(ticket.vanished_at >= ticket.updated_at, "not before it was last seen");
    }

    #[test]
    fn a_mail_address_is_told_as_a_hash_where_people_are_and_nowhere_else() {
        let read = |people| read(body().to_string().as_bytes(), &reading(people), Instant::from_seconds(NOW));
        let Ok(Judged::Fresh(Webhook::Told { told: Delivered::Ticket(ticket), .. })) = read(true) else { panic!() };
        assert_eq!(ticket.actor_hash, actor_hash("ada@acme.example"));
        for people in [true, false] {
            assert!(!format!("{:?}", read(people)).contains('@'));
        }
        let mut odd = body();
        odd["data"]["assignee"] = "ada@acme.example".into();
        let says = format!("{:?}", judged(&odd).expect_err("no person"));
        assert!(says.contains("a value is of another kind") && !says.contains('@'), "{says}");
    }

    #[test]
    fn five_minutes_either_way_are_now_and_more_are_not() {
        for (seconds, is_fresh) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
            let mut body = body();
            body["webhookTimestamp"] = ((NOW + seconds) * 1_000).into();
            assert_eq!(judged(&body).expect("readable") != Judged::Stale, is_fresh, "{seconds}");
        }
    }

    #[test]
    fn other_things_are_not_used_and_nonsense_is_malformed() {
        for (key, value) in [("type", "Comment"), ("action", "archive")] {
            let mut body = body();
            body[key] = value.into();
            assert!(matches!(judged(&body), Ok(Judged::Fresh(Webhook::NotUsed(_)))), "{key}");
        }
        for (key, value) in [("estimate", json!(2.5)), ("updatedAt", json!("soon")), ("team", json!(null))] {
            let mut body = body();
            body["data"][key] = value;
            assert!(judged(&body).is_err(), "{key}");
        }
        let mut untimed = body();
        untimed["webhookTimestamp"] = Value::Null;
        assert!(judged(&untimed).is_err());
        assert!(read(b"{", &Reading::default(), Instant::from_seconds(NOW)).is_err());
    }
}
