//! The rows behind the keys: `calculated_deployment`, `calculated_change` and `calculated_incident`.

use model::Instant;
use model::columns::{Raw, TextColumn};
use model::instant::MICROS_PER_DAY;
use model::table::{Cells, Column, Table};

use super::alerts::NotCounted;
use super::counts::{days, hours};
use super::facts::Facts;
use super::happenings::environment;
use super::history::{Change, Laid, Outcome, ServiceFacts};
use super::incidents::Incident;
use super::rollouts::{Kind, Rollout, Row};
use crate::words::{self, words};

/// Texts of which many are different.
fn texts<T, B: AsRef<[u8]>>(rows: &[T], text: impl Fn(&T) -> B) -> Cells {
    words::texts(rows.iter().map(text))
}

fn instants<T>(rows: &[T], at: impl Fn(&T) -> Option<i64>) -> Cells {
    Cells::Instant(rows.iter().map(|row| at(row).map(Instant::from_micros)).collect())
}

/// One line of `calculated_deployment`.
struct Deployed<'a> {
    service: &'a ServiceFacts,
    rollout: &'a Rollout,
    /// `None` for an attempt.
    outcome: Option<&'a Outcome>,
}

impl<'a> Deployed<'a> {
    fn key(&self, raw: &'a Raw) -> (&'a str, i64, &'a [u8]) {
        (&self.service.name, self.rollout.finished, self.rollout.id(raw))
    }
}

/// Every deployment to production that ended, by service and time; what a rollout took up is left out.
pub(super) fn deployments(raw: &Raw, facts: &Facts, attempts_count: bool) -> Table {
    let mut rows: Vec<Deployed<'_>> = Vec::new();
    for service in &facts.services {
        let rollouts = service.rollouts.iter().zip(&service.outcomes);
        rows.extend(rollouts.map(|(rollout, outcome)| Deployed { service, rollout, outcome: Some(outcome) }));
        rows.extend(service.attempts.iter().map(|rollout| Deployed { service, rollout, outcome: None }));
    }
    rows.sort_by(|one, other| one.key(raw).cmp(&other.key(raw)));
    let place = |part: usize| words(rows.iter().map(|row| facts.repositories[row.rollout.repository][part].as_bytes()));
    let url = |row: &Deployed<'_>| match row.rollout.row {
        Row::Deployment(at) => raw.deployments.url.bytes(at as usize),
        Row::Release(at) => raw.releases.url.bytes(at as usize).to_vec(),
        Row::Run(at) => raw.ci_runs.url.bytes(at as usize).to_vec(),
    };
    let is_attempt = |row: &Deployed<'_>| row.rollout.kind == Kind::FailedAttempt;
    let counts = |row: &Deployed<'_>| row.rollout.counts() || (is_attempt(row) && attempts_count);
    let failed = |row: &Deployed<'_>| match row.outcome {
        Some(outcome) => Some(outcome.failure.is_failed()),
        None => attempts_count.then_some(true),
    };
    let causes = |row: &Deployed<'_>| match row.outcome {
        Some(outcome) => outcome.failure.causes(),
        None if attempts_count => "attempt".to_owned(),
        None => String::new(),
    };
    let pushed_lead = |row: &Deployed<'_>| {
        let is_unlinked = row.outcome.is_some_and(|outcome| outcome.changes == 0);
        row.rollout.pushed_lead().filter(|lead| is_unlinked && *lead >= 0).map(days)
    };
    let is_unplanned = |row: &Deployed<'_>| row.outcome.map(|outcome| outcome.is_unplanned);
    let columns = vec![
        Column { name: "deployment_id", cells: texts(&rows, |row| row.rollout.id(raw).to_vec()) },
        Column { name: "org", cells: place(0) },
        Column { name: "repo", cells: place(1) },
        Column { name: "service", cells: words(rows.iter().map(|row| row.service.name.as_bytes())) },
        Column { name: "environment", cells: words(rows.iter().map(|row| environment(raw, row.rollout))) },
        Column { name: "sha", cells: texts(&rows, |row| row.rollout.sha(raw).text().into_owned()) },
        Column { name: "started_at", cells: instants(&rows, |row| Some(row.rollout.started)) },
        Column { name: "succeeded_at", cells: instants(&rows, |row| row.rollout.succeeded) },
        Column { name: "finished_at", cells: instants(&rows, |row| Some(row.rollout.finished)) },
        Column { name: "kind", cells: words(rows.iter().map(|row| row.rollout.kind.name().as_bytes())) },
        Column { name: "counted", cells: Cells::Bool(rows.iter().map(counts).collect()) },
        Column { name: "failed", cells: Cells::Judged(rows.iter().map(failed).collect()) },
        Column { name: "causes", cells: texts(&rows, causes) },
        Column {
            name: "recovered_at",
            cells: instants(&rows, |row| row.outcome.and_then(|outcome| outcome.failure.recovered)),
        },
        Column { name: "unplanned", cells: Cells::Judged(rows.iter().map(is_unplanned).collect()) },
        Column {
            name: "changes",
            cells: Cells::Int(rows.iter().map(|row| row.outcome.map(|outcome| outcome.changes)).collect()),
        },
        Column { name: "pushed_lead_days", cells: Cells::Float(rows.iter().map(pushed_lead).collect()) },
        Column { name: "url", cells: texts(&rows, url) },
        Column { name: "host", cells: place(2) },
    ];
    Table { name: "calculated_deployment", columns }
}

