//! Identity of clients for fair scheduling (address and token), and whether work for one of them has begun.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::header;
use axum::http::request::Parts;

use crate::forwarded;
use crate::hash::digest;
use crate::settings::{Authentication, Settings};

/// A client, as far as clients can be told apart: by the address, behind a trusted proxy the forwarded one, and by the
/// bearer token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Client {
    address: Option<IpAddr>,
    /// What stands for the token, not the token.
    token: Option<String>,
}

impl Client {
    /// The sender of a request.
    pub(crate) fn of(parts: &Parts, settings: &Settings) -> Self {
        let has_tokens = matches!(settings.authentication, Authentication::Bearer(_));
        let given = parts.headers.get(header::AUTHORIZATION).filter(|_| has_tokens);
        Self { address: network_of(parts, settings), token: given.map(|given| digest(given.as_bytes())) }
    }
}

#[cfg(test)]
impl Client {
    pub(crate) fn at(address: IpAddr) -> Self {
        Self { address: Some(address), token: None }
    }
}

/// Where a request comes from, as far as senders are told apart by it.
pub(crate) fn network_of(parts: &Parts, settings: &Settings) -> Option<IpAddr> {
    forwarded::address(parts, settings).map(network)
}

/// Whoever has an IPv6 address usually has the 2⁶⁴ around it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}

tokio::task_local! {
    static CURRENT: Asker;
}

/// The client that the present task works for, and whether that work has begun.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asker {
    client: Client,
    begun: Arc<AtomicBool>,
}

impl Asker {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, begun: Arc::default() }
    }

    /// That of the present task; one without a name outside of requests.
    pub(crate) fn current() -> Self {
        CURRENT.try_with(Clone::clone).unwrap_or_default()
    }

    /// The same client, for work that has not begun.
    #[must_use]
    pub(crate) fn for_other_work(&self) -> Self {
        Self::new(self.client.clone())
    }

    /// Something done for this asker.
    pub(crate) async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The work is under way: from now on it is not dropped.
    pub(crate) fn begin(&self) {
        self.begun.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client() {
        let network = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(network("2001:db8:0:1::5"), network("2001:db8:0:1:ffff::9"));
        assert_ne!(network("2001:db8:0:1::5"), network("2001:db8:0:2::5"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
