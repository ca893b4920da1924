//! One import of one project's commit graph.

use async_trait::async_trait;
use gitlab_client::NextPage;
use model::Instant;
use model::records::{GitCommit, Place, Record};
use provider::graph::{self, Graph, Kept, MOST_COMMITS, Page, State, picked_from};
use source::{Batch, Context, ErrorKind, Scope, SourceError, Usage};

use super::CommitSource;
use crate::wire;

/// Commits per page.
const PAGE: u64 = 100;

/// What GitLab says of a commit that is not there. Where a whole repository is not shown it says something else.
const GONE: &str = "Commit Not Found";

/// One import under way.
pub(crate) struct Run<'a> {
    source: &'a CommitSource,
    context: &'a Context<'a>,
    kept: Kept,
    usage: Usage,
    /// Pages that were read from one commit.
    pages: u64,
}

impl<'a> Run<'a> {
    pub(crate) fn new(source: &'a CommitSource, context: &'a Context<'a>) -> Self {
        let kept = Kept::read(context.cursor.as_deref());
        let usage = Usage { covered_to: Some(source.at), ..Usage::default() };
        Self { source, context, kept, usage, pages: 0 }
    }

    /// Reads what is missing of the graph.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        let stored = self.kept.clone();
        self.usage.full = self.context.window.full || self.kept.since.is_none();
        let gone = graph::read(&mut self).await?;
        if self.kept != stored {
            self.commit(Vec::new())?;
        }
        if gone > 0 {
            let path = &self.source.project.path;
            tracing::info!(
                gone,
                "commits of {path}: {gone} that were deployed are not there any more, as after a force push"
            );
        }
        Ok(self.usage)
    }

    /// A commit by itself; `None` where there is none.
    async fn head(&mut self, sha: &str) -> Result<Option<wire::Commit>, SourceError> {
        let what = format!("the commit {sha} of {}", self.source.project.path);
        let number = self.source.project.number.to_string();
        let path = ["projects", &number, "repository", "commits", sha];
        let Context { progress, cancel, .. } = self.context;
        self.usage.calls += 1;
        match self.source.client.object(&what, &path, &[("stats", "false")], *progress, cancel).await {
            Ok((commit, _)) => Ok(Some(commit)),
            Err(error) if error.kind == ErrorKind::NotFound && error.message.contains(GONE) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Graph for Run<'_> {
    type Next = NextPage;

    fn state(&mut self) -> State<'_> {
        let repository = &self.source.project.record.id;
        State { context: self.context, repository, kept: &mut self.kept, is_incomplete: false }
    }

    fn begins(&mut self) {
        self.pages = 0;
    }

    async fn page(
        &mut self,
        sha: &str,
        after: Option<NextPage>,
        since: Instant,
    ) -> Result<Page<NextPage>, SourceError> {
        let (client, project) = (&self.source.client, &self.source.project);
        let Context { progress, cancel, .. } = self.context;
        let what = format!("the commits of {} before {sha}", project.path);
        self.pages += 1;
        if self.pages > MOST_COMMITS / PAGE {
            let message = format!("reading {what}: GitLab goes on offering further pages; import again later");
            return Err(SourceError::new(ErrorKind::UnexpectedResponse, message));
        }
        let page = if let Some(next) = &after {
            client.next::<wire::Commit>(&what, next, *progress, cancel).await
        } else {
            let path = ["projects", &project.number.to_string(), "repository", "commits"];
            let since = since.to_rfc3339();
            let query = [("ref_name", sha), ("since", since.as_str()), ("per_page", "100")];
            client.list::<wire::Commit>(&what, &path, &query, *progress, cancel).await
        };
        let page = match page {
            Ok(page) => Some(page),
            // Of a commit that is not there some versions of GitLab list nothing, and others say so.
            Err(error) if error.kind == ErrorKind::NotFound && after.is_none() => None,
            Err(error) => return Err(error),
        };
        self.usage.calls += page.as_ref().map_or(1, |page| page.calls);
        let place = project.record.place();
        match page {
            Some(page) if after.is_some() || !page.entries.is_empty() => {
                let commits = page.entries.into_iter().map(|commit| record(commit, &place)).collect();
                Ok(Page::Commits { head: None, commits, next: page.next })
            }
            // Nothing is as young as the graph: it is not there, or it is older.
            _ => Ok(match self.head(sha).await? {
                None => Page::Gone,
                Some(head) => Page::Commits { head: Some(record(head, &place)), commits: Vec::new(), next: None },
            }),
        }
    }

    fn commit(&mut self, records: Vec<Record>) -> Result<(), SourceError> {
        let project = &self.source.project;
        self.usage.records += records.len() as u64;
        let page = Batch {
            scope: Scope::Commits,
            subject: project.record.id.clone(),
            records,
            cursor: Some(self.kept.write()),
            observed_at: self.source.at,
            full_crawl: None,
        };
        self.context.hand_over(page, &project.path, self.usage.records, None)
    }
}

fn record(wire: wire::Commit, place: &Place) -> GitCommit {
    GitCommit {
        org: place.org.clone(),
        repo: place.repo.clone(),
        host: place.host.clone(),
        sha: wire.id,
        parents: wire.parent_ids.join(";"),
        authored_at: wire.authored_date.map(|at| at.0),
        committed_at: wire.committed_date.0,
        picked_from: picked_from(wire.message.as_deref().unwrap_or_default()),
    }
}
