//! Conversion of an issue and its events to records.

use std::cmp::Ordering;

use model::Instant;
use model::gitlab::LabelColumns;
use model::issue_kind::kind_and_bug;
use model::records::{
    Incident, IncidentEvent, IncidentEventKind, Issue, IssueState, Place, ProjectItem, Record, StateReason,
    StatusEvent, StatusKind, Told, UntoldOfIssue,
};

use crate::board::Board;
use crate::cards;
use crate::statuses::Statuses;
use crate::wire::{self, LabelEvent, StateChange, StateEvent, User};

/// The title of a confidential issue where it is not to be shown.
pub const CONFIDENTIAL_TITLE: &str = "(confidential)";

/// Under which circumstances issues are read, and what is made of them.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The [host](model::gitlab::host_of) of the server.
    pub host: &'a str,
    /// All boards that are configured.
    pub boards: &'a [Board],
    /// Labels of issues that are incidents besides those of that type; of each entry an issue has to carry all.
    pub incident_labels: &'a [Vec<String>],
    /// Whether titles of confidential issues are told.
    pub tells_confidential: bool,
    /// The time of the import.
    pub at: Instant,
}

/// What an issue becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Records {
    /// The issue with its history and its cards.
    pub issue: Issue,
    /// The incident that it is, if it is one.
    pub incident: Option<Incident>,
    /// How many events of labels come without a name, since the label was deleted: which of them are moves is not known.
    pub nameless_events: u64,
}

impl Records {
    /// The records in the order in which they are stored.
    pub fn into_records(self) -> impl Iterator<Item = Record> {
        let incident = self.incident.map(|incident| Record::Incident(Box::new(incident)));
        std::iter::once(Record::Issue(Box::new(self.issue))).chain(incident)
    }
}

/// An issue that does not say in which project it is: `references.full` is absent, or is no path with a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the issue {id} of project {project_id} has no references.full such as acme/shop/api#12")]
pub struct NoPlace {
    /// Number of the issue on the whole server.
    pub id: u64,
    /// Number of its project.
    pub project_id: u64,
}

/// An issue as records, with all events of its labels and its state, each once or repeated, in any order; and its statuses,
/// which only boards of them look at. Iterations are added by [`Records::planned`].
///
/// Times are cut to whole seconds, as webhooks and files tell them. What the issue does not tell, and the moves of
/// labels without a name, are [untold](UntoldOfIssue): what is stored of them stays.
///
/// # Errors
/// When it does not say where it is.
pub fn records(
    issue: &wire::Issue,
    label_events: &[LabelEvent],
    state_events: &[StateEvent],
    statuses: &Statuses,
    reading: &Reading<'_>,
) -> Result<Records, NoPlace> {
    let no_place = || NoPlace { id: issue.id, project_id: issue.project_id };
    let path = project_path(issue).ok_or_else(no_place)?;
    let (org, repo) = path.split_once('/').ok_or_else(no_place)?;
    let place = Place {
        repository_id: format!("{}/project/{}", reading.host, issue.project_id),
        org: org.to_owned(),
        repo: repo.to_owned(),
        number: issue.iid.to_string(),
        host: reading.host.to_owned(),
    };
    let label_events = in_order(label_events, |event| (event.created_at, event.id));
    let state_events = in_order(state_events, |event| (event.created_at, event.id));
    let mut record = plain(issue, place, reading);
    record.status_events = status_events(issue, &state_events);
    record.committer = state_events
        .iter()
        .find(|event| event.state == StateChange::Closed)
        .map(|event| username(event.user.as_ref()))
        .unwrap_or_default();
    for board in reading.boards.iter().filter(|board| board.holds(path)) {
        let told = match &board.configured.columns {
            LabelColumns::Statuses => cards::of_statuses(statuses, reading.at),
            columns => cards::of_labels(columns, issue, &label_events, reading.at),
        };
        cards::put_on_board(&mut record, board, issue, told, reading.at);
    }
    let nameless_events = label_events.iter().filter(|event| event.label.is_none()).count() as u64;
    let is_of_labels =
        |item: &ProjectItem| reading.boards.iter().any(|board| board.id == item.project_id && !board.is_of_statuses());
    record.untold.project_events |= nameless_events > 0 && record.items.iter().any(is_of_labels);
    let incident = is_incident(&record, reading).then(|| incident(issue, &record));
    Ok(Records { issue: record, incident, nameless_events })
}

/// Path of the project: `acme/shop/api` of `acme/shop/api#12`.
pub(crate) fn project_path(issue: &wire::Issue) -> Option<&str> {
    let full = issue.references.as_ref()?.full.as_deref()?;
    full.rsplit_once('#').map(|(path, _)| path).filter(|path| !path.starts_with('/') && !path.ends_with('/'))
}

/// Events in order, each once: pages may overlap.
pub(crate) fn in_order<T, K: Ord>(events: &[T], key: impl Fn(&T) -> K) -> Vec<&T> {
    let mut events: Vec<&T> = events.iter().collect();
    events.sort_by_key(|event| key(event));
    events.dedup_by(|one, other| key(one).cmp(&key(other)) == Ordering::Equal);
    events
}

pub(crate) fn whole(at: Instant) -> Instant {
    Instant::from_seconds(at.seconds())
}

fn username(user: Option<&User>) -> String {
    user.map(|user| user.username.clone()).unwrap_or_default()
}

