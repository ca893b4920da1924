//! One import of one repository's commit graph.

use std::collections::{BTreeSet, HashSet};

use github_client::{Entries, Following, GraphqlError, ListPath, PageAsked, PageCame, RepositoryList, Tally, faults};
use model::Instant;
use model::records::{GitCommit, Place, Record};
use source::{Context, SourceError, Usage};

use super::cursor::Kept;
use crate::pick::picked_from;
use crate::wire::{self, Commits, CommitsOf};

const LIST: ListPath = ListPath { path: "node.object.history.nodes", may_be_hidden: None };

/// More commits than any repository has between two imports: a list that goes on behind them has no end.
const MOST_COMMITS: u64 = 1_000_000;

/// One import under way.
pub(crate) struct Run<'a> {
    list: &'a RepositoryList,
    context: &'a Context<'a>,
    kept: Kept,
    tally: Tally<'a>,
    /// Ids of the commits that came by now.
    read: HashSet<String>,
    /// Ids of the commits from which was read by now.
    asked: HashSet<String>,
    gone: u64,
}

/// One page of what is before a commit.
enum Page {
    /// There is no such commit.
    Gone,
    /// It did not come, which is in the tally.
    Missing,
    /// The commit itself, those of the page, and where the next page begins.
    Commits(Option<wire::Commit>, Vec<wire::Commit>, Option<String>),
}

impl<'a> Run<'a> {
    pub(crate) fn new(list: &'a RepositoryList, context: &'a Context<'a>) -> Self {
        let kept = Kept::read(context.cursor.as_deref());
        let tally = Tally::new(context, list.at);
        Self { list, context, kept, tally, read: HashSet::new(), asked: HashSet::new(), gone: 0 }
    }

