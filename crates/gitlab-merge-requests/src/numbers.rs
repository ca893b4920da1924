//! What REST knows of merge requests that GraphQL does not, read beside it from the same list.

use std::collections::HashMap;

use gitlab_client::{GitlabClient, ListPage, NextPage};
use model::Instant;
use source::{Context, SourceError, Usage};

use crate::convert::Draft;
use crate::wire::Numbered;

/// The list of a group's merge requests in the order of their changes, as far as it was read.
pub(crate) struct Numbers<'a> {
    client: &'a GitlabClient,
    group: &'a str,
    what: String,
    /// What was read and not asked for yet, by reference.
    known: HashMap<String, Numbered>,
    next: Next,
    /// The last change that was read.
    read_to: Option<Instant>,
}

enum Next {
    /// Everything that changed from here on.
    Since(Option<Instant>),
    Page(NextPage),
    End,
}

impl<'a> Numbers<'a> {
    pub(crate) fn new(client: &'a GitlabClient, group: &'a str, since: Option<Instant>) -> Self {
        let what = format!("numbers of merge requests of {group}");
        Self { client, group, what, known: HashMap::new(), next: Next::Since(since), read_to: None }
    }

    /// What is known of a merge request: from the list, which is read as far as it takes, else asked for by itself.
    pub(crate) async fn of(
        &mut self,
        draft: &Draft,
        context: &Context<'_>,
        usage: &mut Usage,
    ) -> Result<Numbered, SourceError> {
        let reference = draft.reference();
        loop {
            if let Some(found) = self.known.remove(&reference) {
                return Ok(found);
            }
            let is_ahead = self.read_to.is_some_and(|read_to| read_to > draft.updated_at());
            if is_ahead || matches!(self.next, Next::End) {
                break;
            }
            self.read_on(context, usage).await?;
        }
        // It has changed since, so that the list has it elsewhere.
        let path = ["projects", draft.project(), "merge_requests", draft.number()];
        let (found, _) = self.client.object(&reference, &path, &[], context.progress, &context.cancel).await?;
        usage.calls += 1;
        Ok(found)
    }

    async fn read_on(&mut self, context: &Context<'_>, usage: &mut Usage) -> Result<(), SourceError> {
        let page: ListPage<Numbered> = match &self.next {
            Next::End => return Ok(()),
            Next::Page(next) => self.client.next(&self.what, next, context.progress, &context.cancel).await?,
            Next::Since(since) => {
                let since = since.map(Instant::to_rfc3339);
                let mut query = vec![("scope", "all"), ("state", "all")];
                query.extend(since.as_deref().map(|since| ("updated_after", since)));
                query.extend([("order_by", "updated_at"), ("sort", "asc"), ("per_page", "100")]);
                let path = ["groups", self.group, "merge_requests"];
                self.client.list(&self.what, &path, &query, context.progress, &context.cancel).await?
            }
        };
        usage.calls += page.calls;
        let last = page.entries.last().map(|entry| entry.updated_at.0);
        // Pages are counted from the beginning, and what changes meanwhile leaves it: whoever turned the page would miss
        // one. The list is asked for from the last change on instead, unless all of the page bears it.
        let is_stuck = last <= self.read_to;
        self.next = match page.next {
            None => Next::End,
            Some(next) if is_stuck => Next::Page(next),
            Some(_) => Next::Since(last),
        };
        self.read_to = self.read_to.max(last);
        self.known.extend(page.entries.into_iter().map(|entry| (entry.references.full.clone(), entry)));
        Ok(())
    }
}
