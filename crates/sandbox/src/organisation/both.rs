//! Lives that GitHub and GitLab can both tell: what one of them knows nothing of does not happen.
//!
//! The lives are written as always and changed afterwards, so that the same seed has nearly the same work in it.
//! `docs/gitlab.md` lists what is left out, with the reasons.

use model::records::IncidentEventKind;
use model::rules::Step;

use super::issue::{CloseReason, Event, IssueLife, Kind, NO_COLUMN, What};
use super::pull_request::{PullRequestLife, PullRequestWhat, ReviewLife, ReviewState};
use super::{NOBODY, Organisation, Person};

/// Least seconds between two moves of a card. Labels that change within two seconds of each other are one move, and a
/// label may be taken off a second after the other one was put on.
const BETWEEN_MOVES: i64 = 5;

/// Accounts stay, since of a deleted one GitHub tells nothing and GitLab a ghost; their names are such as both allow.
pub(super) fn keep_accounts(people: &mut [Person]) {
    for person in people {
        person.login.retain(|letter| !matches!(letter, '[' | ']'));
        person.deleted_at = None;
    }
}

/// Changes all issues and pull requests.
pub(super) fn simplify(organisation: &mut Organisation) {
    let (teams, repositories, end) = (&organisation.teams, &organisation.repositories, organisation.end);
    for issue in &mut organisation.issues {
        let team = &teams[repositories[usize::from(issue.places[0].1)].team];
        simplify_issue(issue, team.members[0], end);
    }
    for pull_request in &mut organisation.pull_requests {
        simplify_pull_request(pull_request);
    }
}

/// `someone` opens what nobody has opened.
fn simplify_issue(life: &mut IssueLife, someone: u16, end: i64) {
    if life.author == NOBODY {
        life.author = someone;
    }
    (life.bug_source, life.estimate_quarters) = (None, None);
    tell_kind_by_labels(life);
    let mut writer = Writer { column: NO_COLUMN, closed: false, last_move: i64::MIN / 2, events: Vec::new() };
    writer.push(life.created_at, life.author, What::Added { board: 0, column: NO_COLUMN });
    for event in std::mem::take(&mut life.events) {
        let actor = if event.actor == NOBODY { life.author } else { event.actor };
        writer.take(Event { actor, ..event });
    }
    life.events = writer.events;
    life.events.retain(|event| event.at <= end);
}

/// One label at most tells a type. GitLab lists labels by their names, so both do.
fn tell_kind_by_labels(life: &mut IssueLife) {
    if life.is_bug {
        life.kind = Kind::Bug;
    }
    if life.issue_type.take().is_some() {
        match life.kind {
            Kind::Bug if !life.labels.contains(&"bug") => life.labels.push("bug"),
            Kind::Feature => life.labels.push("feature"),
            _ => {}
        }
    }
    life.labels.sort_unstable();
    life.labels.dedup();
}

/// Writes the events anew that are left.
struct Writer {
    column: u8,
    closed: bool,
    last_move: i64,
    events: Vec<Event>,
}

impl Writer {
    fn push(&mut self, at: i64, actor: u16, what: What) {
        let after_the_last = self.events.last().map_or(at, |event| event.at + 1);
        self.events.push(Event { at: at.max(after_the_last), actor, what });
    }

    /// What joins silently in a column moves there; what leaves the board stays.
    fn take(&mut self, event: Event) {
        match event.what {
            What::Added { column, .. } if column == NO_COLUMN => {}
            What::Added { column, .. } | What::Moved { column, .. } => {
                if column == self.column {
                    return;
                }
                self.column = column;
                self.push(event.at.max(self.last_move + BETWEEN_MOVES), event.actor, What::Moved { board: 0, column });
                self.last_move = self.events.last().map_or(event.at, |event| event.at);
            }
            What::Closed(_) if !self.closed => {
                self.closed = true;
                self.push(event.at, event.actor, What::Closed(CloseReason::Completed));
            }
            What::Reopened if self.closed => {
                self.closed = false;
                self.push(event.at, event.actor, What::Reopened);
            }
            What::Touched => self.push(event.at, event.actor, What::Touched),
            What::Closed(_)
            | What::Reopened
            | What::Removed { .. }
            | What::Archived { .. }
            | What::Transferred { .. } => {}
        }
    }
}

