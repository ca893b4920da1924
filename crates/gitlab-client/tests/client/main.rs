//! The client against a server of the test.

mod contract;
mod paging;
mod queries;
mod refusals;

use std::sync::Arc;

use connector_testing::{Told, VirtualClock};
use gitlab_client::{GitlabClient, ListPage, Settings};
use model::Instant;
use provider::Policy;
use secrecy::SecretString;
use serde_json::Value;
use source::SourceError;
use tokio_util::sync::CancellationToken;
use wiremock::MockServer;

const TOKEN: &str = "glpat-of-the-test";

struct Stage {
    server: MockServer,
    clock: Arc<VirtualClock>,
    told: Told,
    client: GitlabClient,
}

impl Stage {
    async fn new() -> Self {
        Self::at("").await
    }

    /// With a server below a path.
    async fn at(path: &str) -> Self {
        let server = MockServer::start().await;
        let start = Instant::parse_rfc3339("2026-11-02T10:00:00Z").expect("valid");
        let clock = Arc::new(VirtualClock::starting_at(start));
        let settings = Settings {
            url: format!("{}{path}", server.uri()),
            token: SecretString::from(TOKEN.to_owned()),
            concurrency: 2,
            policy: Policy { tries: 3, ..Policy::USUAL },
            user_agent: "test/1".to_owned(),
        };
        let client = GitlabClient::with_clock(settings, clock.clone()).expect("a client");
        Self { server, clock, told: Told::default(), client }
    }

    async fn list(&self, path: &[&str], query: &[(&str, &str)]) -> Result<ListPage<Value>, SourceError> {
        self.client.list("things of acme", path, query, &self.told, &CancellationToken::new()).await
    }
}
