//! Conversion of GraphQL nodes to records of issues.

use std::collections::BTreeSet;

use model::Instant;
use model::issue_kind::kind_and_bug;
use model::records::{
    FieldValue, Issue, ItemContent, Place, Presence, ProjectEvent, ProjectItem, ProjectKind, StatusEvent, StatusKind,
    UntoldOfIssue,
};

use crate::wire::issues::{
    BoardFields, IssueFields, IssueFieldsAuthorOn, IssueFieldsProjectItems, IssueFieldsProjectItemsNodes,
    IssueFieldsProjectItemsNodesBugSource as BugSource, IssueFieldsProjectItemsNodesFieldValueByName,
    IssueFieldsTimelineItems, IssueFieldsTimelineItemsNodes as Event,
};

/// Where the lists of one issue that are longer than a page go on; `None` for those that were read to their end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rest {
    pub(crate) labels: Option<String>,
    pub(crate) assignees: Option<String>,
    pub(crate) timeline: Option<String>,
    pub(crate) items: Option<String>,
}

impl Rest {
    /// Whether nothing is left to read.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Of the places where an answer goes on, those that belong to the lists asked for here.
    pub(crate) fn onward(&self, answered: Self) -> Self {
        Self {
            labels: self.labels.as_ref().and(answered.labels),
            assignees: self.assignees.as_ref().and(answered.assignees),
            timeline: self.timeline.as_ref().and(answered.timeline),
            items: self.items.as_ref().and(answered.items),
        }
    }
}

/// What was left out of the records, to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// Events and cards of boards that the token may not see.
    pub(crate) hidden_boards: u64,
    /// Entries that were empty.
    pub(crate) empty_entries: u64,
}

impl LeftOut {
    /// Counts and drops the empty entries of a list; a list that did not come is one. Says whether there are any.
    fn present<T>(&mut self, list: Option<Vec<Option<T>>>) -> (Vec<T>, bool) {
        let list = list.unwrap_or_else(|| vec![None]);
        let length = list.len();
        let present: Vec<T> = list.into_iter().flatten().collect();
        let empty = length - present.len();
        self.empty_entries += empty as u64;
        (present, empty > 0)
    }
}

/// A list's connection says that there is more but not from where.
#[derive(Debug, thiserror::Error)]
#[error("the {list} of {url} go on, but the answer does not say where")]
pub(crate) struct NoCursor {
    list: &'static str,
    url: String,
}

/// How an answer came about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight<'a> {
    /// The time of the import.
    pub(crate) at: Instant,
    /// What is read of cards.
    pub(crate) cards: &'a Cards,
    /// What the server cannot tell of any issue.
    pub(crate) untold: UntoldOfIssue,
}

/// What is read of the cards of issues, and on which boards; boards by the ids of their records.
#[derive(Clone, Debug, Default)]
pub struct Cards {
    /// The custom field that is read of archived cards as well: boards list the fields of all cards but those. Empty for
    /// none.
    pub bug_source: String,
    /// Boards whose cards' status is believed: their columns are the values of the field `Status`. Of cards of other
    /// boards the status is not told.
    pub status_shown: BTreeSet<String>,
    /// Boards of which the moves that timelines tell are left out: GitHub tells those of the field `Status` alone, and
    /// their columns are the values of another one.
    pub moves_untold: BTreeSet<String>,
}

/// What answers tell nothing of, where queries do not ask for these parts of the schema.
pub(crate) fn untold(asks_for: impl Fn(&str) -> bool) -> UntoldOfIssue {
    let lacks = |parts: &[&str]| parts.iter().any(|part| !asks_for(part));
    UntoldOfIssue {
        issue_type: lacks(&["Issue.issueType", "IssueType"]),
        reasons: lacks(&["Issue.stateReason", "ClosedEvent.stateReason"]),
        project_events: lacks(&[
            "AddedToProjectV2Event",
            "ProjectV2ItemStatusChangedEvent",
            "RemovedFromProjectV2Event",
            "IssueTimelineItemsItemType.ADDED_TO_PROJECT_V2_EVENT",
            "IssueTimelineItemsItemType.PROJECT_V2_ITEM_STATUS_CHANGED_EVENT",
            "IssueTimelineItemsItemType.REMOVED_FROM_PROJECT_V2_EVENT",
        ]),
        ..UntoldOfIssue::default()
    }
}

