//! Session shared by all clones of a client: requests are asked until there is an answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Instant;
use rand::RngExt as _;
use reqwest::{Method, Url};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::Value;
use source::{ErrorKind, Event, Policy, Progress, SourceError};
use tokio_util::sync::CancellationToken;

use crate::answer::{Answer, Head, between};
use crate::app_token::Tokens;
use crate::client::GraphqlError;
use crate::clock::Clock;
use crate::judge::{self, Content, Verdict};
use crate::ledger::{Ledger, LedgerSnapshot};
use crate::rate_limiter::{self, RateLimiter};
use crate::settings::Settings;
use crate::transport::{Broken, Request, Transport};
use crate::typed::{Decoder, Plain, Typed};
use crate::usable::{Judged, Usable};
use crate::{dating, decode, endpoint, redaction, schema};

/// How often a provider that names the end of a limit is believed for one request.
const BELIEVED: u32 = 2;

/// One server, one identity, one rate limiter, one ledger.
pub(crate) struct Session {
    api_url: Url,
    graphql_url: Url,
    policy: Policy,
    transport: Transport,
    tokens: Tokens,
    limiter: RateLimiter,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    /// How far the provider's clock is ahead of ours, in microseconds; `None` until it has said its time.
    ahead: Mutex<Option<i64>>,
    scopes: Mutex<Option<Vec<String>>>,
    sso_noted: AtomicBool,
    skew_noted: AtomicBool,
    /// What the server's schema has.
    pub(crate) schema: schema::Known,
    server_version: Mutex<Option<String>>,
}

/// What one reply has taken so far.
#[derive(Clone, Copy, Default)]
pub(crate) struct Spent {
    pub(crate) calls: u64,
    pub(crate) points: u64,
}

/// Why there is none.
pub(crate) enum Failure {
    /// Less must be asked for.
    TooMuch(String),
    /// The token was not accepted.
    BadToken(SourceError),
    Final(SourceError),
}

impl From<Failure> for SourceError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::TooMuch(reason) => Self::new(ErrorKind::Unavailable, reason),
            Failure::BadToken(error) | Failure::Final(error) => error,
        }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::Final(error)
    }
}

/// Who is told, who may interrupt, and what is being read, for one request.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    /// As in "issues of acme/api".
    pub(crate) what: &'a str,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) cancel: &'a CancellationToken,
}

