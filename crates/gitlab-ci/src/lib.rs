#![doc = include_str!("../README.md")]

mod convert;
mod cursor;
mod run;
mod wire;

use async_trait::async_trait;
use gitlab_client::{GitlabClient, ProjectSummary};
use model::Instant;
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

use cursor::Kept;
use run::Run;

/// The pipelines of one project, and their jobs.
///
/// The subject is the project's id, `HOST/project/NUMBER`, so that a moved one keeps its cursor.
#[derive(Clone, Debug)]
pub struct PipelineSource {
    client: GitlabClient,
    project: ProjectSummary,
    /// How many months back the first import goes.
    months: u32,
    with_jobs: bool,
    /// The time of the import.
    at: Instant,
}

impl PipelineSource {
    /// Those of a project that a survey has found, the first time of so many months. `surveyed_at` is the time of the import:
    /// what is read is dated with it.
    pub fn new(client: GitlabClient, project: &ProjectSummary, surveyed_at: Instant, months: u32) -> Self {
        Self { client, project: project.clone(), months, with_jobs: true, at: surveyed_at }
    }

    /// Without jobs: when pipelines began and ended is not known then.
    #[must_use]
    pub fn without_jobs(self) -> Self {
        Self { with_jobs: false, ..self }
    }
}

#[async_trait]
impl Source for PipelineSource {
    fn scope(&self) -> Scope {
        Scope::CiRuns
    }

    fn subject(&self) -> &str {
        &self.project.record.id
    }

    fn label(&self) -> &str {
        &self.project.path
    }

    /// One page of each list. How many there are GitLab does not say.
    fn expected(&self, _window: Window, _cursor: Option<&str>) -> Expected {
        Expected { records: 0, calls: 2 + u64::from(self.with_jobs), points: 0 }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        Run::new(self, context, Kept::read(context.cursor.as_deref())).run().await
    }
}
