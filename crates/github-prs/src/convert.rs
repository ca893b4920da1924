//! Conversion of GraphQL nodes to records of pull requests.

use model::Instant;
use model::folders::Folders;
use model::records::{
    Place, PullRequest, PullRequestEvent, PullRequestEventKind, Review, ReviewState, UntoldOfPullRequest,
};

use crate::wire::pull_requests::{
    PullRequestFields, PullRequestFieldsAuthorOn, PullRequestFieldsReviewsNodes, PullRequestFieldsReviewsNodesAuthorOn,
    PullRequestFieldsTimelineItems, PullRequestFieldsTimelineItemsNodes as Event,
    PullRequestFieldsTimelineItemsNodesOnClosedEventCloser as Closer,
};

/// Where the lists of one pull request that are longer than a page go on; `None` for those that were read to their end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rest {
    pub(crate) labels: Option<String>,
    pub(crate) reviews: Option<String>,
    pub(crate) timeline: Option<String>,
    pub(crate) commits: Option<String>,
    pub(crate) files: Option<String>,
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
            reviews: self.reviews.as_ref().and(answered.reviews),
            timeline: self.timeline.as_ref().and(answered.timeline),
            commits: self.commits.as_ref().and(answered.commits),
            files: self.files.as_ref().and(answered.files),
        }
    }
}

/// What was left out of the records, to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// Entries that were empty.
    pub(crate) empty_entries: u64,
}

impl LeftOut {
    /// Counts and drops the empty entries of a list; a list that did not come is one. Says in `untold` if there are any.
    fn present<T>(&mut self, list: Option<Vec<Option<T>>>, untold: &mut bool) -> Vec<T> {
        let list = list.unwrap_or_else(|| vec![None]);
        let length = list.len();
        let present: Vec<T> = list.into_iter().flatten().collect();
        self.empty_entries += (length - present.len()) as u64;
        *untold |= present.len() < length;
        present
    }
}

/// A list's connection says that there is more but not from where.
#[derive(Debug, thiserror::Error)]
#[error("the {list} of {url} go on, but the answer does not say where")]
pub(crate) struct NoCursor {
    list: &'static str,
    url: String,
}

/// One pull request as far as it was read.
#[derive(Debug)]
pub(crate) struct Draft {
    pull_request: PullRequest,
    dismissals: Vec<Dismissal>,
    folders: Folders,
}

/// A review that was dismissed, and what it said before.
#[derive(Debug)]
struct Dismissal {
    review_id: String,
    state_before: String,
}

impl Draft {
    /// Node id of the pull request.
    pub(crate) fn id(&self) -> &str {
        &self.pull_request.id
    }

    /// Web address of the pull request.
    pub(crate) fn url(&self) -> &str {
        &self.pull_request.url
    }

    /// Adds the next page of those lists that `asked` names.
    pub(crate) fn append(&mut self, asked: &Rest, next: Self) {
        let (known, more) = (&mut self.pull_request, next.pull_request);
        if asked.labels.is_some() {
            known.untold.labels |= more.untold.labels;
            known.labels.extend(more.labels);
        }
        if asked.reviews.is_some() {
            known.untold.reviews |= more.untold.reviews;
            known.reviews.extend(more.reviews);
        }
        if asked.timeline.is_some() {
            known.untold.events |= more.untold.events;
            known.events.extend(more.events);
            self.dismissals.extend(next.dismissals);
        }
        if asked.commits.is_some() {
            known.untold.commits |= more.untold.commits;
            known.first_commit_at = [known.first_commit_at, more.first_commit_at].into_iter().flatten().min();
        }
        if asked.files.is_some() {
            self.folders.append(next.folders);
        }
    }

    /// Reads no more files of one that has too many.
    pub(crate) fn leave_files(&mut self, rest: &mut Rest) {
        if rest.files.is_some() && self.folders.are_enough() {
            rest.files = None;
            self.folders.leave_the_rest();
        }
    }

