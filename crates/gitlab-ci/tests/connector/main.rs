//! What the connector must do, against simulated projects over HTTP.

mod project;
mod reading;
mod recorded;

use std::sync::Arc;

use connector_testing::{Memory, Told, VirtualClock, at};
use gitlab_ci::PipelineSource;
use gitlab_client::{GitlabClient, ProjectSummary, Settings};
use provider::Policy;
use secrecy::SecretString;
use source::{Source, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;

/// The token of the tests.
const TOKEN: &str = "glpat-of-the-test";

fn client(uri: &str) -> GitlabClient {
    let settings = Settings {
        url: uri.to_owned(),
        token: SecretString::from(TOKEN.to_owned()),
        concurrency: 2,
        policy: Policy { tries: 2, ..Policy::USUAL },
        user_agent: "test/1".to_owned(),
    };
    GitlabClient::with_clock(settings, Arc::new(VirtualClock::starting_at(at("2026-02-01T00:00:00Z"))))
        .expect("a client")
}

/// The pipelines of the project of the tests.
fn source(uri: &str, now: &str) -> PipelineSource {
    deep_source(uri, now, 13)
}

/// The same, so many months back.
fn deep_source(uri: &str, now: &str, months: u32) -> PipelineSource {
    let client = client(uri);
    let mut project = ProjectSummary { number: 201, path: "acme/api".to_owned(), ..ProjectSummary::default() };
    project.record.id = client.id_of("project", 201);
    (project.record.org, project.record.name) = ("acme".to_owned(), "api".to_owned());
    (project.record.host, project.record.default_branch) = (client.host(), "main".to_owned());
    PipelineSource::new(client, &project, at(now), months)
}

async fn run(source: &dyn Source, memory: &Memory, window: Window) -> Result<Usage, SourceError> {
    memory.import(source, window, 1, &Told::default(), CancellationToken::new()).await
}
