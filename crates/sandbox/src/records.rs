//! From what the provider shows to the records that an import of it would store.

mod ci;
mod delivery;

use model::records::{
    FieldValue as RecordField, Issue as IssueRecord, IssueState, ItemContent, IterationEvent, IterationKind, Place,
    Presence, Project as ProjectRecord, ProjectEvent, ProjectItem, ProjectKind, PullRequest as PullRequestRecord,
    PullRequestEvent, PullRequestEventKind as RecordEventKind, PullRequestState, Record,
    Repository as RepositoryRecord, Review, StatusEvent, StatusKind,
};

pub use ci::ci_records;
pub use delivery::delivery_records;
pub(crate) use delivery::{is_production, reached, release_url};

use crate::view::{
    Content, FieldValue, Issue, IssueEventKind, Item, Iteration, Planning, PullRequest, PullRequestEventKind, View,
};

/// Host of everything that the simulated GitHub shows.
const HOST: &str = "github.com";

/// The records of a full import of everything that a view shows: repositories, boards, issues with their cards,
/// the other cards, pull requests.
pub fn records(view: &View) -> impl Iterator<Item = Record> + '_ {
    let recorder = Recorder { frame: view };
    let mut cards: Vec<Vec<&Item>> = vec![Vec::new(); view.issues.len()];
    let mut others = Vec::new();
    for item in &view.items {
        match item.content {
            Content::Issue(issue) => cards[issue].push(item),
            _ => others.push(item),
        }
    }
    let issues = view.issues.iter().zip(cards).map(move |(issue, cards)| {
        let items = cards.into_iter().map(|item| recorder.item(item, &issue.id)).collect();
        Record::Issue(Box::new(recorder.issue(issue, items)))
    });
    let others = others.into_iter().map(move |item| {
        let content_id = match item.content {
            Content::PullRequest(pull_request) => view.pull_requests[pull_request].id.as_str(),
            _ => "",
        };
        Record::ProjectItem(Box::new(recorder.item(item, content_id)))
    });
    let pull_requests =
        view.pull_requests.iter().map(move |pull| Record::PullRequest(Box::new(recorder.pull_request(pull))));
    let frame = recorder.repositories().map(Record::Repository).chain(recorder.projects().map(Record::Project));
    frame.chain(issues).chain(others).chain(pull_requests)
}

/// Makes records within a view, of which only actors, repositories and boards are looked at.
#[derive(Clone, Copy)]
pub(crate) struct Recorder<'a> {
    pub(crate) frame: &'a View,
}

