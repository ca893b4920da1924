//! A server, a client and one import.

use std::sync::Arc;

use github_client::{Credentials, GithubClient, HurriedClock, PageSize, Policy, ProjectSummary, Settings};
use github_projects::ProjectItemSource;
use model::Instant;
use model::records::Project;
use source::{Context, Progress, Scope, Source as _, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer};

use crate::board::Board;
use crate::memory::{Memory, Told};

pub(crate) const TOKEN: &str = "ghp_not-to-be-seen";

pub(crate) struct Setting {
    pub(crate) server: MockServer,
    pub(crate) board: Board,
    pub(crate) memory: Memory,
    pub(crate) told: Told,
    pub(crate) page: u32,
    pub(crate) generation: i64,
}

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse_date_or_rfc3339(text).expect("a valid time")
}

impl Setting {
    pub(crate) async fn new(board: Board, page: u32) -> Self {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/graphql"))
            .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
            .respond_with(board.clone())
            .mount(&server)
            .await;
        Self { server, board, memory: Memory::default(), told: Told::default(), page, generation: 1 }
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
        let clock = Arc::new(HurriedClock::starting_at(at(&self.board.now())));
        GithubClient::with_clock(settings, clock).expect("loopback addresses are allowed")
    }

    pub(crate) fn source(&self) -> ProjectItemSource {
        let record = Project {
            id: "PVT_1".to_owned(),
            number_id: "4100001".to_owned(),
            name: "Roadmap".to_owned(),
            ..Project::default()
        };
        let summary = ProjectSummary { record, items: self.board.total(), updated_at: None };
        let pages = PageSize::new(Scope::ProjectItems, self.page, 1, self.page);
        ProjectItemSource::new(self.client(), &summary, at(&self.board.now()), Arc::new(pages))
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
        let context = Context {
            sink: &self.memory,
            progress,
            cancel,
            window,
            cursor: self.memory.cursor(),
            generation: self.generation,
        };
        self.source().run(&context).await
    }

    /// An import that must succeed, of what has changed, as run number `generation`.
    pub(crate) async fn import_all(&mut self) -> Usage {
        let usage = self.import(Window::default()).await.expect("the import succeeds");
        self.generation += 1;
        usage
    }
}
