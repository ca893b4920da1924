//! Rollouts, changes and incidents of each service: everything that the tables of delivery add up.

use std::sync::OnceLock;

use ahash::RandomState;
use hashbrown::{HashMap, HashSet};
use model::Instant;
use model::columns::Raw;
use model::delivery::{DeliveryRules, LeadFrom, LeadTo};
use model::names::comparable;
use model::rules::Rules;
use model::table::Table;

use super::alerts::{NotCounted, counted};
use super::counts::once;
use super::failures;
use super::graph::Graph;
use super::history::{Change, Laid, Outcome, ServiceFacts};
use super::incidents::{Incident, change_of, has_source, incidents_of, is_repository};
use super::labels::Labels;
use super::off_branch::{OffBranch, off_and_on};
use super::part::{Kept, labels};
use super::repositories::{Repositories, Repository, full_name};
use super::rollouts::{Deploying, HOUR, Kind, Rollout, Row, rollouts_of};
use super::services::{Service, Services};
use super::shipping::{Confidence, Link, Method, Reason, Shipped, is_into_default};
use super::silence;
use crate::coverage::Coverage;
use crate::parallel;
use crate::pull_requests::{Stages, stages_of};
use crate::selection::Chosen;
use crate::summary::{Data, DeliveryFacts, DeliverySeries, Observations, Silent};

/// Delivery as known at an instant.
pub(super) struct Facts {
    /// Services that ever deployed, in order of their names.
    pub(super) services: Vec<ServiceFacts>,
    /// Changes of repositories with services that touch no folder of any.
    pub(super) of_no_service: Vec<Change>,
    /// Incidents of no service, and of services that never deployed.
    pub(super) other_incidents: Vec<Incident>,
    /// Incidents that do not count, of any service.
    pub(super) not_counted: Vec<NotCounted>,
    /// Whether anything tells of incidents.
    pub(super) has_incidents: bool,
    /// Whether no deployment is to an environment that anybody calls production.
    pub(super) is_elsewhere: bool,
    /// Services that name workflows, each with how many deployments to production are of none that is known.
    pub(super) of_unknown_workflows: Vec<(String, usize)>,
    /// Services whose pushed deployments have more commits off the default branch than on it.
    pub(super) off_branch: Vec<OffBranch>,
    /// Organisation, name and host by place of the repository.
    pub(super) repositories: Vec<[String; 3]>,
}

