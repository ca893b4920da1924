//! Labels of issues: the kinds of work, and the column as a scoped label.

use model::Instant;
use model::instant::MICROS_PER_SECOND;
use serde_json::{Value as Json, json};

use super::forge::{Forge, Kind, fine, global_number, object, with_milliseconds};
use crate::random::mix;
use crate::view::{Issue, IssueEventKind};

/// Key of the scoped labels that are the columns of the board.
pub const SCOPE: &str = "workflow";

/// Most events of labels of an issue.
const MOST_EVENTS: u64 = 100_000;

/// The label of a column.
fn of_column(column: &str) -> String {
    format!("{SCOPE}::{column}")
}

/// The board that is shown.
const BOARD: usize = 0;

/// Moves on the board: when, whose, from and to which column; empty for none.
fn moves(issue: &Issue) -> impl Iterator<Item = (Instant, Option<usize>, &str, &str)> {
    issue.timeline.iter().filter_map(|event| match &event.kind {
        IssueEventKind::StatusChanged(BOARD, from, to) => Some((event.at, event.actor, from.as_str(), to.as_str())),
        _ => None,
    })
}

/// The labels that an issue has now, by name.
pub(crate) fn of_issue(issue: &Issue) -> Vec<String> {
    let column = moves(issue).last().map(|(.., to)| to).filter(|column| !column.is_empty());
    let mut labels = issue.labels.clone();
    labels.extend(column.map(of_column));
    labels.sort_unstable();
    labels
}

/// A label was put on or taken off.
struct Change {
    at: Instant,
    by: Option<usize>,
    is_add: bool,
    label: String,
}

/// What happened to the labels of an issue, in order.
pub(crate) fn events(forge: &Forge, index: usize, is_deleted: impl Fn(&str) -> bool) -> Vec<Json> {
    let issue = &forge.view.issues[index];
    let mut changes = changes(issue, object(Kind::Issue, index));
    changes.sort_by_key(|change| change.at);
    let first = global_number(Kind::Issue, index) * MOST_EVENTS;
    let shown = changes.into_iter().enumerate().map(|(place, change)| {
        let name = change.label;
        json!({
            "id": first + place as u64,
            "created_at": with_milliseconds(change.at),
            "resource_type": "Issue",
            "resource_id": global_number(Kind::Issue, index),
            "action": if change.is_add { "add" } else { "remove" },
            "user": forge.user(change.by),
            "label": if is_deleted(&name) { Json::Null } else { json!({ "id": mix_of(&name), "name": name }) },
        })
    });
    shown.collect()
}

fn mix_of(name: &str) -> u64 {
    crate::ids::fnv1a(name) % 1_000_000
}

/// Whether a label is a column, and which.
pub(crate) fn column(label: &str) -> Option<&str> {
    label.strip_prefix(SCOPE)?.strip_prefix("::")
}

fn changes(issue: &Issue, object: u64) -> Vec<Change> {
    let created_at = fine(issue.created_at, object);
    let mut changes: Vec<Change> = issue
        .labels
        .iter()
        .map(|label| Change { at: created_at, by: issue.author, is_add: true, label: label.clone() })
        .collect();
    for (at, by, from, to) in moves(issue) {
        let at = fine(at, object);
        let change = |at, is_add, column: &str| Change { at, by, is_add, label: of_column(column) };
        let dice = mix(object ^ mix(at.micros() as u64));
        let off_by = (dice >> 8) as i64 % (MICROS_PER_SECOND / 1_000) * 1_000;
        let later = |micros: i64| Instant::from_micros(at.micros() + micros);
        match (from.is_empty(), to.is_empty()) {
            (false, true) => changes.push(change(at, false, from)),
            (true, false) => changes.push(change(at, true, to)),
            // GitLab tells a move as two changes, in either order and not always in the same second.
            _ => match dice % 4 {
                0 => changes.extend([change(at, false, from), change(at, true, to)]),
                1 => changes.extend([change(at, true, to), change(at, false, from)]),
                2 => changes.extend([change(at, true, to), change(later(off_by), false, from)]),
                _ => changes.extend([change(later(-off_by), false, from), change(at, true, to)]),
            },
        }
    }
    changes
}