    /// The record, once all lists were read: a review may stand on another page than its dismissal.
    pub(crate) fn finish(mut self) -> PullRequest {
        for review in self.pull_request.reviews.iter_mut().filter(|review| review.state == ReviewState::Dismissed) {
            if let Some(dismissal) = self.dismissals.iter().find(|dismissal| dismissal.review_id == review.id) {
                review.dismissed_state = dismissal.state_before.as_str().into();
            }
        }
        (self.pull_request.paths, self.pull_request.paths_complete) = self.folders.stored();
        self.pull_request
    }
}

/// One pull request as far as it was read, and where its longer lists go on.
pub(crate) fn pull_request(
    wire: PullRequestFields,
    mut place: Place,
    left_out: &mut LeftOut,
) -> Result<(Draft, Rest), NoCursor> {
    place.number = wire.number.to_string();
    let mut rest = Rest::default();
    let go_on = |list, more: bool, cursor: Option<String>| match (more, cursor) {
        (false, _) => Ok(None),
        (true, Some(cursor)) => Ok(Some(cursor)),
        (true, None) => Err(NoCursor { list, url: wire.url.clone() }),
    };

    let mut untold = UntoldOfPullRequest::default();
    let labels = match wire.labels {
        Some(list) => {
            rest.labels = go_on("labels", list.page_info.has_next_page, list.page_info.end_cursor)?;
            left_out.present(list.nodes, &mut untold.labels)
        }
        None => left_out.present(None, &mut untold.labels),
    };
    let labels = labels.into_iter().map(|label| label.name).collect();
    let reviews = match wire.reviews {
        Some(list) => {
            rest.reviews = go_on("reviews", list.page_info.has_next_page, list.page_info.end_cursor)?;
            left_out.present(list.nodes, &mut untold.reviews)
        }
        None => left_out.present(None, &mut untold.reviews),
    };
    let reviews = reviews.into_iter().map(review).collect();
    let page = &wire.timeline_items.page_info;
    rest.timeline = go_on("timeline events", page.has_next_page, page.end_cursor.clone())?;
    let is_merged = wire.merged_at.is_some();
    let (mut events, dismissals) = timeline(wire.timeline_items, left_out, &mut untold.events);
    // A merge closes too, and is told as a merge.
    events.retain(|event| !(is_merged && event.kind == PullRequestEventKind::Closed));
    let page = wire.commits.page_info;
    rest.commits = go_on("commits", page.has_next_page, page.end_cursor)?;
    let commits = left_out.present(wire.commits.nodes, &mut untold.commits);
    let first_commit_at = commits.iter().map(|node| node.commit.authored_date.0).min();
    // Where entries did not come, the first of those that did is not known to be the first.
    let first_listed = commits.first().filter(|_| !untold.commits);
    let first_listed_commit_at = first_listed.map(|node| node.commit.authored_date.0);
    let mut folders = Folders::untold();
    if let Some(list) = wire.files {
        rest.files = go_on("files", list.page_info.has_next_page, list.page_info.end_cursor)?;
        let mut lacks_some = false;
        let files = left_out.present(list.nodes, &mut lacks_some);
        folders = Folders::of(files.iter().map(|file| file.path.as_str()), !lacks_some);
    }

    let pull_request = PullRequest {
        id: wire.id,
        place,
        title: wire.title,
        url: wire.url,
        state: wire.state.to_lowercase().into(),
        creator_is_bot: wire.author.as_ref().is_some_and(|author| matches!(author.on, PullRequestFieldsAuthorOn::Bot)),
        creator: wire.author.map(|author| author.login).unwrap_or_default(),
        created_at: wire.created_at.0,
        closed_at: wire.closed_at.map(|at| at.0),
        merged_at: wire.merged_at.map(|at| at.0),
        updated_at: Some(wire.updated_at.0),
        is_draft: wire.is_draft,
        base: wire.base_ref_name,
        head_branch: wire.head_ref_name,
        head_sha: wire.head_ref_oid,
        labels,
        additions: Some(wire.additions),
        deletions: Some(wire.deletions),
        changed_files: Some(wire.changed_files),
        first_commit_at,
        first_listed_commit_at,
        merge_commit: wire.merge_commit.map(|commit| commit.oid).unwrap_or_default(),
        reviews,
        events,
        vanished_at: None,
        untold,
        ..PullRequest::default()
    };
    Ok((Draft { pull_request, dismissals, folders }, rest))
}