impl Facts {
    /// Of a selection. Everything that it needs was imported up to `covered_to`.
    pub(super) fn of(raw: &Raw, rules: &Rules, as_of: Instant, covered_to: Instant, chosen: &Chosen) -> Self {
        let delivery = &rules.delivery;
        let stages = stages_of(raw, rules, as_of);
        let counts = chosen.changes(raw);
        let is_merged = |row: usize| stages[row].as_ref().is_some_and(|stages| stages.merged.get().is_some());
        let repositories = Repositories::of(raw, delivery, as_of.micros());
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
            rows_by_name: OnceLock::new(),
        };
        let is_change = |row: usize| is_merged(row) && counts[row];
        let incidents = incidents_of(raw, delivery, &repositories, &services, as_of.micros());
        let (incidents, not_counted) = counted(incidents, &delivery.incidents, as_of.micros());
        let kept = Kept::of(raw, chosen, repositories.all.iter().map(Repository::full_name), labels(raw));
        let is_chosen = |service: &Service<'_>| {
            chosen.has_service(&service.name) && service.repositories.iter().any(|place| kept.may_keep_from(*place))
        };
        let places: Vec<usize> = (0..services.all.len()).filter(|place| is_chosen(&services.all[*place])).collect();
        let built = parallel::map(&places, |place| {
            let service = &services.all[*place];
            let of_service = incidents.iter().filter(|incident| incident.service == Some(*place)).cloned().collect();
            builder.service(service, &stages, &is_change, of_service)
        });
        let mut whole: Vec<ServiceFacts> = built.into_iter().flatten().collect();
        let deploys = |name: &str| whole.iter().any(|service| service.name == name);
        let is_other = |incident: &&Incident| match incident.service {
            None => !chosen.names_services(),
            Some(place) => places.contains(&place) && !deploys(&incident.service_name),
        };
        let is_shown = |it: &NotCounted| match it.incident.service {
            None => !chosen.names_services() && kept.has_incident(&it.incident),
            Some(place) => places.contains(&place) && kept.has_incident(&it.incident),
        };
        let of_no_service = builder.of_no_service(&stages, &is_change, chosen, &deploys);
        let others = incidents.iter().filter(is_other).filter(|incident| kept.has_incident(incident));
        let other_incidents = others.cloned().chain(kept.incidents_elsewhere(&whole)).collect();
        let covered_to = covered_to.min(as_of).micros();
        for service in &mut whole {
            service.fall_silent(silence::since(service, covered_to));
        }
        Self {
            of_no_service: of_no_service.into_iter().filter(|change| kept.has_change(change)).collect(),
            other_incidents,
            not_counted: not_counted.into_iter().filter(is_shown).collect(),
            services: whole.into_iter().filter_map(|service| service.part(&kept, covered_to)).collect(),
            has_incidents: has_source(raw, delivery),
            is_elsewhere: services.are_all_elsewhere(&repositories),
            of_unknown_workflows: builder.of_unknown_workflows(&places),
            off_branch: builder.off_branch(&places, &stages),
            repositories: repositories
                .all
                .iter()
                .map(|it| [it.org.clone(), it.name.clone(), it.host.clone()])
                .collect(),
        }
    }

    /// What is of the teams and repositories of a selection. Everything that it needs was imported up to `covered_to`.
    pub(super) fn part(&self, raw: &Raw, labels: &[u32], chosen: &Chosen, as_of: Instant, covered_to: Instant) -> Self {
        let names = self.repositories.iter().map(|[org, name, _]| full_name(org, name));
        let kept = Kept::of(raw, chosen, names, labels.iter().copied());
        let services = self.services.iter().filter(|service| kept.has_any_of(service)).cloned();
        let other_incidents = self.other_incidents.iter().filter(|it| kept.has_incident(it));
        let covered_to = covered_to.min(as_of).micros();
        Self {
            services: services.filter_map(|service| service.part(&kept, covered_to)).collect(),
            of_no_service: self.of_no_service.iter().filter(|change| kept.has_change(change)).cloned().collect(),
            other_incidents: other_incidents.cloned().chain(kept.incidents_elsewhere(&self.services)).collect(),
            not_counted: self.not_counted.iter().filter(|it| kept.has_incident(&it.incident)).cloned().collect(),
            has_incidents: self.has_incidents,
            is_elsewhere: self.is_elsewhere,
            of_unknown_workflows: self.of_unknown_workflows.clone(),
            off_branch: self.off_branch.clone(),
            repositories: self.repositories.clone(),
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
        let begins = Instant::from_micros(self.services.iter().filter_map(ServiceFacts::first).min()?);
        let failed = rollouts().map(|(at, outcome)| (at, i64::from(outcome.failure.is_failed())));
        let recovered = rollouts().filter_map(|(at, outcome)| Some((at, outcome.failure.recovery(at)?)));
        let of_changes = once(self).into_iter().filter_map(|change| change.deployed.zip(change.lead()));
        let leads = of_changes.chain(self.services.iter().flat_map(ServiceFacts::pushed_leads));
        let series = DeliverySeries {
            failed: Observations::new(failed.chain(attempts().map(|at| (at, 1)))),
            unplanned: Observations::new(
                rollouts().map(|(at, it)| (at, i64::from(it.is_unplanned))).chain(attempts().map(|at| (at, 0))),
            ),
            leads: Observations::new(leads.filter(|(_, lead)| *lead >= 0)),
            recoveries: Observations::new(recovered),
        };
        let data = Data { as_of, covered_to: coverage.until.min(as_of), begins, zone: rules.timezone };
        let silent = |service| silent(service, rules.delivery.failure.attempt);
        let silent: Vec<Silent> = self.services.iter().filter_map(silent).collect();
        let has_others = silent.len() < self.services.len();
        Some(DeliveryFacts::new(data, series, silent, has_others, tables, &rules.process_changes))
    }
}

/// What the summary needs of a service whose deployments are recorded no more.
fn silent(service: &ServiceFacts, attempts_count: bool) -> Option<Silent> {
    let counted = service.rollouts.iter().filter(|rollout| rollout.counts());
    let attempts = service.attempts.iter().filter(|_| attempts_count).map(|attempt| (attempt.finished, 1));
    let deployments = counted.filter_map(|rollout| Some((rollout.succeeded?, 1))).chain(attempts);
    let deployments = Observations::new(deployments);
    service.silent_since.map(|since| Silent { service: service.name.clone(), since, deployments })
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
    /// Rows of pull requests by their names, once a pushed deployment has named one.
    rows_by_name: OnceLock<HashMap<String, u32, RandomState>>,
}

