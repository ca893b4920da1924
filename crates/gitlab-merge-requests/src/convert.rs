//! Conversion of merge requests to records of pull requests.

use gitlab_client::{GitlabClient, ProjectSummary};
use model::Instant;
use model::folders::Folders;
use model::gitlab::{is_bot_of_token, state};
use model::records::{PullRequest, PullRequestEvent, PullRequestEventKind, Review, ReviewState, UntoldOfPullRequest};

use crate::wire::{Commit, Connection, MergeRequest, Note, Numbered, User};

/// Where the lists of a merge request that are longer than a page go on; `None` for those that were read to their ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rest {
    pub(crate) commits: Option<String>,
    pub(crate) notes: Option<String>,
}

/// A merge request whose lists are being read.
#[derive(Debug)]
pub(crate) struct Draft {
    wire: MergeRequest,
    notes: Vec<Note>,
    first_commit_at: Option<Instant>,
    /// Whether part of its lists is hidden.
    lacks_notes: bool,
    lacks_commits: bool,
    pub(crate) rest: Rest,
}

impl Draft {
    pub(crate) fn new(mut wire: MergeRequest) -> Self {
        let (commits, notes) = (wire.commits.take(), wire.notes.take());
        let mut draft = Self {
            wire,
            notes: Vec::new(),
            first_commit_at: None,
            lacks_notes: notes.is_none(),
            lacks_commits: commits.is_none(),
            rest: Rest::default(),
        };
        draft.append(commits, notes);
        draft
    }

    /// Its whole path: `acme/shop/api`.
    pub(crate) fn project(&self) -> &str {
        &self.wire.project.full_path
    }

    /// Its number within the project.
    pub(crate) fn number(&self) -> &str {
        &self.wire.iid
    }

    /// As people write it: `acme/shop/api!12`.
    pub(crate) fn reference(&self) -> String {
        format!("{}!{}", self.project(), self.number())
    }

    pub(crate) fn updated_at(&self) -> Instant {
        self.wire.updated_at.0
    }

    /// Adds the next page of its lists.
    pub(crate) fn append(&mut self, commits: Option<Connection<Commit>>, notes: Option<Connection<Note>>) {
        self.rest = Rest {
            commits: commits.as_ref().and_then(Connection::next),
            notes: notes.as_ref().and_then(Connection::next),
        };
        for commit in commits.into_iter().flat_map(|list| list.nodes) {
            self.lacks_commits |= commit.is_none();
            let authored = commit.and_then(|commit| commit.authored_date).map(|time| time.0);
            self.first_commit_at = [self.first_commit_at, authored].into_iter().flatten().min();
        }
        for note in notes.into_iter().flat_map(|list| list.nodes) {
            self.lacks_notes |= note.is_none();
            self.notes.extend(note);
        }
    }

    /// The record, once all lists were read; with the folders that it touches where these are asked for.
    pub(crate) fn finish(
        self,
        project: &ProjectSummary,
        numbered: &Numbered,
        client: &GitlabClient,
        with_folders: bool,
    ) -> PullRequest {
        let wire = self.wire;
        let folders = match wire.diff_stats.as_ref().filter(|_| with_folders) {
            Some(files) => Folders::of(files.iter().map(|file| file.path.as_str()), true),
            None => Folders::untold(),
        };
        let (paths, paths_complete) = folders.stored();
        let place = model::records::Place { number: wire.iid.clone(), ..project.record.place() };
        let (reviews, events) = told(self.notes, wire.author.as_ref(), client);
        let merged_at = wire.merged_at.map(|at| at.0);
        let sha = |sha: &Option<String>| sha.clone().filter(|sha| !sha.is_empty());
        let landed = [&numbered.squash_commit_sha, &numbered.merge_commit_sha, &wire.merge_commit_sha, &numbered.sha];
        let merge_commit = landed.into_iter().find_map(sha).filter(|_| merged_at.is_some());
        PullRequest {
            id: client.id_of("merge_request", numbered.id),
            place,
            title: wire.title,
            url: client.address_of(&[&project.path, "-", "merge_requests", &wire.iid]),
            state: state(&wire.state).into(),
            creator_is_bot: wire.author.as_ref().is_some_and(is_bot),
            creator: wire.author.map(|author| author.username).unwrap_or_default(),
            created_at: wire.created_at.0,
            closed_at: merged_at.or(wire.closed_at.map(|at| at.0)),
            merged_at,
            updated_at: Some(wire.updated_at.0),
            is_draft: wire.draft,
            base: wire.target_branch,
            head_branch: wire.source_branch,
            head_sha: sha(&numbered.sha).or(wire.diff_head_sha).unwrap_or_default(),
            labels: wire.labels.into_iter().flat_map(|list| list.nodes).flatten().map(|label| label.title).collect(),
            additions: wire.diff_stats_summary.as_ref().map(|changes| changes.additions),
            deletions: wire.diff_stats_summary.as_ref().map(|changes| changes.deletions),
            changed_files: wire.diff_stats_summary.as_ref().map(|changes| changes.file_count),
            first_commit_at: self.first_commit_at,
            merge_commit: merge_commit.unwrap_or_default(),
            paths,
            paths_complete,
            reviews,
            events,
            untold: UntoldOfPullRequest {
                reviews: self.lacks_notes,
                events: self.lacks_notes,
                commits: self.lacks_commits,
                ..UntoldOfPullRequest::default()
            },
            ..PullRequest::default()
        }
    }
}

