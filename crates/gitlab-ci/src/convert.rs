//! Conversion of pipelines and jobs to records.

use std::collections::BTreeMap;

use gitlab_client::{GitlabClient, ProjectSummary};
use model::Instant;
use model::gitlab::{milliseconds, run_outcome, runner};
use model::kinds::{JobPart, RunStatus, Runner, TimesFrom};
use model::records::{CiJob, CiRun, Place};

use crate::wire::{Job, Pipeline};

/// Who tells of it.
const SOURCE: &str = "gitlab";
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
    let (status, conclusion) = run_outcome(&wire.status);
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
    let (_, conclusion) = run_outcome(&wire.status);
    let runner = wire.runner.as_ref().map_or(Runner::Unknown, |told| {
        runner(told.runner_type.as_deref(), told.is_shared, &wire.tag_list, &place.host)
    });
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
        duration_ms: wire.duration.as_deref().and_then(|digits| milliseconds(digits.get())),
        queued_ms: wire.queued_duration.as_deref().and_then(|digits| milliseconds(digits.get())),
        runner: runner.into(),
        labels: wire.tag_list.join(";"),
        times_from: TimesFrom::Rest.into(),
        host: place.host,
        part: JobPart::Untold,
    }
}
