//! One import of one list of one repository.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use async_trait::async_trait;
use github_client::{Entries, Following, PageAsked, PageCame, RepositoryList, Tally, by_id, faults};
use model::Instant;
use model::records::Record;
use provider::cursor::{Cursor, Plan};
use provider::list::{self, Handover, List as _, Page, State};
use source::{Context, SourceError, Usage, Window};

use super::List;
use super::cursor::Kept;
use crate::wire::Connection;

/// One import under way.
pub(crate) struct Run<'a, L> {
    list: &'a RepositoryList,
    context: &'a Context<'a>,
    kept: Kept,
    tally: Tally<'a>,
    /// Ids of the entries that were read.
    seen: BTreeSet<String>,
    kind: PhantomData<L>,
}

impl<'a, L: List> Run<'a, L> {
    pub(crate) fn new(list: &'a RepositoryList, context: &'a Context<'a>) -> Self {
        let kept = Kept::read(context.cursor.as_deref());
        let mut tally = Tally::new(context, list.at);
        tally.following = Following::of(list.known.total);
        Self { list, context, kept, tally, seen: BTreeSet::new(), kind: PhantomData }
    }

    /// Does what the window and the cursor ask for, and reads again what waits.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        list::read(&mut self).await?;
        self.read_waiting().await?;
        self.tally.into_result(&self.list.what())
    }

    /// Reads what waits for its end and was not read by now, by its ids. What is gone is waited for no longer.
    async fn read_waiting(&mut self) -> Result<(), SourceError> {
        let before = self.kept.waiting.len();
        self.kept.give_up::<L>(self.list.at);
        let ids: Vec<String> = self.kept.waiting.keys().filter(|id| !self.seen.contains(*id)).cloned().collect();
        if ids.is_empty() && self.kept.waiting.len() == before {
            return Ok(());
        }
        let what = format!("{} of {} that wait", L::NAME, self.list.label);
        let mut left = ids.as_slice();
        let mut records = Vec::new();
        while !left.is_empty() {
            let make = |most: i64| L::by_id(by_id::first(left, most));
            let (client, pages) = (&self.list.client, &*self.list.pages);
            let (progress, cancel) = (self.context.progress, &self.context.cancel);
            let reply = client.page::<L::ById>(&what, pages, make, progress, cancel).await?;
            self.tally.count(&reply);
            let rest = by_id::rest(left, reply.data.nodes.len(), &what, reply.request_id.as_deref())?;
            let not_found = reply.errors.iter().filter(|error| error.kind == "NOT_FOUND").filter_map(by_id::position);
            for gone in not_found.filter_map(|position| left.get(position)) {
                self.kept.waiting.remove(gone);
            }
            let sorted = by_id::sort(&reply.errors, None);
            self.tally.faults.add(sorted.failures, reply.request_id.as_deref());
            for (position, wire) in reply.data.nodes.into_iter().enumerate() {
                if let Some(wire) = wire.filter(|_| !sorted.broken.contains(&position)) {
                    records.extend(self.record(wire).await?);
                }
            }
            left = rest;
            let records = std::mem::take(&mut records);
            self.commit(Handover { records, moves_cursor: true, ..Handover::default() })?;
        }
        if ids.is_empty() {
            self.commit(Handover { records, moves_cursor: true, ..Handover::default() })?;
        }
        Ok(())
    }

    /// Reads one page, the newest first. Gives when its entries were made, too.
    async fn read(&mut self, after: Option<String>) -> Result<(Page, Vec<Instant>), SourceError> {
        let what = self.list.page_after(after.as_ref());
        let list = self.list;
        let (client, pages) = (&list.client, &*list.pages);
        let size = pages.current();
        let make = |first| L::page(&list.place.repository_id, first, after.clone());
        let reply = self.tally.page::<L::Page>((client, pages), &what, L::PATH, make, |data| data.node.is_some());
        let reply = reply.await?;
        let (errors, request_id) = (reply.errors, reply.request_id);
        let Some(node) = reply.data.node else { return Err(faults::absent(&what, &errors, request_id)) };
        let Some(Connection { page_info, nodes: Some(nodes) }) = node.list else {
            return Err(if errors.is_empty() {
                faults::no_list(&what, request_id)
            } else {
                faults::absent(&what, &errors, request_id)
            });
        };
        let size = size.min(pages.current());
        let asked = PageAsked { what: &what, list: L::PATH, after: after.as_ref(), size };
        let more = (page_info.has_next_page, page_info.end_cursor);
        let came = PageCame { more, nodes: Some(nodes), errors, request_id };
        let Entries { entries, next, .. } = self.tally.entries(asked, came)?;
        let created = entries.iter().map(|entry| L::created_at(&entry.wire)).collect();
        let mut records = Vec::new();
        for entry in entries.into_iter().filter(|entry| entry.is_whole) {
            records.extend(self.record(entry.wire).await?);
        }
        Ok((Page { records, next }, created))
    }

    /// The record of an entry, read to its end. `None` when part of it failed.
    async fn record(&mut self, mut wire: L::Wire) -> Result<Option<Record>, SourceError> {
        if !L::complete(&mut wire, &self.list.client, self.context, &mut self.tally).await? {
            return Ok(None);
        }
        let (id, created_at) = (L::id(&wire).to_owned(), L::created_at(&wire));
        let entry = L::entry(wire, &self.list.place);
        self.kept.note::<L>(&id, created_at, entry.waits, self.list.at);
        self.seen.insert(id);
        Ok(Some(entry.record))
    }
}

