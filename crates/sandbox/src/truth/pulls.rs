//! Truth about pull requests.

use model::Instant;

use crate::Organisation;
use crate::organisation::{PullRequestLife, PullRequestWhat, ReviewState};

/// The true life of a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequestTruth {
    /// `org/repo#number` at that time.
    pub id: String,
    /// Repository at that time.
    pub repo: String,
    /// Login of the author; empty for deleted users.
    pub author: String,
    /// Whether a bot or a machine user opened it.
    pub by_bot: bool,
    /// Opened.
    pub created_at: Instant,
    /// Closed or merged.
    pub closed_at: Option<Instant>,
    /// First commit, or opened where that is earlier.
    pub t0: Instant,
    /// Ready for review; null while it is still the draft that it was opened as.
    pub t1: Option<Instant>,
    /// First review by a human other than the author between t1 and the merge; null unless merged.
    pub t2: Option<Instant>,
    /// Last approval between t2 and the merge; null unless merged.
    pub t3: Option<Instant>,
    /// Merged.
    pub t4: Option<Instant>,
    /// First review request.
    pub first_request_at: Option<Instant>,
    /// Reviews submitted.
    pub reviews: u32,
    /// Reviews that asked for changes, dismissed ones included.
    pub change_requests: u32,
    /// Files changed.
    pub changed_files: u32,
    /// Whether it is a draft now.
    pub is_draft: bool,
}

impl Organisation {
    pub(super) fn pull_request_truth(&self, until: i64) -> Vec<PullRequestTruth> {
        let opened = self.pull_requests.iter().take_while(|life| life.created_at <= until);
        opened.map(|life| self.live_through_pull_request(life, until)).collect()
    }

    fn live_through_pull_request(&self, life: &PullRequestLife, until: i64) -> PullRequestTruth {
        let instant = Instant::from_seconds;
        let repo = self.repositories[usize::from(life.repository)].name_at(until);
        let author = self.people.get(usize::from(life.author));
        let author_now = author.filter(|person| person.deleted_at.is_none_or(|at| at > until));
        let mut truth = PullRequestTruth {
            id: format!("{}/{repo}#{}", self.login, life.number),
            repo: repo.to_owned(),
            author: author_now.map_or_else(String::new, |person| person.login.clone()),
            by_bot: self.is_machine(life.author),
            created_at: instant(life.created_at),
            closed_at: None,
            t0: instant(life.created_at),
            t1: (!life.opened_as_draft).then(|| instant(life.created_at)),
            t2: None,
            t3: None,
            t4: None,
            first_request_at: None,
            reviews: 0,
            change_requests: 0,
            changed_files: life.changed_files,
            is_draft: life.opened_as_draft,
        };
        for commit in life.commits.iter().filter(|at| **at <= until) {
            truth.t0 = truth.t0.min(instant(*commit));
        }
        for &(at, _, what) in life.events.iter().filter(|event| event.0 <= until) {
            match what {
                PullRequestWhat::ReadyForReview => {
                    truth.t1.get_or_insert(instant(at));
                    truth.is_draft = false;
                }
                PullRequestWhat::ConvertedToDraft => truth.is_draft = true,
                PullRequestWhat::ReviewRequested => {
                    truth.first_request_at.get_or_insert(instant(at));
                }
                PullRequestWhat::ReviewDismissed(_) => {}
            }
        }
        if let Some(closed_at) = life.closed_at.filter(|at| *at <= until) {
            truth.closed_at = Some(instant(closed_at));
            truth.t4 = life.merged.then_some(instant(closed_at));
        }
        self.watch_reviews(life, until, &mut truth);
        truth
    }

    /// Reviews as they are submitted.
    fn watch_reviews(&self, life: &PullRequestLife, until: i64, truth: &mut PullRequestTruth) {
        for review in life.reviews.iter().filter(|review| review.at <= until && review.state != ReviewState::Pending) {
            let at = Instant::from_seconds(review.at);
            truth.reviews += 1;
            truth.change_requests += u32::from(review.state == ReviewState::ChangesRequested);
            let (Some(ready), Some(merged)) = (truth.t1, truth.t4) else { continue };
            if at < ready || at > merged {
                continue;
            }
            if truth.t2.is_none() && review.author != life.author && !self.is_machine(review.author) {
                truth.t2 = Some(at);
            }
            let stands = review.dismissed_at.is_none_or(|dismissed| dismissed > until);
            if truth.t2.is_some() && review.state == ReviewState::Approved && stands {
                truth.t3 = Some(at);
            }
        }
    }

    fn is_machine(&self, who: u16) -> bool {
        self.people.get(usize::from(who)).is_some_and(|person| person.is_bot || person.is_robot_user)
    }
}
