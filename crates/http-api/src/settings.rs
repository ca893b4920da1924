//! Settings of the server, which the program around it takes from flags, environment and configuration.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use axum::http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

/// How the HTTP surface behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// All routes lie below this path, `/cto` for example; empty for none.
    pub base_path: String,
    /// Who may read.
    pub authentication: Authentication,
    /// Who may push events; `None` where nobody may, and there is nothing at those addresses.
    pub pushing: Option<Pushing>,
    /// Host names that are answered without authentication, besides those of loopback; without ports.
    pub hosts: Vec<String>,
    /// Proxies whose forwarded headers are believed.
    pub trusted_proxies: Vec<Network>,
    /// Sources for `frame-ancestors` in the content security policy; `'none'` forbids framing.
    pub frame_ancestors: String,
    /// Whether everybody may read the report in the manner of dimagi/dora, from any page.
    pub dora_report_public: bool,
    /// What a client may ask for.
    pub limits: Limits,
    /// What names this build, the version and commit for example. Part of every `ETag`.
    pub build: String,
}

impl Default for Settings {
    /// No authentication, loopback names only, no framing, and the limits of [`Limits::default`].
    fn default() -> Self {
        Self {
            base_path: String::new(),
            authentication: Authentication::None,
            pushing: None,
            hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            frame_ancestors: "'none'".to_owned(),
            dora_report_public: false,
            limits: Limits::default(),
            build: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// Who may read. `Debug` hides secrets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Authentication {
    /// Everyone who reaches the server under a loopback name or one of [`Settings::hosts`].
    None,
    /// Whoever sends one of these tokens as `Authorization: Bearer …`.
    Bearer(Vec<SecretString>),
    /// Whoever sends this user and password as `Authorization: Basic …`.
    Basic {
        /// Name of the user, without a colon.
        user: String,
        /// Password.
        password: SecretString,
    },
}

/// Who may push events, whoever may read. `Debug` hides secrets.
#[derive(Clone, Debug)]
pub struct Pushing {
    /// Whoever sends one of these tokens as `Authorization: Token …` or `Bearer …`.
    pub tokens: Vec<SecretString>,
    /// Whoever sends this user and password as `Authorization: Basic …`.
    pub user: Option<(String, SecretString)>,
}

/// What a client may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest body of a request, in bytes.
    pub body_bytes: u64,
    /// Largest body of a webhook's delivery, in bytes.
    pub delivery_bytes: u64,
    /// Largest sum of names and values of a request's headers, in bytes.
    pub header_bytes: usize,
    /// Longest path and query, in bytes.
    pub uri_bytes: usize,
    /// How long a request may take until its answer begins.
    pub request_time: Duration,
    /// Computations at once; others wait.
    pub concurrent_computations: usize,
    /// Deliveries that are read at once from senders that have not sent anything signed yet: a part of the connections.
    pub unknown_senders: usize,
    /// Computed tables and written answers that are kept, together up to this many bytes.
    pub cache_bytes: usize,
}

impl Default for Limits {
    /// Bodies of 64 KiB, deliveries of 25 MiB, headers of 16 KiB, addresses of 8 KiB, 30 s, 2 computations, 128 unknown
    /// senders, 64 MiB.
    fn default() -> Self {
        Self {
            body_bytes: 64 << 10,
            delivery_bytes: 25 << 20,
            header_bytes: 16 << 10,
            uri_bytes: 8 << 10,
            request_time: Duration::from_secs(30),
            concurrent_computations: 2,
            unknown_senders: 128,
            cache_bytes: 64 << 20,
        }
    }
}

/// An address or a network, `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether an address lies in it. IPv4 addresses that are written as IPv6 count as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - u32::from(self.prefix);
                u32::from(own).checked_shr(shift) == u32::from(other).checked_shr(shift)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - u32::from(self.prefix);
                u128::from(own).checked_shr(shift) == u128::from(other).checked_shr(shift)
            }
            _ => false,
        }
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, prefix: if address.is_ipv4() { 32 } else { 128 } }
    }
}

