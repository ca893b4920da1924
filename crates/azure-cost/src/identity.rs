//! Credentials: tokens of `azure_identity`, renewed when Azure no longer takes them, and redacted.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::http::{ClientOptions, HttpClient, RetryOptions, Transport as AzureTransport, UserAgentOptions};
use azure_core::time::{Duration, OffsetDateTime};
use azure_identity::{
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
    WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use provider::{Policy, Unready};
use secrecy::{ExposeSecret as _, SecretString};
use source::{ErrorKind, SourceError};

use crate::chain::Chain;
use crate::refusal::{self, Who};
use crate::settings::Credential;
use crate::transport::{AtOnce, Transport};

/// A token is got anew this long before it ends.
const EARLY_SECONDS: i64 = 300;

/// Gives tokens and forgets them on request.
pub(crate) struct Identity {
    recipe: Recipe,
    /// What tokens are for: `https://HOST/.default`.
    audience: String,
    current: Mutex<Current>,
}

/// The credential in use. `azure_identity` keeps a token until it thinks it old, whatever Azure says, so that a token
/// that Azure refuses can only be renewed with a new credential.
struct Current {
    credential: Arc<dyn TokenCredential>,
    generation: u64,
    token: Option<AccessToken>,
}

/// How a credential is made.
struct Recipe {
    credential: Credential,
    authority_host: String,
    user_agent: String,
    policy: Policy,
    transport: Arc<dyn HttpClient>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("credential", &self.recipe.credential).finish_non_exhaustive()
    }
}

impl Identity {
    /// Makes no request.
    pub(crate) fn new(
        credential: Credential,
        audience: String,
        authority_host: String,
        user_agent: String,
        policy: Policy,
        transport: Arc<dyn HttpClient>,
    ) -> Result<Self, SourceError> {
        if let Credential::ClientSecret { secret, .. } = &credential {
            redact::know(secret.expose_secret());
        }
        let recipe = Recipe { credential, authority_host, user_agent, policy, transport };
        let current = Mutex::new(Current { credential: recipe.make()?, generation: 0, token: None });
        Ok(Self { recipe, audience, current })
    }

    /// Which credential is in use: what [`Identity::renew`] wants to know.
    pub(crate) fn generation(&self) -> u64 {
        locked(&self.current).generation
    }

    /// Begins anew, unless another request has done so since `generation`.
    pub(crate) fn renew(&self, generation: u64) -> Result<(), SourceError> {
        let mut current = locked(&self.current);
        if current.generation == generation {
            *current = Current { credential: self.recipe.make()?, generation: generation + 1, token: None };
        }
        Ok(())
    }

    /// A token that lasts a while.
    pub(crate) async fn token(&self) -> Result<SecretString, Unready> {
        let (credential, kept) = {
            let current = locked(&self.current);
            (current.credential.clone(), current.token.clone())
        };
        let lasts =
            |token: &AccessToken| token.expires_on > OffsetDateTime::now_utc() + Duration::seconds(EARLY_SECONDS);
        if let Some(token) = kept.filter(lasts) {
            return Ok(token.token.secret().into());
        }
        let token = credential.get_token(&[&self.audience], None).await;
        let token = token.map_err(|error| refusal::of_credential(&error, &self.recipe.who()))?;
        let secret = token.token.secret().to_owned();
        redact::know(&secret);
        let mut current = locked(&self.current);
        if Arc::ptr_eq(&current.credential, &credential) {
            current.token = Some(token);
        }
        Ok(secret.into())
    }
}

impl Recipe {
    fn make(&self) -> Result<Arc<dyn TokenCredential>, SourceError> {
        match &self.credential {
            Credential::ClientSecret { tenant, client, secret } => self.with_secret(tenant, client, secret),
            Credential::Chain { tenant, client, federated_token_file: Some(file) } => {
                self.with_file(tenant.as_deref(), client.as_deref(), file.clone())
            }
            Credential::Chain { tenant, client, federated_token_file: None } => {
                let metadata: Arc<dyn HttpClient> = Arc::new(Transport::for_metadata(&self.policy));
                let options = self.options(Arc::new(AtOnce::for_metadata(metadata)));
                Ok(Arc::new(Chain::of_platform(tenant.clone(), client.clone(), options)))
            }
        }
    }

    fn with_secret(
        &self,
        tenant: &str,
        client: &str,
        secret: &SecretString,
    ) -> Result<Arc<dyn TokenCredential>, SourceError> {
        for (setting, value) in
            [("AZURE_TENANT_ID", tenant), ("AZURE_CLIENT_ID", client), ("AZURE_CLIENT_SECRET", secret.expose_secret())]
        {
            if value.trim().is_empty() {
                return Err(unusable(format!(
                    "{setting} is empty: a client secret needs AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
                )));
            }
        }
        let options = ClientSecretCredentialOptions { client_options: self.token_options() };
        let secret = Secret::new(secret.expose_secret().to_owned());
        match ClientSecretCredential::new(tenant, client.to_owned(), secret, Some(options)) {
            Ok(credential) => Ok(credential),
            Err(error) => Err(unusable(refusal::unmade(&error, &self.who()))),
        }
    }

    fn with_file(
        &self,
        tenant: Option<&str>,
        client: Option<&str>,
        file: PathBuf,
    ) -> Result<Arc<dyn TokenCredential>, SourceError> {
        for (setting, value) in [("AZURE_TENANT_ID", tenant), ("AZURE_CLIENT_ID", client)] {
            if value.is_none_or(|value| value.trim().is_empty()) {
                return Err(unusable(format!(
                    "AZURE_FEDERATED_TOKEN_FILE is set but {setting} is not: workload identity needs both that and \
                     AZURE_TENANT_ID and AZURE_CLIENT_ID"
                )));
            }
        }
        let options = WorkloadIdentityCredentialOptions {
            credential_options: ClientAssertionCredentialOptions { client_options: self.token_options() },
            client_id: client.map(str::to_owned),
            tenant_id: tenant.map(str::to_owned),
            token_file_path: Some(file),
        };
        match WorkloadIdentityCredential::new(Some(options)) {
            Ok(credential) => Ok(credential),
            Err(error) => Err(unusable(refusal::unmade(&error, &self.who()))),
        }
    }

    fn token_options(&self) -> ClientOptions {
        self.options(Arc::new(AtOnce::for_tokens(self.transport.clone())))
    }

    fn options(&self, transport: Arc<dyn HttpClient>) -> ClientOptions {
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host.clone_from(&self.authority_host);
        ClientOptions {
            // Trying again is the session's, by its own clock: left alone, a name that does not resolve takes 83 seconds.
            retry: RetryOptions::none(),
            transport: Some(AzureTransport::new(transport)),
            user_agent: UserAgentOptions { application_id: Some(self.user_agent.clone()) },
            cloud: Some(Arc::new(cloud.into())),
            ..ClientOptions::default()
        }
    }

    fn who(&self) -> Who<'_> {
        match &self.credential {
            Credential::ClientSecret { tenant, client, .. } => Who { tenant, client, federated: false },
            Credential::Chain { tenant, client, federated_token_file } => Who {
                tenant: tenant.as_deref().unwrap_or_default(),
                client: client.as_deref().unwrap_or_default(),
                federated: federated_token_file.is_some(),
            },
        }
    }
}

fn unusable(message: String) -> SourceError {
    SourceError::new(ErrorKind::Unauthorized, message)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
