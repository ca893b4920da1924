//! The rows behind the keys: `calculated_deployment`, `calculated_change` and `calculated_incident`.

use model::Instant;
use model::columns::{InstantColumn, Raw, TextColumn};
use model::instant::MICROS_PER_DAY;
use model::table::{Cells, Column, Table};

use super::counts::hours;
use super::facts::Facts;
use super::history::{Change, Laid, Outcome, ServiceFacts};
use super::incidents::Incident;
use super::rollouts::{Kind, Rollout, Row};

/// Cells of a table that grows row by row.
#[derive(Default)]
struct Texts(TextColumn);

impl Texts {
    fn of<T>(rows: &[T], text: impl Fn(&T) -> &[u8]) -> Cells {
        let mut cells = Self::default();
        for row in rows {
            cells.0.push(text(row));
        }
        Cells::Text(cells.0)
    }

    fn owned<T>(rows: &[T], text: impl Fn(&T) -> String) -> Cells {
        let mut cells = Self::default();
        for row in rows {
            cells.0.push(text(row).as_bytes());
        }
        Cells::Text(cells.0)
    }
}

fn instants<T>(rows: &[T], at: impl Fn(&T) -> Option<i64>) -> Cells {
    let mut cells = InstantColumn::default();
    for row in rows {
        cells.push(at(row).map(Instant::from_micros));
    }
    Cells::Instant(cells)
}

/// One line of `calculated_deployment`.
struct Deployed<'a> {
    service: &'a ServiceFacts,
    rollout: &'a Rollout,
    /// `None` for an attempt.
    outcome: Option<&'a Outcome>,
}

/// Every deployment to production that ended, by service and time; what a rollout took up is left out.
pub(super) fn deployments(raw: &Raw, facts: &Facts, attempts_count: bool) -> Table {
    let mut rows: Vec<Deployed<'_>> = Vec::new();
    for service in &facts.services {
        let rollouts = service.rollouts.iter().zip(&service.outcomes);
        rows.extend(rollouts.map(|(rollout, outcome)| Deployed { service, rollout, outcome: Some(outcome) }));
        rows.extend(service.attempts.iter().map(|rollout| Deployed { service, rollout, outcome: None }));
    }
    rows.sort_by(|one, other| {
        let key = |row: &Deployed<'_>| (row.service.name.clone(), row.rollout.finished, row.rollout.id(raw).to_vec());
        key(one).cmp(&key(other))
    });
    let place = |row: &Deployed<'_>, part: usize| facts.repositories[row.rollout.repository][part].clone();
    let environment = |row: &Deployed<'_>| match row.rollout.row {
        Row::Deployment(at) => raw.dictionary.bytes(raw.deployments.environment[at as usize]).to_vec(),
        Row::Release(at) => raw.releases.tag.bytes(at as usize).to_vec(),
        Row::Run(at) => raw.dictionary.bytes(raw.ci_runs.git_ref[at as usize]).to_vec(),
    };
    let url = |row: &Deployed<'_>| match row.rollout.row {
        Row::Deployment(at) => raw.deployments.url.text(at as usize).into_owned(),
        Row::Release(at) => raw.releases.url.text(at as usize).into_owned(),
        Row::Run(at) => raw.ci_runs.url.text(at as usize).into_owned(),
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
    let is_unplanned = |row: &Deployed<'_>| row.outcome.map(|outcome| outcome.is_unplanned);
    let columns = vec![
        Column { name: "deployment_id", cells: Texts::of(&rows, |row| row.rollout.id(raw)) },
        Column { name: "org", cells: Texts::owned(&rows, |row| place(row, 0)) },
        Column { name: "repo", cells: Texts::owned(&rows, |row| place(row, 1)) },
        Column { name: "service", cells: Texts::of(&rows, |row| row.service.name.as_bytes()) },
        Column {
            name: "environment",
            cells: Texts::owned(&rows, |row| String::from_utf8_lossy(&environment(row)).into_owned()),
        },
        Column { name: "sha", cells: Texts::of(&rows, |row| row.rollout.sha(raw)) },
        Column { name: "started_at", cells: instants(&rows, |row| Some(row.rollout.started)) },
        Column { name: "succeeded_at", cells: instants(&rows, |row| row.rollout.succeeded) },
        Column { name: "finished_at", cells: instants(&rows, |row| Some(row.rollout.finished)) },
        Column { name: "kind", cells: Texts::of(&rows, |row| row.rollout.kind.name().as_bytes()) },
        Column { name: "counted", cells: Cells::Bool(rows.iter().map(counts).collect()) },
        Column { name: "failed", cells: Cells::Judged(rows.iter().map(failed).collect()) },
        Column { name: "causes", cells: Texts::owned(&rows, causes) },
        Column {
            name: "recovered_at",
            cells: instants(&rows, |row| row.outcome.and_then(|outcome| outcome.failure.recovered)),
        },
        Column { name: "unplanned", cells: Cells::Judged(rows.iter().map(is_unplanned).collect()) },
        Column {
            name: "changes",
            cells: Cells::Int(rows.iter().map(|row| row.outcome.map(|outcome| outcome.changes)).collect()),
        },
        Column { name: "url", cells: Texts::owned(&rows, url) },
        Column { name: "host", cells: Texts::owned(&rows, |row| place(row, 2)) },
    ];
    Table { name: "calculated_deployment", columns }
}

