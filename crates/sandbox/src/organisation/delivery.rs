//! What a repository delivers: the commits behind its pull requests, and what is deployed and released of them.
//!
//! Its chance is of its own: nothing here changes a draw of issues, boards or pull requests.

mod files;
mod history;
mod incidents;
mod pipeline;
mod previews;
mod releases;
mod setup;

use std::collections::HashMap;

use model::records::{DeploymentStatusKind, IncidentEventKind};

use super::Organisation;
use crate::ids::{branch_object_id, node_id, object_id};
pub(crate) use files::files;
pub(crate) use setup::{DEFAULT_BRANCH, Delivers, RELEASE_BRANCH, Service, Setup};

/// All that a repository delivers over the simulated period.
pub(crate) struct Delivery {
    pub(crate) setup: Setup,
    /// Parents before children.
    pub(crate) commits: Vec<CommitLife>,
    pub(crate) main: Branch,
    /// The release branch, where there is one.
    pub(crate) release: Option<Branch>,
    pub(crate) deployments: Vec<DeploymentLife>,
    pub(crate) releases: Vec<ReleaseLife>,
    /// In order of their beginning.
    pub(crate) incidents: Vec<IncidentLife>,
    /// Where services live in folders of their own: positions of those that each pull request touches.
    touched: HashMap<u32, Vec<usize>>,
}

impl Delivery {
    /// Whether a pull request is a change of the service at a position.
    pub(crate) fn concerns(&self, pull: u32, service: usize) -> bool {
        self.setup.delivers != Delivers::Folders
            || self.touched.get(&pull).is_some_and(|touched| touched.contains(&service))
    }

    /// Name of the service at a position, of a repository that is called `full_name`.
    pub(crate) fn service_name(&self, service: usize, full_name: &str) -> String {
        let services = self.setup.services();
        services.get(service).and_then(|service| service.name).unwrap_or(full_name).to_owned()
    }

    /// The branch that users are served from; `None` where nothing is delivered.
    pub(crate) fn served(&self) -> Option<&Branch> {
        match self.setup.delivers {
            Delivers::Nothing => None,
            Delivers::ReleaseBranch => self.release.as_ref(),
            Delivers::Releases | Delivers::Main { .. } | Delivers::Tags | Delivers::Folders => Some(&self.main),
        }
    }
}

/// A commit.
#[derive(Clone, Copy)]
pub(crate) struct CommitLife {
    pub(crate) name: CommitName,
    /// Positions among the commits of the repository.
    pub(crate) parents: [Option<u32>; 2],
    pub(crate) authored_at: i64,
    pub(crate) committed_at: i64,
    /// From when on the repository has it.
    pub(crate) pushed_at: i64,
    /// The commit that it is a cherry-pick of.
    pub(crate) picked_from: Option<u32>,
    /// When a force push dropped it.
    pub(crate) dropped_at: Option<i64>,
}

impl CommitLife {
    /// Whether the repository has it at an instant.
    pub(crate) fn is_there(&self, at: i64) -> bool {
        self.pushed_at <= at && self.dropped_at.is_none_or(|dropped| dropped > at)
    }
}

/// What a commit is, from which its object id follows.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CommitName {
    /// What the merge of a pull request left on its base: its `merge_commit`.
    Merge(u32),
    /// On the branch of a pull request: pull request and place.
    Branch(u32, u32),
    /// The copy of such a commit that a rebase put on the base.
    Rebased(u32, u32),
    /// Every other: repository and a number.
    Other(u32, u32),
}

impl CommitName {
    /// The object id.
    pub(crate) fn sha(self) -> String {
        match self {
            Self::Merge(pull_request) => object_id(u64::from(pull_request)),
            Self::Branch(pull_request, place) => head_sha(pull_request as usize, place as usize),
            Self::Rebased(pull_request, place) => object_id(1 << 60 | u64::from(pull_request) << 20 | u64::from(place)),
            Self::Other(repository, number) => object_id(2 << 60 | u64::from(repository) << 32 | u64::from(number)),
        }
    }
}

/// Object id of a commit on the branch of a pull request, by its place.
pub(crate) fn head_sha(pull_request: usize, place: usize) -> String {
    branch_object_id(&node_id("PR_kwDO", pull_request as u64), place)
}

/// A branch in the course of time.
pub(crate) struct Branch {
    /// Oldest first, never empty.
    pub(crate) steps: Vec<BranchStep>,
}

/// A new head of a branch.
pub(crate) struct BranchStep {
    pub(crate) at: i64,
    pub(crate) head: u32,
    /// Pull requests that came with it.
    pub(crate) brings: Vec<u32>,
    /// Whether a force push set the branch back.
    pub(crate) is_reset: bool,
}

impl Branch {
    /// The step in force at an instant.
    pub(crate) fn position_at(&self, at: i64) -> Option<usize> {
        self.steps.partition_point(|step| step.at <= at).checked_sub(1)
    }
}

/// Why a deployment to production was made, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Not to production.
    Rehearsal,
    /// Brought something new, or what was there before a rollback.
    Change,
    /// The commit that was served already, once more.
    Redeploy,
    /// Back to the commit that was served before.
    Rollback,
    /// Failed, and was tried again.
    FailedAttempt,
    /// Called off.
    Cancelled,
    /// Waits for ever for an approval.
    Waiting,
}