impl Builder<'_> {
    fn off_branch(&self, places: &[usize], stages: &[Option<Stages>]) -> Vec<OffBranch> {
        let known = places.iter().map(|place| {
            let service = &self.services.all[*place];
            let is_its = |row: usize| self.services.is_production(self.raw, service, row);
            let mut sum = OffBranch { service: service.name.clone(), off: 0, on: 0 };
            for repository in service.repositories.iter().map(|place| &self.repositories.all[*place]) {
                let (off, on) = off_and_on(self.raw, repository, stages, is_its);
                (sum.off, sum.on) = (sum.off + off, sum.on + on);
            }
            sum
        });
        known.filter(|known| known.off > known.on).collect()
    }

    fn of_unknown_workflows(&self, places: &[usize]) -> Vec<(String, usize)> {
        let counted = places.iter().map(|place| {
            let service = &self.services.all[*place];
            let deployments = |place: &usize| self.repositories.all[*place].deployments.iter();
            let rows = service.repositories.iter().flat_map(deployments).map(|row| *row as usize);
            let unknown = rows.filter(|row| {
                let succeeded = self.raw.deployments.succeeded_at.get(*row);
                succeeded.is_some_and(|at| at.micros() <= self.as_of)
                    && self.services.has_unknown_workflow(self.raw, service, *row)
            });
            (service.name.clone(), unknown.count())
        });
        counted.filter(|(_, count)| *count > 0).collect()
    }

    /// `None` for a service that never deployed.
    fn service(
        &self,
        service: &Service<'_>,
        stages: &[Option<Stages>],
        is_change: &impl Fn(usize) -> bool,
        incidents: Vec<Incident>,
    ) -> Option<ServiceFacts> {
        let mut facts = ServiceFacts {
            name: service.name.clone(),
            rollouts: Vec::new(),
            outcomes: Vec::new(),
            attempts: Vec::new(),
            changes: Vec::new(),
            incidents: Vec::new(),
            merges: Vec::new(),
            silent_since: None,
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
        self.link_named(&mut facts, stages, is_change);
        facts.incidents = self.laid(&facts, incidents, &shipped_shas);
        facts.outcomes = self.outcomes(&facts);
        facts.merges = self.merges(service, stages);
        Some(facts)
    }

    /// Links the changes that pushed deployments name to the first of these, of whatever repository they are.
    fn link_named(&self, facts: &mut ServiceFacts, stages: &[Option<Stages>], is_change: &impl Fn(usize) -> bool) {
        let names = |rollout: &Rollout| {
            let Row::Deployment(row) = rollout.row else { return Vec::new() };
            let rows = [row].into_iter().chain(rollout.taken_up.iter().copied());
            let names = rows.map(|row| self.raw.deployments.pull_requests[row as usize]);
            names.map(|code| self.raw.dictionary.text(code)).filter(|names| !names.is_empty()).collect()
        };
        let mut linked: HashSet<u32, RandomState> = HashSet::default();
        // Where each change is, once one is named.
        let mut places: Option<HashMap<u32, usize, RandomState>> = None;
        for place in 0..facts.rollouts.len() {
            for name in names(&facts.rollouts[place]).iter().flat_map(|names| names.split(';')) {
                let Some(row) = self.row_called(name).filter(|row| linked.insert(*row)) else { continue };
                let places = places.get_or_insert_with(|| {
                    facts.changes.iter().enumerate().rev().map(|(at, change)| (change.row, at)).collect()
                });
                let known = places.get(&row).copied();
                let Some(at) = known.or_else(|| self.add_change(facts, row, stages, is_change)) else { continue };
                let change = &mut facts.changes[at];
                change.link = Link::to(place, Method::Pushed, Confidence::Certain);
                change.deployed = facts.rollouts[place].succeeded;
            }
        }
        if !linked.is_empty() {
            facts.changes.sort_by_key(|change| (change.repository, change.row));
        }
    }

    /// Adds a change of another repository than those of a service; its place.
    fn add_change(
        &self,
        facts: &mut ServiceFacts,
        row: u32,
        stages: &[Option<Stages>],
        is_change: &impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let stages = stages[row as usize].filter(|_| is_change(row as usize))?;
        let is_its = |it: &Repository| it.pull_requests.binary_search(&row).is_ok();
        let place = self.repositories.all.iter().position(is_its)?;
        let is_default = is_into_default(self.raw, &self.repositories.all[place], row as usize);
        facts.changes.push(self.change(row, place, stages, is_default));
        Some(facts.changes.len() - 1)
    }

    /// The row of the pull request of a name, `acme/shop#12`, in whatever case.
    fn row_called(&self, name: &str) -> Option<u32> {
        let called = |id: &str| comparable(id).replace('!', "#");
        let rows = self.rows_by_name.get_or_init(|| {
            let ids = &self.raw.pull_requests.id;
            (0..ids.len()).map(|row| (called(&ids.text(row)), row as u32)).collect()
        });
        rows.get(&called(name)).copied()
    }

    /// When something of a service was merged into a default branch, whoever opened it.
    fn merges(&self, service: &Service<'_>, stages: &[Option<Stages>]) -> Vec<(usize, i64)> {
        let of_repository = |place: usize| {
            let repository = &self.repositories.all[place];
            let rows = repository.pull_requests.iter().map(|row| *row as usize);
            let rows = rows.filter(move |row| is_into_default(self.raw, repository, *row));
            let rows = rows.filter(move |row| Services::has_change(self.raw, service, *row));
            rows.filter_map(move |row| Some((place, stages[row]?.merged.get()?)))
        };
        service.repositories.iter().copied().flat_map(of_repository).collect()
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
        let merged = stages.merged.get().unwrap_or_default();
        Change {
            row,
            repository: place,
            merged,
            begins: match self.delivery.lead_from {
                LeadFrom::FirstCommit => stages.first_commit.get(),
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
        let is_meant = |change: &&Change| {
            is_repository(&self.repositories.all[change.repository], name, host)
                && change.number(self.raw) == number.as_bytes()
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