impl<'a> Recorder<'a> {
    pub(crate) fn repositories(self) -> impl Iterator<Item = RepositoryRecord> + 'a {
        let org = &self.frame.org;
        self.frame.repositories.iter().map(move |repository| RepositoryRecord {
            id: repository.id.clone(),
            org: org.clone(),
            name: repository.name.clone(),
            owner: org.clone(),
            private: repository.private,
            archived: repository.archived,
            default_branch: repository.default_branch.clone(),
            host: HOST.to_owned(),
        })
    }

    pub(crate) fn projects(self) -> impl Iterator<Item = ProjectRecord> + 'a {
        let org = &self.frame.org;
        self.frame.projects.iter().map(move |project| ProjectRecord {
            id: project.id.clone(),
            number_id: project.number_id.clone(),
            number: project.number,
            org: org.clone(),
            name: project.title.clone(),
            url: format!("https://github.com/orgs/{org}/projects/{}", project.number),
            closed: project.closed,
            columns: project.status_options.iter().map(|(_, name)| name.clone()).collect(),
            host: HOST.to_owned(),
        })
    }

    fn place(self, repository: usize, number: i64) -> Place {
        let repository = &self.frame.repositories[repository];
        Place {
            repository_id: repository.id.clone(),
            org: self.frame.org.clone(),
            repo: repository.name.clone(),
            number: number.to_string(),
            host: HOST.to_owned(),
        }
    }

    fn is_bot(self, actor: Option<usize>) -> bool {
        actor.is_some_and(|actor| self.frame.actors[actor].is_bot)
    }

    fn login(self, actor: Option<usize>) -> String {
        actor.map(|actor| self.frame.actors[actor].login.clone()).unwrap_or_default()
    }

    /// As GitLab would tell them; `None` where nobody plans in iterations.
    fn iteration_events(self, issue: &Issue) -> Option<Vec<IterationEvent>> {
        let iterations = &self.frame.iterations;
        let event = |planned: &Planning| {
            let Iteration { number, title, starts_on, due_on } = iterations[planned.iteration].clone();
            IterationEvent {
                kind: if planned.is_add { IterationKind::Added } else { IterationKind::Removed },
                at: planned.at,
                iteration_id: format!("{HOST}/iteration/{number}"),
                iteration: title.unwrap_or_else(|| format!("{starts_on} to {due_on}")),
                starts_on,
                due_on,
            }
        };
        (!iterations.is_empty()).then(|| issue.planning.iter().map(event).collect())
    }

    pub(crate) fn issue(self, issue: &Issue, items: Vec<ProjectItem>) -> IssueRecord {
        let place = self.place(issue.repository, issue.number);
        let issue_type = issue.issue_type.clone().unwrap_or_default();
        let (kind, is_bug) = original_kind(&issue_type, &issue.labels);
        let mut record = IssueRecord {
            id: issue.id.clone(),
            title: issue.title.clone(),
            url: format!("https://github.com/{}/{}/issues/{}", place.org, place.repo, place.number),
            place,
            state: if issue.closed_at.is_some() { IssueState::Closed } else { IssueState::Open }.into(),
            state_reason: issue.state_reason.unwrap_or_default().to_lowercase().into(),
            kind,
            is_bug,
            issue_type,
            labels: issue.labels.clone(),
            creator: self.login(issue.author),
            creator_is_bot: self.is_bot(issue.author),
            assignees: issue.assignees.iter().map(|who| self.login(Some(*who))).collect(),
            created_at: issue.created_at,
            closed_at: issue.closed_at,
            updated_at: Some(issue.updated_at),
            committer: String::new(),
            vanished_at: None,
            untold: model::records::UntoldOfIssue::default(),
            status_events: vec![StatusEvent {
                kind: StatusKind::Opened.into(),
                at: issue.created_at,
                by: self.login(issue.author),
                ..StatusEvent::default()
            }],
            project_events: Vec::with_capacity(issue.timeline.len()),
            iteration_events: self.iteration_events(issue),
            items,
        };
        for event in &issue.timeline {
            let by = self.login(event.actor);
            let mut board_event = |kind: ProjectKind, board: usize, from: &str, to: &str, by: String| {
                let project = &self.frame.projects[board];
                record.project_events.push(ProjectEvent {
                    kind: kind.into(),
                    project_id: project.number_id.clone(),
                    project_name: project.title.clone(),
                    from_column: from.to_owned(),
                    to_column: to.to_owned(),
                    at: event.at,
                    by,
                });
            };
            match &event.kind {
                IssueEventKind::Added(board) => board_event(ProjectKind::Added, *board, "", "", by),
                IssueEventKind::Transferred(_) => {}
                IssueEventKind::Removed(board) => board_event(ProjectKind::Removed, *board, "", "", by),
                IssueEventKind::StatusChanged(board, from, to) => board_event(ProjectKind::Moved, *board, from, to, by),
                IssueEventKind::Closed(reason) => {
                    if record.committer.is_empty() {
                        record.committer.clone_from(&by);
                    }
                    let state_reason = reason.unwrap_or_default().to_lowercase();
                    record.status_events.push(StatusEvent {
                        kind: StatusKind::Closed.into(),
                        at: event.at,
                        by,
                        state_reason: state_reason.into(),
                    });
                }
                IssueEventKind::Reopened => record.status_events.push(StatusEvent {
                    kind: StatusKind::Reopened.into(),
                    at: event.at,
                    by,
                    ..StatusEvent::default()
                }),
            }
        }
        record
    }

    /// A card with its fields: Status, then the others.
    pub(crate) fn item(self, item: &Item, content_id: &str) -> ProjectItem {
        let project = &self.frame.projects[item.project];
        let status = item.status.map(|option| project.status_options[option].1.clone()).unwrap_or_default();
        let mut fields = Vec::with_capacity(item.fields.len() + 1);
        if !status.is_empty() {
            fields.push(RecordField { name: "Status".to_owned(), value: status.clone() });
        }
        fields.extend(item.fields.iter().map(|field| RecordField {
            name: field.name.clone(),
            value: match &field.value {
                FieldValue::Text(text)
                | FieldValue::SingleSelect(text)
                | FieldValue::Date(text)
                | FieldValue::Iteration(text) => text.clone(),
                FieldValue::Number(number) => number.to_string(),
            },
        }));
        ProjectItem {
            id: item.id.clone(),
            project_id: project.number_id.clone(),
            project_name: project.title.clone(),
            content: match item.content {
                Content::Issue(_) => ItemContent::Issue,
                Content::PullRequest(_) => ItemContent::PullRequest,
                Content::Draft => ItemContent::Draft,
                Content::Redacted => ItemContent::Redacted,
            },
            content_id: content_id.to_owned(),
            status: Some(status),
            status_updated_at: item.status_set.map(|(_, set)| set),
            presence: if item.archived { Presence::Archived } else { Presence::OnBoard },
            created_at: Some(item.created_at),
            updated_at: Some(item.updated_at),
            observed_at: Some(self.frame.now),
            fields: Some(fields),
            has_untold_fields: false,
        }
    }

    pub(crate) fn pull_request(self, pull: &PullRequest) -> PullRequestRecord {
        let place = self.place(pull.repository, pull.number);
        let mut reviews: Vec<Review> = pull
            .reviews
            .iter()
            .map(|review| Review {
                id: review.id.clone(),
                state: review.state.into(),
                submitted_at: review.submitted_at,
                user: self.login(review.author),
                user_is_bot: self.is_bot(review.author),
                ..Review::default()
            })
            .collect();
        let mut events = Vec::new();
        for event in &pull.timeline {
            let kind = match event.kind {
                PullRequestEventKind::ReadyForReview => RecordEventKind::ReadyForReview,
                PullRequestEventKind::ConvertToDraft => RecordEventKind::ConvertedToDraft,
                PullRequestEventKind::ReviewRequested => RecordEventKind::ReviewRequested,
                PullRequestEventKind::Closed if pull.merged_at.is_none() => RecordEventKind::Closed,
                // It is told as a merge.
                PullRequestEventKind::Closed => continue,
                PullRequestEventKind::ReviewDismissed(review, before) => {
                    reviews[review].dismissed_state = before.into();
                    continue;
                }
            };
            let by = self.login(event.actor);
            events.push(PullRequestEvent { kind: kind.into(), at: event.at, by, ..PullRequestEvent::default() });
        }
        let has_folders = !self.frame.repositories[pull.repository].service_folders.is_empty();
        let state = match (pull.merged_at, pull.closed_at) {
            (Some(_), _) => PullRequestState::Merged,
            (None, Some(_)) => PullRequestState::Closed,
            (None, None) => PullRequestState::Open,
        };
        PullRequestRecord {
            id: pull.id.clone(),
            title: pull.title.clone(),
            url: format!("https://github.com/{}/{}/pull/{}", place.org, place.repo, place.number),
            place,
            state: state.into(),
            creator: self.login(pull.author),
            creator_is_bot: self.is_bot(pull.author),
            vanished_at: None,
            untold: model::records::UntoldOfPullRequest::default(),
            created_at: pull.created_at,
            closed_at: pull.closed_at,
            merged_at: pull.merged_at,
            updated_at: Some(pull.updated_at),
            is_draft: pull.is_draft,
            base: pull.base.clone(),
            head_branch: pull.head_branch.clone(),
            head_sha: pull.head_sha.clone(),
            labels: pull.labels.clone(),
            additions: Some(pull.additions),
            deletions: Some(pull.deletions),
            changed_files: Some(pull.changed_files),
            first_commit_at: pull.commits.iter().min().copied(),
            first_listed_commit_at: pull.commits.first().copied(),
            paths: if has_folders { folders(&pull.files) } else { Vec::new() },
            paths_complete: has_folders,
            merge_commit: pull.merge_commit.clone().unwrap_or_default(),
            team: String::new(),
            reviews,
            events,
        }
    }
}

