//! Session shared by all clones of a client: what Azure adds to the request loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use model::Instant;
use provider::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use provider::{
    About, Asking, Broken, Call, Connection, Decision, Method, Reply, Request, Unready, Url, after, secret,
};
use source::{Clock, ErrorKind, SourceError};

use crate::answer::{Answer, Head, Limit};
use crate::endpoint::Endpoint;
use crate::identity::Identity;
use crate::judge::{Place, Verdict, judge};
use crate::pacer::{Pacer, Turn};
use crate::settings::{PUBLIC_ENDPOINT, Settings};
use crate::transport::{Transport, words};

pub(crate) const ABOUT: About = About {
    name: "Azure",
    addresses: "AZURE_ENDPOINT and AZURE_AUTHORITY_HOST",
    request_ids: &["x-ms-request-id", "x-ms-correlation-request-id"],
};

const CLIENT_TYPE: HeaderName = HeaderName::from_static("clienttype");

/// How often a limit on query units may be met before the query is made smaller.
const SAME_SIZE: u32 = 2;

/// One tenant, one identity, one pacer.
pub(crate) struct Session {
    pub(crate) settings: Settings,
    pub(crate) endpoint: Endpoint,
    pub(crate) connection: Connection,
    pub(crate) pacer: Pacer,
    identity: Identity,
    /// Units that a further page takes, once Azure has said so; negative before.
    page_units: AtomicI64,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) url: Url,
    /// Sent by POST; none means GET.
    pub(crate) body: Option<&'a str>,
    /// Query units that it takes; none is not paced.
    pub(crate) units: Option<u32>,
    /// Whether the same can be asked for in smaller pieces.
    pub(crate) divisible: bool,
    /// As in "the costs of subscription …".
    pub(crate) what: &'a str,
    /// Where, and which role would help.
    pub(crate) place: Place<'a>,
    /// Any status is an answer, save those that say later or who are you.
    pub(crate) any_status: bool,
}

/// What came of it.
pub(crate) enum Outcome {
    Answer(Answer),
    /// Azure does not take so much at once, and nothing before an instant.
    TooMuch {
        until: Instant,
        reason: String,
    },
}

/// One request under way.
struct CostCall<'a> {
    session: &'a Session,
    asked: &'a Asked<'a>,
    turn: Option<Turn<'a>>,
    /// Of the identity whose token was sent last.
    generation: u64,
    /// How often it has met limits.
    limits: u32,
}

impl Session {
    pub(crate) fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, SourceError> {
        let endpoint = Endpoint::checked("AZURE_ENDPOINT (azure.endpoint)", &settings.endpoint)?;
        let authority = Endpoint::checked("AZURE_AUTHORITY_HOST (azure.authority_host)", &settings.authority_host)?;
        if authority.url.path().len() > 1 {
            return Err(SourceError::new(
                ErrorKind::Unauthorized,
                "AZURE_AUTHORITY_HOST (azure.authority_host) has a path: write only https://HOST, the tenant is added to it",
            ));
        }
        let application = application_id(&settings.client_type);
        let identity = Identity::new(
            settings.credential.clone(),
            audience(&endpoint),
            authority.secure.to_string(),
            application.clone(),
            settings.policy,
            Arc::new(Transport::new(&settings.policy, authority)),
        )?;
        let user_agent = format!("{application} {}/{}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let pacer = Pacer::new(settings.quota, settings.policy.slack, clock.clone());
        // Queries of one tenant take turns by themselves.
        let connection = Connection::new(ABOUT, settings.policy, Some(user_agent), &[&endpoint.url], usize::MAX, clock);
        Ok(Self { endpoint, connection, pacer, identity, page_units: AtomicI64::new(-1), settings })
    }

    /// Units of a further page of a query: as many as the query, as long as Azure has not said how many.
    pub(crate) fn page_units(&self, of_query: u32) -> u32 {
        u32::try_from(self.page_units.load(Ordering::Relaxed)).map_or(of_query, |known| known.min(of_query))
    }

    pub(crate) fn learn_page_units(&self, consumed: Option<u32>) {
        if let Some(consumed) = consumed {
            self.page_units.store(i64::from(consumed), Ordering::Relaxed);
        }
    }

    /// Sends a request until there is an answer to use. Where Azure does not take so much at once, the wait that it asks for
    /// is over by then. Counts the requests that went out in `calls`.
    pub(crate) async fn ask(
        &self,
        asked: &Asked<'_>,
        asking: Asking<'_>,
        calls: &mut u64,
    ) -> Result<Outcome, SourceError> {
        let mut call = CostCall { session: self, asked, turn: None, generation: 0, limits: 0 };
        let outcome = self.connection.ask(&mut call, asking, calls).await?;
        if let Outcome::TooMuch { until, reason } = &outcome {
            self.connection.wait_until(*until, reason, asking).await?;
        }
        Ok(outcome)
    }
}

#[async_trait]
impl Call for CostCall<'_> {
    type Answer = Outcome;

