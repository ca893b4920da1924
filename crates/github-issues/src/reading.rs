//! What every way of reading issues shares: counting, following long lists, handing over.

use github_client::faults::{self, Faults};
use github_client::{GithubClient, PageSize, Reply};
use model::Instant;
use model::records::{Issue, Place, Record};
use source::{Context, ErrorKind, Event, FullCrawl, Scope, SourceError, Usage};

use crate::convert::{self, LeftOut, Rest, Sight};
use crate::wire::{Issues, issues};

/// The field that may be hidden or gone without anything missing.
pub(crate) const MAY_BE_HIDDEN: Option<&str> = Some("project");

/// A reading under way: through which client, for whom, and what it has brought so far.
pub(crate) struct Reading<'a> {
    pub(crate) client: &'a GithubClient,
    pub(crate) pages: &'a PageSize,
    pub(crate) context: &'a Context<'a>,
    /// Name of the custom field to ask for; empty for none.
    pub(crate) bug_source: &'a str,
    pub(crate) usage: Usage,
    pub(crate) faults: Faults,
    pub(crate) left_out: LeftOut,
}

/// Issues to hand over.
pub(crate) struct Batch<'a> {
    pub(crate) subject: String,
    pub(crate) label: &'a str,
    pub(crate) records: Vec<Record>,
    pub(crate) cursor: Option<String>,
    pub(crate) read_at: Instant,
    pub(crate) full_crawl: Option<FullCrawl>,
    pub(crate) expected: Option<u64>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(
        client: &'a GithubClient,
        pages: &'a PageSize,
        context: &'a Context<'a>,
        bug_source: &'a str,
    ) -> Self {
        let (usage, faults, left_out) = (Usage::default(), Faults::default(), LeftOut::default());
        Self { client, pages, context, bug_source, usage, faults, left_out }
    }

    /// Counts what an answer took.
    pub(crate) fn count<T>(&mut self, reply: &Reply<T>) {
        self.usage.calls += reply.calls;
        self.usage.points += reply.cost;
        self.usage.covered_to = self.usage.covered_to.or(Some(reply.at));
    }

    /// One issue with all that its lists hold. `None` when part of them failed.
    pub(crate) async fn issue(
        &mut self,
        wire: issues::IssueFields,
        place: Place,
        read_at: Instant,
    ) -> Result<Option<Issue>, SourceError> {
        let (mut issue, mut rest) = self.convert(wire, place, read_at)?;
        while !rest.is_empty() {
            let what = format!("the rest of {}", issue.url);
            let variables = self.rest_variables(&issue.id, &rest);
            let (progress, cancel) = (self.context.progress, &self.context.cancel);
            let reply = self.client.query::<Issues>(&what, variables, progress, cancel).await?;
            self.count(&reply);
            let Some(issues::IssuesNode::Issue(wire)) = reply.data.node else {
                return Err(faults::absent(&what, &reply.errors, reply.request_id));
            };
            let sorted = faults::sort(reply.errors, "node", MAY_BE_HIDDEN);
            if !sorted.failures.is_empty() {
                self.faults.add(sorted.failures, reply.request_id.as_deref());
                return Ok(None);
            }
            let (next, next_rest) = self.convert(wire, issue.place.clone(), reply.at)?;
            convert::append(&mut issue, &rest, next);
            let next_rest = rest.onward(next_rest);
            if next_rest == rest {
                return Err(faults::stuck(&what, reply.request_id));
            }
            rest = next_rest;
        }
        Ok(Some(issue))
    }

    fn convert(
        &mut self,
        wire: issues::IssueFields,
        place: Place,
        read_at: Instant,
    ) -> Result<(Issue, Rest), SourceError> {
        let sight = Sight { at: read_at, bug_source: self.bug_source };
        convert::issue(wire, place, sight, &mut self.left_out)
            .map_err(|error| SourceError::new(ErrorKind::UnexpectedResponse, error.to_string()))
    }

    /// Hands issues over and tells how many there are by now.
    pub(crate) fn commit(&mut self, batch: Batch<'_>) -> Result<(), SourceError> {
        self.usage.records += batch.records.len() as u64;
        self.context.sink.commit(source::Batch {
            scope: Scope::Issues,
            subject: batch.subject,
            records: batch.records,
            cursor: batch.cursor,
            observed_at: batch.read_at,
            full_crawl: batch.full_crawl,
        })?;
        self.context.progress.event(Event::Page {
            scope: Scope::Issues,
            subject: batch.label.to_owned(),
            records: self.usage.records,
            expected: batch.expected,
        });
        Ok(())
    }

    /// Says what was left out and used; fails when something is missing. `what` names what was read.
    pub(crate) fn end(self, what: &str) -> Result<Usage, SourceError> {
        let notes = [
            (self.left_out.hidden_boards, "board events left out, since their board is gone or may not be seen"),
            (self.left_out.empty_entries, "entries came empty and were left out"),
        ];
        for (count, text) in notes.into_iter().filter(|(count, _)| *count > 0) {
            self.context.progress.event(Event::Note(format!("{what}: {count} {text}")));
        }
        let Usage { records, calls, points, .. } = self.usage;
        tracing::info!(records, calls, points, "{what}: {records} in {calls} calls for {points} points");
        self.faults.into_result(what)?;
        Ok(self.usage)
    }

    /// Variables for one object, with a page of one and nothing to go on from.
    pub(crate) fn variables(&self, id: &str) -> issues::Variables {
        issues::Variables {
            id: id.to_owned(),
            first: 1,
            after: None,
            order: issues::IssueOrder {
                field: issues::IssueOrderField::CREATED_AT,
                direction: issues::OrderDirection::ASC,
            },
            filter: None,
            labels_after: None,
            assignees_after: None,
            timeline_after: None,
            items_after: None,
            bug_source: self.bug_source.to_owned(),
            with_bug_source: !self.bug_source.is_empty(),
        }
    }

    fn rest_variables(&self, issue_id: &str, rest: &Rest) -> issues::Variables {
        issues::Variables {
            labels_after: rest.labels.clone(),
            assignees_after: rest.assignees.clone(),
            timeline_after: rest.timeline.clone(),
            items_after: rest.items.clone(),
            ..self.variables(issue_id)
        }
    }
}
