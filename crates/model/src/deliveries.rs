//! Deliveries of webhooks: one object as it was at one instant, seldom all of it.
//!
//! Keys are those of [`records`](crate::records), so that what was delivered and what was imported are one. Other than
//! those records, these never say that something is not there: what they leave open stays as it is stored.

use crate::Instant;
use crate::records::{
    CiJob, CiRun, Deployment, Incident, Issue, ItemContent, Presence, PullRequest, Release, Review, Ticket,
};

/// What one delivery tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivered {
    /// A card on a board.
    Card(Box<DeliveredCard>),
    /// An issue as of its `updated_at`. `status_events` holds its opening and the change that the delivery is about, if
    /// it is one; `committer` is whoever closed it with this change, else empty; there are no cards or events of boards.
    Issue(Box<Issue>),
    /// A pull request as of its `updated_at`. `events` holds the one that the delivery is about, if it is one; reviews
    /// and the first commit are not told, and `None` of a size means that it is not told. One that is pushed, `api/ID`, tells
    /// what happened to it alone: a text that is empty, a date that is `None` and a `created_at` of 0 are not told.
    PullRequest(Box<PullRequest>),
    /// A review.
    Review {
        /// Node id of the pull request.
        pull_request_id: String,
        /// The review as it is now; `dismissed_state` is empty.
        review: Review,
    },
    /// A release; one that was deleted is told as one that is not published. An empty `sha` is not told.
    Release {
        /// The release.
        release: Box<Release>,
        /// When it was as told here.
        at: Instant,
    },
    /// An attempt of a run of CI. One that is over is never again under way: who runs it again makes another attempt.
    CiRun {
        /// The run.
        run: Box<CiRun>,
        /// When it was as told here.
        at: Instant,
    },
    /// A job of a run of CI, as of its end, else its begin, else when it was made. `retried` is not told.
    CiJob(Box<CiJob>),
    /// Several things that one message tells, in order.
    Several(Vec<Delivered>),
    /// A deployment as of its `updated_at`, of a repository whether or not an import has seen it. `statuses` holds those
    /// that are told and joins those that are known; begin, end and outcome follow from all of them, and dates of the
    /// record itself count where they are earlier. A text that is empty, a date that is `None` and a `created_at` of 0 are
    /// not told.
    Deployment(Box<Deployment>),
    /// An incident as of the latest of its `events`, else as of its `started_at`. `events` holds those that are told and
    /// joins those that are known; dates but for the start follow from all of them. A text that is empty, labels that are
    /// none and a `started_at` of 0 are not told.
    Incident(Box<Incident>),
    /// A ticket as of its `updated_at`, and all of it: what is empty is not there. `vanished_at` says that it was removed.
    /// `events` holds those that are told and joins those that are known; the first start and the first estimate are the
    /// earliest that was ever told.
    Ticket(Box<Ticket>),
}

/// A card as a delivery tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveredCard {
    /// Node id of the card.
    pub id: String,
    /// Node id of the board.
    pub board_id: String,
    /// What it shows.
    pub content: ItemContent,
    /// Node id of the issue or pull request; empty for drafts and redacted cards.
    pub content_id: String,
    /// When the card was made.
    pub created_at: Instant,
    /// When it was as told here.
    pub at: Instant,
    /// On the board, archived or removed.
    pub presence: Presence,
    /// When that came about, where it is said.
    pub presence_at: Option<Instant>,
    /// What is told of its column.
    pub status: DeliveredStatus,
}

/// What a delivery tells of a card's column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveredStatus {
    /// The card is new and in no column yet.
    New,
    /// Nothing: it is where it was.
    Untold,
    /// It moved. Empty stands for no status.
    Moved {
        /// Column before.
        from: String,
        /// Column after.
        to: String,
    },
    /// It may have moved, but it is not said whereto.
    Unclear,
}
