//! Refusals of Microsoft's token service, in words that say what to set.

use std::error::Error as _;

use azure_core::error::{Error, ErrorKind as AzureKind};
use provider::{Unready, shortened};
use source::{ErrorKind, SourceError};

use crate::transport::Transient;

/// Who asked for a token.
pub(crate) struct Who<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) client: &'a str,
    /// With a federated token in place of a secret.
    pub(crate) federated: bool,
}

/// Why a credential gave no token.
pub(crate) fn of_credential(error: &Error, who: &Who<'_>) -> Unready {
    if let Some(ours) = error.downcast_ref::<SourceError>() {
        return Unready::Final(SourceError::new(ours.kind, ours.message.clone()));
    }
    match transient(error) {
        Some(reason) => {
            let message = format!("Azure gives no token: {reason}");
            Unready::Again(SourceError::new(ErrorKind::Unavailable, message))
        }
        None => Unready::Final(refused(error, who)),
    }
}

fn refused(error: &Error, who: &Who<'_>) -> SourceError {
    let text = whole(error);
    let Some(code) = code(&text) else {
        return SourceError::new(
            ErrorKind::Unauthorized,
            format!(
                "Azure gives no token to {}: {}; check AZURE_AUTHORITY_HOST and the credential",
                who.name(),
                said(error)
            ),
        );
    };
    let told = told(&text, code);
    SourceError::new(ErrorKind::Unauthorized, format!("{} (AADSTS{code})", sentence(code, who, &told)))
}

/// Why a credential cannot even be made.
pub(crate) fn unmade(error: &Error, who: &Who<'_>) -> String {
    let setting = if who.federated { "AZURE_FEDERATED_TOKEN_FILE" } else { "AZURE_TENANT_ID" };
    format!("the credential for Azure cannot be used: {}; check {setting}", said(error))
}

/// What an error of `azure_identity` says, without its advertisement.
pub(crate) fn said(error: &Error) -> String {
    if let Some(reason) = transient(error) {
        return reason.to_owned();
    }
    let text = error.to_string();
    let text = text.split("\nTo troubleshoot").next().unwrap_or_default();
    let text = text.split_once("authentication failed.").map_or(text, |(_, rest)| rest);
    shortened(text)
}

fn sentence(code: u32, who: &Who<'_>, told: &str) -> String {
    let Who { tenant, client, federated } = who;
    match code {
        7_000_215 => format!(
            "the client secret of application {client} is wrong: set AZURE_CLIENT_SECRET to the secret's value, not to its id"
        ),
        7_000_222 => format!(
            "the client secret of application {client} has expired: make a new one in Microsoft Entra (App registrations, \
             Certificates & secrets) and set AZURE_CLIENT_SECRET"
        ),
        700_016 => format!(
            "tenant {tenant} knows no application {client}: check AZURE_CLIENT_ID and that AZURE_TENANT_ID is the tenant in \
             which it is registered"
        ),
        90_002 | 900_023 | 900_021 => format!("Microsoft Entra knows no tenant {tenant}: check AZURE_TENANT_ID"),
        7_000_112 => format!("application {client} is disabled in tenant {tenant}: enable it in Microsoft Entra"),
        500_011 => {
            "the tenant does not know the service at AZURE_ENDPOINT: check that AZURE_ENDPOINT and AZURE_AUTHORITY_HOST \
             belong to the same cloud"
                .to_owned()
        }
        70_021 | 700_211 | 700_212 | 700_213 => format!(
            "application {client} does not trust the token in AZURE_FEDERATED_TOKEN_FILE: add a federated credential for its \
             issuer, subject and audience to the application: {told}"
        ),
        _ if *federated => format!("Azure does not accept the workload identity of application {client}: {told}"),
        _ => format!("Azure gives no token to {}: {told}", who.name()),
    }
}

impl Who<'_> {
    fn name(&self) -> String {
        if self.client.is_empty() { "this identity".to_owned() } else { format!("application {}", self.client) }
    }
}

/// The reason, if it may be gone at the next try.
fn transient(error: &Error) -> Option<&str> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(deeper) = cause {
        if let Some(Transient(reason)) = deeper.downcast_ref::<Transient>() {
            return Some(reason);
        }
        if let Some(azure) = deeper.downcast_ref::<Error>()
            && azure.source().is_none()
            && matches!(azure.kind(), AzureKind::Io | AzureKind::Connection)
        {
            return Some("the connection broke off");
        }
        cause = deeper.source();
    }
    None
}

/// The texts of an error and of all its causes.
///
/// `azure_identity` cannot read every refusal, but its error then quotes what it could not read.
fn whole(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text.push('\n');
        text.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    text
}

/// The number behind the first `AADSTS`.
fn code(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("AADSTS")?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// The words behind the code, without the ids of the request.
fn told(text: &str, code: u32) -> String {
    let rest = text.split_once(&format!("AADSTS{code}")).map_or("", |(_, rest)| rest);
    let end = ["Trace ID", "\\r", "\r", "\n", "To troubleshoot"].iter().filter_map(|mark| rest.find(mark)).min();
    shortened(rest[..end.unwrap_or(rest.len())].trim_start_matches([':', ' ']).trim_end_matches(['.', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: Who<'static> = Who { tenant: "contoso", client: "app-1", federated: false };

    #[test]
    fn the_code_is_found_wherever_it_stands() {
        assert_eq!(code("failed. AADSTS7000215: Invalid client secret"), Some(7_000_215));
        assert_eq!(code("invalid type: string \"AADSTS90002: Tenant 'x' not found.\\r\\nTrace ID: y\""), Some(90_002));
        assert_eq!(code("nothing of that kind"), None);
    }

    #[test]
    fn ids_of_the_request_are_not_quoted() {
        let text = "AADSTS53003: Access has been blocked. Trace ID: 1 Correlation ID: 2";
        assert_eq!(told(text, 53_003), "Access has been blocked");
    }

    #[test]
    fn each_code_says_what_to_set() {
        for (code, setting) in [
            (7_000_215, "set AZURE_CLIENT_SECRET"),
            (7_000_222, "set AZURE_CLIENT_SECRET"),
            (700_016, "check AZURE_CLIENT_ID"),
            (90_002, "check AZURE_TENANT_ID"),
            (500_011, "AZURE_AUTHORITY_HOST"),
            (700_213, "federated credential"),
        ] {
            assert!(sentence(code, &WHO, "so").contains(setting), "{code}");
        }
    }
}