/// Every change of every service, by service, repository and number.
pub(super) fn changes<'a>(raw: &'a Raw, facts: &'a Facts) -> Table {
    let mut rows: Vec<(Option<&'a ServiceFacts>, &'a Change)> = Vec::new();
    for service in &facts.services {
        rows.extend(service.changes.iter().map(|change| (Some(service), change)));
    }
    rows.extend(facts.of_no_service.iter().map(|change| (None, change)));
    let columns = &raw.pull_requests;
    rows.sort_by(|one, other| change_key(raw, one).cmp(&change_key(raw, other)));
    let place = |part: usize| words(rows.iter().map(|row| facts.repositories[row.1.repository][part].as_bytes()));
    let rollout = |(service, change): &(Option<&'a ServiceFacts>, &Change)| {
        service.and_then(|service| change.link.rollout.map(|place| service.rollouts[place].id(raw))).unwrap_or_default()
    };
    let gathered = |column: &TextColumn| Cells::Text(column.gathered(rows.iter().map(|row| row.1.row as usize)));
    let day = |micros: Option<i64>| micros.map(|micros| micros as f64 / MICROS_PER_DAY as f64);
    let float = |value: &dyn Fn(&Change) -> Option<i64>| {
        Cells::Float(rows.iter().map(|(_, change)| day(value(change))).collect())
    };
    let table = vec![
        Column { name: "org", cells: place(0) },
        Column { name: "repo", cells: place(1) },
        Column { name: "number", cells: texts(&rows, |row| row.1.number(raw).to_vec()) },
        Column { name: "service", cells: words(rows.iter().map(|row| service_name(row.0).as_bytes())) },
        Column { name: "title", cells: gathered(&columns.title) },
        Column { name: "merged_at", cells: instants(&rows, |row| Some(row.1.merged)) },
        Column { name: "first_commit_at", cells: instants(&rows, |row| row.1.stages.first_commit.get()) },
        Column { name: "deployment_id", cells: words(rows.iter().map(rollout)) },
        Column { name: "deployed_at", cells: instants(&rows, |row| row.1.deployed) },
        Column { name: "lead_days", cells: float(&Change::lead) },
        Column { name: "coding_days", cells: float(&|change| change.stages.coding.get()) },
        Column { name: "pickup_days", cells: float(&|change| change.stages.pickup.get()) },
        Column { name: "review_days", cells: float(&|change| change.stages.review.get()) },
        Column { name: "merge_days", cells: float(&|change| change.stages.merge.get()) },
        Column { name: "deploy_wait_days", cells: float(&Change::waiting) },
        Column { name: "method", cells: words(rows.iter().map(|row| row.1.link.method.name().as_bytes())) },
        Column { name: "confidence", cells: words(rows.iter().map(|row| row.1.link.confidence.name().as_bytes())) },
        Column { name: "reason", cells: words(rows.iter().map(|row| row.1.link.reason.name().as_bytes())) },
        Column { name: "hotfix", cells: Cells::Bool(rows.iter().map(|row| row.1.is_hotfix).collect()) },
        Column { name: "url", cells: Cells::Address(columns.url.gathered(rows.iter().map(|row| row.1.row as usize))) },
        Column { name: "host", cells: place(2) },
    ];
    Table { name: "calculated_change", columns: table }
}

