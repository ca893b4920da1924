//! Session of a client: requests are asked until there is an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::Instant;
use reqwest::{Method, Url};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::Value;
use source::{Clock, ErrorKind, Event, Policy, Progress, SourceError};
use tokio_util::sync::CancellationToken;

use crate::answer::{Answer, after};
use crate::credentials::Surroundings;
use crate::endpoint;
use crate::explain::Refusal;
use crate::names::{self, TableName};
use crate::quoted::quoted;
use crate::settings::{DEFAULT_MAXIMUM_BYTES_BILLED, Querying, Settings};
use crate::tokens::{NoToken, Tokens};
use crate::transport::{Broken, Request, Transport};

/// How often a provider that names the end of a limit is believed for one request.
const BELIEVED: u32 = 2;

/// One BigQuery, one identity, one export.
pub(crate) struct Session {
    pub(crate) project: String,
    pub(crate) account: String,
    pub(crate) table: TableName,
    pub(crate) location: Option<String>,
    pub(crate) maximum_bytes_billed: u64,
    pub(crate) policy: Policy,
    pub(crate) querying: Querying,
    pub(crate) clock: Arc<dyn Clock>,
    endpoint: Url,
    transport: Transport,
    tokens: Tokens,
    calls: AtomicU64,
}

/// Who is told and who may interrupt.
#[derive(Clone, Copy)]
pub(crate) struct Listeners<'a> {
    pub(crate) progress: &'a dyn Progress,
    pub(crate) cancel: &'a CancellationToken,
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

/// What an answer means for the request.
enum Verdict {
    Done,
    /// A rate limit.
    Limit(String),
    /// A failure that may pass.
    Again(String),
    Refused(Refusal),
}

/// Tries so far of one request.
#[derive(Default)]
struct Tries {
    failed: u32,
    limited: u32,
    renewed: bool,
}

impl Session {
    pub(crate) fn new(
        settings: Settings,
        clock: Arc<dyn Clock>,
        surroundings: Surroundings,
    ) -> Result<Self, SourceError> {
        let endpoint = endpoint::checked("gcp.bigquery_endpoint (BIGQUERY_ENDPOINT)", &settings.endpoint)?;
        let Settings { project, billing_account: account, dataset, table, policy, querying, .. } = settings;
        let table = names::checked(&project, &account, &dataset, table.as_deref())?;
        Ok(Self {
            table,
            location: settings.location.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
            maximum_bytes_billed: settings.maximum_bytes_billed.unwrap_or(DEFAULT_MAXIMUM_BYTES_BILLED),
            transport: Transport::new(policy, settings.user_agent, source::endpoint::is_loopback(&endpoint)),
            tokens: Tokens::new(settings.credentials, surroundings, policy)?,
            endpoint,
            project,
            account,
            policy,
            querying,
            clock,
            calls: AtomicU64::new(0),
        })
    }

    /// The address, without anything secret.
    pub(crate) fn address(&self) -> &str {
        self.endpoint.as_str()
    }

    /// Calls to BigQuery so far.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// The address of something in a project.
    pub(crate) fn url(&self, project: &str, path: &[&str]) -> Url {
        let whole: Vec<&str> = ["bigquery", "v2", "projects", project].iter().chain(path).copied().collect();
        endpoint::join(&self.endpoint, &whole)
    }

