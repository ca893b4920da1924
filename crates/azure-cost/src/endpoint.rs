//! Addresses that a credential may be sent to.
//!
//! `azure_identity` accepts nothing but https. An address of this machine may be plain http; it is then written as https for
//! it, and the transport turns exactly that origin back.

use provider::Url;
use provider::endpoint::{self, Advice};
use source::SourceError;

/// What is said about addresses that are refused.
const ADVICE: Advice = Advice {
    form: "https://HOST",
    with_login: ", which Azure does not take: remove them",
    plain_http: ", which would leak the credential to everyone on the way: use https",
};

/// An address of the settings.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    /// As configured, without a slash at the end of its path.
    pub(crate) url: Url,
    /// The same for `azure_identity`: always https.
    pub(crate) secure: Url,
}

impl Endpoint {
    /// Reads an address and refuses what would leak the credential.
    ///
    /// `setting` is how people call the address: `AZURE_ENDPOINT (azure.endpoint)`.
    pub(crate) fn checked(setting: &str, address: &str) -> Result<Self, SourceError> {
        let mut url = endpoint::checked(setting, address.trim(), &ADVICE)?;
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        let secure = secured(&url);
        Ok(Self { url, secure })
    }

    pub(crate) fn is_loopback(&self) -> bool {
        endpoint::is_loopback(&self.url)
    }

    /// The address behind one that `azure_identity` asks, where that is this one and plain http.
    pub(crate) fn plain(&self, asked: &Url) -> Option<Url> {
        (self.url.scheme() == "http" && endpoint::is_same_origin(asked, &self.secure)).then(|| {
            let mut plain = asked.clone();
            // Cannot fail: both schemes have a host, and a host may have a port.
            let _ = plain.set_scheme("http");
            let _ = plain.set_port(self.url.port_or_known_default());
            plain
        })
    }

    /// The address of a path below this one. `path` has its own slashes.
    pub(crate) fn path(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{path}", self.url.path().trim_end_matches('/')));
        url
    }

    /// A link that Azure gave; `None` when it leads to another origin.
    pub(crate) fn link(&self, link: &str) -> Option<Url> {
        Url::parse(link).ok().filter(|link| endpoint::is_same_origin(link, &self.url))
    }
}

/// The same host and port by https.
fn secured(url: &Url) -> Url {
    let mut secure = url.clone();
    if url.scheme() == "http" {
        let port = url.port_or_known_default();
        // Cannot fail: both schemes have a host, and a host may have a port.
        let _ = secure.set_scheme("https");
        let _ = secure.set_port(port);
    }
    secure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(address: &str) -> Endpoint {
        Endpoint::checked("AZURE_ENDPOINT (azure.endpoint)", address).expect(address)
    }

    #[test]
    fn what_is_refused_is_said_with_the_remedy() {
        let refusal = |address| Endpoint::checked("AZURE_ENDPOINT", address).expect_err(address).message;
        assert_eq!(
            refusal("http://azure.example"),
            "AZURE_ENDPOINT is plain http to azure.example, which would leak the credential to everyone on the way: use https"
        );
        assert_eq!(
            refusal("https://me:hunter2@azure.example"),
            "AZURE_ENDPOINT holds a user name or password, which Azure does not take: remove them"
        );
        assert!(refusal("azure").ends_with("(relative URL without a base): write it as https://HOST"));
    }

    #[test]
    fn a_local_address_is_written_as_https_on_the_same_port() {
        assert_eq!(endpoint("http://127.0.0.1:4711").secure.as_str(), "https://127.0.0.1:4711/");
        assert_eq!(endpoint("http://localhost/azure/").secure.as_str(), "https://localhost:80/azure");
    }

    #[test]
    fn paths_are_put_behind_that_of_the_endpoint() {
        for base in ["https://gateway.example/azure", "https://gateway.example/azure/"] {
            let url = endpoint(base).path("subscriptions/1/x");
            assert_eq!(url.as_str(), "https://gateway.example/azure/subscriptions/1/x");
        }
        let url = endpoint("https://management.azure.com").path("subscriptions/1");
        assert_eq!(url.as_str(), "https://management.azure.com/subscriptions/1");
    }

    #[test]
    fn links_to_other_origins_are_not_followed() {
        let azure = endpoint("https://management.azure.com");
        assert!(azure.link("https://management.azure.com:443/x?$skiptoken=a").is_some());
        for other in
            ["http://management.azure.com/x", "https://evil.example/x", "https://management.azure.com:8443/x", "/x"]
        {
            assert_eq!(azure.link(other), None, "{other}");
        }
        let local = endpoint("http://127.0.0.1:4711");
        let link = local.link("http://127.0.0.1:4711/x?$skiptoken=a").expect("the same origin");
        assert_eq!(link.as_str(), "http://127.0.0.1:4711/x?$skiptoken=a");
        assert_eq!(local.link("http://127.0.0.1:4712/x"), None);
        assert_eq!(local.link("https://127.0.0.1:4711/x"), None, "not the configured scheme");
    }

    #[test]
    fn only_the_configured_local_origin_is_asked_by_plain_http() {
        let plain = |endpoint: &Endpoint, address: &str| endpoint.plain(&Url::parse(address).expect("valid"));
        let local = endpoint("http://127.0.0.1:4711");
        let asked = plain(&local, "https://127.0.0.1:4711/t/token?a=b").expect("configured");
        assert_eq!(asked.as_str(), "http://127.0.0.1:4711/t/token?a=b");
        for other in [
            "https://127.0.0.1:4712/",
            "https://localhost:4711/",
            "https://management.azure.com/",
            "https://127.0.0.1/",
        ] {
            assert_eq!(plain(&local, other), None, "{other}");
        }
        let usual_port = endpoint("http://localhost");
        let asked = plain(&usual_port, "https://localhost:80/a").expect("configured");
        assert_eq!(asked.as_str(), "http://localhost/a");
        assert_eq!(plain(&usual_port, "https://localhost/a"), None, "that is port 443");
        assert_eq!(plain(&endpoint("https://management.azure.com"), "https://management.azure.com/a"), None);
    }
}
