//! Session shared by all clones of a client: what GitHub adds to the request loop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use model::Instant;
use provider::dating;
use provider::endpoint::{join, without_query};
use provider::header::{ACCEPT, HeaderName, HeaderValue};
use provider::{About, Broken, Call, Connection, Decision, LedgerSnapshot, Method, Reply, Request, Unready, Url};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::Value;
use source::{Clock, ErrorKind, Event, Progress, SourceError};
use tokio_util::sync::CancellationToken;

pub(crate) use provider::Asking;

use crate::answer::{Answer, Head};
use crate::app_token::Tokens;
use crate::client::GraphqlError;
use crate::judge::{self, Content, Verdict};
use crate::settings::Settings;
use crate::typed::{Decoder, Plain, Typed};
use crate::usable::{Judged, Usable};
use crate::{decode, endpoint, schema};

const ABOUT: About =
    About { name: "GitHub", addresses: "GITHUB_API_URL and GITHUB_GRAPHQL_URL", request_ids: &["x-github-request-id"] };

/// Asks for node ids of the new form: GitHub has announced that those of the old one go.
const NEXT_GLOBAL_ID: HeaderName = HeaderName::from_static("x-github-next-global-id");

/// One server, one identity, one rate limiter, one ledger.
pub(crate) struct Session {
    api_url: Url,
    graphql_url: Url,
    connection: Connection,
    tokens: Tokens,
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

/// Which API is asked, and who reads what it answers.
enum Api<'a> {
    Graphql(&'a mut dyn Decoder),
    Rest(&'a mut dyn Decoder),
}

/// One request to one of the APIs.
struct GithubCall<'a> {
    session: &'a Session,
    api: Api<'a>,
    method: Method,
    url: Url,
    body: Option<&'a Value>,
    /// Sent instead of the client's own token.
    given: Option<&'a SecretString>,
    /// What was sent last.
    token: SecretString,
    /// Whether the same can be asked for in smaller pieces.
    smaller: bool,
    points: u64,
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
        let addresses = [&api_url, &graphql_url];
        let user_agent = Some(settings.user_agent);
        let connection = Connection::new(ABOUT, settings.policy, user_agent, &addresses, settings.concurrency, clock);
        Ok(Self {
            connection,
            api_url,
            graphql_url,
            tokens: Tokens::new(settings.credentials)?,
            scopes: Mutex::new(None),
            sso_noted: AtomicBool::new(false),
            skew_noted: AtomicBool::new(false),
            schema: schema::Known::default(),
            server_version: Mutex::new(None),
        })
    }

    pub(crate) fn usage(&self) -> LedgerSnapshot {
        self.connection.usage()
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
        self.connection.rest(cancel).await
    }

    /// The provider's time now, as far as it is known.
    pub(crate) fn provider_now(&self) -> Instant {
        self.connection.provider_now()
    }

    /// Our own time now.
    pub(crate) fn own_now(&self) -> Instant {
        self.connection.clock().now()
    }

    /// How far the provider's clock is from ours.
    pub(crate) fn skew(&self) -> Duration {
        self.connection.skew()
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
        let call = self.call(Api::Graphql(&mut typed), Method::POST, self.graphql_url.clone());
        let judged = self.ask(GithubCall { body: Some(&body), smaller, ..call }, asking, spent).await?;
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
        let mut url = join(&self.api_url, path);
        url.query_pairs_mut().extend_pairs(query);
        let mut plain = Plain(None);
        let call = self.call(Api::Rest(&mut plain), Method::GET, url);
        let Judged { loose, request_id, has_next, .. } = self.ask(call, asking, spent).await?;
        let data = match plain.0 {
            Some(data) => data,
            None => decode::plain(&loose, asking.what).map_err(|error| error.in_request(request_id.clone()))?,
        };
        Ok(RestAnswer { data, has_next, request_id })
    }

    /// Asks the REST API with a given token, for whatever it answers.
    pub(crate) async fn rest_as(
        &self,
        method: Method,
        path: &[&str],
        token: &SecretString,
        asking: Asking<'_>,
    ) -> Result<Value, Failure> {
        let mut plain = Plain(None);
        let call = self.call(Api::Rest(&mut plain), method, join(&self.api_url, path));
        self.ask(GithubCall { given: Some(token), ..call }, asking, &mut Spent::default()).await?;
        Ok(plain.0.unwrap_or_default())
    }

    fn call<'a>(&'a self, api: Api<'a>, method: Method, url: Url) -> GithubCall<'a> {
        let token = SecretString::default();
        GithubCall { session: self, api, method, url, body: None, given: None, token, smaller: false, points: 0 }
    }

    async fn ask(&self, mut call: GithubCall<'_>, asking: Asking<'_>, spent: &mut Spent) -> Result<Judged, Failure> {
        let outcome = self.connection.ask(&mut call, asking, &mut spent.calls).await;
        spent.points = spent.points.saturating_add(call.points);
        outcome?
    }

