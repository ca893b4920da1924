//! A list in the order of its changes, the oldest first.

use model::Instant;
use serde::de::DeserializeOwned;
use source::{Context, SourceError};

use crate::client::{GitlabClient, NextPage};

/// Issues or merge requests of a group and its subgroups, or deployments or pipelines of a project, in the order of their changes, as far
/// as they were read.
#[derive(Debug)]
pub struct Changes<'a> {
    client: &'a GitlabClient,
    path: [String; 3],
    /// Parameters besides the order.
    query: &'static [(&'static str, &'static str)],
    what: String,
    next: Next,
    read_to: Option<Instant>,
}

/// Where the list goes on.
#[derive(Debug)]
enum Next {
    /// Everything that changed from here on.
    Since(Option<Instant>),
    Page(NextPage),
    End,
}

impl<'a> Changes<'a> {
    /// The `list` of a group below its address, `issues` or `merge_requests`, from the changes since then on; `None` for all.
    /// `what` names it in messages.
    pub fn of_group(client: &'a GitlabClient, group: &str, list: &str, what: String, since: Option<Instant>) -> Self {
        let path = ["groups".to_owned(), group.to_owned(), list.to_owned()];
        // Without these only one's own open ones are listed, and none of archived projects.
        let query = &[("scope", "all"), ("state", "all"), ("non_archived", "false")];
        Self { client, path, query, what, next: Next::Since(since), read_to: None }
    }

    /// The `list` of a project below its address, `deployments`, as [`Changes::of_group`].
    ///
    /// GitLab refuses the order of changes without an instant to begin from, so all of it is what changed since 1970.
    pub fn of_project(client: &'a GitlabClient, number: u64, list: &str, what: String, since: Option<Instant>) -> Self {
        let path = ["projects".to_owned(), number.to_string(), list.to_owned()];
        let since = Some(since.unwrap_or(Instant::from_seconds(0)));
        Self { client, path, query: &[], what, next: Next::Since(since), read_to: None }
    }

    /// With parameters besides.
    #[must_use]
    pub fn with(self, query: &'static [(&'static str, &'static str)]) -> Self {
        Self { query, ..self }
    }

    /// The last change that was read.
    pub fn read_to(&self) -> Option<Instant> {
        self.read_to
    }

    /// Whether the list was read to its end.
    pub fn has_ended(&self) -> bool {
        matches!(self.next, Next::End)
    }

    /// The next page and the calls that it took; nothing behind the end. `changed_at` is when an entry changed. What bears
    /// the last change of a page may come once more with the next one. Fails as [`GitlabClient::list`] does.
    pub async fn page<T: DeserializeOwned + Send>(
        &mut self,
        changed_at: fn(&T) -> Option<Instant>,
        context: &Context<'_>,
    ) -> Result<(Vec<T>, u64), SourceError> {
        let (client, progress, cancel) = (self.client, context.progress, &context.cancel);
        let page = match &self.next {
            Next::End => return Ok((Vec::new(), 0)),
            Next::Page(next) => client.next(&self.what, next, progress, cancel).await?,
            Next::Since(since) => {
                let since = since.map(Instant::to_rfc3339);
                let mut query = self.query.to_vec();
                query.extend(since.as_deref().map(|since| ("updated_after", since)));
                query.extend([("order_by", "updated_at"), ("sort", "asc"), ("per_page", "100")]);
                let path = self.path.each_ref().map(String::as_str);
                client.list(&self.what, &path, &query, progress, cancel).await?
            }
        };
        let last = page.entries.iter().filter_map(changed_at).max();
        // Pages are counted from the beginning, and what changes meanwhile leaves it: whoever turned the page would miss
        // one. The list is asked for from the last change on instead, unless all of the page bears it.
        self.next = match page.next {
            None => Next::End,
            Some(_) if last > self.read_to => Next::Since(last),
            Some(next) => Next::Page(next),
        };
        self.read_to = self.read_to.max(last);
        Ok((page.entries, page.calls))
    }
}
