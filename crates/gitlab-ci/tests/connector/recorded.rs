//! Recorded projects give the rows that were written down with them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use connector_testing::{Memory, Replay};
use gitlab_ci::PipelineSource;
use model::Instant;
use model::records::{CiJob, CiRun};
use source::Window;
use tokio_util::sync::CancellationToken;

use crate::{client, run};

/// Whatever the year is when this runs, the recording is of January 2026.
const MONTHS: u32 = 240;

/// The folder of the recording, where reference data is there.
fn folder() -> Option<PathBuf> {
    let Some(root) = std::env::var_os("CTO_REFERENCE_DATA") else {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
        return None;
    };
    Some(Path::new(&root).join("gitlab/gitlab-small"))
}

type Row = BTreeMap<String, String>;

/// Expected rows, without columns that are not ours.
fn expected(folder: &Path, name: &str, left_out: &[&str]) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder.join("expected/raw").join(name)).expect("a file");
    let mut rows: Vec<Row> = reader.deserialize().map(|row| row.expect("a row")).collect();
    for row in &mut rows {
        row.retain(|column, _| !left_out.contains(&column.as_str()));
    }
    rows.sort();
    rows
}

fn time(at: Option<Instant>) -> String {
    at.map(Instant::to_rfc3339).unwrap_or_default()
}

/// An id of another server than the recording's, as the recording has it.
fn id(id: &str) -> String {
    id.split_once('/').map_or_else(|| id.to_owned(), |(_, rest)| format!("gitlab.example/{rest}"))
}

fn row<const N: usize>(cells: [(&str, String); N]) -> Row {
    cells.into_iter().map(|(column, cell)| (column.to_owned(), cell)).collect()
}

fn run_row(run: &CiRun) -> Row {
    row([
        ("run_id", id(&run.run_id)),
        ("attempt", run.attempt.to_string()),
        ("source", run.source.clone()),
        ("org", run.org.clone()),
        ("repo", run.repo.clone()),
        ("event", run.event.clone()),
        ("ref", run.git_ref.clone()),
        ("sha", run.sha.clone()),
        ("run_number", run.run_number.expect("a number").to_string()),
        // The recording calls the outcome its status.
        ("status", run.conclusion.name().to_owned()),
        ("created_at", run.created_at.to_rfc3339()),
        ("started_at", time(run.started_at)),
        ("finished_at", time(run.finished_at)),
    ])
}

fn job_row(job: &CiJob) -> Row {
    let whole = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    row([
        ("job_id", id(&job.job_id)),
        ("run_id", id(&job.run_id)),
        ("name", job.name.clone()),
        ("stage", job.stage.clone()),
        // The recording has GitLab's own word.
        ("conclusion", job.conclusion.name().replace("failure", "failed")),
        ("failure_reason", job.failure_reason.clone()),
        ("allow_failure", job.allow_failure.to_string()),
        ("created_at", time(job.created_at)),
        ("started_at", time(job.started_at)),
        ("finished_at", time(job.finished_at)),
        ("duration_ms", whole(job.duration_ms)),
        ("queued_ms", whole(job.queued_ms)),
        ("runner", job.runner.name().to_owned()),
        ("labels", job.labels.clone()),
    ])
}

#[tokio::test]
async fn the_recorded_projects_give_the_expected_rows() {
    let Some(folder) = folder() else { return };
    let recording = fs::read_to_string(folder.join("exchanges.jsonl")).expect("a recording");
    let group = serde_json::json!({"id": 7, "full_path": "acme"});
    let server = Replay::of(&recording).and("/api/v4/groups/acme", &group).serve().await;
    let client = client(&server.uri());
    let told = connector_testing::Told::default();
    let survey = client.survey("acme", &told, &CancellationToken::new()).await.expect("a survey");
    let (mut runs, mut jobs) = (Vec::new(), Vec::new());
    for project in &survey.projects {
        assert!(project.may_build);
        let memory = Memory::default();
        let source = PipelineSource::new(client.clone(), project, survey.at, MONTHS);
        run(&source, &memory, Window::default()).await.expect("imported");
        runs.extend(memory.ci_runs().iter().map(run_row));
        jobs.extend(memory.ci_jobs().iter().map(job_row));
    }
    runs.sort();
    jobs.sort();
    assert_eq!(runs, expected(&folder, "ci_run.csv", &["parent_run_id"]));
    // Which jobs were run again the store says.
    assert_eq!(jobs, expected(&folder, "ci_job.csv", &["retried"]));
}
