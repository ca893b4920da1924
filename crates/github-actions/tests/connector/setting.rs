//! The client of a simulated server, and the repository of the tests.

use std::sync::Arc;

use connector_testing::{TOKEN, VirtualClock};
use github_client::{Credentials, GithubClient, Policy, RepositorySummary, Settings};
use model::Instant;
use wiremock::MockServer;

pub(crate) fn client(server: &MockServer, now: Instant) -> GithubClient {
    let settings = Settings {
        api_url: server.uri(),
        graphql_url: format!("{}/graphql", server.uri()),
        credentials: Credentials::Token(TOKEN.into()),
        concurrency: 1,
        policy: Policy::default(),
        user_agent: "cto-metrics/test".to_owned(),
    };
    let clock = Arc::new(VirtualClock::starting_at(now));
    GithubClient::with_clock(settings, clock).expect("loopback addresses are allowed")
}

/// `acme/web`, with the branch `main`.
pub(crate) fn web() -> RepositorySummary {
    let record = model::records::Repository {
        id: "R_web".into(),
        org: "acme".into(),
        name: "web".into(),
        default_branch: "main".into(),
        ..model::records::Repository::default()
    };
    RepositorySummary { record, access: true, ..RepositorySummary::default() }
}
