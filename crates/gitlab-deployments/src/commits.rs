//! The connector of the commit graph behind what a project deploys.

mod run;

use async_trait::async_trait;
use gitlab_client::{GitlabClient, ProjectSummary};
use model::Instant;
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

use run::Run;

/// The commits behind the deployments of one project: ids, parents, dates and where they were picked from.
///
/// The subject is the project's id, so that a moved one keeps its cursor. Which commits are to be read the sink says, so it
/// must have stored the project's deployments before.
#[derive(Clone, Debug)]
pub struct CommitSource {
    client: GitlabClient,
    project: ProjectSummary,
    /// The time of the import.
    at: Instant,
}

impl CommitSource {
    /// Those of a project that a survey has found. `surveyed_at` is the time of the import: what is read is dated with it.
    pub fn new(client: GitlabClient, project: &ProjectSummary, surveyed_at: Instant) -> Self {
        Self { client, project: project.clone(), at: surveyed_at }
    }
}

#[async_trait]
impl Source for CommitSource {
    fn scope(&self) -> Scope {
        Scope::Commits
    }

    fn subject(&self) -> &str {
        &self.project.record.id
    }

    fn label(&self) -> &str {
        &self.project.path
    }

    /// None: which commits were deployed is not known before the deployments are read. A hundred come with a call.
    fn expected(&self, _window: Window, _cursor: Option<&str>) -> Expected {
        Expected::default()
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        Run::new(self, context).run().await
    }
}