/// One issue as far as it was read, and where its longer lists go on.
pub(crate) fn issue(
    wire: IssueFields,
    mut place: Place,
    sight: Sight<'_>,
    left_out: &mut LeftOut,
) -> Result<(Issue, Rest), NoCursor> {
    place.number = wire.number.to_string();
    let creator_is_bot = wire.author.as_ref().is_some_and(|author| matches!(author.on, IssueFieldsAuthorOn::Bot));
    let creator = wire.author.map(|author| author.login).unwrap_or_default();
    let mut rest = Rest::default();
    let go_on = |list, more: bool, cursor: Option<String>| match (more, cursor) {
        (false, _) => Ok(None),
        (true, Some(cursor)) => Ok(Some(cursor)),
        (true, None) => Err(NoCursor { list, url: wire.url.clone() }),
    };

    let mut untold = sight.untold;
    let labels = match wire.labels {
        Some(list) => {
            rest.labels = go_on("labels", list.page_info.has_next_page, list.page_info.end_cursor)?;
            left_out.present(list.nodes)
        }
        None => left_out.present(None),
    };
    untold.labels |= labels.1;
    let labels = labels.0.into_iter().map(|label| label.name).collect();
    let assignees = {
        let list = wire.assignees;
        rest.assignees = go_on("assignees", list.page_info.has_next_page, list.page_info.end_cursor)?;
        left_out.present(list.nodes)
    };
    untold.assignees |= assignees.1;
    let assignees = assignees.0.into_iter().map(|user| user.login).collect();
    let page = &wire.timeline_items.page_info;
    rest.timeline = go_on("timeline events", page.has_next_page, page.end_cursor.clone())?;
    let mut timeline = timeline(wire.timeline_items, left_out);
    timeline
        .project
        .retain(|event| event.kind != ProjectKind::Moved || !sight.cards.moves_untold.contains(&event.project_id));
    untold.status_events |= timeline.has_gaps;
    untold.project_events |= timeline.has_gaps || timeline.has_hidden_boards;
    timeline.status.insert(0, opened(wire.created_at.0, &creator));
    let items = match wire.project_items {
        Some(list) => {
            let page = &list.page_info;
            rest.items = go_on("project items", page.has_next_page, page.end_cursor.clone())?;
            items(list, &wire.id, sight, left_out)
        }
        None => Vec::new(),
    };

    let mut issue = Issue {
        id: wire.id,
        place,
        title: wire.title,
        url: wire.url,
        state: wire.state.to_lowercase().into(),
        state_reason: wire.state_reason.unwrap_or_default().to_lowercase().into(),
        issue_type: wire.issue_type.map(|kind| kind.name).unwrap_or_default(),
        labels,
        creator,
        creator_is_bot,
        assignees,
        created_at: wire.created_at.0,
        closed_at: wire.closed_at.map(|at| at.0),
        updated_at: Some(wire.updated_at.0),
        committer: timeline.first_closer.unwrap_or_default(),
        status_events: timeline.status,
        project_events: timeline.project,
        // GitHub's iterations are a field of a board, and no event tells of it.
        iteration_events: None,
        items,
        untold,
        ..Issue::default()
    };
    derive_kind(&mut issue);
    Ok((issue, rest))
}

/// Adds the next page of those lists of an issue that `asked` names.
pub(crate) fn append(issue: &mut Issue, asked: &Rest, next: Issue) {
    if asked.labels.is_some() {
        issue.untold.labels |= next.untold.labels;
        issue.labels.extend(next.labels);
        derive_kind(issue);
    }
    if asked.assignees.is_some() {
        issue.untold.assignees |= next.untold.assignees;
        issue.assignees.extend(next.assignees);
    }
    if asked.timeline.is_some() {
        issue.untold.status_events |= next.untold.status_events;
        issue.untold.project_events |= next.untold.project_events;
        let opened_again = 1;
        issue.status_events.extend(next.status_events.into_iter().skip(opened_again));
        issue.project_events.extend(next.project_events);
        if issue.committer.is_empty() {
            issue.committer = next.committer;
        }
    }
    if asked.items.is_some() {
        let new = next.items.into_iter().filter(|item| issue.items.iter().all(|known| known.id != item.id));
        let new: Vec<ProjectItem> = new.collect();
        issue.items.extend(new);
    }
}

fn derive_kind(issue: &mut Issue) {
    (issue.kind, issue.is_bug) = kind_and_bug(&issue.issue_type, &issue.labels);
}

fn opened(at: Instant, creator: &str) -> StatusEvent {
    StatusEvent { kind: StatusKind::Opened.into(), at, by: creator.to_owned(), ..StatusEvent::default() }
}

#[derive(Default)]
struct Timeline {
    status: Vec<StatusEvent>,
    project: Vec<ProjectEvent>,
    first_closer: Option<String>,
    /// Whether some events came empty.
    has_gaps: bool,
    /// Whether some events are of boards that are not shown.
    has_hidden_boards: bool,
}

