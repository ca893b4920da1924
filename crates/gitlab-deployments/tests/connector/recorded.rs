//! A recorded project gives the rows that were written down with it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use connector_testing::{Memory, Replay, at};
use gitlab_deployments::{CommitSource, DeploymentSource};
use model::Instant;
use model::records::Deployment;
use source::Window;
use tokio_util::sync::CancellationToken;

use crate::{client, run};

/// The folder of the recording, where reference data is there.
fn folder() -> Option<PathBuf> {
    let Some(root) = std::env::var_os("CTO_REFERENCE_DATA") else {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
        return None;
    };
    Some(Path::new(&root).join("gitlab/gitlab-small"))
}

fn time(at: Option<Instant>) -> String {
    at.map(Instant::to_rfc3339).unwrap_or_default()
}

/// An id of another server than the recording's, as the recording has it.
fn id(id: &str) -> String {
    id.split_once('/').map_or_else(|| id.to_owned(), |(_, rest)| format!("gitlab.example/{rest}"))
}

fn row(found: &Deployment) -> String {
    let number = found.id.rsplit('/').next().unwrap_or_default();
    [
        id(&found.id).as_str(),
        &found.source,
        number,
        &found.org,
        &found.repo,
        &found.environment,
        &found.tier,
        &found.sha,
        &found.git_ref,
        &found.created_at.to_rfc3339(),
        &time(found.started_at),
        &time(found.succeeded_at),
        &time(found.finished_at),
        found.outcome.name(),
        &id(&found.run_id),
    ]
    .join(",")
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
    let mut found = BTreeSet::new();
    for project in &survey.projects {
        let memory = Memory::default();
        let source = DeploymentSource::new(client.clone(), project, survey.at);
        run(&source, &memory, Window::default()).await.expect("imported");
        found.extend(memory.deployments().iter().map(row));
    }
    let expected = fs::read_to_string(folder.join("expected/raw/deployment.csv")).expect("expected rows");
    assert_eq!(found, expected.lines().skip(1).map(str::to_owned).collect());

    let commits = Memory::default();
    commits.ship(vec![("067e24dba4908c5e3ae20a470260d0aae01aa25f".to_owned(), at("2026-01-21T08:10:29Z"))]);
    let source = CommitSource::new(client, &survey.projects[0], survey.at);
    run(&source, &commits, Window::default()).await.expect("imported");
    assert_eq!(commits.commits().len(), 3);
}
