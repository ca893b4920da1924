//! Addresses that a token may be sent to.

use std::net::IpAddr;

use model::records::USUAL_HOST;
use provider::Url;
use provider::endpoint::Advice;
use source::SourceError;

/// What is said about addresses that are refused.
const ADVICE: Advice = Advice {
    form: "https://HOST/PATH",
    with_login: ": give the token in GITHUB_TOKEN instead",
    plain_http: ": that would leak the token to everyone on the way; use https",
};

/// Reads an address and refuses what would leak the token.
///
/// `setting` is how people call the address: `GITHUB_API_URL`, `GITHUB_GRAPHQL_URL`.
pub(crate) fn checked(setting: &str, address: &str) -> Result<Url, SourceError> {
    provider::endpoint::checked(setting, address, &ADVICE)
}

/// The host by which people know the server of an API: GitHub's own answer at `api.HOST`. A server on this computer
/// stands for `github.com`.
pub(crate) fn web_host(api: &Url) -> String {
    let host = api.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    if host.is_empty() || host == "localhost" || address.is_ok_and(|address| address.is_loopback()) {
        return USUAL_HOST.to_owned();
    }
    match host.strip_prefix("api.") {
        Some(web) if web == USUAL_HOST || web.ends_with(".ghe.com") => web.to_owned(),
        _ => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_said_with_the_remedy() {
        let refusal = |address| checked("GITHUB_API_URL", address).expect_err(address).message;
        assert_eq!(
            refusal("http://ghe.example.com/api"),
            "GITHUB_API_URL is plain http to ghe.example.com: that would leak the token to everyone on the way; use https"
        );
        assert_eq!(
            refusal("https://me:hunter2@ghe.example.com"),
            "GITHUB_API_URL holds a user name or password: give the token in GITHUB_TOKEN instead"
        );
        assert!(refusal("ghe").ends_with("(relative URL without a base): write it as https://HOST/PATH"));
    }

    #[test]
    fn a_server_is_known_by_the_host_of_its_pages() {
        let host = |api: &str| web_host(&Url::parse(api).expect("valid"));
        assert_eq!(host("https://api.github.com/"), "github.com");
        assert_eq!(host("https://api.octocorp.ghe.com/"), "octocorp.ghe.com");
        assert_eq!(host("https://ghe.acme.example/api/v3"), "ghe.acme.example");
        assert_eq!(host("https://api.acme.example/api/v3"), "api.acme.example");
        for simulated in ["http://127.0.0.1:8081/", "http://[::1]:8081/", "http://localhost/"] {
            assert_eq!(host(simulated), "github.com");
        }
    }
}
