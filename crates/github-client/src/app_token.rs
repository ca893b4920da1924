//! The token of each request: a fixed one, or an installation token that a GitHub App gets for itself.

use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use model::Instant;
use provider::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::Value;
use source::{ErrorKind, SourceError};
use std::sync::{Mutex as StdMutex, PoisonError};
use tokio::sync::Mutex;

use crate::Credentials;
use crate::session::{Asking, Failure, Session};

/// An installation token is replaced this long before it ends.
const EARLY_SECONDS: i64 = 300;
/// Life of a JWT; GitHub takes up to 600 s.
const JWT_SECONDS: i64 = 540;
/// A JWT is dated back by this much, against clocks that are slow.
const JWT_BACKDATED_SECONDS: i64 = 60;
/// From this difference of clocks on it is worth asking again by the provider's.
const NOTABLE_SKEW: Duration = Duration::from_secs(30);

/// Where tokens come from.
pub(crate) enum Tokens {
    Fixed(SecretString),
    App(Box<App>),
}

/// A GitHub App.
pub(crate) struct App {
    id: String,
    key: EncodingKey,
    configured: Option<u64>,
    org: StdMutex<Option<String>>,
    /// Held while a new token is fetched, so that one request fetches it for all.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    installation: Option<u64>,
    token: Option<(SecretString, Instant)>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iat: i64,
    exp: i64,
    iss: &'a str,
}

impl Tokens {
    pub(crate) fn new(credentials: Credentials) -> Result<Self, SourceError> {
        let refused = |message: &str| SourceError::new(ErrorKind::Unauthorized, message);
        match credentials {
            Credentials::Token(token) if token.expose_secret().trim().is_empty() => {
                Err(refused("there is no token: set GITHUB_TOKEN, or configure a GitHub App"))
            }
            Credentials::Token(token) => {
                let token = token.expose_secret().trim();
                redact::know(token);
                Ok(Self::Fixed(token.into()))
            }
            Credentials::App { app_id, private_key_pem, installation } => {
                // The cause is left out: it might quote the key.
                let key = EncodingKey::from_rsa_pem(private_key_pem.expose_secret().as_bytes()).map_err(|_| {
                    refused(
                        "the private key of the GitHub App is not an RSA key in PEM form: give the whole file that GitHub \
                         made, with its BEGIN and END lines",
                    )
                })?;
                Ok(Self::App(Box::new(App {
                    id: app_id,
                    key,
                    configured: installation,
                    org: StdMutex::new(None),
                    state: Mutex::default(),
                })))
            }
        }
    }

    pub(crate) fn remember_org(&self, org: &str) {
        if let Self::App(app) = self {
            *app.org.lock().unwrap_or_else(PoisonError::into_inner) = Some(org.to_owned());
        }
    }

    /// The token to send now.
    pub(crate) async fn get(&self, session: &Session, asking: Asking<'_>) -> Result<SecretString, SourceError> {
        match self {
            Self::Fixed(token) => Ok(token.clone()),
            Self::App(app) => app.token(session, asking).await,
        }
    }

    /// Drops a token that was not accepted. Whether another one can be had.
    pub(crate) async fn forget(&self, refused: &SecretString) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::App(app) => {
                let mut state = app.state.lock().await;
                // Another request may have fetched a new one already.
                state.token.take_if(|(token, _)| token.expose_secret() == refused.expose_secret());
                true
            }
        }
    }
}

