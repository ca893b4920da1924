//! Addresses that a token may be sent to.

use std::net::IpAddr;

use reqwest::Url;
use source::{ErrorKind, SourceError};

/// Reads an address and refuses what would leak the token.
///
/// `setting` is how people call the address: `GITHUB_API_URL`, `GITHUB_GRAPHQL_URL`.
pub(crate) fn checked(setting: &str, address: &str) -> Result<Url, SourceError> {
    let refused = |message: String| SourceError::new(ErrorKind::Unauthorized, message);
    let url = Url::parse(address)
        .map_err(|cause| refused(format!("{setting} is not a web address ({cause}): write it as https://HOST/PATH")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(format!(
            "{setting} holds a user name or password: give the token in GITHUB_TOKEN instead"
        )));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(refused(format!(
            "{setting} is plain http to {}: that would leak the token to everyone on the way; use https",
            url.host_str().unwrap_or("another host")
        ))),
        other => Err(refused(format!("{setting} begins with {other}: only https can be used"))),
    }
}

/// Whether the address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// `base` with `path` added, whether or not `base` ends in a slash.
pub(crate) fn join(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_refused_except_on_this_machine() {
        for fine in [
            "https://ghe.example.com/api/graphql",
            "http://127.0.0.1:9/graphql",
            "http://localhost/",
            "http://[::1]:9/",
        ] {
            checked("GITHUB_GRAPHQL_URL", fine).expect(fine);
        }
        for leaking in ["http://ghe.example.com/api/graphql", "http://localhost.example.com/", "http://10.0.0.1/"] {
            let error = checked("GITHUB_GRAPHQL_URL", leaking).expect_err(leaking);
            assert!(error.message.contains("would leak the token"), "{error}");
            assert!(error.message.starts_with("GITHUB_GRAPHQL_URL"), "{error}");
        }
    }

    #[test]
    fn addresses_with_credentials_are_refused_without_showing_them() {
        let error = checked("GITHUB_API_URL", "https://me:hunter2@ghe.example.com").expect_err("refused");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn paths_are_joined_whatever_the_base_ends_in() {
        for base in ["https://ghe.example.com/api/v3", "https://ghe.example.com/api/v3/"] {
            let url = join(&Url::parse(base).expect("valid"), &["orgs", "a/b", "installation"]);
            assert_eq!(url.as_str(), "https://ghe.example.com/api/v3/orgs/a%2Fb/installation");
        }
    }
}
