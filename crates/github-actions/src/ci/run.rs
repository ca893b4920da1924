//! One import of all runs of one repository.

use std::collections::BTreeSet;

use model::kinds::RunStatus;
use model::{Instant, Month};
use source::{Context, ErrorKind, SourceError, Usage};

use super::jobs::JobReader;
use super::kept::Attempt;
use super::{All, CiSource, Jobs};
use crate::cursor::{FIRST_RUN, Kept};
use crate::reading::{List, Part, Reading, Subject};
use crate::span::{Span, Spans};
use crate::wire::WorkflowRun;

/// The runs of all workflows.
const ALL: List<'static> = List { workflow: None };

/// One import under way.
pub(crate) struct Run<'a> {
    source: &'a CiSource,
    reading: Reading<'a>,
    jobs: JobReader,
    /// Runs that were not over when they were read before, and were read by now.
    seen: BTreeSet<u64>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(source: &'a CiSource, subject: &'a Subject, context: &'a Context<'a>, kept: Kept) -> Self {
        let reading = Reading::new(subject, context, kept);
        Self { source, reading, jobs: JobReader::new(source.depth.jobs), seen: BTreeSet::new() }
    }

    /// Reads the runs that may have changed, then those before them as deep as is asked for, the newest first.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        let label = &self.reading.subject.label;
        let read = self.read().await;
        self.tell_of_jobs();
        read.map_err(|error| explained(error, label))?;
        self.reading.tally.into_result(&format!("runs of {label}"))
    }

    async fn read(&mut self) -> Result<(), SourceError> {
        let (at, window) = (self.reading.subject.at, self.reading.context.window);
        let with_jobs = self.source.depth.jobs != Jobs::Off;
        let kept = &mut self.reading.kept;
        if window.full {
            kept.all = None;
            kept.forget_workflows();
        }
        // Jobs that were left out are read with their runs.
        kept.all = kept.all.take().filter(|all| all.jobs || !with_jobs);
        let since = window.since.filter(|_| !window.full);
        let deepest = since.unwrap_or_else(|| Month::day_before(at, self.source.depth.months));
        self.reading.tally.usage.full = kept.all.is_none() && since.is_none();
        let known = kept.all.clone();
        kept.all.get_or_insert_with(|| All::none(at, with_jobs)).jobs = with_jobs;
        let begin = known.as_ref().map(|all| all.begin(at).max(since.unwrap_or(FIRST_RUN)));
        self.reading.tally.usage.covered_from = Some(begin.map_or(deepest, |begin| begin.min(deepest)));
        let workflows = &self.source.workflows;
        let is_new = |workflow: &&String| self.reading.kept.is_new(workflow);
        let new: Vec<String> = workflows.iter().filter(is_new).cloned().collect();
        let failed = if since.is_none() { self.reading.workflows(&new).await? } else { None };
        if let (Some(known), Some(begin)) = (known, begin) {
            self.changes(&known, begin).await?;
        }
        self.history(deepest).await?;
        self.unfinished().await?;
        if let Some(failed) = failed {
            return Err(failed);
        }
        for workflow in workflows.iter().filter(|_| since.is_none()) {
            self.reading.kept.note(workflow, at, begin.unwrap_or(deepest));
        }
        self.reading.commit(Vec::new())
    }

    fn all(&mut self) -> &mut All {
        self.reading.kept.all.as_mut().expect("reading begins with one")
    }

    /// Reads the runs that were made since `begin`, of which those may have changed that were read before.
    async fn changes(&mut self, known: &All, begin: Instant) -> Result<(), SourceError> {
        let at = self.reading.subject.at;
        let mut spans = Spans::oldest_first(Span { from: begin, to: at });
        while let Some(part) = self.reading.part(ALL, &mut spans).await? {
            self.part(part, Some(known)).await?;
        }
        // What `since` leaves out was not read.
        if begin <= known.begin(at) {
            self.all().read_until(at, begin);
            self.reading.commit(Vec::new())?;
        }
        Ok(())
    }

    /// Reads the runs before those that are known.
    async fn history(&mut self, deepest: Instant) -> Result<(), SourceError> {
        let to = self.all().from;
        if deepest >= to {
            return Ok(());
        }
        let mut spans = Spans::newest_first(Span { from: deepest, to });
        while let Some(part) = self.reading.part(ALL, &mut spans).await? {
            let from = part.span.from;
            self.part(part, None).await?;
            self.all().from = from;
            self.reading.commit(Vec::new())?;
        }
        Ok(())
    }

    /// Reads the runs of a part, with their attempts and jobs. Of those that are as they were `known` nothing more is asked.
    async fn part(&mut self, part: Part, known: Option<&All>) -> Result<(), SourceError> {
        let mut runs = self.reading.runs(ALL, part).await?;
        runs.retain(|run| {
            let settled = known.is_some_and(|all| is_over(run) && run.updated_at.0 < all.settled_before());
            !settled || known.is_some_and(|all| all.unfinished.contains_key(&run.id))
        });
        self.changed(runs).await
    }

    /// Reads the attempts and jobs of runs that are new or have changed.
    async fn changed(&mut self, runs: Vec<WorkflowRun>) -> Result<(), SourceError> {
        for run in &runs {
            self.seen.insert(run.id);
            self.attempts(run).await?;
            if is_over(run) {
                self.all().unfinished.remove(&run.id);
            } else {
                self.all().unfinished.insert(run.id, run.created_at.0);
            }
        }
        self.jobs.read(&mut self.reading, &self.source.shared, &runs).await
    }

    /// Reads the attempts of a run before its last, each once.
    async fn attempts(&mut self, run: &WorkflowRun) -> Result<(), SourceError> {
        for number in 1..run.run_attempt.unwrap_or(1) {
            let is_known = |attempt: &Attempt| attempt.number == number;
            if self.all().earlier(run.id).iter().any(is_known) {
                continue;
            }
            self.reading.context.goes_on()?;
            let (id, text) = (run.id.to_string(), number.to_string());
            let what = format!("attempt {number} of the run {id} of {}", self.reading.subject.label);
            let path = ["actions", "runs", &id, "attempts", &text];
            let attempt = unless_gone(self.reading.ask::<WorkflowRun>(&what, &path, &WITHOUT_PULL_REQUESTS).await)?;
            let known = Attempt {
                number,
                started_at: attempt.as_ref().map(|run| run.run_started_at.unwrap_or(run.created_at).0),
                suite: attempt.as_ref().and_then(|run| run.check_suite_node_id.clone()),
            };
            self.all().remember(run.id, run.created_at.0, known);
            let records = attempt.iter().map(|attempt| self.reading.record(attempt, ALL)).collect();
            self.reading.commit_of_run(records)?;
        }
        Ok(())
    }

    /// Reads again the runs that were not over before and are too old to be listed.
    async fn unfinished(&mut self) -> Result<(), SourceError> {
        let at = self.reading.subject.at;
        self.all().forget_old(at);
        let mut ids: Vec<u64> = self.all().unfinished.keys().copied().collect();
        ids.retain(|id| !self.seen.contains(id));
        for id in ids {
            self.reading.context.goes_on()?;
            let what = format!("the run {id} of {}", self.reading.subject.label);
            let path = ["actions", "runs", &id.to_string()];
            let run = unless_gone(self.reading.ask::<WorkflowRun>(&what, &path, &WITHOUT_PULL_REQUESTS).await)?;
            let Some(run) = run else {
                self.all().unfinished.remove(&id);
                continue;
            };
            let record = self.reading.record(&run, ALL);
            self.reading.commit_of_run(vec![record])?;
            self.changed(vec![run]).await?;
        }
        Ok(())
    }

    /// Says what is not known of jobs.
    fn tell_of_jobs(&self) {
        let label = &self.reading.subject.label;
        let what = format!("jobs of {label}");
        self.reading.tally.note(&what, &self.jobs.left_out());
    }
}

/// Lists of pull requests make runs large, and nobody reads them.
const WITHOUT_PULL_REQUESTS: [(&str, &str); 1] = [("exclude_pull_requests", "true")];

fn is_over(run: &WorkflowRun) -> bool {
    run.status.as_deref() == Some(RunStatus::Completed.name())
}

/// What was deleted meanwhile is none.
pub(crate) fn unless_gone<T>(found: Result<T, SourceError>) -> Result<Option<T>, SourceError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What to do where the runs of a repository cannot be read.
fn explained(error: SourceError, label: &str) -> SourceError {
    if !matches!(error.kind, ErrorKind::NotFound | ErrorKind::NoAccess) || error.message.contains("permission ") {
        return error;
    }
    let message = format!(
        "the runs of {label} may not be read, or Actions are switched off there: give the token the permission Actions: read \
         ({})",
        error.message
    );
    SourceError { message, ..error }
}