impl App {
    async fn token(&self, session: &Session, asking: Asking<'_>) -> Result<SecretString, SourceError> {
        let mut state = self.state.lock().await;
        if let Some((token, ends)) = &state.token
            && session.provider_now().seconds() < ends.seconds() - EARLY_SECONDS
        {
            return Ok(token.clone());
        }
        let installation = match self.configured.or(state.installation) {
            Some(installation) => installation,
            None => self.find_installation(session, asking).await?,
        };
        state.installation = Some(installation);
        let id = installation.to_string();
        let path = ["app", "installations", &id, "access_tokens"];
        let what = format!("a token for installation {id} of the GitHub App");
        let answer = self.ask(session, Method::POST, &path, Asking { what: &what, ..asking }).await?;
        let token = answer.get("token").and_then(Value::as_str);
        let ends = answer.get("expires_at").and_then(Value::as_str).and_then(Instant::parse_rfc3339);
        let (Some(token), Some(ends)) = (token, ends) else {
            return Err(SourceError::new(
                ErrorKind::UnexpectedResponse,
                format!("asking for {what}: GitHub's answer lacks token or expires_at"),
            ));
        };
        redact::know(token);
        let token = SecretString::from(token);
        state.token = Some((token.clone(), ends));
        Ok(token)
    }

    async fn find_installation(&self, session: &Session, asking: Asking<'_>) -> Result<u64, SourceError> {
        let org = self.org.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(org) = org else { return self.only_installation(session, asking).await };
        let what = format!("the installation of the GitHub App in {org}");
        let answer =
            self.ask(session, Method::GET, &["orgs", &org, "installation"], Asking { what: &what, ..asking }).await?;
        answer.get("id").and_then(Value::as_u64).ok_or_else(|| {
            SourceError::new(ErrorKind::UnexpectedResponse, format!("asking for {what}: GitHub's answer lacks an id"))
        })
    }

    async fn only_installation(&self, session: &Session, asking: Asking<'_>) -> Result<u64, SourceError> {
        let asking = Asking { what: "the installations of the GitHub App", ..asking };
        let answer = self.ask(session, Method::GET, &["app", "installations"], asking).await?;
        match answer.as_array().map(Vec::as_slice).unwrap_or_default() {
            [only] if only.get("id").is_some_and(Value::is_u64) => Ok(only["id"].as_u64().unwrap_or_default()),
            several => Err(SourceError::new(
                ErrorKind::Unauthorized,
                format!("the GitHub App has {} installations: configure which one is meant", several.len()),
            )),
        }
    }

    /// Asks as the app itself.
    async fn ask(
        &self,
        session: &Session,
        method: Method,
        path: &[&str],
        asking: Asking<'_>,
    ) -> Result<Value, SourceError> {
        let known_skew = session.skew();
        let first = session.rest_as(method.clone(), path, &self.jwt(session)?, asking).await;
        let outcome = match first {
            // The JWT was dated by a clock that is wrong; by now the provider has told its time.
            Err(Failure::BadToken(_)) if session.skew().abs_diff(known_skew) > NOTABLE_SKEW => {
                session.rest_as(method, path, &self.jwt(session)?, asking).await
            }
            outcome => outcome,
        };
        outcome.map_err(|failure| self.explained(failure, asking.what))
    }

    fn explained(&self, failure: Failure, what: &str) -> SourceError {
        let id = &self.id;
        match failure {
            Failure::BadToken(mut error) => {
                error.message = format!(
                    "GitHub does not accept the GitHub App {id} (401): check that its id and private key belong together"
                );
                error
            }
            Failure::Final(mut error) if error.kind == ErrorKind::NotFound => {
                error.kind = ErrorKind::Unauthorized;
                error.message = format!(
                    "GitHub does not know {what}: check the organisation's name and that the GitHub App {id} is installed there"
                );
                error
            }
            other => other.into(),
        }
    }

    fn jwt(&self, session: &Session) -> Result<SecretString, SourceError> {
        let now = session.provider_now().seconds();
        let claims = Claims { iat: now - JWT_BACKDATED_SECONDS, exp: now + JWT_SECONDS, iss: &self.id };
        let signed = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key).map_err(|_| {
            SourceError::new(
                ErrorKind::Unauthorized,
                "the private key of the GitHub App cannot sign: make a new one at GitHub",
            )
        })?;
        redact::know(&signed);
        Ok(SecretString::from(signed))
    }
}