/// Whether a user is a bot: by GitLab's word, or by its name.
fn is_bot(user: &User) -> bool {
    user.bot || is_bot_of_token(&user.username)
}

/// Reviews and events, as the notes tell them.
fn told(mut notes: Vec<Note>, author: Option<&User>, client: &GitlabClient) -> (Vec<Review>, Vec<PullRequestEvent>) {
    notes.sort_by_key(|note| (note.created_at, number(note)));
    let (mut reviews, mut events) = (Vec::new(), Vec::new());
    for note in &notes {
        let (at, body) = (note.created_at.0, note.body.to_lowercase());
        let by = note.author.as_ref().map(|user| user.username.clone()).unwrap_or_default();
        let mut event = |kind: PullRequestEventKind| {
            events.push(PullRequestEvent { kind: kind.into(), at, by: by.clone(), ..PullRequestEvent::default() });
        };
        if !note.system {
            let is_the_author = author.is_some_and(|author| author.username == by);
            if !is_the_author {
                reviews.push(review(note, ReviewState::Commented, client));
            }
            continue;
        }
        match note.action() {
            "approved" => reviews.push(review(note, ReviewState::Approved, client)),
            "requested_changes" => reviews.push(review(note, ReviewState::ChangesRequested, client)),
            "unapproved" => {
                let own =
                    reviews.iter_mut().rev().find(|review| review.user == by && review.state == ReviewState::Approved);
                own.into_iter().for_each(dismiss);
            }
            "approvals_reset" => {
                reviews.iter_mut().filter(|review| review.state == ReviewState::Approved).for_each(dismiss);
            }
            "reviewer" if body.contains("requested review") => event(PullRequestEventKind::ReviewRequested),
            "title" if body.contains("**ready**") => event(PullRequestEventKind::ReadyForReview),
            "title" if body.contains("**draft**") => event(PullRequestEventKind::ConvertedToDraft),
            _ => {}
        }
    }
    (reviews, events)
}

/// An approval that was taken back is told of the approval itself.
fn dismiss(review: &mut Review) {
    review.dismissed_state = ReviewState::Approved.into();
    review.state = ReviewState::Dismissed.into();
}

fn review(note: &Note, state: ReviewState, client: &GitlabClient) -> Review {
    let user = note.author.as_ref();
    Review {
        id: client.id_of("note", number(note)),
        state: state.into(),
        submitted_at: Some(note.created_at.0),
        user_is_bot: user.is_some_and(is_bot),
        user: user.map(|user| user.username.clone()).unwrap_or_default(),
        ..Review::default()
    }
}

/// The number at the end of a global id, by which notes are in the order in which they were made.
fn number(note: &Note) -> u64 {
    note.id.rsplit('/').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_projects_and_groups_are_bots_by_their_names() {
        let is = |name: &str, bot| is_bot(&User { username: name.to_owned(), bot });
        assert!(is("renovate", true) && is("project_101_bot_3f9c", false) && is("group_7_bot", false));
        for name in ["project_bot", "project_x_bot", "group_7", "project_7_robot", "my_project_7_bot", ""] {
            assert!(!is(name, false), "{name}");
        }
    }
}
