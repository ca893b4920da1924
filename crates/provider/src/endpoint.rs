//! Addresses that secrets may be sent to: https, and plain http on this machine only.

use std::net::IpAddr;

use url::Url;

use source::{ErrorKind, SourceError};

/// What a connector says about addresses that it refuses. Each text goes on where the sentence about the fault ends.
#[derive(Clone, Copy, Debug)]
pub struct Advice {
    /// How an address is written: `https://HOST`.
    pub form: &'static str,
    /// After "holds a user name or password".
    pub with_login: &'static str,
    /// After "is plain http to HOST".
    pub plain_http: &'static str,
}

/// Reads an address and refuses what would leak a secret, with [`ErrorKind::Unauthorized`].
///
/// `setting` is how people call the address: `AZURE_ENDPOINT (azure.endpoint)`. The text names it and shows no login.
pub fn checked(setting: &str, address: &str, advice: &Advice) -> Result<Url, SourceError> {
    checked_among(setting, address, advice, &[])
}

/// The same, and plain http to hosts that are trusted by name, in whatever case.
pub fn checked_among(setting: &str, address: &str, advice: &Advice, trusted: &[String]) -> Result<Url, SourceError> {
    let refused = |fault: String| Err(SourceError::new(ErrorKind::Unauthorized, format!("{setting} {fault}")));
    let url = match Url::parse(address) {
        Ok(url) => url,
        Err(cause) => return refused(format!("is not a web address ({cause}): write it as {}", advice.form)),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refused(format!("holds a user name or password{}", advice.with_login));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" if trusted.iter().any(|host| url.host_str().is_some_and(|it| it.eq_ignore_ascii_case(host))) => Ok(url),
        "http" => {
            let host = url.host_str().unwrap_or("another host");
            refused(format!("is plain http to {host}{}", advice.plain_http))
        }
        other => refused(format!("begins with {other}: only https can be used")),
    }
}

/// Whether the address is on this machine: 127.0.0.0/8, `::1` or `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether two addresses have scheme, host and port in common: what may go to the one may go to the other.
pub fn is_same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}

/// `base` with `path` added, whether or not `base` ends in a slash.
pub fn join(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

/// An address without what follows its path, which may be a secret.
pub fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// The server of an address, for messages.
pub fn server(url: &Url) -> &str {
    url.host_str().unwrap_or("the server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_whatever_the_base_ends_in() {
        for base in ["https://ghe.example.com/api/v3", "https://ghe.example.com/api/v3/"] {
            let url = join(&Url::parse(base).expect("valid"), &["orgs", "a/b", "installation"]);
            assert_eq!(url.as_str(), "https://ghe.example.com/api/v3/orgs/a%2Fb/installation");
        }
        let url = join(&Url::parse("https://example.com/api/").expect("valid"), &["projects", "a:b/c"]);
        assert_eq!(url.as_str(), "https://example.com/api/projects/a:b%2Fc");
    }

    const ADVICE: Advice = Advice { form: "https://HOST", with_login: ": leave them out", plain_http: ": use https" };

    fn refusal(address: &str) -> String {
        let error = checked("THE_ADDRESS", address, &ADVICE).expect_err(address);
        assert_eq!(error.kind, ErrorKind::Unauthorized);
        assert!(!format!("{error:?}").contains("hunter2"));
        error.message
    }

    #[test]
    fn plain_http_is_refused_except_on_this_machine() {
        for fine in [
            "https://example.com/api/",
            "http://127.0.0.1:9/a",
            "http://127.8.0.1/",
            "http://localhost/",
            "http://[::1]:9/",
        ] {
            assert_eq!(checked("THE_ADDRESS", fine, &ADVICE).expect(fine).as_str(), fine);
        }
        for host in ["example.com", "localhost.example.com", "10.0.0.1"] {
            assert_eq!(
                refusal(&format!("http://{host}/api")),
                format!("THE_ADDRESS is plain http to {host}: use https")
            );
        }
    }

    #[test]
    fn plain_http_goes_to_hosts_that_are_trusted_by_name_and_to_no_others() {
        let trusted = ["Collector".to_owned()];
        let checked = |address: &str| checked_among("THE_ADDRESS", address, &ADVICE, &trusted);
        assert!(checked("http://collector:4318/v1/metrics").is_ok());
        for other in ["http://collector.example.com/", "http://me:hunter2@collector/"] {
            assert_eq!(checked(other).expect_err(other).kind, ErrorKind::Unauthorized);
        }
    }

    #[test]
    fn addresses_with_a_login_are_refused_without_showing_it() {
        for address in ["https://me:hunter2@example.com", "https://hunter2@example.com", "http://:hunter2@localhost"] {
            assert_eq!(refusal(address), "THE_ADDRESS holds a user name or password: leave them out");
        }
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        assert_eq!(refusal("ftp://localhost"), "THE_ADDRESS begins with ftp: only https can be used");
        assert_eq!(
            refusal("example.com"),
            "THE_ADDRESS is not a web address (relative URL without a base): write it as https://HOST"
        );
    }
}
