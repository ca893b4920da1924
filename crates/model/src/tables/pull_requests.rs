//! `pr.csv`, `pr_review.csv` and `pr_event.csv`.

use model_derive::RawTable;
use serde::{Deserialize, Serialize};

use crate::Instant;
use crate::columns::{Column as _, TextColumn};
use crate::kinds::{PullRequestEventKind, PullRequestState, ReviewState, Told};
use crate::records::Place;

/// Pull requests, one row each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, RawTable)]
#[raw(table = "pr", key("org", "repo", "number", "host"), columns = PullRequestColumns, owner = place, after(host))]
pub struct PullRequest {
    /// Repository and number.
    #[raw(skip, original, before(org, repo, number))]
    pub place: Place,
    /// Title.
    #[raw(original, engine)]
    pub title: String,
    /// Web address.
    #[raw(address, original, engine)]
    pub url: String,
    /// State: `open`, `merged` or `closed`.
    #[raw(original)]
    pub state: Told<PullRequestState>,
    /// Opened.
    #[raw(original, engine, required)]
    pub created_at: Instant,
    /// Closed or merged, empty while open.
    #[raw(original, engine)]
    pub closed_at: Option<Instant>,
    /// Merged, empty otherwise.
    #[raw(original, engine)]
    pub merged_at: Option<Instant>,
    /// Login of the author, empty for deleted users.
    #[raw(original, code, engine)]
    pub creator: String,
    /// Node id, empty until the API has shown it; `api/ID` where it was pushed and no provider tells of it.
    pub id: String,
    /// Last change by GitHub's reckoning.
    pub updated_at: Option<Instant>,
    /// Whether it is a draft now.
    #[raw(engine)]
    pub is_draft: bool,
    /// Target branch.
    #[raw(code, engine)]
    pub base: String,
    /// Labels joined by `;`.
    #[raw(engine)]
    pub labels: Vec<String>,
    /// Lines added, empty where unknown.
    #[raw(engine)]
    pub additions: Option<i64>,
    /// Lines deleted, empty where unknown.
    #[raw(engine)]
    pub deletions: Option<i64>,
    /// Files changed, empty where unknown.
    #[raw(engine)]
    pub changed_files: Option<i64>,
    /// Earliest author date of its commits.
    #[raw(engine)]
    pub first_commit_at: Option<Instant>,
    /// Object id of the merge commit.
    #[raw(object_id, engine)]
    pub merge_commit: String,
    /// Whether the API says that the author is a bot.
    #[raw(engine)]
    pub creator_is_bot: bool,
    /// When an import found that it is gone, empty while it exists.
    #[raw(engine)]
    pub vanished_at: Option<Instant>,
    /// Branch that it is merged from, empty until the API has shown it.
    #[raw(engine)]
    pub head_branch: String,
    /// Object id of the last commit of that branch, empty until the API has shown it.
    #[raw(object_id, engine)]
    pub head_sha: String,
    /// Folders that it touches, up to three levels deep, joined by `;`; empty where nothing asks for them.
    #[raw(engine)]
    pub paths: Vec<String>,
    /// Whether `paths` are all of them.
    #[raw(engine)]
    pub paths_complete: bool,
    /// Team that it was pushed under, empty for what a provider tells.
    #[raw(code, engine)]
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub team: String,
    /// Author date of the first of its commits as they are listed, empty until the API has shown it. Another than the
    /// earliest where commits were reordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_listed_commit_at: Option<Instant>,
    /// Reviews in the order in which they were submitted.
    #[raw(skip)]
    pub reviews: Vec<Review>,
    /// Draft periods, review requests and closings in timeline order.
    #[raw(skip)]
    pub events: Vec<PullRequestEvent>,
    /// What of it was not told.
    #[raw(skip)]
    #[serde(default, skip_serializing_if = "UntoldOfPullRequest::is_nothing")]
    pub untold: UntoldOfPullRequest,
}

/// What the web address of a merge request of GitLab has, and that of no pull request.
const MERGE_REQUESTS: &[u8] = b"/-/merge_requests/";

impl PullRequestColumns {
    /// Names merge requests as GitLab does: `acme/shop/api!12` in place of `acme/shop/api#12`. To be called once all rows are
    /// there; `is_usual` says whether a code is that of the host that has none.
    pub fn name_merge_requests(&mut self, is_usual: impl Fn(u32) -> bool) {
        let is_one = |row: usize| {
            !is_usual(self.host[row]) && memchr::memmem::find(&self.url.bytes(row), MERGE_REQUESTS).is_some()
        };
        let Some(first) = (0..self.url.len()).find(|row| is_one(*row)) else { return };
        let mut named = TextColumn::default();
        for row in 0..self.url.len() {
            let mut id = self.id.bytes(row).to_vec();
            if row >= first
                && is_one(row)
                && let Some(sign) = id.iter_mut().rfind(|byte| **byte == b'#')
            {
                *sign = b'!';
            }
            named.push(&id);
        }
        // Like the columns around it, whether or not these are settled already.
        named.settle();
        self.id = named;
    }
}

/// What an observation of a pull request does not tell all of, since the provider left it out. What is stored of it stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each part may be untold alone")]
pub struct UntoldOfPullRequest {
    /// Some of its labels.
    pub labels: bool,
    /// Some of its reviews.
    pub reviews: bool,
    /// Some of its events, and what dismissed reviews said before.
    pub events: bool,
    /// Some of its commits.
    pub commits: bool,
}

impl UntoldOfPullRequest {
    /// Whether all was told.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Reviews of pull requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(
    table = "pr_review",
    key("org", "repo", "number", "submitted_at", "user", "id", "host"),
    columns = ReviewColumns,
    owner = pull_request,
    after(host)
)]
pub struct Review {
    /// State: `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED` or `PENDING`.
    #[raw(original, engine, required, before(org, repo, number))]
    pub state: Told<ReviewState>,
    /// When, empty while pending.
    #[raw(original, engine, required)]
    pub submitted_at: Option<Instant>,
    /// Login of the reviewer, empty for deleted users.
    #[raw(original, code, engine, required)]
    pub user: String,
    /// Node id, empty until the API has shown it.
    pub id: String,
    /// State before it was dismissed, empty when it was not, or when that is unknown.
    #[raw(engine)]
    pub dismissed_state: Told<ReviewState>,
    /// Whether the API says that the reviewer is a bot.
    #[raw(engine)]
    pub user_is_bot: bool,
    /// Comments that it makes, empty where that is not told: only who pushes it does.
    #[raw(engine)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comments: Option<i64>,
}

/// Draft periods, review requests and closings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(
    table = "pr_event",
    key("org", "repo", "number", "at", "type", "host"),
    columns = PullRequestEventColumns,
    owner = pull_request,
    after(host)
)]
pub struct PullRequestEvent {
    /// What happened: `ready_for_review`, `converted_to_draft`, `review_requested` or `closed` (not by a merge).
    #[raw(name = "type", engine, required, before(org, repo, number))]
    pub kind: Told<PullRequestEventKind>,
    /// When.
    #[raw(engine, required)]
    pub at: Instant,
    /// Who, empty for deleted users.
    #[raw(code, engine)]
    pub by: String,
    /// Names of the trailers (`name: value` lines at the end) of the commit that closed it, joined by `;`.
    #[raw(engine)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commit_trailers: Vec<String>,
}