/// Every change of every service, by service, repository and number.
pub(super) fn changes(raw: &Raw, facts: &Facts) -> Table {
    let mut rows: Vec<(Option<&ServiceFacts>, &Change)> = Vec::new();
    for service in &facts.services {
        rows.extend(service.changes.iter().map(|change| (Some(service), change)));
    }
    rows.extend(facts.of_no_service.iter().map(|change| (None, change)));
    let columns = &raw.pull_requests;
    let number = |change: &Change| {
        let id = columns.id.text(change.row as usize).into_owned();
        id.rsplit_once(['#', '!']).map_or_else(|| id.clone(), |(_, number)| number.to_owned())
    };
    rows.sort_by_cached_key(|(service, change)| {
        let number = number(change);
        (service.map(|service| service.name.clone()), change.repository, number.len(), number)
    });
    let place =
        |row: &(Option<&ServiceFacts>, &Change), part: usize| facts.repositories[row.1.repository][part].clone();
    let rollout = |(service, change): &(Option<&ServiceFacts>, &Change)| {
        service.and_then(|service| change.link.rollout.map(|place| service.rollouts[place].id(raw).to_vec()))
    };
    let day = |micros: Option<i64>| micros.map(|micros| micros as f64 / MICROS_PER_DAY as f64);
    let float = |value: &dyn Fn(&Change) -> Option<i64>| {
        Cells::Float(rows.iter().map(|(_, change)| day(value(change))).collect())
    };
    let table = vec![
        Column { name: "org", cells: Texts::owned(&rows, |row| place(row, 0)) },
        Column { name: "repo", cells: Texts::owned(&rows, |row| place(row, 1)) },
        Column { name: "number", cells: Texts::owned(&rows, |row| number(row.1)) },
        Column {
            name: "service",
            cells: Texts::of(&rows, |row| row.0.map_or(&b""[..], |service| service.name.as_bytes())),
        },
        Column { name: "title", cells: Texts::of(&rows, |row| columns.title.bytes(row.1.row as usize)) },
        Column { name: "merged_at", cells: instants(&rows, |row| Some(row.1.merged)) },
        Column { name: "first_commit_at", cells: instants(&rows, |row| row.1.stages.first_commit) },
        Column {
            name: "deployment_id",
            cells: Texts::owned(&rows, |row| String::from_utf8_lossy(&rollout(row).unwrap_or_default()).into_owned()),
        },
        Column { name: "deployed_at", cells: instants(&rows, |row| row.1.deployed) },
        Column { name: "lead_days", cells: float(&Change::lead) },
        Column { name: "coding_days", cells: float(&|change| change.stages.coding) },
        Column { name: "pickup_days", cells: float(&|change| change.stages.pickup) },
        Column { name: "review_days", cells: float(&|change| change.stages.review) },
        Column { name: "merge_days", cells: float(&|change| change.stages.merge) },
        Column { name: "deploy_wait_days", cells: float(&Change::waiting) },
        Column { name: "method", cells: Texts::of(&rows, |row| row.1.link.method.name().as_bytes()) },
        Column { name: "confidence", cells: Texts::of(&rows, |row| row.1.link.confidence.name().as_bytes()) },
        Column { name: "reason", cells: Texts::of(&rows, |row| row.1.link.reason.name().as_bytes()) },
        Column { name: "hotfix", cells: Cells::Bool(rows.iter().map(|row| row.1.is_hotfix).collect()) },
        Column { name: "url", cells: Texts::of(&rows, |row| columns.url.bytes(row.1.row as usize)) },
        Column { name: "host", cells: Texts::owned(&rows, |row| place(row, 2)) },
    ];
    Table { name: "calculated_change", columns: table }
}

