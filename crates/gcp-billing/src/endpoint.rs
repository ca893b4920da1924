//! Addresses that keys and tokens may be sent to.

use std::net::IpAddr;

use reqwest::Url;
use source::{ErrorKind, SourceError};

/// Reads an address and refuses what would leak a key or a token. `setting` is how people call the address.
pub(crate) fn checked(setting: &str, address: &str) -> Result<Url, SourceError> {
    let refused = |message: String| SourceError::new(ErrorKind::Unauthorized, message);
    let url = Url::parse(address)
        .map_err(|cause| refused(format!("{setting} is not a web address ({cause}): write it as https://HOST")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(format!("{setting} holds a user name or password: leave them out")));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(refused(format!(
            "{setting} is plain http to {}: that would leak the credentials to everyone on the way; use https",
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
    url.set_query(None);
    url.set_fragment(None);
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
        for fine in ["https://bigquery.googleapis.com", "http://127.0.0.1:9", "http://localhost/", "http://[::1]:9/"] {
            checked("BIGQUERY_ENDPOINT", fine).expect(fine);
        }
        for leaking in ["http://bigquery.googleapis.com", "http://localhost.example.com/", "http://10.0.0.1/"] {
            let error = checked("BIGQUERY_ENDPOINT", leaking).expect_err(leaking);
            assert!(error.message.starts_with("BIGQUERY_ENDPOINT is plain http"), "{error}");
        }
    }

    #[test]
    fn addresses_with_credentials_are_refused_without_showing_them() {
        let error = checked("token_uri", "https://me:hunter2@example.com").expect_err("refused");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn names_in_paths_are_escaped() {
        let url = join(&Url::parse("https://example.com/api/").expect("valid"), &["projects", "a:b/c"]);
        assert_eq!(url.as_str(), "https://example.com/api/projects/a:b%2Fc");
    }
}