/// Which API is asked, and who reads what it answers.
enum Api<'a> {
    Graphql(&'a mut dyn Decoder),
    Rest(&'a mut dyn Decoder),
}

/// An answer of the REST API.
pub(crate) struct RestAnswer<T> {
    pub(crate) data: T,
    pub(crate) has_next: bool,
    pub(crate) request_id: Option<String>,
}

impl Session {
    pub(crate) fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, SourceError> {
        let api_url = endpoint::checked("GITHUB_API_URL", &settings.api_url)?;
        let graphql_url = endpoint::checked("GITHUB_GRAPHQL_URL", &settings.graphql_url)?;
        Ok(Self {
            transport: Transport::new(settings.policy, settings.user_agent, &[&api_url, &graphql_url]),
            api_url,
            graphql_url,
            policy: settings.policy,
            tokens: Tokens::new(settings.credentials)?,
            limiter: RateLimiter::new(settings.concurrency),
            ledger: Ledger::default(),
            clock,
            ahead: Mutex::new(None),
            scopes: Mutex::new(None),
            sso_noted: AtomicBool::new(false),
            skew_noted: AtomicBool::new(false),
            schema: schema::Known::default(),
            server_version: Mutex::new(None),
        })
    }

    pub(crate) fn usage(&self) -> LedgerSnapshot {
        self.ledger.snapshot()
    }

    pub(crate) fn host(&self) -> String {
        endpoint::web_host(&self.api_url)
    }

    pub(crate) fn address(&self) -> &str {
        self.graphql_url.as_str()
    }

    /// Scopes of a classic token, as the provider last named them; `None` for other credentials.
    pub(crate) fn granted_scopes(&self) -> Option<Vec<String>> {
        locked(&self.scopes).clone()
    }

    /// Version of an Enterprise Server, as it last named it; `None` for GitHub itself.
    pub(crate) fn server_version(&self) -> Option<String> {
        locked(&self.server_version).clone()
    }

    pub(crate) fn remember_org(&self, org: &str) {
        self.tokens.remember_org(org);
    }

    /// A short wait before a smaller page is asked for.
    pub(crate) async fn rest_before_smaller_page(&self, cancel: &CancellationToken) -> Result<(), SourceError> {
        rate_limiter::sleep(jittered(self.policy.retry_delay), &*self.clock, cancel).await
    }

    /// The provider's time now, as far as it is known.
    pub(crate) fn provider_now(&self) -> Instant {
        let ahead = locked(&self.ahead).unwrap_or_default();
        Instant::from_micros(self.clock.now().micros().saturating_add(ahead))
    }

    /// Our own time now.
    pub(crate) fn own_now(&self) -> Instant {
        self.clock.now()
    }

    /// How far the provider's clock is from ours.
    pub(crate) fn skew(&self) -> Duration {
        Duration::from_micros(locked(&self.ahead).unwrap_or_default().unsigned_abs())
    }

    /// Asks the GraphQL endpoint for data of a type. With `smaller`, a page that was too much is not asked for again.
    pub(crate) async fn graphql<T: DeserializeOwned + Send>(
        &self,
        body: Value,
        asking: Asking<'_>,
        smaller: bool,
        spent: &mut Spent,
    ) -> Result<Usable<T>, Failure> {
        let mut typed = Typed(None);
        let request = Request { method: Method::POST, url: self.graphql_url.clone(), body: Some(body) };
        let judged = self.ask_with_token(Api::Graphql(&mut typed), &request, asking, smaller, spent).await?;
        Ok(Usable { typed, judged })
    }

    /// Asks the REST API for something of a type.
    pub(crate) async fn rest<T: DeserializeOwned + Send>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        asking: Asking<'_>,
        spent: &mut Spent,
    ) -> Result<RestAnswer<T>, Failure> {
        let mut url = endpoint::join(&self.api_url, path);
        url.query_pairs_mut().extend_pairs(query);
        let request = Request { method: Method::GET, url, body: None };
        let mut plain = Plain(None);
        let Judged { loose, request_id, has_next, .. } =
            self.ask_with_token(Api::Rest(&mut plain), &request, asking, false, spent).await?;
        let data = match plain.0 {
            Some(data) => data,
            None => decode::plain(&loose, asking.what).map_err(|error| error.in_request(request_id.clone()))?,
        };
        Ok(RestAnswer { data, has_next, request_id })
    }

    /// Asks with the client's own token, once more where it was replaced.
    async fn ask_with_token(
        &self,
        mut api: Api<'_>,
        request: &Request,
        asking: Asking<'_>,
        smaller: bool,
        spent: &mut Spent,
    ) -> Result<Judged, Failure> {
        let mut renewed = false;
        loop {
            let token = self.tokens.get(self, asking).await?;
            match self.ask(&mut api, request, &token, asking, smaller, spent).await {
                Err(Failure::BadToken(_)) if !renewed && self.tokens.forget(&token).await => renewed = true,
                outcome => return outcome,
            }
        }
    }

    /// Asks the REST API with a given token, for whatever it answers.
    pub(crate) async fn rest_as(
        &self,
        method: Method,
        path: &[&str],
        token: &SecretString,
        asking: Asking<'_>,
    ) -> Result<Value, Failure> {
        let request = Request { method, url: endpoint::join(&self.api_url, path), body: None };
        let mut plain = Plain(None);
        self.ask(&mut Api::Rest(&mut plain), &request, token, asking, false, &mut Spent::default()).await?;
        Ok(plain.0.unwrap_or_default())
    }

    /// Sends a request until there is an answer to use, waiting for limits and trying again what failed.
    async fn ask(
        &self,
        api: &mut Api<'_>,
        request: &Request,
        token: &SecretString,
        asking: Asking<'_>,
        smaller: bool,
        spent: &mut Spent,
    ) -> Result<Judged, Failure> {
        let (mut failed, mut limited) = (0_u32, 0_u32);
        loop {
            let (verdict, answer) = self.exchange(&mut *api, request, token, asking).await?;
            spent.calls += 1;
            if let (Api::Graphql(_), Some(content)) = (&*api, verdict.content()) {
                self.count(&answer.head, content.rate_limit(), spent);
            }
            let (reason, wait) = match verdict {
                Verdict::Done { body, errors } => return Ok(self.judged(answer, body, errors)),
                Verdict::BadToken(error) => return Err(Failure::BadToken(error)),
                Verdict::Refused(error) => return Err(error.into()),
                Verdict::TooMuch { reason, .. } if smaller => return Err(Failure::TooMuch(reason)),
                // It cannot be asked for in smaller pieces: what came is better than nothing.
                Verdict::TooMuch { partial: Some((body, errors)), .. } => {
                    return Ok(self.judged(answer, body, errors));
                }
                Verdict::TooMuch { reason, .. } => (reason, None),
                Verdict::Again { reason, wait } => (reason, wait),
                Verdict::Limit { wait, reason } => {
                    limited += 1;
                    if limited >= self.policy.limit_tries {
                        return Err(gave_up(ErrorKind::RateLimited, asking.what, limited, &reason, &answer).into());
                    }
                    self.pause_requests(wait, limited, &reason);
                    continue;
                }
            };
            failed += 1;
            if failed >= self.policy.tries {
                return Err(gave_up(ErrorKind::Unavailable, asking.what, failed, &reason, &answer).into());
            }
            self.before_retry(failed + 1, &reason, wait, asking).await?;
        }
    }

    /// Sends a request once, when the rate limiter lets it.
    async fn exchange(
        &self,
        api: &mut Api<'_>,
        request: &Request,
        token: &SecretString,
        asking: Asking<'_>,
    ) -> Result<(Verdict, Answer), SourceError> {
        let place = self.limiter.acquire(&*self.clock, &self.ledger, asking.progress, asking.cancel).await?;
        self.ledger.count_call();
        let started = self.clock.elapsed();
        let outcome = tokio::select! {
            () = asking.cancel.cancelled() => return Err(rate_limiter::cancelled()),
            outcome = self.transport.exchange(request, token) => outcome,
        };
        drop(place);
        let answer = match outcome {
            Ok(answer) => answer,
            Err(Broken::Timeout(reason)) => return Ok((Verdict::TooMuch { reason, partial: None }, Answer::default())),
            Err(Broken::Connection(reason)) => {
                return Ok((Verdict::Again { reason, wait: None }, Answer::default()));
            }
            Err(Broken::Hopeless(error)) => return Err(error),
        };
        self.learn(&answer, asking.progress);
        tracing::debug!(
            what = asking.what,
            status = answer.status,
            request_id = answer.head.request_id.as_deref().unwrap_or_default(),
            remaining = answer.head.remaining,
            milliseconds = self.clock.elapsed().saturating_sub(started).as_millis() as u64,
            "asked GitHub for {}",
            asking.what
        );
        let (address, now) = (without_query(&request.url), self.clock.now());
        let mut verdict = match api {
            Api::Graphql(decoder) => judge::graphql(&answer, &mut **decoder, asking.what, address, now),
            Api::Rest(decoder) => judge::rest(&answer, &mut **decoder, asking.what, address, now),
        };
        redaction::verdict(&mut verdict);
        Ok((verdict, answer))
    }

    /// Takes the provider's time and the token's scopes from an answer.
    fn learn(&self, answer: &Answer, progress: &dyn Progress) {
        if let Some(date) = answer.head.date {
            self.clock.hear(date);
            let own = self.clock.now();
            *locked(&self.ahead) = Some(date.micros().saturating_sub(own.micros()));
            if !dating::is_near(date, own) && !self.skew_noted.swap(true, Ordering::Relaxed) {
                progress.event(Event::Note(dating::not_believed(date, own)));
            }
        }
        if let Some(scopes) = &answer.head.scopes {
            *locked(&self.scopes) = Some(scopes.clone());
        }
        if let Some(version) = &answer.head.enterprise_version {
            *locked(&self.server_version) = Some(version.clone());
        }
        let partial = answer.head.sso.as_deref().is_some_and(|sso| sso.starts_with("partial-results"));
        if partial && !self.sso_noted.swap(true, Ordering::Relaxed) {
            progress.event(Event::Note(
                "some organisations demand SAML single sign-on and the token is not authorised for them: what they hold is \
                 left out; authorise the token for the organisation (Configure SSO) where it is needed"
                    .to_owned(),
            ));
        }
    }

    /// Counts what an answer cost, and pauses all when it was the last that the window allows.
    fn count(&self, head: &Head, limit: Option<&Value>, spent: &mut Spent) {
        let local = self.clock.now();
        let number = |name: &str| limit.and_then(|limit| limit.get(name)).and_then(Value::as_u64);
        let points = number("cost").unwrap_or(0);
        spent.points = spent.points.saturating_add(points);
        self.ledger.count_points(points);
        let wait = if head.remaining.is_some() {
            head.is_used_up().then(|| head.reset_delay(local)).flatten()
        } else if number("remaining") == Some(0) && number("limit") != Some(0) {
            let reset = limit.and_then(|limit| limit.get("resetAt")).and_then(Value::as_str);
            reset.and_then(Instant::parse_rfc3339).map(|reset| between(head.date.unwrap_or(local), reset))
        } else {
            None
        };
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            self.pause_requests(Some(wait), 1, "the points of this hour are used up");
        }
    }

    fn judged(&self, answer: Answer, content: Content, errors: Vec<GraphqlError>) -> Judged {
        let own = self.clock.now();
        let head = answer.head;
        let at = head.date.filter(|date| dating::is_near(*date, own)).unwrap_or(own);
        let loose = match content {
            Content::Loose(body) => body,
            Content::Typed(_) => Value::Null,
        };
        Judged { loose, errors, at, request_id: head.request_id, has_next: head.has_next }
    }

    /// Pauses all: for as long as the provider said, else longer each time.
    fn pause_requests(&self, said: Option<Duration>, met: u32, reason: &str) {
        let wait = match said.map(|said| said.saturating_add(self.policy.slack)) {
            Some(said) if met <= BELIEVED => said,
            // It said when to come back, twice, and was wrong: no hurry, or the tries are soon used up.
            Some(said) => said.max(self.policy.limit_delay_after(met - BELIEVED)),
            None => self.policy.limit_delay_after(met),
        };
        self.limiter.pause_for(wait.min(self.policy.longest_limit_delay), reason, &*self.clock);
    }

    async fn before_retry(
        &self,
        attempt: u32,
        reason: &str,
        asked: Option<Duration>,
        asking: Asking<'_>,
    ) -> Result<(), SourceError> {
        let wait = jittered(self.policy.retry_delay_before(attempt));
        let asked = asked.unwrap_or_default().min(self.policy.longest_limit_delay);
        tracing::debug!(what = asking.what, attempt, reason, "asking again for {}: {reason}", asking.what);
        asking.progress.event(Event::Retrying { attempt, reason: reason.to_owned() });
        rate_limiter::sleep(wait.max(asked), &*self.clock, asking.cancel).await
    }
}

/// Between half of a delay and all of it, so that tasks that failed together do not come back together.
fn jittered(delay: Duration) -> Duration {
    delay.mul_f64(rand::rng().random_range(0.5..=1.0))
}

fn gave_up(kind: ErrorKind, what: &str, tries: u32, reason: &str, answer: &Answer) -> SourceError {
    SourceError::new(kind, format!("reading {what}: gave up after {tries} tries, {reason}; import again later"))
        .in_request(answer.head.request_id.clone())
}

fn without_query(url: &Url) -> &str {
    url.as_str().split(['?', '#']).next().unwrap_or_default()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