/// One line of `calculated_incident`.
struct Happened<'a> {
    incident: &'a Incident,
    /// The rollout that it is laid to, and how.
    laid: Option<(&'a Rollout, Laid)>,
}

/// Every incident of production, in order of start and id.
pub(super) fn incidents(raw: &Raw, facts: &Facts) -> Table {
    let mut rows: Vec<Happened<'_>> = Vec::new();
    for service in &facts.services {
        rows.extend(service.incidents.iter().map(|(incident, laid)| Happened {
            incident,
            laid: laid.map(|(place, laid)| (&service.rollouts[place], laid)),
        }));
    }
    let unlaid = facts.other_incidents.iter();
    rows.extend(unlaid.map(|incident| Happened { incident, laid: None }));
    rows.sort_by_key(|row| (row.incident.started, row.incident.id.clone()));
    let detected = |row: &Happened<'_>| {
        let succeeded = row.laid.and_then(|(rollout, _)| rollout.succeeded);
        succeeded.map(|succeeded| row.incident.started - succeeded).filter(|micros| *micros >= 0).map(hours)
    };
    let columns = vec![
        Column { name: "incident_id", cells: Texts::of(&rows, |row| row.incident.id.as_bytes()) },
        Column { name: "service", cells: Texts::of(&rows, |row| row.incident.service_name.as_bytes()) },
        Column { name: "title", cells: Texts::of(&rows, |row| row.incident.title.as_bytes()) },
        Column { name: "severity", cells: Texts::of(&rows, |row| row.incident.severity.as_bytes()) },
        Column { name: "started_at", cells: instants(&rows, |row| Some(row.incident.started)) },
        Column { name: "restored_at", cells: instants(&rows, |row| row.incident.restored()) },
        Column {
            name: "downtime_hours",
            cells: Cells::Float(rows.iter().map(|row| row.incident.downtime().map(hours)).collect()),
        },
        Column {
            name: "deployment_id",
            cells: Texts::owned(&rows, |row| {
                row.laid.map_or_else(String::new, |(it, _)| String::from_utf8_lossy(it.id(raw)).into_owned())
            }),
        },
        Column {
            name: "method",
            cells: Texts::of(&rows, |row| row.laid.map_or(&b""[..], |(_, laid)| laid.name().as_bytes())),
        },
        Column { name: "detect_hours", cells: Cells::Float(rows.iter().map(detected).collect()) },
        Column { name: "url", cells: Texts::of(&rows, |row| row.incident.url.as_bytes()) },
        Column { name: "host", cells: Texts::of(&rows, |row| row.incident.host.as_bytes()) },
    ];
    Table { name: "calculated_incident", columns }
}
