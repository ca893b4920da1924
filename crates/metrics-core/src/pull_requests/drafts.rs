//! Draft periods of a pull request, from its events.

use model::Instant;
use model::columns::{PullRequestEventKind, Raw};

/// Into draft or out of it, of one pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    pull_request: u32,
    at: i64,
    /// Of two changes of one instant the one out of draft is the later.
    out: bool,
}

/// The changes of all pull requests, in order.
pub(super) struct Changes(Vec<Change>);

impl Changes {
    pub(super) fn of(raw: &Raw) -> Self {
        let events = &raw.pull_request_events;
        let rows = events.at.all_micros().enumerate().filter(|(_, at)| *at != Instant::NULL_MICROS);
        let changes = rows.filter_map(|(row, at)| {
            let out = match events.kind[row]? {
                PullRequestEventKind::ReadyForReview => true,
                PullRequestEventKind::ConvertedToDraft => false,
                PullRequestEventKind::ReviewRequested | PullRequestEventKind::Closed => return None,
            };
            Some(Change { pull_request: events.pull_request[row], at, out })
        });
        let mut changes: Vec<Change> = changes.collect();
        changes.sort_unstable();
        Self(changes)
    }

    /// Of one pull request, by its row, up to an instant and that included.
    pub(super) fn up_to(&self, row: usize, until: i64) -> Drafts<'_> {
        let from = self.0.partition_point(|change| (change.pull_request as usize) < row);
        let changes = &self.0[from..];
        let changes = &changes[..changes.partition_point(|change| change.pull_request as usize == row)];
        let (known, later) = changes.split_at(changes.partition_point(|change| change.at <= until));
        Drafts { known, later, until }
    }
}

/// What is known of one pull request's drafts at an instant.
pub(super) struct Drafts<'a> {
    known: &'a [Change],
    /// They tell what it was before them, where nothing else does.
    later: &'a [Change],
    until: i64,
}

impl Drafts<'_> {
    /// Whether it was opened as a draft: the first change was out of it, or there was none and it is one now.
    fn opened_so(&self, is_draft_now: bool) -> bool {
        self.known.first().or(self.later.first()).map_or(is_draft_now, |change| change.out)
    }

    /// t1: opened, or the first time out of draft if it was opened as one; `None` if it never was ready.
    pub(super) fn ready(&self, created: i64, is_draft_now: bool) -> Option<i64> {
        if !self.opened_so(is_draft_now) {
            return Some(created);
        }
        self.known.first().map(|change| change.at.max(created))
    }

    /// Since when it is a draft, if it is one.
    pub(super) fn since(&self, created: i64, is_draft_now: bool) -> Option<i64> {
        match self.known.last() {
            Some(last) => (!last.out).then_some(last.at),
            None => self.opened_so(is_draft_now).then_some(created),
        }
    }

    /// Time in draft after `ready`.
    pub(super) fn time_after(&self, ready: i64) -> i64 {
        let ends = self.known.iter().skip(1).map(|next| next.at).chain([self.until]);
        let stretches = self.known.iter().zip(ends).filter(|(change, _)| !change.out);
        stretches.map(|(change, end)| (end - change.at.max(ready)).max(0)).sum()
    }
}
