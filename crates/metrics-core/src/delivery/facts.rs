//! Rollouts, changes and incidents of each service: everything that the tables of delivery add up.

use std::sync::OnceLock;

use ahash::RandomState;
use hashbrown::HashMap;
use model::Instant;
use model::columns::Raw;
use model::delivery::{DeliveryRules, LeadFrom, LeadTo};
use model::rules::Rules;
use model::table::Table;

use super::failures::{self, Failure};
use super::graph::Graph;
use super::incidents::{Incident, change_of, has_source, incidents_of, is_repository};
use super::keys::{first_of, once};
use super::labels::Labels;
use super::repositories::Repositories;
use super::rollouts::{Deploying, HOUR, Kind, Rollout, Row, rollouts_of};
use super::services::{Service, Services};
use super::shipping::{Confidence, Link, Method, Reason, Shipped, is_into_default};
use crate::coverage::Coverage;
use crate::parallel;
use crate::pull_requests::{Stages, stages_of};
use crate::selection::Chosen;
use crate::summary::{Data, DeliveryFacts, DeliverySeries, Observations};

/// Delivery as known at an instant.
pub(super) struct Facts {
    /// Services that ever deployed, in order of their names.
    pub(super) services: Vec<ServiceFacts>,
    /// Changes of repositories with services that touch no folder of any.
    pub(super) of_no_service: Vec<Change>,
    /// Incidents of no service, and of services that never deployed.
    pub(super) other_incidents: Vec<Incident>,
    /// Whether anything tells of incidents.
    pub(super) has_incidents: bool,
    /// Whether no deployment is to an environment that anybody calls production.
    pub(super) is_elsewhere: bool,
    /// Organisation, name and host by place of the repository.
    pub(super) repositories: Vec<[String; 3]>,
}

/// What is known of one service.
pub(super) struct ServiceFacts {
    pub(super) name: String,
    /// In order of their first success.
    pub(super) rollouts: Vec<Rollout>,
    /// What followed from each rollout.
    pub(super) outcomes: Vec<Outcome>,
    /// Attempts that failed, in order of their end.
    pub(super) attempts: Vec<Rollout>,
    /// Changes merged into its repositories, in order of repository and row.
    pub(super) changes: Vec<Change>,
    /// In order of start, each with the place of the rollout that it is laid to, and how.
    pub(super) incidents: Vec<(Incident, Option<(usize, Laid)>)>,
}

/// How an incident was laid to a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Laid {
    /// Its source names the deployment.
    Named,
    /// Its source names a change that the deployment shipped.
    Sha,
    /// It is the newest deployment within some hours before.
    Window,
}

impl Laid {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Sha => "sha",
            Self::Window => "window",
        }
    }
}

/// What followed from a rollout.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) failure: Failure,
    /// A rollback, or one that ships a hotfix.
    pub(super) is_unplanned: bool,
    /// Changes that it served first.
    pub(super) changes: i64,
}

/// A merged pull request, as a change of a service.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(super) struct Change {
    /// Row of the pull request.
    pub(super) row: u32,
    /// Place of the repository.
    pub(super) repository: usize,
    pub(super) merged: i64,
    /// Where its lead time begins, if known.
    pub(super) begins: Option<i64>,
    pub(super) stages: Stages,
    /// Whether it was merged into the default branch.
    pub(super) is_default: bool,
    pub(super) is_hotfix: bool,
    /// Whether it carries a label that says that it caused a failure.
    pub(super) is_blamed: bool,
    /// With the place among the rollouts of the service.
    pub(super) link: Link,
    /// When users had it, or where the lead time ends else.
    pub(super) deployed: Option<i64>,
    /// Whether the lead time ends at the merge.
    pub(super) ends_at_merge: bool,
}

impl Change {
    /// Microseconds from the begin of its lead time to the end; below 0 where clocks disagree.
    pub(super) fn lead(&self) -> Option<i64> {
        let end = if self.ends_at_merge { self.deployed.map(|_| self.merged) } else { self.deployed };
        self.begins.zip(end).map(|(begins, end)| end - begins)
    }

    /// Microseconds from the merge to the deployment.
    pub(super) fn waiting(&self) -> Option<i64> {
        self.deployed.map(|deployed| deployed - self.merged).filter(|waiting| *waiting >= 0)
    }

