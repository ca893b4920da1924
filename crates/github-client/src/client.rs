//! `GithubClient`: GraphQL and REST requests, shared by all connectors.

use std::sync::Arc;

use graphql_client::GraphQLQuery;
use model::Instant;
use provider::LedgerSnapshot;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use source::{Clock, ErrorKind, Progress, SourceError, SystemClock};
use tokio_util::sync::CancellationToken;

use crate::page_size::PageSize;
use crate::session::{Asking, Failure, RestAnswer, Session, Spent};
use crate::settings::Settings;

/// A client of one GitHub server with one identity. Clones share limits, rate limiter, token and ledger.
#[derive(Clone)]
pub struct GithubClient {
    pub(crate) session: Arc<Session>,
}

/// An answer to a query.
#[derive(Clone, Debug)]
pub struct Reply<T> {
    /// What was asked for. List elements that could not be read are null and named in `errors`.
    pub data: T,
    /// What the provider could not give; empty when the answer is whole.
    pub errors: Vec<GraphqlError>,
    /// The provider's time when it answered; the client's own where it does not say, or says one that is more than
    /// [`MOST_SKEW_SECONDS`](provider::dating::MOST_SKEW_SECONDS) away.
    pub at: Instant,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// Points that it took, by `rateLimit.cost`; 0 where that is not asked for or limits are off.
    pub cost: u64,
    /// Requests that it took, repeated ones included.
    pub calls: u64,
}

/// One entry of `errors`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphqlError {
    /// Where, with dots: `repository.issues.nodes.3`; empty where the provider does not say.
    pub path: String,
    /// GitHub's `type`: `NOT_FOUND`, `FORBIDDEN`, …; `UNREADABLE` for parts that were null against the schema.
    pub kind: String,
    /// What the provider says.
    pub message: String,
}

impl GithubClient {
    /// A client on the machine's clock. Sends nothing yet.
    ///
    /// Fails with `Unauthorized` when an address would leak the token (plain http to another machine), the token is
    /// empty or the key of the app cannot be read.
    pub fn new(settings: Settings) -> Result<Self, SourceError> {
        Self::with_clock(settings, Arc::new(SystemClock::default()))
    }

    /// A client on a clock of one's own. Fails as [`GithubClient::new`] does.
    pub fn with_clock(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, SourceError> {
        Ok(Self { session: Arc::new(Session::new(settings, clock)?) })
    }

    /// Calls, points and waiting so far, of all clones together.
    pub fn usage(&self) -> LedgerSnapshot {
        self.session.usage()
    }

    /// The host by which people know the server: `github.com`, or that of an Enterprise Server.
    pub fn host(&self) -> String {
        self.session.host()
    }

    /// Whether the server has told that it is an Enterprise Server: it has no bills.
    pub fn is_enterprise_server(&self) -> bool {
        self.session.server_version().is_some()
    }

    /// The time by the client's own clock.
    pub fn now(&self) -> Instant {
        self.session.own_now()
    }

    /// Asks one query. `what` names it in messages: "issues of acme/api".
    ///
    /// Waits for limits, tries again what failed, and gives partial answers with their errors. Fails with
    /// `Unauthorized` at once when the token is not accepted or lacks scopes, `NotFound` and `NoAccess` when nothing
    /// of the data came for that reason, `RateLimited` and `Unavailable` when the tries are used up,
    /// `UnexpectedResponse` when the answer makes no sense, `Cancelled` when interrupted.
    pub async fn query<Q: GraphQLQuery>(
        &self,
        what: &str,
        variables: Q::Variables,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Reply<Q::ResponseData>, SourceError>
    where
        Q::ResponseData: Send,
    {
        let body = self.body_of::<Q>(variables, what)?;
        let asking = Asking { what, progress, cancel };
        let mut spent = Spent::default();
        self.session.graphql(body, asking, false, &mut spent).await?.reply(what, spent)
    }

    /// Asks for one page: as [`GithubClient::query`], with variables made for a page size. When the provider cannot
    /// answer (502, 504, timeout, resource limits), the size halves and the page is asked for again.
    pub async fn page<Q: GraphQLQuery>(
        &self,
        what: &str,
        pages: &PageSize,
        make: impl Fn(i64) -> Q::Variables,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Reply<Q::ResponseData>, SourceError>
    where
        Q::ResponseData: Send,
    {
        let asking = Asking { what, progress, cancel };
        let mut spent = Spent::default();
        loop {
            let size = pages.current();
            let body = self.body_of::<Q>(make(i64::from(size)), what)?;
            match self.session.graphql(body, asking, pages.can_shrink(size), &mut spent).await {
                Ok(usable) => {
                    pages.came(size, progress);
                    return usable.reply(what, spent);
                }
                Err(Failure::TooMuch(reason)) => {
                    tracing::debug!(what, size, %reason, "page of {size} was too much for {what}: {reason}");
                    pages.shrink(size, progress);
                    self.session.rest_before_smaller_page(cancel).await?;
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }
}

/// A page of a list of the REST API.
#[derive(Clone, Debug)]
pub struct RestPage<T> {
    /// What was asked for.
    pub data: T,
    /// Whether the provider has another page.
    pub has_next: bool,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// Requests that it took, repeated ones included.
    pub calls: u64,
}

impl GithubClient {
    /// Asks the REST API for one page of a list, at `path` below its address, with the parameters of `query`. `what` names
    /// it in messages.
    ///
    /// Waits for limits and tries again what failed. Fails as [`GithubClient::query`] does; with `UnexpectedResponse`
    /// where the answer is not of the type.
    pub async fn rest_page<T: DeserializeOwned + Send>(
        &self,
        what: &str,
        path: &[&str],
        query: &[(&str, &str)],
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<RestPage<T>, SourceError> {
        let mut spent = Spent::default();
        let asking = Asking { what, progress, cancel };
        let RestAnswer { data, has_next, request_id } = self.session.rest(path, query, asking, &mut spent).await?;
        Ok(RestPage { data, has_next, request_id, calls: spent.calls })
    }

    /// A query as it is sent, without what the server does not have.
    fn body_of<Q: GraphQLQuery>(&self, variables: Q::Variables, what: &str) -> Result<Value, SourceError> {
        let query = Q::build_query(variables);
        let document = self.session.schema.document(query.query, what)?;
        let variables = serde_json::to_value(query.variables).map_err(|cause| {
            SourceError::new(ErrorKind::UnexpectedResponse, "the variables of a query cannot be written as JSON")
                .caused_by(cause)
        })?;
        Ok(json!({"variables": variables, "query": &*document, "operationName": query.operation_name}))
    }
}

impl std::fmt::Debug for GithubClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GithubClient")
            .field("graphql_url", &self.session.address())
            .field("usage", &self.usage())
            .finish_non_exhaustive()
    }
}
