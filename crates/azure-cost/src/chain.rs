//! Credential chain without a secret: a managed identity, else the Azure CLI.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind as AzureKind};
use azure_core::http::ClientOptions;
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions,
    UserAssignedId,
};
use source::{ErrorKind, SourceError};

use crate::refusal;

/// Credentials to be tried in order. The first that gives a token is used from then on.
#[derive(Debug)]
pub(crate) struct Chain {
    links: Vec<Link>,
    chosen: OnceLock<usize>,
}

/// One credential, or why there is none.
#[derive(Debug)]
struct Link {
    name: &'static str,
    credential: Result<Arc<dyn TokenCredential>, String>,
}

impl Chain {
    pub(crate) fn of_platform(tenant: Option<String>, client: Option<String>, options: ClientOptions) -> Self {
        let managed = ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
            user_assigned_id: client.map(UserAssignedId::ClientId),
            client_options: options,
        }));
        let cli = AzureCliCredential::new(Some(AzureCliCredentialOptions { tenant_id: tenant, ..Default::default() }));
        Self::new(vec![
            ("managed identity", managed.map(|credential| credential as Arc<dyn TokenCredential>)),
            ("Azure CLI", cli.map(|credential| credential as Arc<dyn TokenCredential>)),
        ])
    }

    fn new(links: Vec<(&'static str, azure_core::Result<Arc<dyn TokenCredential>>)>) -> Self {
        let link = |(name, credential): (_, azure_core::Result<_>)| Link {
            name,
            credential: credential.map_err(|error| refusal::said(&error)),
        };
        Self { links: links.into_iter().map(link).collect(), chosen: OnceLock::new() }
    }

    fn none_works(said: &[String]) -> SourceError {
        SourceError::new(
            ErrorKind::Unauthorized,
            format!(
                "there is no credential for Azure: set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or run \
                 where there is a workload identity or a managed identity, or sign in with `az login` (workload identity: \
                 AZURE_FEDERATED_TOKEN_FILE is not set; {})",
                said.join("; ")
            ),
        )
    }
}

#[async_trait]
impl TokenCredential for Chain {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        if let Some(Link { credential: Ok(credential), .. }) = self.chosen.get().and_then(|at| self.links.get(*at)) {
            return credential.get_token(scopes, options).await;
        }
        let mut said = Vec::new();
        for (at, link) in self.links.iter().enumerate() {
            let error = match &link.credential {
                Ok(credential) => match credential.get_token(scopes, options.clone()).await {
                    Ok(token) => {
                        tracing::debug!(credential = link.name, "{} gives tokens for Azure", link.name);
                        let _ = self.chosen.set(at);
                        return Ok(token);
                    }
                    Err(error) => refusal::said(&error),
                },
                Err(reason) => reason.clone(),
            };
            said.push(format!("{}: {error}", link.name));
        }
        Err(Error::new(AzureKind::Credential, Self::none_works(&said)))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{ExitStatus, Output};
    use std::sync::Mutex;

    use azure_core::http::headers::Headers;
    use azure_core::http::{AsyncRawResponse, HttpClient, Request, Transport};
    use azure_identity::Executor;

    use super::*;
    use crate::transport::{AtOnce, Transient};

    const SCOPE: &[&str] = &["https://management.azure.com/.default"];

    /// A metadata service that answers in turn, or breaks the connection.
    #[derive(Debug, Default)]
    struct Metadata {
        answer: Option<(u16, &'static str)>,
        asked: Mutex<Vec<String>>,
    }

    #[async_trait]
    impl HttpClient for Metadata {
        async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
            self.asked.lock().expect("not poisoned").push(request.url().to_string());
            match self.answer {
                Some((status, body)) => {
                    Ok(AsyncRawResponse::from_bytes(status.into(), Headers::new(), body.as_bytes().to_vec()))
                }
                None => Err(Error::new(AzureKind::Connection, Transient("no connection".into()))),
            }
        }
    }

