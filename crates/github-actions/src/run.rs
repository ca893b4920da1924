//! One import of the runs of one repository.

use github_client::{GithubClient, Tally};
use model::Instant;
use model::records::{Place, Record};
use source::{Batch, Context, ErrorKind, Scope, SourceError, Usage};

use crate::convert;
use crate::cursor::{FIRST_RUN, Kept};
use crate::wire::Runs;

/// Runs to a page.
pub(crate) const PAGE: u32 = 100;
/// The list shows no more than so many runs of one question.
const MOST_LISTED: u64 = 1_000;
/// A shorter span of time is not halved: the provider dates runs to the second.
const SHORTEST_SPAN: i64 = 2_000_000;

/// What does not change during an import.
pub(crate) struct Subject<'a> {
    pub(crate) client: &'a GithubClient,
    pub(crate) place: &'a Place,
    /// `org/name`.
    pub(crate) label: &'a str,
    pub(crate) default_branch: &'a str,
    /// The time of the import.
    pub(crate) at: Instant,
}

/// One import under way.
pub(crate) struct Run<'a> {
    subject: Subject<'a>,
    context: &'a Context<'a>,
    kept: Kept,
    tally: Tally<'a>,
}

/// A span of time, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: Instant,
    to: Instant,
}

impl Span {
    /// The two halves, the earlier first; `None` where it is too short.
    fn halves(self) -> Option<[Self; 2]> {
        let length = self.to.micros() - self.from.micros();
        let middle = Instant::from_seconds(self.from.seconds() + length / 2_000_000);
        (length >= SHORTEST_SPAN).then_some([Self { to: middle, ..self }, Self { from: middle, ..self }])
    }