    /// Whether it counts among what is linked: the first known deployment holds what came before it.
    pub(super) fn is_linked(&self) -> bool {
        self.link.rollout.is_some() || self.link.reason == Reason::BeforeFirst
    }

    /// Whether the link is beyond doubt.
    pub(super) fn is_certain(&self) -> bool {
        self.link.confidence == Confidence::Certain
    }
}

impl Facts {
    /// Of a selection; what it leaves out does not exist.
    pub(super) fn of(raw: &Raw, rules: &Rules, as_of: Instant, chosen: &Chosen) -> Self {
        let delivery = &rules.delivery;
        let stages = stages_of(raw, rules, as_of);
        let counts = chosen.pull_requests(raw);
        let is_merged = |row: usize| stages[row].as_ref().is_some_and(|stages| stages.merged.is_some());
        let repositories = Repositories::of(raw, as_of.micros());
        let services = Services::of(raw, delivery, &repositories);
        let is_shared = |place: &usize| services.all.iter().filter(|it| it.repositories.contains(place)).count() > 1;
        let shared_graphs = (0..repositories.all.len()).map(|place| is_shared(&place).then(OnceLock::new)).collect();
        let builder = Builder {
            raw,
            delivery,
            as_of: as_of.micros(),
            repositories: &repositories,
            services: &services,
            labels: Labels::of(raw, delivery),
            shared_graphs,
        };
        let is_change = |row: usize| is_merged(row) && counts[row];
        let incidents = incidents_of(raw, delivery, &repositories, &services, as_of.micros());
        let places: Vec<usize> = (0..services.all.len()).filter(|place| builder.is_chosen(*place, chosen)).collect();
        let built = parallel::map(&places, |place| {
            let service = &services.all[*place];
            let of_service = incidents.iter().filter(|incident| incident.service == Some(*place)).cloned().collect();
            builder.service(service, &stages, &is_change, of_service, chosen)
        });
        let services_that_deploy: Vec<ServiceFacts> = built.into_iter().flatten().collect();
        let deploys = |name: &str| services_that_deploy.iter().any(|service| service.name == name);
        let counts = |incident: &&Incident| match incident.service {
            None => chosen.is_everything(),
            Some(place) => places.contains(&place) && !deploys(&incident.service_name),
        };
        Self {
            of_no_service: builder.of_no_service(&stages, &is_change, chosen, &deploys),
            other_incidents: incidents.iter().filter(counts).cloned().collect(),
            services: services_that_deploy,
            has_incidents: has_source(raw, delivery),
            is_elsewhere: services.are_all_elsewhere(&repositories),
            repositories: repositories
                .all
                .iter()
                .map(|it| [it.org.clone(), it.name.clone(), it.host.clone()])
                .collect(),
        }
    }

    /// What the summary of any days needs; `None` where nothing was deployed. The tables hold `dora_week`.
    pub(super) fn summary(
        &self,
        rules: &Rules,
        coverage: &Coverage,
        as_of: Instant,
        tables: &[Table],
    ) -> Option<DeliveryFacts> {
        let rollouts = || {
            let all = self.services.iter().flat_map(|service| service.rollouts.iter().zip(&service.outcomes));
            let counted = all.filter(|(rollout, _)| rollout.counts());
            counted.filter_map(|(rollout, outcome)| Some((rollout.succeeded?, outcome)))
        };
        let attempts = || {
            let counted = self.services.iter().filter(|_| rules.delivery.failure.attempt);
            counted.flat_map(|service| service.attempts.iter().map(|attempt| attempt.finished))
        };
        let first = |service: &ServiceFacts| first_of(service, rules.delivery.failure.attempt);
        let begins = Instant::from_micros(self.services.iter().filter_map(first).min()?);
        let failed = rollouts().map(|(at, outcome)| (at, i64::from(outcome.failure.is_failed())));
        let recovered = rollouts().filter_map(|(at, outcome)| Some((at, (outcome.failure.recovered? - at).max(0))));
        let leads = once(self).into_iter().filter_map(|change| change.deployed.zip(change.lead()));
        let series = DeliverySeries {
            failed: Observations::new(failed.chain(attempts().map(|at| (at, 1)))),
            unplanned: Observations::new(
                rollouts().map(|(at, it)| (at, i64::from(it.is_unplanned))).chain(attempts().map(|at| (at, 0))),
            ),
            leads: Observations::new(leads.filter(|(_, lead)| *lead >= 0)),
            recoveries: Observations::new(recovered),
        };
        let data = Data { as_of, covered_to: coverage.until.min(as_of), begins, zone: rules.timezone };
        Some(DeliveryFacts::new(data, series, tables, &rules.process_changes))
    }
}

