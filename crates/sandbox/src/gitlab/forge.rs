//! What GitLab shows of a view: its numbers, its times, and what is where.

use std::collections::HashMap;
use std::sync::OnceLock;

use chrono::SecondsFormat;
use model::Instant;
use model::instant::MICROS_PER_SECOND;
use serde_json::{Value as Json, json};

use super::ci::ProjectCi;
use crate::random::mix;
use crate::view::{IssueEventKind, Repository, View};

/// Number of the group.
pub(crate) const GROUP: u64 = 7;

/// A list that is in the order of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    Issue,
    MergeRequest,
}

/// A view with the numbers of its things.
pub(crate) struct Forge {
    pub(crate) view: View,
    /// Positions of repositories by the numbers of their projects, which stay when one is renamed.
    projects: Vec<usize>,
    /// The numbers of the projects by the positions of their repositories.
    numbers: Vec<u64>,
    changed: HashMap<Kind, Vec<Instant>>,
    places: HashMap<(Kind, usize, i64), usize>,
    /// By repository.
    ci: Vec<OnceLock<ProjectCi>>,
}

/// Number of the first project.
const FIRST_PROJECT: u64 = 201;

impl Forge {
    pub(crate) fn new(view: View) -> Self {
        let mut projects: Vec<usize> = (0..view.repositories.len()).collect();
        projects.sort_by_key(|place| &view.repositories[*place].id);
        let mut numbers = vec![0; projects.len()];
        for (rank, place) in projects.iter().enumerate() {
            numbers[*place] = FIRST_PROJECT + rank as u64;
        }
        let mut places = HashMap::new();
        for (index, issue) in view.issues.iter().enumerate() {
            places.insert((Kind::Issue, issue.repository, issue.number), index);
        }
        for (index, pull) in view.pull_requests.iter().enumerate() {
            places.insert((Kind::MergeRequest, pull.repository, pull.number), index);
        }
        let issues = (0..view.issues.len()).map(|index| issue_changed_at(&view, index)).collect();
        let requests = view.pull_requests.iter().enumerate();
        let requests = requests.map(|(index, pull)| fine(pull.updated_at, object(Kind::MergeRequest, index))).collect();
        let changed = HashMap::from([(Kind::Issue, issues), (Kind::MergeRequest, requests)]);
        let ci = view.repositories.iter().map(|_| OnceLock::new()).collect();
        Self { view, projects, numbers, changed, places, ci }
    }

    /// The projects that are shown: positions of their repositories, in order of their numbers.
    pub(crate) fn projects(&self) -> impl Iterator<Item = usize> + '_ {
        self.projects.iter().copied().filter(|place| !self.view.repositories[*place].hidden)
    }

    /// Number of the project of a repository.
    pub(crate) fn number(&self, repository: usize) -> u64 {
        self.numbers[repository]
    }

    /// What runs in the project of a repository.
    pub(crate) fn ci(&self, repository: usize) -> &ProjectCi {
        self.ci[repository].get_or_init(|| ProjectCi::of(self, repository))
    }

    /// Whole path of the project of a repository.
    pub(crate) fn path(&self, repository: usize) -> String {
        let repository = &self.view.repositories[repository];
        format!("{}/{}", repository.owner.as_deref().unwrap_or(&self.view.org), repository.name)
    }

    /// Whether this is the path of the group.
    pub(crate) fn is_group(&self, path: &str) -> bool {
        path.eq_ignore_ascii_case(&self.view.org)
    }

    /// The repository of a project that is named by its number, its path or a former path, and whether by the latter.
    pub(crate) fn find_project(&self, named: &str) -> Option<(usize, bool)> {
        if let Ok(number) = named.parse::<u64>() {
            return self.projects().find(|place| self.number(*place) == number).map(|place| (place, false));
        }
        if let Some(place) = self.projects().find(|place| self.path(*place).eq_ignore_ascii_case(named)) {
            return Some((place, false));
        }
        let (owner, name) = named.split_once('/')?;
        let was = |repository: &Repository| repository.former_names.iter().any(|former| former == name);
        let found = self.projects().find(|place| was(&self.view.repositories[*place]));
        found.filter(|_| self.is_group(owner)).map(|place| (place, true))
    }

    /// The issue or merge request of a number.
    pub(crate) fn find(&self, kind: Kind, repository: usize, number: i64) -> Option<usize> {
        self.places.get(&(kind, repository, number)).copied().filter(|index| self.is_shown(kind, *index, true))
    }

    /// How many there are, those that are not shown included.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.changed[&kind].len()
    }

    /// Last change.
    pub(crate) fn changed_at(&self, kind: Kind, index: usize) -> Instant {
        self.changed[&kind][index]
    }

    /// Whether it is in the lists of the group; without `archived` those of archived projects are not.
    pub(crate) fn is_shown(&self, kind: Kind, index: usize, archived: bool) -> bool {
        let (repository, deleted) = match kind {
            Kind::Issue => (self.view.issues[index].repository, self.view.issues[index].deleted),
            Kind::MergeRequest => (self.view.pull_requests[index].repository, false),
        };
        let repository = &self.view.repositories[repository];
        !deleted && !repository.hidden && (archived || !repository.archived)
    }

    /// A user as lists show one; null where the account is deleted.
    pub(crate) fn user(&self, actor: Option<usize>) -> Json {
        let Some(place) = actor else { return Json::Null };
        let name = &self.view.actors[place].login;
        json!({ "id": place + 1, "username": name, "name": name, "state": "active" })
    }

    /// The same as GraphQL shows it.
    pub(crate) fn graphql_user(&self, actor: Option<usize>) -> Json {
        let Some(place) = actor else { return Json::Null };
        let actor = &self.view.actors[place];
        json!({ "id": format!("gid://gitlab/User/{}", place + 1), "username": actor.login, "bot": actor.is_bot })
    }
}

/// Moving labels changes an issue of GitLab, unlike moving a card of GitHub; so does planning it.
fn issue_changed_at(view: &View, index: usize) -> Instant {
    let issue = &view.issues[index];
    let moved = issue.timeline.iter().filter(|event| matches!(event.kind, IssueEventKind::StatusChanged(..)));
    let planned = issue.planning.iter().map(|planned| planned.at);
    let last = moved.map(|event| event.at).chain(planned).max();
    let last = last.map_or(issue.updated_at, |moved| moved.max(issue.updated_at));
    fine(last, object(Kind::Issue, index))
}

/// A number for each issue and merge request.
pub(crate) fn object(kind: Kind, index: usize) -> u64 {
    (kind as u64 + 1) << 40 | index as u64
}

/// Number on the whole server.
pub(crate) fn global_number(kind: Kind, index: usize) -> u64 {
    match kind {
        Kind::MergeRequest => 30_001 + index as u64,
        Kind::Issue => 40_000_001 + index as u64,
    }
}

/// A time with the milliseconds that GitLab keeps and the view does not: the same for one second of one object.
pub(crate) fn fine(at: Instant, object: u64) -> Instant {
    let milliseconds = mix(object ^ mix(at.seconds() as u64)) % 1_000;
    Instant::from_micros(at.seconds() * MICROS_PER_SECOND + milliseconds as i64 * 1_000)
}

/// `2026-01-02T03:04:05.678Z`, as REST writes times.
pub(crate) fn with_milliseconds(at: Instant) -> String {
    at.to_chrono().map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true)).unwrap_or_default()
}
