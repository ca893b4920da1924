//! Merging of observations that do not tell everything: the rest stays as it was stored.

use model::gitlab::DELETED_LABEL;
use model::issue_kind::kind_and_bug;
use model::records::{Issue, PullRequest};

/// Adds to an issue what it does not tell and is stored of it.
pub(crate) fn complete_issue(issue: &mut Issue, stored: Issue) {
    let untold = issue.untold;
    if untold.labels {
        issue.labels = with_others(stored.labels, &issue.labels, |one, other| one == other);
    }
    if untold.assignees {
        issue.assignees = with_others(stored.assignees, &issue.assignees, |one, other| one == other);
    }
    if untold.issue_type {
        issue.issue_type = stored.issue_type;
    }
    if untold.labels || untold.issue_type {
        (issue.kind, issue.is_bug) = kind_and_bug(&issue.issue_type, &issue.labels);
    }
    if untold.reasons {
        if issue.state_reason.is_empty() && issue.state == stored.state {
            issue.state_reason = stored.state_reason;
        }
        for event in issue.status_events.iter_mut().filter(|event| event.state_reason.is_empty()) {
            let same = stored.status_events.iter().find(|it| (&it.kind, it.at) == (&event.kind, event.at));
            event.state_reason = same.map(|same| same.state_reason.clone()).unwrap_or_default();
        }
    }
    if untold.status_events {
        let same = |one: &_, other: &_| {
            let key = |event: &model::records::StatusEvent| (event.kind.clone(), event.at);
            key(one) == key(other)
        };
        issue.status_events = with_others(stored.status_events, &issue.status_events, same);
        issue.status_events.sort_by_key(|event| event.at);
        if !stored.committer.is_empty() {
            issue.committer = stored.committer;
        }
    }
    if untold.project_events {
        let same = |one: &_, other: &_| {
            let key = |event: &model::records::ProjectEvent| {
                (event.kind.clone(), event.at, event.project_id.clone(), event.to_column.clone())
            };
            key(one) == key(other)
        };
        // A name that is known stays, whatever became of it since.
        for event in issue.project_events.iter_mut().filter(|event| event.from_column == DELETED_LABEL) {
            if let Some(known) = stored.project_events.iter().find(|stored| same(stored, event)) {
                event.from_column.clone_from(&known.from_column);
            }
        }
        issue.project_events = with_others(stored.project_events, &issue.project_events, same);
        issue.project_events.sort_by_key(|event| event.at);
    }
    if untold.iteration_events {
        let same = |one: &_, other: &_| {
            let key = |event: &model::records::IterationEvent| (event.kind, event.at, event.iteration_id.clone());
            key(one) == key(other)
        };
        let told = issue.iteration_events.take().unwrap_or_default();
        let mut events = with_others(stored.iteration_events.unwrap_or_default(), &told, same);
        events.sort_by_key(|event| event.at);
        issue.iteration_events = Some(events);
    }
}

/// Adds to a pull request what it does not tell and is stored of it.
pub(crate) fn complete_pull_request(pull_request: &mut PullRequest, stored: PullRequest) {
    let untold = pull_request.untold;
    if untold.labels {
        pull_request.labels = with_others(stored.labels, &pull_request.labels, |one, other| one == other);
    }
    if untold.events {
        for review in pull_request.reviews.iter_mut().filter(|review| review.dismissed_state.is_empty()) {
            let same = stored.reviews.iter().find(|it| it.id == review.id && it.state == review.state);
            review.dismissed_state = same.map(|same| same.dismissed_state.clone()).unwrap_or_default();
        }
        let same = |one: &_, other: &_| {
            let key = |event: &model::records::PullRequestEvent| (event.kind.clone(), event.at);
            key(one) == key(other)
        };
        pull_request.events = with_others(stored.events, &pull_request.events, same);
        pull_request.events.sort_by_key(|event| event.at);
    }
    if untold.reviews {
        let same = |one: &model::records::Review, other: &model::records::Review| {
            (one.id == other.id && !one.id.is_empty())
                || (one.submitted_at, &one.user) == (other.submitted_at, &other.user)
        };
        pull_request.reviews = with_others(stored.reviews, &pull_request.reviews, same);
        pull_request.reviews.sort_by_key(|review| (review.submitted_at.is_none(), review.submitted_at));
    }
    if untold.commits {
        let both = [pull_request.first_commit_at, stored.first_commit_at];
        pull_request.first_commit_at = both.into_iter().flatten().min();
        pull_request.first_listed_commit_at = stored.first_listed_commit_at.or(pull_request.first_listed_commit_at);
    }
}

