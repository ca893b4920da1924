//! Conversion of jobs to records.

use std::collections::BTreeMap;

use model::Instant;
use model::kinds::{RunStatus, TimesFrom, Told};
use model::records::{CiJob, Place};

use super::kept::Attempt;
use super::labels::Machine;
use super::wire::{CheckRun, Job};

/// Where a run is, and which attempts of it there are.
pub(crate) struct Of<'a> {
    pub(crate) run_id: u64,
    pub(crate) place: &'a Place,
    /// In order.
    pub(crate) attempts: &'a [Attempt],
}

impl Of<'_> {
    fn job(&self, id: u64, name: String) -> CiJob {
        CiJob {
            job_id: id.to_string(),
            run_id: self.run_id.to_string(),
            org: self.place.org.clone(),
            repo: self.place.repo.clone(),
            host: self.place.host.clone(),
            name,
            ..CiJob::default()
        }
    }

    /// The attempt of a job that began then: the last that began before it, of those of its check suite where that is known.
    /// One that has not begun waits in the last one.
    fn attempt_at(&self, started_at: Option<Instant>, suite: Option<&str>) -> i64 {
        let is_of_suite = |attempt: &&Attempt| suite.is_none() || attempt.suite.as_deref() == suite;
        let attempts = || self.attempts.iter().filter(is_of_suite);
        let Some(started_at) = started_at else { return attempts().next_back().map_or(1, |attempt| attempt.number) };
        let begun = attempts().filter(|attempt| attempt.started_at.is_some_and(|at| at <= started_at));
        let first = attempts().next().map_or(1, |attempt| attempt.number);
        begun.map(|attempt| attempt.number).max().unwrap_or(first)
    }

    /// A job as the list of jobs tells it.
    pub(crate) fn listed(&self, wire: Job) -> CiJob {
        let machine = machine(&wire);
        let has_begun = wire
            .status
            .as_deref()
            .is_some_and(|status| status == RunStatus::Completed.name() || status == RunStatus::InProgress.name());
        let started_at = wire.started_at.map(|at| at.0).filter(|_| has_begun);
        CiJob {
            attempt: wire.run_attempt.unwrap_or_else(|| self.attempt_at(started_at, None)),
            conclusion: wire.conclusion.unwrap_or_default().into(),
            created_at: wire.created_at.map(|at| at.0),
            started_at,
            finished_at: wire.completed_at.map(|at| at.0),
            runner: Told::from(machine.runner),
            labels: machine.labels,
            times_from: TimesFrom::Rest.into(),
            ..self.job(wire.id, wire.name)
        }
    }

    /// A job as its check run of a suite tells it, on a machine that was learned; an empty one where none was.
    pub(crate) fn checked(&self, id: u64, suite: &str, wire: CheckRun, machine: Machine) -> CiJob {
        let started_at = wire.started_at.map(|at| at.0);
        CiJob {
            attempt: self.attempt_at(started_at, Some(suite)),
            conclusion: wire.conclusion.unwrap_or_default().to_lowercase().into(),
            started_at,
            finished_at: wire.completed_at.map(|at| at.0),
            runner: Told::from(machine.runner),
            labels: machine.labels,
            times_from: TimesFrom::Checks.into(),
            ..self.job(id, wire.name)
        }
    }
}

/// What a job of the list ran on.
pub(crate) fn machine(wire: &Job) -> Machine {
    let text = |told: &Option<String>| told.clone().unwrap_or_default();
    let (labels, runner) =
        model::github::machine(&wire.labels, &text(&wire.runner_group_name), &text(&wire.runner_name));
    Machine { labels, runner: model::kinds::Named::name(runner).to_owned() }
}