fn service_name(service: Option<&ServiceFacts>) -> &str {
    service.map_or("", |service| &service.name)
}

/// What changes are ordered by.
fn change_key<'a>(
    raw: &'a Raw,
    (service, change): &(Option<&'a ServiceFacts>, &Change),
) -> (Option<&'a str>, usize, usize, &'a [u8]) {
    let number = change.number(raw);
    (service.map(|service| service.name.as_str()), change.repository, number.len(), number)
}

/// One line of `calculated_incident`.
struct Happened<'a> {
    incident: &'a Incident,
    /// The rollout that it is laid to, and how.
    laid: Option<(&'a Rollout, Laid)>,
    /// Why it does not count, and what it is part of.
    not_counted: Option<&'a NotCounted>,
}

impl Happened<'_> {
    fn key(&self) -> (i64, &str) {
        (self.incident.started, &self.incident.id)
    }
}

/// Every incident of production, in order of start and id.
pub(super) fn incidents(raw: &Raw, facts: &Facts) -> Table {
    let mut rows: Vec<Happened<'_>> = Vec::new();
    for service in &facts.services {
        rows.extend(service.incidents.iter().map(|(incident, laid)| Happened {
            incident,
            laid: laid.map(|(place, laid)| (&service.rollouts[place], laid)),
            not_counted: None,
        }));
    }
    let unlaid = facts.other_incidents.iter();
    rows.extend(unlaid.map(|incident| Happened { incident, laid: None, not_counted: None }));
    rows.extend(facts.not_counted.iter().map(|it| Happened {
        incident: &it.incident,
        laid: None,
        not_counted: Some(it),
    }));
    rows.sort_by(|one, other| one.key().cmp(&other.key()));
    let detected = |row: &Happened<'_>| {
        let succeeded = row.laid.and_then(|(rollout, _)| rollout.succeeded);
        succeeded.map(|succeeded| row.incident.started - succeeded).filter(|micros| *micros >= 0).map(hours)
    };
    let columns = vec![
        Column { name: "incident_id", cells: texts(&rows, |row| row.incident.id.clone()) },
        Column { name: "service", cells: texts(&rows, |row| row.incident.service_name.clone()) },
        Column { name: "title", cells: texts(&rows, |row| row.incident.title.clone()) },
        Column { name: "severity", cells: texts(&rows, |row| row.incident.severity.clone()) },
        Column { name: "started_at", cells: instants(&rows, |row| Some(row.incident.started)) },
        Column { name: "restored_at", cells: instants(&rows, |row| row.incident.restored()) },
        Column {
            name: "downtime_hours",
            cells: Cells::Float(rows.iter().map(|row| row.incident.downtime().map(hours)).collect()),
        },
        Column {
            name: "deployment_id",
            cells: texts(&rows, |row| row.laid.map(|(rollout, _)| rollout.id(raw).to_vec()).unwrap_or_default()),
        },
        Column { name: "method", cells: texts(&rows, |row| row.laid.map_or("", |(_, laid)| laid.name())) },
        Column { name: "detect_hours", cells: Cells::Float(rows.iter().map(detected).collect()) },
        Column { name: "url", cells: texts(&rows, |row| row.incident.url.clone()) },
        Column { name: "host", cells: texts(&rows, |row| row.incident.host.clone()) },
        Column { name: "not_counted", cells: texts(&rows, |row| row.not_counted.map_or("", |it| it.why.name())) },
        Column {
            name: "part_of",
            cells: texts(&rows, |row| row.not_counted.map(|it| it.part_of.clone()).unwrap_or_default()),
        },
        Column { name: "stale", cells: Cells::Bool(rows.iter().map(|row| row.incident.is_stale).collect()) },
    ];
    Table { name: "calculated_incident", columns }
}