fn timeline(list: IssueFieldsTimelineItems, left_out: &mut LeftOut) -> Timeline {
    let mut timeline = Timeline::default();
    let (events, has_gaps) = left_out.present(list.nodes);
    let hidden_before = left_out.hidden_boards;
    timeline.has_gaps = has_gaps;
    for event in events {
        match event {
            Event::ClosedEvent(closed) => {
                let by = closed.actor.map(|actor| actor.login);
                timeline.first_closer = timeline.first_closer.or_else(|| by.clone());
                timeline.status.push(StatusEvent {
                    kind: StatusKind::Closed.into(),
                    at: closed.created_at.0,
                    by: by.unwrap_or_default(),
                    state_reason: closed.state_reason.unwrap_or_default().to_lowercase().into(),
                });
            }
            Event::ReopenedEvent(reopened) => timeline.status.push(StatusEvent {
                kind: StatusKind::Reopened.into(),
                at: reopened.created_at.0,
                by: reopened.actor.map(|actor| actor.login).unwrap_or_default(),
                ..StatusEvent::default()
            }),
            Event::AddedToProjectV2Event(added) => timeline.project.extend(project_event(
                ProjectKind::Added,
                added.project,
                (String::new(), String::new()),
                added.created_at.0,
                added.actor.map(|actor| actor.login),
                left_out,
            )),
            Event::ProjectV2ItemStatusChangedEvent(moved) => timeline.project.extend(project_event(
                ProjectKind::Moved,
                moved.project,
                (moved.previous_status, moved.status),
                moved.created_at.0,
                moved.actor.map(|actor| actor.login),
                left_out,
            )),
            Event::RemovedFromProjectV2Event(removed) => timeline.project.extend(project_event(
                ProjectKind::Removed,
                removed.project,
                (String::new(), String::new()),
                removed.created_at.0,
                removed.actor.map(|actor| actor.login),
                left_out,
            )),
            Event::TransferredEvent | Event::Unknown => {}
        }
    }
    timeline.has_hidden_boards = left_out.hidden_boards > hidden_before;
    timeline
}

fn project_event(
    kind: ProjectKind,
    board: Option<BoardFields>,
    (from_column, to_column): (String, String),
    at: Instant,
    by: Option<String>,
    left_out: &mut LeftOut,
) -> Option<ProjectEvent> {
    let Some(board) = board else {
        left_out.hidden_boards += 1;
        return None;
    };
    let (project_id, project_name) = board_id_and_name(board);
    let by = by.unwrap_or_default();
    Some(ProjectEvent { kind: kind.into(), project_id, project_name, from_column, to_column, at, by })
}

/// The number that the configuration knows a board by; its node id where a server has no such number.
fn board_id_and_name(board: BoardFields) -> (String, String) {
    (board.full_database_id.map_or(board.id, |number| number.0), board.title)
}

fn items(list: IssueFieldsProjectItems, issue_id: &str, sight: Sight<'_>, left_out: &mut LeftOut) -> Vec<ProjectItem> {
    left_out.present(list.nodes).0.into_iter().map(|wire| item(wire, issue_id, sight)).collect()
}

fn item(wire: IssueFieldsProjectItemsNodes, issue_id: &str, sight: Sight<'_>) -> ProjectItem {
    // Boards list all fields of the cards that they show, and are asked for those of archived ones by id; until then this
    // field is known at least.
    let fields = (wire.is_archived && !sight.cards.bug_source.is_empty())
        .then(|| bug_source(wire.bug_source, &sight.cards.bug_source).into_iter().collect());
    let (project_id, project_name) = board_id_and_name(wire.project);
    let (status, status_updated_at) = match wire.field_value_by_name {
        Some(IssueFieldsProjectItemsNodesFieldValueByName::ProjectV2ItemFieldSingleSelectValue(value)) => {
            (Some(value.name.unwrap_or_default()), Some(value.updated_at.0))
        }
        None => (Some(String::new()), None),
        _ => (None, None),
    };
    // What other boards call Status may be anything, and without a value it may not even be there.
    let is_shown = sight.cards.status_shown.contains(&project_id);
    let (status, status_updated_at) = if is_shown { (status, status_updated_at) } else { (None, None) };
    ProjectItem {
        id: wire.id,
        project_id,
        project_name,
        content: ItemContent::Issue,
        content_id: issue_id.to_owned(),
        status,
        status_updated_at,
        presence: if wire.is_archived { Presence::Archived } else { Presence::OnBoard },
        created_at: Some(wire.created_at.0),
        updated_at: Some(wire.updated_at.0),
        observed_at: Some(sight.at),
        has_untold_fields: fields.is_some(),
        fields,
    }
}

/// The field that tells where a bug was found, if the card has it.
fn bug_source(wire: Option<BugSource>, name: &str) -> Option<FieldValue> {
    let value = match wire? {
        BugSource::ProjectV2ItemFieldSingleSelectValue(value) => value.name,
        BugSource::ProjectV2ItemFieldTextValue(value) => value.text,
        _ => None,
    };
    let value = value.filter(|value| !value.is_empty())?;
    Some(FieldValue { name: name.to_owned(), value })
}