#[async_trait]
impl<L: List> list::List for Run<'_, L> {
    fn what(&self) -> String {
        self.list.what()
    }

    fn state(&mut self) -> State<'_> {
        self.tally.state(self.list, &mut self.kept.list)
    }

    fn came_empty(&mut self, counted: u64) {
        self.tally.faults.add_lack(L::PATH.path, counted);
    }

    fn plan(&mut self, window: Window) -> Plan {
        self.kept.plan::<L>(window, self.list.known, self.context.generation)
    }

    /// Where nothing was remembered, nothing is stored.
    fn forget(&mut self) -> bool {
        if self.kept == Kept::default() {
            return false;
        }
        self.kept.list = Cursor::default();
        self.kept.total = None;
        true
    }

    fn ended(&mut self) {
        self.kept.total = Some(self.list.known.total);
    }

    /// The newest first: what is made meanwhile is left to what follows.
    async fn page(&mut self, after: Option<String>, _left: Option<u64>) -> Result<Page, SourceError> {
        Ok(self.read(after).await?.0)
    }

    /// What was made from `since` on, the newest first, to the end of the page on which older ones begin, and on
    /// where that does not explain how many there are.
    async fn changes(&mut self, since: Instant, moves_watermark: bool) -> Result<(), SourceError> {
        let watermark = self.kept.list.watermark;
        let (mut after, mut newest, mut new) = (None, None, 0);
        loop {
            let (page, created) = self.read(after).await?;
            newest = newest.max(created.iter().max().copied());
            new += created.iter().filter(|at| watermark.is_some_and(|watermark| **at > watermark)).count() as u64;
            let reached = created.iter().min().is_some_and(|oldest| *oldest < since);
            let is_explained = !moves_watermark || self.kept.explains::<L>(new, self.list.known);
            let next = page.next.filter(|_| !reached || !is_explained);
            if next.is_none() && moves_watermark {
                self.kept.list.watermark = watermark.max(newest);
                self.kept.list.read_at = Some(self.list.at);
                self.kept.total = Some(self.list.known.total);
            }
            self.commit(Handover { records: page.records, moves_cursor: next.is_none(), ..Handover::default() })?;
            if next.is_none() {
                return Ok(());
            }
            after = next;
        }
    }

    fn commit(&mut self, handover: Handover) -> Result<(), SourceError> {
        self.tally.hand_over(self.list, handover, || self.kept.write())
    }
}
