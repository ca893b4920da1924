//! The connector of all runs of a repository, with their jobs.

mod convert;
mod jobs;
mod kept;
mod labels;
mod run;
mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use github_client::{GithubClient, PageSize, RepositorySummary};
use model::Instant;
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

pub(crate) use kept::All;

use crate::cursor::Kept;
use crate::reading::{PAGE, Subject};
use kept::Compared;
use run::Run;

/// Check suites to a call.
const SUITES: u32 = 20;

/// How the jobs of runs are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jobs {
    /// From the check suites of twenty runs at a time. Labels are learned from single runs.
    #[default]
    Batched,
    /// From the list of jobs of each run.
    Exact,
    /// Not at all.
    Off,
}

/// How deep all runs are read, and how their jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// How many months back the first import goes.
    pub months: u32,
    /// How jobs are read.
    pub jobs: Jobs,
}

/// What the repositories of one import share: one whose jobs are too many at once, or whose check suites lack some,
/// teaches the others.
#[derive(Debug)]
pub struct Shared {
    pages: PageSize,
    compared: Mutex<Compared>,
}

impl Default for Shared {
    fn default() -> Self {
        Self { pages: PageSize::new(Scope::CiRuns, SUITES, 1, SUITES), compared: Mutex::default() }
    }
}

impl Shared {
    fn compared(&self) -> MutexGuard<'_, Compared> {
        self.compared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All runs of one repository with every attempt, and their jobs.
///
/// The subject is the node id of the repository, so that a renamed one keeps its cursor, which it has together with
/// [`RunSource`](crate::RunSource).
#[derive(Debug)]
pub struct CiSource {
    repository: Subject,
    /// Of which the whole history is read, whatever `depth` says.
    workflows: Vec<String>,
    depth: Depth,
    shared: Arc<Shared>,
}

impl CiSource {
    /// The runs of a repository of which a survey has found what it deploys.
    ///
    /// `surveyed_at` is the time of the import: everything that is read is dated with it.
    pub fn new(
        client: GithubClient,
        summary: &RepositorySummary,
        surveyed_at: Instant,
        depth: Depth,
        shared: Arc<Shared>,
    ) -> Self {
        let repository = Subject::of(client, summary, surveyed_at);
        Self { repository, workflows: Vec::new(), depth, shared }
    }

    /// With the whole history of these workflows, by the names of their files or their paths: what they deploy counts from
    /// the beginning.
    #[must_use]
    pub fn with_workflows(self, workflows: Vec<String>) -> Self {
        Self { workflows, ..self }
    }
}

#[async_trait]
impl Source for CiSource {
    fn scope(&self) -> Scope {
        Scope::CiRuns
    }

    fn subject(&self) -> &str {
        &self.repository.place.repository_id
    }

    fn label(&self) -> &str {
        &self.repository.label
    }

    /// One call for the latest runs, and one for each workflow that was not read before. How many runs there are is not
    /// known before they are read.
    fn expected(&self, window: Window, cursor: Option<&str>) -> Expected {
        let kept = Kept::read(cursor);
        let is_new = |workflow: &&String| window.full || kept.is_new(workflow);
        let calls = 1 + self.workflows.iter().filter(is_new).count() as u64;
        Expected { records: calls * u64::from(PAGE), calls, points: 0 }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        self.repository.check()?;
        let kept = Kept::read(context.cursor.as_deref());
        Run::new(self, &self.repository, context, kept).run().await
    }
}