/// Folders of files, three levels deep, once and in order. No pull request of the simulation has more of them than are
/// kept.
fn folders(files: &[String]) -> Vec<String> {
    let mut folders: Vec<String> = files
        .iter()
        .map(|file| {
            let steps: Vec<&str> = file.split('/').collect();
            steps[..(steps.len() - 1).min(3)].join("/")
        })
        .filter(|folder| !folder.is_empty())
        .collect();
    folders.sort_unstable();
    folders.dedup();
    folders
}

/// Type and bug as the original tool derives them: the issue type; without one, the labels by their parts.
fn original_kind(issue_type: &str, labels: &[String]) -> (String, bool) {
    let named = issue_type.trim().to_lowercase();
    if !named.is_empty() {
        let is_bug = named == "bug";
        return (named, is_bug);
    }
    let labels: Vec<String> = labels.iter().map(|label| label.trim().to_lowercase()).collect();
    let parts = [("feature", "feature"), ("chore", "chore"), ("refactor", "chore"), ("doc", "docs")];
    let kind_of = |label: &String| {
        if label == "bug" {
            return Some("bug");
        }
        parts.iter().find(|(part, _)| label.contains(part)).map(|(_, kind)| *kind)
    };
    let kind = labels.iter().find_map(kind_of).unwrap_or("task");
    (kind.to_owned(), labels.iter().any(|label| label == "bug"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_three_levels_deep_at_most() {
        let files = ["a/b/c/d/e.rs", "a/b/c/f.rs", "README.md", "a/g.rs"].map(str::to_owned);
        assert_eq!(folders(&files), ["a", "a/b/c"]);
    }

    #[test]
    fn types_follow_the_original() {
        let kind = |issue_type: &str, labels: &[&str]| {
            original_kind(issue_type, &labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(kind("Feature", &["bug"]), ("feature".to_owned(), false));
        assert_eq!(kind("", &["docker", "bug"]), ("docs".to_owned(), true));
        assert_eq!(kind("", &["type: bug"]), ("task".to_owned(), false));
    }
}
