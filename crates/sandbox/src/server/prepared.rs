//! A view with the indexes that answering needs, built once per instant.

use std::collections::HashMap;
use std::sync::OnceLock;

use model::Instant;

use super::node::{Kind, Node};
use crate::view::{Content, Issue, IssueEventKind, PullRequest, PullRequestEventKind, View};

/// A view, its sorted lists and its table of ids.
pub(crate) struct Prepared {
    pub(crate) view: View,
    pub(crate) repositories: Vec<RepositoryIndex>,
    /// Cards of each board, in board order.
    pub(crate) project_items: Vec<Vec<u32>>,
    issue_items: Vec<Vec<u32>>,
    pull_request_items: Vec<Vec<u32>>,
    ids: OnceLock<HashMap<String, Node>>,
}

/// Issues and pull requests of one repository, ascending by time and id.
#[derive(Default)]
pub(crate) struct RepositoryIndex {
    pub(crate) issues_by_update: Vec<u32>,
    pub(crate) issues_by_creation: Vec<u32>,
    pub(crate) pull_requests_by_update: Vec<u32>,
    pub(crate) pull_requests_by_creation: Vec<u32>,
}

impl Prepared {
    /// Sorts and groups what the view holds.
    pub(crate) fn new(view: View) -> Self {
        let mut repositories: Vec<RepositoryIndex> = Vec::new();
        repositories.resize_with(view.repositories.len(), RepositoryIndex::default);
        for (position, issue) in view.issues.iter().enumerate() {
            repositories[issue.repository].issues_by_update.push(position as u32);
        }
        for (position, pull_request) in view.pull_requests.iter().enumerate() {
            repositories[pull_request.repository].pull_requests_by_update.push(position as u32);
        }
        for index in &mut repositories {
            index.sort(&view);
        }
        let mut project_items = vec![Vec::new(); view.projects.len()];
        let mut issue_items = vec![Vec::new(); view.issues.len()];
        let mut pull_request_items = vec![Vec::new(); view.pull_requests.len()];
        for (position, item) in view.items.iter().enumerate() {
            project_items[item.project].push(position as u32);
            match item.content {
                Content::Issue(issue) => issue_items[issue].push(position as u32),
                Content::PullRequest(pull_request) => pull_request_items[pull_request].push(position as u32),
                Content::Draft | Content::Redacted => {}
            }
        }
        Self { view, repositories, project_items, issue_items, pull_request_items, ids: OnceLock::new() }
    }

    /// Cards that show an issue.
    pub(crate) fn items_of_issue(&self, issue: usize) -> &[u32] {
        &self.issue_items[issue]
    }

    /// Cards that show a pull request.
    pub(crate) fn items_of_pull_request(&self, pull_request: usize) -> &[u32] {
        &self.pull_request_items[pull_request]
    }

    /// The object with a node id.
    pub(crate) fn find(&self, id: &str) -> Option<Node> {
        self.ids.get_or_init(|| self.collect_ids()).get(id).copied().or_else(|| self.find_event_or_review(id))
    }

    /// The repository with a present or, failing that, a former name.
    pub(crate) fn find_repository(&self, name: &str) -> Option<usize> {
        let repositories = &self.view.repositories;
        let now = repositories.iter().position(|repository| repository.name.eq_ignore_ascii_case(name));
        now.or_else(|| {
            repositories
                .iter()
                .position(|repository| repository.former_names.iter().any(|former| former.eq_ignore_ascii_case(name)))
        })
    }

    /// Node id of the organisation, which the view does not carry.
    pub(crate) fn organization_id(&self) -> String {
        format!("O_{}", self.view.org)
    }

    fn collect_ids(&self) -> HashMap<String, Node> {
        let view = &self.view;
        let mut ids = HashMap::with_capacity(
            view.issues.len() + view.pull_requests.len() + view.items.len() + view.repositories.len() + 16,
        );
        ids.insert(self.organization_id(), Node::new(Kind::Organization, 0));
        for (position, actor) in view.actors.iter().enumerate() {
            let kind = if actor.is_bot { Kind::Bot } else { Kind::User };
            ids.insert(actor_id(&actor.login), Node::new(kind, position));
        }
        let mut insert = |id: &str, kind, position| ids.insert(id.to_owned(), Node::new(kind, position));
        for (position, repository) in view.repositories.iter().enumerate() {
            insert(&repository.id, Kind::Repository, position);
        }
        for (position, project) in view.projects.iter().enumerate() {
            insert(&project.id, Kind::Project, position);
        }
        for (position, issue) in view.issues.iter().enumerate() {
            insert(&issue.id, Kind::Issue, position);
        }
        for (position, pull_request) in view.pull_requests.iter().enumerate() {
            insert(&pull_request.id, Kind::PullRequest, position);
        }
        for (position, item) in view.items.iter().enumerate() {
            insert(&item.id, Kind::Item, position);
        }
        ids
    }

