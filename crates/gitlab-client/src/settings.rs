//! Settings of the client: address, token, concurrency, retries.

use provider::endpoint::Advice;
use provider::{Policy, Url};
use secrecy::{ExposeSecret as _, SecretString};
use source::{ErrorKind, SourceError};

/// Where GitLab is, who asks, and how politely. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address of the server, with its path where it has one: `https://gitlab.com`, `https://acme.example/gitlab`.
    pub url: String,
    /// A personal, group or project access token with the scope `read_api`.
    pub token: SecretString,
    /// Requests under way at the same time; 0 counts as 1.
    pub concurrency: usize,
    /// Tries, waits and timeouts.
    pub policy: Policy,
    /// Name and version of the program.
    pub user_agent: String,
}

/// How people set the address.
pub(crate) const ADDRESS: &str = "GITLAB_URL (gitlab.url)";

/// What is said about addresses that are refused.
const ADVICE: Advice = Advice {
    form: "https://HOST",
    with_login: ": give the token in GITLAB_TOKEN instead",
    plain_http: ": that would leak the token to everyone on the way; use https",
};

impl Settings {
    /// The address without a slash at its end. Fails with `Unauthorized` where it would leak the token, or there is none.
    pub(crate) fn checked(&self) -> Result<Url, SourceError> {
        if self.token.expose_secret().trim().is_empty() {
            let message = "GITLAB_TOKEN is empty: set it to a token with the scope read_api";
            return Err(SourceError::new(ErrorKind::Unauthorized, message));
        }
        let mut url = provider::endpoint::checked(ADDRESS, self.url.trim(), &ADVICE)?;
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(url)
    }
}

/// The host by which rows are told apart, with the port where the address has one.
pub(crate) fn host(url: &Url) -> String {
    model::gitlab::host_of(url.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, token: &str) -> Settings {
        let token = SecretString::from(token.to_owned());
        Settings { url: url.to_owned(), token, concurrency: 1, policy: Policy::USUAL, user_agent: "test".to_owned() }
    }

    #[test]
    fn an_address_may_have_a_path_and_a_port() {
        for (address, url, name) in [
            ("https://gitlab.com", "https://gitlab.com/", "gitlab.com"),
            (" https://acme.example/gitlab/ ", "https://acme.example/gitlab", "acme.example"),
            ("https://acme.example:8443/?x=1", "https://acme.example:8443/", "acme.example:8443"),
            ("http://127.0.0.1:8765", "http://127.0.0.1:8765/", "127.0.0.1:8765"),
        ] {
            let checked = settings(address, "t").checked().expect(address);
            assert_eq!((checked.as_str(), host(&checked).as_str()), (url, name));
        }
    }

    #[test]
    fn what_is_refused_is_said_with_the_remedy() {
        let refusal = |url, token| settings(url, token).checked().expect_err("refused").message;
        assert_eq!(
            refusal("http://gitlab.acme.example", "t"),
            "GITLAB_URL (gitlab.url) is plain http to gitlab.acme.example: that would leak the token to everyone on the way; use https"
        );
        assert!(refusal("https://me:hunter2@gitlab.com", "t").ends_with("give the token in GITLAB_TOKEN instead"));
        assert_eq!(
            refusal("https://gitlab.com", " "),
            "GITLAB_TOKEN is empty: set it to a token with the scope read_api"
        );
    }
}
