//! The client and the survey that the connectors get.

use std::sync::Arc;

pub(crate) use connector_testing::at;
use connector_testing::{Provider, Simulated, Stage, TOKEN, VirtualClock};
use github_client::{Credentials, GithubClient, PageSize, Policy, RepositorySummary, Settings};
use provider::cursor::Known;
use serde_json::Value;
use source::Scope;

/// The provider's time as RFC 3339.
pub(crate) const NOW: &str = "2026-11-02T10:00:00Z";

/// The same as in the header `Date`.
pub(crate) const NOW_HTTP: &str = "Mon, 02 Nov 2026 10:00:00 GMT";

/// The repository as a survey finds it.
pub(crate) fn summary() -> RepositorySummary {
    let record = model::records::Repository {
        id: "R_web".to_owned(),
        org: "acme".to_owned(),
        name: "web".to_owned(),
        owner: "acme".to_owned(),
        ..model::records::Repository::default()
    };
    RepositorySummary { record, access: true, ..RepositorySummary::default() }
}

/// What a survey counts of a list.
pub(crate) fn known<P: Provider>(provider: &Simulated<P>) -> Known {
    let mut known = Known::default();
    provider.change(|nodes| {
        let created = |node: &Value| at(node["createdAt"].as_str().unwrap());
        known = Known { total: nodes.len() as u64, updated_at: nodes.iter().map(created).max() };
    });
    known
}

pub(crate) fn pages<P>(setting: &Stage<P>, scope: Scope) -> Arc<PageSize> {
    Arc::new(PageSize::new(scope, setting.page, 1, setting.page))
}

pub(crate) fn client<P>(setting: &Stage<P>) -> GithubClient {
    let settings = Settings {
        api_url: setting.server.uri(),
        graphql_url: format!("{}/graphql", setting.server.uri()),
        credentials: Credentials::Token(TOKEN.into()),
        concurrency: 1,
        policy: Policy::default(),
        user_agent: "cto-metrics/test".to_owned(),
    };
    let clock = Arc::new(VirtualClock::starting_at(at(NOW)));
    GithubClient::with_clock(settings, clock).expect("loopback addresses are allowed")
}
