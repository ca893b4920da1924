//! One HTTP exchange with BigQuery.

use std::sync::OnceLock;

use model::Instant;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use source::reply::{self, Body};
use source::{ErrorKind, Policy, SourceError};

use crate::answer::Answer;

/// How people set the address.
const ADDRESS: &str = "gcp.bigquery_endpoint";

/// Sends requests. The HTTP client behind it is built when the first one goes out, so that what works offline needs
/// no certificates.
#[derive(Debug)]
pub(crate) struct Transport {
    client: OnceLock<reqwest::Client>,
    policy: Policy,
    user_agent: String,
    /// Whether the address is on this machine: then no proxy gets to see the token.
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
    /// The connection failed, broke off or took too long.
    Connection(String),
    /// No further try would help: the request cannot be made, the server's certificate is not accepted, or its reply is
    /// too large.
    Hopeless(SourceError),
}

impl Transport {
    pub(crate) fn new(policy: Policy, user_agent: String, local: bool) -> Self {
        Self { client: OnceLock::new(), policy, user_agent, local }
    }

    /// Sends a request and reads the whole answer. `now` is the local time.
    pub(crate) async fn exchange(
        &self,
        request: &Request,
        token: &SecretString,
        now: Instant,
    ) -> Result<Answer, Broken> {
        let client = self.client().map_err(Broken::Hopeless)?;
        let mut builder = client
            .request(request.method.clone(), request.url.clone())
            .header(AUTHORIZATION, bearer(token).map_err(Broken::Hopeless)?);
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        let mut response = builder.send().await.map_err(|error| broken(error, &request.url))?;
        let head = Answer::head(response.status().as_u16(), response.headers(), now);
        let mut body = Body::default();
        while let Some(part) = response.chunk().await.map_err(|error| broken(error, &request.url))? {
            body.push(&part).map_err(|error| Broken::Hopeless(error.at(server(&request.url), ADDRESS)))?;
        }
        Ok(Answer { body: body.into_bytes(), ..head })
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
        let client = builder.build().map_err(|error| no_certificates().caused_by(error.without_url()))?;
        Ok(self.client.get_or_init(|| client))
    }
}

/// The error of a machine that has no CA certificates.
pub(crate) fn no_certificates() -> SourceError {
    SourceError::new(
        ErrorKind::Unavailable,
        "no HTTPS client can be made on this machine: check that CA certificates are installed (package ca-certificates)",
    )
}

fn broken(error: reqwest::Error, url: &Url) -> Broken {
    let reason = reply::reason(&error.without_url());
    reply::refused_by_tls(&reason, server(url), ADDRESS).map_or(Broken::Connection(reason), Broken::Hopeless)
}

/// The server of an address, for messages.
fn server(url: &Url) -> &str {
    url.host_str().unwrap_or("the server")
}

fn bearer(token: &SecretString) -> Result<HeaderValue, SourceError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).map_err(|_| {
        SourceError::new(
            ErrorKind::Unauthorized,
            "the token server gave a token with a character that no token has: check token_uri in the key",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}
