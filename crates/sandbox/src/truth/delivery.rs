//! Truth about delivery, by the bookkeeping of the simulation: each deployment knows the step of the branch that it
//! carries, and each step the pull requests that came with it. No graph is looked at.

use std::collections::HashMap;

use model::Instant;

use crate::Organisation;
use crate::organisation::Delivery;
use crate::organisation::delivery::{Delivers, DeploymentLife, Purpose};
use crate::present::Presenter;
use crate::write::incident_id;

/// What became of a merged pull request, for one of the services that it is a change of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeTruth {
    /// `org/repo#number` at that time.
    pub id: String,
    /// The service, `org/repo` at that time where it has no name of its own; empty where it touches no service.
    pub service: String,
    /// Branch that it was merged into.
    pub base: &'static str,
    /// Merged.
    pub merged_at: Instant,
    /// The deployment or release of the service that first served it to users; empty if none has.
    pub deployment_id: String,
    /// When that was.
    pub deployed_at: Option<Instant>,
    /// Empty, or `before_first` (what served it is the first that there ever was), `not_deployed` (not yet),
    /// `other_branch` (users are served from another one), `no_service` (it touches no folder of any service),
    /// `nothing_delivered` (the repository serves no users).
    pub reason: &'static str,
}

/// A deployment to production, or a published release where a repository delivers by releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentTruth {
    /// Node id.
    pub id: String,
    /// The service, `org/repo` at that time where it has no name of its own.
    pub service: String,
    /// Made, or published.
    pub created_at: Instant,
    /// First success.
    pub succeeded_at: Option<Instant>,
    /// `change`, `redeploy`, `rollback`, `failed_attempt`, `cancelled`, `pending`; of releases `change`, or `behind`
    /// where a later one was published before.
    pub kind: &'static str,
    /// The first deployment of the same commit by the same run, of several regions; often itself.
    pub rollout_id: String,
    /// Pull requests that it served first.
    pub changes: u32,
}

/// What an incident came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentTruth {
    /// As in `incident.csv`; of an issue as in `issue.csv`.
    pub id: String,
    /// The service, `org/repo` at that time where it has no name of its own.
    pub service: String,
    /// Begun.
    pub started_at: Instant,
    /// The deployment or release that caused it; empty where something else did.
    pub deployment_id: String,
}

/// Truth about delivery, each in the order of the repositories and of time.
#[derive(Default)]
pub(super) struct DeliveryTruth {
    pub(super) changes: Vec<ChangeTruth>,
    pub(super) deployments: Vec<DeploymentTruth>,
    pub(super) incidents: Vec<IncidentTruth>,
}

impl Organisation {
    pub(super) fn delivery_truth(&self, until: i64) -> DeliveryTruth {
        let mut truth = DeliveryTruth::default();
        let mut served = HashMap::new();
        for (repository, delivery) in self.deliveries.iter().enumerate() {
            let full_name = self.full_name(repository, until);
            for place in 0..delivery.setup.services().len() {
                let name = delivery.service_name(place, &full_name);
                let watch = Watch { repository, delivery, place, name, until };
                let mut deployments = watch.deployments();
                watch.first_served(&mut deployments, &mut served);
                truth.deployments.extend(deployments.into_iter().map(|(_, row)| row));
            }
            truth.incidents.extend(self.incidents(repository, &full_name, until));
        }
        truth.changes = self.changes(until, &served);
        truth
    }

    /// `org/repo` of a repository at an instant.
    fn full_name(&self, repository: usize, at: i64) -> String {
        format!("{}/{}", self.login, self.repositories[repository].name_at(at))
    }

    fn changes(&self, until: i64, served: &HashMap<Change, Served>) -> Vec<ChangeTruth> {
        let opened = self.pull_requests.iter().enumerate().take_while(|(_, life)| life.created_at <= until);
        let merged = opened.filter(|(_, life)| life.merged && life.closed_at.is_some_and(|at| at <= until));
        merged.flat_map(|(pull, _)| self.changes_of(pull as u32, until, served)).collect()
    }

    /// What became of one pull request, for each service that it is a change of.
    fn changes_of(&self, pull: u32, until: i64, served: &HashMap<Change, Served>) -> Vec<ChangeTruth> {
        let life = &self.pull_requests[pull as usize];
        let delivery = &self.deliveries[usize::from(life.repository)];
        let full_name = self.full_name(usize::from(life.repository), until);
        let change = |service: String, by: Option<&Served>, reason| ChangeTruth {
            id: format!("{full_name}#{}", life.number),
            service,
            base: life.base,
            merged_at: Instant::from_seconds(life.closed_at.unwrap_or(until)),
            deployment_id: by.map(|served| served.id.clone()).unwrap_or_default(),
            deployed_at: by.map(|served| Instant::from_seconds(served.at)),
            reason,
        };
        let services = (0..delivery.setup.services().len()).filter(|service| delivery.concerns(pull, *service));
        let mut changes: Vec<ChangeTruth> = services
            .map(|service| {
                let by = served.get(&(pull, service));
                let setup = delivery.setup;
                let reason = match by {
                    Some(served) if served.is_first => "before_first",
                    Some(_) => "",
                    None if setup.delivers == Delivers::Nothing => "nothing_delivered",
                    None if setup.delivers != Delivers::ReleaseBranch && life.base != setup.branch() => "other_branch",
                    None => "not_deployed",
                };
                change(delivery.service_name(service, &full_name), by, reason)
            })
            .collect();
        if changes.is_empty() {
            changes.push(change(String::new(), None, "no_service"));
        }
        changes
    }