    /// Reads what is before each deployed commit that is not stored, and then what is missing between stored commits, until
    /// the parents of all are stored that are not too old.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        let stored = self.kept.clone();
        self.tally.usage.full = self.context.window.full || self.kept.since.is_none();
        if self.context.window.full {
            self.kept.gone.clear();
            self.kept.before.clear();
        }
        let heads = self.context.sink.heads_to_read(&self.list.place.repository_id)?;
        if let Some(since) = self.kept.lower(heads.oldest) {
            for head in &heads.to_read {
                self.read_from(head, true, since).await?;
            }
            while let Some(missing) = self.missing(since)? {
                for parent in &missing {
                    self.read_from(parent, false, since).await?;
                }
            }
        }
        self.kept.counted = Some(self.list.known.total);
        if self.kept != stored {
            self.commit(Vec::new())?;
        }
        self.end()
    }

    /// Missing parents from which was not read yet; `None` when there are none.
    fn missing(&self, since: Instant) -> Result<Option<Vec<String>>, SourceError> {
        let mut missing = self.context.sink.missing_parents(&self.list.place.repository_id, since)?;
        missing.retain(|sha| !self.is_done(sha, false));
        Ok(Some(missing).filter(|missing| !missing.is_empty()))
    }

    fn is_done(&self, sha: &str, is_deployed: bool) -> bool {
        let is_left_out = if is_deployed { self.kept.gone.contains(sha) } else { self.kept.leaves_out(sha) };
        self.read.contains(sha) || self.asked.contains(sha) || is_left_out
    }

    /// Reads a commit and those before it, page by page, until the parents of all new ones are known. What was deployed is
    /// kept however old it is, a parent is not: which commits are stored depends on no interruption.
    async fn read_from(&mut self, sha: &str, is_deployed: bool, since: Instant) -> Result<(), SourceError> {
        if self.is_done(sha, is_deployed) {
            return Ok(());
        }
        self.asked.insert(sha.to_owned());
        self.tally.following = Following::of(MOST_COMMITS);
        let (mut after, mut open) = (None, BTreeSet::new());
        loop {
            let (head, mut commits, next) = match self.page(sha, after, since).await? {
                Page::Commits(head, commits, next) => (head, commits, next),
                Page::Missing => return Ok(()),
                Page::Gone => {
                    self.gone += 1;
                    self.kept.gone.insert(sha.to_owned());
                    return self.commit(Vec::new());
                }
            };
            match head {
                Some(head) if is_deployed => commits.push(head),
                Some(head) if head.committed_date.0 < since => drop(self.kept.before.insert(head.oid)),
                _ => {}
            }
            let new = self.unstored(commits, &mut open)?;
            let goes_on = next.is_some() && !new.is_empty() && !open.is_empty();
            if next.is_none() && !self.tally.faults.any() {
                // What is not too old was listed.
                self.kept.before.append(&mut open);
            }
            let records = new.into_iter().map(|commit| record(commit, &self.list.place)).collect();
            self.commit(records)?;
            if !goes_on {
                return Ok(());
            }
            after = next;
        }
    }

    /// Of the commits of a page those that are not stored. `open` are the parents of such commits that are neither stored
    /// nor came by now.
    fn unstored(
        &mut self,
        commits: Vec<wire::Commit>,
        open: &mut BTreeSet<String>,
    ) -> Result<Vec<wire::Commit>, SourceError> {
        let mut new: Vec<wire::Commit> =
            commits.into_iter().filter(|commit| self.read.insert(commit.oid.clone())).collect();
        let parents = |commit: &wire::Commit| commit.parents.nodes.iter().map(|parent| parent.oid.clone()).collect();
        let mut ids: Vec<String> = new.iter().flat_map(|commit| -> Vec<String> { parents(commit) }).collect();
        ids.retain(|sha| !self.read.contains(sha));
        ids.extend(new.iter().map(|commit| commit.oid.clone()));
        let sink = self.context.sink;
        let unstored: HashSet<String> =
            sink.unstored_commits(&self.list.place.repository_id, &ids)?.into_iter().collect();
        new.retain(|commit| unstored.contains(&commit.oid));
        open.retain(|sha| !self.read.contains(sha));
        for sha in new.iter().flat_map(|commit| -> Vec<String> { parents(commit) }) {
            if unstored.contains(&sha) && !self.read.contains(&sha) && !self.kept.leaves_out(&sha) {
                open.insert(sha);
            }
        }
        Ok(new)
    }

    async fn page(&mut self, sha: &str, after: Option<String>, since: Instant) -> Result<Page, SourceError> {
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
        let head = object.commit();
        let Some(history) = object.history else {
            // An object of another kind has no history.
            return if failed || head.is_some() { Err(faults::no_list(&what, request_id)) } else { Ok(Page::Gone) };
        };
        let size = size.min(self.list.pages.current());
        let asked = PageAsked { what: &what, list: LIST, after: after.as_ref(), size };
        let more = (history.page_info.has_next_page, history.page_info.end_cursor);
        let came = PageCame { more, nodes: history.nodes, errors, request_id };
        let Entries { entries, next, .. } = self.tally.entries(asked, came)?;
        let commits: Vec<_> = entries.into_iter().filter(|entry| entry.is_whole).map(|entry| entry.wire).collect();
        tracing::debug!(commits = commits.len(), "read {what}: {} commits", commits.len());
        Ok(Page::Commits(head, commits, next))
    }

    fn commit(&mut self, records: Vec<Record>) -> Result<(), SourceError> {
        let cursor = Some(self.kept.write());
        self.tally.commit(self.list.batch(records, cursor, None), &self.list.label, None)
    }

    /// Says what was left out and used; fails when something is missing.
    fn end(self) -> Result<Usage, SourceError> {
        let what = self.list.what();
        if self.gone > 0 {
            let gone = self.gone;
            tracing::info!(gone, "{what}: {gone} that were deployed are not there any more, as after a force push");
        }
        self.tally.into_result(&what)
    }
}

fn record(wire: wire::Commit, place: &Place) -> Record {
    let parents: Vec<String> = wire.parents.nodes.into_iter().map(|parent| parent.oid).collect();
    Record::GitCommit(Box::new(GitCommit {
        org: place.org.clone(),
        repo: place.repo.clone(),
        host: place.host.clone(),
        sha: wire.oid,
        parents: parents.join(";"),
        authored_at: wire.authored_date.map(|at| at.0),
        committed_at: wire.committed_date.0,
        picked_from: picked_from(wire.message_body.as_deref().unwrap_or_default()),
    }))
}
