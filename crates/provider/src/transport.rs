//! One HTTP exchange.

use std::sync::OnceLock;
use std::time::Duration;

use model::Instant;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use source::{ErrorKind, SourceError};
use url::Url;

use crate::body::Body;
use crate::endpoint::{is_loopback, is_same_origin, server};
use crate::reply::Reply;
use crate::{Policy, tls};

/// How often a request is sent on to where something has moved.
const MOST_MOVES: u32 = 5;

/// Sends requests. The HTTP client behind it is built when the first one goes out, so that what works offline needs
/// no certificates.
///
/// A redirect is followed within one origin only, with the method and the body of the request: no other host gets to see
/// its credentials. Any other redirect is a reply.
#[derive(Debug)]
pub struct Transport {
    client: OnceLock<reqwest::Client>,
    connect_timeout: Duration,
    request_timeout: Duration,
    user_agent: Option<String>,
    proxy: bool,
    /// How people set the addresses.
    settings: &'static str,
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The address.
    pub url: Url,
    /// The headers, credentials among them.
    pub headers: HeaderMap,
    /// The body.
    pub body: Option<Vec<u8>>,
}

/// Why no reply came.
#[derive(Debug)]
pub enum Broken {
    /// The request took too long.
    Timeout(String),
    /// No connection came about.
    Unreachable(String),
    /// The connection broke off.
    Interrupted(String),
    /// No further try would help: the request cannot be made, the server's certificate is not accepted, or its reply is
    /// too large.
    Final(SourceError),
}

impl Request {
    /// Something to be sent without a body and without headers.
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None }
    }

    /// JSON to be sent by POST.
    pub fn json(url: Url, body: &Value) -> Self {
        Self { body: Some(body.to_string().into_bytes()), ..Self::new(Method::POST, url) }
            .with(CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same with a token as `Authorization: Bearer`. Fails with `Unauthorized` where no header can hold it; `refused`
    /// says so.
    pub fn bearer(self, token: &SecretString, refused: &str) -> Result<Self, SourceError> {
        let value = secret(&format!("Bearer {}", token.expose_secret()), refused)?;
        Ok(self.with(AUTHORIZATION, value))
    }
}

/// A header's value that is not shown. Fails with `Unauthorized` where no header can hold it; `refused` says so.
pub fn secret(value: &str, refused: &str) -> Result<HeaderValue, SourceError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| SourceError::new(ErrorKind::Unauthorized, refused))?;
    value.set_sensitive(true);
    Ok(value)
}

impl Transport {
    /// For these addresses, which people set by `settings`. Where all of them are on this machine, no proxy gets to see
    /// what is sent.
    pub fn new(policy: &Policy, user_agent: Option<String>, addresses: &[&Url], settings: &'static str) -> Self {
        Self {
            client: OnceLock::new(),
            connect_timeout: policy.connect_timeout,
            request_timeout: policy.request_timeout,
            user_agent,
            proxy: !addresses.iter().all(|url| is_loopback(url)),
            settings,
        }
    }

    /// Sends a request and reads the whole reply. `request_ids` are the headers that may name the request; `local` is the
    /// local time.
    pub async fn send(&self, request: &Request, request_ids: &[&str], local: Instant) -> Result<Reply, Broken> {
        let client = self.client().map_err(Broken::Final)?;
        let mut url = request.url.clone();
        let mut moves = 0;
        loop {
            let reply = self.exchange(client, request, &url, request_ids, local).await?;
            match reply.moved_from(&url).filter(|there| is_same_origin(there, &url)) {
                Some(there) if moves < MOST_MOVES => (url, moves) = (there, moves + 1),
                _ => return Ok(reply),
            }
        }
    }

