//! Deployments, releases, commits and incidents at an instant.

use super::{Presenter, instant};
use crate::ids::node_id;
use crate::organisation::delivery::{
    CommitLife, CommitName, DEFAULT_BRANCH, Delivers, DeploymentLife, Environment, IncidentLife, RELEASE_BRANCH,
    ReleaseLife, head_sha,
};
use crate::organisation::{Delivery, PullRequestLife};
use crate::view::{Commit, Deployment, DeploymentStatus, Release, View};

/// Login of the bot that workflows act as; it stands behind all people in a view.
pub(crate) const WORKFLOW_LOGIN: &str = "github-actions";

/// Number of the first deployment: some months later they are too large for 32 bits.
const FIRST_NUMBER: i64 = 2_130_000_000;

impl Presenter<'_> {
    /// Deployments, releases, commits and CI of all repositories.
    pub(super) fn deliver(&self, view: &mut View) {
        let mut by_place: Vec<usize> = (0..self.places.len()).collect();
        by_place.sort_by_key(|repository| self.places[*repository]);
        for repository in by_place {
            let deployments = self.deployments(repository).map(|position| self.deployment(repository, position));
            view.deployments.extend(deployments);
            view.workflow_runs.extend(self.workflow_runs(repository));
            view.ci_runs.extend(self.ci_runs(repository));
            view.releases.extend(self.releases(repository).map(|position| self.release(repository, position)));
            let shown: Vec<usize> = self.commits(repository).collect();
            let place = |position: u32| shown.partition_point(|shown| *shown < position as usize) as u32;
            let to = &mut view.repositories[self.places[repository]];
            to.head = self.head(repository).map(|head| place(head as u32));
            to.commits = shown.iter().map(|position| self.commit(repository, *position, place)).collect();
        }
        view.ci_usage = self.ci_usage();
    }

    fn delivery(&self, repository: usize) -> &Delivery {
        &self.organisation.deliveries[repository]
    }

    /// Position of a repository of the organisation in the view.
    pub(crate) fn place_of(&self, repository: usize) -> usize {
        self.places[repository]
    }

    /// Branch that a pull request is merged from.
    pub(crate) fn head_branch(life: &PullRequestLife) -> String {
        let kind = if life.labels.contains(&"hotfix") { "hotfix" } else { "feature" };
        format!("{kind}/{}", life.number)
    }

    /// Object id of the last commit of a pull request's branch.
    pub(crate) fn head_sha(&self, pull_request: usize) -> String {
        let commits = &self.organisation.pull_requests[pull_request].commits;
        let count = commits.iter().filter(|at| **at <= self.now).count();
        head_sha(pull_request, count.saturating_sub(1))
    }

    /// Positions of a repository's deployments that are made by now.
    pub(crate) fn deployments(&self, repository: usize) -> impl Iterator<Item = usize> + '_ {
        let made = |life: &DeploymentLife| life.created_at <= self.now;
        let lives = self.delivery(repository).deployments.iter().enumerate();
        lives.filter(move |(_, life)| made(life)).map(|(position, _)| position)
    }

    /// Node id of a deployment.
    pub(crate) fn deployment_id(repository: usize, position: usize) -> String {
        node_id("DE_kwDO", (repository as u64) << 32 | position as u64)
    }

    /// A deployment.
    pub(crate) fn deployment(&self, repository: usize, position: usize) -> Deployment {
        let life = &self.delivery(repository).deployments[position];
        let number = (repository as u64) << 32 | position as u64;
        let environment = match life.environment {
            Environment::Named(name) => name.to_owned(),
            Environment::Preview(pull) => format!("pr-{}", self.organisation.pull_requests[pull as usize].number),
        };
        let log_url = self.log_url(repository, life);
        let seen = life.statuses.iter().enumerate().filter(|(_, (at, _))| *at <= self.now);
        let statuses: Vec<DeploymentStatus> = seen
            .map(|(place, (at, state))| DeploymentStatus {
                id: node_id("DES_kwDO", number << 8 | place as u64),
                state: *state,
                at: instant(*at),
                environment: environment.clone(),
                log_url: log_url.clone(),
            })
            .collect();
        let original_environment = life.made_as.map_or_else(|| environment.clone(), str::to_owned);
        Deployment {
            id: Self::deployment_id(repository, position),
            number: FIRST_NUMBER + life.created_at - self.organisation.start,
            repository: self.place_of(repository),
            sha: self.delivery(repository).commits[life.commit as usize].name.sha(),
            environment: if statuses.is_empty() { original_environment.clone() } else { environment },
            original_environment,
            git_ref: self.git_ref(repository, life),
            task: "deploy",
            payload: if position.is_multiple_of(3) { "\"{\\\"ref\\\":\\\"main\\\"}\"" } else { "{}" },
            creator: match life.creator {
                Some(person) => self.actor(person),
                None => Some(self.organisation.people.len()),
            },
            created_at: instant(life.created_at),
            updated_at: statuses.last().map_or(instant(life.created_at), |status| status.at),
            statuses,
        }
    }

    fn log_url(&self, repository: usize, life: &DeploymentLife) -> String {
        let org = &self.organisation.login;
        let name = self.organisation.repositories[repository].name_at(life.created_at);
        match (life.run, life.environment) {
            (Some((run, job)), _) => format!("https://github.com/{org}/{name}/actions/runs/{run}/job/{job}"),
            (None, Environment::Preview(pull)) => {
                let number = self.organisation.pull_requests[pull as usize].number;
                format!("https://previews.example/{org}/{name}/{number}")
            }
            (None, Environment::Named(_)) => String::new(),
        }
    }

    pub(super) fn git_ref(&self, repository: usize, life: &DeploymentLife) -> Option<String> {
        match life.environment {
            Environment::Preview(pull) => {
                let pull = &self.organisation.pull_requests[pull as usize];
                pull.closed_at.is_none_or(|closed| closed > self.now).then(|| Self::head_branch(pull))
            }
            Environment::Named(_) => {
                let setup = self.delivery(repository).setup;
                // Each commit that is deployed has a tag of its own.
                let tag = (setup.delivers == Delivers::Tags).then(|| format!("v1.{}.0", life.commit));
                Some(tag.unwrap_or_else(|| setup.branch().to_owned()))
            }
        }
    }

    /// Positions of a repository's releases that are made by now.
    pub(crate) fn releases(&self, repository: usize) -> impl Iterator<Item = usize> + '_ {
        let made = |life: &ReleaseLife| life.drafted_at <= self.now;
        let lives = self.delivery(repository).releases.iter().enumerate();
        lives.filter(move |(_, life)| made(life)).map(|(position, _)| position)
    }

    /// Node id of a release.
    pub(crate) fn release_id(repository: usize, position: usize) -> String {
        node_id("RE_kwDO", (repository as u64) << 32 | position as u64)
    }

    /// A release.
    pub(crate) fn release(&self, repository: usize, position: usize) -> Release {
        let delivery = self.delivery(repository);
        let life = &delivery.releases[position];
        let commit = &delivery.commits[life.commit as usize];
        let published_at = life.published_at.filter(|at| *at <= self.now);
        let (version, candidate) = life.version;
        let tag = match candidate {
            Some(candidate) => format!("v1.{version}.0-rc.{candidate}"),
            None => format!("v1.{version}.0"),
        };
        Release {
            id: Self::release_id(repository, position),
            repository: self.place_of(repository),
            sha: published_at.map(|_| commit.name.sha()),
            name: format!("Version {}", &tag[1..]),
            tag,
            draft: published_at.is_none(),
            prerelease: candidate.is_some(),
            created_at: instant(if published_at.is_some() { commit.committed_at } else { life.drafted_at }),
            published_at: published_at.map(instant),
        }
    }

    /// Positions of the commits that a repository has now.
    pub(crate) fn commits(&self, repository: usize) -> impl Iterator<Item = usize> + '_ {
        let lives = self.delivery(repository).commits.iter().enumerate();
        lives.filter(|(_, life)| life.is_there(self.now)).map(|(position, _)| position)
    }

    /// A commit as it is kept, its parents positions among all of its repository.
    pub(crate) fn commit_life(&self, repository: usize, position: usize) -> CommitLife {
        self.delivery(repository).commits[position]
    }

    /// A commit; `place` says where its parents stand.
    pub(crate) fn commit(&self, repository: usize, position: usize, place: impl Fn(u32) -> u32) -> Commit {
        let life = self.commit_life(repository, position);
        Commit {
            sha: life.name.sha(),
            parents: life.parents.iter().flatten().map(|parent| place(*parent)).collect(),
            authored_at: instant(life.authored_at),
            committed_at: instant(life.committed_at),
            headline: self.headline(life),
            body: self
                .picked_sha(repository, life)
                .map_or_else(String::new, |sha| format!("(cherry picked from commit {sha})")),
        }
    }

    /// Object id of the commit that one says to be picked from.
    pub(crate) fn picked_sha(&self, repository: usize, life: CommitLife) -> Option<String> {
        life.picked_from.map(|source| self.commit_life(repository, source as usize).name.sha())
    }

    fn headline(&self, life: CommitLife) -> String {
        match life.name {
            CommitName::Merge(pull) | CommitName::Branch(pull, _) | CommitName::Rebased(pull, _) => {
                self.organisation.pull_requests[pull as usize].title.clone()
            }
            CommitName::Other(..) if life.parents[0].is_none() => "Initial commit".to_owned(),
            CommitName::Other(..) if life.parents[1].is_some() => {
                format!("Merge branch '{DEFAULT_BRANCH}' into {RELEASE_BRANCH}")
            }
            CommitName::Other(..) => "Fix without asking".to_owned(),
        }
    }

    /// Position of the head of the default branch.
    pub(crate) fn head(&self, repository: usize) -> Option<usize> {
        let main = &self.delivery(repository).main;
        main.position_at(self.now).map(|position| main.steps[position].head as usize)
    }

    /// Incidents of a repository that have begun by now.
    pub(crate) fn incidents(&self, repository: usize) -> impl Iterator<Item = (usize, &IncidentLife)> + '_ {
        let begun = |life: &IncidentLife| life.events[0].0 <= self.now;
        self.delivery(repository).incidents.iter().enumerate().filter(move |(_, life)| begun(life))
    }
}