/// What all services share.
struct Builder<'a> {
    raw: &'a Raw,
    delivery: &'a DeliveryRules,
    as_of: i64,
    repositories: &'a Repositories,
    services: &'a Services<'a>,
    labels: Labels,
    /// Commits of each repository that several services are made of, once one of them has asked.
    shared_graphs: Vec<Option<OnceLock<Graph<'a>>>>,
}

impl Builder<'_> {
    /// Whether a selection keeps a service: by its name, and by any of its repositories.
    fn is_chosen(&self, place: usize, chosen: &Chosen) -> bool {
        let service = &self.services.all[place];
        let of_repository = |place: &usize| chosen.needs_repository(&self.repositories.all[*place].full_name(), false);
        chosen.has_service(&service.name) && service.repositories.iter().any(of_repository)
    }

    /// `None` for a service that never deployed.
    fn service(
        &self,
        service: &Service<'_>,
        stages: &[Option<Stages>],
        is_change: &impl Fn(usize) -> bool,
        incidents: Vec<Incident>,
        chosen: &Chosen,
    ) -> Option<ServiceFacts> {
        let mut facts = ServiceFacts {
            name: service.name.clone(),
            rollouts: Vec::new(),
            outcomes: Vec::new(),
            attempts: Vec::new(),
            changes: Vec::new(),
            incidents: Vec::new(),
        };
        // For each incident that names a commit, the rollout that shipped it.
        let mut shipped_shas = vec![None; incidents.len()];
        let deploying = Deploying {
            raw: self.raw,
            services: self.services,
            stages,
            rollout_hours: self.delivery.rollout_hours,
            as_of: self.as_of,
        };
        for place in &service.repositories {
            let repository = &self.repositories.all[*place];
            if !chosen.needs_repository(&repository.full_name(), false) {
                continue;
            }
            let (mut rollouts, attempts) = rollouts_of(&deploying, service, *place, repository);
            facts.attempts.extend(attempts);
            let (own, graph_of) = (OnceLock::new(), |rows| Graph::of(&self.raw.commits, rows));
            let graph = match &self.shared_graphs[*place] {
                _ if rollouts.is_empty() => own.get_or_init(|| graph_of(&[])),
                shared => shared.as_ref().unwrap_or(&own).get_or_init(|| graph_of(&repository.commits)),
            };
            let shipped = Shipped::follow(self.raw, graph, &mut rollouts);
            let first = facts.rollouts.len();
            for (incident, found) in incidents.iter().zip(&mut shipped_shas) {
                if !incident.change.is_empty() && change_of(&incident.change).is_none() {
                    // The first rollout holds all history: nothing says that it brought the commit.
                    let brought = shipped.of_sha(incident.change.as_bytes()).filter(|rollout| *rollout > 0);
                    *found = found.or(brought.map(|rollout| first + rollout));
                }
            }
            let rows = repository.pull_requests.iter().copied().filter(|row| is_change(*row as usize));
            let changes = rows.filter(|row| Services::has_change(self.raw, service, *row as usize));
            let changes = changes.filter_map(|row| Some((row, stages[row as usize]?)));
            facts.changes.extend(self.changes(&shipped, *place, first, &rollouts, changes));
            facts.rollouts.append(&mut rollouts);
        }
        if facts.rollouts.is_empty() && facts.attempts.is_empty() {
            return None;
        }
        facts.order(self.raw, &mut shipped_shas);
        facts.incidents = self.laid(&facts, incidents, &shipped_shas);
        facts.outcomes = self.outcomes(&facts);
        Some(facts)
    }

    /// The changes of one repository; those that are in no rollout with the reason.
    fn changes(
        &self,
        shipped: &Shipped<'_>,
        place: usize,
        first: usize,
        rollouts: &[Rollout],
        rows: impl Iterator<Item = (u32, Stages)>,
    ) -> Vec<Change> {
        let repository = &self.repositories.all[place];
        let mut open = Vec::new();
        let mut newest_held = None;
        let mut changes: Vec<Change> = Vec::new();
        for (row, stages) in rows {
            let is_default = is_into_default(self.raw, repository, row as usize);
            let mut change = self.change(row, place, stages, is_default);
            match shipped.link(row as usize, change.merged, is_default) {
                Some(link) => change.link = link,
                None => open.push(changes.len()),
            }
            if is_default && change.link.method == Method::Ancestry {
                newest_held = newest_held.max(Some(change.merged));
            }
            if let Some(rollout) = &mut change.link.rollout {
                change.deployed = rollouts[*rollout].succeeded;
                *rollout += first;
            }
            changes.push(change);
        }
        for place in open {
            let change = &mut changes[place];
            change.link = Link::none(shipped.reason_of_unlinked(change.merged, newest_held));
        }
        changes
    }

    fn change(&self, row: u32, place: usize, stages: Stages, is_default: bool) -> Change {
        let columns = &self.raw.pull_requests;
        let said = self.labels.say(columns.labels[row as usize]);
        let hotfix = &self.delivery.hotfix;
        let branch = columns.head_branch.text(row as usize);
        let title = columns.title.text(row as usize);
        let is_hotfix = said.is_hotfix
            || hotfix.branches.iter().any(|pattern| pattern.matches(&branch))
            || hotfix.titles.iter().any(|pattern| pattern.matches(&title));
        let merged = stages.merged.unwrap_or_default();
        Change {
            row,
            repository: place,
            merged,
            begins: match self.delivery.lead_from {
                LeadFrom::FirstCommit => stages.first_commit,
                LeadFrom::Opened => Some(stages.created),
                LeadFrom::Merged => Some(merged),
            },
            stages,
            is_default,
            is_hotfix,
            is_blamed: said.is_blamed,
            link: Link::none(Reason::Unknown),
            deployed: None,
            ends_at_merge: self.delivery.lead_to == LeadTo::Merged,
        }
    }

    /// Lays each incident to a rollout.
    fn laid(
        &self,
        facts: &ServiceFacts,
        incidents: Vec<Incident>,
        shipped_shas: &[Option<usize>],
    ) -> Vec<(Incident, Option<(usize, Laid)>)> {
        let window = (self.delivery.incidents.window_hours * HOUR as f64) as i64;
        let by_id = facts.places_by_id(self.raw, incidents.iter().any(|incident| !incident.deployment.is_empty()));
        let lay = |(incident, shipped_sha): (Incident, &Option<usize>)| {
            let named = by_id.get(incident.deployment.as_bytes()).copied();
            let sha = || shipped_sha.or_else(|| self.rollout_of_change(facts, &incident.change, &incident.host));
            let laid = match named {
                // An attempt that never served users is nobody else's fault.
                Some(None) => None,
                Some(Some(place)) => facts.counted_at(place).map(|place| (place, Laid::Named)),
                None => sha()
                    .map(|place| (place, Laid::Sha))
                    .or_else(|| facts.newest_before(incident.started, window).map(|place| (place, Laid::Window))),
            };
            (incident, laid)
        };
        incidents.into_iter().zip(shipped_shas).map(lay).collect()
    }

    fn rollout_of_change(&self, facts: &ServiceFacts, change: &str, host: &str) -> Option<usize> {
        let (name, number) = change_of(change)?;
        let number = format!("#{number}");
        let is_meant = |change: &&Change| {
            is_repository(&self.repositories.all[change.repository], name, host)
                && self.raw.pull_requests.id.text(change.row as usize).ends_with(&number)
        };
        facts.changes.iter().find(is_meant).and_then(|change| change.link.rollout)
    }

    fn outcomes(&self, facts: &ServiceFacts) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = vec![Outcome::default(); facts.rollouts.len()];
        let (mut ships_hotfix, mut ships_blamed) = (vec![false; outcomes.len()], vec![false; outcomes.len()]);
        for change in &facts.changes {
            let Some(rollout) = change.link.rollout else { continue };
            outcomes[rollout].changes += 1;
            ships_hotfix[rollout] |= change.is_hotfix;
            let may_be_blamed = matches!(change.link.confidence, Confidence::Certain | Confidence::Likely);
            ships_blamed[rollout] |= change.is_blamed && may_be_blamed;
        }
        for (place, outcome) in outcomes.iter_mut().enumerate() {
            let rollout = &facts.rollouts[place];
            outcome.is_unplanned = rollout.kind == Kind::Rollback || (rollout.counts() && ships_hotfix[place]);
        }
        let failed = failures::of(&facts.rollouts, &facts.incidents, &ships_hotfix, &ships_blamed, self.delivery);
        outcomes.iter_mut().zip(failed).for_each(|(outcome, failure)| outcome.failure = failure);
        outcomes
    }

    /// Changes of repositories that are made of services by folders, and that touch none of these.
    fn of_no_service(
        &self,
        stages: &[Option<Stages>],
        is_change: &impl Fn(usize) -> bool,
        chosen: &Chosen,
        deploys: &impl Fn(&str) -> bool,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        if chosen.names_services() {
            return changes;
        }
        for (place, repository) in self.repositories.all.iter().enumerate() {
            let services: Vec<&Service<'_>> =
                self.services.all.iter().filter(|service| service.repositories.contains(&place)).collect();
            if !services.iter().any(|service| deploys(&service.name)) {
                continue;
            }
            for row in repository.pull_requests.iter().copied().filter(|row| is_change(*row as usize)) {
                let has = |service: &&Service<'_>| Services::has_change(self.raw, service, row as usize);
                if let (false, Some(stages)) = (services.iter().any(has), stages[row as usize]) {
                    let is_default = is_into_default(self.raw, repository, row as usize);
                    let change = self.change(row, place, stages, is_default);
                    changes.push(Change { link: Link::none(Reason::NoService), ..change });
                }
            }
        }
        changes
    }
}

