//! A view with the indexes that answering needs, built once per instant.

use std::collections::HashMap;
use std::sync::OnceLock;

use model::Instant;

use super::conduct::{IdForm, ShownIds};
use super::node::{Kind, Node};
use crate::view::{Content, Issue, IssueEventKind, Item, PullRequest, PullRequestEventKind, Repository, View};

/// A view, its sorted lists and its table of ids.
pub(crate) struct Prepared {
    pub(crate) view: View,
    pub(crate) repositories: Vec<RepositoryIndex>,
    /// Cards of each board, in board order.
    pub(crate) project_items: Vec<Vec<u32>>,
    issue_items: Vec<Vec<u32>>,
    pull_request_items: Vec<Vec<u32>>,
    /// Logins of the view's organisation and of those that own repositories of it now.
    owners: Vec<String>,
    ids: OnceLock<HashMap<String, Node>>,
    /// The same objects by the ids of other forms.
    other_ids: OnceLock<HashMap<String, (IdForm, Node)>>,
    /// Commits of each repository by object id.
    commits: Vec<OnceLock<HashMap<String, usize>>>,
}

/// Issues, pull requests, deployments and releases of one repository, ascending by time and id.
#[derive(Default)]
pub(crate) struct RepositoryIndex {
    pub(crate) issues_by_update: Vec<u32>,
    pub(crate) issues_by_creation: Vec<u32>,
    pub(crate) pull_requests_by_update: Vec<u32>,
    pub(crate) pull_requests_by_creation: Vec<u32>,
    pub(crate) deployments_by_creation: Vec<u32>,
    pub(crate) releases_by_creation: Vec<u32>,
    /// As in the view.
    ci_runs: Vec<u32>,
}

impl Prepared {
    /// Sorts and groups what the view holds.
    pub(crate) fn new(view: View) -> Self {
        let mut repositories: Vec<RepositoryIndex> = Vec::new();
        repositories.resize_with(view.repositories.len(), RepositoryIndex::default);
        let is_hidden = |repository: usize| view.repositories[repository].hidden;
        let issues = view.issues.iter().enumerate();
        for (position, issue) in issues.filter(|(_, issue)| !issue.deleted && !is_hidden(issue.repository)) {
            repositories[issue.repository].issues_by_update.push(position as u32);
        }
        let pull_requests = view.pull_requests.iter().enumerate();
        for (position, pull_request) in pull_requests.filter(|(_, pull_request)| !is_hidden(pull_request.repository)) {
            repositories[pull_request.repository].pull_requests_by_update.push(position as u32);
        }
        for (position, deployment) in view.deployments.iter().enumerate() {
            repositories[deployment.repository].deployments_by_creation.push(position as u32);
        }
        for (position, release) in view.releases.iter().enumerate() {
            repositories[release.repository].releases_by_creation.push(position as u32);
        }
        for (position, run) in view.ci_runs.iter().enumerate() {
            repositories[run.repository].ci_runs.push(position as u32);
        }
        for index in &mut repositories {
            index.sort(&view);
        }
        let mut project_items = vec![Vec::new(); view.projects.len()];
        let mut issue_items = vec![Vec::new(); view.issues.len()];
        let mut pull_request_items = vec![Vec::new(); view.pull_requests.len()];
        let is_gone = |item: &Item| match item.content {
            Content::Issue(issue) => view.issues[issue].deleted,
            _ => false,
        };
        let items = view.items.iter().enumerate();
        for (position, item) in items.filter(|(_, item)| !view.projects[item.project].hidden && !is_gone(item)) {
            project_items[item.project].push(position as u32);
            match item.content {
                Content::Issue(issue) => issue_items[issue].push(position as u32),
                Content::PullRequest(pull_request) => pull_request_items[pull_request].push(position as u32),
                Content::Draft | Content::Redacted => {}
            }
        }
        let owners = owners(&view);
        let commits = view.repositories.iter().map(|_| OnceLock::new()).collect();
        Self {
            view,
            repositories,
            project_items,
            issue_items,
            pull_request_items,
            owners,
            ids: OnceLock::new(),
            other_ids: OnceLock::new(),
            commits,
        }
    }

    /// Position of the commit with an object id in a repository, if the repository has it.
    pub(crate) fn commit(&self, repository: usize, sha: &str) -> Option<usize> {
        let by_sha = self.commits.get(repository)?.get_or_init(|| {
            let commits = self.view.repositories[repository].commits.iter().enumerate();
            commits.map(|(position, commit)| (commit.sha.clone(), position)).collect()
        });
        by_sha.get(sha).copied()
    }

    /// Positions of the runs of a repository.
    pub(crate) fn ci_runs(&self, repository: usize) -> &[u32] {
        &self.repositories[repository].ci_runs
    }

    /// Cards that show an issue.
    pub(crate) fn items_of_issue(&self, issue: usize) -> &[u32] {
        &self.issue_items[issue]
    }

    /// Cards that show a pull request.
    pub(crate) fn items_of_pull_request(&self, pull_request: usize) -> &[u32] {
        &self.pull_request_items[pull_request]
    }

