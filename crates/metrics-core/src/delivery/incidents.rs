//! Incidents: their services, how long users were not served, and the deployment that each is laid to.

use ahash::RandomState;
use hashbrown::{HashMap, HashSet};
use model::Instant;
use model::columns::{IncidentEventKind, Raw, StateReason, StatusKind};
use model::delivery::DeliveryRules;
use model::names::comparable;
use model::records::host_or_usual;

use super::repositories::{Repositories, Repository, full_name};
use super::services::Services;

/// An incident of production.
#[derive(Clone, Debug)]
pub(super) struct Incident {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) severity: String,
    pub(super) url: String,
    pub(super) host: String,
    /// Place of the service; `None` where no one service is meant.
    pub(super) service: Option<usize>,
    /// Places of the repositories that it is of: its own, else those of its service.
    pub(super) repositories: Vec<usize>,
    /// Its name, empty for none.
    pub(super) service_name: String,
    /// The deployment that its source names.
    pub(super) deployment: String,
    /// The change that its source names: `acme/shop#12`, or a commit.
    pub(super) change: String,
    /// Code of its labels.
    pub(super) labels: u32,
    /// Whether it is an alert: of those several may be one incident.
    pub(super) is_alert: bool,
    /// Whether it is an alert of which nobody has told the end for too long.
    pub(super) is_stale: bool,
    /// Microseconds.
    pub(super) started: i64,
    /// Times at which users were served again, and at which it came back, in order.
    pub(super) turns: Vec<(i64, Turn)>,
}

/// Sources of alerts.
const ALERTING: [&str; 2] = ["alertmanager", "grafana"];

/// What became of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    Reopened,
    Restored,
}

impl Incident {
    /// When users were served again for good; `None` while they are not.
    pub(super) fn restored(&self) -> Option<i64> {
        let last = self.turns.iter().rev().take_while(|(_, turn)| *turn == Turn::Restored);
        last.last().map(|(at, _)| *at)
    }

    /// Whether users were not served at an instant.
    pub(super) fn is_open_at(&self, at: i64) -> bool {
        let last = self.turns.iter().rev().find(|(turned, _)| *turned <= at);
        self.started <= at && last.is_none_or(|(_, turn)| *turn == Turn::Reopened)
    }

    /// Whether it came back after an instant.
    pub(super) fn is_reopened_after(&self, at: i64) -> bool {
        self.turns.iter().any(|(turned, turn)| *turn == Turn::Reopened && *turned > at)
    }

    /// Microseconds from its start to when users were served again for good, without the time in which they were;
    /// `None` while they are not, and where clocks disagree.
    pub(super) fn downtime(&self) -> Option<i64> {
        let restored = self.restored()?;
        let mut served = 0;
        let mut since = None;
        for (at, turn) in &self.turns {
            match (turn, since) {
                (Turn::Restored, None) => since = Some(*at),
                (Turn::Reopened, Some(from)) => {
                    served += at - from;
                    since = None;
                }
                _ => {}
            }
        }
        Some(since.unwrap_or(restored) - self.started - served).filter(|downtime| *downtime >= 0)
    }
}

/// Whether anything tells of incidents at all.
pub(super) fn has_source(raw: &Raw, rules: &DeliveryRules) -> bool {
    rules.incidents.github_issues || !raw.incidents.id.is_empty()
}

/// All incidents of production that had begun by `as_of`, in order of start and id: those that a source tells of, and
/// issues with a label where the rules say so.
pub(super) fn incidents_of(
    raw: &Raw,
    rules: &DeliveryRules,
    repositories: &Repositories,
    services: &Services<'_>,
    as_of: i64,
) -> Vec<Incident> {
    let mut incidents = told(raw, rules, repositories, services, as_of);
    if rules.incidents.github_issues {
        // A source may know an issue by another id: its address is the same.
        let by_id = |incident: &Incident| (incident.id.clone(), incident.host.clone());
        let by_url = |incident: &Incident| (incident.url.clone(), incident.host.clone());
        let known: HashSet<(String, String), RandomState> =
            incidents.iter().flat_map(|incident| [by_id(incident), by_url(incident)]).collect();
        let is_known = |incident: &Incident| {
            known.contains(&by_id(incident)) || (!incident.url.is_empty() && known.contains(&by_url(incident)))
        };
        let of_issues = issues(raw, rules, repositories, services, as_of);
        incidents.extend(of_issues.into_iter().filter(|incident| !is_known(incident)));
    }
    for incident in &mut incidents {
        let Some(service) = incident.service.map(|place| &services.all[place]) else { continue };
        incident.service_name.clone_from(&service.name);
        if incident.repositories.is_empty() {
            incident.repositories.clone_from(&service.repositories);
        }
    }
    incidents.sort_by(|one, other| (one.started, &one.id).cmp(&(other.started, &other.id)));
    incidents
}