    /// As the list is asked for it.
    fn words(self) -> String {
        format!("{}..{}", self.from.to_rfc3339_seconds(), self.to.to_rfc3339_seconds())
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(subject: Subject<'a>, context: &'a Context<'a>, kept: Kept) -> Self {
        let tally = Tally::new(context, subject.at);
        Self { subject, context, kept, tally }
    }

    /// Reads the runs of each workflow. One that cannot be read does not stop the others.
    pub(crate) async fn run(mut self, workflows: &[String]) -> Result<Usage, SourceError> {
        if self.context.window.full {
            self.kept.forget();
        }
        let begins = |workflow: &String| self.kept.begin(workflow, self.subject.at);
        self.tally.usage.full = workflows.iter().all(|workflow| begins(workflow).is_none());
        let mut failed: Option<SourceError> = None;
        for workflow in workflows {
            match self.workflow(workflow).await {
                Ok(()) => {}
                Err(error) if is_of_workflow(error.kind) => {
                    let error = explained(error, workflow, self.subject.label);
                    failed.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        let what = format!("runs of {}", self.subject.label);
        match failed {
            Some(error) => Err(error),
            None => self.tally.into_result(&what),
        }
    }

    /// Reads the runs of a workflow span by span, the earliest first.
    async fn workflow(&mut self, workflow: &str) -> Result<(), SourceError> {
        let window = self.context.window;
        let known = self.kept.begin(workflow, self.subject.at);
        let since = window.since.filter(|_| !window.full);
        let from = known.unwrap_or(FIRST_RUN).max(since.unwrap_or(FIRST_RUN));
        // What `since` leaves out was not read: the cursor stays in front of it.
        let moves_cursor = since.is_none_or(|since| known.is_some_and(|known| known >= since));
        let mut spans = vec![Span { from, to: self.subject.at }];
        while let Some(span) = spans.pop() {
            let first = self.page(workflow, span, 1).await?;
            if first.total_count > MOST_LISTED
                && let Some([earlier, later]) = span.halves()
            {
                spans.extend([later, earlier]);
                continue;
            }
            self.span(workflow, span, first).await?;
            if moves_cursor {
                self.kept.note(workflow, span.to, from);
                self.commit(Vec::new())?;
            }
        }
        Ok(())
    }

    /// Stores the runs of a span, of which the first page is there.
    async fn span(&mut self, workflow: &str, span: Span, first: Runs) -> Result<(), SourceError> {
        let total = first.total_count.min(MOST_LISTED);
        let (mut runs, mut number, mut read) = (first, 1, 0);
        loop {
            read += runs.workflow_runs.len() as u64;
            let is_last = runs.workflow_runs.is_empty() || read >= total;
            let Subject { place, default_branch, .. } = self.subject;
            let record = |run| Record::CiRun(Box::new(convert::run(run, workflow, place, default_branch)));
            let records: Vec<Record> = runs.workflow_runs.into_iter().map(record).collect();
            if !records.is_empty() {
                self.commit(records)?;
            }
            if is_last {
                break;
            }
            if self.context.cancel.is_cancelled() {
                return Err(SourceError::new(ErrorKind::Cancelled, "interrupted between two pages"));
            }
            number += 1;
            runs = self.page(workflow, span, number).await?;
        }
        if read < total {
            self.tally.faults.add_lack(&format!("the runs of {workflow} made {}", span.words()), total - read);
        }
        Ok(())
    }

    async fn page(&mut self, workflow: &str, span: Span, number: u32) -> Result<Runs, SourceError> {
        let Place { org, repo, .. } = self.subject.place;
        let what = format!("the runs of {workflow} of {} made {}, page {number}", self.subject.label, span.words());
        // The list takes the file's name only.
        let file = workflow.rsplit('/').next().unwrap_or(workflow);
        let path = ["repos", org.as_str(), repo, "actions", "workflows", file, "runs"];
        let (created, number, size) = (span.words(), number.to_string(), PAGE.to_string());
        let query = [
            ("created", created.as_str()),
            ("per_page", size.as_str()),
            ("page", number.as_str()),
            ("exclude_pull_requests", "true"),
        ];
        let (progress, cancel) = (self.context.progress, &self.context.cancel);
        let page = self.subject.client.rest_page::<Runs>(&what, &path, &query, progress, cancel).await?;
        self.tally.usage.calls += page.calls;
        tracing::debug!(runs = page.data.workflow_runs.len(), "read {what}");
        Ok(page.data)
    }

    fn commit(&mut self, records: Vec<Record>) -> Result<(), SourceError> {
        let batch = Batch {
            scope: Scope::CiRuns,
            subject: self.subject.place.repository_id.clone(),
            records,
            cursor: Some(self.kept.write()),
            observed_at: self.subject.at,
            full_crawl: None,
        };
        self.tally.commit(batch, self.subject.label, None)
    }
}

/// Whether an error says nothing about the other workflows.
fn is_of_workflow(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NoAccess)
}

/// What to do about a workflow that cannot be read.
fn explained(error: SourceError, workflow: &str, label: &str) -> SourceError {
    let message = match error.kind {
        ErrorKind::NotFound => format!(
            "the workflow {workflow} of {label} is not there, or the token may not see it: check delivery.services[].workflows, \
             and that the token has the permission Actions: read"
        ),
        _ => format!(
            "the runs of the workflow {workflow} of {label} may not be read: give the token the permission Actions: read, or \
             take the workflow out of delivery.services[].workflows"
        ),
    };
    SourceError { message, ..error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_halved_to_the_second() {
        let at = |text| Instant::parse_rfc3339(text).expect("valid");
        let span = Span { from: at("2026-01-01T00:00:00Z"), to: at("2026-01-01T00:00:05Z") };
        let [earlier, later] = span.halves().expect("long enough");
        assert_eq!(earlier.words(), "2026-01-01T00:00:00Z..2026-01-01T00:00:02Z");
        assert_eq!(later.words(), "2026-01-01T00:00:02Z..2026-01-01T00:00:05Z");
        let second = Span { from: at("2026-01-01T00:00:00Z"), to: at("2026-01-01T00:00:01Z") };
        assert_eq!(second.halves(), None);
    }

    #[test]
    fn halving_comes_to_an_end() {
        let mut spans = vec![Span { from: FIRST_RUN, to: Instant::from_seconds(FIRST_RUN.seconds() + 1_000) }];
        let mut shortest = 0;
        while let Some(span) = spans.pop() {
            match span.halves() {
                Some(halves) => spans.extend(halves),
                None => shortest += 1,
            }
        }
        assert!((500..=1_000).contains(&shortest), "{shortest}");
    }
}
