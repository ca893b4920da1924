//! One import of one scope: months queried, pages read, bills handed over with a cursor.

use std::collections::HashSet;

use model::{Instant, Month};
use provider::{Asking, Url, after};
use serde::Deserialize;
use source::{Batch, Context, ErrorKind, Event, FullCrawl, Scope, Source as _, SourceError, Usage};

use crate::answer::Answer;
use crate::bill::Bill;
use crate::judge::Place;
use crate::months::{self, Cursor};
use crate::query;
use crate::reply::Page;
use crate::session::{Asked, Outcome, Session};
use crate::source::AzureCostSource;

/// Pages of one query, at most: a page has thousands of rows, and rows are summed by month and service.
const MOST_PAGES: u32 = 1000;

/// One import under way.
pub(crate) struct Run<'a> {
    source: &'a AzureCostSource,
    session: &'a Session,
    context: &'a Context<'a>,
    usage: Usage,
    /// Set when Azure said that no query of this scope is left for now.
    not_before: Option<Instant>,
}

/// The months of one query, read or not.
enum Reading {
    Bill(Bill),
    TooMuch,
}

/// What describes a scope, as far as it matters.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Description {
    display_name: Option<String>,
    name: Option<String>,
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Properties {
    display_name: Option<String>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(source: &'a AzureCostSource, context: &'a Context<'a>) -> Self {
        let session = &*source.client.session;
        Self { source, session, context, usage: Usage::default(), not_before: None }
    }

    /// Reads what is asked for, newest months first, and hands over query by query.
    pub(crate) async fn import(mut self) -> Result<Usage, SourceError> {
        let now = self.provider_time().await?;
        let mut cursor = self.source.cursor(self.context.cursor.as_deref());
        let months = months::asked(self.context.window, &cursor, now);
        self.usage.full = self.context.window.full || cursor.is_new();
        self.usage.covered_from = self.context.window.since.and(months.last()).map(|first| first.start());
        self.usage.covered_to = Some(now);
        cursor.forget(&months);
        let mut left = &months[..];
        let mut most = months::together(left);
        while !left.is_empty() {
            let wanted = most.min(months::together(left));
            let size = self.session.pacer.fitting(wanted, &self.context.cancel).await?.min(wanted);
            let (query, rest) = left.split_at(size as usize);
            match self.read(query).await? {
                Reading::TooMuch => most = (size / 2).max(1),
                Reading::Bill(bill) => {
                    self.hand_over(bill, query, now, &mut cursor)?;
                    left = rest;
                    most = crate::buckets::LARGEST_QUERY;
                }
            }
        }
        let Usage { records, calls, points, .. } = self.usage;
        tracing::info!(scope = %self.source.place, records, calls, points, "read {records} lines of the costs of {}", self.source.place);
        Ok(self.usage)
    }

    /// Asks what the scope is called. Whatever the answer, it tells the provider's time.
    async fn provider_time(&mut self) -> Result<Instant, SourceError> {
        let scope = &self.source.scope;
        let mut url = self.session.endpoint.path(scope.path());
        url.query_pairs_mut().append_pair("api-version", scope.description_version());
        let what = format!("the description of {}", self.source.place);
        let asked = asked(self.source, url, None, None, &what);
        let answer = self.ask(&Asked { any_status: true, ..asked }).await?;
        let Some(answer) = answer else { return Ok(self.session.connection.provider_now()) };
        if (200..300).contains(&answer.status) {
            self.learn_name(&answer.body);
        }
        Ok(answer.head.date.unwrap_or_else(|| self.session.connection.clock().now()))
    }

    fn learn_name(&self, body: &[u8]) {
        let Ok(known) = serde_json::from_slice::<Description>(body) else { return };
        let names = [known.display_name, known.properties.display_name, known.name];
        if let Some(name) = names.into_iter().flatten().find(|name| !name.trim().is_empty()) {
            let _ = self.source.name.set(name);
        }
    }

    /// Reads the months of one query, newest first, page by page.
    async fn read(&mut self, months: &[Month]) -> Result<Reading, SourceError> {
        let (Some(last), Some(first)) = (months.first(), months.last()) else {
            return Ok(Reading::Bill(Bill::default()));
        };
        let body = query::body(self.session.settings.cost_type, *first, *last);
        let path = format!("{}/providers/Microsoft.CostManagement/query", self.source.scope.path());
        let mut url = self.session.endpoint.path(&path);
        url.query_pairs_mut().append_pair("api-version", &self.session.settings.api_version);
        let what = format!("the costs of {}, {first} to {last}", self.source.place);
        let units = u32::try_from(months.len()).unwrap_or(u32::MAX);
        let (mut bill, mut seen, mut number) = (Bill::of(months), HashSet::new(), 1);
        loop {
            let paced = if number == 1 { units } else { self.session.page_units(units) };
            let asked = asked(self.source, url, Some(&body), Some(paced), &what);
            let Some(answer) = self.ask(&Asked { divisible: number == 1, ..asked }).await? else {
                return Ok(Reading::TooMuch);
            };
            self.usage.points += u64::from(answer.head.consumed.unwrap_or(paced));
            if number > 1 {
                self.session.learn_page_units(answer.head.consumed);
            }
            if answer.status == 204 {
                return Ok(Reading::Bill(bill));
            }
            let unexpected = |message: String| {
                let error = SourceError::new(ErrorKind::UnexpectedResponse, message);
                error.in_request(answer.head.request_id.clone())
            };
            let page = Page::read(&answer.body).map_err(|wrong| {
                unexpected(format!("{what}: page {number} cannot be used: {wrong}; check azure.api_version"))
            })?;
            let next = page.next.clone();
            bill.add(page);
            let Some(link) = next else { return Ok(Reading::Bill(bill)) };
            if number >= MOST_PAGES {
                return Err(unexpected(format!(
                    "{what}: page {number} still leads to another one, where a bill has a few dozen; check azure.scopes, \
                     and try again later"
                )));
            }
            if !seen.insert(link.clone()) {
                return Err(unexpected(format!(
                    "{what}: page {number} leads to a page that was read before; try again later"
                )));
            }
            url = self.session.endpoint.link(&link).ok_or_else(|| {
                unexpected(format!(
                    "{what}: page {number} leads to {}, which is not AZURE_ENDPOINT and does not get the token",
                    origin(&link)
                ))
            })?;
            number += 1;
        }
    }

    /// Asks; `None` when it is too much at once.
    async fn ask(&mut self, asked: &Asked<'_>) -> Result<Option<Answer>, SourceError> {
        let asking = Asking { what: asked.what, progress: self.context.progress, cancel: &self.context.cancel };
        if let Some(until) = self.not_before.take() {
            let reason = "Azure takes no more queries of this scope for now, so that no limit is met";
            self.session.connection.wait_until(until, reason, asking).await?;
        }
        match self.session.ask(asked, asking, &mut self.usage.calls).await? {
            Outcome::TooMuch { .. } => Ok(None),
            Outcome::Answer(answer) => {
                if answer.head.scope_requests == Some(0) {
                    let delay = self.session.settings.policy.limit_delay;
                    self.not_before = Some(after(self.session.connection.clock().now(), delay));
                }
                Ok(Some(answer))
            }
        }
    }

    fn hand_over(
        &mut self,
        bill: Bill,
        months: &[Month],
        observed_at: Instant,
        cursor: &mut Cursor,
    ) -> Result<(), SourceError> {
        let subject = self.source.subject().to_owned();
        for note in bill.notes(&format!("costs of {}", self.source.place)) {
            self.context.progress.event(Event::Note(note));
        }
        let (records, lines) = bill.into_records(self.source.scope.account(), observed_at);
        cursor.remember(months, observed_at);
        let generation = self.context.generation;
        self.context.sink.commit(Batch {
            scope: Scope::CloudCosts,
            subject,
            records,
            cursor: Some(cursor.text()),
            observed_at,
            full_crawl: Some(FullCrawl { generation, complete: false }),
        })?;
        self.usage.records += lines;
        self.context.progress.event(Event::Page {
            scope: Scope::CloudCosts,
            subject: self.source.label().to_owned(),
            records: self.usage.records,
            expected: None,
        });
        Ok(())
    }
}

/// A request about a scope.
fn asked<'a>(
    source: &'a AzureCostSource,
    url: Url,
    body: Option<&'a str>,
    units: Option<u32>,
    what: &'a str,
) -> Asked<'a> {
    let place = Place {
        scope: &source.place,
        role: source.scope.role(),
        configured: (source.scope.account(), source.scope.setting()),
    };
    Asked { url, body, units, divisible: false, what, place, any_status: false }
}

/// The origin of a link, for messages: what follows it may be a secret.
fn origin(link: &str) -> String {
    Url::parse(link).map_or_else(|_| "no web address".to_owned(), |url| url.origin().ascii_serialization())
}