    async fn prepare(&mut self, asking: Asking<'_>) -> Result<Request, Unready> {
        let (session, asked) = (self.session, self.asked);
        if let Some(units) = asked.units {
            self.turn = Some(session.pacer.turn(units, asking.progress, asking.cancel).await?);
        }
        self.generation = session.identity.generation();
        let token = session.identity.token().await.inspect_err(|_| settle(self.turn.take(), true, None))?;
        let method = if asked.body.is_some() { Method::POST } else { Method::GET };
        let request = Request::new(method, asked.url.clone());
        let mut request = request.bearer(&token, "the token for Azure holds a character that no token has")?;
        let refused = "azure.client_type holds a character that no header can hold: write letters and digits";
        request = request.with(CLIENT_TYPE, secret(&session.settings.client_type, refused)?);
        request = request.with(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(body) = asked.body {
            request = request.with(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            request.body = Some(body.into());
        }
        Ok(request)
    }

    fn judge(&mut self, reply: Reply, asking: Asking<'_>) -> Decision<Outcome> {
        let answer = Answer::read(reply);
        let turn = self.turn.take();
        match judge(&answer, asking.what, self.asked.place) {
            Verdict::Refused(error) if !self.asked.any_status => {
                settle(turn, true, Some(&answer.head));
                Decision::Refused(error)
            }
            Verdict::Done | Verdict::Refused(_) => {
                self.done(turn, &answer);
                Decision::Done(Outcome::Answer(answer))
            }
            Verdict::BadToken(error) => {
                settle(turn, false, Some(&answer.head));
                Decision::Renew(Err(error))
            }
            Verdict::Again { wait, reason } => {
                settle(turn, true, Some(&answer.head));
                Decision::Again { wait, reason }
            }
            Verdict::Limited { wait, limit, reason } => {
                self.limits += 1;
                let connection = &self.session.connection;
                let until = after(connection.clock().now(), connection.policy().limit_delay(self.limits, wait));
                let too_much = self.asked.is_too_much(self.limits, limit);
                close(turn, until, limit, too_much, &answer.head);
                if too_much {
                    return Decision::Done(Outcome::TooMuch { until, reason });
                }
                // The pacer holds up the others, where the limit is theirs, too.
                Decision::Limit { wait, reason, holds_up_all: false }
            }
        }
    }

    fn broken(&mut self, broken: Broken) -> Decision<Outcome> {
        settle(self.turn.take(), true, None);
        let reason = match broken {
            Broken::Final(error) => return Decision::Refused(error),
            Broken::Interrupted(_) => "Azure's answer broke off".to_owned(),
            broken => format!("Azure could not be reached: {}", words(&broken)),
        };
        Decision::Again { wait: None, reason }
    }

    async fn renew(&mut self) -> Result<bool, SourceError> {
        tracing::debug!("Azure does not accept the token any more; getting another one");
        self.session.identity.renew(self.generation)?;
        Ok(true)
    }

    fn gave_up(&self, kind: ErrorKind, what: &str, tries: u32, reason: &str) -> String {
        if kind == ErrorKind::RateLimited {
            return format!("{what}: {reason}, {tries} times in a row; try again later");
        }
        format!(
            "{what}: {reason}, {tries} times; check the network, AZURE_ENDPOINT and AZURE_AUTHORITY_HOST, and try again later"
        )
    }
}

impl CostCall<'_> {
    /// Settles an answer that is used, and closes the tenant when Azure says that no request is left.
    fn done(&self, turn: Option<Turn<'_>>, answer: &Answer) {
        let Some(mut turn) = turn else { return };
        let connection = &self.session.connection;
        if answer.head.tenant_requests == Some(0) {
            turn.close(after(connection.clock().now(), connection.policy().limit_delay));
        }
        settle(Some(turn), true, Some(&answer.head));
    }
}

impl Asked<'_> {
    /// Whether to ask for less, now that a limit was met again.
    fn is_too_much(&self, met: u32, limit: Limit) -> bool {
        let about_units = matches!(limit, Limit::Units | Limit::Unnamed);
        self.divisible && self.units > Some(1) && met >= SAME_SIZE && about_units
    }
}

fn settle(turn: Option<Turn<'_>>, accepted: bool, head: Option<&Head>) {
    if let Some(turn) = turn {
        let consumed = head.and_then(|head| head.consumed);
        turn.learn(accepted, consumed, head.map(|head| head.remaining).unwrap_or_default());
    }
}

/// Settles a query that met a limit. A limit of one scope does not keep the others waiting.
fn close(turn: Option<Turn<'_>>, until: Instant, limit: Limit, too_much: bool, head: &Head) {
    let Some(mut turn) = turn else { return };
    if limit != Limit::Scope {
        turn.close(until);
    }
    // What is left, where Azure says it, tells better than halving what fits.
    if too_much && head.remaining.per_10_seconds.is_none() {
        turn.refuse();
    } else {
        settle(Some(turn), false, Some(head));
    }
}

/// What a token is asked for: the endpoint's own service; a simulated one stands for the public cloud's.
fn audience(endpoint: &Endpoint) -> String {
    if endpoint.is_loopback() {
        return format!("{PUBLIC_ENDPOINT}/.default");
    }
    format!("{}/.default", endpoint.url.origin().ascii_serialization())
}

/// What `azure_core` accepts as the beginning of a user agent: at most 24 letters, digits and a few signs.
fn application_id(client_type: &str) -> String {
    let allowed = |letter: &char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(*letter);
    let id: String = client_type.chars().filter(allowed).take(24).collect();
    if id.is_empty() { crate::settings::DEFAULT_CLIENT_TYPE.to_owned() } else { id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_client_type_makes_a_user_agent() {
        assert_eq!(application_id("cto-metrics"), "cto-metrics");
        assert_eq!(application_id("My Company / costs of all the clouds"), "MyCompanycostsofallthecl");
        assert_eq!(application_id(" "), "cto-metrics");
    }

    #[test]
    fn the_token_is_asked_for_the_service_of_the_endpoint() {
        let audience = |address: &str| audience(&Endpoint::checked("AZURE_ENDPOINT", address).expect("allowed"));
        assert_eq!(audience("https://management.azure.com/"), "https://management.azure.com/.default");
        assert_eq!(audience("https://management.usgovcloudapi.net"), "https://management.usgovcloudapi.net/.default");
        assert_eq!(audience("http://127.0.0.1:4711"), "https://management.azure.com/.default");
    }
}
