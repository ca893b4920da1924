//! Session of a client: what BigQuery adds to the request loop.

use std::sync::Arc;

use async_trait::async_trait;
use model::Instant;
use provider::endpoint::join;
use provider::{About, Asking, Call, Connection, Decision, Method, Request, Unready, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;
use source::{Clock, ErrorKind, SourceError};

use crate::credentials::Surroundings;
use crate::endpoint;
use crate::explain::Refusal;
use crate::names::{self, TableName};
use crate::settings::{DEFAULT_MAXIMUM_BYTES_BILLED, Querying, Settings};
use crate::tokens::{NoToken, Tokens};

const ABOUT: About = About { name: "BigQuery", addresses: "gcp.bigquery_endpoint", request_ids: &[] };

/// How often an end of a limit is waited for that Google names, and nothing longer.
const BELIEVED: u32 = 2;

/// One BigQuery, one identity, one export.
pub(crate) struct Session {
    pub(crate) project: String,
    pub(crate) account: String,
    pub(crate) table: TableName,
    pub(crate) location: Option<String>,
    pub(crate) maximum_bytes_billed: u64,
    pub(crate) querying: Querying,
    pub(crate) connection: Connection,
    endpoint: Url,
    tokens: Tokens,
}

/// An answer that was decoded.
#[derive(Debug)]
pub(crate) struct Reply<T> {
    pub(crate) data: T,
    /// The provider's time; the local clock's where it does not say.
    pub(crate) at: Instant,
}

/// Why there is none.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Google says no, in words that depend on what was asked.
    Refused(Refusal),
    Final(SourceError),
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::Final(error)
    }
}

/// One request under way.
struct BigQueryCall<'a> {
    session: &'a Session,
    request: &'a Request,
    /// How often it has met limits.
    limits: u32,
    /// Whether a token was refused.
    renewed: bool,
    /// Whether the next token must not be one that was used before.
    fresh: bool,
}

impl Session {
    pub(crate) fn new(
        settings: Settings,
        clock: Arc<dyn Clock>,
        surroundings: Surroundings,
    ) -> Result<Self, SourceError> {
        let mut endpoint = endpoint::checked("gcp.bigquery_endpoint (BIGQUERY_ENDPOINT)", &settings.endpoint)?;
        endpoint.set_query(None);
        endpoint.set_fragment(None);
        let Settings { project, billing_account: account, dataset, table, policy, querying, .. } = settings;
        let table = names::checked(&project, &account, &dataset, table.as_deref())?;
        Ok(Self {
            table,
            location: settings.location.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
            maximum_bytes_billed: settings.maximum_bytes_billed.unwrap_or(DEFAULT_MAXIMUM_BYTES_BILLED),
            // One query of one account at a time: no place is ever waited for.
            connection: Connection::new(ABOUT, policy, Some(settings.user_agent), &[&endpoint], usize::MAX, clock),
            tokens: Tokens::new(settings.credentials, surroundings, policy)?,
            endpoint,
            project,
            account,
            querying,
        })
    }

    /// The address, without anything secret.
    pub(crate) fn address(&self) -> &str {
        self.endpoint.as_str()
    }

    /// Calls to BigQuery so far.
    pub(crate) fn calls(&self) -> u64 {
        self.connection.usage().calls
    }

    /// The address of something in a project.
    pub(crate) fn url(&self, project: &str, path: &[&str]) -> Url {
        let whole: Vec<&str> = ["bigquery", "v2", "projects", project].iter().chain(path).copied().collect();
        join(&self.endpoint, &whole)
    }

    /// Asks for something. `what` names it in messages.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        what: &str,
        url: Url,
        asking: Asking<'_>,
    ) -> Result<Reply<T>, Failure> {
        self.ask(&Request::new(Method::GET, url), Asking { what, ..asking }).await
    }

    /// Sends something.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        what: &str,
        url: Url,
        body: Value,
        asking: Asking<'_>,
    ) -> Result<Reply<T>, Failure> {
        self.ask(&Request::json(url, &body), Asking { what, ..asking }).await
    }

    async fn ask<T: DeserializeOwned>(&self, request: &Request, asking: Asking<'_>) -> Result<Reply<T>, Failure> {
        let mut call = BigQueryCall { session: self, request, limits: 0, renewed: false, fresh: false };
        match self.connection.ask(&mut call, asking, &mut 0).await? {
            Ok(reply) => Ok(decode(asking.what, &reply)?),
            Err(refusal) => Err(Failure::Refused(refusal)),
        }
    }
}

fn decode<T: DeserializeOwned>(what: &str, reply: &provider::Reply) -> Result<Reply<T>, SourceError> {
    let data = serde_json::from_slice(&reply.body).map_err(|error| {
        // The error itself may quote what came.
        let (line, column) = (error.line(), error.column());
        SourceError::new(
            ErrorKind::UnexpectedResponse,
            format!(
                "the answer to {what} is not what BigQuery documents (line {line}, column {column}): check \
                 gcp.bigquery_endpoint, and whether a proxy stands between"
            ),
        )
    })?;
    Ok(Reply { data, at: reply.date().unwrap_or(reply.local) })
}

#[async_trait]
impl Call for BigQueryCall<'_> {
    type Answer = Result<provider::Reply, Refusal>;

    async fn prepare(&mut self, _asking: Asking<'_>) -> Result<Request, Unready> {
        let token = match self.session.tokens.get(self.fresh).await {
            Ok(token) => token,
            Err(NoToken::Final(error)) => return Err(Unready::Final(error)),
            Err(NoToken::Again(reason)) => {
                // What was not good enough must not be kept.
                self.fresh = true;
                return Err(Unready::Again(SourceError::new(ErrorKind::Unauthorized, reason)));
            }
        };
        self.fresh = self.renewed;
        let refused = "the token server gave a token with a character that no token has: check token_uri in the key";
        Ok(self.request.clone().bearer(&token, refused)?)
    }

    fn judge(&mut self, reply: provider::Reply, _asking: Asking<'_>) -> Decision<Self::Answer> {
        if reply.is_success() {
            return Decision::Done(Ok(reply));
        }
        let (refusal, asked) = (Refusal::read(&reply), reply.retry_after());
        let reason = refusal.words();
        if refusal.is_a_rate_limit() {
            self.limits += 1;
            let longer = self.session.connection.policy().limit_delay_after(self.limits);
            let wait = asked.map(|asked| if self.limits > BELIEVED { asked.max(longer) } else { asked });
            Decision::Limit { wait, reason, holds_up_all: false }
        } else if refusal.may_pass() {
            Decision::Again { wait: asked, reason }
        } else if refusal.is_about_the_token() {
            Decision::Renew(Ok(Err(refusal)))
        } else {
            Decision::Done(Err(refusal))
        }
    }

    async fn renew(&mut self) -> Result<bool, SourceError> {
        (self.renewed, self.fresh) = (true, true);
        Ok(true)
    }
}
