//! What REST knows of merge requests that GraphQL does not, read beside it from the same list.

use std::collections::HashMap;

use gitlab_client::{Changes, GitlabClient};
use model::Instant;
use source::{Context, SourceError, Usage};

use crate::convert::Draft;
use crate::wire::Numbered;

/// The list of a group's merge requests in the order of their changes, as far as it was read.
pub(crate) struct Numbers<'a> {
    client: &'a GitlabClient,
    list: Changes<'a>,
    /// What was read and not asked for yet, by reference.
    known: HashMap<String, Numbered>,
}

impl<'a> Numbers<'a> {
    pub(crate) fn new(client: &'a GitlabClient, group: &'a str, since: Option<Instant>) -> Self {
        let what = format!("numbers of merge requests of {group}");
        Self { client, list: Changes::of_group(client, group, "merge_requests", what, since), known: HashMap::new() }
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
            let is_ahead = self.list.read_to() > Some(draft.updated_at());
            if is_ahead || self.list.has_ended() {
                break;
            }
            let (entries, calls) = self.list.page(|entry: &Numbered| Some(entry.updated_at.0), context).await?;
            usage.calls += calls;
            self.known.extend(entries.into_iter().map(|entry| (entry.references.full.clone(), entry)));
        }
        // It has changed since, so that the list has it elsewhere.
        let path = ["projects", draft.project(), "merge_requests", draft.number()];
        let (found, _) = self.client.object(&reference, &path, &[], context.progress, &context.cancel).await?;
        usage.calls += 1;
        Ok(found)
    }
}
