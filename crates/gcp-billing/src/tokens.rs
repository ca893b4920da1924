//! Tokens: got when the first one is needed, kept until shortly before they end.

use provider::{Policy, tls};
use secrecy::SecretString;
use source::{ErrorKind, SourceError};
use tokio::sync::OnceCell;
use yup_oauth2::authenticator::{
    ApplicationDefaultCredentialsAuthenticator as MetadataAuthenticator, ApplicationDefaultCredentialsTypes,
    AuthorizedUserAuthenticator, DefaultAuthenticator, ExternalAccountAuthenticator,
};
use yup_oauth2::error::{AuthError, AuthErrorCode};
use yup_oauth2::{ApplicationDefaultCredentialsFlowOpts, DefaultHyperClientBuilder, ServiceAccountAuthenticator};

use crate::credentials::{Credentials, Key, Surroundings};
use crate::quoted::quoted;

/// The least that lets a query run and its table be seen.
const SCOPES: [&str; 1] = ["https://www.googleapis.com/auth/bigquery.readonly"];

/// Gets tokens for one identity.
pub(crate) struct Tokens {
    credentials: Credentials,
    surroundings: Surroundings,
    policy: Policy,
    authenticator: OnceCell<Authenticator>,
}

/// How the identity proves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    ServiceAccount,
    AuthorizedUser,
    ExternalAccount,
    Metadata,
}

struct Authenticator {
    inner: DefaultAuthenticator,
    proof: Proof,
}

/// Why there is no token.
pub(crate) enum NoToken {
    /// Another try may help.
    Again(String),
    /// It will not.
    Final(SourceError),
}

impl Tokens {
    /// Reads the key, if it is given as text. Files and the network wait for the first token.
    pub(crate) fn new(
        credentials: Credentials,
        surroundings: Surroundings,
        policy: Policy,
    ) -> Result<Self, SourceError> {
        if matches!(credentials, Credentials::Json(_)) {
            Key::read(&credentials, &surroundings)?;
        }
        Ok(Self { credentials, surroundings, policy, authenticator: OnceCell::new() })
    }

    /// A token; with `fresh`, not one that was used before.
    pub(crate) async fn get(&self, fresh: bool) -> Result<SecretString, NoToken> {
        let authenticator = self.authenticator.get_or_try_init(|| self.build()).await.map_err(NoToken::Final)?;
        let asked = async {
            if fresh {
                authenticator.inner.force_refreshed_token(&SCOPES).await
            } else {
                authenticator.inner.token(&SCOPES).await
            }
        };
        let token = tokio::time::timeout(self.policy.request_timeout, asked)
            .await
            .map_err(|_| authenticator.unreachable("it did not answer in time"))?
            .map_err(|error| authenticator.refusal(error))?;
        let token = token.token().inspect(|token| redact::know(token));
        token.map(SecretString::from).ok_or_else(|| NoToken::Again(authenticator.proof.empty_handed()))
    }

    async fn build(&self) -> Result<Authenticator, SourceError> {
        let key = Key::read(&self.credentials, &self.surroundings)?;
        key.make_secrets_known();
        // Where there is no metadata server, often nobody says so.
        let is_near = matches!(key, Key::Metadata { .. });
        let patience = if is_near { self.policy.connect_timeout } else { self.policy.request_timeout };
        let client = || DefaultHyperClientBuilder::default().with_timeout(patience);
        let (built, proof) = match key {
            Key::ServiceAccount(key) => {
                (ServiceAccountAuthenticator::with_client(*key, client()).build().await, Proof::ServiceAccount)
            }
            Key::AuthorizedUser(user) => {
                (AuthorizedUserAuthenticator::with_client(user, client()).build().await, Proof::AuthorizedUser)
            }
            Key::ExternalAccount(account) => {
                (ExternalAccountAuthenticator::with_client(*account, client()).build().await, Proof::ExternalAccount)
            }
            Key::Metadata { url } => {
                let options = ApplicationDefaultCredentialsFlowOpts { metadata_url: url };
                match MetadataAuthenticator::with_client(options, client()).await {
                    ApplicationDefaultCredentialsTypes::InstanceMetadata(builder) => {
                        (builder.build().await, Proof::Metadata)
                    }
                    // It looks at the variable by itself, and takes an empty one for a path.
                    ApplicationDefaultCredentialsTypes::ServiceAccount(_) => {
                        return Err(SourceError::new(
                            ErrorKind::Unauthorized,
                            "GOOGLE_APPLICATION_CREDENTIALS is set but empty: unset it, or set it to the path of a \
                             key file",
                        ));
                    }
                }
            }
        };
        let inner = built.map_err(|error| broken_key(&error))?;
        Ok(Authenticator { inner, proof })
    }
}