/// Folders that are stored of a pull request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoredFolders {
    /// The last commit of its branch when they were read.
    pub(crate) head_sha: String,
    /// Their cell in the dictionary.
    pub(crate) paths: i64,
    /// Whether they are all.
    pub(crate) are_all: bool,
}

/// Whether stored folders stay, of the same commits: where an observation tells none, or some and all are stored.
pub(crate) fn keeps_folders(told: &PullRequest, stored: &StoredFolders) -> bool {
    let has_same_commits = !told.head_sha.is_empty() && told.head_sha == stored.head_sha;
    has_same_commits && !told.paths_complete && (told.paths.is_empty() || stored.are_all)
}

/// The stored entries of a list, renewed where they are told, and behind them those that are told and were not stored.
fn with_others<T: Clone>(stored: Vec<T>, told: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut all = stored;
    for one in told {
        match all.iter_mut().find(|other| same(one, other)) {
            Some(other) => other.clone_from(one),
            None => all.push(one.clone()),
        }
    }
    all
}

/// How much of its values a card shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Values {
    /// Whether it has a status.
    pub(crate) status: bool,
    /// Number of its fields; `None` where they were not asked for.
    pub(crate) fields: Option<usize>,
    /// Whether one of them is its title, which every card has.
    pub(crate) title: bool,
    /// Its last change by the provider's reckoning.
    pub(crate) changed_at: Option<i64>,
    /// That change when its fields were last told: an observation in between may have told its status only.
    pub(crate) fields_at: Option<i64>,
}

/// Whether the values of a card are hidden rather than gone: none is shown of a card that has a title, or that showed some
/// and has not changed since.
pub(crate) fn hides_values(new: Values, stored: Values) -> bool {
    if new.status || new.fields.is_some_and(|fields| fields > 0) {
        return false;
    }
    let has_not_changed_since = |told_at: Option<i64>| new.changed_at.is_some() && new.changed_at == told_at;
    let hides_status = stored.status && has_not_changed_since(stored.changed_at);
    let had_fields = stored.fields.is_some_and(|fields| fields > 0);
    let hides_fields = new.fields.is_some() && (stored.title || had_fields && has_not_changed_since(stored.fields_at));
    hides_status || hides_fields
}

#[cfg(test)]
mod tests {
    use model::Instant;
    use model::records::{
        ProjectEvent, ProjectKind, PullRequestEvent, PullRequestEventKind, Review, StatusEvent, StatusKind,
        UntoldOfIssue, UntoldOfPullRequest,
    };

    use super::*;