    fn incidents<'a>(
        &'a self,
        repository: usize,
        full_name: &'a str,
        until: i64,
    ) -> impl Iterator<Item = IncidentTruth> + 'a {
        let delivery = &self.deliveries[repository];
        let begun = delivery.incidents.iter().enumerate().filter(move |(_, life)| life.events[0].0 <= until);
        begun.map(move |(position, life)| IncidentTruth {
            id: match life.issue {
                Some(issue) => self.issue_id(&self.issues[issue as usize], until),
                None => incident_id(repository, position),
            },
            service: delivery.service_name(life.service, full_name),
            started_at: Instant::from_seconds(life.events[0].0),
            deployment_id: life.cause.map_or_else(String::new, |cause| match delivery.setup.delivers {
                Delivers::Releases => Presenter::release_id(repository, cause as usize),
                _ => Presenter::deployment_id(repository, cause as usize),
            }),
        })
    }
}

/// A pull request, and the position of a service that it is a change of.
type Change = (u32, usize);

/// What first served a pull request.
struct Served {
    id: String,
    at: i64,
    /// Whether nothing was served before.
    is_first: bool,
}

/// One service of a repository up to an instant.
struct Watch<'a> {
    repository: usize,
    delivery: &'a Delivery,
    /// Position among the services.
    place: usize,
    name: String,
    until: i64,
}

impl Watch<'_> {
    /// Deployments to production or releases, with the step of the branch that they carry.
    fn deployments(&self) -> Vec<(usize, DeploymentTruth)> {
        if self.delivery.setup.delivers == Delivers::Releases {
            return self.releases();
        }
        let made = self
            .delivery
            .deployments
            .iter()
            .enumerate()
            .filter(|(_, life)| life.service == self.place && life.created_at <= self.until);
        let mut rows: Vec<(usize, DeploymentTruth)> = made
            .filter_map(|(position, life)| {
                let row = DeploymentTruth {
                    id: Presenter::deployment_id(self.repository, position),
                    service: self.name.clone(),
                    created_at: Instant::from_seconds(life.created_at),
                    succeeded_at: life.succeeded_by(self.until).map(Instant::from_seconds),
                    kind: self.kind(life),
                    rollout_id: Presenter::deployment_id(self.repository, life.rollout? as usize),
                    changes: 0,
                };
                Some((life.position?, row))
            })
            .collect();
        rows.sort_by_key(|(_, row)| row.created_at);
        rows
    }

    fn kind(&self, life: &DeploymentLife) -> &'static str {
        let ends_with = life.purpose.end().and_then(|end| life.statuses.iter().find(|(_, state)| end.contains(state)));
        if ends_with.is_none_or(|(at, _)| *at > self.until) { "pending" } else { life.purpose.name() }
    }

    fn releases(&self) -> Vec<(usize, DeploymentTruth)> {
        let releases = self.delivery.releases.iter().enumerate().filter(|(_, life)| life.version.1.is_none());
        let mut published: Vec<(i64, usize, usize)> = releases
            .filter_map(|(place, life)| Some((life.published_at.filter(|at| *at <= self.until)?, life.position, place)))
            .collect();
        published.sort_unstable();
        let mut newest = None;
        let rows = published.into_iter().map(|(at, position, place)| {
            let is_behind = newest > Some(position);
            newest = newest.max(Some(position));
            let id = Presenter::release_id(self.repository, place);
            let row = DeploymentTruth {
                rollout_id: id.clone(),
                id,
                service: self.name.clone(),
                created_at: Instant::from_seconds(at),
                succeeded_at: Some(Instant::from_seconds(at)),
                kind: if is_behind { "behind" } else { "change" },
                changes: 0,
            };
            (position, row)
        });
        rows.collect()
    }

    /// Goes through the successes in order of time and notes what each brought that none before it had.
    fn first_served(&self, deployments: &mut [(usize, DeploymentTruth)], served: &mut HashMap<Change, Served>) {
        let Some(branch) = self.delivery.served() else { return };
        let mut successes: Vec<(i64, usize)> = deployments
            .iter()
            .enumerate()
            .filter_map(|(place, (_, row))| Some((row.succeeded_at?.seconds(), place)))
            .collect();
        successes.sort_unstable();
        let mut next = 0;
        for (order, (at, place)) in successes.into_iter().enumerate() {
            let (position, row) = &mut deployments[place];
            for step in branch.steps.get(next..=*position).unwrap_or_default() {
                for pull in step.brings.iter().filter(|pull| self.delivery.concerns(**pull, self.place)) {
                    served.entry((*pull, self.place)).or_insert_with(|| {
                        row.changes += 1;
                        Served { id: row.id.clone(), at, is_first: order == 0 }
                    });
                }
            }
            next = next.max(*position + 1);
        }
    }
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Change | Self::Rehearsal => "change",
            Self::Redeploy => "redeploy",
            Self::Rollback => "rollback",
            Self::FailedAttempt => "failed_attempt",
            Self::Cancelled => "cancelled",
            Self::Waiting => "pending",
        }
    }
}
