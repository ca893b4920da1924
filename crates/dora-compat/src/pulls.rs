//! What was pulled of which repository, and what a report therefore counts.

use std::collections::{BTreeMap, BTreeSet};

use model::Instant;
use model::dora::Rows;
use model::tables::{Deployment, PullRequest, Release};
use serde::{Deserialize, Serialize};

use crate::from_records;

/// What was pulled of one repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// Branches whose merges count.
    pub branches: BTreeSet<String>,
    /// Environments whose deployments count.
    pub environments: BTreeSet<String>,
    /// Whether releases count as deployments.
    pub releases: bool,
    /// Since when changes were read, where they were not read from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Instant>,
}

impl Pull {
    /// The branch that merges count to, unless another one is named.
    pub const BRANCH: &str = "main";
    /// The environment that deployments count to, unless another one is named.
    pub const ENVIRONMENT: &str = "production";
}

/// What counts where nothing was pulled by this program: all that an import has brought.
impl Default for Pull {
    fn default() -> Self {
        Self {
            branches: BTreeSet::from([Self::BRANCH.to_owned()]),
            environments: BTreeSet::from([Self::ENVIRONMENT.to_owned()]),
            releases: true,
            since: None,
        }
    }
}

/// What was pulled, by `owner/name`. Where that is nothing, every repository counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulls(pub BTreeMap<String, Pull>);

impl Pulls {
    /// Where a store keeps them: the subject of a cursor of repositories.
    pub const SUBJECT: &str = "cto-dora";

    /// Reads what is stored of earlier pulls; nothing where nothing is, or where it cannot be read.
    pub fn read(stored: Option<&str>) -> Self {
        stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The form that is stored.
    pub fn write(&self) -> String {
        serde_json::to_string(self).expect("texts can always be written as JSON")
    }

    /// Takes note of a pull, besides what was pulled before.
    pub fn add(&mut self, repository: &str, pull: Pull) {
        let known = self.0.entry(repository.to_owned()).or_insert_with(|| Pull {
            branches: BTreeSet::new(),
            environments: BTreeSet::new(),
            releases: false,
            since: pull.since,
        });
        known.branches.extend(pull.branches);
        known.environments.extend(pull.environments);
        known.releases |= pull.releases;
        known.since = known.since.min(pull.since);
    }

    /// Takes note of all that stands in rows of a database of theirs.
    pub fn add_rows(&mut self, rows: &Rows) {
        let pull = |branch: Option<&String>, environment: Option<&String>| Pull {
            branches: branch.into_iter().cloned().collect(),
            environments: environment.into_iter().cloned().collect(),
            releases: false,
            since: None,
        };
        // What has no branch, or no environment, has an empty one in our store.
        let none = String::new();
        for row in &rows.pull_requests {
            self.add(&row.repo, pull(Some(row.base.as_ref().unwrap_or(&none)), None));
        }
        for row in &rows.deployments {
            self.add(&row.repo, pull(None, Some(row.environment.as_ref().unwrap_or(&none))));
        }
    }

    /// Only some repositories, whether or not they were pulled; all where none is named.
    #[must_use]
    pub fn only(self, repositories: &[String]) -> Self {
        if repositories.is_empty() {
            return self;
        }
        let pull = |name: &String| (name.clone(), self.of(name).cloned().unwrap_or_default());
        Self(repositories.iter().map(pull).collect())
    }

    /// With another branch, or another environment, of all that counts.
    #[must_use]
    pub fn with(mut self, branch: Option<&str>, environment: Option<&str>) -> Self {
        for pull in self.0.values_mut() {
            if let Some(branch) = branch {
                pull.branches = BTreeSet::from([branch.to_owned()]);
            }
            if let Some(environment) = environment {
                pull.environments = BTreeSet::from([environment.to_owned()]);
            }
        }
        self
    }

    /// What was pulled of a repository, whichever letters of its name are large.
    fn of(&self, repository: &str) -> Option<&Pull> {
        let pulled = self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(repository));
        pulled.map(|(_, pull)| pull)
    }
}

/// The rows of a report as they are gathered from a store.
#[derive(Debug)]
pub struct Gathering<'a> {
    pulls: &'a Pulls,
    /// What counts of repositories that nothing else is known of; `None` where those do not count.
    others: Option<Pull>,
    rows: Rows,
}

impl<'a> Gathering<'a> {
    /// Of what was pulled; where that is nothing, of all repositories the given branch and environment, or the usual ones.
    pub fn new(pulls: &'a Pulls, branch: Option<&str>, environment: Option<&str>) -> Self {
        let all = || Pulls(BTreeMap::from([(String::new(), Pull::default())])).with(branch, environment);
        let others = pulls.0.is_empty().then(|| all().0.into_values().next()).flatten();
        Self { pulls, others, rows: Rows::default() }
    }

    /// The branches whose merges count in any repository.
    pub fn branches(&self) -> Vec<String> {
        self.all(|pull| &pull.branches)
    }

    /// The environments whose deployments count in any repository.
    pub fn environments(&self) -> Vec<String> {
        self.all(|pull| &pull.environments)
    }

    /// Takes a merged pull request where it counts.
    pub fn pull_request(&mut self, record: &PullRequest) {
        let counts = |pull: &Pull| pull.branches.contains(&record.base);
        if let Some(row) = from_records::pull_request(record)
            && self.of(&row.repo).is_some_and(counts)
        {
            self.rows.pull_requests.push(row);
        }
    }

    /// Takes a deployment where it counts.
    pub fn deployment(&mut self, record: &Deployment) {
        let row = from_records::deployment(record);
        if self.of(&row.repo).is_some_and(|pull| pull.environments.contains(&record.environment)) {
            self.rows.deployments.push(row);
        }
    }

    /// Takes a release where it counts.
    pub fn release(&mut self, record: &Release) {
        if let Some(row) = from_records::release(record)
            && self.of(&row.repo).is_some_and(|pull| pull.releases)
        {
            self.rows.deployments.push(row);
        }
    }

    /// The rows.
    pub fn into_rows(self) -> Rows {
        self.rows
    }

    fn of(&self, repository: &str) -> Option<&Pull> {
        self.pulls.of(repository).or(self.others.as_ref())
    }

    fn all(&self, list: impl Fn(&Pull) -> &BTreeSet<String>) -> Vec<String> {
        let pulls = self.pulls.0.values().chain(&self.others);
        pulls.flat_map(list).cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }
}
