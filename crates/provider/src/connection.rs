//! The request loop: a call is made until there is an answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::Instant;
use source::{Clock, ErrorKind, Event, SourceError};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::call::{Asking, Call, Decision, Unready};
use crate::ledger::Ledger;
use crate::limiter::{Limiter, cancelled, sleep, wait_until};
use crate::times::after;
use crate::transport::{Request, Transport};
use crate::{LedgerSnapshot, Policy};

/// What a provider is called, and how people set its addresses.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// As in "asked GitHub for …".
    pub name: &'static str,
    /// As in "check `GITHUB_API_URL` and `GITHUB_GRAPHQL_URL`".
    pub addresses: &'static str,
    /// Headers that may hold the provider's id of a request, the best first.
    pub request_ids: &'static [&'static str],
}

/// One provider as one identity sees it: transport, limits, clock and ledger, shared by all clones of a client.
pub struct Connection {
    about: About,
    policy: Policy,
    transport: Transport,
    limiter: Limiter,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    /// How far the provider's clock is ahead of ours, in microseconds; `None` until it has said its time.
    ahead: Mutex<Option<i64>>,
}

/// Tries so far of one call.
#[derive(Default)]
struct Tries {
    failed: u32,
    limited: u32,
    renewed: bool,
}

impl Connection {
    /// Sends nothing yet, and needs no certificates yet. `places` requests are under way at the same time: 1 to 100.
    pub fn new(
        about: About,
        policy: Policy,
        user_agent: Option<String>,
        addresses: &[&Url],
        places: usize,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            transport: Transport::new(&policy, user_agent, addresses, about.addresses),
            limiter: Limiter::new(places),
            about,
            policy,
            ledger: Ledger::default(),
            clock,
            ahead: Mutex::new(None),
        }
    }

    /// Tries and waits.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The clock that it waits by.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Counts what is used.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Calls, points and waiting so far.
    pub fn usage(&self) -> LedgerSnapshot {
        self.ledger.snapshot()
    }

    /// The provider's time now, as far as it is known.
    pub fn provider_now(&self) -> Instant {
        Instant::from_micros(self.clock.now().micros().saturating_add(self.ahead()))
    }

    /// How far the provider's clock is from ours.
    pub fn skew(&self) -> Duration {
        Duration::from_micros(self.ahead().unsigned_abs())
    }

    fn ahead(&self) -> i64 {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_default()
    }

    /// Lets no request through for as long as was `asked`, or longer each time, since a limit was met for the `met`-th time
    /// (from 1).
    pub fn pause(&self, met: u32, asked: Option<Duration>, reason: &str) {
        self.limiter.pause_for(self.policy.limit_delay(met, asked), reason, &*self.clock);
    }

    /// Waits until an instant of our clock, having told so; not at all when it has come. Fails with `Cancelled` alone.
    pub async fn wait_until(&self, until: Instant, reason: &str, asking: Asking<'_>) -> Result<(), SourceError> {
        let waited = wait_until(until, reason, &*self.clock, asking.progress, asking.cancel).await?;
        self.ledger.count_wait(waited);
        Ok(())
    }

    /// A short wait before less is asked for. Fails with `Cancelled` alone.
    pub async fn rest(&self, cancel: &CancellationToken) -> Result<(), SourceError> {
        sleep(self.policy.jittered(self.policy.retry_delay), &*self.clock, cancel).await
    }

    /// Makes a call until there is an answer: waits for limits, tries again what failed, renews the credentials once.
    ///
    /// Counts the requests that went out in `calls`. Fails with `RateLimited` and `Unavailable` when the tries are used up,
    /// with `Cancelled` when interrupted, with `Unauthorized` where TLS fails for good, with `UnexpectedResponse` where a
    /// reply is too large, and else as the call decides.
    pub async fn ask<C: Call>(
        &self,
        call: &mut C,
        asking: Asking<'_>,
        calls: &mut u64,
    ) -> Result<C::Answer, SourceError> {
        let mut tries = Tries::default();
        loop {
            let (decision, request_id) = match unless_cancelled(asking.cancel, call.prepare(asking)).await? {
                Ok(request) => self.exchange(call, &request, asking, calls).await?,
                Err(Unready::Final(error)) => return Err(error),
                Err(Unready::Again(error)) if error.kind == ErrorKind::Unavailable => {
                    (Decision::Again { wait: None, reason: error.message }, None)
                }
                Err(Unready::Again(error)) => {
                    tries.failed += 1;
                    if tries.failed >= self.policy.tries {
                        return Err(error);
                    }
                    self.before_retry(tries.failed + 1, &error.message, None, asking).await?;
                    continue;
                }
            };
            let gave_up = |call: &C, kind, tries, reason: &str| {
                SourceError::new(kind, call.gave_up(kind, asking.what, tries, reason)).in_request(request_id)
            };
            match decision {
                Decision::Done(answer) => return Ok(answer),
                Decision::Refused(error) => return Err(error),
                Decision::Renew(otherwise) => {
                    if tries.renewed || !call.renew().await? {
                        return otherwise;
                    }
                    tries.renewed = true;
                }
                Decision::Limit { wait, reason, holds_up_all } => {
                    tries.limited += 1;
                    if tries.limited >= self.policy.limit_tries {
                        return Err(gave_up(call, ErrorKind::RateLimited, tries.limited, &reason));
                    }
                    if holds_up_all {
                        self.pause(tries.limited, wait, &reason);
                    } else {
                        let until = after(self.clock.now(), self.policy.limit_delay(tries.limited, wait));
                        self.wait_until(until, &reason, asking).await?;
                    }
                }
                Decision::Again { wait, reason } => {
                    tries.failed += 1;
                    if tries.failed >= self.policy.tries {
                        return Err(gave_up(call, ErrorKind::Unavailable, tries.failed, &reason));
                    }
                    self.before_retry(tries.failed + 1, &reason, wait, asking).await?;
                }
            }
        }
    }

    /// Sends a request once, when the limiter lets it.
    async fn exchange<C: Call>(
        &self,
        call: &mut C,
        request: &Request,
        asking: Asking<'_>,
        calls: &mut u64,
    ) -> Result<(Decision<C::Answer>, Option<String>), SourceError> {
        let place = self.limiter.acquire(&*self.clock, &self.ledger, asking.progress, asking.cancel).await?;
        self.ledger.count_call();
        *calls += 1;
        let started = self.clock.elapsed();
        let sending = self.transport.send(request, self.about.request_ids, self.clock.now());
        let sent = unless_cancelled(asking.cancel, sending).await?;
        drop(place);
        let reply = match sent {
            Ok(reply) => reply,
            Err(broken) => return Ok((call.broken(broken).redacted(), None)),
        };
        if let Some(date) = reply.date() {
            self.clock.hear(date);
            let ahead = date.micros().saturating_sub(self.clock.now().micros());
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        }
        tracing::debug!(
            what = asking.what,
            status = reply.status,
            request_id = reply.request_id.as_deref().unwrap_or_default(),
            milliseconds = self.clock.elapsed().saturating_sub(started).as_millis() as u64,
            "asked {} for {}",
            self.about.name,
            asking.what
        );
        let request_id = reply.request_id.clone();
        Ok((call.judge(reply, asking).redacted(), request_id))
    }

    /// Waits before try number `attempt` of what failed.
    async fn before_retry(
        &self,
        attempt: u32,
        reason: &str,
        asked: Option<Duration>,
        asking: Asking<'_>,
    ) -> Result<(), SourceError> {
        let wait = self.policy.jittered(self.policy.retry_delay_before(attempt));
        let asked = asked.unwrap_or_default().min(self.policy.longest_limit_delay);
        tracing::debug!(what = asking.what, attempt, reason, "asking again for {}: {reason}", asking.what);
        asking.progress.event(Event::Retrying { attempt, reason: reason.to_owned() });
        sleep(wait.max(asked), &*self.clock, asking.cancel).await
    }
}

/// What comes of a future, unless the run is interrupted before.
async fn unless_cancelled<T>(cancel: &CancellationToken, future: impl Future<Output = T>) -> Result<T, SourceError> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(cancelled()),
        output = future => Ok(output),
    }
}
