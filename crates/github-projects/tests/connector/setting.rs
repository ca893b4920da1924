//! The connector and its client.

use std::sync::Arc;

pub(crate) use connector_testing::at;
use connector_testing::{Connector, Memory, Stage, TOKEN, VirtualClock};
use github_client::{Credentials, GithubClient, PageSize, Policy, ProjectSummary, Settings, SingleSelect};
use github_projects::ProjectItemSource;
use model::records::{Presence, Project};
use serde_json::Value;
use source::{Scope, Usage};

use crate::board::{Cards, cards, rfc3339};

/// A simulated provider and the imports from it.
pub(crate) type Setting = Stage<Cards>;

impl Connector for Cards {
    type Source = ProjectItemSource;

    fn nodes(count: u32) -> Vec<Value> {
        cards(count)
    }

    fn source(setting: &Setting) -> Self::Source {
        let summary = summary(setting, "Status");
        let pages = PageSize::new(Scope::ProjectItems, setting.page, 1, setting.page);
        ProjectItemSource::new(client(setting), &summary, at(&rfc3339(&setting.provider)), Arc::new(pages))
    }

    fn stored(memory: &Memory) -> Vec<u32> {
        let ids = memory.ids(Presence::OnBoard);
        let mut numbers: Vec<u32> = ids.iter().map(|id| id["PVTI_".len()..].parse().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    }
}

/// What a survey finds: a board with one single-select field.
pub(crate) fn summary(setting: &Setting, field: &str) -> ProjectSummary {
    let record = Project {
        id: "PVT_1".to_owned(),
        number_id: "4100001".to_owned(),
        name: "Roadmap".to_owned(),
        ..Project::default()
    };
    let single_selects = vec![SingleSelect { name: field.to_owned(), options: vec!["Ready".to_owned()] }];
    ProjectSummary { record, items: setting.provider.total(), updated_at: None, single_selects }
}

/// The connector of a board whose only single-select field is `field`, with `wanted` as the one of its columns.
pub(crate) fn source_with(setting: &Setting, field: &str, wanted: &str) -> ProjectItemSource {
    let summary = summary(setting, field);
    let pages = PageSize::new(Scope::ProjectItems, setting.page, 1, setting.page);
    let at = at(&rfc3339(&setting.provider));
    ProjectItemSource::new(client(setting), &summary, at, Arc::new(pages)).with_status_field(&summary, wanted)
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
    let clock = Arc::new(VirtualClock::starting_at(at(&rfc3339(&setting.provider))));
    GithubClient::with_clock(settings, clock).expect("loopback addresses are allowed")
}

/// An import that must succeed, of what has changed. The next one is another run.
pub(crate) async fn import_all(setting: &mut Setting) -> Usage {
    let usage = setting.import_all().await;
    setting.generation += 1;
    usage
}
