//! One import of the runs of some workflows of one repository.

use source::{Context, ErrorKind, SourceError, Usage};

use crate::cursor::{FIRST_RUN, Kept};
use crate::reading::{List, Reading, Subject};
use crate::span::{Span, Spans};

/// One import under way.
pub(crate) struct Run<'a>(Reading<'a>);

impl<'a> Run<'a> {
    pub(crate) fn new(subject: &'a Subject, context: &'a Context<'a>, kept: Kept) -> Self {
        Self(Reading::new(subject, context, kept))
    }

    /// Reads the runs of each workflow. One that cannot be read does not stop the others.
    pub(crate) async fn run(mut self, workflows: &[String]) -> Result<Usage, SourceError> {
        let Self(reading) = &mut self;
        if reading.context.window.full {
            reading.kept.forget_workflows();
        }
        let begins = |workflow: &String| reading.kept.begin(workflow, reading.subject.at);
        reading.tally.usage.full = workflows.iter().all(|workflow| begins(workflow).is_none());
        let failed = reading.workflows(workflows).await?;
        let what = format!("runs of {}", reading.subject.label);
        match failed {
            Some(error) => Err(error),
            None => self.0.tally.into_result(&what),
        }
    }
}

impl Reading<'_> {
    /// Reads the runs of each workflow. One that cannot be read does not stop the others; the first such failure is given.
    pub(crate) async fn workflows(&mut self, workflows: &[String]) -> Result<Option<SourceError>, SourceError> {
        let mut failed: Option<SourceError> = None;
        for workflow in workflows {
            match self.workflow(workflow).await {
                Ok(()) => {}
                Err(error) if is_of_workflow(error.kind) => {
                    let error = explained(error, workflow, &self.subject.label);
                    failed.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(failed)
    }

    /// Reads the runs of a workflow span by span, the earliest first.
    async fn workflow(&mut self, workflow: &str) -> Result<(), SourceError> {
        let window = self.context.window;
        let known = self.kept.begin(workflow, self.subject.at);
        let since = window.since.filter(|_| !window.full);
        let from = known.unwrap_or(FIRST_RUN).max(since.unwrap_or(FIRST_RUN));
        // What `since` leaves out was not read: the cursor stays in front of it.
        let moves_cursor = since.is_none_or(|since| known.is_some_and(|known| known >= since));
        let list = List { workflow: Some(workflow) };
        let mut spans = Spans::oldest_first(Span { from, to: self.subject.at });
        while let Some(part) = self.part(list, &mut spans).await? {
            let span = part.span;
            self.runs(list, part).await?;
            if moves_cursor {
                self.kept.note(workflow, span.to, from);
                self.commit(Vec::new())?;
            }
        }
        Ok(())
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