    /// Events are many and rarely asked for by id: looked for one by one.
    fn find_event_or_review(&self, id: &str) -> Option<Node> {
        for (position, issue) in self.view.issues.iter().enumerate() {
            if let Some(event) = issue.timeline.iter().position(|event| event.id == id) {
                return Some(issue_event(issue, position, event));
            }
        }
        for (position, pull_request) in self.view.pull_requests.iter().enumerate() {
            if let Some(event) = pull_request.timeline.iter().position(|event| event.id == id) {
                return Some(pull_request_event(pull_request, position, event));
            }
            if let Some(review) = pull_request.reviews.iter().position(|review| review.id == id) {
                return Some(Node::part(Kind::Review, position, review));
            }
        }
        None
    }
}

impl RepositoryIndex {
    fn sort(&mut self, view: &View) {
        self.issues_by_creation = self.issues_by_update.clone();
        self.pull_requests_by_creation = self.pull_requests_by_update.clone();
        let issue = |position: &u32| &view.issues[*position as usize];
        let pull_request = |position: &u32| &view.pull_requests[*position as usize];
        self.issues_by_update.sort_unstable_by(|a, b| update_of_issue(issue(a)).cmp(&update_of_issue(issue(b))));
        self.issues_by_creation.sort_unstable_by(|a, b| creation_of_issue(issue(a)).cmp(&creation_of_issue(issue(b))));
        self.pull_requests_by_update.sort_unstable_by(|a, b| {
            update_of_pull_request(pull_request(a)).cmp(&update_of_pull_request(pull_request(b)))
        });
        self.pull_requests_by_creation.sort_unstable_by(|a, b| {
            creation_of_pull_request(pull_request(a)).cmp(&creation_of_pull_request(pull_request(b)))
        });
    }
}

/// Sort key of issues by update.
pub(crate) fn update_of_issue(issue: &Issue) -> (Instant, &str) {
    (issue.updated_at, &issue.id)
}

/// Sort key of issues by creation.
pub(crate) fn creation_of_issue(issue: &Issue) -> (Instant, &str) {
    (issue.created_at, &issue.id)
}

/// Sort key of pull requests by update.
pub(crate) fn update_of_pull_request(pull_request: &PullRequest) -> (Instant, &str) {
    (pull_request.updated_at, &pull_request.id)
}

/// Sort key of pull requests by creation.
pub(crate) fn creation_of_pull_request(pull_request: &PullRequest) -> (Instant, &str) {
    (pull_request.created_at, &pull_request.id)
}

/// Node id of a user or bot, which the view does not carry.
pub(crate) fn actor_id(login: &str) -> String {
    format!("U_{login}")
}

/// An event of an issue as an object.
pub(crate) fn issue_event(issue: &Issue, position: usize, event: usize) -> Node {
    let kind = match issue.timeline[event].kind {
        IssueEventKind::Closed(_) => Kind::Closed,
        IssueEventKind::Reopened => Kind::Reopened,
        IssueEventKind::Added(_) => Kind::AddedToProject,
        IssueEventKind::StatusChanged(..) => Kind::StatusChanged,
        IssueEventKind::Removed(_) => Kind::RemovedFromProject,
    };
    Node::part(kind, position, event)
}

/// An event of a pull request as an object.
pub(crate) fn pull_request_event(pull_request: &PullRequest, position: usize, event: usize) -> Node {
    let kind = match pull_request.timeline[event].kind {
        PullRequestEventKind::ReadyForReview => Kind::ReadyForReview,
        PullRequestEventKind::ConvertToDraft => Kind::ConvertToDraft,
        PullRequestEventKind::ReviewRequested => Kind::ReviewRequested,
        PullRequestEventKind::ReviewDismissed(..) => Kind::ReviewDismissed,
    };
    Node::part(kind, position, event)
}
