//! One HTTP exchange with BigQuery.

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::OnceLock;

use model::Instant;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use source::{ErrorKind, Policy, SourceError};

use crate::answer::Answer;

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
    /// The request could not even be made.
    Unsendable(SourceError),
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
        let client = self.client().map_err(Broken::Unsendable)?;
        let mut builder = client
            .request(request.method.clone(), request.url.clone())
            .header(AUTHORIZATION, bearer(token).map_err(Broken::Unsendable)?);
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        let response = builder.send().await.map_err(broken)?;
        let head = Answer::head(response.status().as_u16(), response.headers(), now);
        let body = response.bytes().await.map_err(broken)?.into();
        Ok(Answer { body, ..head })
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

fn broken(error: reqwest::Error) -> Broken {
    let error = error.without_url();
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let _ = write!(reason, ": {deeper}");
        cause = deeper.source();
    }
    Broken::Connection(reason)
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
