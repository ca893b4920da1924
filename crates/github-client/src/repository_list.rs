//! Lists of a repository: what is read of one, a page of it, and the batch that a page becomes.

use std::sync::Arc;

use graphql_client::GraphQLQuery;
use model::Instant;
use model::records::{Place, Record};
use provider::cursor::{Cursor, Known};
use provider::list::{Handover, State};
use source::{Batch, Context, FullCrawl, Scope, SourceError};

use crate::{GithubClient, GraphqlError, PageSize, Reply, RepositorySummary, Tally, faults};

/// One list of one repository that a survey has found.
#[derive(Clone, Debug)]
pub struct RepositoryList {
    /// What asks for it.
    pub client: GithubClient,
    /// The size of its pages, shared by all repositories.
    pub pages: Arc<PageSize>,
    /// What is on it.
    pub scope: Scope,
    /// What people call its entries: "issues".
    pub name: &'static str,
    /// Where it is.
    pub place: Place,
    /// `org/name`.
    pub label: String,
    /// What the survey has found of it.
    pub known: Known,
    /// Whether the token may read it.
    pub access: bool,
    /// The time of the import.
    pub at: Instant,
}

/// Where a list is in the answers of GraphQL.
#[derive(Clone, Copy, Debug)]
pub struct ListPath {
    /// As in `node.issues.nodes`.
    pub path: &'static str,
    /// The field of an entry that may be hidden or gone without anything missing.
    pub may_be_hidden: Option<&'static str>,
}

/// A page as it was asked for.
#[derive(Clone, Copy, Debug)]
pub struct PageAsked<'a> {
    /// As in "issues of acme/api after X".
    pub what: &'a str,
    /// Which list.
    pub list: ListPath,
    /// Where it begins.
    pub after: Option<&'a String>,
    /// Entries, at most.
    pub size: u32,
}

/// A page as it came.
#[derive(Debug)]
pub struct PageCame<W> {
    /// Whether there are more, and from where on.
    pub more: (bool, Option<String>),
    /// The entries.
    pub nodes: Option<Vec<Option<W>>>,
    /// What did not come.
    pub errors: Vec<GraphqlError>,
    /// The provider's id of the request.
    pub request_id: Option<String>,
}

/// An entry that came.
#[derive(Debug)]
pub struct Entry<W> {
    /// What came.
    pub wire: W,
    /// Whether nothing of it is missing.
    pub is_whole: bool,
}

/// The entries of a page, and where the next one begins.
#[derive(Debug)]
pub struct Entries<W> {
    /// What came.
    pub entries: Vec<Entry<W>>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<String>,
    /// How many errors only say what may not be seen.
    pub hidden: u64,
}

impl RepositoryList {
    /// The list of a repository.
    pub fn new(
        (scope, name): (Scope, &'static str),
        client: GithubClient,
        summary: &RepositorySummary,
        known: Known,
        at: Instant,
        pages: Arc<PageSize>,
    ) -> Self {
        let place = summary.record.place();
        let label = format!("{}/{}", place.org, place.repo);
        Self { client, pages, scope, name, place, label, known, access: summary.access, at }
    }

    /// As in "issues of acme/api".
    pub fn what(&self) -> String {
        format!("{} of {}", self.name, self.label)
    }

    /// What the page is called that begins behind `after`.
    pub fn page_after(&self, after: Option<&String>) -> String {
        match after {
            None => format!("the first {}", self.what()),
            Some(after) => format!("{} after {after}", self.what()),
        }
    }

    /// Fails with `NoAccess` where the token may not read it.
    pub fn checked(&self) -> Result<&Self, SourceError> {
        if self.access { Ok(self) } else { Err(faults::no_access(&self.what())) }
    }

    /// A page to be committed.
    pub fn batch(&self, records: Vec<Record>, cursor: Option<String>, full_crawl: Option<FullCrawl>) -> Batch {
        let subject = self.place.repository_id.clone();
        Batch { scope: self.scope, subject, records, cursor, observed_at: self.at, full_crawl }
    }
}

impl<'a> Tally<'a> {
    /// What is known of a list by now, as `provider::list` asks for it.
    pub fn state<'s>(&'s mut self, list: &RepositoryList, cursor: &'s mut Cursor) -> State<'s> {
        let (known, is_incomplete) = (list.known, self.faults.any());
        State { context: self.context, known, at: self.at, cursor, usage: &mut self.usage, is_incomplete }
    }

    /// Hands records of a list over, with the cursor behind them where it moves.
    pub fn hand_over(
        &mut self,
        list: &RepositoryList,
        handover: Handover,
        cursor: impl FnOnce() -> String,
    ) -> Result<(), SourceError> {
        let Handover { records, moves_cursor, full_crawl, expected } = handover;
        self.commit(list.batch(records, moves_cursor.then(cursor), full_crawl), &list.label, expected)
    }

    /// Asks for a page, and once more when parts of a list that `came` are missing.
    pub async fn page<Q>(
        &mut self,
        (client, pages): (&GithubClient, &PageSize),
        what: &str,
        list: ListPath,
        make: impl Fn(i64) -> Q::Variables,
        came: fn(&Q::ResponseData) -> bool,
    ) -> Result<Reply<Q::ResponseData>, SourceError>
    where
        Q: GraphQLQuery<ResponseData: Send>,
    {
        let context: &'a Context<'a> = self.context;
        let reply = client.page::<Q>(what, pages, &make, context.progress, &context.cancel).await?;
        self.count(&reply);
        let is_whole = || faults::sort(reply.errors.clone(), list.path, list.may_be_hidden).failures.is_empty();
        if !came(&reply.data) || is_whole() {
            return Ok(reply);
        }
        tracing::debug!(what, "parts of {what} are missing, asking once more");
        let reply = client.page::<Q>(what, pages, &make, context.progress, &context.cancel).await?;
        self.count(&reply);
        Ok(reply)
    }

    /// Takes a page apart: its entries, and where the next page begins. What is missing is noted.
    ///
    /// Fails with `UnexpectedResponse` where the list is missing, goes on from nowhere, or has no end.
    pub fn entries<W>(&mut self, asked: PageAsked<'_>, came: PageCame<W>) -> Result<Entries<W>, SourceError> {
        let (PageAsked { what, list, after, size }, request_id) = (asked, came.request_id.as_deref());
        let sorted = faults::sort(came.errors, list.path, list.may_be_hidden);
        self.faults.add(sorted.failures, request_id);
        let next = faults::next_page(what, came.more, after, request_id)?;
        if next.is_some() {
            self.following.goes_on(what, size, request_id)?;
        }
        let Some(nodes) = came.nodes else { return Err(faults::no_list(what, came.request_id)) };
        let mut entries = Vec::new();
        for (position, wire) in nodes.into_iter().enumerate() {
            let is_whole = !sorted.broken.contains(&position);
            match wire {
                Some(wire) => entries.push(Entry { wire, is_whole }),
                None if is_whole => self.faults.add_empty(list.path, position, request_id),
                None => {}
            }
        }
        tracing::debug!(entries = entries.len(), "read {what}: {} entries", entries.len());
        Ok(Entries { entries, next, hidden: sorted.hidden })
    }
}