fn review(wire: PullRequestFieldsReviewsNodes) -> Review {
    Review {
        id: wire.id,
        state: wire.state.to_uppercase().into(),
        submitted_at: wire.submitted_at.map(|at| at.0),
        user_is_bot: wire
            .author
            .as_ref()
            .is_some_and(|author| matches!(author.on, PullRequestFieldsReviewsNodesAuthorOn::Bot)),
        user: wire.author.map(|author| author.login).unwrap_or_default(),
        ..Review::default()
    }
}

fn timeline(
    list: PullRequestFieldsTimelineItems,
    left_out: &mut LeftOut,
    untold: &mut bool,
) -> (Vec<PullRequestEvent>, Vec<Dismissal>) {
    let (mut events, mut dismissals) = (Vec::new(), Vec::new());
    for event in left_out.present(list.nodes, untold) {
        events.push(match event {
            Event::ReadyForReviewEvent(ready) => pull_request_event(
                PullRequestEventKind::ReadyForReview,
                ready.created_at.0,
                ready.actor.map(|actor| actor.login),
            ),
            Event::ConvertToDraftEvent(draft) => pull_request_event(
                PullRequestEventKind::ConvertedToDraft,
                draft.created_at.0,
                draft.actor.map(|actor| actor.login),
            ),
            Event::ReviewRequestedEvent(requested) => {
                let by = requested.actor.map(|actor| actor.login);
                pull_request_event(PullRequestEventKind::ReviewRequested, requested.created_at.0, by)
            }
            Event::ClosedEvent(closed) => PullRequestEvent {
                commit_trailers: closed.closer.map(trailers).unwrap_or_default(),
                ..pull_request_event(
                    PullRequestEventKind::Closed,
                    closed.created_at.0,
                    closed.actor.map(|actor| actor.login),
                )
            },
            Event::ReviewDismissedEvent(dismissed) => {
                let state_before = dismissed.previous_review_state;
                dismissals.extend(dismissed.review.map(|review| Dismissal { review_id: review.id, state_before }));
                continue;
            }
            Event::PullRequestReview | Event::Unknown => continue,
        });
    }
    (events, dismissals)
}

fn pull_request_event(kind: PullRequestEventKind, at: Instant, by: Option<String>) -> PullRequestEvent {
    PullRequestEvent { kind: kind.into(), at, by: by.unwrap_or_default(), ..PullRequestEvent::default() }
}

/// What a commit that closed a pull request says at its end; nothing of another closer.
fn trailers(closer: Closer) -> Vec<String> {
    match closer {
        Closer::Commit(commit) => trailer_names(&commit.message),
        _ => Vec::new(),
    }
}

/// Names of the trailers of a message: of the lines `name: value` in its last paragraph, if it is not the only one.
/// Without repetitions, in order; values, which often are people, are not kept.
fn trailer_names(message: &str) -> Vec<String> {
    let lines: Vec<&str> = message.lines().map(str::trim_end).collect();
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    let Some(before) = lines[..end].iter().rposition(|line| line.is_empty()) else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for name in lines[before + 1..end].iter().filter_map(|line| line.split_once(": ").map(|(name, _)| name.trim())) {
        let is_new = !name.is_empty() && !name.contains(';') && !names.iter().any(|known| known == name);
        if is_new {
            names.push(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::trailer_names;

    #[test]
    fn the_names_of_trailers_are_those_of_the_last_paragraph() {
        let message = "Title: short\n\nBody: not one.\n\nPull Request resolved: https://github.com/acme/web/pull/7\n\
                       Co-authored-by: A <a@example.com>\nCo-authored-by: B <b@example.com>\n\n";
        assert_eq!(trailer_names(message), ["Pull Request resolved", "Co-authored-by"]);
        for message in ["", "Title: short", "Title\n\nno trailer here", "\n\n"] {
            assert_eq!(trailer_names(message), [""; 0], "{message:?}");
        }
    }
}
