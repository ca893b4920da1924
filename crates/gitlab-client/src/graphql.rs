//! GraphQL: queries, and pages that get smaller where GitLab finds them too complex or too slow.

use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use model::Instant;
use provider::endpoint::{join, server};
use provider::{Asking, Broken, Call, Decision, Reply, Request, Unready};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use source::{ErrorKind, Event, Progress, Scope, SourceError};
use tokio_util::sync::CancellationToken;

use crate::GitlabClient;
use crate::client::Inner;
use crate::judge;

/// A query for a page, and what it brings.
pub struct GraphqlQuery<'a> {
    /// The document.
    pub document: &'a str,
    /// As in "merge requests of acme".
    pub what: &'a str,
}

/// An answer to a query.
#[derive(Clone, Debug)]
pub struct GraphqlReply<T> {
    /// `data`.
    pub data: T,
    /// The provider's time when it answered; the client's own where it does not say.
    pub at: Instant,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// Requests that it took, repeated ones included.
    pub calls: u64,
}

/// How many entries are asked for at once: fewer once GitLab has found a query too complex or too slow. A server's bound of
/// complexity does not change during an import, so the size does not grow again.
#[derive(Debug)]
pub struct PageSize {
    scope: Scope,
    size: AtomicU32,
}

impl PageSize {
    /// Begins at so many.
    pub fn new(scope: Scope, size: u32) -> Self {
        Self { scope, size: AtomicU32::new(size.max(1)) }
    }

    /// The size to ask for now.
    pub fn current(&self) -> u32 {
        self.size.load(Ordering::Relaxed)
    }

    /// After a page of `used` entries was too much.
    fn shrink(&self, used: u32, progress: &dyn Progress) {
        let smaller = (used / 2).max(1);
        if self.size.fetch_min(smaller, Ordering::Relaxed) > smaller {
            progress.event(Event::PageSize { scope: self.scope, size: smaller });
        }
    }
}

/// What came of a query.
enum Answer {
    Whole(Reply),
    TooMuch(String),
}

struct QueryCall<'a> {
    inner: &'a Inner,
    request: Request,
    /// Whether less could be asked for.
    can_shrink: bool,
}

/// `data` and `errors` of a body.
#[derive(Deserialize)]
struct Body<T> {
    data: Option<T>,
}

impl GitlabClient {
    /// Asks for a page, with variables made for a page size. Where GitLab says that it is too complex or takes too long,
    /// the size halves and the page is asked for again. Fails as [`GitlabClient::list`] does.
    pub async fn query<T: DeserializeOwned + Send>(
        &self,
        query: GraphqlQuery<'_>,
        pages: &PageSize,
        make: impl Fn(u32) -> Value,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<GraphqlReply<T>, SourceError> {
        let GraphqlQuery { document, what } = query;
        let asking = Asking { what, progress, cancel };
        let url = join(&self.inner.url, &["api", "graphql"]);
        let mut calls = 0;
        loop {
            let size = pages.current();
            let request = Request::json(url.clone(), &json!({"query": document, "variables": make(size)}));
            let mut call = QueryCall { inner: &self.inner, request, can_shrink: size > 1 };
            match self.inner.connection.ask(&mut call, asking, &mut calls).await? {
                Answer::Whole(reply) => {
                    let body: Body<T> = self.decoded(&reply, what)?;
                    let at = self.time_of(&reply);
                    let Some(data) = body.data else { return Err(no_data(what, server(&self.inner.url), &reply)) };
                    return Ok(GraphqlReply { data, at, request_id: reply.request_id, calls });
                }
                Answer::TooMuch(reason) => {
                    tracing(what, size, &reason, progress);
                    pages.shrink(size, progress);
                    self.inner.connection.rest(cancel).await?;
                }
            }
        }
    }
}

/// Says why a page gets smaller, to whoever follows the import in detail.
fn tracing(what: &str, size: u32, reason: &str, progress: &dyn Progress) {
    progress.event(Event::Retrying { attempt: 2, reason: format!("{size} of {what} at once: {reason}") });
}

fn no_data(what: &str, server: &str, reply: &Reply) -> SourceError {
    let message = format!("reading {what}: {server} answered JSON without data; is it really GitLab's address?");
    SourceError::new(ErrorKind::UnexpectedResponse, message).in_request(reply.request_id.clone())
}

#[async_trait]
impl Call for QueryCall<'_> {
    type Answer = Answer;

    async fn prepare(&mut self, _asking: Asking<'_>) -> Result<Request, Unready> {
        Ok(self.inner.signed(self.request.clone())?)
    }

    fn judge(&mut self, reply: Reply, asking: Asking<'_>) -> Decision<Answer> {
        let server = server(&self.inner.url);
        if matches!(reply.status, 502 | 504) && self.can_shrink {
            return Decision::Done(Answer::TooMuch(format!("it answered {}", reply.status)));
        }
        if !reply.is_success() {
            return judge::refusal(&reply, asking.what, server);
        }
        let Some(said) = errors(&reply) else { return Decision::Done(Answer::Whole(reply)) };
        let text = said.to_lowercase();
        if self.can_shrink && ["complexity", "timeout", "timed out"].into_iter().any(|word| text.contains(word)) {
            return Decision::Done(Answer::TooMuch(said));
        }
        if text.contains("timeout") || text.contains("internal server error") {
            return Decision::Again { wait: None, reason: said };
        }
        let message = format!("reading {}: {server} refuses the query ({said})", asking.what);
        Decision::Refused(SourceError::new(ErrorKind::UnexpectedResponse, message).in_request(reply.request_id.clone()))
    }

    fn broken(&mut self, broken: Broken) -> Decision<Answer> {
        match broken {
            Broken::Timeout(reason) if self.can_shrink => Decision::Done(Answer::TooMuch(reason)),
            Broken::Timeout(reason) | Broken::Unreachable(reason) | Broken::Interrupted(reason) => {
                Decision::Again { wait: None, reason }
            }
            Broken::Final(error) => Decision::Refused(error),
        }
    }
}

/// The first error of an answer. GitLab gives no part of a list that has failed.
fn errors(reply: &Reply) -> Option<String> {
    #[derive(Deserialize)]
    struct Errors {
        errors: Option<Vec<Said>>,
    }
    #[derive(Deserialize)]
    struct Said {
        message: Option<String>,
    }
    let body: Errors = serde_json::from_slice(&reply.body).ok()?;
    let first = body.errors?.into_iter().next()?;
    let message = first.message.unwrap_or_else(|| "an error without words".to_owned());
    Some(message.chars().take(200).collect())
}
