//! Transport of `azure_core` and `azure_identity`: https, and plain http on this machine only.

use std::error::Error as _;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::{AsyncRawResponse, HttpClient, Request, Url};
use futures_core::Stream as _;
use source::reply::{self, Body};
use source::{Policy, SourceError};

use crate::endpoint::{Endpoint, Origin};

/// Time to connect to a metadata service: it is next door or not there at all.
const METADATA_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How people set the addresses.
const ADDRESSES: &str = "AZURE_ENDPOINT and AZURE_AUTHORITY_HOST";

/// Sends requests. The HTTP client behind it is built when the first one goes out, so that what works offline needs no
/// certificates.
#[derive(Debug)]
pub(crate) struct Transport {
    client: OnceLock<reqwest::Client>,
    connect_timeout: Duration,
    request_timeout: Duration,
    proxy: bool,
    /// Origins that are asked by plain http.
    plain: Vec<Origin>,
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
    /// For tokens and queries.
    pub(crate) fn new(policy: &Policy, endpoints: &[&Endpoint]) -> Self {
        Self {
            client: OnceLock::new(),
            connect_timeout: policy.connect_timeout,
            request_timeout: policy.request_timeout,
            // Where all is on this machine, no proxy gets to see the token.
            proxy: !endpoints.iter().all(|endpoint| endpoint.is_loopback()),
            plain: endpoints.iter().filter_map(|endpoint| endpoint.plain_origin()).collect(),
        }
    }

    /// For the platform's own metadata service, whose address is `azure_identity`'s.
    pub(crate) fn for_metadata(policy: &Policy) -> Self {
        Self {
            client: OnceLock::new(),
            connect_timeout: METADATA_CONNECT_TIMEOUT.min(policy.connect_timeout),
            request_timeout: policy.request_timeout,
            proxy: false,
            plain: Vec::new(),
        }
    }

    fn client(&self) -> azure_core::Result<&reqwest::Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let mut builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            .timeout(self.request_timeout)
            .redirect(reqwest::redirect::Policy::none());
        if !self.proxy {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|cause| {
            let text = format!(
                "no HTTPS client can be made on this machine ({}): check that CA certificates are installed (package \
                 ca-certificates)",
                cause.without_url()
            );
            Error::with_message(ErrorKind::Other, text)
        })?;
        Ok(self.client.get_or_init(|| client))
    }

    /// The request as it goes out, where that differs.
    fn plainly(&self, request: &Request) -> Option<Request> {
        let url = request.url();
        if url.scheme() != "https" || !self.plain.contains(&Origin::of(url)) {
            return None;
        }
        let mut plain = request.clone();
        let port = url.port_or_known_default();
        // Cannot fail: both schemes have a host, and a host may have a port.
        let _ = plain.url_mut().set_scheme("http");
        let _ = plain.url_mut().set_port(port);
        Some(plain)
    }
}

#[async_trait]
impl HttpClient for Transport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let client = self.client()?;
        let plain = self.plainly(request);
        let answer = client.execute_request(plain.as_ref().unwrap_or(request)).await;
        let answer = answer.map_err(|error| broken(&error, request.url()))?;
        let (status, headers, mut parts) = answer.deconstruct();
        let mut body = Body::default();
        while let Some(part) = poll_fn(|context| Pin::new(&mut parts).poll_next(context)).await {
            body.push(&part?).map_err(|error| hopeless(error.at(server(request.url()), ADDRESSES)))?;
        }
        Ok(AsyncRawResponse::from_bytes(status, headers, body.into_bytes()))
    }
}

/// The server of an address, for messages.
fn server(url: &Url) -> &str {
    url.host_str().unwrap_or("the server")
}

/// An error that no further try would help with.
fn hopeless(error: SourceError) -> Error {
    Error::new(ErrorKind::Other, error)
}

fn broken(error: &Error, url: &Url) -> Error {
    match reply::refused_by_tls(&reply::reason(error), server(url), ADDRESSES) {
        Some(refused) => hopeless(refused),
        None => Error::new(error.kind().clone(), Transient(reason(error))),
    }
}

/// The reason of a broken connection, without the address, which may hold a secret.
fn reason(error: &Error) -> String {
    let mut parts = Vec::new();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        match deeper.downcast_ref::<reqwest::Error>() {
            Some(http) if http.is_timeout() => parts.push("no answer in time".to_owned()),
            Some(http) if http.is_connect() => parts.push("no connection".to_owned()),
            Some(_) => parts.push("the connection broke off".to_owned()),
            None => parts.push(deeper.to_string()),
        }
        cause = deeper.source();
    }
    parts.dedup();
    if parts.is_empty() { error.to_string() } else { parts.join(": ") }
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

#[cfg(test)]
mod tests {
    use azure_core::http::Method;

    use super::*;
    use crate::settings::DEFAULT_POLICY;

    fn plain_address(transport: &Transport, address: &str) -> Option<String> {
        let request = Request::new(Url::parse(address).expect("valid"), Method::Post);
        transport.plainly(&request).map(|plain| plain.url().to_string())
    }

    #[test]
    fn only_the_configured_local_origins_are_asked_by_plain_http() {
        let checked = |address: &str| Endpoint::checked("AZURE_ENDPOINT", address).expect("allowed");
        let local = checked("http://127.0.0.1:4711");
        let public = checked("https://management.azure.com");
        let transport = Transport::new(&DEFAULT_POLICY, &[&public, &local]);
        assert_eq!(
            plain_address(&transport, "https://127.0.0.1:4711/t/token?a=b").as_deref(),
            Some("http://127.0.0.1:4711/t/token?a=b")
        );
        for other in [
            "https://127.0.0.1:4712/",
            "https://localhost:4711/",
            "https://management.azure.com/",
            "https://127.0.0.1/",
        ] {
            assert_eq!(plain_address(&transport, other), None, "{other}");
        }
        let usual_port = Transport::new(&DEFAULT_POLICY, &[&checked("http://localhost")]);
        assert_eq!(plain_address(&usual_port, "https://localhost:80/a").as_deref(), Some("http://localhost/a"));
        assert_eq!(plain_address(&usual_port, "https://localhost/a"), None, "that is port 443");
    }

    #[test]
    fn no_client_is_built_before_it_is_needed() {
        let transport = Transport::new(&DEFAULT_POLICY, &[]);
        assert!(transport.client.get().is_none());
    }
}
