//! One HTTP exchange.

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::OnceLock;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use source::{ErrorKind, Policy, SourceError, endpoint};

use crate::answer::{Answer, Head};

/// Asks for node ids of the new form: GitHub has announced that those of the old one go.
const NEXT_GLOBAL_ID: &str = "X-GitHub-Next-Global-ID";

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
    /// The request could not even be made.
    Unsendable(SourceError),
}

impl Transport {
    pub(crate) fn new(policy: Policy, user_agent: String, addresses: &[&Url]) -> Self {
        let local = addresses.iter().all(|url| endpoint::is_loopback(url));
        Self { client: OnceLock::new(), policy, user_agent, local }
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn exchange(&self, request: &Request, token: &SecretString) -> Result<Answer, Broken> {
        let client = self.client().map_err(Broken::Unsendable)?;
        let mut builder = client
            .request(request.method.clone(), request.url.clone())
            .header(AUTHORIZATION, bearer(token).map_err(Broken::Unsendable)?)
            .header(ACCEPT, "application/vnd.github+json")
            .header(NEXT_GLOBAL_ID, "1");
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        let response = builder.send().await.map_err(|error| self.broken(error))?;
        let status = response.status().as_u16();
        let head = Head::read(response.headers());
        let body = response.bytes().await.map_err(|error| self.broken(error))?.into();
        Ok(Answer { status, head, body })
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

    fn broken(&self, error: reqwest::Error) -> Broken {
        let error = error.without_url();
        if error.is_timeout() && !error.is_connect() {
            let seconds = self.policy.request_timeout.as_secs_f64();
            return Broken::Timeout(format!("no whole answer within {seconds} s"));
        }
        let mut reason = error.to_string();
        let mut cause = error.source();
        while let Some(deeper) = cause {
            let _ = write!(reason, ": {deeper}");
            cause = deeper.source();
        }
        Broken::Connection(reason)
    }
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