    async fn exchange(
        &self,
        client: &reqwest::Client,
        request: &Request,
        url: &Url,
        request_ids: &[&str],
        local: Instant,
    ) -> Result<Reply, Broken> {
        let mut builder = client.request(request.method.clone(), url.clone()).headers(request.headers.clone());
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let mut response = builder.send().await.map_err(|error| self.broken(error, url))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Body::default();
        while let Some(part) = response.chunk().await.map_err(|error| self.broken(error, url))? {
            body.push(&part).map_err(|error| Broken::Final(error.at(server(url), self.settings)))?;
        }
        let mut reply = Reply { status, headers, body: body.into_bytes(), local, request_id: None };
        reply.request_id = request_ids.iter().find_map(|name| reply.shown(name));
        Ok(reply)
    }

    fn client(&self) -> Result<&reqwest::Client, SourceError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let mut builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            .timeout(self.request_timeout)
            .redirect(reqwest::redirect::Policy::none());
        if let Some(user_agent) = &self.user_agent {
            builder = builder.user_agent(user_agent);
        }
        if !self.proxy {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| tls::no_certificates().caused_by(error.without_url()))?;
        Ok(self.client.get_or_init(|| client))
    }

    /// The reason of a connection that failed, without its address, which may hold a secret.
    fn broken(&self, error: reqwest::Error, url: &Url) -> Broken {
        let error = error.without_url();
        if error.is_timeout() && !error.is_connect() {
            return Broken::Timeout(format!("no whole answer within {} s", self.request_timeout.as_secs_f64()));
        }
        let reason = tls::reason(&error);
        match tls::refused_by_tls(&reason, server(url), self.settings) {
            Some(refused) => Broken::Final(refused),
            None if error.is_connect() => Broken::Unreachable(reason),
            None => Broken::Interrupted(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    async fn server_with(at: &str, reply: ResponseTemplate) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(path(at)).respond_with(reply).mount(&server).await;
        server
    }

    fn post(server: &MockServer, at: &str) -> Request {
        let url = Url::parse(&format!("{}{at}", server.uri())).expect("valid");
        Request::json(url, &serde_json::json!({"a": 1})).bearer(&"token-1".into(), "").expect("a token")
    }

    async fn sent(request: &Request) -> Reply {
        let transport = Transport::new(&Policy::USUAL, None, &[&request.url], "ADDRESS");
        transport.send(request, &["x-request-id"], Instant::default()).await.expect("a reply")
    }

    #[tokio::test]
    async fn what_has_moved_on_one_host_is_asked_there_with_method_body_and_token() {
        let server = server_with("/old", ResponseTemplate::new(301).insert_header("location", "/new")).await;
        let good = ResponseTemplate::new(200).insert_header("x-request-id", "r-1");
        Mock::given(method("POST")).and(path("/new")).respond_with(good).mount(&server).await;
        let reply = sent(&post(&server, "/old")).await;
        assert_eq!((reply.status, reply.request_id.as_deref()), (200, Some("r-1")));
        let requests = server.received_requests().await.expect("recorded");
        assert_eq!(requests[1].headers["authorization"], "Bearer token-1");
        assert_eq!(requests[1].body, br#"{"a":1}"#);
    }

    #[tokio::test]
    async fn no_other_host_is_asked() {
        let elsewhere = server_with("/new", ResponseTemplate::new(200)).await;
        let there = format!("{}/new", elsewhere.uri());
        let server = server_with("/old", ResponseTemplate::new(307).insert_header("location", there.as_str())).await;
        assert_eq!(sent(&post(&server, "/old")).await.status, 307);
        assert!(elsewhere.received_requests().await.expect("recorded").is_empty());
    }

    #[tokio::test]
    async fn a_circle_is_left() {
        let server = server_with("/old", ResponseTemplate::new(308).insert_header("location", "/old")).await;
        assert_eq!(sent(&post(&server, "/old")).await.status, 308);
        assert_eq!(server.received_requests().await.expect("recorded").len(), 6);
    }

    #[test]
    fn no_client_is_built_before_it_is_needed() {
        let transport = Transport::new(&Policy::USUAL, None, &[], "ADDRESS");
        assert!(transport.client.get().is_none());
    }
}