    /// The object with a node id, if ids of its form are understood.
    pub(crate) fn find(&self, id: &str, shown: &ShownIds) -> Option<Node> {
        let ids = self.ids.get_or_init(|| self.collect_ids());
        let found = match ids.get(id) {
            Some(node) => Some((IdForm::New, *node)),
            None => self.other_ids.get_or_init(|| other_forms(ids)).get(id).copied(),
        };
        let (form, node) = match found {
            Some(found) => found,
            None => (IdForm::New, self.find_event_or_review(id)?),
        };
        shown.understands(node.kind, form).then_some(node)
    }

    /// Login of an organisation.
    pub(crate) fn owner(&self, organisation: usize) -> &str {
        self.owners.get(organisation).map_or("", String::as_str)
    }

    /// The organisation with a login.
    pub(crate) fn find_owner(&self, login: &str) -> Option<usize> {
        self.owners.iter().position(|owner| owner.eq_ignore_ascii_case(login))
    }

    /// The repository with a present or, failing that, a former name.
    pub(crate) fn find_repository(&self, name: &str) -> Option<usize> {
        let repositories = &self.view.repositories;
        let visible = |wanted: &dyn Fn(&Repository) -> bool| {
            repositories.iter().position(|repository| !repository.hidden && wanted(repository))
        };
        visible(&|repository| repository.name.eq_ignore_ascii_case(name)).or_else(|| {
            visible(&|repository| repository.former_names.iter().any(|former| former.eq_ignore_ascii_case(name)))
        })
    }

    /// Node id of an organisation, which the view does not carry.
    pub(crate) fn organization_id(&self, organisation: usize) -> String {
        format!("O_{}", self.owner(organisation))
    }

    fn collect_ids(&self) -> HashMap<String, Node> {
        let view = &self.view;
        let mut ids = HashMap::with_capacity(
            view.issues.len() + view.pull_requests.len() + view.items.len() + view.repositories.len() + 16,
        );
        for organisation in 0..self.owners.len() {
            ids.insert(self.organization_id(organisation), Node::new(Kind::Organization, organisation));
        }
        for (position, actor) in view.actors.iter().enumerate() {
            let kind = if actor.is_bot { Kind::Bot } else { Kind::User };
            ids.insert(actor_id(&actor.login), Node::new(kind, position));
        }
        let mut insert = |id: &str, kind, position| ids.insert(id.to_owned(), Node::new(kind, position));
        for (position, repository) in view.repositories.iter().enumerate().filter(|(_, found)| !found.hidden) {
            insert(&repository.id, Kind::Repository, position);
        }
        for (position, project) in view.projects.iter().enumerate().filter(|(_, found)| !found.hidden) {
            insert(&project.id, Kind::Project, position);
        }
        for index in &self.repositories {
            for position in index.issues_by_creation.iter().map(|position| *position as usize) {
                insert(&view.issues[position].id, Kind::Issue, position);
            }
            for position in index.pull_requests_by_creation.iter().map(|position| *position as usize) {
                insert(&view.pull_requests[position].id, Kind::PullRequest, position);
            }
        }
        for (position, deployment) in view.deployments.iter().enumerate() {
            insert(&deployment.id, Kind::Deployment, position);
        }
        for (position, run) in view.ci_runs.iter().enumerate() {
            for (place, attempt) in run.attempts.iter().enumerate() {
                ids.insert(attempt.suite.clone(), Node::part(Kind::CheckSuite, position, place));
            }
        }
        let mut insert = |id: &str, kind, position| ids.insert(id.to_owned(), Node::new(kind, position));
        for (position, release) in view.releases.iter().enumerate() {
            insert(&release.id, Kind::Release, position);
        }
        for position in self.project_items.iter().flatten().map(|position| *position as usize) {
            insert(&view.items[position].id, Kind::Item, position);
        }
        ids
    }

    /// Events are many and rarely asked for by id: looked for one by one.
    fn find_event_or_review(&self, id: &str) -> Option<Node> {
        for (position, issue) in self.view.issues.iter().enumerate().filter(|(_, issue)| !issue.deleted) {
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
        let deployment = |position: &u32| &view.deployments[*position as usize];
        let release = |position: &u32| &view.releases[*position as usize];
        self.deployments_by_creation.sort_unstable_by_key(|one| (deployment(one).created_at, &deployment(one).id));
        self.releases_by_creation.sort_unstable_by_key(|one| (release(one).created_at, &release(one).id));
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

/// Logins of all organisations, the view's own first.
fn owners(view: &View) -> Vec<String> {
    let mut owners = vec![view.org.clone()];
    for owner in view.repositories.iter().filter_map(|repository| repository.owner.as_ref()) {
        if !owners.iter().any(|known| known.eq_ignore_ascii_case(owner)) {
            owners.push(owner.clone());
        }
    }
    owners
}

/// Objects by the ids that they have in the forms that the view does not hold.
fn other_forms(ids: &HashMap<String, Node>) -> HashMap<String, (IdForm, Node)> {
    let forms = [IdForm::Old, IdForm::Other];
    ids.iter().flat_map(|(id, node)| forms.map(|form| (form.of(node.kind, id), (form, *node)))).collect()
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
        IssueEventKind::Transferred(_) => Kind::Transferred,
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
        PullRequestEventKind::Closed => Kind::PullRequestClosed,
    };
    Node::part(kind, position, event)
}