/// The issue without history and cards.
fn plain(issue: &wire::Issue, place: Place, reading: &Reading<'_>) -> Issue {
    let untold = UntoldOfIssue {
        labels: issue.labels.is_none(),
        assignees: issue.assignees.is_none(),
        issue_type: issue.issue_type.is_none(),
        ..UntoldOfIssue::default()
    };
    let is_hidden = issue.confidential == Some(true) && !reading.tells_confidential;
    let title = if is_hidden { Some(CONFIDENTIAL_TITLE.to_owned()) } else { issue.title.clone() };
    let issue_type = issue.issue_type.as_deref().unwrap_or_default().to_lowercase();
    let mut record = Issue {
        id: id_of(reading.host, issue.id),
        place,
        title: title.unwrap_or_default(),
        url: issue.web_url.clone().unwrap_or_default(),
        state: state(issue),
        state_reason: state_reason(issue),
        // What GitLab calls an issue is of no type in particular: labels say which.
        issue_type: if issue_type == "issue" { String::new() } else { issue_type },
        labels: issue.labels.iter().flatten().map(|label| label.name.clone()).collect(),
        creator: username(issue.author.as_ref()),
        creator_is_bot: issue.author.as_ref().is_some_and(User::is_bot),
        assignees: issue.assignees.iter().flatten().map(|user| user.username.clone()).collect(),
        created_at: whole(issue.created_at),
        closed_at: issue.closed_at.map(whole),
        updated_at: issue.updated_at.map(whole),
        untold,
        ..Issue::default()
    };
    (record.kind, record.is_bug) = kind_and_bug(&record.issue_type, &record.labels);
    record
}

fn id_of(host: &str, id: u64) -> String {
    format!("{host}/issue/{id}")
}

/// GitLab calls open issues `opened`.
fn state(issue: &wire::Issue) -> Told<IssueState> {
    match issue.state.as_deref().map(str::to_lowercase).as_deref() {
        Some("opened") => IssueState::Open.into(),
        Some(state) => state.into(),
        None => IssueState::by(issue.closed_at).into(),
    }
}

/// GitLab knows no reasons but what an issue has become.
fn state_reason(issue: &wire::Issue) -> Told<StateReason> {
    let duplicate = issue.links.as_ref().and_then(|links| links.closed_as_duplicate_of.as_ref());
    if state(issue) != IssueState::Closed {
        Told::default()
    } else if issue.moved_to_id.is_some() {
        StateReason::Moved.into()
    } else if duplicate.is_some() {
        StateReason::Duplicate.into()
    } else {
        Told::default()
    }
}

/// Opened, and what events tell. A time of closing without an event stays one without: nobody is known to have closed it.
fn status_events(issue: &wire::Issue, events: &[&StateEvent]) -> Vec<StatusEvent> {
    let opened = StatusEvent {
        kind: StatusKind::Opened.into(),
        at: whole(issue.created_at),
        by: username(issue.author.as_ref()),
        ..StatusEvent::default()
    };
    let told = events.iter().filter_map(|event| {
        let kind = match event.state {
            StateChange::Closed => StatusKind::Closed,
            StateChange::Reopened => StatusKind::Reopened,
            StateChange::Other => return None,
        };
        let (at, by) = (whole(event.created_at), username(event.user.as_ref()));
        Some(StatusEvent { kind: kind.into(), at, by, ..StatusEvent::default() })
    });
    std::iter::once(opened).chain(told).collect()
}

/// One that was moved to another project is an incident there.
fn is_incident(record: &Issue, reading: &Reading<'_>) -> bool {
    if record.state_reason == StateReason::Moved {
        return false;
    }
    let has = |label: &String| record.labels.contains(label);
    record.issue_type == "incident" || reading.incident_labels.iter().any(|all| !all.is_empty() && all.iter().all(has))
}

/// Closing restores, opening again brings it back.
fn incident(issue: &wire::Issue, record: &Issue) -> Incident {
    let mut turns: Vec<(Instant, IncidentEventKind)> = Vec::new();
    for event in &record.status_events {
        let kind = match event.kind.known() {
            Some(StatusKind::Opened) | None => IncidentEventKind::Opened,
            Some(StatusKind::Closed) => IncidentEventKind::Restored,
            Some(StatusKind::Reopened) => IncidentEventKind::Reopened,
        };
        turns.push((event.at, kind));
    }
    let is_restored = turns.last().is_some_and(|(_, kind)| *kind == IncidentEventKind::Restored);
    if let Some(closed_at) = record.closed_at.filter(|_| !is_restored) {
        turns.push((closed_at, IncidentEventKind::Restored));
    }
    let restored_at = turns.last().filter(|(_, kind)| *kind == IncidentEventKind::Restored).map(|(at, _)| *at);
    let host = &record.place.host;
    let events = turns.into_iter().map(|(at, kind)| IncidentEvent {
        incident_id: record.id.clone(),
        at,
        kind: kind.into(),
        host: host.clone(),
    });
    Incident {
        id: record.id.clone(),
        source: "gitlab".to_owned(),
        org: record.place.org.clone(),
        repo: record.place.repo.clone(),
        title: record.title.clone(),
        severity: issue.severity.clone().unwrap_or_default(),
        started_at: record.created_at,
        restored_at,
        labels: record.labels.clone(),
        url: record.url.clone(),
        host: host.clone(),
        events: events.collect(),
        ..Incident::default()
    }
}