fn told(
    raw: &Raw,
    rules: &DeliveryRules,
    repositories: &Repositories,
    services: &Services<'_>,
    as_of: i64,
) -> Vec<Incident> {
    let columns = &raw.incidents;
    let mut turns = turns(raw, as_of);
    let dropped = dropped(raw, as_of);
    let named_deployments = NamedDeployments::of(raw);
    let mut incidents = Vec::new();
    for row in 0..columns.id.len() {
        let text = |code: u32| raw.dictionary.text(code).into_owned();
        let environment = text(columns.environment[row]);
        let Some(started) = columns.started_at.get(row).map(Instant::micros).filter(|at| *at <= as_of) else {
            continue;
        };
        let (org, repo) = (text(columns.org[row]), text(columns.repo[row]));
        let host = host_or_usual(&text(columns.host[row])).to_owned();
        if dropped.contains(&(columns.id.bytes(row), host.clone())) {
            continue;
        }
        let (deployment, change) = (columns.deployment_id.text(row), columns.change.text(row));
        let of_service = text(columns.of_service[row]);
        let named = if of_service.is_empty() { text(columns.service[row]) } else { of_service };
        let service = service_of(services, repositories, rules.incidents.service(&named), (&org, &repo, &host))
            .or_else(|| named_deployments.service(services, repositories, columns.deployment_id.bytes(row), &host))
            .or_else(|| {
                let (org, repo) = change_of(&change)?.0.split_once('/')?;
                service_of(services, repositories, "", (org, repo, &host))
            });
        let of_service = service.map(|place| &services.all[place]);
        if !environment.is_empty() && !services.is_production_environment(of_service, &environment, "") {
            continue;
        }
        let mut turns = turns.remove(&(columns.id.bytes(row), host.clone())).unwrap_or_default();
        if !turns.iter().any(|(_, turn)| *turn == Turn::Restored) {
            let restored = columns.restored_at.get(row).map(Instant::micros).filter(|at| *at <= as_of);
            turns.extend(restored.map(|at| (at, Turn::Restored)));
            turns.sort_unstable();
        }
        let own = repositories.find(&org, &repo, &host);
        incidents.push(Incident {
            id: columns.id.text(row).into_owned(),
            title: columns.title.text(row).into_owned(),
            severity: text(columns.severity[row]),
            url: columns.url.text(row).into_owned(),
            host,
            service,
            repositories: own.into_iter().collect(),
            service_name: String::new(),
            deployment: deployment.into_owned(),
            change: change.into_owned(),
            labels: columns.labels[row],
            is_alert: ALERTING.contains(&&*raw.dictionary.text(columns.source[row])),
            is_stale: false,
            started,
            turns,
        });
    }
    incidents
}

/// The deployments that incidents name.
struct NamedDeployments<'a> {
    raw: &'a Raw,
    /// Row by id; empty where no incident names one.
    rows: HashMap<&'a [u8], u32, RandomState>,
}

impl<'a> NamedDeployments<'a> {
    fn of(raw: &'a Raw) -> Self {
        let names = (0..raw.incidents.id.len()).any(|row| !raw.incidents.deployment_id.bytes(row).is_empty());
        let rows = if names { 0..raw.deployments.id.len() } else { 0..0 };
        Self { raw, rows: rows.map(|row| (raw.deployments.id.bytes(row), row as u32)).collect() }
    }

    /// The one service whose deployment to production it is.
    fn service(&self, services: &Services<'_>, repositories: &Repositories, id: &[u8], host: &str) -> Option<usize> {
        let row = *self.rows.get(id)? as usize;
        let text = |code: u32| self.raw.dictionary.text(code);
        let is_of_host = host_or_usual(&text(self.raw.deployments.host[row])) == host;
        let place = repositories.of_deployment(row as u32).filter(|_| is_of_host)?;
        let is_of = |service: &usize| {
            let service = &services.all[*service];
            service.repositories.contains(&place) && services.is_production(self.raw, service, row)
        };
        only((0..services.all.len()).filter(is_of))
    }
}

/// The one of them, where there is just one.
fn only(mut some: impl Iterator<Item = usize>) -> Option<usize> {
    let first = some.next();
    first.filter(|_| some.next().is_none())
}

type TurnsByIncident<'a> = HashMap<(&'a [u8], String), Vec<(i64, Turn)>, RandomState>;

/// The turns of each incident by its id and host.
fn turns(raw: &Raw, as_of: i64) -> TurnsByIncident<'_> {
    let columns = &raw.incident_events;
    let mut turns = TurnsByIncident::default();
    for row in 0..columns.incident_id.len() {
        let turn = match columns.kind[row] {
            Some(IncidentEventKind::Restored | IncidentEventKind::Finished) => Turn::Restored,
            Some(IncidentEventKind::Reopened) => Turn::Reopened,
            _ => continue,
        };
        if let Some(at) = columns.at.get(row).map(Instant::micros).filter(|at| *at <= as_of) {
            let host = host_or_usual(&raw.dictionary.text(columns.host[row])).to_owned();
            turns.entry((columns.incident_id.bytes(row), host)).or_default().push((at, turn));
        }
    }
    turns.values_mut().for_each(|turns| turns.sort_unstable());
    turns
}

