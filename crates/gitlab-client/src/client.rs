//! `GitlabClient`: lists of the REST API, shared by all connectors.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use model::Instant;
use provider::dating;
use provider::endpoint::{join, server};
use provider::{About, Asking, Call, Connection, Decision, LedgerSnapshot, Method, Reply, Request, Unready, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use source::{Clock, ErrorKind, Event, Progress, SourceError, SystemClock};
use tokio_util::sync::CancellationToken;

use crate::judge;
use crate::settings::{ADDRESS, Settings, host};

const ABOUT: About = About { name: "GitLab", addresses: ADDRESS, request_ids: &["x-request-id"] };

/// A client of one GitLab server with one identity. Clones share limits and ledger.
#[derive(Clone)]
pub struct GitlabClient {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) connection: Connection,
    /// Without a slash at its end.
    pub(crate) url: Url,
    token: SecretString,
    /// Whether it was said that the provider's time is not believed.
    skew_noted: AtomicBool,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct ListPage<T> {
    /// Its entries.
    pub entries: Vec<T>,
    /// Where the next page is; `None` after the last.
    pub next: Option<NextPage>,
    /// The provider's time when it answered; the client's own where it does not say or is not believed.
    pub at: Instant,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// Requests that it took, repeated ones included.
    pub calls: u64,
}

/// The address of a page, on the configured server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextPage(Url);

impl GitlabClient {
    /// A client on the machine's clock. Sends nothing yet.
    ///
    /// Fails with `Unauthorized` when the address would leak the token (plain http to another machine) or the token is
    /// empty.
    pub fn new(settings: Settings) -> Result<Self, SourceError> {
        Self::with_clock(settings, Arc::new(SystemClock::default()))
    }

    /// A client on a clock of one's own. Fails as [`GitlabClient::new`] does.
    pub fn with_clock(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, SourceError> {
        let url = settings.checked()?;
        redact::know(settings.token.expose_secret());
        let Settings { token, concurrency, policy, user_agent, .. } = settings;
        let connection = Connection::new(ABOUT, policy, Some(user_agent), &[&url], concurrency, clock);
        Ok(Self { inner: Arc::new(Inner { connection, url, token, skew_noted: AtomicBool::new(false) }) })
    }

    /// Calls and waiting so far, of all clones together.
    pub fn usage(&self) -> LedgerSnapshot {
        self.inner.connection.usage()
    }

    /// The host of the server, with its port where the address has one: that of all rows.
    pub fn host(&self) -> String {
        host(&self.inner.url)
    }

    /// The id by which a thing of this server is stored: `HOST/kind/NUMBER`.
    pub fn id_of(&self, kind: &str, number: u64) -> String {
        model::gitlab::id_of(&self.host(), kind, number)
    }

    /// Web address of what has this path on the server.
    pub fn address_of(&self, path: &[&str]) -> String {
        let mut address = self.inner.url.as_str().trim_end_matches('/').to_owned();
        for step in path {
            address.push('/');
            address.push_str(step);
        }
        address
    }

    /// The time by the client's own clock.
    pub fn now(&self) -> Instant {
        self.inner.connection.clock().now()
    }

    /// Asks for the first page of the list at `path` below `/api/v4`; each step of the path is encoded by itself, so that
    /// a group is named by its whole path. `what` names the list in messages.
    ///
    /// Waits for limits and tries again what failed. Fails with `Unauthorized` at once when the token is not accepted or
    /// lacks its scope, with `NotFound` and `NoAccess` where the list is not shown, with `RateLimited` and `Unavailable`
    /// when the tries are used up, with `UnexpectedResponse` when the answer makes no sense, with `Cancelled` when
    /// interrupted.
    pub async fn list<T: DeserializeOwned + Send>(
        &self,
        what: &str,
        path: &[&str],
        query: &[(&str, &str)],
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<ListPage<T>, SourceError> {
        let asking = Asking { what, progress, cancel };
        self.page(self.address(path, query), asking).await
    }

    /// Asks for a further page. Fails as [`GitlabClient::list`] does.
    pub async fn next<T: DeserializeOwned + Send>(
        &self,
        what: &str,
        page: &NextPage,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<ListPage<T>, SourceError> {
        self.page(page.0.clone(), Asking { what, progress, cancel }).await
    }

    /// Asks for one object. Fails as [`GitlabClient::list`] does.
    pub async fn object<T: DeserializeOwned + Send>(
        &self,
        what: &str,
        path: &[&str],
        query: &[(&str, &str)],
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<(T, Instant), SourceError> {
        let mut calls = 0;
        let reply = self.get(self.address(path, query), Asking { what, progress, cancel }, &mut calls).await?;
        let own = self.now();
        if let Some(date) = reply.date().filter(|date| !dating::is_near(*date, own))
            && !self.inner.skew_noted.swap(true, Ordering::Relaxed)
        {
            progress.event(Event::Note(dating::not_believed(ABOUT.name, date, own)));
        }
        Ok((self.decoded(&reply, what)?, self.time_of(&reply)))
    }

    async fn page<T: DeserializeOwned + Send>(&self, url: Url, asking: Asking<'_>) -> Result<ListPage<T>, SourceError> {
        let mut calls = 0;
        let reply = self.get(url.clone(), asking, &mut calls).await?;
        let next = match reply.next_page() {
            Some(named) => Some(self.next_page(&url, named, &reply, asking.what)?),
            None => None,
        };
        let (entries, at) = (self.decoded(&reply, asking.what)?, self.time_of(&reply));
        Ok(ListPage { entries, next, at, request_id: reply.request_id, calls })
    }

    /// The page that a `Link` names. Of its address the query is taken: whatever host it names, no other one is asked.
    fn next_page(&self, asked: &Url, named: &str, reply: &Reply, what: &str) -> Result<NextPage, SourceError> {
        let mut next = asked.clone();
        next.set_query(asked.join(named).ok().as_ref().and_then(Url::query));
        if next != *asked && next.query().is_some() {
            return Ok(NextPage(next));
        }
        let message = format!(
            "reading {what}: {} names a next page that is the same one again; import again later",
            server(&self.inner.url)
        );
        Err(SourceError::new(ErrorKind::UnexpectedResponse, message).in_request(reply.request_id.clone()))
    }

    async fn get(&self, url: Url, asking: Asking<'_>, calls: &mut u64) -> Result<Reply, SourceError> {
        let request = Request::new(Method::GET, url);
        self.inner.connection.ask(&mut RestCall { inner: &self.inner, request }, asking, calls).await
    }

    pub(crate) fn decoded<T: DeserializeOwned>(&self, reply: &Reply, what: &str) -> Result<T, SourceError> {
        let server = server(&self.inner.url);
        // Text that is known to be UTF-8 is not looked at again, string by string.
        let read = match std::str::from_utf8(&reply.body) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(&reply.body),
        };
        read.map_err(|cause| {
            let text = &mut serde_json::Deserializer::from_slice(&reply.body);
            match serde_path_to_error::deserialize::<_, T>(text) {
                Err(failure) if !cause.is_syntax() && !cause.is_eof() => SourceError::new(
                    ErrorKind::UnexpectedResponse,
                    format!(
                        "reading {what}: the answer of {server} is not of the documented form, at {}: {cause}",
                        failure.path()
                    ),
                )
                .in_request(reply.request_id.clone()),
                _ => judge::not_json(reply, what, server, &cause),
            }
        })
    }

    /// The provider's time of a reply that has just come; the client's own where it does not say, or says one that is
    /// [too far away](provider::dating::MOST_SKEW_SECONDS).
    pub(crate) fn time_of(&self, reply: &Reply) -> Instant {
        let own = self.now();
        reply.date().filter(|date| dating::is_near(*date, own)).unwrap_or(own)
    }

    fn address(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = join(&join(&self.inner.url, &["api", "v4"]), path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

impl Inner {
    /// The request with the token.
    pub(crate) fn signed(&self, request: Request) -> Result<Request, SourceError> {
        request.bearer(&self.token, "GITLAB_TOKEN holds what no header can: set it to the token alone")
    }
}

struct RestCall<'a> {
    inner: &'a Inner,
    request: Request,
}

#[async_trait]
impl Call for RestCall<'_> {
    type Answer = Reply;

    async fn prepare(&mut self, _asking: Asking<'_>) -> Result<Request, Unready> {
        Ok(self.inner.signed(self.request.clone())?)
    }

    fn judge(&mut self, reply: Reply, asking: Asking<'_>) -> Decision<Reply> {
        if reply.is_success() {
            return Decision::Done(reply);
        }
        judge::refusal(&reply, asking.what, server(&self.inner.url))
    }
}

impl std::fmt::Debug for GitlabClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GitlabClient").field("url", &self.inner.url.as_str()).finish_non_exhaustive()
    }
}
