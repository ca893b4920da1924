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
use github_client::{GithubClient, RepositorySummary, faults};
use model::Instant;
use model::records::Place;
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
    client: GithubClient,
    place: Place,
    label: String,
    /// Empty where the survey was not told it.
    default_branch: String,
    workflows: Vec<String>,
    surveyed_at: Instant,
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
        let place = summary.record.place();
        let label = format!("{}/{}", place.org, place.repo);
        let default_branch = summary.record.default_branch.clone();
        Self { client, place, label, default_branch, workflows, surveyed_at }
    }
}

#[async_trait]
impl Source for RunSource {
    fn scope(&self) -> Scope {
        Scope::CiRuns
    }

    fn subject(&self) -> &str {
        &self.place.repository_id
    }

    fn label(&self) -> &str {
        &self.label
    }

    /// One call for each workflow. How many runs there are is not known before they are read: a hundred to a call.
    fn expected(&self, _window: Window, _cursor: Option<&str>) -> Expected {
        let calls = self.workflows.len() as u64;
        Expected { records: calls * u64::from(reading::PAGE), calls, points: 0 }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        if self.default_branch.is_empty() {
            return Err(faults::no_access(&format!("the default branch of {}", self.label)));
        }
        let subject = Subject {
            client: &self.client,
            place: &self.place,
            label: &self.label,
            default_branch: &self.default_branch,
            at: self.surveyed_at,
        };
        let kept = Kept::read(context.cursor.as_deref());
        Run::new(subject, context, kept).run(&self.workflows).await
    }
}
