//! The connector of deployments, for one project.

mod convert;
mod cursor;
mod run;

use async_trait::async_trait;
use gitlab_client::{GitlabClient, ProjectSummary};
use model::Instant;
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

use cursor::Kept;
use run::Run;

/// The deployments of one project, to all environments.
///
/// The subject is the project's id, `HOST/project/NUMBER`, so that a moved one keeps its cursor.
#[derive(Clone, Debug)]
pub struct DeploymentSource {
    client: GitlabClient,
    project: ProjectSummary,
    /// The time of the import.
    at: Instant,
}

impl DeploymentSource {
    /// Those of a project that a survey has found. `surveyed_at` is the time of the import: what is read is dated with it.
    pub fn new(client: GitlabClient, project: &ProjectSummary, surveyed_at: Instant) -> Self {
        Self { client, project: project.clone(), at: surveyed_at }
    }
}

#[async_trait]
impl Source for DeploymentSource {
    fn scope(&self) -> Scope {
        Scope::Deployments
    }

    fn subject(&self) -> &str {
        &self.project.record.id
    }

    fn label(&self) -> &str {
        &self.project.path
    }

    /// One page of deployments, and one of environments where there were deployments before. How many there are GitLab does
    /// not say.
    fn expected(&self, _window: Window, cursor: Option<&str>) -> Expected {
        let has_any = Kept::read(cursor).list.watermark.is_some();
        Expected { records: 0, calls: 1 + u64::from(has_any), points: 0 }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        Run::new(self, context).run().await
    }
}
