//! The instants of a pull request, from creation to merge. All in microseconds.

use model::Instant;
use model::columns::{PullRequestEventKind, Raw, ReviewState};
use model::rules::MergeBot;

use super::drafts::Changes;
use super::landed::Landings;
use crate::logins::BotLogins;

/// The instants of one pull request as known at `as_of`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) created: i64,
    /// t0; `None` where the first commit is unknown.
    pub(super) first_commit: Option<i64>,
    /// t1; `None` for one that was opened as a draft and never left it, also when it was closed or merged so.
    pub(super) ready: Option<i64>,
    /// Time in draft between t1 and its end, or `as_of`; `None` without t1.
    pub(super) in_draft: Option<i64>,
    /// t2.
    pub(super) first_review: Option<i64>,
    /// t3.
    pub(super) approved: Option<i64>,
    /// t4.
    pub(super) merged: Option<i64>,
    /// Closed without being merged.
    pub(super) closed_unmerged: Option<i64>,
    /// First request for a review.
    pub(super) first_request: Option<i64>,
    /// When it last became a draft, if it is one or ended as one: `Some(created)` if it was opened so.
    pub(super) draft_since: Option<i64>,
    /// Reviews by anyone that request changes, dismissed ones included.
    pub(super) change_requests: u32,
    /// Those among them by humans other than the author between t1 and its end.
    pub(super) human_change_requests: u32,
    /// Reviews by humans other than the author before its end, those while it was a draft too.
    pub(super) reviews: u32,
}

impl Clock {
    pub(super) fn is_open(&self) -> bool {
        self.closed().is_none()
    }

    /// When it was closed, by a merge or without one.
    pub(super) fn closed(&self) -> Option<i64> {
        self.merged.or(self.closed_unmerged)
    }

    /// Whether a human other than the author reviewed it before its end.
    pub(super) fn is_reviewed(&self) -> bool {
        self.reviews > 0
    }

    pub(super) fn coding(&self) -> Option<i64> {
        span(self.first_commit, self.ready)
    }

    pub(super) fn open_to_merge(&self) -> Option<i64> {
        span(Some(self.created), self.merged)
    }

    pub(super) fn first_commit_to_merge(&self) -> Option<i64> {
        span(self.first_commit, self.merged)
    }

    pub(super) fn ready_to_merge(&self) -> Option<i64> {
        span(self.ready, self.merged)
    }

    pub(super) fn pickup(&self) -> Option<i64> {
        span(self.ready, self.first_review)
    }

    pub(super) fn review(&self) -> Option<i64> {
        span(self.first_review, self.approved.or(self.merged))
    }

    pub(super) fn ready_to_approval(&self) -> Option<i64> {
        span(self.ready, self.approved)
    }

    pub(super) fn merge(&self) -> Option<i64> {
        span(self.approved, self.merged)
    }

    /// From the first request for a review, but not from before t1, to the first review.
    pub(super) fn request_to_review(&self) -> Option<i64> {
        span(self.first_request.max(self.ready.filter(|_| self.first_request.is_some())), self.first_review)
    }
}

/// Time between two instants; `None` when either is unknown or they are the wrong way round.
pub(super) fn span(start: Option<i64>, end: Option<i64>) -> Option<i64> {
    start.zip(end).map(|(start, end)| end - start).filter(|span| *span >= 0)
}

/// The clocks of all pull requests by row; `None` for rows that do not exist at `as_of` (not yet opened, vanished,
/// repeated later in the file, or without a readable creation).
pub(super) fn clocks(raw: &Raw, bots: &BotLogins, merge_bots: &[MergeBot], as_of: Instant) -> Vec<Option<Clock>> {
    let (changes, landings) = (Changes::of(raw), Landings::of(raw, merge_bots, as_of.micros()));
    let requests = first_requests(raw, as_of.micros());
    let clock = |(row, first_request)| Some(Clock { first_request, ..started(raw, row, &changes, &landings, as_of)? });
    let mut clocks: Vec<Option<Clock>> = requests.into_iter().enumerate().map(clock).collect();
    for review in submitted_reviews(raw, bots, as_of.micros()) {
        let Some(clock) = &mut clocks[review.pull_request] else { continue };
        clock.change_requests += u32::from(review.requests_changes);
        if clock.closed().is_some_and(|end| end < review.at) {
            continue;
        }
        clock.reviews += u32::from(review.by_other_human);
        if clock.ready.is_none_or(|ready| review.at < ready) {
            continue;
        }
        if review.approves {
            clock.approved = clock.approved.max(Some(review.at));
        }
        if review.by_other_human {
            clock.human_change_requests += u32::from(review.requests_changes);
            clock.first_review = Some(clock.first_review.map_or(review.at, |first| first.min(review.at)));
        }
    }
    for clock in clocks.iter_mut().flatten() {
        clock.approved = clock.approved.filter(|approved| clock.first_review.is_some_and(|first| first <= *approved));
    }
    clocks
}

