//! Transport of `azure_identity`: https, and plain http on this machine only.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request};
use model::Instant;
use provider::header::{HeaderName, HeaderValue};
use provider::{Broken, Policy, Reply};

use crate::endpoint::Endpoint;
use crate::session::ABOUT;

/// Time to connect to a metadata service: it is next door or not there at all.
const METADATA_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Sends what `azure_identity` asks.
#[derive(Debug)]
pub(crate) struct Transport {
    below: provider::Transport,
    /// Where tokens come from, unless that is the platform's own.
    authority: Option<Endpoint>,
}

/// A failure that may be gone at the next try.
///
/// It travels through `azure_identity` as something that it does not try again: trying again is the session's.
#[derive(Debug)]
pub(crate) struct Transient(pub(crate) String);

impl fmt::Display for Transient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Transient {}

impl Transport {
    /// For tokens.
    pub(crate) fn new(policy: &Policy, authority: Endpoint) -> Self {
        let below = provider::Transport::new(policy, None, &[&authority.url], ABOUT.addresses);
        Self { below, authority: Some(authority) }
    }

    /// For the platform's own metadata service, whose address is `azure_identity`'s.
    pub(crate) fn for_metadata(policy: &Policy) -> Self {
        let connect_timeout = METADATA_CONNECT_TIMEOUT.min(policy.connect_timeout);
        let policy = Policy { connect_timeout, ..*policy };
        Self { below: provider::Transport::new(&policy, None, &[], ABOUT.addresses), authority: None }
    }
}

#[async_trait]
impl HttpClient for Transport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let request = self.translated(request)?;
        match self.below.send(&request, &[], Instant::default()).await {
            Ok(reply) => {
                let headers = headers(&reply);
                Ok(AsyncRawResponse::from_bytes(reply.status.into(), headers, reply.body))
            }
            Err(Broken::Final(error)) => Err(Error::new(ErrorKind::Other, error)),
            Err(broken) => Err(Error::new(ErrorKind::Connection, Transient(words(&broken).to_owned()))),
        }
    }
}

impl Transport {
    /// The request as it goes out.
    fn translated(&self, request: &Request) -> azure_core::Result<provider::Request> {
        let method = request.method().as_str().parse().map_err(unsendable)?;
        let asked = request.url();
        let url = self.authority.as_ref().and_then(|authority| authority.plain(asked));
        let mut translated = provider::Request::new(method, url.unwrap_or_else(|| asked.clone()));
        for (name, value) in request.headers().iter() {
            let name: HeaderName = name.as_str().parse().map_err(unsendable)?;
            translated = translated.with(name, HeaderValue::from_str(value.as_str()).map_err(unsendable)?);
        }
        if let Body::Bytes(bytes) = request.body() {
            translated.body = Some(bytes.to_vec());
        }
        Ok(translated)
    }
}

fn unsendable<E>(_: E) -> Error {
    Error::with_message(ErrorKind::Other, "the request holds what no header can hold")
}

fn headers(reply: &Reply) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in &reply.headers {
        if let Ok(value) = value.to_str() {
            headers.insert(name.as_str().to_owned(), value.to_owned());
        }
    }
    headers
}

/// What people are told of a request that got no reply.
pub(crate) fn words(broken: &Broken) -> &'static str {
    match broken {
        Broken::Timeout(_) => "no answer in time",
        Broken::Unreachable(_) => "no connection",
        Broken::Interrupted(_) | Broken::Final(_) => "the connection broke off",
    }
}

/// A transport under `azure_identity`, which has its own opinions about what to try again and for how long.
///
/// What may be gone at the next try becomes a [`Transient`] that it hands up at once.
#[derive(Debug)]
pub(crate) struct AtOnce {
    below: Arc<dyn HttpClient>,
    /// Statuses below 500 that pass, too, with time.
    passing: &'static [u16],
}

impl AtOnce {
    /// Above Microsoft's token service.
    pub(crate) fn for_tokens(below: Arc<dyn HttpClient>) -> Self {
        Self { below, passing: &[408, 429] }
    }

    /// Above a metadata service, of which `azure_identity` believes that 404 and 410 pass: they are another cloud's.
    pub(crate) fn for_metadata(below: Arc<dyn HttpClient>) -> Self {
        Self { below, passing: &[404, 408, 410, 429] }
    }
}

#[async_trait]
impl HttpClient for AtOnce {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let answer =
            self.below.execute_request(request).await.map_err(|error| match error.downcast_ref::<Transient>() {
                Some(Transient(reason)) => Error::new(ErrorKind::Other, Transient(reason.clone())),
                None => error,
            })?;
        let status = u16::from(answer.status());
        if status >= 500 || self.passing.contains(&status) {
            let host = request.url().host_str().unwrap_or("the server");
            return Err(Error::new(ErrorKind::Other, Transient(format!("{host} answered {status}"))));
        }
        Ok(answer)
    }
}