/// Says of the jobs of a run which a later attempt has run again.
pub(crate) fn mark_retried(jobs: &mut [CiJob]) {
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    for job in &*jobs {
        let known = last.entry(job.name.clone()).or_default();
        *known = job.attempt.max(*known);
    }
    for job in jobs {
        job.retried = last.get(&job.name).is_some_and(|last| *last > job.attempt);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_rfc3339(text).expect("valid")
    }

    fn attempts() -> Vec<Attempt> {
        let attempt = |number, started_at, suite: &str| Attempt { number, started_at, suite: Some(suite.to_owned()) };
        vec![
            attempt(1, Some(at("2026-01-22T10:00:00Z")), "CS_a"),
            attempt(2, None, "CS_a"),
            attempt(3, Some(at("2026-01-22T12:00:00Z")), "CS_a"),
            attempt(4, Some(at("2026-01-22T13:00:00Z")), "CS_b"),
        ]
    }

    fn place() -> Place {
        Place { org: "acme".into(), repo: "web".into(), host: "github.com".into(), ..Place::default() }
    }

    fn checked(suite: &str, change: impl FnOnce(&mut Value)) -> CiJob {
        let mut wire = json!({
            "databaseId": 30_433_642_001_u64, "name": "test (3.12)", "status": "COMPLETED", "conclusion": "TIMED_OUT",
            "startedAt": "2026-01-22T12:00:10Z", "completedAt": "2026-01-22T12:03:10Z",
        });
        change(&mut wire);
        let (place, attempts) = (place(), attempts());
        let of = Of { run_id: 7, place: &place, attempts: &attempts };
        let wire = serde_json::from_value(wire).expect("of the wire");
        of.checked(5, suite, wire, Machine { labels: "ubuntu-latest".into(), runner: "hosted".into() })
    }

    fn listed(change: impl FnOnce(&mut Value)) -> CiJob {
        let mut wire = json!({
            "id": 5, "run_attempt": 1, "name": "build", "status": "completed", "conclusion": "failure",
            "created_at": "2026-01-22T10:00:00Z", "started_at": "2026-01-22T10:00:09Z",
            "completed_at": "2026-01-22T10:04:09Z", "labels": ["self-hosted", "linux"], "runner_group_name": "Default",
            "runner_name": "rack-4",
        });
        change(&mut wire);
        let (place, attempts) = (place(), attempts());
        let of = Of { run_id: 7, place: &place, attempts: &attempts };
        of.listed(serde_json::from_value(wire).expect("of the wire"))
    }

    #[test]
    fn a_check_run_is_a_job_of_the_last_attempt_that_began_before_it() {
        let job = checked("CS_a", |_| {});
        assert_eq!((job.job_id.as_str(), job.run_id.as_str(), job.attempt), ("5", "7", 3));
        assert_eq!(
            (job.conclusion.name(), job.labels.as_str(), job.runner.name()),
            ("timed_out", "ubuntu-latest", "hosted")
        );
        assert_eq!(job.started_at, Some(at("2026-01-22T12:00:10Z")));
        assert_eq!((job.finished_at, job.created_at), (Some(at("2026-01-22T12:03:10Z")), None));
        assert_eq!(job.times_from, TimesFrom::Checks);
        assert_eq!(checked("CS_a", |wire| wire["startedAt"] = json!("2026-01-22T11:59:59Z")).attempt, 1);
        assert_eq!(
            checked("CS_a", |wire| wire["startedAt"] = json!("2026-01-22T09:59:59Z")).attempt,
            1,
            "clocks differ"
        );
        assert_eq!(checked("CS_b", |_| {}).attempt, 4, "one that is listed again began before");
        let waiting = checked("CS_a", |wire| {
            wire["startedAt"] = json!(null);
            wire["completedAt"] = json!(null);
            wire["conclusion"] = json!(null);
        });
        assert_eq!((waiting.attempt, waiting.started_at, waiting.conclusion.is_empty()), (3, None, true));
    }

    #[test]
    fn a_listed_job_tells_its_attempt_its_machine_and_when_it_was_made() {
        let job = listed(|_| {});
        assert_eq!((job.attempt, job.conclusion.name()), (1, "failure"));
        assert_eq!((job.labels.as_str(), job.runner.name()), ("self-hosted;linux", "self_hosted"));
        assert_eq!(job.created_at, Some(at("2026-01-22T10:00:00Z")));
        assert_eq!(job.times_from, TimesFrom::Rest);
        assert_eq!(listed(|wire| wire["run_attempt"] = json!(null)).attempt, 1);
        let waiting = listed(|wire| {
            wire["status"] = json!("queued");
            wire["completed_at"] = json!(null);
        });
        assert_eq!((waiting.started_at, waiting.finished_at), (None, None), "what waits has not begun");
        let skipped = listed(|wire| {
            wire["labels"] = json!([]);
            wire["runner_name"] = json!(null);
        });
        assert_eq!((skipped.labels.as_str(), skipped.runner.name()), ("", ""));
    }

    #[test]
    fn a_job_is_retried_where_a_later_attempt_has_one_of_its_name() {
        let job = |name: &str, attempt| CiJob { name: name.into(), attempt, ..CiJob::default() };
        let mut jobs = [job("build", 1), job("test", 1), job("test", 2)];
        mark_retried(&mut jobs);
        assert_eq!(jobs.map(|job| job.retried), [false, true, false]);
    }
}
