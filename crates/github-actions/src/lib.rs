#![doc = include_str!("../README.md")]

mod bill;
mod ci;
mod convert;
mod cursor;
mod reading;
mod run;
mod span;
mod wire;

use async_trait::async_trait;
use github_client::{GithubClient, RepositorySummary};
use model::Instant;
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

pub use bill::BillSource;
pub use ci::{CiSource, Depth, Jobs, Shared};

use cursor::Kept;
use reading::Subject;
use run::Run;

/// The runs of some workflows of one repository.
///
/// The subject is the node id of the repository, so that a renamed one keeps its cursor.
#[derive(Debug)]
pub struct RunSource {
    repository: Subject,
    workflows: Vec<String>,
}

impl RunSource {
    /// The runs of workflows, by the names of their files or their paths, of a repository of which a survey has found what
    /// it deploys.
    ///
    /// `surveyed_at` is the time of the import: everything that is read is dated with it.
    pub fn new(
        client: GithubClient,
        summary: &RepositorySummary,
        surveyed_at: Instant,
        workflows: Vec<String>,
    ) -> Self {
        Self { repository: Subject::of(client, summary, surveyed_at), workflows }
    }
}

#[async_trait]
impl Source for RunSource {
    fn scope(&self) -> Scope {
        Scope::CiRuns
    }

    fn subject(&self) -> &str {
        &self.repository.place.repository_id
    }

    fn label(&self) -> &str {
        &self.repository.label
    }

    /// One call for each workflow. How many runs there are is not known before they are read: a hundred to a call.
    fn expected(&self, _window: Window, _cursor: Option<&str>) -> Expected {
        let calls = self.workflows.len() as u64;
        Expected { records: calls * u64::from(reading::PAGE), calls, points: 0 }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        self.repository.check()?;
        let kept = Kept::read(context.cursor.as_deref());
        Run::new(&self.repository, context, kept).run(&self.workflows).await
    }
}
