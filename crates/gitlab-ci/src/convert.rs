//! Conversion of pipelines and jobs to records.

use std::collections::BTreeMap;

use gitlab_client::{GitlabClient, ProjectSummary};
use model::kinds::{JobPart, RunConclusion, RunStatus, Runner, TimesFrom, Told};
use model::records::{CiJob, CiRun, Place};
use model::{Amount, Instant};
use serde_json::value::RawValue;

use crate::wire::{self, Job, Pipeline};

/// Who tells of it.
const SOURCE: &str = "gitlab";
/// The host whose shared machines are the provider's.
const HOSTED: &str = "gitlab.com";
/// How the provider's machines are called by the jobs that ask for them.
const HOSTED_TAG: &str = "saas-";

/// When the jobs of a pipeline began and ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times {
    started_at: Option<Instant>,
    /// The last job of each name: its number and its end.
    last: BTreeMap<String, (u64, Option<Instant>)>,
}

impl Times {
    pub(crate) fn add(&mut self, job: &Job) {
        let started_at = job.started_at.map(|at| at.0);
        self.started_at = [self.started_at, started_at].into_iter().flatten().min();
        let ended = (job.id, job.finished_at.map(|at| at.0));
        let last = self.last.entry(job.name.clone()).or_insert(ended);
        *last = ended.max(*last);
    }

    fn finished_at(&self) -> Option<Instant> {
        self.last.values().filter_map(|(_, finished_at)| *finished_at).max()
    }
}

/// The record of a pipeline whose jobs ran at these times.
pub(crate) fn run(wire: Pipeline, times: &Times, project: &ProjectSummary, client: &GitlabClient) -> CiRun {
    let (status, conclusion) = outcome(&wire.status);
    let place: Place = project.record.place();
    let git_ref = wire.git_ref.unwrap_or_default();
    let is_over = status == RunStatus::Completed;
    CiRun {
        run_id: client.id_of("pipeline", wire.id),
        attempt: 1,
        source: SOURCE.to_owned(),
        org: place.org,
        repo: place.repo,
        workflow: wire.name.unwrap_or_default(),
        workflow_path: String::new(),
        event: wire.source.unwrap_or_default(),
        default_branch: !git_ref.is_empty() && git_ref == project.record.default_branch,
        git_ref,
        sha: wire.sha.unwrap_or_default(),
        run_number: wire.iid,
        status,
        conclusion,
        created_at: wire.created_at.0,
        started_at: times.started_at,
        finished_at: times.finished_at().filter(|_| is_over),
        url: wire
            .web_url
            .unwrap_or_else(|| client.address_of(&[&project.path, "-", "pipelines", &wire.id.to_string()])),
        host: place.host,
    }
}

/// The record of a job. Which was run again the store finds: no list says so.
pub(crate) fn job(wire: Job, project: &ProjectSummary, client: &GitlabClient) -> CiJob {
    let place: Place = project.record.place();
    let (_, conclusion) = outcome(&wire.status);
    let runner = wire.runner.as_ref().map_or(Runner::Unknown, |runner| whose(runner, &wire.tag_list, &place.host));
    CiJob {
        job_id: client.id_of("job", wire.id),
        run_id: client.id_of("pipeline", wire.pipeline.id),
        attempt: 1,
        org: place.org,
        repo: place.repo,
        name: wire.name,
        stage: wire.stage.unwrap_or_default(),
        conclusion,
        failure_reason: wire.failure_reason.unwrap_or_default(),
        allow_failure: wire.allow_failure,
        retried: false,
        created_at: Some(wire.created_at.0),
        started_at: wire.started_at.map(|at| at.0),
        finished_at: wire.finished_at.map(|at| at.0),
        duration_ms: wire.duration.as_deref().and_then(milliseconds),
        queued_ms: wire.queued_duration.as_deref().and_then(milliseconds),
        runner: runner.into(),
        labels: wire.tag_list.join(";"),
        times_from: TimesFrom::Rest.into(),
        host: place.host,
        part: JobPart::Untold,
    }
}

