//! Test bed of the contract: a client against its provider, which errs on demand.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use provider::Policy;
use source::SourceError;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::{Told, VirtualClock, at};

/// A provider's client, and one question that it asks.
#[async_trait]
pub trait Client: Send + Sync + Sized + 'static {
    /// The token that is sent.
    const SECRET: &'static str;
    /// How people set the addresses.
    const ADDRESSES: &'static str;
    /// What is asked for, as messages say it.
    const WHAT: &'static str;
    /// How many requests the question takes where nothing fails.
    const USUAL_REQUESTS: usize = 1;

    /// Whether a request is one of the question, and not for a token or to find one's way.
    fn is_asked(request: &Request) -> bool;

    /// The true answer to any request.
    fn answer(request: &Request) -> ResponseTemplate;

    /// Asks the question, with a new client.
    async fn ask(bed: &Bed<Self>) -> Result<(), SourceError>;
}

/// What goes wrong with the next requests of the question.
#[derive(Clone, Debug, Default)]
pub struct Faults(VecDeque<Option<ResponseTemplate>>);

impl Faults {
    /// The next request is sent back to the same server.
    pub fn moved() -> Self {
        Self(VecDeque::from([None]))
    }
}

impl From<Vec<ResponseTemplate>> for Faults {
    fn from(faults: Vec<ResponseTemplate>) -> Self {
        Self(faults.into_iter().map(Some).collect())
    }
}

impl<const N: usize> From<[ResponseTemplate; N]> for Faults {
    fn from(faults: [ResponseTemplate; N]) -> Self {
        Vec::from(faults).into()
    }
}

/// A server, and a client with what it waits by and tells.
#[derive(Debug)]
pub struct Bed<C> {
    /// Answers for the provider, and gives its tokens.
    pub server: MockServer,
    /// Where the provider is.
    pub api: String,
    /// What the client waits by: far off the provider's time.
    pub clock: Arc<VirtualClock>,
    /// Who is told.
    pub told: Told,
    /// Interrupts.
    pub cancel: CancellationToken,
    /// Changes what is usual with the provider.
    pub policy: fn(Policy) -> Policy,
    faults: Arc<Mutex<Faults>>,
    client: PhantomData<C>,
}

/// Errs first, and then tells the truth.
struct Erring<C> {
    faults: Arc<Mutex<Faults>>,
    client: PhantomData<C>,
}

impl<C: Client> Respond for Erring<C> {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = if C::is_asked(request) { faults.0.pop_front() } else { None };
        match fault {
            Some(Some(fault)) => fault,
            Some(None) => ResponseTemplate::new(307).insert_header("location", request.url.path()),
            None => C::answer(request),
        }
    }
}

impl<C: Client> Bed<C> {
    /// The first requests of the question meet these faults.
    pub async fn with(faults: impl Into<Faults>) -> Self {
        let (server, faults) = (MockServer::start().await, Arc::new(Mutex::new(faults.into())));
        let erring = Erring::<C> { faults: faults.clone(), client: PhantomData };
        Mock::given(any()).respond_with(erring).mount(&server).await;
        Self {
            api: server.uri(),
            server,
            clock: Arc::new(VirtualClock::starting_at(at("1999-01-01"))),
            told: Told::default(),
            cancel: CancellationToken::new(),
            policy: |usual| usual,
            faults,
            client: PhantomData,
        }
    }

    /// Asks the question.
    pub async fn ask(&self) -> Result<(), SourceError> {
        C::ask(self).await
    }

    /// How many faults were not met.
    pub fn faults_left(&self) -> usize {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).0.len()
    }

    /// How many requests of the question came.
    pub async fn requests(&self) -> usize {
        let requests = self.server.received_requests().await.expect("recorded");
        requests.iter().filter(|request| C::is_asked(request)).count()
    }

    /// The first waits, in seconds.
    pub fn waits_for(&self, number: usize) -> Vec<f64> {
        self.clock.sleeps().iter().take(number).map(std::time::Duration::as_secs_f64).collect()
    }
}