/// Incidents, by id and host, that are none by themselves any more.
fn dropped(raw: &Raw, as_of: i64) -> HashSet<(&[u8], String), RandomState> {
    let columns = &raw.incident_events;
    let is_dropped = |row: &usize| {
        let has_happened = columns.at.get(*row).is_some_and(|at| at.micros() <= as_of);
        columns.kind[*row] == Some(IncidentEventKind::Dropped) && has_happened
    };
    let of = |row: usize| {
        let host = host_or_usual(&raw.dictionary.text(columns.host[row])).to_owned();
        (columns.incident_id.bytes(row), host)
    };
    (0..columns.incident_id.len()).filter(is_dropped).map(of).collect()
}

/// Issues that are incidents by their labels: closing restores, reopening brings it back.
fn issues(
    raw: &Raw,
    rules: &DeliveryRules,
    repositories: &Repositories,
    services: &Services<'_>,
    as_of: i64,
) -> Vec<Incident> {
    let columns = &raw.issues;
    let wanted: Vec<Vec<String>> =
        rules.incidents.labels.iter().map(|all| all.iter().map(|label| comparable(label)).collect()).collect();
    let mut is_incident: HashMap<u32, bool, RandomState> = HashMap::default();
    let mut by_row: HashMap<u32, Incident, RandomState> = HashMap::default();
    for row in 0..columns.id.len() {
        let labels =
            || -> Vec<String> { raw.dictionary.text(columns.labels[row]).split(';').map(comparable).collect() };
        let counts = *is_incident.entry(columns.labels[row]).or_insert_with(|| {
            let labels = labels();
            wanted.iter().any(|all| all.iter().all(|label| labels.contains(label)))
        });
        let started = columns.created_at.get(row).map(Instant::micros).filter(|at| *at <= as_of);
        // One that was moved to another project is an incident there.
        let is_gone = columns.vanished_at.get(row).is_some_and(|at| at.micros() <= as_of)
            || columns.state_reason[row] == Some(StateReason::Moved);
        let (true, Some(started), false) = (counts, started, is_gone) else { continue };
        let text = |code: u32| raw.dictionary.text(code).into_owned();
        let named =
            labels().into_iter().find_map(|label| label.strip_prefix("service:").map(|name| name.trim().to_owned()));
        let host = host_or_usual(&text(columns.host[row])).to_owned();
        let place = (&*text(columns.org[row]), &*text(columns.repo[row]), &*host);
        let incident = Incident {
            id: columns.id.text(row).into_owned(),
            title: columns.title.text(row).into_owned(),
            severity: String::new(),
            url: columns.url.text(row),
            service: service_of(services, repositories, &named.unwrap_or_default(), place),
            repositories: repositories.find(place.0, place.1, place.2).into_iter().collect(),
            host: host.clone(),
            service_name: String::new(),
            deployment: String::new(),
            change: String::new(),
            labels: columns.labels[row],
            is_alert: false,
            is_stale: false,
            started,
            turns: Vec::new(),
        };
        by_row.insert(row as u32, incident);
    }
    let events = &raw.status_events;
    for row in 0..events.issue.len() {
        let Some(incident) = by_row.get_mut(&events.issue[row]) else { continue };
        let turn = match events.kind[row] {
            Some(StatusKind::Closed) => Turn::Restored,
            Some(StatusKind::Reopened) => Turn::Reopened,
            _ => continue,
        };
        incident.turns.extend(events.at.get(row).map(Instant::micros).filter(|at| *at <= as_of).map(|at| (at, turn)));
    }
    let mut incidents: Vec<(u32, Incident)> = by_row.into_iter().collect();
    incidents.sort_unstable_by_key(|(row, _)| *row);
    let closed = |row: u32| columns.closed_at.get(row as usize).map(Instant::micros).filter(|at| *at <= as_of);
    for (row, incident) in &mut incidents {
        incident.turns.sort_unstable();
        if incident.turns.is_empty() {
            incident.turns.extend(closed(*row).map(|at| (at, Turn::Restored)));
        }
    }
    incidents.into_iter().map(|(_, incident)| incident).collect()
}

/// The service that is named, else the one of the repository.
fn service_of(
    services: &Services<'_>,
    repositories: &Repositories,
    named: &str,
    (org, repo, host): (&str, &str, &str),
) -> Option<usize> {
    if !named.is_empty() {
        let named = comparable(named);
        let found = services.all.iter().position(|service| comparable(&service.name) == named);
        // It may be called as its repository is.
        let is_repository =
            !repo.is_empty() && (named == comparable(repo) || named == comparable(&full_name(org, repo)));
        if found.is_some() || !is_repository {
            return found;
        }
    }
    let place = repositories.find(org, repo, host)?;
    only((0..services.all.len()).filter(|service| services.all[*service].repositories.contains(&place)))
}

/// The repository and number of a change as incidents name it: `acme/shop#12`.
pub(super) fn change_of(text: &str) -> Option<(&str, &str)> {
    text.split_once('#').or_else(|| text.split_once('!'))
}

/// Whether a name is that of a repository of a host.
pub(super) fn is_repository(repository: &Repository, name: &str, host: &str) -> bool {
    repository.host == host && comparable(&repository.full_name()) == comparable(name)
}
