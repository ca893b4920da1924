//! A server, a client and one import.

use std::sync::Arc;

use github_client::{Credentials, GithubClient, HurriedClock, PageSize, Policy, RepositorySummary, Settings};
use github_issues::{IssueSource, MovedIssueSource};
use model::Instant;
use source::{Context, Progress, Scope, Source, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer};

use crate::memory::{Memory, Told};
use crate::repository::{NOW_RFC3339, Repository};

pub(crate) const TOKEN: &str = "ghp_not-to-be-seen";

pub(crate) struct Setting {
    pub(crate) server: MockServer,
    pub(crate) repository: Repository,
    pub(crate) memory: Memory,
    pub(crate) told: Told,
    pub(crate) page: u32,
    pub(crate) generation: i64,
}

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse_date_or_rfc3339(text).expect("a valid time")
}

impl Setting {
    pub(crate) async fn new(repository: Repository, page: u32) -> Self {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/graphql"))
            .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
            .respond_with(repository.clone())
            .mount(&server)
            .await;
        Self { server, repository, memory: Memory::default(), told: Told::default(), page, generation: 1 }
    }

    pub(crate) fn client(&self) -> GithubClient {
        let settings = Settings {
            api_url: self.server.uri(),
            graphql_url: format!("{}/graphql", self.server.uri()),
            credentials: Credentials::Token(TOKEN.into()),
            concurrency: 1,
            policy: Policy::default(),
            user_agent: "cto-metrics/test".to_owned(),
        };
        let clock = Arc::new(HurriedClock::starting_at(at(NOW_RFC3339)));
        GithubClient::with_clock(settings, clock).expect("loopback addresses are allowed")
    }

    pub(crate) fn source(&self) -> IssueSource {
        let pages = PageSize::new(Scope::Issues, self.page, 1, self.page);
        IssueSource::new(self.client(), &self.summary(), at(NOW_RFC3339), Arc::new(pages))
    }

    /// What a survey finds.
    pub(crate) fn summary(&self) -> RepositorySummary {
        let (issues, newest) = self.repository.summary();
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

    /// Issues by their ids.
    pub(crate) fn moved(&self, ids: &[&str]) -> MovedIssueSource {
        let pages = PageSize::new(Scope::Issues, self.page, 1, self.page);
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        MovedIssueSource::new(self.client(), "acme", &[self.summary()], ids, Arc::new(pages))
    }

    /// One import, from the cursor that the last one left.
    pub(crate) async fn import(&self, window: Window) -> Result<Usage, SourceError> {
        self.import_until(window, &self.told, CancellationToken::new()).await
    }

    pub(crate) async fn import_until(
        &self,
        window: Window,
        progress: &dyn Progress,
        cancel: CancellationToken,
    ) -> Result<Usage, SourceError> {
        self.run(&self.source(), window, progress, cancel).await
    }

    /// An import of what has changed from any source.
    pub(crate) async fn import_from(&self, source: &dyn Source) -> Result<Usage, SourceError> {
        self.run(source, Window::default(), &self.told, CancellationToken::new()).await
    }

    async fn run(
        &self,
        source: &dyn Source,
        window: Window,
        progress: &dyn Progress,
        cancel: CancellationToken,
    ) -> Result<Usage, SourceError> {
        let context = Context {
            sink: &self.memory,
            progress,
            cancel,
            window,
            cursor: self.memory.cursor(),
            generation: self.generation,
        };
        source.run(&context).await
    }

    /// An import that must succeed, of what has changed.
    pub(crate) async fn import_all(&self) -> Usage {
        self.import(Window::default()).await.expect("the import succeeds")
    }
}
