//! One HTTP exchange.

use std::sync::OnceLock;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use source::reply::{self, Body};
use source::{ErrorKind, Policy, SourceError, endpoint};

use crate::answer::{Answer, Head};

/// Asks for node ids of the new form: GitHub has announced that those of the old one go.
const NEXT_GLOBAL_ID: &str = "X-GitHub-Next-Global-ID";

/// How people set the addresses.
const ADDRESSES: &str = "GITHUB_API_URL and GITHUB_GRAPHQL_URL";

/// Sends requests. The HTTP client behind it is built when the first one goes out, so that what works offline needs
/// no certificates.
#[derive(Debug)]
pub(crate) struct Transport {
    client: OnceLock<reqwest::Client>,
    policy: Policy,
    user_agent: String,
    /// Whether all addresses are on this machine: then no proxy gets to see the token.
    local: bool,
}

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) body: Option<Value>,
}

/// Why no answer came.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The request took too long: the page may be too large.
    Timeout(String),
    /// The connection failed or broke off.
    Connection(String),
    /// No further try would help: the request cannot be made, the server's certificate is not accepted, or its reply is
    /// too large.
    Hopeless(SourceError),
}

impl Transport {
    pub(crate) fn new(policy: Policy, user_agent: String, addresses: &[&Url]) -> Self {
        let local = addresses.iter().all(|url| endpoint::is_loopback(url));
        Self { client: OnceLock::new(), policy, user_agent, local }
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn exchange(&self, request: &Request, token: &SecretString) -> Result<Answer, Broken> {
        let client = self.client().map_err(Broken::Hopeless)?;
        let mut builder = client
            .request(request.method.clone(), request.url.clone())
            .header(AUTHORIZATION, bearer(token).map_err(Broken::Hopeless)?)
            .header(ACCEPT, "application/vnd.github+json")
            .header(NEXT_GLOBAL_ID, "1");
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        let mut response = builder.send().await.map_err(|error| self.broken(error, &request.url))?;
        let status = response.status().as_u16();
        let head = Head::read(response.headers());
        let mut body = Body::default();
        while let Some(part) = response.chunk().await.map_err(|error| self.broken(error, &request.url))? {
            body.push(&part).map_err(|error| Broken::Hopeless(error.at(server(&request.url), ADDRESSES)))?;
        }
        Ok(Answer { status, head, body: body.into_bytes() })
    }

    fn client(&self) -> Result<&reqwest::Client, SourceError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let mut builder = reqwest::Client::builder()
            .connect_timeout(self.policy.connect_timeout)
            .timeout(self.policy.request_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(&self.user_agent);
        if self.local {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| {
            SourceError::new(
                ErrorKind::Unavailable,
                "no HTTPS client can be made on this machine: check that CA certificates are installed (package ca-certificates)",
            )
            .caused_by(error.without_url())
        })?;
        Ok(self.client.get_or_init(|| client))
    }

    fn broken(&self, error: reqwest::Error, url: &Url) -> Broken {
        let error = error.without_url();
        if error.is_timeout() && !error.is_connect() {
            let seconds = self.policy.request_timeout.as_secs_f64();
            return Broken::Timeout(format!("no whole answer within {seconds} s"));
        }
        let reason = reply::reason(&error);
        reply::refused_by_tls(&reason, server(url), ADDRESSES).map_or(Broken::Connection(reason), Broken::Hopeless)
    }
}

/// The server of an address, for messages.
fn server(url: &Url) -> &str {
    url.host_str().unwrap_or("the server")
}

fn bearer(token: &SecretString) -> Result<HeaderValue, SourceError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).map_err(|_| {
        SourceError::new(
            ErrorKind::Unauthorized,
            "the token holds a line break or another character that no token has: check how GITHUB_TOKEN is set",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}
