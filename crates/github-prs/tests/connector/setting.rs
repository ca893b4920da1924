//! The connector and its client.

use std::sync::Arc;

pub(crate) use connector_testing::at;
use connector_testing::{Connector, Memory, Stage, TOKEN, VirtualClock};
use github_client::{Credentials, GithubClient, PageSize, Policy, RepositorySummary, Settings};
use github_prs::PullRequestSource;
use serde_json::Value;
use source::Scope;

use crate::repository::{NOW_RFC3339, PullRequests, pull_requests};

/// A simulated provider and the imports from it.
pub(crate) type Setting = Stage<PullRequests>;

impl Connector for PullRequests {
    type Source = PullRequestSource;

    fn nodes(count: u32) -> Vec<Value> {
        pull_requests(count)
    }

    fn source(setting: &Setting) -> Self::Source {
        let (pull_requests, newest) = (setting.provider.total(), setting.provider.newest_change());
        let record = model::records::Repository {
            id: "R_web".to_owned(),
            org: "acme".to_owned(),
            name: "web".to_owned(),
            owner: "acme".to_owned(),
            ..model::records::Repository::default()
        };
        let pull_requests_updated_at = newest.as_deref().map(at);
        let summary = RepositorySummary {
            record,
            pull_requests,
            pull_requests_updated_at,
            access: true,
            ..RepositorySummary::default()
        };
        let pages = PageSize::new(Scope::PullRequests, setting.page, 1, setting.page);
        PullRequestSource::new(client(setting), &summary, at(NOW_RFC3339), Arc::new(pages))
    }

    fn stored(memory: &Memory) -> Vec<u32> {
        memory.numbers()
    }
}

fn client(setting: &Setting) -> GithubClient {
    let settings = Settings {
        api_url: setting.server.uri(),
        graphql_url: format!("{}/graphql", setting.server.uri()),
        credentials: Credentials::Token(TOKEN.into()),
        concurrency: 1,
        policy: Policy::default(),
        user_agent: "cto-metrics/test".to_owned(),
    };
    let clock = Arc::new(VirtualClock::starting_at(at(NOW_RFC3339)));
    GithubClient::with_clock(settings, clock).expect("loopback addresses are allowed")
}