    /// Takes the provider's time and the token's scopes from an answer.
    fn learn(&self, answer: &Answer, progress: &dyn Progress) {
        if let Some(date) = answer.head.date {
            let own = self.own_now();
            if !dating::is_near(date, own) && !self.skew_noted.swap(true, Ordering::Relaxed) {
                progress.event(Event::Note(dating::not_believed(ABOUT.name, date, own)));
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

    /// Counts what an answer cost, and pauses all when it was the last that the window allows. Gives the points.
    fn count(&self, head: &Head, limit: Option<&Value>) -> u64 {
        let number = |name: &str| limit.and_then(|limit| limit.get(name)).and_then(Value::as_u64);
        let points = number("cost").unwrap_or(0);
        self.connection.ledger().count_points(points);
        let wait = if head.remaining.is_some() {
            head.reset_in.filter(|_| head.is_used_up())
        } else if number("remaining") == Some(0) && number("limit") != Some(0) {
            let reset = limit.and_then(|limit| limit.get("resetAt")).and_then(Value::as_str);
            reset
                .and_then(Instant::parse_rfc3339)
                .map(|reset| provider::between(head.date.unwrap_or(head.local), reset))
        } else {
            None
        };
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            self.connection.pause(1, Some(wait), "the points of this hour are used up");
        }
        points
    }

    fn judged(&self, answer: Answer, content: Content, errors: Vec<GraphqlError>) -> Judged {
        let own = self.own_now();
        let head = answer.head;
        let at = head.date.filter(|date| dating::is_near(*date, own)).unwrap_or(own);
        let loose = match content {
            Content::Loose(body) => body,
            Content::Typed(_) => Value::Null,
        };
        Judged { loose, errors, at, request_id: head.request_id, has_next: head.has_next }
    }
}

#[async_trait]
impl Call for GithubCall<'_> {
    type Answer = Result<Judged, Failure>;

    async fn prepare(&mut self, asking: Asking<'_>) -> Result<Request, Unready> {
        let (session, given) = (self.session, self.given);
        self.token = match given {
            Some(token) => token.clone(),
            None => session.tokens.get(session, asking).await?,
        };
        let request = match self.body {
            Some(body) => Request::json(self.url.clone(), body),
            None => Request::new(self.method.clone(), self.url.clone()),
        };
        let refused =
            "the token holds a line break or another character that no token has: check how GITHUB_TOKEN is set";
        let request = request.bearer(&self.token, refused)?;
        let request = request.with(ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
        Ok(request.with(NEXT_GLOBAL_ID, HeaderValue::from_static("1")))
    }

    fn judge(&mut self, reply: Reply, asking: Asking<'_>) -> Decision<Self::Answer> {
        let answer = Answer::read(reply);
        self.session.learn(&answer, asking.progress);
        let address = without_query(self.url.as_str());
        let verdict = match &mut self.api {
            Api::Graphql(decoder) => judge::graphql(&answer, &mut **decoder, asking.what, address),
            Api::Rest(decoder) => judge::rest(&answer, &mut **decoder, asking.what, address),
        };
        if let (Api::Graphql(_), Some(content)) = (&self.api, verdict.content()) {
            self.points = self.points.saturating_add(self.session.count(&answer.head, content.rate_limit()));
        }
        match verdict {
            Verdict::Done { body, errors } => Decision::Done(Ok(self.session.judged(answer, body, errors))),
            Verdict::BadToken(error) => Decision::Renew(Ok(Err(Failure::BadToken(error)))),
            Verdict::Refused(error) => Decision::Refused(error),
            Verdict::TooMuch { reason, .. } if self.smaller => Decision::Done(Err(Failure::TooMuch(reason))),
            // It cannot be asked for in smaller pieces: what came is better than nothing.
            Verdict::TooMuch { partial: Some((body, errors)), .. } => {
                Decision::Done(Ok(self.session.judged(answer, body, errors)))
            }
            Verdict::TooMuch { reason, .. } => Decision::Again { wait: None, reason },
            Verdict::Again { reason, wait } => Decision::Again { wait, reason },
            Verdict::Limit { wait, reason } => Decision::Limit { wait, reason, holds_up_all: true },
        }
    }

    fn broken(&mut self, broken: Broken) -> Decision<Self::Answer> {
        match broken {
            // The page may be too large.
            Broken::Timeout(reason) if self.smaller => Decision::Done(Err(Failure::TooMuch(reason))),
            Broken::Timeout(reason) | Broken::Unreachable(reason) | Broken::Interrupted(reason) => {
                Decision::Again { wait: None, reason }
            }
            Broken::Final(error) => Decision::Refused(error),
        }
    }

    async fn renew(&mut self) -> Result<bool, SourceError> {
        let (session, given, token) = (self.session, self.given, self.token.clone());
        Ok(given.is_none() && session.tokens.forget(&token).await)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
