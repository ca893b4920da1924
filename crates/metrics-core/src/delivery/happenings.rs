//! Deployments, changes and incidents one by one, for whoever adds them up elsewhere.

use std::borrow::Cow;

use ahash::RandomState;
use hashbrown::HashMap;
use model::Instant;
use model::columns::Raw;
use model::kinds::IncidentEventKind;
use model::records::host_or_usual;
use model::rules::Rules;

use super::facts::Facts;
use super::repositories::{Repositories, full_name};
use super::rollouts::{Rollout, Row};
use super::services::{Evidence, Services};
use crate::coverage::{Coverage, DELIVERY_SCOPES};
use crate::selection::Chosen;

/// Something that happened to a service in production.
pub(crate) struct Happening<'a> {
    /// Name of the service; empty for an incident of none that is known.
    pub(crate) service: &'a str,
    /// `org/name` of its repository; empty where none is known.
    pub(crate) repository: &'a str,
    /// When, in microseconds.
    pub(crate) at: i64,
    pub(crate) what: What<'a>,
}

/// What happened. Durations are in microseconds and not below 0.
pub(crate) enum What<'a> {
    /// A deployment began, whatever became of it.
    Started,
    /// A deployment that counts reached users.
    Deployed {
        /// Name of the environment; the tag of a release.
        environment: Cow<'a, str>,
        /// How long it took; `None` of releases, which are there at once.
        took: Option<i64>,
        failed: bool,
    },
    /// Users had a change for the first time; of a deployment to which no change is linked, what was pushed with it.
    Served { lead: i64 },
    /// An incident began.
    Incident {
        /// How long after the deployment that it is laid to.
        detected_after: Option<i64>,
    },
    /// Users were served again, for good as far as is known.
    Restored { downtime: i64 },
    /// An incident was closed.
    Finished,
}

/// Tells of everything that had happened by an instant, service by service.
pub(crate) fn each(raw: &Raw, rules: &Rules, as_of: Instant, mut tell: impl FnMut(&Happening<'_>)) {
    let everything = Chosen::everything();
    let covered_to = Coverage::of(raw, &DELIVERY_SCOPES, as_of, &everything).until;
    let facts = Facts::of(raw, rules, as_of, covered_to, &everything);
    let names: Vec<String> = facts.repositories.iter().map(|[org, name, _]| full_name(org, name)).collect();
    let mut tell = |service: &str, repository: Option<usize>, at: i64, what: What<'_>| {
        tell(&Happening { service, repository: repository.map_or("", |place| names[place].as_str()), at, what });
    };
    for service in &facts.services {
        let name = service.name.as_str();
        for (rollout, outcome) in service.rollouts.iter().zip(&service.outcomes) {
            let repository = Some(rollout.repository);
            tell(name, repository, rollout.started, What::Started);
            let Some(at) = rollout.succeeded.filter(|_| rollout.counts()) else { continue };
            let is_release = matches!(rollout.row, Row::Release(_));
            let took = Some(rollout.finished - rollout.started).filter(|took| *took >= 0 && !is_release);
            let failed = outcome.failure.is_failed();
            tell(
                name,
                repository,
                at,
                What::Deployed { environment: String::from_utf8_lossy(environment(raw, rollout)), took, failed },
            );
        }
        for attempt in &service.attempts {
            tell(name, Some(attempt.repository), attempt.started, What::Started);
        }
        for change in &service.changes {
            if let (Some(at), Some(lead)) = (change.deployed, change.lead().filter(|lead| *lead >= 0)) {
                tell(name, Some(change.repository), at, What::Served { lead });
            }
        }
    }
    waiting(raw, rules, as_of, &mut tell);
    for service in &facts.services {
        for (rollout, at, lead) in service.rollouts_with_pushed_leads().filter(|(_, _, lead)| *lead >= 0) {
            tell(&service.name, Some(rollout.repository), at, What::Served { lead });
        }
    }
    let finished = finished(raw, as_of);
    let of_services = facts.services.iter().flat_map(|service| {
        service
            .incidents
            .iter()
            .map(|(incident, laid)| (incident, laid.and_then(|(place, _)| service.rollouts[place].succeeded)))
    });
    for (incident, deployed) in of_services.chain(facts.other_incidents.iter().map(|incident| (incident, None))) {
        let name = incident.service_name.as_str();
        let repository = incident.repositories.first().copied();
        let detected_after = deployed.map(|at| incident.started - at).filter(|after| *after >= 0);
        tell(name, repository, incident.started, What::Incident { detected_after });
        if let Some((at, downtime)) = incident.restored().zip(incident.downtime()) {
            tell(name, repository, at, What::Restored { downtime });
        }
        if let Some(at) = finished.get(&(incident.id.clone(), incident.host.clone())) {
            tell(name, repository, *at, What::Finished);
        }
    }
}

/// Deployments to production that have begun and not ended.
fn waiting(raw: &Raw, rules: &Rules, as_of: Instant, tell: &mut impl FnMut(&str, Option<usize>, i64, What<'_>)) {
    let repositories = Repositories::of(raw, &rules.delivery, as_of.micros());
    let services = Services::of(raw, &rules.delivery, &repositories);
    let columns = &raw.deployments;
    let is_by = |at: Option<Instant>| at.is_some_and(|at| at <= as_of);
    for service in &services.all {
        let places = service.repositories.iter().copied();
        for place in places.filter(|place| services.evidence(service, *place) == Evidence::Deployments) {
            for row in repositories.all[place].deployments.iter().map(|row| *row as usize) {
                let started = columns.started_at.get(row);
                let has_ended = is_by(columns.succeeded_at.get(row)) || is_by(columns.finished_at.get(row));
                if is_by(started) && !has_ended && services.is_production(raw, service, row) {
                    tell(&service.name, Some(place), started.map_or(0, Instant::micros), What::Started);
                }
            }
        }
    }
}

/// The environment of a rollout; the tag of a release, the branch or tag of a run.
pub(super) fn environment<'a>(raw: &'a Raw, rollout: &Rollout) -> &'a [u8] {
    match rollout.row {
        Row::Deployment(at) => raw.dictionary.bytes(raw.deployments.environment[at as usize]),
        Row::Release(at) => raw.releases.tag.bytes(at as usize),
        Row::Run(at) => raw.dictionary.bytes(raw.ci_runs.git_ref[at as usize]),
    }
}

/// When incidents were closed first, by id and host, as far as their sources tell.
fn finished(raw: &Raw, as_of: Instant) -> HashMap<(String, String), i64, RandomState> {
    let columns = &raw.incident_events;
    let mut finished: HashMap<(String, String), i64, RandomState> = HashMap::default();
    for row in 0..columns.incident_id.len() {
        let Some(at) = columns.at.get(row).filter(|at| *at <= as_of).map(Instant::micros) else { continue };
        if columns.kind[row] == Some(IncidentEventKind::Finished) {
            let host = host_or_usual(&raw.dictionary.text(columns.host[row])).to_owned();
            let first = finished.entry((columns.incident_id.text(row).into_owned(), host)).or_insert(at);
            *first = at.min(*first);
        }
    }
    finished
}
