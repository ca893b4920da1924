//! The connector and its client.

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use connector_testing::at;
use connector_testing::{Connector, Memory, Stage, TOKEN, VirtualClock};
use github_client::{Credentials, GithubClient, PageSize, Policy, RepositorySummary, Settings};
use github_issues::{Cards, IssueSource, MovedIssueSource};
use serde_json::Value;
use source::Scope;

use crate::repository::{Issues, NOW_RFC3339, issues};

/// A simulated provider and the imports from it.
pub(crate) type Setting = Stage<Issues>;

impl Connector for Issues {
    type Source = IssueSource;

    fn nodes(count: u32) -> Vec<Value> {
        issues(count)
    }

    fn source(setting: &Setting) -> Self::Source {
        let pages = PageSize::new(Scope::Issues, setting.page, 1, setting.page);
        IssueSource::new(client(setting), &summary(setting), at(NOW_RFC3339), Arc::new(pages))
            .with_cards(Arc::new(cards()))
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

/// The boards that the survey has found with a field Status.
pub(crate) fn cards() -> Cards {
    Cards { status_shown: BTreeSet::from(["4100001".to_owned(), "PVT_1".to_owned()]), ..Cards::default() }
}

/// What a survey finds.
fn summary(setting: &Setting) -> RepositorySummary {
    let (issues, newest) = (setting.provider.total(), setting.provider.newest_change());
    let record = model::records::Repository {
        id: "R_web".to_owned(),
        org: "acme".to_owned(),
        name: "web".to_owned(),
        owner: "acme".to_owned(),
        ..model::records::Repository::default()
    };
    let issues_updated_at = newest.as_deref().map(at);
    RepositorySummary { record, issues, issues_updated_at, access: true, ..RepositorySummary::default() }
}

/// The connector of the repository.
pub(crate) fn source(setting: &Setting) -> IssueSource {
    <Issues as Connector>::source(setting)
}

/// Issues by their ids.
pub(crate) fn moved(setting: &Setting, ids: &[&str]) -> MovedIssueSource {
    let pages = PageSize::new(Scope::Issues, setting.page, 1, setting.page);
    let ids = ids.iter().map(|id| (*id).to_owned()).collect();
    MovedIssueSource::new(client(setting), "acme", &[summary(setting)], at(NOW_RFC3339), ids, Arc::new(pages))
        .with_cards(Arc::new(cards()))
}
