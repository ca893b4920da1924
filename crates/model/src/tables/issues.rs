//! `issue.csv`, `issue_status_event.csv`, `issue_project_event.csv` and `issue_iteration_event.csv`.

use model_derive::RawTable;
use serde::{Deserialize, Serialize};

use super::ProjectItem;
use crate::Instant;
use crate::kinds::{IssueState, IterationKind, ProjectKind, StateReason, StatusKind, Told};
use crate::records::Place;

/// Issues, one row each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, RawTable)]
#[raw(table = "issue", key("org", "repo", "number", "host"), columns = IssueColumns, owner = place, after(host))]
pub struct Issue {
    /// Repository and number.
    #[raw(skip, original, before(org, repo, number))]
    pub place: Place,
    /// Title.
    #[raw(original, engine, required)]
    pub title: String,
    /// Web address.
    #[raw(address, original, engine)]
    pub url: String,
    /// State: `open` or `closed`.
    #[raw(original, engine)]
    pub state: Told<IssueState>,
    /// Type by the original's derivation: the issue type, else the labels, else `task`.
    #[raw(name = "type", original, code, engine)]
    pub kind: String,
    /// Bug by the original's derivation.
    #[raw(original, engine)]
    pub is_bug: bool,
    /// Login of the author, empty for deleted users.
    #[raw(original, code, engine)]
    pub creator: String,
    /// Logins joined by `;`.
    #[raw(original)]
    pub assignees: Vec<String>,
    /// Opened.
    #[raw(original, engine, required)]
    pub created_at: Instant,
    /// Closed, empty while open.
    #[raw(original, engine)]
    pub closed_at: Option<Instant>,
    /// Login of the first who closed it.
    #[raw(original, code)]
    pub committer: String,
    /// Node id, empty until the API has shown it.
    pub id: String,
    /// Why it is in its state: `completed`, `not_planned`, `duplicate`, `moved` (it goes on as an issue of
    /// another GitLab project), `reopened` or empty.
    #[raw(engine)]
    pub state_reason: Told<StateReason>,
    /// GitHub's issue type as named, empty when none is set.
    #[raw(code, engine)]
    pub issue_type: String,
    /// Labels joined by `;`.
    #[raw(engine)]
    pub labels: Vec<String>,
    /// Last change by GitHub's reckoning; a move of its card is none.
    pub updated_at: Option<Instant>,
    /// Whether the API says that the author is a bot.
    pub creator_is_bot: bool,
    /// When an import found that it is gone, empty while it exists.
    #[raw(engine)]
    pub vanished_at: Option<Instant>,
    /// `opened`, `closed`, `reopened` in timeline order.
    #[raw(skip)]
    pub status_events: Vec<StatusEvent>,
    /// `added`, `moved`, `removed` in timeline order.
    #[raw(skip)]
    pub project_events: Vec<ProjectEvent>,
    /// `added` to iterations and `removed`, in timeline order; `None` where they were not asked for, or are not shown: what
    /// is stored stays.
    #[raw(skip)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iteration_events: Option<Vec<IterationEvent>>,
    /// The issue's present cards, archived ones included.
    #[raw(skip)]
    pub items: Vec<ProjectItem>,
    /// What of it was not told.
    #[raw(skip)]
    #[serde(default, skip_serializing_if = "UntoldOfIssue::is_nothing")]
    pub untold: UntoldOfIssue,
}

impl IssueColumns {
    /// Where nobody says whether an issue is open, or only in a word that is not known, it is closed if it has a time of
    /// closing.
    pub fn tell_untold_states(&mut self) {
        for (row, state) in self.state.iter_mut().enumerate() {
            state.get_or_insert_with(|| IssueState::by(self.closed_at.get(row)));
        }
    }
}

/// What an observation of an issue does not tell, or not all of: the provider left it out, or does not have it. What is
/// stored of it stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each part may be untold alone")]
pub struct UntoldOfIssue {
    /// Some of its labels.
    pub labels: bool,
    /// Some of its assignees.
    pub assignees: bool,
    /// Its type.
    pub issue_type: bool,
    /// Why it is in its state, and why it was closed.
    pub reasons: bool,
    /// Some of its changes of state.
    pub status_events: bool,
    /// Some of its changes on boards.
    pub project_events: bool,
    /// Some of its changes of iterations, of those that were asked for.
    pub iteration_events: bool,
}

impl UntoldOfIssue {
    /// Whether all was told.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Issues opened, closed and reopened, from the timelines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(
    table = "issue_status_event",
    key("org", "repo", "number", "at", "type", "host"),
    columns = StatusEventColumns,
    owner = issue,
    after(host)
)]
pub struct StatusEvent {
    /// What changed: `opened`, `closed` or `reopened`.
    #[raw(name = "type", original, engine, required, before(org, repo, number))]
    pub kind: Told<StatusKind>,
    /// When.
    #[raw(original, engine, required)]
    pub at: Instant,
    /// Who, empty for deleted users.
    #[raw(original, code)]
    pub by: String,
    /// Why it was closed: `completed`, `not_planned`, `duplicate` or empty where unknown.
    #[raw(engine)]
    pub state_reason: Told<StateReason>,
}

/// What the timelines say of boards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(
    table = "issue_project_event",
    key("org", "repo", "number", "at", "type", "project_id", "to_column", "host"),
    columns = ProjectEventColumns,
    owner = issue,
    after(host)
)]
pub struct ProjectEvent {
    /// Board, `fullDatabaseId` as text.
    #[raw(original, code, engine, required, before(org, repo, number))]
    pub project_id: String,
    /// Name of the board at the time of reading.
    #[raw(original, code, engine, required)]
    pub project_name: String,
    /// Column before, by its name at that time, empty for none.
    #[raw(original, code, engine)]
    pub from_column: String,
    /// Column after, empty for none or when the status was cleared.
    #[raw(original, code, engine, required)]
    pub to_column: String,
    /// When.
    #[raw(original, engine, required)]
    pub at: Instant,
    /// Who, empty for deleted users and automation.
    #[raw(original, code)]
    pub by: String,
    /// What changed: `added`, `moved` or `removed`.
    #[raw(name = "type", original, engine, required)]
    pub kind: Told<ProjectKind>,
}

/// What GitLab says of iterations (sprints) that issues were planned for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(
    table = "issue_iteration_event",
    key("org", "repo", "number", "at", "type", "iteration_id", "host"),
    columns = IterationEventColumns,
    owner = issue,
    after(host)
)]
pub struct IterationEvent {
    /// What changed: `added` (which takes it out of the iteration that it was in) or `removed`.
    #[raw(name = "type", engine, required, before(org, repo, number))]
    pub kind: IterationKind,
    /// When.
    #[raw(engine, required)]
    pub at: Instant,
    /// Iteration, by its host and number: `gitlab.com/iteration/50`.
    #[raw(code, engine, required)]
    pub iteration_id: String,
    /// Name of the iteration when it was read last: its title, else its days.
    #[raw(code, engine)]
    pub iteration: String,
    /// First day of the iteration, `2026-03-02`, when it was read last; empty where it has none.
    #[raw(code, engine)]
    pub starts_on: String,
    /// Its last day, which may lie ahead.
    #[raw(code, engine)]
    pub due_on: String,
}