    fn at(second: i64) -> Instant {
        Instant::from_seconds(second)
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn closed(second: i64, reason: &str) -> StatusEvent {
        StatusEvent {
            kind: StatusKind::Closed.into(),
            at: at(second),
            state_reason: reason.into(),
            ..StatusEvent::default()
        }
    }

    fn moved(second: i64, to: &str) -> ProjectEvent {
        ProjectEvent {
            kind: ProjectKind::Moved.into(),
            at: at(second),
            to_column: to.to_owned(),
            ..ProjectEvent::default()
        }
    }

    fn stored() -> Issue {
        Issue {
            state: "closed".into(),
            state_reason: "completed".into(),
            issue_type: "Bug".to_owned(),
            kind: "bug".to_owned(),
            is_bug: true,
            labels: texts(&["a", "b"]),
            assignees: texts(&["ann"]),
            committer: "ann".to_owned(),
            status_events: vec![closed(10, "completed"), closed(30, "not_planned")],
            project_events: vec![moved(10, "Ready"), moved(30, "Done")],
            ..Issue::default()
        }
    }

    fn seen(untold: UntoldOfIssue) -> Issue {
        let labels = texts(&["b", "c"]);
        let (kind, is_bug) = kind_and_bug("", &labels);
        Issue {
            state: "closed".into(),
            kind,
            is_bug,
            labels,
            assignees: texts(&["bob"]),
            committer: "bob".to_owned(),
            status_events: vec![closed(30, ""), closed(20, "")],
            project_events: vec![moved(20, "QA"), moved(30, "Done")],
            untold,
            ..Issue::default()
        }
    }

    fn completed(untold: UntoldOfIssue) -> Issue {
        let mut issue = seen(untold);
        complete_issue(&mut issue, stored());
        issue
    }

    #[test]
    fn what_is_told_stands_whatever_is_stored() {
        assert_eq!(completed(UntoldOfIssue::default()), seen(UntoldOfIssue::default()));
    }

    #[test]
    fn entries_of_lists_that_are_not_told_whole_stay_behind_those_that_are() {
        let issue = completed(UntoldOfIssue { labels: true, assignees: true, ..UntoldOfIssue::default() });
        assert_eq!(issue.labels, ["a", "b", "c"]);
        assert_eq!(issue.assignees, ["ann", "bob"]);
        assert_eq!((issue.issue_type.as_str(), issue.is_bug), ("", false));
    }

    #[test]
    fn a_type_that_is_not_told_stays_and_makes_the_kind() {
        let issue = completed(UntoldOfIssue { issue_type: true, ..UntoldOfIssue::default() });
        assert_eq!((issue.issue_type.as_str(), issue.kind.as_str(), issue.is_bug), ("Bug", "bug", true));
        assert_eq!(issue.labels, ["b", "c"]);
    }

    #[test]
    fn reasons_that_are_not_told_stay_with_what_they_are_the_reasons_of() {
        let untold = UntoldOfIssue { reasons: true, ..UntoldOfIssue::default() };
        let issue = completed(untold);
        assert_eq!(issue.state_reason, "completed");
        let reasons: Vec<&str> = issue.status_events.iter().map(|event| event.state_reason.name()).collect();
        assert_eq!(reasons, ["not_planned", ""]);
        let mut reopened = Issue { state: "open".into(), ..seen(untold) };
        complete_issue(&mut reopened, stored());
        assert_eq!(reopened.state_reason, "");
        let mut told = Issue { state_reason: "duplicate".into(), ..seen(untold) };
        complete_issue(&mut told, stored());
        assert_eq!(told.state_reason, "duplicate");
    }

    #[test]
    fn events_that_are_not_told_stay_in_order_of_time() {
        let untold = UntoldOfIssue { status_events: true, project_events: true, ..UntoldOfIssue::default() };
        let issue = completed(untold);
        let seconds: Vec<i64> = issue.status_events.iter().map(|event| event.at.seconds()).collect();
        assert_eq!(seconds, [10, 20, 30]);
        assert_eq!(issue.status_events[2].state_reason, "", "what is told of an event stands");
        assert_eq!(issue.committer, "ann", "who closed it first");
        let columns: Vec<&str> = issue.project_events.iter().map(|event| event.to_column.as_str()).collect();
        assert_eq!(columns, ["Ready", "QA", "Done"]);
        let mut first_closed = seen(untold);
        complete_issue(&mut first_closed, Issue { committer: String::new(), ..stored() });
        assert_eq!(first_closed.committer, "bob");
    }

    #[test]
    fn a_column_whose_name_is_known_stays_when_its_label_is_deleted() {
        let from = |column: &str| ProjectEvent { from_column: column.to_owned(), ..moved(30, "Done") };
        let merged = |told: &str| {
            let untold = UntoldOfIssue { project_events: true, ..UntoldOfIssue::default() };
            let mut issue = Issue { project_events: vec![from(told)], ..seen(untold) };
            complete_issue(&mut issue, Issue { project_events: vec![from("Ready")], ..stored() });
            issue.project_events.pop().expect("one").from_column
        };
        assert_eq!(merged(DELETED_LABEL), "Ready");
        assert_eq!(merged("QA"), "QA", "what is told stands");
    }

    fn review(id: &str, second: i64, state: &str, before: &str) -> Review {
        Review {
            id: id.to_owned(),
            submitted_at: Some(at(second)),
            state: state.into(),
            dismissed_state: before.into(),
            ..Review::default()
        }
    }

    fn ready(second: i64) -> PullRequestEvent {
        PullRequestEvent {
            kind: PullRequestEventKind::ReadyForReview.into(),
            at: at(second),
            ..PullRequestEvent::default()
        }
    }

    fn completed_pull_request(untold: UntoldOfPullRequest) -> PullRequest {
        let stored = PullRequest {
            labels: texts(&["a"]),
            reviews: vec![review("1", 10, "DISMISSED", "APPROVED"), review("2", 30, "APPROVED", "")],
            events: vec![ready(30)],
            first_commit_at: Some(at(5)),
            ..PullRequest::default()
        };
        let mut seen = PullRequest {
            labels: texts(&["b"]),
            reviews: vec![review("1", 10, "DISMISSED", ""), review("3", 20, "COMMENTED", "")],
            events: vec![ready(10)],
            first_commit_at: Some(at(7)),
            untold,
            ..PullRequest::default()
        };
        complete_pull_request(&mut seen, stored);
        seen
    }

    #[test]
    fn what_is_not_told_of_a_pull_request_stays() {
        let nothing = completed_pull_request(UntoldOfPullRequest::default());
        assert_eq!((nothing.labels.len(), nothing.reviews.len(), nothing.events.len()), (1, 2, 1));
        assert_eq!((nothing.first_commit_at, nothing.reviews[0].dismissed_state.name()), (Some(at(7)), ""));

        let untold = UntoldOfPullRequest { labels: true, reviews: true, events: true, commits: true };
        let all = completed_pull_request(untold);
        assert_eq!(all.labels, ["a", "b"]);
        let ids: Vec<&str> = all.reviews.iter().map(|review| review.id.as_str()).collect();
        assert_eq!(ids, ["1", "3", "2"]);
        assert_eq!(all.reviews[0].dismissed_state, "APPROVED");
        assert_eq!(all.events.iter().map(|event| event.at.seconds()).collect::<Vec<_>>(), [10, 30]);
        assert_eq!(all.first_commit_at, Some(at(5)));
    }

    #[test]
    fn folders_stay_where_fewer_are_told_of_the_same_commits() {
        let stored = |are_all| StoredFolders { head_sha: "a1".to_owned(), paths: 7, are_all };
        let told = |paths: &[&str], paths_complete| PullRequest {
            head_sha: "a1".to_owned(),
            paths: texts(paths),
            paths_complete,
            ..PullRequest::default()
        };
        for are_all in [false, true] {
            assert!(keeps_folders(&told(&[], false), &stored(are_all)), "nothing was asked");
            assert!(!keeps_folders(&told(&["a"], true), &stored(are_all)));
            assert!(!keeps_folders(&told(&[], true), &stored(are_all)), "it touches none");
            assert_eq!(keeps_folders(&told(&["a"], false), &stored(are_all)), are_all);
            let pushed = PullRequest { head_sha: "b2".to_owned(), ..told(&[], false) };
            assert!(!keeps_folders(&pushed, &stored(are_all)), "other commits touch other folders");
        }
        let headless = PullRequest { head_sha: String::new(), ..told(&[], false) };
        assert!(!keeps_folders(&headless, &StoredFolders::default()));
    }

    #[test]
    fn values_are_hidden_where_a_card_shows_none_and_has_a_title_or_has_not_changed() {
        let nothing =
            Values { status: false, fields: Some(0), title: false, changed_at: Some(50), fields_at: Some(50) };
        let full = Values { status: true, fields: Some(2), title: false, changed_at: Some(50), fields_at: Some(50) };
        assert!(hides_values(nothing, full));
        assert!(hides_values(nothing, Values { status: false, ..full }));
        assert!(!hides_values(nothing, nothing), "there was nothing to hide");
        let changed = Values { changed_at: Some(60), ..nothing };
        assert!(!hides_values(changed, full), "its last value was taken away");
        assert!(hides_values(changed, Values { title: true, ..full }), "a title cannot be taken away");
        assert!(!hides_values(Values { changed_at: None, ..nothing }, Values { changed_at: None, ..full }));
        assert!(!hides_values(Values { status: true, ..nothing }, full));
        assert!(!hides_values(Values { fields: Some(1), ..nothing }, full));
        let status_told_since = Values { status: false, fields_at: Some(40), ..full };
        assert!(!hides_values(nothing, status_told_since), "the status was taken away, and its field with it");
    }

    #[test]
    fn a_status_alone_is_hidden_where_the_card_has_not_changed() {
        let nothing = Values { status: false, fields: None, title: false, changed_at: Some(50), fields_at: Some(50) };
        let stored = Values { status: true, fields: Some(2), title: true, changed_at: Some(50), fields_at: Some(50) };
        assert!(hides_values(nothing, stored));
        assert!(!hides_values(Values { changed_at: Some(60), ..nothing }, stored), "it was cleared");
        assert!(!hides_values(nothing, Values { status: false, ..stored }));
    }
}