impl FromStr for Network {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || SettingsError::Network(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            None => (text, None),
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(|_| wrong())?)),
        };
        let whole = Self::from(address.parse::<IpAddr>().map_err(|_| wrong())?);
        match prefix {
            None => Ok(whole),
            Some(prefix) if prefix <= whole.prefix => Ok(Self { prefix, ..whole }),
            Some(_) => Err(wrong()),
        }
    }
}

/// Settings that cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The base path is not a path.
    #[error(
        "the base path {0:?} must begin with / and consist of letters, digits, -, _, . and /: write /cto for example"
    )]
    BasePath(String),
    /// Neither an address nor a network.
    #[error("{0:?} is neither an address nor a network: write 10.0.0.1 or 10.0.0.0/8 for example")]
    Network(String),
    /// A host name that no `Host` header can hold.
    #[error("{0:?} is no host name: write dashboard.example.com for example, without scheme, port and path")]
    Host(String),
    /// Authentication without anything to authenticate by.
    #[error("{0}")]
    Authentication(&'static str),
    /// Sources that do not fit into the content security policy.
    #[error("{0:?} cannot be frame-ancestors: write 'none', 'self' or origins, separated by spaces")]
    FrameAncestors(String),
    /// A limit at which nothing can be answered.
    #[error("the limit {0} must be more than 0")]
    Limit(&'static str),
    /// Files that are no dashboard, or one that cannot be served below a base path.
    #[error("{0}")]
    Dashboard(&'static str),
    /// Rules of the usual set that cannot be used.
    #[error("the rules {set} cannot be used: {message}")]
    Rules {
        /// Name of the rule set.
        set: &'static str,
        /// Why.
        message: String,
    },
}

impl Settings {
    /// The settings in the form that the router needs, or what is wrong with them.
    pub(crate) fn checked(mut self) -> Result<Self, SettingsError> {
        self.base_path = base_path(&self.base_path)?;
        for host in &mut self.hosts {
            *host = host_name(host)?;
        }
        self.authentication.check()?;
        self.pushing.as_ref().map_or(Ok(()), Pushing::check)?;
        let ancestors = &self.frame_ancestors;
        if ancestors.trim().is_empty() || ancestors.contains([';', ',']) || HeaderValue::from_str(ancestors).is_err() {
            return Err(SettingsError::FrameAncestors(ancestors.clone()));
        }
        self.limits.check()?;
        Ok(self)
    }
}

impl Limits {
    fn check(&self) -> Result<(), SettingsError> {
        let limits = [
            ("header_bytes", self.header_bytes == 0),
            ("uri_bytes", self.uri_bytes == 0),
            ("request_time", self.request_time.is_zero()),
            ("concurrent_computations", self.concurrent_computations == 0),
            ("unknown_senders", self.unknown_senders == 0),
        ];
        limits.into_iter().find(|(_, is_zero)| *is_zero).map_or(Ok(()), |(name, _)| Err(SettingsError::Limit(name)))
    }
}

impl Pushing {
    fn check(&self) -> Result<(), SettingsError> {
        let is_empty = |secret: &SecretString| secret.expose_secret().trim().is_empty();
        let has_empty = self.tokens.iter().any(is_empty) || self.user.as_ref().is_some_and(|(_, it)| is_empty(it));
        if has_empty || (self.tokens.is_empty() && self.user.is_none()) {
            return Err(SettingsError::Authentication("pushing events needs a token, and none may be empty"));
        }
        Ok(())
    }
}

impl Authentication {
    fn check(&self) -> Result<(), SettingsError> {
        let wrong = |message| Err(SettingsError::Authentication(message));
        match self {
            Self::Bearer(tokens) if tokens.is_empty() => wrong("bearer authentication needs at least one token"),
            Self::Bearer(tokens) if tokens.iter().any(|token| token.expose_secret().trim().is_empty()) => {
                wrong("a bearer token is empty")
            }
            Self::Basic { user, .. } if user.is_empty() || user.contains(':') => {
                wrong("the user of basic authentication must not be empty and must not contain a colon")
            }
            Self::Basic { password, .. } if password.expose_secret().is_empty() => {
                wrong("the password of basic authentication is empty")
            }
            Self::None | Self::Bearer(_) | Self::Basic { .. } => Ok(()),
        }
    }
}

fn base_path(text: &str) -> Result<String, SettingsError> {
    let path = text.trim_end_matches('/');
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
    let has_odd_segment = || path.split('/').skip(1).any(|segment| matches!(segment, "" | "." | ".."));
    if path.is_empty() {
        return Ok(String::new());
    }
    if !path.starts_with('/') || !path.chars().all(is_plain) || has_odd_segment() {
        return Err(SettingsError::BasePath(text.to_owned()));
    }
    Ok(path.to_owned())
}

fn host_name(text: &str) -> Result<String, SettingsError> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.[:]".contains(letter);
    let is_address = text.starts_with('[') && text.ends_with(']');
    if text.is_empty() || !text.chars().all(is_plain) || (text.contains(':') && !is_address) {
        return Err(SettingsError::Host(text.to_owned()));
    }
    Ok(text.trim_end_matches('.').to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().expect("a network")
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert!(network("10.0.0.0/8").contains(address("10.200.3.4")));
        assert!(!network("10.0.0.0/8").contains(address("11.0.0.1")));
        assert!(network("0.0.0.0/0").contains(address("192.0.2.1")));
        assert!(network("192.0.2.1").contains(address("::ffff:192.0.2.1")));
        assert!(!network("192.0.2.1").contains(address("192.0.2.2")));
        assert!(network("2001:db8::/32").contains(address("2001:db8::1")));
        assert!(!network("::/0").contains(address("192.0.2.1")));
    }

    #[test]
    fn what_is_no_network_is_an_error_that_quotes_it() {
        for text in ["", "10.0.0.0/33", "example.com", "10.0.0.0/x"] {
            let error = text.parse::<Network>().expect_err("no network").to_string();
            assert!(error.starts_with(&format!("{text:?} is neither")), "{error}");
        }
    }

    #[test]
    fn a_base_path_loses_its_last_slash_and_must_be_a_path() {
        let checked = |text: &str| {
            Settings { base_path: text.to_owned(), ..Settings::default() }.checked().map(|settings| settings.base_path)
        };
        assert_eq!(checked("/cto/").ok().as_deref(), Some("/cto"));
        assert_eq!(checked("/").ok().as_deref(), Some(""));
        for text in ["cto", "/a b", "/{x}", "/a//b", "/../a"] {
            assert!(checked(text).is_err(), "{text}");
        }
    }

    #[test]
    fn authentication_without_anything_to_check_is_refused() {
        let refused = [
            Authentication::Bearer(Vec::new()),
            Authentication::Bearer(vec![SecretString::from(" ")]),
            Authentication::Basic { user: "a:b".to_owned(), password: SecretString::from("x") },
            Authentication::Basic { user: "a".to_owned(), password: SecretString::from("") },
        ];
        for authentication in refused {
            assert!(Settings { authentication, ..Settings::default() }.checked().is_err());
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let authentication = Authentication::Bearer(vec![SecretString::from("hush-hush")]);
        let shown = format!("{:?}", Settings { authentication, ..Settings::default() });
        assert!(!shown.contains("hush"), "{shown}");
    }

    #[test]
    fn frame_ancestors_cannot_smuggle_in_another_directive() {
        let frame_ancestors = "'self'; script-src *".to_owned();
        assert!(Settings { frame_ancestors, ..Settings::default() }.checked().is_err());
    }
}
