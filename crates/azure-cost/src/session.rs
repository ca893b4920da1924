//! Session shared by all clones of a client: requests are asked until there is an answer.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::http::headers::{ACCEPT, CONTENT_TYPE};
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::{
    ClientOptions, Context, HttpClient, Method, Pipeline, PipelineSendOptions, Request, RetryOptions,
    Transport as AzureTransport, Url, UserAgentOptions,
};
use model::Instant;
use source::{Clock, ErrorKind, Event, Progress, SourceError};
use tokio_util::sync::CancellationToken;

use crate::answer::{Answer, Head, Limit};
use crate::buckets::later;
use crate::endpoint::Endpoint;
use crate::identity::Identity;
use crate::judge::{Place, Verdict, judge};
use crate::pacer::{Pacer, Turn, cancelled, wait};
use crate::settings::{PUBLIC_ENDPOINT, Settings};
use crate::transport::{Transient, Transport};
use crate::words::shortened;

/// How often a limit on query units may be met before the query is made smaller.
const BELIEVED: u32 = 2;

/// One tenant, one identity, one pacer.
pub(crate) struct Session {
    pub(crate) settings: Settings,
    pub(crate) endpoint: Endpoint,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pacer: Pacer,
    pipeline: Pipeline,
    identity: Arc<Identity>,
    /// How far the provider's clock is ahead of ours, in microseconds; `None` until it has said its time.
    ahead: Mutex<Option<i64>>,
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

/// Who is told and who may interrupt.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) progress: &'a dyn Progress,
    pub(crate) cancel: &'a CancellationToken,
}

/// What came of it.
pub(crate) enum Outcome {
    Answer(Answer),
    /// Azure does not take so much at once.
    TooMuch,
}

/// How often one request has met what.
#[derive(Default)]
struct Met {
    failures: u32,
    limits: u32,
    renewed: bool,
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
        let transport: Arc<dyn HttpClient> = Arc::new(Transport::new(&settings.policy, &[&endpoint, &authority]));
        let application = application_id(&settings.client_type);
        let identity = Arc::new(Identity::new(
            settings.credential.clone(),
            authority.secure.to_string(),
            application.clone(),
            settings.policy,
            transport.clone(),
        )?);
        let pipeline = pipeline(identity.clone(), &audience(&endpoint), transport, application);
        let pacer = Pacer::new(settings.quota, settings.policy.slack, clock.clone());
        Ok(Self {
            endpoint,
            clock,
            pacer,
            pipeline,
            identity,
            ahead: Mutex::new(None),
            page_units: AtomicI64::new(-1),
            settings,
        })
    }

    /// The provider's time now, as far as it is known.
    pub(crate) fn provider_now(&self) -> Instant {
        let ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_default();
        Instant::from_micros(self.clock.now().micros().saturating_add(ahead))
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

    /// Sends a request until there is an answer to use: waits for limits, tries again what failed, renews the token once.
    ///
    /// Counts the requests that went out in `calls`.
    pub(crate) async fn ask(
        &self,
        asked: &Asked<'_>,
        asking: Asking<'_>,
        calls: &mut u64,
    ) -> Result<Outcome, SourceError> {
        let mut met = Met::default();
        loop {
            let turn = match asked.units {
                None => None,
                Some(units) => Some(self.pacer.turn(units, asking.progress, asking.cancel).await?),
            };
            let generation = self.identity.generation();
            *calls += 1;
            let sent = tokio::select! {
                biased;
                () = asking.cancel.cancelled() => return Err(cancelled()),
                sent = self.send(asked) => sent,
            };
            let answer = match sent {
                Ok(answer) => answer,
                Err(error) => {
                    settle(turn, true, None);
                    let reason = transient(error, asked.what)?;
                    self.again(&mut met, None, &reason, asked, asking).await?;
                    continue;
                }
            };
            match self.judged(&answer, asked) {
                Verdict::Done => {
                    self.done(turn, &answer);
                    return Ok(Outcome::Answer(answer));
                }
                Verdict::Refused(error) => {
                    settle(turn, true, Some(&answer.head));
                    return Err(error);
                }
                Verdict::BadToken(error) => {
                    settle(turn, false, Some(&answer.head));
                    if std::mem::replace(&mut met.renewed, true) {
                        return Err(error);
                    }
                    tracing::debug!("Azure does not accept the token any more; getting another one");
                    self.identity.renew(generation)?;
                }
                Verdict::Again { wait, reason } => {
                    settle(turn, true, Some(&answer.head));
                    self.again(&mut met, wait, &reason, asked, asking).await?;
                }
                Verdict::Limited { wait, limit, reason } => {
                    met.limits += 1;
                    let delay = self.settings.policy.limit_delay_or_asked(met.limits, wait);
                    let until = later(self.clock.now(), delay);
                    let too_much = asked.is_too_much(&met, limit);
                    close(turn, until, limit, too_much, &answer.head);
                    self.limited(&met, until, &reason, asked, asking, answer.head.request_id).await?;
                    if too_much {
                        return Ok(Outcome::TooMuch);
                    }
                }
            }
        }
    }

    /// Settles an answer that is used, and closes the tenant when Azure says that no request is left.
    fn done(&self, turn: Option<Turn<'_>>, answer: &Answer) {
        let Some(mut turn) = turn else { return };
        if answer.head.tenant_requests == Some(0) {
            turn.close(later(self.clock.now(), self.settings.policy.limit_delay));
        }
        settle(Some(turn), true, Some(&answer.head));
    }

    fn judged(&self, answer: &Answer, asked: &Asked<'_>) -> Verdict {
        if let Some(date) = answer.head.date {
            let ahead = date.micros().saturating_sub(self.clock.now().micros());
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        }
        match judge(answer, asked.what, asked.place) {
            Verdict::Refused(_) if asked.any_status => Verdict::Done,
            verdict => verdict,
        }
    }

    async fn again(
        &self,
        met: &mut Met,
        asked_wait: Option<Duration>,
        reason: &str,
        asked: &Asked<'_>,
        asking: Asking<'_>,
    ) -> Result<(), SourceError> {
        met.failures += 1;
        let reason = redact::redacted(reason).into_owned();
        if met.failures >= self.settings.policy.tries {
            return Err(SourceError::new(
                ErrorKind::Unavailable,
                format!(
                    "{}: {reason}, {} times; check the network, AZURE_ENDPOINT and AZURE_AUTHORITY_HOST, and try again later",
                    asked.what, met.failures
                ),
            ));
        }
        let next = met.failures + 1;
        let policy = &self.settings.policy;
        let delay = policy.retry_delay_before(next);
        let delay = asked_wait.map_or(delay, |wait| delay.max(wait.min(policy.longest_limit_delay)));
        tracing::debug!(attempt = next, "trying again ({next}): {reason}");
        asking.progress.event(Event::Retrying { attempt: next, reason: reason.clone() });
        let until = later(self.clock.now(), delay);
        wait(until, &reason, &*self.clock, asking.progress, asking.cancel).await
    }

    async fn limited(
        &self,
        met: &Met,
        until: Instant,
        reason: &str,
        asked: &Asked<'_>,
        asking: Asking<'_>,
        request_id: Option<String>,
    ) -> Result<(), SourceError> {
        if met.limits >= self.settings.policy.limit_tries {
            let message = format!("{}: {reason}, {} times in a row; try again later", asked.what, met.limits);
            return Err(SourceError::new(ErrorKind::RateLimited, message).in_request(request_id));
        }
        wait(until, reason, &*self.clock, asking.progress, asking.cancel).await
    }

    async fn send(&self, asked: &Asked<'_>) -> azure_core::Result<Answer> {
        let method = if asked.body.is_some() { Method::Post } else { Method::Get };
        let mut request = Request::new(asked.url.clone(), method);
        request.insert_header(ACCEPT, "application/json");
        request.insert_header("clienttype", self.settings.client_type.clone());
        if let Some(body) = asked.body {
            request.insert_header(CONTENT_TYPE, "application/json");
            request.set_body(body.to_owned());
        }
        let options = PipelineSendOptions { skip_checks: true, ..PipelineSendOptions::default() };
        let response = self.pipeline.send(&Context::new(), &mut request, Some(options)).await?;
        tracing::debug!(status = u16::from(response.status()), "asked Azure for {}", asked.what);
        Ok(Answer::read(response, self.clock.now()))
    }
}

