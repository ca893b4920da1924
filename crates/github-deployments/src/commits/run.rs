//! One import of one repository's commit graph.

use async_trait::async_trait;
use github_client::{Entries, Following, GraphqlError, ListPath, PageAsked, PageCame, RepositoryList, Tally, faults};
use model::Instant;
use model::records::{GitCommit, Place, Record};
use provider::graph::{self, Graph, Kept, MOST_COMMITS, Page, State, picked_from};
use source::{Context, SourceError, Usage};

use crate::wire::{self, Commits, CommitsOf};

const LIST: ListPath = ListPath { path: "node.object.history.nodes", may_be_hidden: None };

/// One import under way.
pub(crate) struct Run<'a> {
    list: &'a RepositoryList,
    context: &'a Context<'a>,
    kept: Kept,
    tally: Tally<'a>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(list: &'a RepositoryList, context: &'a Context<'a>) -> Self {
        let kept = Kept::read(context.cursor.as_deref());
        let tally = Tally::new(context, list.at);
        Self { list, context, kept, tally }
    }

    /// Reads what is missing of the graph. Says what was left out and used; fails when something is missing.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        let stored = self.kept.clone();
        self.tally.usage.full = self.context.window.full || self.kept.since.is_none();
        let gone = graph::read(&mut self).await?;
        self.kept.counted = Some(self.list.known.total);
        if self.kept != stored {
            self.commit(Vec::new())?;
        }
        let what = self.list.what();
        if gone > 0 {
            tracing::info!(gone, "{what}: {gone} that were deployed are not there any more, as after a force push");
        }
        self.tally.into_result(&what)
    }
}

#[async_trait]
impl Graph for Run<'_> {
    type Next = String;

    fn state(&mut self) -> State<'_> {
        State {
            context: self.context,
            repository: &self.list.place.repository_id,
            kept: &mut self.kept,
            is_incomplete: self.tally.faults.any(),
        }
    }

    fn begins(&mut self) {
        self.tally.following = Following::of(MOST_COMMITS);
    }

    async fn page(&mut self, sha: &str, after: Option<String>, since: Instant) -> Result<Page<String>, SourceError> {
        let what = match &after {
            None => format!("the commits of {} before {sha}", self.list.label),
            Some(after) => format!("the commits of {} before {sha} after {after}", self.list.label),
        };
        let size = self.list.pages.current();
        let make = |first| CommitsOf {
            id: self.list.place.repository_id.clone(),
            sha: sha.to_owned(),
            first,
            after: after.clone(),
            since: Some(since.to_rfc3339()),
        };
        let (progress, cancel) = (self.context.progress, &self.context.cancel);
        let (client, pages) = (&self.list.client, &self.list.pages);
        let reply = client.page::<Commits>(&what, pages, make, progress, cancel).await?;
        self.tally.count(&reply);
        let request_id = reply.request_id;
        let Some(node) = reply.data.node else { return Err(faults::absent(&what, &reply.errors, request_id)) };
        let is_not_found = |error: &&GraphqlError| error.path == "node.object" && error.kind == "NOT_FOUND";
        let errors: Vec<_> = reply.errors.iter().filter(|error| !is_not_found(error)).cloned().collect();
        let failures = faults::sort(errors.clone(), LIST.path, None).failures;
        let failed = !failures.is_empty();
        let Some(mut object) = node.object else {
            self.tally.faults.add(failures, request_id.as_deref());
            return Ok(if failed { Page::Missing } else { Page::Gone });
        };
        let place = &self.list.place;
        let head = object.commit().map(|head| record(head, place));
        let Some(history) = object.history else {
            // An object of another kind has no history.
            return if failed || head.is_some() { Err(faults::no_list(&what, request_id)) } else { Ok(Page::Gone) };
        };
        let size = size.min(self.list.pages.current());
        let asked = PageAsked { what: &what, list: LIST, after: after.as_ref(), size };
        let more = (history.page_info.has_next_page, history.page_info.end_cursor);
        let came = PageCame { more, nodes: history.nodes, errors, request_id };
        let Entries { entries, next, .. } = self.tally.entries(asked, came)?;
        let whole = entries.into_iter().filter(|entry| entry.is_whole);
        let commits: Vec<_> = whole.map(|entry| record(entry.wire, place)).collect();
        tracing::debug!(commits = commits.len(), "read {what}: {} commits", commits.len());
        Ok(Page::Commits { head, commits, next })
    }

    fn commit(&mut self, records: Vec<Record>) -> Result<(), SourceError> {
        let cursor = Some(self.kept.write());
        self.tally.commit(self.list.batch(records, cursor, None), &self.list.label, None)
    }
}

fn record(wire: wire::Commit, place: &Place) -> GitCommit {
    let parents: Vec<String> = wire.parents.nodes.into_iter().map(|parent| parent.oid).collect();
    GitCommit {
        org: place.org.clone(),
        repo: place.repo.clone(),
        host: place.host.clone(),
        sha: wire.oid,
        parents: parents.join(";"),
        authored_at: wire.authored_date.map(|at| at.0),
        committed_at: wire.committed_date.0,
        picked_from: picked_from(wire.message_body.as_deref().unwrap_or_default()),
    }
}
