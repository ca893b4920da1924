//! Deployments, releases and commits as an import stores them.

use model::Instant;
use model::records::{
    Deployment as DeploymentRecord, DeploymentOutcome, DeploymentStatus as StatusRecord, DeploymentStatusKind as State,
    GitCommit, Record, Release as ReleaseRecord,
};

use super::{HOST, Recorder};
use crate::view::{Deployment, Release, View};

/// What begins the names of the environments of production, and of no others.
const PRODUCTION: &str = "prod";

/// The records of a full import of what a view shows of delivery: for each repository its deployments, its releases,
/// and the commits behind its releases and behind what was deployed to production with success.
pub fn delivery_records(view: &View) -> impl Iterator<Item = Record> + '_ {
    let recorder = Recorder { frame: view };
    let deployments = view.deployments.iter().map(move |one| Record::Deployment(Box::new(recorder.deployment(one))));
    let releases = view.releases.iter().map(move |one| Record::Release(Box::new(recorder.release(one))));
    let commits = (0..view.repositories.len()).flat_map(move |repository| {
        let commits = read_commits(view, repository).into_iter();
        commits.map(move |position| Record::GitCommit(Box::new(recorder.commit(repository, position))))
    });
    deployments.chain(releases).chain(commits)
}

/// Whether an environment is production by the configuration that fits the organisation.
pub(crate) fn is_production(environment: &str) -> bool {
    environment.starts_with(PRODUCTION)
}

/// Positions of the commits of a repository that its deployments and releases lead to.
fn read_commits(view: &View, repository: usize) -> Vec<usize> {
    let commits = &view.repositories[repository].commits;
    let deployed = view.deployments.iter().filter(|one| one.repository == repository);
    let succeeded = |one: &&Deployment| one.statuses.iter().any(|status| status.state == State::Success);
    let deployed = deployed.filter(|one| is_production(&one.environment)).filter(succeeded);
    let deployed = deployed.map(|one| one.sha.as_str());
    let released = view.releases.iter().filter(|one| one.repository == repository);
    let heads: std::collections::HashSet<&str> =
        deployed.chain(released.filter_map(|one| one.sha.as_deref())).collect();
    let is_head = |position: usize| heads.contains(commits[position].sha.as_str());
    reached(commits.len(), is_head, |position| {
        commits[position].parents.iter().map(|parent| *parent as usize).collect()
    })
}

/// Positions that heads reach, in order; parents stand before their children.
pub(crate) fn reached(
    count: usize,
    is_head: impl Fn(usize) -> bool,
    parents: impl Fn(usize) -> Vec<usize>,
) -> Vec<usize> {
    let mut is_reached = vec![false; count];
    for position in (0..count).rev() {
        is_reached[position] |= is_head(position);
        if is_reached[position] {
            for parent in parents(position) {
                is_reached[parent] = true;
            }
        }
    }
    (0..count).filter(|position| is_reached[*position]).collect()
}

impl Recorder<'_> {
    pub(super) fn names(self, repository: usize) -> (String, String) {
        (self.frame.org.clone(), self.frame.repositories[repository].name.clone())
    }

    pub(crate) fn deployment(self, one: &Deployment) -> DeploymentRecord {
        let (org, repo) = self.names(one.repository);
        let first = |wanted: &[State]| -> Option<Instant> {
            one.statuses.iter().find(|status| wanted.contains(&status.state)).map(|status| status.at)
        };
        let succeeded_at = first(&[State::Success]);
        let finished_at = first(&[State::Success, State::Failure, State::Error]);
        let called_off_at = first(&[State::Inactive]);
        let outcome = match (succeeded_at, finished_at, called_off_at) {
            (Some(_), ..) => DeploymentOutcome::Success,
            (None, Some(_), _) => DeploymentOutcome::Failure,
            (None, None, Some(_)) => DeploymentOutcome::Cancelled,
            (None, None, None) => DeploymentOutcome::Pending,
        };
        let url = one.statuses.last().map(|status| status.log_url.clone()).unwrap_or_default();
        DeploymentRecord {
            id: one.id.clone(),
            source: "github".to_owned(),
            org,
            repo,
            environment: one.environment.clone(),
            tier: String::new(),
            sha: one.sha.clone(),
            git_ref: one.git_ref.clone().unwrap_or_default(),
            created_at: one.created_at,
            started_at: Some(first(&[State::InProgress]).unwrap_or(one.created_at)),
            succeeded_at,
            finished_at: finished_at.or(called_off_at),
            outcome: outcome.into(),
            task: one.task.to_owned(),
            run_id: run_id(&url),
            creator: self.login(one.creator),
            creator_is_bot: self.is_bot(one.creator),
            url,
            updated_at: Some(one.updated_at),
            host: HOST.to_owned(),
            service: String::new(),
            first_commit_at: None,
            of_service: String::new(),
            pull_requests: Vec::new(),
            statuses: one
                .statuses
                .iter()
                .map(|status| StatusRecord {
                    deployment_id: one.id.clone(),
                    id: status.id.clone(),
                    state: status.state.into(),
                    at: status.at,
                    environment: status.environment.clone(),
                    host: HOST.to_owned(),
                })
                .collect(),
        }
    }

    pub(crate) fn release(self, one: &Release) -> ReleaseRecord {
        let (org, repo) = self.names(one.repository);
        ReleaseRecord {
            id: one.id.clone(),
            url: release_url(&org, &repo, one),
            org,
            repo,
            tag: one.tag.clone(),
            sha: one.sha.clone().unwrap_or_default(),
            name: one.name.clone(),
            draft: one.draft,
            prerelease: one.prerelease,
            created_at: one.created_at,
            published_at: one.published_at,
            host: HOST.to_owned(),
        }
    }

    fn commit(self, repository: usize, position: usize) -> GitCommit {
        let (org, repo) = self.names(repository);
        let commits = &self.frame.repositories[repository].commits;
        let commit = &commits[position];
        let parents: Vec<&str> = commit.parents.iter().map(|parent| commits[*parent as usize].sha.as_str()).collect();
        GitCommit {
            org,
            repo,
            sha: commit.sha.clone(),
            parents: parents.join(";"),
            authored_at: Some(commit.authored_at),
            committed_at: commit.committed_at,
            picked_from: picked_from(&commit.body),
            host: HOST.to_owned(),
        }
    }
}

/// Address of a release on the web.
pub(crate) fn release_url(org: &str, repo: &str, release: &Release) -> String {
    format!("https://github.com/{org}/{repo}/releases/tag/{}", release.tag)
}

/// The run in the address of a job's log.
fn run_id(url: &str) -> String {
    let run = url.split_once("/actions/runs/").and_then(|(_, rest)| rest.split('/').next());
    run.unwrap_or_default().to_owned()
}

/// The commit that a message says to be picked from.
fn picked_from(body: &str) -> String {
    let said = body.rsplit_once("(cherry picked from commit ").and_then(|(_, rest)| rest.split(')').next());
    said.unwrap_or_default().to_owned()
}
