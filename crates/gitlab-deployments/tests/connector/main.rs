//! The connectors against a server of the test.

mod commits;
mod deployments;
mod project;
mod recorded;

use std::sync::Arc;

use connector_testing::{Memory, Told, VirtualClock, at};
use gitlab_client::{GitlabClient, ProjectSummary, Settings};
use gitlab_deployments::{CommitSource, DeploymentSource};
use provider::Policy;
use secrecy::SecretString;
use source::{Source, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;

fn client(uri: &str) -> GitlabClient {
    let settings = Settings {
        url: uri.to_owned(),
        token: SecretString::from("glpat-of-the-test".to_owned()),
        concurrency: 2,
        policy: Policy { tries: 2, ..Policy::USUAL },
        user_agent: "test/1".to_owned(),
    };
    GitlabClient::with_clock(settings, Arc::new(VirtualClock::starting_at(at("2026-02-01T00:00:00Z"))))
        .expect("a client")
}

/// The project of the tests.
fn project(client: &GitlabClient) -> ProjectSummary {
    let mut project = ProjectSummary { number: 201, path: "acme/api".to_owned(), ..ProjectSummary::default() };
    project.record.id = client.id_of("project", 201);
    (project.record.org, project.record.name) = ("acme".to_owned(), "api".to_owned());
    project.record.host = client.host();
    project
}

async fn run(source: &dyn Source, memory: &Memory, window: Window) -> Result<Usage, SourceError> {
    memory.import(source, window, 1, &Told::default(), CancellationToken::new()).await
}

async fn deployments(uri: &str, memory: &Memory, window: Window) -> Result<Usage, SourceError> {
    let client = client(uri);
    let project = project(&client);
    run(&DeploymentSource::new(client, &project, at("2026-02-01T00:00:00Z")), memory, window).await
}

async fn commits(uri: &str, memory: &Memory, window: Window) -> Result<Usage, SourceError> {
    let client = client(uri);
    let project = project(&client);
    run(&CommitSource::new(client, &project, at("2026-02-01T00:00:00Z")), memory, window).await
}