/// Reviews that are submitted, by others than the author or with a verdict; of what is dismissed only approvals, by who
/// gave them.
fn simplify_pull_request(life: &mut PullRequestLife) {
    let mut places = Vec::with_capacity(life.reviews.len());
    let mut kept: Vec<ReviewLife> = Vec::with_capacity(life.reviews.len());
    for mut review in std::mem::take(&mut life.reviews) {
        let stands = |other: &ReviewLife| {
            other.author == review.author
                && other.state == ReviewState::Approved
                && other.dismissed_at.is_none_or(|at| at > review.at)
        };
        let is_told = match review.state {
            ReviewState::Pending => false,
            ReviewState::Commented => review.author != life.author,
            // Who has approved cannot do it again.
            ReviewState::Approved => !kept.iter().any(stands),
            ReviewState::ChangesRequested => true,
        };
        if review.state != ReviewState::Approved {
            review.dismissed_at = None;
        }
        places.push(is_told.then_some(kept.len() as u32));
        if is_told {
            kept.push(review);
        }
    }
    life.reviews = kept;
    let (reviews, events) = (&life.reviews, std::mem::take(&mut life.events));
    life.events = events
        .into_iter()
        .filter_map(|(at, actor, what)| match what {
            PullRequestWhat::ReviewDismissed(review) => {
                let place = places.get(review as usize).copied().flatten()?;
                let review = &reviews[place as usize];
                let is_dismissed = review.dismissed_at.is_some();
                is_dismissed.then_some((at, review.author, PullRequestWhat::ReviewDismissed(place)))
            }
            what => Some((at, actor, what)),
        })
        .collect();
}

/// Every incident is an issue with a label, since no source of incidents is known to both.
pub(super) fn open_issues_of_incidents(organisation: &mut Organisation) {
    let mut opened = Vec::new();
    for (repository, delivery) in organisation.deliveries.iter().enumerate() {
        for place in 0..delivery.incidents.len() {
            opened.extend(issue_of(organisation, repository, place).map(|life| (life, Some((repository, place)))));
        }
    }
    let issues = std::mem::take(&mut organisation.issues);
    let mut all: Vec<_> = issues.into_iter().map(|life| (life, None)).chain(opened).collect();
    all.sort_by_key(|(life, _)| life.created_at);
    for (index, (life, of)) in all.into_iter().enumerate() {
        organisation.issues.push(life);
        if let Some((repository, place)) = of {
            let incident = &mut organisation.deliveries[repository].incidents[place];
            (incident.issue, incident.names_cause) = (Some(index as u32), false);
        }
    }
}

/// The issue of an incident; `None` where it begins after the end.
fn issue_of(organisation: &Organisation, repository: usize, place: usize) -> Option<IssueLife> {
    let delivery = &organisation.deliveries[repository];
    let incident = &delivery.incidents[place];
    let created_at = incident.events[0].0;
    if created_at > organisation.end {
        return None;
    }
    let life = &organisation.repositories[repository];
    let members = &organisation.teams[life.team].members;
    let author = members[place % members.len()];
    let mut labels = vec!["incident"];
    labels.extend(delivery.setup.services()[incident.service].label);
    let dev = organisation.boards[0].column_from(Step::Dev);
    let mut writer = Writer { column: NO_COLUMN, closed: false, last_move: i64::MIN / 2, events: Vec::new() };
    writer.push(created_at, author, What::Added { board: 0, column: NO_COLUMN });
    for &(at, kind) in &incident.events {
        let what = match kind {
            IncidentEventKind::Acknowledged => What::Moved { board: 0, column: dev },
            IncidentEventKind::Restored => What::Closed(CloseReason::Completed),
            IncidentEventKind::Reopened => What::Reopened,
            _ => continue,
        };
        writer.take(Event { at, actor: author, what });
    }
    writer.events.retain(|event| event.at <= organisation.end);
    Some(IssueLife {
        title: format!("{} serves errors", life.name_at(created_at)),
        author,
        assignees: vec![author],
        labels,
        issue_type: None,
        kind: Kind::Task,
        is_bug: false,
        bug_source: None,
        estimate_quarters: None,
        created_at,
        places: vec![(created_at, repository as u16, 0)],
        events: writer.events,
    })
}
