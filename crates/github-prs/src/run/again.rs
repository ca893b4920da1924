//! Pull requests that were stored without all of their folders, read again by their ids.

use github_client::by_id;
use github_client::faults::Sorted;
use provider::list::{Handover, List as _};
use source::SourceError;

use super::Run;
use crate::wire::{ByIdVariables, Named, PullRequestsById};

/// An answer, taken apart.
struct Taken {
    nodes: Vec<Option<Named>>,
    sorted: Sorted,
    request_id: Option<String>,
}

impl Run<'_> {
    /// Reads what lacks folders and was not read by now, a hundred to a call, unless that was done before: what lacks
    /// some even so is not asked for again. One that is gone has no folders any more.
    pub(super) async fn read_again(&mut self) -> Result<(), SourceError> {
        if self.kept.with_folders || self.folders.is_none() {
            return Ok(());
        }
        let ids: Vec<String> = self.lacking_folders.iter().map(|id| (*id).to_owned()).collect();
        let what = format!("pull requests of {} without folders", self.list.label);
        let mut left = ids.as_slice();
        loop {
            let mut records = Vec::new();
            if !left.is_empty() {
                let Taken { nodes, sorted, request_id } = self.ask_by_ids(&what, left).await?;
                left = by_id::rest(left, nodes.len(), &what, request_id.as_deref())?;
                self.tally.faults.add(sorted.failures, request_id.as_deref());
                for (position, node) in nodes.into_iter().enumerate() {
                    if let Some(Named::PullRequest(wire)) = node.filter(|_| !sorted.broken.contains(&position)) {
                        let (draft, rest) = self.convert(*wire)?;
                        records.extend(self.record(draft, rest).await?);
                    }
                }
            }
            self.kept.with_folders = left.is_empty();
            self.commit(Handover { records, moves_cursor: true, ..Handover::default() })?;
            if left.is_empty() {
                return Ok(());
            }
        }
    }

    /// Asks for the first of these, and once more when parts of them are missing.
    async fn ask_by_ids(&mut self, what: &str, left: &[String]) -> Result<Taken, SourceError> {
        let taken = self.ask_by_ids_once(what, left).await?;
        if taken.sorted.failures.is_empty() {
            return Ok(taken);
        }
        tracing::debug!(what, "parts of {what} are missing, asking once more");
        self.ask_by_ids_once(what, left).await
    }

    async fn ask_by_ids_once(&mut self, what: &str, left: &[String]) -> Result<Taken, SourceError> {
        let make = |most: i64| ByIdVariables { ids: by_id::first(left, most), with_files: true };
        let (client, pages) = (&self.list.client, &*self.list.pages);
        let (progress, cancel) = (self.context.progress, &self.context.cancel);
        let reply = client.page::<PullRequestsById>(what, pages, make, progress, cancel).await?;
        self.tally.count(&reply);
        let sorted = by_id::sort(&reply.errors, None);
        Ok(Taken { nodes: reply.data.nodes, sorted, request_id: reply.request_id })
    }
}