    /// Asks for something. `what` names it in messages.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        what: &str,
        url: Url,
        listeners: Listeners<'_>,
    ) -> Result<Reply<T>, Failure> {
        self.ask(what, &Request { method: Method::GET, url, body: None }, listeners).await
    }

    /// Sends something.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        what: &str,
        url: Url,
        body: Value,
        listeners: Listeners<'_>,
    ) -> Result<Reply<T>, Failure> {
        self.ask(what, &Request { method: Method::POST, url, body: Some(body) }, listeners).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        what: &str,
        request: &Request,
        listeners: Listeners<'_>,
    ) -> Result<Reply<T>, Failure> {
        let mut tries = Tries::default();
        loop {
            let token = self.token(&mut tries, listeners).await?;
            let (verdict, answer) = self.exchange(what, request, &token, listeners).await?;
            match verdict {
                Verdict::Done => return self.decode(what, &answer),
                Verdict::Refused(refusal) if refusal.is_about_the_token() && !tries.renewed => tries.renewed = true,
                Verdict::Refused(refusal) => return Err(Failure::Refused(refusal)),
                Verdict::Limit(reason) => {
                    self.after_limit(what, &mut tries, reason, answer.retry_after, listeners).await?;
                }
                Verdict::Again(reason) => {
                    let gave_up = SourceError::new(
                        ErrorKind::Unavailable,
                        format!(
                            "reading {what}: gave up after {} tries, {reason}; import again later",
                            self.policy.tries
                        ),
                    );
                    self.after_failure(&mut tries, &reason, gave_up, answer.retry_after, listeners).await?;
                }
            }
        }
    }

    /// A token, asked for until there is one.
    async fn token(&self, tries: &mut Tries, listeners: Listeners<'_>) -> Result<SecretString, SourceError> {
        let mut fresh = tries.renewed;
        loop {
            let outcome = tokio::select! {
                () = listeners.cancel.cancelled() => return Err(cancelled()),
                outcome = self.tokens.get(fresh) => outcome,
            };
            let reason = match outcome {
                Ok(token) => return Ok(token),
                Err(NoToken::Final(error)) => return Err(error),
                Err(NoToken::Again(reason)) => reason,
            };
            // What was not good enough must not be kept.
            fresh = true;
            let gave_up = SourceError::new(ErrorKind::Unauthorized, reason.clone());
            self.after_failure(tries, &reason, gave_up, None, listeners).await?;
        }
    }

    async fn exchange(
        &self,
        what: &str,
        request: &Request,
        token: &SecretString,
        listeners: Listeners<'_>,
    ) -> Result<(Verdict, Answer), SourceError> {
        let started = self.clock.now();
        self.calls.fetch_add(1, Ordering::Relaxed);
        let outcome = tokio::select! {
            () = listeners.cancel.cancelled() => return Err(cancelled()),
            outcome = self.transport.exchange(request, token, started) => outcome,
        };
        let answer = match outcome {
            Ok(answer) => answer,
            Err(Broken::Connection(reason)) => return Ok((Verdict::Again(reason), Answer::default())),
            Err(Broken::Hopeless(error)) => return Err(error),
        };
        tracing::debug!(what, status = answer.status, "asked BigQuery for {what}");
        let verdict = judge(&answer);
        Ok((verdict, answer))
    }

    fn decode<T: DeserializeOwned>(&self, what: &str, answer: &Answer) -> Result<Reply<T>, Failure> {
        let data = serde_json::from_slice(&answer.body).map_err(|error| {
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
        Ok(Reply { data, at: answer.date.unwrap_or_else(|| self.clock.now()) })
    }

    async fn after_limit(
        &self,
        what: &str,
        tries: &mut Tries,
        reason: String,
        asked: Option<Duration>,
        listeners: Listeners<'_>,
    ) -> Result<(), SourceError> {
        tries.limited += 1;
        if tries.limited >= self.policy.limit_tries {
            return Err(SourceError::new(
                ErrorKind::RateLimited,
                format!("reading {what}: gave up after {} tries, {reason}; import again later", tries.limited),
            ));
        }
        let longer = self.policy.limit_delay_after(tries.limited);
        let wait = match asked {
            Some(asked) if tries.limited <= BELIEVED => asked,
            asked => longer.max(asked.unwrap_or_default()),
        };
        let wait = wait.min(self.policy.longest_limit_delay);
        let until = after(self.clock.now(), wait);
        listeners.progress.event(Event::Waiting { until, seconds: wait.as_secs(), reason });
        self.sleep(wait, listeners.cancel).await
    }

    async fn after_failure(
        &self,
        tries: &mut Tries,
        reason: &str,
        gave_up: SourceError,
        asked: Option<Duration>,
        listeners: Listeners<'_>,
    ) -> Result<(), SourceError> {
        tries.failed += 1;
        if tries.failed >= self.policy.tries {
            return Err(gave_up);
        }
        let attempt = tries.failed + 1;
        listeners.progress.event(Event::Retrying { attempt, reason: reason.to_owned() });
        let wait = self.policy.retry_delay_before(attempt).max(asked.unwrap_or_default());
        self.sleep(wait.min(self.policy.longest_limit_delay), listeners.cancel).await
    }

    /// Waits, unless interrupted.
    pub(crate) async fn sleep(&self, wait: Duration, cancel: &CancellationToken) -> Result<(), SourceError> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(cancelled()),
            () = self.clock.sleep_until(after(self.clock.now(), wait)) => Ok(()),
        }
    }
}

fn judge(answer: &Answer) -> Verdict {
    if (200..300).contains(&answer.status) {
        return Verdict::Done;
    }
    let mut refusal = Refusal::read(answer);
    for text in [&mut refusal.message, &mut refusal.reason] {
        *text = quoted(text);
    }
    let words = refusal.words();
    if refusal.is_a_rate_limit() {
        Verdict::Limit(words)
    } else if refusal.may_pass() {
        Verdict::Again(words)
    } else {
        Verdict::Refused(refusal)
    }
}

/// The error of a run that the user ended.
pub(crate) fn cancelled() -> SourceError {
    SourceError::new(
        ErrorKind::Cancelled,
        "interrupted; nothing of these bills was stored, the next import reads them again",
    )
}