/// Where a pipeline or job is, and how it ended. An outcome that is not known is told as it is.
fn outcome(status: &str) -> (Told<RunStatus>, Told<RunConclusion>) {
    let over = |conclusion: RunConclusion| (RunStatus::Completed.into(), conclusion.into());
    let open = |status: RunStatus| (status.into(), RunConclusion::None.into());
    match status {
        "success" => over(RunConclusion::Success),
        "failed" => over(RunConclusion::Failure),
        "canceled" => over(RunConclusion::Cancelled),
        "skipped" => over(RunConclusion::Skipped),
        "running" | "canceling" => open(RunStatus::InProgress),
        "manual" | "scheduled" => open(RunStatus::Waiting),
        "created" | "preparing" | "pending" | "waiting_for_resource" | "waiting_for_callback" => {
            open(RunStatus::Queued)
        }
        other => (other.into(), RunConclusion::None.into()),
    }
}

/// Whose machine it is. What all projects of a server share is the provider's on its own server, and elsewhere where it is
/// called as the provider's machines are.
fn whose(runner: &wire::Runner, tags: &[String], host: &str) -> Runner {
    let is_shared = match &runner.runner_type {
        Some(kind) => kind == "instance_type",
        None => runner.is_shared.unwrap_or_default(),
    };
    let is_of_provider = host == HOSTED || tags.iter().any(|tag| tag.starts_with(HOSTED_TAG));
    if is_shared && is_of_provider { Runner::Hosted } else { Runner::SelfHosted }
}

/// Seconds as whole milliseconds, by their digits, halves to the even one. `None` where it is no such number.
fn milliseconds(seconds: &RawValue) -> Option<i64> {
    let seconds: Amount = seconds.get().parse().ok()?;
    // Ten times the seconds, with two decimals, are hundredths of them in front of the point and milliseconds without it.
    seconds.scaled(10, 1)?.to_cents().replace('.', "").parse().ok().filter(|milliseconds| *milliseconds >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_milliseconds_by_their_digits() {
        for (told, milliseconds) in [
            ("182.595", Some(182_595)),
            ("15.3", Some(15_300)),
            ("0", Some(0)),
            ("1.0e-05", Some(0)),
            ("0.0005", Some(0)),
            ("0.0015", Some(2)),
            ("4503599627370.497", Some(4_503_599_627_370_497)),
            ("-1.5", None),
            ("null", None),
        ] {
            let raw = RawValue::from_string(told.to_owned()).expect("JSON");
            assert_eq!(super::milliseconds(&raw), milliseconds, "{told}");
        }
    }

    #[test]
    fn a_shared_machine_is_the_providers_where_the_server_or_the_tag_is() {
        let whose = |kind: Option<&str>, is_shared, tags: &[&str], host| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            super::whose(&wire::Runner { is_shared, runner_type: kind.map(str::to_owned) }, &tags, host)
        };
        assert_eq!(whose(Some("instance_type"), None, &[], "gitlab.com"), Runner::Hosted);
        assert_eq!(whose(Some("group_type"), Some(true), &[], "gitlab.com"), Runner::SelfHosted);
        assert_eq!(whose(None, Some(true), &["saas-linux-small-amd64"], "gitlab.example"), Runner::Hosted);
        assert_eq!(whose(None, Some(true), &["docker"], "gitlab.example"), Runner::SelfHosted);
        assert_eq!(whose(None, Some(false), &["saas-linux-small-amd64"], "gitlab.com"), Runner::SelfHosted);
    }

    #[test]
    fn every_status_is_a_place_and_an_outcome() {
        for (told, status, conclusion) in [
            ("success", "completed", "success"),
            ("failed", "completed", "failure"),
            ("canceled", "completed", "cancelled"),
            ("skipped", "completed", "skipped"),
            ("running", "in_progress", ""),
            ("canceling", "in_progress", ""),
            ("manual", "waiting", ""),
            ("scheduled", "waiting", ""),
            ("created", "queued", ""),
            ("waiting_for_resource", "queued", ""),
            ("brand_new", "brand_new", ""),
        ] {
            let (found, how) = outcome(told);
            assert_eq!((found.name(), how.name()), (status, conclusion), "{told}");
        }
    }
}