impl Asked<'_> {
    /// Whether to ask for less, now that a limit was met again.
    fn is_too_much(&self, met: &Met, limit: Limit) -> bool {
        let about_units = matches!(limit, Limit::Units | Limit::Unnamed);
        self.divisible && self.units > Some(1) && met.limits >= BELIEVED && about_units
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

/// The reason of a failure that may be gone at the next try, or the error.
fn transient(error: azure_core::Error, what: &str) -> Result<String, SourceError> {
    use azure_core::error::ErrorKind as Azure;
    let error = match error.into_downcast::<SourceError>() {
        Ok(ours) if ours.kind == ErrorKind::Unavailable => return Ok(ours.message),
        Ok(ours) => return Err(ours),
        Err(error) => error,
    };
    match (error.downcast_ref::<Transient>(), error.kind()) {
        (Some(Transient(reason)), _) => Ok(format!("Azure could not be reached: {reason}")),
        (None, Azure::Io | Azure::Connection) => Ok("Azure's answer broke off".to_owned()),
        (None, _) => {
            let said = shortened(&error.to_string());
            Err(SourceError::new(ErrorKind::Unavailable, format!("{what} cannot be asked for: {said}")))
        }
    }
}

fn pipeline(identity: Arc<Identity>, audience: &str, transport: Arc<dyn HttpClient>, application: String) -> Pipeline {
    let identity: Arc<dyn TokenCredential> = identity;
    let bearer = BearerTokenAuthorizationPolicy::new(identity, [audience]);
    let options = ClientOptions {
        retry: RetryOptions::none(),
        transport: Some(AzureTransport::new(transport)),
        user_agent: UserAgentOptions { application_id: Some(application) },
        ..ClientOptions::default()
    };
    Pipeline::new(
        option_env!("CARGO_PKG_NAME"),
        option_env!("CARGO_PKG_VERSION"),
        options,
        Vec::new(),
        vec![Arc::new(bearer)],
        None,
    )
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
