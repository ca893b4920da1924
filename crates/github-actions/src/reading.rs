//! What every import of runs does: it asks for pages, and hands over what they hold.

use github_client::{GithubClient, RepositorySummary, Tally, faults};
use model::Instant;
use model::records::{Place, Record};
use source::{Batch, Context, Scope, SourceError};

use crate::convert;
use crate::cursor::Kept;
use crate::span::{Span, Spans};
use crate::wire::{Runs, WorkflowRun};

/// Runs to a page.
pub(crate) const PAGE: u32 = 100;
/// The list shows no more than so many runs of one question.
const MOST_LISTED: u64 = 1_000;

/// What does not change during an import.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) client: GithubClient,
    pub(crate) place: Place,
    /// `org/name`.
    pub(crate) label: String,
    /// Empty where the survey was not told it.
    pub(crate) default_branch: String,
    /// The time of the import.
    pub(crate) at: Instant,
}

impl Subject {
    /// A repository as a survey found it.
    pub(crate) fn of(client: GithubClient, summary: &RepositorySummary, at: Instant) -> Self {
        let place = summary.record.place();
        let label = format!("{}/{}", place.org, place.repo);
        Self { client, place, label, default_branch: summary.record.default_branch.clone(), at }
    }

    /// Which branch is the default one must be known: else no run could be said to be for it.
    pub(crate) fn check(&self) -> Result<(), SourceError> {
        if self.default_branch.is_empty() {
            return Err(faults::no_access(&format!("the default branch of {}", self.label)));
        }
        Ok(())
    }
}

/// A list of runs: those of a repository, or of one of its workflows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct List<'a> {
    /// The workflow by the name of its file or its path; `None` for the runs of all.
    pub(crate) workflow: Option<&'a str>,
}

impl List<'_> {
    /// As messages call it.
    fn name(self) -> String {
        self.workflow.map_or_else(|| "the runs".to_owned(), |workflow| format!("the runs of {workflow}"))
    }
}

/// A span of which the list shows all runs, with its first page.
pub(crate) struct Part {
    pub(crate) span: Span,
    pub(crate) first: Runs,
}

/// One import under way.
pub(crate) struct Reading<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) context: &'a Context<'a>,
    pub(crate) kept: Kept,
    pub(crate) tally: Tally<'a>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(subject: &'a Subject, context: &'a Context<'a>, kept: Kept) -> Self {
        let tally = Tally::new(context, subject.at);
        Self { subject, context, kept, tally }
    }

    /// The next span that is short enough for the list to show all of it; `None` behind the last.
    pub(crate) async fn part(&mut self, list: List<'_>, spans: &mut Spans) -> Result<Option<Part>, SourceError> {
        while let Some(span) = spans.next() {
            let first = self.page(list, span, 1).await?;
            if first.total_count < MOST_LISTED || !spans.halve(span) {
                return Ok(Some(Part { span, first }));
            }
        }
        Ok(None)
    }

    /// Stores the runs of a part page by page, and gives them.
    pub(crate) async fn runs(&mut self, list: List<'_>, part: Part) -> Result<Vec<WorkflowRun>, SourceError> {
        let Part { span, first } = part;
        let total = first.total_count.min(MOST_LISTED);
        let (mut runs, mut number) = (first, 1);
        let mut all = Vec::new();
        loop {
            let read = all.len() + runs.workflow_runs.len();
            let is_last = runs.workflow_runs.is_empty() || read as u64 >= total;
            let records: Vec<Record> = runs.workflow_runs.iter().map(|run| self.record(run, list)).collect();
            if !records.is_empty() {
                self.commit(records)?;
            }
            all.append(&mut runs.workflow_runs);
            if is_last {
                break;
            }
            self.context.goes_on()?;
            number += 1;
            runs = self.page(list, span, number).await?;
        }
        let read = all.len() as u64;
        if read < total {
            self.tally.faults.add_lack(&format!("{} made {}", list.name(), span.words()), total - read);
        }
        Ok(all)
    }

    pub(crate) fn record(&self, run: &WorkflowRun, list: List<'_>) -> Record {
        let Subject { place, default_branch, .. } = self.subject;
        Record::CiRun(Box::new(convert::run(run.clone(), list.workflow.unwrap_or_default(), place, default_branch)))
    }

    async fn page(&mut self, list: List<'_>, span: Span, number: u32) -> Result<Runs, SourceError> {
        let what = format!("{} of {} made {}, page {number}", list.name(), self.subject.label, span.words());
        let (created, number, size) = (span.words(), number.to_string(), PAGE.to_string());
        let query = [
            ("created", created.as_str()),
            ("per_page", size.as_str()),
            ("page", number.as_str()),
            ("exclude_pull_requests", "true"),
        ];
        let runs: Runs = match list.workflow {
            // The list takes the file's name only.
            Some(workflow) => {
                let file = workflow.rsplit('/').next().unwrap_or(workflow);
                self.ask(&what, &["actions", "workflows", file, "runs"], &query).await?
            }
            None => self.ask(&what, &["actions", "runs"], &query).await?,
        };
        tracing::debug!(runs = runs.workflow_runs.len(), "read {what}");
        Ok(runs)
    }

    /// Asks the REST API for something of the repository, at a path below it.
    pub(crate) async fn ask<T: serde::de::DeserializeOwned + Send>(
        &mut self,
        what: &str,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, SourceError> {
        let Place { org, repo, .. } = &self.subject.place;
        let path: Vec<&str> = ["repos", org.as_str(), repo.as_str()].into_iter().chain(path.iter().copied()).collect();
        let (progress, cancel) = (self.context.progress, &self.context.cancel);
        let page = self.subject.client.rest_page::<T>(what, &path, query, progress, cancel).await?;
        self.tally.usage.calls += page.calls;
        Ok(page.data)
    }

    pub(crate) fn commit(&mut self, records: Vec<Record>) -> Result<(), SourceError> {
        self.tally.commit(self.batch(records), &self.subject.label, None)
    }

    /// Stores what one run was asked for.
    pub(crate) fn commit_of_run(&mut self, records: Vec<Record>) -> Result<(), SourceError> {
        self.tally.commit_few(self.batch(records), &self.subject.label)
    }

    fn batch(&self, records: Vec<Record>) -> Batch {
        Batch {
            scope: Scope::CiRuns,
            subject: self.subject.place.repository_id.clone(),
            records,
            cursor: Some(self.kept.write()),
            observed_at: self.subject.at,
            full_crawl: None,
        }
    }
}