impl ServiceFacts {
    /// Puts the rollouts of several repositories into one order.
    fn order(&mut self, raw: &Raw, others: &mut [Option<usize>]) {
        let mut order: Vec<usize> = (0..self.rollouts.len()).collect();
        let key = |place: &usize| (self.rollouts[*place].succeeded, self.rollouts[*place].id(raw));
        order.sort_by(|one, other| key(one).cmp(&key(other)));
        let mut places = vec![0; order.len()];
        for (place, before) in order.iter().enumerate() {
            places[*before] = place;
        }
        let mut rollouts: Vec<Option<Rollout>> = std::mem::take(&mut self.rollouts).into_iter().map(Some).collect();
        self.rollouts = order.iter().filter_map(|place| rollouts[*place].take()).collect();
        let links = self.changes.iter_mut().filter_map(|change| change.link.rollout.as_mut());
        links.chain(others.iter_mut().flatten()).for_each(|place| *place = places[*place]);
        self.attempts.sort_by(|one, other| (one.finished, one.id(raw)).cmp(&(other.finished, other.id(raw))));
    }

    /// For each deployment its rollout, which may have taken it up; nothing for an attempt that failed. Empty where nobody
    /// asks.
    fn places_by_id<'a>(&self, raw: &'a Raw, is_asked: bool) -> HashMap<&'a [u8], Option<usize>, RandomState> {
        let mut places: HashMap<&[u8], Option<usize>, RandomState> = HashMap::default();
        if !is_asked {
            return places;
        }
        for (place, rollout) in self.rollouts.iter().enumerate() {
            places.insert(rollout.id(raw), Some(place));
            places.extend(rollout.taken_up.iter().map(|row| (raw.deployments.id.bytes(*row as usize), Some(place))));
        }
        places.extend(self.attempts.iter().map(|attempt| (attempt.id(raw), None)));
        places
    }

    /// The rollout itself, of a redeploy the one that it repeats.
    fn counted_at(&self, place: usize) -> Option<usize> {
        let repository = self.rollouts[place].repository;
        (0..=place).rev().find(|at| self.rollouts[*at].counts() && self.rollouts[*at].repository == repository)
    }

    /// The newest rollout that counts, up to an instant and not longer ago than a window.
    fn newest_before(&self, at: i64, window: i64) -> Option<usize> {
        let after = self.rollouts.partition_point(|rollout| rollout.succeeded.is_some_and(|succeeded| succeeded <= at));
        let newest = (0..after).rev().find(|place| self.rollouts[*place].counts())?;
        self.rollouts[newest].succeeded.filter(|succeeded| at - succeeded <= window).map(|_| newest)
    }

    /// Whether the rows of the service are deployments rather than releases.
    pub(super) fn is_by_deployments(&self) -> bool {
        self.rollouts.iter().all(|rollout| matches!(rollout.row, Row::Deployment(_)))
    }
}