/// The first request for a review of each pull request, by `as_of`.
fn first_requests(raw: &Raw, as_of: i64) -> Vec<Option<i64>> {
    let events = &raw.pull_request_events;
    let mut requests: Vec<Option<i64>> = vec![None; raw.pull_requests.id.len()];
    for (row, at) in events.at.all_micros().enumerate() {
        let is_known = at != Instant::NULL_MICROS && at <= as_of;
        if is_known && events.kind[row] == Some(PullRequestEventKind::ReviewRequested) {
            let request = &mut requests[events.pull_request[row] as usize];
            *request = Some(request.map_or(at, |first| first.min(at)));
        }
    }
    requests
}

/// The clock before any review is looked at.
fn started(raw: &Raw, row: usize, changes: &Changes, landings: &Landings<'_>, as_of: Instant) -> Option<Clock> {
    let columns = &raw.pull_requests;
    let by_now = |at: Option<Instant>| at.filter(|at| *at <= as_of).map(Instant::micros);
    let created = by_now(columns.created_at.get(row))?;
    if by_now(columns.vanished_at.get(row)).is_some() || raw.as_original.last_pull_request(row) != row {
        return None;
    }
    let closed = by_now(columns.closed_at.get(row));
    let merged = by_now(columns.merged_at.get(row)).or(closed.filter(|_| landings.holds(row)));
    let drafts = changes.up_to(row, merged.or(closed).unwrap_or(as_of.micros()));
    let is_draft_now = columns.is_draft[row];
    let ready = drafts.ready(created, is_draft_now);
    Some(Clock {
        created,
        first_commit: columns.first_commit_at.get(row).map(|at| at.micros().min(created)),
        ready,
        in_draft: ready.map(|ready| drafts.time_after(ready)),
        merged,
        closed_unmerged: closed.filter(|_| merged.is_none()),
        draft_since: drafts.since(created, is_draft_now),
        ..Clock::default()
    })
}

pub(super) struct SubmittedReview {
    pub(super) pull_request: usize,
    pub(super) at: i64,
    approves: bool,
    requests_changes: bool,
    pub(super) by_other_human: bool,
    /// Comments that it makes, where that is told.
    pub(super) comments: Option<i64>,
}

/// Whether it was not the author who reviewed. Who pushes a review need not say who wrote it, and tells of those by others.
fn is_by_other(raw: &Raw, pull_request: usize, user: u32) -> bool {
    let columns = &raw.pull_requests;
    let is_told = |code: u32| !raw.dictionary.text(code).is_empty();
    user != columns.creator[pull_request] || (is_told(columns.team[pull_request]) && !is_told(user))
}

/// The reviews that were submitted by `as_of`.
pub(super) fn submitted_reviews<'a>(
    raw: &'a Raw,
    bots: &'a BotLogins,
    as_of: i64,
) -> impl Iterator<Item = SubmittedReview> + 'a {
    let reviews = &raw.reviews;
    let submitted = reviews.submitted_at.all_micros().enumerate();
    submitted.filter(move |(_, at)| *at != Instant::NULL_MICROS && *at <= as_of).map(move |(row, at)| {
        let pull_request = reviews.pull_request[row] as usize;
        let user = reviews.user[row];
        SubmittedReview {
            pull_request,
            at,
            approves: reviews.state[row] == Some(ReviewState::Approved),
            requests_changes: requests_changes(reviews.state[row], reviews.dismissed_state[row]),
            by_other_human: is_by_other(raw, pull_request, user) && !bots.contains(user, reviews.user_is_bot[row]),
            comments: reviews.comments.get(row),
        }
    })
}

/// Whether a review requests changes, or did before it was dismissed.
pub(super) fn requests_changes(state: Option<ReviewState>, dismissed_state: Option<ReviewState>) -> bool {
    [state, dismissed_state].contains(&Some(ReviewState::ChangesRequested))
}