/// Why no authenticator could be made: the private key, or the machine.
fn broken_key(error: &std::io::Error) -> SourceError {
    let text = error.to_string();
    if ["PEM", "signer", "signing scheme"].iter().any(|mark| text.contains(mark)) {
        return SourceError::new(
            ErrorKind::Unauthorized,
            "private_key in the Google key cannot be read: it must be an RSA key in PEM form with its line breaks; \
             create a new key for the service account",
        );
    }
    tls::no_certificates()
}

impl Proof {
    fn name(self) -> &'static str {
        match self {
            Self::ServiceAccount => "the key of the service account",
            Self::AuthorizedUser => "the login of gcloud",
            Self::ExternalAccount => "the workload identity",
            Self::Metadata => "the metadata server's service account",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::ServiceAccount => {
                "the key is wrong, deleted or disabled, or its service account is gone: create a new key and set \
                 GCP_SERVICE_ACCOUNT_JSON to it"
            }
            Self::AuthorizedUser => "it has expired or was revoked: run `gcloud auth application-default login`",
            Self::ExternalAccount => {
                "check the audience, the provider's conditions and whether the workload may impersonate the service \
                 account"
            }
            Self::Metadata => {
                "attach a service account with the scope bigquery.readonly or cloud-platform to the machine, or set \
                 GCP_SERVICE_ACCOUNT_JSON"
            }
        }
    }

    fn empty_handed(self) -> String {
        format!("Google gave no token for {}: {}", self.name(), self.remedy())
    }
}

impl Authenticator {
    fn refusal(&self, error: yup_oauth2::Error) -> NoToken {
        use yup_oauth2::Error;
        // Nothing of these errors is handed on: some quote what was sent or what came back.
        match error {
            Error::AuthError(error) => self.oauth(&error),
            Error::HttpError(_) | Error::HttpClientError(_) => {
                let server = "Google's token server";
                match tls::refused_by_tls(&tls::reason(&error), server, "token_uri in the key") {
                    Some(error) => NoToken::Final(error),
                    None => self.unreachable("it could not be reached"),
                }
            }
            Error::JSONError(error) if error.is_data() => NoToken::Again(self.proof.empty_handed()),
            Error::JSONError(_) => {
                NoToken::Again("Google's token server answered with something that is no JSON".to_owned())
            }
            Error::LowLevelError(_) if self.proof == Proof::ExternalAccount => refused(
                "the subject token of the workload identity cannot be read: check the file in credential_source",
            ),
            Error::CredentialSourceError(_) => {
                refused("the answer of credential_source holds no subject token: check its url and format")
            }
            _ => NoToken::Again(self.proof.empty_handed()),
        }
    }

    fn oauth(&self, error: &AuthError) -> NoToken {
        let code = quoted(error.error.as_str());
        let said = quoted(error.error_description.as_deref().unwrap_or_default());
        let said = if said.is_empty() { code.clone() } else { format!("{code}, {said}") };
        let transient = ["internal_failure", "server_error", "temporarily_unavailable", "backend_error"];
        if transient.contains(&code.as_str()) {
            return NoToken::Again(format!("Google's token server failed ({said})"));
        }
        let name = self.proof.name();
        let about_time = ["short-lived", "iat and exp", "timeframe"].iter().any(|mark| said.contains(mark));
        if error.error == AuthErrorCode::InvalidGrant && about_time {
            return refused(format!(
                "Google does not take {name} ({said}): the clock of this machine is wrong; set it by a time server"
            ));
        }
        refused(format!("Google does not take {name} ({said}): {}", self.proof.remedy()))
    }

    /// Nobody is there. A machine without a metadata server simply has no credentials.
    fn unreachable(&self, why: &str) -> NoToken {
        match self.proof {
            Proof::Metadata => refused(format!(
                "there are no Google credentials: GCP_SERVICE_ACCOUNT_JSON and GOOGLE_APPLICATION_CREDENTIALS are \
                 not set, gcloud has no login here, and the metadata server was asked but {why}"
            )),
            _ => NoToken::Again(format!("Google's token server: {why}")),
        }
    }
}

fn refused(message: impl Into<String>) -> NoToken {
    NoToken::Final(SourceError::new(ErrorKind::Unauthorized, message))
}