    /// An `az` that says this.
    #[derive(Debug)]
    struct Az(i32, &'static str, &'static str);

    #[async_trait]
    impl Executor for Az {
        async fn run(&self, _program: &OsStr, _args: &[&OsStr]) -> std::io::Result<Output> {
            let status = ExitStatus::from_raw(self.0 << 8);
            Ok(Output { status, stdout: self.1.into(), stderr: self.2.into() })
        }
    }

    fn chain(metadata: Arc<Metadata>, az: Az) -> Chain {
        let transport = Transport::new(Arc::new(AtOnce::for_metadata(metadata)));
        let managed = ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
            user_assigned_id: Some(UserAssignedId::ClientId("client-1".into())),
            client_options: ClientOptions { transport: Some(transport), ..ClientOptions::default() },
        }));
        let cli = AzureCliCredential::new(Some(AzureCliCredentialOptions {
            executor: Some(Arc::new(az)),
            ..Default::default()
        }));
        Chain::new(vec![("managed identity", managed.map(|it| it as _)), ("Azure CLI", cli.map(|it| it as _))])
    }

    const NO_AZ: Az = Az(127, "", "sh: 1: az: not found");
    const AZ: Az = Az(0, r#"{"accessToken": "from-the-cli", "expires_on": 4102444800, "tokenType": "Bearer"}"#, "");

    async fn token(chain: &Chain) -> Result<String, SourceError> {
        match chain.get_token(SCOPE, None).await {
            Ok(token) => Ok(token.token.secret().to_owned()),
            Err(error) => Err(error.into_downcast::<SourceError>().expect("one of ours")),
        }
    }

    #[tokio::test]
    async fn managed_identity_comes_before_the_cli_and_takes_the_configured_client() {
        let body =
            r#"{"access_token": "managed", "expires_on": "4102444800", "token_type": "Bearer", "resource": "x"}"#;
        let metadata = Arc::new(Metadata { answer: Some((200, body)), ..Metadata::default() });
        assert_eq!(token(&chain(metadata.clone(), AZ)).await.expect("a token"), "managed");
        let asked = metadata.asked.lock().expect("not poisoned").clone();
        assert!(asked.len() == 1 && asked[0].contains("client_id=client-1"), "{asked:?}");
    }

    #[tokio::test]
    async fn without_a_managed_identity_the_cli_is_asked_and_the_metadata_service_is_not_asked_twice() {
        for answer in [None, Some((404, "not here")), Some((400, "no identity")), Some((500, "sorry"))] {
            let metadata = Arc::new(Metadata { answer, ..Metadata::default() });
            let chain = chain(metadata.clone(), AZ);
            for _ in 0..2 {
                assert_eq!(token(&chain).await.expect("a token"), "from-the-cli");
            }
            assert_eq!(metadata.asked.lock().expect("not poisoned").len(), 1, "{answer:?}");
        }
    }

    #[tokio::test]
    async fn when_nothing_works_one_sentence_says_what_to_set_and_what_each_one_said() {
        let error = token(&chain(Arc::default(), NO_AZ)).await.expect_err("nothing works");
        assert_eq!(error.kind, ErrorKind::Unauthorized);
        assert_eq!(
            error.to_string(),
            "there is no credential for Azure: set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or run where \
             there is a workload identity or a managed identity, or sign in with `az login` (workload identity: \
             AZURE_FEDERATED_TOKEN_FILE is not set; managed identity: no connection; Azure CLI: az not found on PATH)"
        );
    }

    #[tokio::test]
    async fn what_the_cli_says_is_handed_on() {
        let signed_out = Az(1, "", "ERROR: Please run 'az login' to setup account.\n");
        let error = token(&chain(Arc::default(), signed_out)).await.expect_err("nothing works");
        assert!(error.message.contains("Azure CLI: ERROR: Please run 'az login' to setup account."), "{error}");
    }
}