impl Purpose {
    /// The states that it ends with; `None`: it does not end.
    pub(crate) fn end(self) -> Option<&'static [DeploymentStatusKind]> {
        match self {
            Self::Waiting => None,
            Self::Cancelled => Some(&[DeploymentStatusKind::Inactive]),
            Self::FailedAttempt => Some(&[DeploymentStatusKind::Failure, DeploymentStatusKind::Error]),
            Self::Rehearsal | Self::Change | Self::Redeploy | Self::Rollback => Some(&[DeploymentStatusKind::Success]),
        }
    }
}

/// Where something was deployed to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Environment {
    /// By a fixed name.
    Named(&'static str),
    /// The preview of a pull request.
    Preview(u32),
}

/// A deployment.
pub(crate) struct DeploymentLife {
    pub(crate) commit: u32,
    pub(crate) environment: Environment,
    /// Name of the environment when the deployment was made, where it is another.
    pub(crate) made_as: Option<&'static str>,
    pub(crate) created_at: i64,
    /// Oldest first, no two at the same time.
    pub(crate) statuses: Vec<(i64, DeploymentStatusKind)>,
    /// Run and job of the workflow; `None` where another system deployed.
    pub(crate) run: Option<(u64, u64)>,
    /// Who asked for it; `None`: the workflow itself.
    pub(crate) creator: Option<u16>,
    pub(crate) purpose: Purpose,
    /// Position among the services of the repository.
    pub(crate) service: usize,
    /// The step of the branch that is served from.
    pub(crate) position: Option<usize>,
    /// The deployment that brought this step to production first, of several regions.
    pub(crate) rollout: Option<u32>,
}

impl DeploymentLife {
    /// First success up to an instant.
    pub(crate) fn succeeded_by(&self, at: i64) -> Option<i64> {
        let success = self.statuses.iter().find(|(_, state)| *state == DeploymentStatusKind::Success);
        success.map(|(succeeded, _)| *succeeded).filter(|succeeded| *succeeded <= at)
    }
}

/// A release.
pub(crate) struct ReleaseLife {
    pub(crate) commit: u32,
    /// The step of the default branch that it is made of.
    pub(crate) position: usize,
    /// Number in the version, and of the candidate if it is one.
    pub(crate) version: (u32, Option<u32>),
    pub(crate) drafted_at: i64,
    pub(crate) published_at: Option<i64>,
}

/// An incident.
pub(crate) struct IncidentLife {
    /// The deployment or, where the repository delivers by releases, the release that caused it; `None`: something
    /// else.
    pub(crate) cause: Option<u32>,
    /// Position among the services of the repository.
    pub(crate) service: usize,
    /// The issue that tells of it, where issues do.
    pub(crate) issue: Option<u32>,
    /// Whether its source names the cause.
    pub(crate) names_cause: bool,
    pub(crate) severity: u8,
    /// Oldest first, the first one `opened`, no two at the same time.
    pub(crate) events: Vec<(i64, IncidentEventKind)>,
}

/// What every repository delivers, in the order of the repositories.
pub(super) fn deliveries(organisation: &Organisation) -> Vec<Delivery> {
    let mut pull_requests = vec![Vec::new(); organisation.repositories.len()];
    for (index, life) in organisation.pull_requests.iter().enumerate() {
        pull_requests[usize::from(life.repository)].push(index as u32);
    }
    let each = pull_requests.into_iter().enumerate();
    each.map(|(repository, pull_requests)| deliver(organisation, repository, &pull_requests)).collect()
}

fn deliver(organisation: &Organisation, repository: usize, pull_requests: &[u32]) -> Delivery {
    let setup = Setup::of(repository, organisation.options.told_by_both);
    let history = history::write(organisation, repository, setup, pull_requests);
    let mut delivery = Delivery {
        setup,
        commits: history.commits,
        main: history.main,
        release: history.release,
        deployments: Vec::new(),
        releases: Vec::new(),
        incidents: Vec::new(),
        touched: touched(organisation, setup, pull_requests),
    };
    match setup.delivers {
        Delivers::Nothing => {}
        Delivers::Releases => releases::publish(organisation, repository, &mut delivery),
        Delivers::ReleaseBranch | Delivers::Main { .. } | Delivers::Tags | Delivers::Folders => {
            pipeline::deploy(organisation, repository, &mut delivery, history.calm);
        }
    }
    previews::deploy(organisation, &mut delivery, &history.previews);
    delivery.incidents.sort_by_key(|incident| incident.events[0].0);
    delivery
}

/// Where services live in folders of their own: positions of those that each pull request touches.
fn touched(organisation: &Organisation, setup: Setup, pull_requests: &[u32]) -> HashMap<u32, Vec<usize>> {
    if setup.delivers != Delivers::Folders {
        return HashMap::new();
    }
    let services = setup.services();
    let of = |pull: u32| {
        let files = files(organisation, pull as usize);
        let is_in = |file: &String, folder: &str| file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let touches =
            |service: &Service| service.folder.is_none_or(|folder| files.iter().any(|file| is_in(file, folder)));
        (0..services.len()).filter(|place| touches(&services[*place])).collect()
    };
    pull_requests.iter().map(|pull| (*pull, of(*pull))).collect()
}
